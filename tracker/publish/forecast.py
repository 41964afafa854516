"""The forecast of an agent's share, and the backtest of a history, as commands and pages show them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tracker import __version__
from tracker.core.dates import iso
from tracker.core.definitions import DEFINITIONS, HEADLINE
from tracker.core.estimate import percent
from tracker.core.forecast import (
    DRIFT,
    MONTH,
    PERSISTENCE,
    Backtest,
    Break,
    Fit,
    Gamma,
    Histories,
    Prior,
    backtest,
    fit,
    shared_prior,
)
from tracker.core.forecast.breaks import evidence
from tracker.core.forecast.fitting import CHART_MONTHS, LEAST_EVENTS, LEAST_WEEKS
from tracker.errors import UsageError
from tracker.publish.peers import statistical_peers
from tracker.publish.track_record import track_record
from tracker.store.asking import find_agent, find_panel, one_of
from tracker.store.query import Reader

MOST_BLOCKED = 6


def report(
    reader: Reader,
    token: str,
    *,
    panel: str | None = None,
    definition: str | None = None,
    months: Sequence[int] = range(1, CHART_MONTHS + 1),
    seed: int = 0,
) -> dict[str, Any]:
    """The forecast of an agent (by name or product token) in a panel, JSON-able.

    Keys: agent, panel, definition, counted, date, known, blocked, percent, weeks, kind, refusals, hazards, forecast,
    breaks, events_since_break (None: there are no breaks), whole: hazards and forecast without a restart at the breaks
    (None: there are none), tested: what such forecasts were worth (`tracker.publish.track_record`; None: this is none),
    and warnings.
    Raises UsageError for a name that is not there, and for a panel of which nothing is known.
    """
    known = find_agent(reader, token)
    agent = known["agent"]
    list_name = find_panel(reader, panel)["panel"]
    reading = one_of("definition", definition or HEADLINE, DEFINITIONS)
    histories = _histories(reader, known, list_name, reading)
    shared = None
    if histories.weeks < LEAST_WEEKS:
        shared = _prior_of_others(reader, agent, list_name, reading)
    try:
        fitted = fit(histories, shared=shared, seed=seed)
    except ValueError:
        raise UsageError(
            f"nothing is known of {agent} in panel {list_name} at its newest look: crawl it, or choose another --panel"
        ) from None
    return {
        "agent": agent,
        "panel": list_name,
        "definition": reading,
        "counted": DEFINITIONS[reading].sentence,
        "date": iso(fitted.at)[:10],
        "known": fitted.known,
        "blocked": fitted.blocked,
        "percent": percent(fitted.share),
        "weeks": round(fitted.weeks, 1),
        "kind": str(fitted.kind),
        "refusals": list(fitted.refusals),
        **_ahead(fitted, months),
        "breaks": [_break(one) for one in fitted.breaks],
        "events_since_break": round(fitted.since_break, 1) if fitted.breaks else None,
        "whole": _ahead(fitted.whole, months) if fitted.whole else None,
        "tested": None if fitted.refusals else track_record(agent, reading),
        "warnings": [*warnings(reader), *_thin(fitted)],
        "seed": seed,
        "draws": fitted.draws,
    }


def warnings(reader: Reader) -> list[str]:
    """What to know of all figures of a history."""
    return ["DEMO: made-up sites, so all figures are made up, too"] if reader.about()["kind"] == "demo" else []


def _thin(fitted: Fit) -> list[str]:
    """That few sites changed after the last break, if so."""
    if not fitted.is_thin:
        return []
    seen = f"only {fitted.since_break:.0f} changes were seen after the last break"
    return [f"{seen}, fewer than the {LEAST_EVENTS} of a forecast: what was before it, at a fifth, and the prior rule"]


def _histories(reader: Reader, agent: Mapping[str, Any], panel: str, definition: str) -> Histories:
    """What the sites said to a row of view `agents`. Raises UsageError if all looks are older than the agent."""
    found = reader.site_histories(agent["agent"], panel, definition)
    newest = iso(found.until)[:10]
    if found.until and (agent["since"] or "") > newest:
        raise UsageError(
            f"{agent['agent']} is documented from {agent['since']} on, the newest look at panel {panel} is of "
            f"{newest}: crawl it, or choose another --panel"
        )
    return found


def _prior_of_others(reader: Reader, agent: str, panel: str, definition: str) -> Prior:
    """What the other headline agents' histories say of the hazards."""
    names = [row["agent"] for row in reader.agents() if row["headline"] and row["agent"] != agent]
    found = [evidence(reader.site_histories(name, panel, definition)) for name in names]
    return shared_prior([one.blocks for one in found], [one.unblocks for one in found])


def _ahead(fitted: Fit, months: Sequence[int]) -> dict[str, Any]:
    ahead = fitted.forecast(months)
    low_80, high_80 = ahead.interval(0.8)
    low_90, high_90 = ahead.interval(0.9)
    rows = zip(months, ahead.kinds, ahead.median, low_80, high_80, low_90, high_90, strict=True)
    return {
        "hazards": {
            "block": _hazard(fitted.block, fitted.evidence.blocks.events, fitted.open_days),
            "unblock": _hazard(fitted.unblock, fitted.evidence.unblocks.events, fitted.blocked_days),
        },
        "forecast": [
            {
                "months": h,
                "date": _later(fitted.at, h),
                "median": percent(float(median)),
                "interval_80": [percent(float(low)), percent(float(high))],
                "interval_90": [percent(float(lowest)), percent(float(highest))],
                "kind": str(kind),
            }
            for h, kind, median, low, high, lowest, highest in rows
        ],
    }


def _later(at: int, months: float) -> str:
    """The day so many months later."""
    return iso(at + round(months * MONTH))[:10]


def _hazard(posterior: Gamma, events: float, site_days: float) -> dict[str, Any]:
    return {"per_site_month": posterior.mean, "events": round(events, 1), "site_days": round(site_days)}


def _break(one: Break) -> dict[str, Any]:
    return {
        "start": iso(one.start)[:10],
        "end": iso(one.end)[:10],
        "cause": str(one.cause),
        "direction": "block" if one.blocks else "unblock",
        "events": round(one.events, 1),
        "expected": None if one.expected is None else round(one.expected, 2),
        "limit": one.limit,
        "shared": round(one.shared, 1),
        "words": str(one),
    }


def history_backtest(
    reader: Reader,
    tokens: Sequence[str] = (),
    *,
    panel: str | None = None,
    definition: str | None = None,
    origins: int | None = None,
    advance: Callable[[int, int, str], None] | None = None,
) -> tuple[dict[str, Any], Backtest]:
    """The facts of a backtest on a history (version, panel, definition, sites, first and last day), and the backtest.

    Without `tokens` of the six agents that the panel blocks most on its last day. Raises UsageError for a name that is
    not there, and for a panel of which nothing is known.
    """
    list_name = find_panel(reader, panel)["panel"]
    reading = one_of("definition", definition or HEADLINE, DEFINITIONS)
    names = tokens or _most_blocked(reader, list_name, reading)
    agents = {row["agent"]: row for row in (find_agent(reader, name) for name in names)}
    panels = {name: _histories(reader, row, list_name, reading) for name, row in agents.items()}
    if not any(one.sites for one in panels.values()):
        raise UsageError(f"nothing is known of panel {list_name} yet: crawl or import it, or choose another --panel")
    tested = backtest(panels, peers=[PERSISTENCE, DRIFT, *statistical_peers()], origins=origins, advance=advance)
    facts = {
        "drywell": __version__,
        "panel": list_name,
        "definition": reading,
        "sites": max(len(one.sites) for one in panels.values()),
        "from": iso(min(one.since for one in panels.values()))[:10],
        "to": iso(max(one.until for one in panels.values()))[:10],
        "known_since": {name: _day(one) for name, one in panels.items()},
    }
    return facts, tested


def _day(one: Histories) -> str:
    return iso(one.since)[:10]


def _most_blocked(reader: Reader, panel: str, definition: str) -> list[str]:
    if reader.last_day(panel) is None:
        return []
    rows = reader.league(panel, definition, held=False).dicts()
    return [row["agent"] for row in rows if row["agent_existed"]][:MOST_BLOCKED]
