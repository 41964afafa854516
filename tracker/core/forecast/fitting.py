"""The fit: from the histories of sites to the share that will be blocked, with how sure that is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from math import exp, floor, inf

import numpy as np

from tracker.core.dates import iso
from tracker.core.distributions import Array, draw, normal
from tracker.core.forecast.breaks import Break, Evidence, evidence, find_breaks, launch_over, restarted
from tracker.core.forecast.hazards import MONTH_DAYS, Gamma, Prior, two_state
from tracker.core.forecast.histories import Floats, Histories, Ints, Observation

LEAST_WEEKS, LEAST_EVENTS = 26, 5
SHOCK = 0.6
"""Standard deviation of the logarithm of what the future multiplies each hazard by; the mean is 1."""
DRAWS = 2_000
CHART_MONTHS = 12
"""Beyond it the curve is an assumption, however long the history."""
_BLOCK, _UNBLOCK, _BLOCK_SHOCK, _UNBLOCK_SHOCK = range(100, 104)  # columns of normals, apart from the projection's
_NOISE = 104
_SINGLY = 64  # weights whose sites are drawn as they are; those of the lightest sites together as a normal


class Kind(StrEnum):
    """What a figure about the future is: extrapolated from enough history, or assumed for want of it."""

    FORECAST = "forecast"
    ASSUMED = "assumed"


@dataclass(frozen=True, eq=False)
class Forecast:
    """The share blocked after each of `months`: `shares` has a row of draws for each, in [0, 1].

    `kind` is that of the history it comes from, `kinds` that of each horizon: past the twelfth month all is assumed.
    """

    months: tuple[float, ...]
    shares: Floats
    kind: Kind

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What the figures of each horizon are, and how a line through them is to be drawn."""
        return tuple(self.kind if horizon <= CHART_MONTHS else Kind.ASSUMED for horizon in self.months)

    @cached_property
    def mean(self) -> Floats:
        """The expected share at each horizon."""
        return np.asarray(self.shares.mean(axis=1))

    @cached_property
    def median(self) -> Floats:
        """The median share at each horizon."""
        return np.asarray(np.median(self.shares, axis=1))

    def interval(self, level: float = 0.8) -> tuple[Floats, Floats]:
        """The central interval of probability `level` at each horizon."""
        if not 0 < level < 1:
            raise ValueError(f"level must lie between 0 and 1, got {level:g}")
        low, high = np.quantile(self.shares, [(1 - level) / 2, (1 + level) / 2], axis=1)
        return low, high


@dataclass(frozen=True, eq=False)
class Fit:
    """The two-state Markov panel of one agent as of the newest look.

    `block` and `unblock` are the posterior hazards per site-month. `refusals` say why there is too little history for
    a forecast; then what `forecast` gives is a fan of scenarios under the prior, of kind assumed. If there were
    `breaks`, the counts began anew at the last one, and `whole` is the fit without that; `since_break` are the events
    seen after it. The refusals go by all known weeks and events: where few came after a break, the prior and what was
    before rule (`is_thin`), and the hazards' spread says so.
    """

    at: int
    weeks: float
    known: int
    blocked: int
    share: float
    evidence: Evidence
    block: Gamma
    unblock: Gamma
    refusals: tuple[str, ...]
    breaks: tuple[Break, ...]
    whole: "Fit | None"
    since_break: float
    groups: tuple[tuple[float, int, int], ...]  # weight, open sites, blocked sites; the heaviest first
    shock: float
    draws: int
    seed: int

    @property
    def kind(self) -> Kind:
        """Whether its figures are a forecast."""
        return Kind.ASSUMED if self.refusals else Kind.FORECAST

    @property
    def is_thin(self) -> bool:
        """Whether fewer events lie after the last break than a forecast needs in all."""
        return bool(self.breaks) and self.since_break < LEAST_EVENTS

    @property
    def open_days(self) -> float:
        """Site-days in which a block could have been seen."""
        return self.evidence.blocks.site_months * MONTH_DAYS

    @property
    def blocked_days(self) -> float:
        """Site-days in which an unblock could have been seen."""
        return self.evidence.unblocks.site_months * MONTH_DAYS

    @cached_property
    def hazards(self) -> tuple[Array | float, Array | float]:
        """Draws of the hazards to come, per month: the posterior times the shock of a changed regime."""
        return (
            self._hazard(self.block, _BLOCK, _BLOCK_SHOCK),
            self._hazard(self.unblock, _UNBLOCK, _UNBLOCK_SHOCK),
        )

    def _hazard(self, posterior: Gamma, column: int, shock_column: int) -> Array | float:
        drawn = draw(posterior, self.draws, self.seed, column)
        if self.shock == 0:
            return drawn
        shock = np.exp(self.shock * draw(normal(0.0, 1.0), self.draws, self.seed, shock_column))
        return np.asarray(drawn * shock * exp(-(self.shock**2) / 2))

    def expected(self, months: float) -> Array:
        """The expected share after `months` by draw of the hazards, before chance decides site by site."""
        return two_state(self.share, *self.hazards, months)

    def settling(self, draws: int | None = None) -> tuple[Array, Array]:
        """The share in the long run, a / (a + c), and the rate per year at which it gets there, 12 (a + c).

        Draw by draw of the same hazards, shock included, `draws` of them (None: as many as the fit's). After t years
        the share is long run + (now - long run) exp(-rate t): the law of `tracker.core.exhaustion`. Where `refusals`
        is not empty these rest on the prior more than on the sites.
        """
        if draws is not None and draws < 1:
            raise ValueError(f"draws from 1, got {draws}")
        block, unblock = (self if draws is None else replace(self, draws=draws)).hazards
        total = np.add(block, unblock)
        return np.asarray(block / total), np.asarray(12 * total)

    def forecast(self, months: Sequence[float] = (1, 3, 6, 12)) -> Forecast:
        """Draws of the share after each of `months`. What is asked beside a horizon does not change its draws.

        Raises ValueError for a negative horizon.
        """
        if any(not 0 <= horizon < inf for horizon in months):
            raise ValueError(f"months ahead must be numbers of at least 0, got {list(months)}")
        rows = [self._drawn(horizon) for horizon in months]
        return Forecast(tuple(months), np.array(rows).reshape(len(rows), self.draws), self.kind)

    def _drawn(self, months: float) -> Floats:
        block, unblock = self.hazards
        blocks = np.broadcast_to(two_state(0.0, block, unblock, months), self.draws)
        stays = np.broadcast_to(two_state(1.0, block, unblock, months), self.draws)
        stream = np.random.default_rng((self.seed, _NOISE, round(months * 1000)))
        total = np.zeros(self.draws)
        for weight, open_, blocked in self.groups[:_SINGLY]:
            total += weight * stream.binomial(open_, blocks)
            total += weight * stream.binomial(blocked, stays)
        rest = self.groups[_SINGLY:]
        if rest:
            total += _together(rest, blocks, stays, stream.standard_normal(self.draws))
        return total / sum(weight * (open_ + blocked) for weight, open_, blocked in self.groups)


def _together(groups: Sequence[tuple[float, int, int]], blocks: Array, stays: Array, z: Array) -> Floats:
    """The weight that many light sites block, as a normal of the same mean and variance."""
    weight, open_, blocked = np.array(groups, np.float64).T
    mean = (weight @ open_) * blocks + (weight @ blocked) * stays
    square = weight * weight
    variance = (square @ open_) * blocks * (1 - blocks) + (square @ blocked) * stays * (1 - stays)
    return np.asarray(np.clip(mean + np.sqrt(variance) * z, 0.0, weight @ (open_ + blocked)))


def fit(
    histories: Histories | Iterable[Observation | tuple[str, int, bool | None]],
    *,
    weights: Mapping[str, float] | None = None,
    shared: Prior | None = None,
    restart: bool = True,
    shock: float = SHOCK,
    draws: int = DRAWS,
    seed: int = 0,
) -> Fit:
    """The two-state Markov panel as of the newest look; the same arguments give the same bytes.

    `weights` (traffic, tokens) by site enter the share, never the hazards. `shared` is the prior of other agents, used
    while there are less than 26 weeks. `restart`: whether a break, or the end of the quarter after the launch, begins
    the counts anew.
    Raises ValueError if no site is known at the newest look, or its weight is nothing.
    """
    if draws < 1 or seed < 0 or shock < 0:
        raise ValueError(f"draws from 1, seed and shock from 0, got {draws}, {seed} and {shock:g}")
    given = Histories.of(histories)
    prior = shared if shared is not None and given.weeks < LEAST_WEEKS else Prior()
    seen = evidence(given)
    open_, blocked = given.now(False), given.now(True)
    weight = given.weights_of(weights)
    groups = _groups(open_, blocked, weight)
    total = sum(each * (a + b) for each, a, b in groups)
    if total <= 0:
        raise ValueError("no site is known at the newest look: there is no share to start from")
    plain = Fit(
        at=given.until,
        weeks=given.weeks,
        known=len(open_) + len(blocked),
        blocked=len(blocked),
        share=sum(each * b for each, _, b in groups) / total,
        evidence=seen,
        block=prior.block.after(*seen.blocks),
        unblock=prior.unblock.after(*seen.unblocks),
        refusals=_refusals(given, seen),
        breaks=(),
        whole=None,
        since_break=seen.blocks.events + seen.unblocks.events,
        groups=groups,
        shock=shock,
        draws=draws,
        seed=seed,
    )
    breaks = find_breaks(given, prior) if restart else ()
    if not breaks:
        return plain
    recent, since = restarted(given, breaks)
    return replace(
        plain,
        evidence=recent,
        block=prior.block.after(*recent.blocks),
        unblock=prior.unblock.after(*recent.unblocks),
        breaks=breaks,
        whole=plain,
        since_break=since.blocks.events + since.unblocks.events,
    )


def _refusals(histories: Histories, seen: Evidence) -> tuple[str, ...]:
    events = round(seen.blocks.events + seen.unblocks.events)
    found = []
    over = launch_over(histories)
    if over is not None and over > histories.until:
        found.append(f"the quarter after its launch lasts until {iso(over)[:10]}, and its growth does not go on")
    if histories.weeks < LEAST_WEEKS:
        found.append(f"known are {floor(histories.weeks)} of the {LEAST_WEEKS} weeks that a forecast needs")
    if events < LEAST_EVENTS:
        found.append(f"seen were {events} of the {LEAST_EVENTS} blocks and unblocks that a forecast needs")
    return tuple(found)


def _groups(open_: Ints, blocked: Ints, weight: Floats | None) -> tuple[tuple[float, int, int], ...]:
    """The known sites by weight: how many of each are open and blocked, the heaviest first."""
    if weight is None:
        return ((1.0, len(open_), len(blocked)),)
    values, which = np.unique(weight, return_inverse=True)
    counts = (np.bincount(which[index], minlength=len(values)) for index in (open_, blocked))
    rows = zip(values.tolist(), *(one.tolist() for one in counts), strict=True)
    return tuple((w, a, b) for w, a, b in sorted(rows, reverse=True) if w > 0 and a + b > 0)
