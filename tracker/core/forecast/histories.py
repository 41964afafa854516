"""What the sites of a panel said to one agent over time: the input of the forecast.

A site is blocked, open, or unknown over a stretch of time. Unknown is unknown: such a stretch is no exposure, and a
change across it is no event, for nobody saw when it happened or whether it was one. Times are integer UTC seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker.core.intervals import DAY, Hold

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
STILL = int(np.iinfo(np.int64).max)
UNKNOWN = -1
MANAGED = -1
"""The template of changes with which the block of rules that a network manages came or went."""


class Observation(NamedTuple):
    """That a site was seen to be blocked (True) or open (False) at a moment, or that the look told nothing (None)."""

    site: str
    at: int
    blocked: bool | None


class Stretch(NamedTuple):
    """That a site was blocked or open (None: unknown) over [start, end); `end` None: it still is.

    `not_before` is the last sighting of what held before, so that a change truly happened between the two (None: at
    `start`). `template` numbers whatever marks sites that change as one: the same file, the same owner (0: none).
    """

    site: str
    start: int
    end: int | None
    blocked: bool | None
    not_before: int | None = None
    template: int = 0


class Events(NamedTuple):
    """Changes between two known stretches that touch, in order of time."""

    at: Ints
    blocks: NDArray[np.bool_]  # True: a site blocked, False: it unblocked
    not_before: Ints
    template: Ints  # 0: none


@dataclass(frozen=True, eq=False)
class Histories:
    """Stretches in columns, by site and time. `site` is the index into `sites`; `blocked` 1, 0 or UNKNOWN.

    `until` is the newest look: nothing is known after it. `template` 0 is none. `launch` is when the agent was first
    documented (None: not known, or long ago): the quarter after it is no guide to what follows.
    """

    sites: tuple[str, ...]
    site: Ints
    start: Ints
    end: Ints
    blocked: Ints
    not_before: Ints
    template: Ints
    until: int
    launch: int | None = None

    @classmethod
    def of_stretches(cls, stretches: Iterable[Stretch], until: int) -> "Histories":
        """From stretches in any order; what begins after `until` is left out.

        Raises ValueError for stretches of a site that overlap, naming it.
        """
        rows = sorted((Stretch(*row) for row in stretches), key=lambda row: (row.site, row.start))
        sites = {name: number for number, name in enumerate(dict.fromkeys(row.site for row in rows))}
        return cls.of_columns(
            tuple(sites),
            np.array([sites[row.site] for row in rows], np.int64),
            np.array([row.start for row in rows], np.int64),
            np.array([STILL if row.end is None else row.end for row in rows], np.int64),
            np.array([UNKNOWN if row.blocked is None else int(row.blocked) for row in rows], np.int64),
            np.array([row.start if row.not_before is None else row.not_before for row in rows], np.int64),
            np.array([row.template for row in rows], np.int64),
            until,
        )

    @classmethod
    def of_columns(
        cls,
        sites: tuple[str, ...],
        site: Ints,
        start: Ints,
        end: Ints,
        blocked: Ints,
        not_before: Ints,
        template: Ints,
        until: int,
    ) -> "Histories":
        """From columns in any order, checked; stretches of one state that touch become one.

        Raises ValueError as `of_stretches` does.
        """
        order = np.lexsort((start, site))
        order = order[(start[order] <= until) & (end[order] > start[order])]
        site, start, end = site[order], start[order], end[order]
        overlaps = np.flatnonzero((site[1:] == site[:-1]) & (end[:-1] > start[1:]))
        if overlaps.size:
            first = overlaps[0]
            raise ValueError(
                f"stretches of {sites[site[first]]} overlap: one ends at {end[first]}, the next starts at "
                f"{start[first + 1]}; give each moment once"
            )
        state = blocked[order]
        goes_on = (site[1:] == site[:-1]) & (end[:-1] == start[1:]) & (state[1:] == state[:-1])
        first = np.flatnonzero(np.concatenate((np.ones(min(order.size, 1), np.bool_), ~goes_on)))
        last = np.append(first[1:], order.size) - 1 if first.size else first
        return cls(
            sites,
            site[first],
            start[first],
            np.where(end[last] > until, STILL, end[last]),
            state[first],
            np.minimum(not_before[order], start)[first],
            template[order][first],
            until,
        )

    @classmethod
    def of(cls, given: "Histories | Iterable[Observation | tuple[str, int, bool | None]]") -> "Histories":
        """Histories as they are, looks as `of_observations` takes them."""
        return given if isinstance(given, Histories) else cls.of_observations(given)

    @classmethod
    def of_observations(
        cls, observations: Iterable[Observation | tuple[str, int, bool | None]], until: int | None = None
    ) -> "Histories":
        """From single looks in any order and at any spacing; `until` None: the newest of them.

        An answer holds until the next look, but no longer than the history's hold (92 days); then it is unknown.
        Of two looks at a site in one second the one that blocks counts, and any before one that told nothing.
        Raises ValueError for a look that is neither True, False nor None (unknown), such as nan, or at no whole
        second, naming the site.
        """
        seen: dict[str, dict[int, bool | None]] = {}
        for site, at, blocked in observations:
            if blocked is not None and blocked not in (True, False):
                raise ValueError(f"a look at {site} is {blocked}: give True, False, or None where it told nothing")
            if not isinstance(at, Integral):
                raise ValueError(f"a look at {site} is at {at!r}: give whole seconds since 1970-01-01 UTC")
            known = seen.setdefault(site, {})
            before = known.get(at)
            known[at] = before if blocked is None else bool(blocked or before)
        newest = max((max(looks) for looks in seen.values()), default=0) if until is None else until
        rows = [row for site, looks in seen.items() for row in _stretches(site, sorted(looks.items()))]
        return cls.of_stretches(rows, newest)

    @cached_property
    def since(self) -> int:
        """When the first site became known; `until` if none ever was."""
        known = self.start[self.blocked != UNKNOWN]
        return int(known.min()) if known.size else self.until

    @property
    def weeks(self) -> float:
        """How many weeks are known."""
        return (self.until - self.since) / (7 * DAY)

    def from_(self, moment: int) -> "Histories":
        """The same from a moment on: what was before is as if nobody had looked. Nothing, if all is before."""
        keep = (self.end > moment) & (moment <= self.until)
        return replace(
            self._where(keep),
            start=np.maximum(self.start[keep], moment),
            not_before=np.maximum(self.not_before[keep], moment),
        )

    def launched(self, moment: int) -> "Histories":
        """The same of an agent that was documented at a moment: what was before it is as if nobody had looked."""
        return replace(self.from_(moment), launch=moment)

    def as_of(self, moment: int) -> "Histories":
        """What was known at a moment, which becomes the newest look."""
        kept = self._where(self.start <= moment)
        return replace(kept, end=np.where(kept.end > moment, STILL, kept.end), until=moment)

    def _where(self, keep: NDArray[np.bool_]) -> "Histories":
        return replace(
            self,
            site=self.site[keep],
            start=self.start[keep],
            end=self.end[keep],
            blocked=self.blocked[keep],
            not_before=self.not_before[keep],
            template=self.template[keep],
        )

    @cached_property
    def events(self) -> Events:
        """The blocks and unblocks."""
        state, touches = self.blocked, (self.site[1:] == self.site[:-1]) & (self.end[:-1] == self.start[1:])
        changed = (state[1:] != state[:-1]) & (state[1:] != UNKNOWN) & (state[:-1] != UNKNOWN)
        rows = np.flatnonzero(touches & changed) + 1
        rows = rows[np.argsort(self.start[rows], kind="stable")]
        return Events(self.start[rows], state[rows] == 1, self.not_before[rows], self.template[rows])

    def exposure(self, blocked: bool, moments: Ints) -> Floats:
        """Site-days spent blocked (or open) before each of the moments, in which something was known."""
        begun, ended = self._spells[int(blocked)]
        return (elapsed(begun, moments) - elapsed(ended, moments)) / DAY

    @cached_property
    def _spells(self) -> tuple[tuple[Ints, Ints], ...]:
        """When sites became open, and ceased to be or were last known to be, in order; then the same of blocked."""
        ended = np.minimum(self.end, self.until)
        mine = [self.blocked == state for state in (0, 1)]
        return tuple((np.sort(self.start[one]), np.sort(ended[one])) for one in mine)

    def now(self, blocked: bool) -> Ints:
        """The sites that are blocked (or open) at the newest look, as indices."""
        return np.asarray(self.site[(self.end == STILL) & (self.blocked == int(blocked))])

    def known(self, moments: Ints, weights: Floats | None = None) -> Floats:
        """The number (or weight) of the sites that are known at each moment."""
        return self._in_force(moments, self.blocked != UNKNOWN, weights)

    def shares(self, moments: Ints, weights: Floats | None = None) -> Floats:
        """The share of the known sites that is blocked at each moment; nan where none is known."""
        blocked, known = self._in_force(moments, self.blocked == 1, weights), self.known(moments, weights)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(known > 0, blocked / known, np.nan)

    def _in_force(self, moments: Ints, mine: NDArray[np.bool_], weights: Floats | None) -> Floats:
        weight = np.ones(int(mine.sum())) if weights is None else weights[self.site[mine]]
        return _up_to(self.start[mine], weight, moments) - _up_to(self.end[mine], weight, moments)

    def weights_of(self, weights: Mapping[str, float] | None) -> Floats | None:
        """Weights by name as one for each of `sites`; a site that is not named weighs nothing.

        Raises ValueError for one that is negative or no number.
        """
        if weights is None:
            return None
        wrong = next((name for name, weight in weights.items() if not 0 <= weight < np.inf), None)
        if wrong is not None:
            raise ValueError(f"weight {weights[wrong]} of {wrong}: give a number of at least 0")
        return np.array([weights.get(name, 0.0) for name in self.sites], np.float64)


def _stretches(site: str, looks: list[tuple[int, bool | None]]) -> Iterable[Stretch]:
    longest = Hold().unwatched
    for number, (at, blocked) in enumerate(looks):
        following = looks[number + 1][0] if number + 1 < len(looks) else None
        held = at + longest
        before = looks[number - 1][0] if number else at
        if blocked is None:
            yield Stretch(site, at, following, None, before)
        elif following is None or following <= held:
            yield Stretch(site, at, held if following is None else following, blocked, before)
        else:
            yield Stretch(site, at, held, blocked, before)
            yield Stretch(site, held, following, None, held)


def elapsed(begun: Ints, moments: Ints, weight: Floats | None = None) -> Floats:
    """The (weighted) sum of the time since each beginning in `begun`, in ascending order, at each moment."""
    origin = begun[0] if begun.size else 0
    ages = begun - origin
    number = np.searchsorted(begun, moments)
    columns = (np.ones(begun.size), ages) if weight is None else (weight, weight * ages)
    total, shifted = (np.concatenate(([0.0], np.cumsum(column))) for column in columns)
    return np.asarray(total[number] * (moments - origin) - shifted[number], np.float64)


def _up_to(at: Ints, weight: Floats, moments: Ints) -> Floats:
    order = np.argsort(at, kind="stable")
    total = np.concatenate(([0.0], np.cumsum(weight[order])))
    return np.asarray(total[np.searchsorted(at[order], moments, side="right")])
