"""Breaks: weeks in which more sites changed than the history so far lets expect, or in which many changed as one.

A forecast extrapolates hazards; where a network changes its default for all of its sites in one week, there is no
hazard to extrapolate. A week (from Monday, UTC) is a break if the blocks, or the unblocks, in it

- are beyond the 99.9 % point of what was to be expected: negative binomial, since the hazard is a gamma (burst), or
- are at least five of one template or owner, and more than 30 % of all (shared).

A change seen at a look happened at some time since the look before; it is spread over these days, so that a panel
looked at once a month does not have one wild week in four. After a break the counts begin anew, and what was before
is worth a fifth. Alarms in weeks that touch are one break.

The end of the quarter after an agent's launch is a break that needs no alarm (launch): those who adopt fast do so then,
and most of them only once, so that the growth of that quarter does not go on.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, floor, log1p, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker.core.dates import iso
from tracker.core.forecast.hazards import MONTH_DAYS, Count, Gamma, Prior
from tracker.core.forecast.histories import MANAGED, Events, Floats, Histories, Ints, elapsed
from tracker.core.intervals import DAY

WEEK = 7 * DAY
QUARTER = 13 * WEEK
"""After its launch an agent's first adopters react; what they do is no guide to what follows."""
LEVEL = 0.999
SHARED_EVENTS, SHARED_SHARE = 5, 0.3
WARM_UP_WEEKS = 8
PAST_WEIGHT = 0.2
_MONDAY = 4 * DAY  # 1970-01-05


class Cause(StrEnum):
    """Why the counts begin anew."""

    BURST = "burst"
    SHARED = "shared"
    LAUNCH = "launch"


@dataclass(frozen=True, slots=True)
class Break:
    """A break over [start, end), in whole weeks, by its first alarm. The counts begin anew at `start`.

    `blocks`: whether sites blocked (True) or unblocked. `events` happened in the first week, `expected` on average
    by the history before, and `limit` at most (99.9 %); `shared` of them carry one `template`.
    Of cause launch: `start` and `end` are the end of the quarter, `events` the blocks in it; nothing was expected.
    """

    start: int
    end: int
    cause: Cause
    blocks: bool
    events: float
    expected: float | None
    limit: int | None
    template: int = 0
    shared: float = 0.0

    def __str__(self) -> str:
        what = "blocks" if self.blocks else "unblocks"
        if self.cause is Cause.LAUNCH:
            since = iso(self.start - QUARTER)[:10]
            quarter = f"the quarter after the launch on {since} was over"
            if round(self.events) == 0:
                return f"{quarter}, no {what} in it"
            return f"{quarter}, {self.events:.0f} {what} in it: the growth of a launch does not go on"
        if self.cause is Cause.BURST:
            return f"{self.events:.0f} {what} in a week, where {self.expected:.1f} were expected, {self.limit} at most"
        network = self.template == MANAGED
        together = "came or went with Cloudflare's managed block" if network else "share one template or owner"
        return f"{self.shared:.0f} of {self.events:.0f} {what} in a week {together}"


class Evidence(NamedTuple):
    """What the hazards are estimated from: blocks of open sites, unblocks of blocked ones."""

    blocks: Count
    unblocks: Count

    def plus(self, other: "Evidence") -> "Evidence":
        """Both together."""
        pairs = zip(self, other, strict=True)
        return Evidence(*(Count(a.events + b.events, a.site_months + b.site_months) for a, b in pairs))

    def times(self, weight: float) -> "Evidence":
        """The same, worth less."""
        return Evidence(*(Count(one.events * weight, one.site_months * weight) for one in self))


NOTHING = Evidence(Count(0.0, 0.0), Count(0.0, 0.0))


def evidence(histories: Histories) -> Evidence:
    """All events and exposure of the histories."""
    return _between(histories, np.array([histories.since, histories.until + 1]))[0]


class Restart(NamedTuple):
    """What the hazards are estimated from where the counts began anew.

    `evidence` since the last break, with what was before at a fifth (before two breaks: a fifth of it); `since` is
    what was seen after the last break alone.
    """

    evidence: Evidence
    since: Evidence


def restarted(histories: Histories, breaks: tuple[Break, ...]) -> Restart:
    """The counts, begun anew at each of the breaks."""
    edges = np.unique([histories.since, *(one.start for one in breaks), histories.until + 1])
    total, parts = NOTHING, _between(histories, edges)
    for part in parts:
        total = total.times(PAST_WEIGHT).plus(part)
    return Restart(total, parts[-1])


def launch_over(histories: Histories) -> int | None:
    """When the quarter after the launch ends; None if none of it is in the histories, or the launch is not known."""
    if histories.launch is None or histories.launch + QUARTER <= histories.since:
        return None
    return histories.launch + QUARTER


def _between(histories: Histories, edges: Ints) -> list[Evidence]:
    open_, blocked = (np.diff(histories.exposure(state, edges)) / MONTH_DAYS for state in (False, True))
    on, off = (_counts(histories, way, edges) for way in (True, False))
    parts = zip(on, open_.tolist(), off, blocked.tolist(), strict=True)
    return [Evidence(Count(a, b), Count(c, d)) for a, b, c, d in parts]


def _counts(histories: Histories, blocks: bool, edges: Ints) -> list[float]:
    """The events between the edges, by when they were seen; of those seen late, a part belongs to the launch."""
    events = histories.events
    mine = events.blocks == blocks
    at, before = events.at[mine], _before(events)[mine]
    place = np.searchsorted(edges, at, side="right") - 1
    counts = np.bincount(place, minlength=len(edges) - 1).astype(np.float64)
    over = launch_over(histories)
    if over is not None and over in edges[1:-1]:
        late = (before < over) & (at >= over)
        early = (over - before[late]) / (at - before)[late]
        np.subtract.at(counts, place[late], early)
        counts[np.searchsorted(edges, over) - 1] += early.sum()
    return [float(count) for count in counts]


def find_breaks(histories: Histories, prior: Prior) -> tuple[Break, ...]:
    """The breaks of the histories, in order of time; the first eight weeks only teach what to expect."""
    launch = _launch(histories)
    found = _alarms(histories, prior, None if launch is None else launch.start)
    return tuple(sorted(found if launch is None else [launch, *found], key=lambda one: one.start))


def _launch(histories: Histories) -> Break | None:
    """The break at the end of the quarter after the launch; None while it lasts."""
    over = launch_over(histories)
    if over is None or over > histories.until:
        return None
    quarter = _between(histories, np.array([histories.since, over, histories.until + 1]))[0]
    return Break(over, over, Cause.LAUNCH, True, quarter.blocks.events, None, None)


def _alarms(histories: Histories, prior: Prior, launch: int | None) -> list[Break]:
    weeks = _Weeks.of(histories)
    found: list[Break] = []
    known = NOTHING
    for number, part in enumerate(weeks.parts):
        start = int(weeks.edges[number])
        if launch is not None and start - WEEK < launch <= start:
            known = known.times(PAST_WEIGHT)
        alarm = weeks.alarm(number, known, prior) if number >= WARM_UP_WEEKS else None
        if alarm is not None:
            if found and found[-1].end == start:
                found[-1] = replace(found[-1], end=start + WEEK)
            else:
                found.append(alarm)
                known = known.times(PAST_WEIGHT)
        known = known.plus(part)
    return found


class _Weeks(NamedTuple):
    """The weeks of a history: their evidence with each event spread over the days in which it may have happened.

    `marked` are the events that may share a template.
    """

    edges: Ints
    parts: list[Evidence]
    marked: Events

    @classmethod
    def of(cls, histories: Histories) -> "_Weeks":
        first = (histories.since - _MONDAY) // WEEK * WEEK + _MONDAY
        edges = np.arange(first, histories.until + WEEK, WEEK)
        events = histories.events
        on, off = (np.diff(_spread(events, events.blocks == way, edges)).tolist() for way in (True, False))
        open_, blocked = (np.diff(histories.exposure(way, edges) / MONTH_DAYS).tolist() for way in (False, True))
        rows = zip(on, open_, off, blocked, strict=True)
        parts = [Evidence(Count(a, b), Count(c, d)) for a, b, c, d in rows]
        return cls(edges, parts, _marked(events))

    def alarm(self, number: int, known: Evidence, prior: Prior) -> Break | None:
        """The break that a week is, by what was known before it."""
        start, end = int(self.edges[number]), int(self.edges[number + 1])
        for blocks, before, seen, believed in zip((True, False), known, self.parts[number], prior, strict=True):
            if seen.events < _ONE:
                continue
            hazard = believed.after(*before)
            expected = hazard.mean * seen.site_months
            template, shared = self._shared(blocks, start, end)
            limit = most_expected(hazard, seen.site_months)
            is_burst = floor(seen.events + 1 - _ONE) > limit
            if is_burst or (shared >= SHARED_EVENTS * _ONE and shared > SHARED_SHARE * seen.events):
                cause = Cause.BURST if is_burst else Cause.SHARED
                return Break(start, end, cause, blocks, seen.events, expected, limit, template, shared)
        return None

    def _shared(self, blocks: bool, start: int, end: int) -> tuple[int, float]:
        """The template that most events of a week carry, and how many they are."""
        events = self.marked
        mine = (events.blocks == blocks) & (events.at >= start) & (events.not_before < end)
        if not mine.any():
            return 0, 0.0
        at, before = events.at[mine], _before(events)[mine]
        inside = (np.clip(at, start, end) - np.clip(before, start, end)) / (at - before)
        names, which = np.unique(events.template[mine], return_inverse=True)
        sums = np.bincount(which, inside)
        return int(names[sums.argmax()]), float(sums.max())


def _marked(events: Events) -> Events:
    """The events whose template enough others carry for it to matter in any week."""
    names, which, counts = np.unique(events.template, return_inverse=True, return_counts=True)
    kept = ((names != 0) & (counts >= SHARED_EVENTS))[which]
    return Events(*(column[kept] for column in events))


_ONE = 1 - 1e-6  # sums of parts of an event


def _before(events: Events) -> Ints:
    return np.minimum(events.not_before, events.at - 1)


def _spread(events: Events, mine: NDArray[np.bool_], edges: Ints) -> Floats:
    """The number of events before each edge, each spread evenly over (not_before, at]."""
    at, before = events.at[mine], _before(events)[mine]
    weight, order = 1.0 / (at - before), np.argsort(before, kind="stable")
    begun = elapsed(before[order], edges, weight[order])
    return begun - elapsed(at, edges, weight)


def most_expected(hazard: Gamma, site_months: float, level: float = LEVEL) -> int:
    """The point that the number of events in so many site-months exceeds with probability 1 - `level` at most.

    Given a gamma hazard that number is negative binomial.
    """
    mean = hazard.mean * site_months
    most = ceil(mean + 12 * sqrt(mean + mean * mean / hazard.shape)) + 20
    odds = site_months / (hazard.rate + site_months)
    k = np.arange(most)
    steps = np.log((k + hazard.shape) / (k + 1) * odds) if odds > 0 else np.full(most, -np.inf)
    logs = np.concatenate(([0.0], np.cumsum(steps))) + hazard.shape * log1p(-odds)
    return int(np.searchsorted(np.cumsum(np.exp(logs)), level))
