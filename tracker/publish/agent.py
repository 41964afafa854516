"""One crawler in a history: who it is, who shuts it out, how that developed, what changed last."""

from datetime import date
from typing import Any

from tracker.core import dates
from tracker.core.definitions import DEFINITIONS, HEADLINE
from tracker.core.estimate import Denominator
from tracker.publish.tokens import TokensAsked, look
from tracker.publish.tokens import report as in_tokens
from tracker.store.asking import changes, find_agent, find_panel, one_of
from tracker.store.figures import bounds_in_words, figure
from tracker.store.query import Reader

STEPS = ("30d", "1y")
NEWEST = 10


def report(
    reader: Reader,
    token: str,
    *,
    panel: str | None = None,
    definition: str | None = None,
    kind: Denominator | None = None,
    tokens: TokensAsked | None = None,
) -> dict[str, Any]:
    """The facts of an agent (by name or product token), its share of a panel on the last known day, and what led there.

    Keys: agent (view `agents`), panel, definition, denominator, share (None if nothing is known), trend, changes,
    sites, and tokens (`tracker.publish.tokens.report`; None unless a file is given). Raises UsageError for a name that
    is not there, ReferenceDataError for a file of tokens that cannot be read.
    """
    facts = find_agent(reader, token)
    chosen = find_panel(reader, panel)
    reading = one_of("definition", definition or HEADLINE, DEFINITIONS)
    of_what = kind or Denominator.READABLE_OR_ABSENT
    name, list_name = facts["agent"], chosen["panel"]
    asked = changes(reader, agent=name, panel=list_name)
    found = {
        "agent": facts,
        "panel": list_name,
        "definition": reading,
        "counted": DEFINITIONS[reading].sentence,
        "denominator": str(of_what),
        "share": None,
        "trend": [],
        "changes": reader.sql(asked.sql, asked.values, limit=NEWEST).dicts(),
        "sites": _sites(reader, name, list_name, reading),
        "tokens": None,
    }
    if tokens is not None:
        found["tokens"] = in_tokens(look(reader, name, panel=list_name, definition=reading, asked=tokens))
    rows = reader.shares(list_name, [name], reading, held=of_what is Denominator.ANSWERED).dicts()
    if rows:
        sample = bool(chosen["is_sample"])
        by_day = {row["date"]: _dated(row, of_what, sample) for row in rows}
        found["share"] = by_day[rows[-1]["date"]] | {"bounds": bounds_in_words(rows[-1], of_what, sample)}
        found["trend"] = _trend(by_day, rows[-1]["date"])
    return found


def _dated(row: dict[str, Any], kind: Denominator, sample: bool) -> dict[str, Any]:
    return {"date": row["date"], **figure(row, kind, sample), "existed": bool(row["agent_existed"])}


def _trend(by_day: dict[str, dict[str, Any]], last: str) -> list[dict[str, Any]]:
    """The share so long ago and the change since, in points; None where nothing was known on that day."""
    trend = []
    for step in STEPS:
        day = dates.since(step, date.fromisoformat(last)).isoformat()
        then = by_day.get(day, {}).get("percent")
        now = by_day[last]["percent"]
        points = None if then is None or now is None else round(now - then, 3)
        trend.append({"since": step, "date": day, "percent": then, "points": points})
    return trend


def _sites(reader: Reader, agent: str, panel: str, definition: str) -> dict[str, Any]:
    """How many sites of the panel the definition counts now, and the best placed of them, by name without ranks."""
    rows = reader.sql(
        "SELECT n.site, n.category, s.rank, n.named, n.since, n.stale, n.verdict FROM access_now n "
        "JOIN sites s ON s.site = n.site WHERE s.list = :panel AND n.agent = :agent "
        + ("AND n.verdict = 'blocked' " if definition == HEADLINE else "")
        + "ORDER BY s.rank IS NULL, s.rank, n.site",
        {"agent": agent, "panel": panel},
    ).dicts()
    if definition != HEADLINE:
        # The view knows no other definition.
        sites = reader.restricted_sites(agent, panel, definition).sites
        holds = {site.host for site in sites if site.robots}
        rows = [row for row in rows if row["site"] in holds]
    return {"blocking": len(rows), "first": rows[:NEWEST]}
