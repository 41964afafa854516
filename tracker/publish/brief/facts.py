"""The facts of a brief, each with what it stands on. What the history cannot answer is None, and `missing` says why."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Frame:
    """What every figure of the brief stands on: panel, day, sites, definition, denominator, and the history."""

    panel: str
    title: str
    list_id: str
    population: str | None
    is_sample: bool
    members: int
    first_day: str
    date: str
    n: int
    unknown: int
    definition: str
    counted: str
    denominator: str
    of_sites: str
    bounds: str
    is_demo: bool
    software: str
    history_id: str
    generation: str
    horizon: str


@dataclass(frozen=True, slots=True)
class AgentShare:
    """One crawler on the day of the brief, in per cent of n, with its bounds; points since 30 days and a year before.

    The points are None where the agent was not documented then. `closed` and `reopened`: how many sites of the panel
    did so in that year while it was, as far as they did it themselves.
    """

    agent: str
    operator: str
    purpose: str
    percent: float | None
    low: float | None
    high: float | None
    blocked: int
    named: int
    wildcard: int
    partial: int
    n: int
    existed: bool
    points_30d: float | None
    points_1y: float | None
    closed: int = 0
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """A share on a day that a step line needs; stretches are parted by days on which nothing was known."""

    agent: str
    day: str
    stretch: int
    percent: float
    low: float
    high: float
    blocked: int
    n: int
    existed: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on the chart of shares that may explain a bend, what it was, and the source; or a break that was found."""

    day: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The same agent, sites and day under one definition."""

    definition: str
    sentence: str
    used_by: str
    percent: float | None
    low: float | None
    high: float | None
    blocked: int
    n: int


@dataclass(frozen=True, slots=True)
class Change:
    """A site that closed (or reopened) to agents at some time after `not_before` and not after `date`.

    The lines are those that decide, as they stand in the file, for the first of the agents; a hash of None: the site
    had no robots.txt. cause: site, or source where somebody else had looked before.
    """

    date: str
    not_before: str
    site: str
    agents: tuple[str, ...]
    before: str
    after: str
    body_before: str | None
    body_after: str | None
    lines_before: tuple[str, ...]
    lines_after: tuple[str, ...]
    cause: str


@dataclass(frozen=True, slots=True)
class Contradictions:
    """How many sites of the panel let in by robots.txt whom their terms forbid, and the other way round."""

    sites: int
    allowed_and_forbidden: int
    closed_and_allowed: int
    examples: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scenario of the projection, in words and as the probability that text has run out by the end of a year.

    `restricted`: the share that it closes, in per cent (the median, where it is not sure), as it stood in the decimal
    year `observed`, and `long_run` where it goes; both None where it is held. `forward`: by how much
    that brings the date forward; all None where nothing is closed. `forward_years`: paired median and 80 % interval in
    years.
    """

    id: str
    title: str
    median: str
    interval_80: str
    never: str
    horizon: int
    restricted: float | None
    observed: float | None
    long_run: float | None
    forward: str | None
    forward_years: tuple[float, float, float] | None
    by_year: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A scenario whose restricted share is that which the panel shows to `agent`; `notes` say what was taken from it.

    Of the `known` of `sites` sites `percent` per cent are closed; with the unknown it is anything from `low` to `high`,
    and taken so if `uniform`. `scenario` is the one that all the rest is of.
    """

    agent: str
    scenario: str
    outcome: Outcome
    date: str
    known: int
    sites: int
    percent: float
    low: float
    high: float
    uniform: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Another reading of demand, with nothing closed, and what it makes of the year."""

    title: str
    median: str
    interval_80: str
    never: str


@dataclass(frozen=True, slots=True)
class Lift:
    """A block that a site lifted, wholly or in part, after `not_before` and not after `date`.

    `days` from the licence beside it to `date`: negative before it, 0 within the stretch that is known of it.
    """

    site: str
    not_before: str
    date: str
    agents: tuple[str, ...]
    days: int


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence for text, what sites of the licensor lifted around its day, and those that could have and did not.

    `outside`: what the latter lifted in the months around it, but not so near.
    """

    day: str
    licensor: str
    licensee: str
    lifted: tuple[Lift, ...]
    still: tuple[str, ...]
    outside: tuple[Lift, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Tested:
    """What forecasts of this kind were worth: months ahead, per cent of 80 % intervals that held, number of forecasts.

    The shipped backtest, on the named list and its days; it is not of the panel of the brief.
    """

    panel: str
    sites: int
    first_day: str
    last_day: str
    inside: tuple[tuple[int, float, int], ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """All facts of a brief; `top` are the agents of the charts, the most blocked first."""

    frame: Frame
    shares: tuple[AgentShare, ...]
    top: tuple[str, ...]
    series: tuple[Point, ...]
    marks: tuple[Mark, ...]
    readings: tuple[Reading, ...]
    closings: tuple[Change, ...]
    reopenings: tuple[Change, ...]
    terms: dict[str, Any] | None
    contradictions: Contradictions | None
    licences: tuple[Licence, ...]
    forecasts: tuple[dict[str, Any], ...]
    tested: Tested
    outcomes: tuple[Outcome, ...]
    measured: Measured | None
    anchors: tuple[Anchor, ...]
    draws: int
    seed: int
    claims: tuple[dict[str, Any], ...]
    missing: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """The facts as plain values, for JSON."""
        return asdict(self)
