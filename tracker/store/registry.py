"""The registry of agents inside a history: a copy of data/reference, and the derived tables that follow it."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, delete, func, select

from tracker.core.agents import Agent
from tracker.core.definitions import DEFINITIONS
from tracker.store import models
from tracker.store.bulk import add, add_or, chunks, column, remove_where, table
from tracker.store.derive import stored_states
from tracker.store.meta import get_meta, put_meta
from tracker.store.policies import stored_agents
from tracker.store.rulings import Rulings
from tracker.store.tally import Tally, memberships

FINGERPRINT = "2:"  # how fingerprints are worked out; those of before had none, and took tokens as they are spelt
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
    """Identity of all that derived tables take from the registry: names, tokens, fallbacks, dates, definitions.

    Of tokens in lower case, as `agent_token` keeps them: whoever has only the file can work it out again.
    """
    facts = sorted([a.name, len(a.tokens), obeyed(a), a.valid_from or ""] for a in agents)
    return FINGERPRINT + hashlib.sha256(json.dumps([facts, sorted(DEFINITIONS)]).encode()).hexdigest()


def obeyed(agent: Agent) -> list[str]:
    """The tokens whose rules an agent obeys, in order: its own, those it falls back to, `*` unless it ignores that."""
    tokens = [*agent.tokens, *agent.falls_back_to, *(["*"] if agent.obeys_star else [])]
    return [token.lower() for token in tokens]


def sync_registry(connection: Connection, agents: Sequence[Agent]) -> bool:
    """Carry the agents over; where any of them changed, derive rulings and tally again. True if it did.

    No body is parsed: policies keep every token that any file names.
    """
    fingerprint = registry_fingerprint(agents)
    is_current = get_meta(connection, "registry") == fingerprint == _stored_fingerprint(connection)
    _store_agents(connection, agents)
    if is_current:
        return False
    rulings = Rulings(connection, agents)
    rulings.rebuild()
    rebuild_tally(connection, rulings)
    put_meta(connection, "registry", fingerprint)
    return True


def _stored_fingerprint(connection: Connection) -> str:
    """The fingerprint of the rows as they stand; empty if somebody made them unreadable."""
    try:
        return registry_fingerprint(stored_agents(connection))
    except (ValueError, TypeError):
        return ""


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
        {"agent_id": ids[agent.name], "position": position, "token": token}
        for agent in agents
        for position, token in enumerate(obeyed(agent))
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
        "valid_from_day": day_number(agent.valid_from),
        "documentation": agent.documentation,
        "headline": int(agent.headline),
        "obeys_star": int(agent.obeys_star),
    }


def day_number(iso: str | None) -> int | None:
    """Days since 1970-01-01 of an ISO date."""
    return None if iso is None else (date.fromisoformat(iso) - date(1970, 1, 1)).days


def rebuild_tally(connection: Connection, rulings: Rulings) -> None:
    """Derive both tally tables again from states and memberships."""
    for model in (models.Tally, models.TallySites):
        connection.execute(delete(table(model)))
    tally = Tally(connection, rulings)
    member = table(models.PanelMember).c
    alike = (member.panel_id, member.since, member.until)
    for panel_id, since, until, count in connection.execute(select(*alike, func.count()).group_by(*alike)):
        tally.add_member(count, panel_id, since, until)
    for some in chunks(map(int, column(connection, select(table(models.Site).c.site_id)))):
        panels = memberships(connection, some)
        for site_id, states in stored_states(connection, some).items():
            tally.add(+1, states, panels.get(site_id, ()))
    tally.flush()
