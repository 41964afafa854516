"""The registry of agents in the file against its own fingerprint: whom all the counts are about."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from tracker.core.agents import Agent
from tracker.store import models
from tracker.store.bulk import table
from tracker.store.meta import get_meta
from tracker.store.policies import stored_agents
from tracker.store.registry import FINGERPRINT, day_number, obeyed, registry_fingerprint
from tracker.store.verify.report import Check


def check_registry(connection: Connection, check: Check) -> tuple[list[Agent], frozenset[str]]:
    """The rows of the agents against each other and against what the last writer left of them.

    Gives the agents, and the tokens for which the files in the history were searched.
    """
    check.repairable = False
    tokens: frozenset[str] = frozenset()
    try:
        tokens = frozenset(json.loads(get_meta(connection, "tokens") or "[]"))
        agents = stored_agents(connection)
        if check.skipped:
            return agents, tokens
        for said in _at_odds(connection, agents):
            check.found(said)
    except (ValueError, TypeError) as error:
        check.found(f"the agents cannot be read: {error}")
        return [], tokens
    check.checked = len(agents)
    if tokens != {token.lower() for agent in agents for token in agent.tokens}:
        check.found("the files were not searched for the tokens of these agents (meta.tokens)")
    stated = get_meta(connection, "registry")
    if stated is not None and not stated.startswith(FINGERPRINT):
        check.note = "the fingerprint, which an older program left; the next command that writes makes another"
    elif not check.wrong and agents and stated != registry_fingerprint(agents):
        check.found("names, tokens, fallbacks or dates of the agents are not those that the counts were made for")
    return agents, tokens


def _at_odds(connection: Connection, agents: list[Agent]) -> Iterator[str]:
    """Where the rows of one agent contradict each other."""
    agent, token = table(models.Agent).c, table(models.AgentToken).c
    stored: dict[int, list[tuple[int, str]]] = {}
    for row in connection.execute(select(table(models.AgentToken)).order_by(token.agent_id, token.position)):
        stored.setdefault(row.agent_id, []).append((row.position, row.token))
    rows: list[Any] = list(connection.execute(select(agent.agent_id, agent.valid_from_day).order_by(agent.agent_id)))
    for row, facts in zip(rows, agents, strict=True):
        if row.valid_from_day != day_number(facts.valid_from):
            yield f"{facts.name}: valid_from_day {row.valid_from_day} is not {facts.valid_from}"
        if stored.get(row.agent_id, []) != list(enumerate(obeyed(facts))):
            yield f"{facts.name}: the tokens that it obeys are not its own, in order, then those it falls back to"
