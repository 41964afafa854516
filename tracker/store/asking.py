"""Questions that people ask in words: which agent, which panel, which stretch of time, and the SQL that follows."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from tracker.core import dates
from tracker.core.nearest import did_you_mean
from tracker.errors import UsageError
from tracker.store.dictionary import views
from tracker.store.query import Reader


class Asked(NamedTuple):
    """A statement, its values, and the days it is about (`since` None: from the beginning)."""

    sql: str
    values: dict[str, str]
    since: str | None
    until: str


def horizon(reader: Reader) -> str:
    """The day of the newest look; raises UsageError in a history without any."""
    newest = reader.about().get("horizon")
    if not newest:
        raise UsageError("this history has no look at any site yet: `tracker crawl` makes the first")
    return newest[:10]


def one_of(what: str, text: str, known: Iterable[str]) -> str:
    """The known name that equals `text` but for case; raises UsageError with the nearest."""
    by_lower = {one.lower(): one for one in known}
    if text.lower() in by_lower:
        return by_lower[text.lower()]
    few = f", use one of: {', '.join(by_lower.values())}" if len(by_lower) <= 12 else ""
    raise UsageError(f"unknown {what} {text!r}{did_you_mean(text, by_lower.values())}{few}")


def find_agent(reader: Reader, text: str) -> dict[str, Any]:
    """The row of view `agents` with this name or else this product token, in whatever case. Raises UsageError."""
    agents = reader.agents()
    for row in agents:
        if row["agent"].lower() == text.lower():
            return row
    by_token: dict[str, dict[str, Any]] = {}
    for row in reversed(agents):
        by_token |= dict.fromkeys((token.lower() for token in json.loads(row["tokens"])), row)
    if text.lower() in by_token:
        return by_token[text.lower()]
    near = did_you_mean(text, [*by_token, *(row["agent"] for row in agents)])
    raise UsageError(
        f"no agent {text!r} in this history{near}; `tracker agents` lists them, `tracker agents add` adds one"
    )


_NEAR = """
SELECT host FROM site WHERE substr(host, 1, 2) = :start OR host LIKE :rest ORDER BY ABS(LENGTH(host) - :length), host
"""
_MOST_NEAR = 5_000


def near_site(reader: Reader, host: str) -> str:
    """` (did you mean X?)` with a site of this history, or nothing: the same with or without `www.`, or misspelt."""
    other = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    if reader.sql("SELECT 1 FROM site WHERE host = :host", {"host": other}).rows:
        return f" (did you mean {other}?)"
    values = {"start": host[:2], "rest": f"%{host[2:]}", "length": len(host)}
    return did_you_mean(host, reader.sql(_NEAR, values, limit=_MOST_NEAR).column("host"))


def find_panel(reader: Reader, name: str | None) -> dict[str, Any]:
    """The panel of this name, as `Reader.panels` has it; the one looked at last for None. Raises UsageError."""
    panels = {row["panel"]: row for row in reader.panels()}
    if not panels:
        raise UsageError("this history has no panel yet: `tracker crawl` or `tracker panel import` makes one")
    return panels[one_of("panel", name, panels)] if name else next(iter(panels.values()))


def a_day(option: str, text: str, newest: str) -> str:
    """The ISO day that `text` means, see `tracker.core.dates.since`; raises UsageError naming the option."""
    try:
        return dates.since(text, date.fromisoformat(newest)).isoformat()
    except ValueError as error:
        raise UsageError(f"{option} {error}") from error


def changes(
    reader: Reader,
    *,
    since: str | None = None,
    until: str | None = None,
    agent: str | None = None,
    site: str | None = None,
    panel: str | None = None,
    kind: str | None = None,
    cause: str | None = None,
) -> Asked:
    """The rows of view `changes` that fulfil all of these, newest first. `since` and `until` are included.

    '7d', '4w', '6m' and '1y' count back from the newest look. Raises UsageError for a name that is not there.
    """
    newest = horizon(reader)
    values = {"until": a_day("until", until, newest) if until else newest}
    wanted = {
        "since": None if since is None else a_day("since", since, newest),
        "agent": None if agent is None else find_agent(reader, agent)["agent"],
        "site": site,
        "panel": None if panel is None else find_panel(reader, panel)["panel"],
        "kind": None if kind is None else one_of("kind", kind, _choices("kind")),
        "cause": None if cause is None else one_of("cause", cause, _choices("cause")),
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    if given.get("since", "") > values["until"]:
        raise UsageError(f"since {given['since']} is after until {values['until']}")
    conditions = {"since": "date >= :since", "panel": "site IN (SELECT site FROM sites WHERE list = :panel)"}
    where = " AND ".join(["date <= :until", *(conditions.get(name, f"{name} = :{name}") for name in given)])
    sql = f"SELECT * FROM changes WHERE {where} ORDER BY date DESC, site, agent"
    return Asked(sql, values | given, given.get("since"), values["until"])


def _choices(column: str) -> tuple[str, ...]:
    return next(one.values for one in views()["changes"].columns if one.name == column)
