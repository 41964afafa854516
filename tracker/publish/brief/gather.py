"""From a history to the facts of a brief."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from tracker import __version__, reference
from tracker.core import dates
from tracker.core.agents import Agent
from tracker.core.definitions import DEFINITIONS, HEADLINE
from tracker.core.estimate import Denominator
from tracker.core.forecast.breaks import Cause
from tracker.core.forecast.fitting import LEAST_WEEKS
from tracker.errors import UsageError
from tracker.publish.brief.changes import Moves, moves_of
from tracker.publish.brief.facts import AgentShare, Brief, Contradictions, Frame, Mark, Point, Reading
from tracker.publish.brief.licences import licences
from tracker.publish.brief.outlook import DRAWS, SEED, anchors, as_measured, forecasts, outcomes, tested
from tracker.publish.claims import recounts
from tracker.reference import EventKind
from tracker.store.asking import find_agent, find_panel
from tracker.store.figures import bounds_in_words, figure
from tracker.store.query import Reader
from tracker.store.terms_summary import summary

KIND = Denominator.READABLE_OR_ABSENT
LISTED = 12
CHARTED = 6
MARKED = frozenset({EventKind.AGENT, EventKind.DEFAULT, EventKind.LAW, EventKind.STANDARD})
"""What may bend a line by itself; licences and studies do not."""
POINTS = 240
"""Points of a line before it is thinned out."""
_EXAMPLES = 5
Steps = Callable[[int, int, str], None]
_STEPS = 5


def gather(
    reader: Reader,
    registry: Sequence[Agent],
    *,
    panel: str | None = None,
    agents: Sequence[str] = (),
    advance: Steps | None = None,
) -> Brief:
    """The facts on a panel (None: the one looked at last) and some agents (none: the headline ones).

    `registry`: how the agents read a file, for the lines that are quoted. `advance(done, total, what)` counts steps.
    Raises UsageError for a name that is not there, and for a panel of which nothing is known.
    """

    def step(done: int, what: str) -> None:
        if advance:
            advance(done, _STEPS, what)

    step(0, "shares")
    chosen = find_panel(reader, panel)
    wanted = [find_agent(reader, agent)["agent"] for agent in agents]
    rows = reader.league(chosen["panel"], HEADLINE, held=False).dicts()
    if not rows:
        raise UsageError(
            f"panel {chosen['panel']} has no figures yet: `tracker crawl --panel {chosen['panel']}` makes the first"
        )
    listed = _listed(rows, wanted)
    names = [row["agent"] for row in listed]
    daily = reader.shares(chosen["panel"], names, HEADLINE).dicts()
    frame = _frame(reader, chosen, rows[0], min(row["date"] for row in daily))
    step(1, "changes")
    moves = moves_of(reader, registry, frame, names)
    shares = _shares(listed, daily, frame, moves)
    top = tuple(names[:CHARTED])
    step(2, "terms")
    missing: dict[str, str] = {}
    terms = _terms(reader, frame, missing)
    step(3, "forecasts and projection")
    ahead = _forecasts(reader, frame, top, missing)
    projected, others = outcomes(), anchors()
    step(4, "published figures")
    claims = _claims(reader, frame, missing)
    found = Brief(
        frame=frame,
        shares=shares,
        top=top,
        series=tuple(point for name in top for point in _series(daily, name, frame)),
        marks=_marks(frame, top, ahead),
        readings=_readings(reader, frame, top[0]),
        closings=moves.closings,
        reopenings=moves.reopenings,
        terms=terms,
        contradictions=None if terms is None else _contradictions(reader, frame),
        licences=licences(reader, frame),
        forecasts=ahead,
        tested=tested(),
        outcomes=projected,
        measured=as_measured(reader, frame, top[0]),
        anchors=others,
        draws=DRAWS,
        seed=SEED,
        claims=claims,
        missing=missing,
    )
    step(_STEPS, "written")
    return found


def _listed(rows: Sequence[dict[str, Any]], wanted: Sequence[str]) -> list[dict[str, Any]]:
    """The agents of the brief: those asked for, else the headline ones, else the most blocked."""
    if wanted:
        return [row for row in rows if row["agent"] in wanted]
    known = [row for row in rows if row["agent_existed"]] or list(rows)
    return ([row for row in known if row["headline"]] or known)[:LISTED]


def _frame(reader: Reader, panel: dict[str, Any], row: dict[str, Any], first_day: str) -> Frame:
    about = reader.about()
    sample = bool(panel["is_sample"])
    return Frame(
        panel=panel["panel"],
        title=panel["title"],
        list_id=panel["list_id"],
        population=panel["population"],
        is_sample=sample,
        members=row["members"],
        first_day=first_day,
        date=row["date"],
        n=figure(row, KIND, sample)["n"],
        unknown=row["unknown"],
        definition=HEADLINE,
        counted=DEFINITIONS[HEADLINE].sentence,
        denominator=str(KIND),
        of_sites=KIND.sites,
        bounds=bounds_in_words(row, KIND, sample),
        is_demo=about.get("kind") == "demo",
        software=f"drywell {__version__}",
        history_id=about.get("history_id", ""),
        generation=reader.generation(),
        horizon=about.get("horizon") or "",
    )


def _shares(
    listed: Sequence[dict[str, Any]], daily: Sequence[dict[str, Any]], frame: Frame, moves: Moves
) -> tuple[AgentShare, ...]:
    by_day = {
        (row["agent"], row["date"]): figure(row, KIND, frame.is_sample)["percent"]
        for row in daily
        if row["agent_existed"]
    }
    today = date.fromisoformat(frame.date)
    month, year = (dates.since(step, today).isoformat() for step in ("30d", "1y"))
    found = []
    for row in listed:
        name, counted = row["agent"], figure(row, KIND, frame.is_sample)
        closed, reopened = moves.counts.get(name, (0, 0))
        found.append(
            AgentShare(
                name,
                row["operator"],
                row["purpose"],
                counted["percent"],
                counted["low"],
                counted["high"],
                counted["blocked"],
                counted["blocked_named"],
                counted["blocked_wildcard"],
                row["partial"],
                counted["n"],
                bool(row["agent_existed"]),
                _points(counted["percent"], by_day.get((name, month))),
                _points(counted["percent"], by_day.get((name, year))),
                closed,
                reopened,
            )
        )
    return tuple(found)


def _points(now: float | None, then: float | None) -> float | None:
    return None if now is None or then is None else round(now - then, 3)


_LEVELS = ("members", "readable", "absent", "unknown", "blocked", "agent_existed")


def _series(daily: Sequence[dict[str, Any]], agent: str, frame: Frame) -> list[Point]:
    """The days on which a figure of the agent changes, and the ends of the stretches without a gap."""
    points: list[Point] = []
    keep: list[bool] = []
    stretch, before = -1, None
    for row in (row for row in daily if row["agent"] == agent):
        begins = before is None or _days(before["date"], row["date"]) > 1
        if begins:
            stretch += 1
            keep[-1:] = [True] * len(keep[-1:])
        counted = figure(row, KIND, frame.is_sample)
        if counted["percent"] is not None:
            same = not begins and before is not None and all(row[name] == before[name] for name in _LEVELS)
            keep.append(not same)
            known = (counted["percent"], counted["low"], counted["high"], counted["blocked"], counted["n"])
            points.append(Point(agent, row["date"], stretch, *known, bool(row["agent_existed"])))
        before = row
    keep[-1:] = [True] * len(keep[-1:])
    return _thinned([point for point, kept in zip(points, keep, strict=True) if kept])


def _days(before: str, after: str) -> int:
    return (date.fromisoformat(after) - date.fromisoformat(before)).days


def _thinned(points: list[Point]) -> list[Point]:
    """At most about `POINTS` of them: every so many, and both ends of each stretch."""
    every = -(-len(points) // POINTS)
    last = len(points) - 1
    return [
        point
        for place, point in enumerate(points)
        if place % every == 0
        or place == last
        or point.stretch != points[place - 1].stretch
        or point.stretch != points[place + 1].stretch
    ]


def _marks(frame: Frame, top: Sequence[str], ahead: Sequence[dict[str, Any]]) -> tuple[Mark, ...]:
    """Events that concern these agents, and the breaks that the forecasts found, within the days of the panel.

    The end of a launch is set, not found, and the launch itself is an event: it is no mark.
    """
    found = [
        Mark(event.day, event.title, event.source)
        for event in reference.events()
        if event.kind in MARKED and (not event.agents or set(event.agents) & set(top))
    ]
    for one in ahead:
        found += [
            Mark(broke["start"], f"Break: {one['agent']}, {broke['words']}", "found here")
            for broke in one["breaks"]
            if broke["cause"] != Cause.LAUNCH
        ]
    return tuple(sorted((mark for mark in found if frame.first_day <= mark.day <= frame.date), key=lambda one: one.day))


def _readings(reader: Reader, frame: Frame, agent: str) -> tuple[Reading, ...]:
    """One agent under every definition: what a word more or less makes of the same files."""
    found = []
    for definition in DEFINITIONS.values():
        rows = reader.league(frame.panel, definition.name, frame.date, held=False).dicts()
        row = next(row for row in rows if row["agent"] == agent)
        one = figure(row, KIND, frame.is_sample)
        counted = (one["percent"], one["low"], one["high"], one["blocked"], one["n"])
        found.append(Reading(definition.name, definition.sentence, definition.used_by, *counted))
    return tuple(found)


_BECAUSE = {
    "not_looked": "nobody has looked",
    "not_read": "fetched, not read yet",
    "not_found": "no page was found",
    "blocked": "the page turned us away",
    "js_only": "the page needs scripts",
    "interstitial": "a page came before it",
    "consent_wall": "a question of consent came before it",
    "wrong_doc": "the page was not of terms",
    "pdf": "a PDF that could not be read",
    "unsupported_language": "in a language that we do not read",
    "disallowed": "robots.txt did not let us ask, or is unknown",
    "error": "the server or the network failed",
}
"""Why the terms of a site are unknown, in words."""


def _terms(reader: Reader, frame: Frame, missing: dict[str, str]) -> dict[str, Any] | None:
    found = summary(reader, frame.panel, frame.is_sample)
    if found["n"]:
        return found
    because = ", ".join(f"{_BECAUSE.get(why, why)}: {sites:,}" for why, sites in found["unknown_because"].items())
    missing["terms"] = (
        f"Of none of the {frame.members:,} sites the terms could be read ({because or 'nobody has looked'}): what they "
        "say is unknown. `tracker crawl --round weekly` reads them."
    )
    return None


_CONTRADICTING = """
SELECT COUNT(DISTINCT site) AS sites,
       COUNT(DISTINCT CASE WHEN direction = 'robots_allow_terms_forbid' THEN site END) AS forbidden,
       COUNT(DISTINCT CASE WHEN direction = 'robots_block_terms_allow' THEN site END) AS allowed
FROM contradictions WHERE site IN (SELECT site FROM sites WHERE list = :panel)
"""
_BEST_PLACED = """
SELECT s.site FROM sites s
WHERE s.list = :panel AND s.site IN (SELECT site FROM contradictions)
ORDER BY s.rank IS NULL, s.rank, s.site
"""


def _contradictions(reader: Reader, frame: Frame) -> Contradictions:
    sites, forbidden, allowed = map(int, reader.sql(_CONTRADICTING, {"panel": frame.panel}).rows[0])
    best = reader.sql(_BEST_PLACED, {"panel": frame.panel}, limit=_EXAMPLES).column("site")
    # One site at a time: to look for the quotes of all would take minutes where terms are many.
    return Contradictions(sites, forbidden, allowed, tuple(_example(reader, site) for site in best))


def _example(reader: Reader, site: str) -> dict[str, Any]:
    """The contradiction of a site that concerns the most agents, and how many."""
    by_clause: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in reader.contradictions(site).dicts():
        by_clause.setdefault((row["direction"], row["category"], row["quote"], row["terms_url"]), []).append(row)
    most = max(by_clause.values(), key=len)
    return most[0] | {"agents": len(most)}


def _forecasts(
    reader: Reader, frame: Frame, agents: Sequence[str], missing: dict[str, str]
) -> tuple[dict[str, Any], ...]:
    days = _days(frame.first_day, frame.date) + 1
    if days < 7 * LEAST_WEEKS:
        missing["forecast"] = (
            f"No forecast: the panel is known for {days} days, and it takes {LEAST_WEEKS} weeks and some changes to "
            "say how often sites change. What comes next is unknown."
        )
        return ()
    found = forecasts(reader, frame, agents)
    if not found:
        missing["forecast"] = "No forecast: of none of these agents anything is known at the newest look."
    return found


def _claims(reader: Reader, frame: Frame, missing: dict[str, str]) -> tuple[dict[str, Any], ...]:
    try:
        return tuple(recounts(reader, None, frame.panel))
    except UsageError as error:
        missing["claims"] = f"Nothing is held against published figures: {error}."
        return ()
