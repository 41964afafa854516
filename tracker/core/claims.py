"""Published figures: what somebody else counted, of what, by which rule, and whether a panel can check it."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.core.agents import Precision
from tracker.core.estimate import Denominator

ANY_AGENT = "any"
OF_WHAT = (Denominator.MEMBERS, Denominator.READABLE, Denominator.READABLE_OR_ABSENT)
"""The denominators that published figures stand on."""


class Reading(StrEnum):
    """How we know a figure: read at its origin, read in a report, computed from its data, from memory."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    COMPUTED = "computed"
    RECALLED = "recalled"

    @property
    def words(self) -> str:
        """The same, as a reader may want to see it behind a source."""
        return _READINGS[self]


_READINGS = {
    Reading.PRIMARY: "read there",
    Reading.SECONDARY: "read in a report of it",
    Reading.COMPUTED: "computed by us from its data",
    Reading.RECALLED: "from memory",
}


class Obstacle(StrEnum):
    """Why no panel of sites can check a figure."""

    TOKENS = "tokens"
    REQUESTS = "requests"
    SERVED = "served"
    TIME = "time"
    PROJECTION = "projection"
    FIGURE = "figure"

    @property
    def words(self) -> str:
        """The reason, and where the answer may be had instead."""
        return _OBSTACLES[self]


_OBSTACLES = {
    Obstacle.TOKENS: "a share of tokens: a panel counts sites, and no share of sites equals it; it takes token counts "
    "per domain",
    Obstacle.REQUESTS: "a share of requests in server logs: a history holds what sites say, not who obeys",
    Obstacle.SERVED: "what sites serve, not what they say: tracker crawl --probe asks for that (docs/probe.md)",
    Obstacle.TIME: "a number of days until a file names an agent, no share on a day: the view access_history has "
    "the days",
    Obstacle.PROJECTION: "a year, no share: tracker project article computes it, and tracker project epoch-2024 "
    "holds no blocking at all",
    Obstacle.FIGURE: "no figure that a count could be held against",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A published share of sites. `percent` pairs an agent's name, or "any", with per cent of `denominator`.

    `counted_as` names the definition of `tracker.core.definitions` that comes nearest, empty if none does, `counted_of`
    the denominator. `any_of`: the agents behind "any", none: the headline agents. The population is the `top` of a
    ranking or a `sector`, where it is either. With an `obstacle` nothing is counted.
    """

    id: str
    day: str
    publisher: str
    figure: str
    population: str
    definition: str
    denominator: str
    reading: Reading
    source: str
    checked: str
    percent: tuple[tuple[str, float], ...] = ()
    counted_as: str = ""
    counted_of: Denominator = Denominator.READABLE_OR_ABSENT
    any_of: tuple[str, ...] = ()
    top: int | None = None
    sector: str = ""
    obstacle: Obstacle | None = None
    precision: Precision = Precision.DAY
    note: str = ""


def as_known(day: str, precision: str) -> str:
    """A date no more exactly than it is known: 2024, 2024-03 or 2024-03-01."""
    return day[: {Precision.YEAR: 4, Precision.MONTH: 7}.get(Precision(precision), len(day))]


def period(day: str, precision: Precision) -> tuple[date, date]:
    """First and last day of what a date of this precision names."""
    first = date.fromisoformat(day)
    if precision is Precision.DAY:
        return first, first
    if precision is Precision.YEAR:
        return first, date(first.year, 12, 31)
    return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
