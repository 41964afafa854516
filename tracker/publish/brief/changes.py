"""Who closed and who reopened, with the lines that say so and the hashes of the files that hold them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.core import dates
from tracker.core.agents import Agent
from tracker.core.definitions import HEADLINE
from tracker.core.verdicts import stranger
from tracker.publish.brief.facts import Change, Frame
from tracker.publish.claim import verdict_of
from tracker.store.query import Reader

NEWEST = 8
_LOOKED_AT = 500
_OF_PANEL = (
    "agent_existed = 1 AND date <= :until AND agent IN ({agents}) "
    "AND site IN (SELECT site FROM sites WHERE list = :panel)"
)


@dataclass(frozen=True, slots=True)
class Moves:
    """The newest closings and reopenings, and by agent how many sites did either within a year."""

    closings: tuple[Change, ...]
    reopenings: tuple[Change, ...]
    counts: Mapping[str, tuple[int, int]]


def moves_of(reader: Reader, registry: Sequence[Agent], frame: Frame, agents: Sequence[str]) -> Moves:
    """The moves of a panel's sites towards some agents; a change counts for the day on which it was first seen."""
    values = {f"agent{n}": agent for n, agent in enumerate(agents)} | {"panel": frame.panel, "until": frame.date}
    where = _OF_PANEL.format(agents=", ".join(f":agent{n}" for n in range(len(agents))))
    by_name = {agent.name: agent for agent in registry}

    def newest(condition: str) -> tuple[Change, ...]:
        rows = reader.sql(
            f"SELECT * FROM changes WHERE {where} AND {condition} AND cause <> 'parser' "
            "ORDER BY date DESC, site, agent",
            values,
            limit=_LOOKED_AT,
        ).dicts()
        order = {agent: place for place, agent in enumerate(agents)}
        return tuple(_change(reader, group, order, by_name) for group in _grouped(rows))

    since = dates.since("1y", date.fromisoformat(frame.date)).isoformat()
    counted = reader.sql(
        "SELECT agent, COUNT(DISTINCT CASE WHEN after = 'blocked' THEN site END), "
        "COUNT(DISTINCT CASE WHEN before = 'blocked' THEN site END) "
        f"FROM changes WHERE {where} AND cause = 'site' AND date > :since GROUP BY agent",
        values | {"since": since},
    ).rows
    counts = {agent: (int(closed), int(reopened)) for agent, closed, reopened in counted}
    return Moves(newest("after = 'blocked'"), newest("before = 'blocked'"), counts)


def _grouped(rows: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The newest sites, each with all agents of one day, verdict before and verdict after."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        key = tuple(str(row[name]) for name in ("date", "site", "before", "after", "body_before", "body_after"))
        if key not in groups and len(groups) == NEWEST:
            break
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _change(
    reader: Reader, rows: Sequence[dict[str, Any]], order: Mapping[str, int], registry: Mapping[str, Agent]
) -> Change:
    first = rows[0]
    agents = tuple(sorted((row["agent"] for row in rows), key=order.__getitem__))
    agent = registry.get(agents[0]) or stranger(agents[0])
    return Change(
        first["date"],
        first["not_before"],
        first["site"],
        agents,
        first["before"],
        first["after"],
        first["body_before"],
        first["body_after"],
        _lines(reader, first["body_before"], agent),
        _lines(reader, first["body_after"], agent),
        first["cause"],
    )


def _lines(reader: Reader, sha256: str | None, agent: Agent) -> tuple[str, ...]:
    """`12: Disallow: /` for each line that decides; none where no rule does, or there is no file."""
    if sha256 is None:
        return ()
    said = verdict_of(reader.body(sha256), agent, HEADLINE)
    cited = [*said["agent_lines"], said["deciding_line"], *said["exception_lines"][:1]]
    return tuple(f"{line['line']}: {line['text']}" for line in cited if line is not None)
