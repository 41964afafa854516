"""The registry of agents inside a history: a copy of data/reference, and the derived tables that follow it."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, delete, select

from tracker.core.agents import Agent
from tracker.core.definitions import DEFINITIONS
from tracker.store import models
from tracker.store.bulk import add, add_or, chunks, remove_where, table
from tracker.store.derive import stored_states
from tracker.store.meta import get_meta, put_meta
from tracker.store.rulings import Rulings
from tracker.store.tally import Tally, memberships

_COLUMNS = (
    "operator",
    "purpose",
    "kind",
    "tokens",
    "valid_from",
    "valid_from_day",
    "documentation",
    "headline",
    "obeys_star",
)


def registry_fingerprint(agents: Sequence[Agent]) -> str:
    """SHA-256 of all that derived tables take from the registry: names, tokens, fallbacks, dates, definitions."""
    facts = sorted([a.name, a.tokens, a.falls_back_to, a.obeys_star, a.valid_from] for a in agents)
    return hashlib.sha256(json.dumps([facts, sorted(DEFINITIONS)]).encode()).hexdigest()


def sync_registry(connection: Connection, agents: Sequence[Agent]) -> bool:
    """Carry the agents over; where any of them changed, derive rulings and tally again. True if it did.

    No body is parsed: policies keep every token that any file names.
    """
    fingerprint = registry_fingerprint(agents)
    _store_agents(connection, agents)
    if get_meta(connection, "registry") == fingerprint:
        return False
    rulings = Rulings(connection, agents)
    rulings.rebuild()
    rebuild_tally(connection, rulings)
    put_meta(connection, "registry", fingerprint)
    return True


def _store_agents(connection: Connection, agents: Sequence[Agent]) -> None:
    target = table(models.Agent)
    known = {name: agent_id for agent_id, name in connection.execute(select(target.c.agent_id, target.c.name))}
    gone = [agent_id for name, agent_id in known.items() if name not in {agent.name for agent in agents}]
    for model in (models.Tally, models.Ruling, models.AgentToken, models.Agent):
        remove_where(connection, model, "agent_id", gone)
    rows = [{"agent_id": known.get(agent.name), "name": agent.name, **_facts(agent)} for agent in agents]
    fresh = [row for row in rows if row["agent_id"] is None]
    next_id = max(known.values(), default=0) + 1
    for offset, row in enumerate(fresh):
        row["agent_id"] = next_id + offset
    add_or(connection, models.Agent, rows, _COLUMNS)
    _store_tokens(connection, agents)


def _store_tokens(connection: Connection, agents: Sequence[Agent]) -> None:
    target = table(models.Agent)
    ids = {name: agent_id for agent_id, name in connection.execute(select(target.c.agent_id, target.c.name))}
    rows = [
        {"agent_id": ids[agent.name], "position": position, "token": token.lower()}
        for agent in agents
        for position, token in enumerate([*agent.tokens, *agent.falls_back_to, *(["*"] if agent.obeys_star else [])])
    ]
    connection.execute(delete(table(models.AgentToken)))
    add(connection, models.AgentToken, rows)


def _facts(agent: Agent) -> dict[str, object]:
    return {
        "operator": agent.operator,
        "purpose": str(agent.purpose),
        "kind": str(agent.kind),
        "tokens": json.dumps(agent.tokens),
        "valid_from": agent.valid_from,
        "valid_from_day": _day_number(agent.valid_from),
        "documentation": agent.documentation,
        "headline": int(agent.headline),
        "obeys_star": int(agent.obeys_star),
    }


def _day_number(iso: str | None) -> int | None:
    return None if iso is None else (date.fromisoformat(iso) - date(1970, 1, 1)).days


def rebuild_tally(connection: Connection, rulings: Rulings) -> None:
    """Derive both tally tables again from states and memberships."""
    for model in (models.Tally, models.TallySites):
        connection.execute(delete(table(model)))
    tally = Tally(connection, rulings)
    members = table(models.PanelMember)
    for row in connection.execute(select(members.c.panel_id, members.c.since, members.c.until)):
        tally.add_member(+1, row.panel_id, row.since, row.until)
    site_ids = connection.execute(select(table(models.Site).c.site_id)).scalars().all()
    for some in chunks(site_ids):
        panels = memberships(connection, some)
        for site_id, states in stored_states(connection, some).items():
            tally.add(+1, states, panels.get(site_id, ()))
    tally.flush()
