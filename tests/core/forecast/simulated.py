"""Panels of sites that follow the two-state law exactly: the world as the forecast takes it to be."""

from math import exp
from typing import NamedTuple

import numpy as np

from tracker.core.forecast import MONTH, Histories, Stretch
from tracker.core.forecast.fitting import SHOCK
from tracker.core.intervals import DAY

START = 1_640_995_200  # 2022-01-01


class World(NamedTuple):
    """What sites really did: of each the moments at which it changed, and whether it was blocked at START."""

    changes: list[list[float]]
    blocked: list[bool]

    def states(self, site: int, at):
        """Whether a site was blocked at these moments."""
        return (np.searchsorted(self.changes[site], at, side="right") % 2 == 1) != self.blocked[site]


def world(
    sites: int, months: float, block: float, unblock: float, share: float, seed: int, regime: float = np.inf
) -> World:
    """Sites that block and unblock at these hazards per month, `share` of them blocked at first.

    Every `regime` months both hazards are their own times a new shock, distributed as that of the forecast.
    """
    stream = np.random.default_rng((seed, 7))
    shocks = np.exp(SHOCK * np.random.default_rng((seed, 9)).standard_normal((1 + int(months // regime), 2)))
    changes, blocked = [], []
    for _ in range(sites):
        state = bool(stream.random() < share)
        blocked.append(state)
        month, path, patience = 0.0, [], stream.exponential()
        while month < months:
            now = int(month // regime)
            end = min((now + 1) * regime, months)
            hazard = (unblock if state else block) * (shocks[now, int(state)] * exp(-(SHOCK**2) / 2) if now else 1.0)
            if patience >= hazard * (end - month):
                patience, month = patience - hazard * (end - month), end
            else:
                month += patience / hazard
                state, patience = not state, stream.exponential()
                path.append(START + month * MONTH)
        changes.append(path)
    return World(changes, blocked)


def looks(world: World, until: int, days: tuple[int, int], seed: int, gaps: float = 0.0):
    """Looks at every site, so many days apart at random; of a share `gaps` of them nothing is known for a while."""
    stream = np.random.default_rng((seed, 8))
    for site in range(len(world.blocked)):
        most = (until - START) // (days[0] * DAY) + 2
        at = START + np.cumsum(stream.integers(days[0] * DAY, days[1] * DAY + 1, most)) - days[0] * DAY
        at = at[at <= until]
        states = world.states(site, at).tolist()
        lost = until + 1, until + 1
        if stream.random() < gaps:
            begun = START + int(stream.random() * (until - START) * 0.8)
            lost = begun, begun + (until - START) // 5
        for moment, state in zip(at.tolist(), states, strict=True):
            yield f"site-{site}", moment, None if lost[0] <= moment < lost[1] else state


def panel(
    sites=300, months=18.0, block=0.02, unblock=0.01, share=0.2, seed=0, days=(5, 9), gaps=0.0, regime=np.inf
) -> Histories:
    """The histories that such looks give."""
    until = START + round(months * MONTH)
    real = world(sites, months, block, unblock, share, seed, regime)
    return Histories.of_observations(looks(real, until, days, seed, gaps))


def steady(open_sites: int, blocked_sites: int, weeks: int = 52, blocks: int = 0, unblocks: int = 0) -> Histories:
    """Sites that hold their state, but for some that change once, evenly over the time. Nothing is left to chance."""
    until = START + weeks * 7 * DAY
    rows = []
    for state, sites, changes in ((False, open_sites, blocks), (True, blocked_sites, unblocks)):
        for number in range(sites):
            name = f"{state}-{number:05}"
            if number < changes:
                at = START + (until - START) * (number + 1) // (changes + 1)
                rows += [Stretch(name, START, at, state), Stretch(name, at, None, not state)]
            else:
                rows.append(Stretch(name, START, None, state))
    return Histories.of_stretches(rows, until)


def stretches(histories):
    """The rows of histories."""
    columns = (histories.site, histories.start, histories.end, histories.blocked, histories.not_before)
    rows = zip(*(column.tolist() for column in (*columns, histories.template)), strict=True)
    for site, start, end, blocked, before, template in rows:
        ends, state = None if end > histories.until else end, None if blocked < 0 else blocked == 1
        yield Stretch(histories.sites[site], start, ends, state, before, template)


def with_burst(histories, sites, at, not_before=None, template=0, blocked=True):
    """The same panel in which so many sites, all in one state until then, change at one moment."""
    mine = [Stretch(f"new-{n}", START, at, not blocked) for n in range(sites)]
    then = [Stretch(f"new-{n}", at, None, blocked, not_before, template) for n in range(sites)]
    return Histories.of_stretches([*stretches(histories), *mine, *then], histories.until)
