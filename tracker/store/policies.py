"""Policies and agents read back from their rows."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from tracker.core.agents import Agent, Kind, Purpose
from tracker.core.policy import Policy, Preference
from tracker.store import models
from tracker.store.bulk import chunks, rows_where, table


def stored_policies(connection: Connection, policy_ids: Iterable[int]) -> dict[int, Policy]:
    """What the rows of policies say, by id."""
    policy_ids = list(policy_ids)
    rules: dict[int, list[tuple[str, int]]] = {policy_id: [] for policy_id in policy_ids}
    preferences: dict[int, list[Preference]] = {policy_id: [] for policy_id in policy_ids}
    rule, token = table(models.Rule).c, table(models.Token).c
    for some in chunks(policy_ids):
        named = select(rule.policy_id, token.token, rule.bits).join_from(
            table(models.Rule), table(models.Token), token.token_id == rule.token_id
        )
        for policy_id, name, bits in connection.execute(named.where(rule.policy_id.in_(some))):
            rules[policy_id].append((name, bits))
    for row in rows_where(connection, models.Signal, "policy_id", policy_ids):
        preferences[row.policy_id].append(Preference(*(getattr(row, name) for name in Preference._fields)))
    return {
        row.policy_id: Policy(
            star=row.star,
            rules=tuple(sorted(rules[row.policy_id])),
            absent=bool(row.absent),
            preferences=tuple(sorted(preferences[row.policy_id])),
            loose=tuple(row.loose.splitlines()),
        )
        for row in rows_where(connection, models.Policy, "policy_id", policy_ids)
    }


def stored_agents(connection: Connection) -> list[Agent]:
    """The registry that the derived tables of this history follow, by id; without what only people read."""
    obeys: dict[int, list[str]] = {}
    token, agent = table(models.AgentToken).c, table(models.Agent).c
    listed = select(token.agent_id, token.token).order_by(token.agent_id, token.position)
    for agent_id, name in connection.execute(listed):
        obeys.setdefault(agent_id, []).append(name)
    rows = connection.execute(select(table(models.Agent)).order_by(agent.agent_id)).all()
    return [_agent(row, obeys.get(row.agent_id, [])) for row in rows]


def _agent(row: Any, obeys: Sequence[str]) -> Agent:
    tokens = tuple(json.loads(row.tokens))
    return Agent(
        row.name,
        tokens,
        row.operator,
        Purpose(row.purpose),
        Kind(row.kind),
        source="",
        checked="",
        valid_from=row.valid_from,
        documentation=row.documentation,
        falls_back_to=tuple(name for name in obeys[len(tokens) :] if name != "*"),
        obeys_star=bool(row.obeys_star),
    )
