"""What each stored policy says to each registered agent: table `ruling`, and the counts it adds to a tally.

Derived from `policy`, `rule` and the registry alone. A new agent, or a corrected one, gets its whole history from a
rebuild of this table; no body is read again.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, select

from tracker.core.agents import Agent
from tracker.core.definitions import BY_STAR, DEFINITIONS
from tracker.core.policy import NO_GROUP, Policy, resolve
from tracker.core.verdict import Basis
from tracker.store import models
from tracker.store.bulk import add, chunks, rows_where, table

COLUMNS = models.tally_columns()
Counts = NDArray[np.int8]
_REMEMBERED = 20_000


@cache
def counts_of(named: bool, bits: int) -> tuple[int, ...]:
    """One ruling as 0 or 1 in every column of the tally."""
    values: list[int] = []
    for definition in DEFINITIONS.values():
        blocked = definition.counts_bits(named, bits)
        values.append(int(blocked))
        if not definition.named_only:
            values.append(int(blocked and named))
    return tuple(values)


class Rulings:
    """The registry of one history, and per policy a matrix agents x columns of what it adds to a tally."""

    def __init__(self, connection: Connection, agents: Sequence[Agent]) -> None:
        self._connection = connection
        self._agents = agents
        rows = connection.execute(select(table(models.Agent).c.agent_id, table(models.Agent).c.name)).all()
        ids = {name: agent_id for agent_id, name in rows}
        self.agent_ids: list[int] = [ids[agent.name] for agent in agents]
        self._row_of = {agent_id: row for row, agent_id in enumerate(self.agent_ids)}
        self._matrices: OrderedDict[int, Counts] = OrderedDict()
        self._site_counts: dict[int, NDArray[np.int32]] = {}

    @property
    def tokens(self) -> list[str]:
        """All tokens of the registry."""
        return [token for agent in self._agents for token in agent.tokens]

    def add(self, policies: Mapping[int, Policy]) -> None:
        """Store what new policies say to the agents for which it is not simply the wildcard's verdict."""
        rows = [
            {"agent_id": agent_id, "policy_id": policy_id, "named": named, "bits": bits}
            for policy_id, policy in policies.items()
            for agent_id, named, bits in self.differing(policy)
        ]
        add(self._connection, models.Ruling, rows)

    def differing(self, policy: Policy) -> Iterator[tuple[int, int, int]]:
        """(agent id, named, bits) for each agent to which a policy says something else than `*`, or by its name."""
        for agent, agent_id in zip(self._agents, self.agent_ids, strict=True):
            ruling = resolve(policy, agent)
            named = ruling.basis is Basis.NAMED
            if named or ruling.bits & ~NO_GROUP != policy.star & ~NO_GROUP:
                yield agent_id, int(named), ruling.bits

    def rebuild(self) -> None:
        """Derive the whole table again, after the registry has changed."""
        self._matrices.clear()
        connection = self._connection
        connection.execute(delete(table(models.Ruling)))
        policies, rules, tokens = table(models.Policy), table(models.Rule), table(models.Token)
        named: dict[int, list[tuple[str, int]]] = {}
        joined = select(rules.c.policy_id, tokens.c.token, rules.c.bits).join(
            tokens, tokens.c.token_id == rules.c.token_id
        )
        for policy_id, token, bits in connection.execute(joined):
            named.setdefault(policy_id, []).append((token, bits))
        for some in chunks(connection.execute(select(policies)).all()):
            self.add(
                {
                    row.policy_id: Policy(
                        star=row.star,
                        rules=tuple(sorted(named.get(row.policy_id, ()))),
                        absent=bool(row.absent),
                        loose=tuple(row.loose.splitlines()),
                    )
                    for row in some
                }
            )

    def prepare(self, policy_ids: Iterable[int]) -> None:
        """Load the matrices of policies that are about to be counted, all at once."""
        missing = {policy_id for policy_id in policy_ids if policy_id not in self._matrices}
        for row in rows_where(self._connection, models.Policy, "policy_id", missing):
            says = [int(DEFINITIONS[name].counts_bits(False, row.star)) for name in BY_STAR]
            self._site_counts[row.policy_id] = np.array([0, 1 - row.absent, row.absent, *says], dtype=np.int32)
            star = np.array(counts_of(False, row.star), dtype=np.int8)
            self._matrices[row.policy_id] = np.tile(star, (len(self.agent_ids), 1))
        for policy_id, agent_id, named, bits in self._rulings_of(missing):
            self._matrices[policy_id][self._row_of[agent_id]] = counts_of(bool(named), bits)
        while len(self._matrices) > _REMEMBERED:
            self._matrices.popitem(last=False)

    def _rulings_of(self, policy_ids: Iterable[int]) -> Iterator[tuple[int, int, int, int]]:
        """(policy id, agent id, named, bits) of some policies."""
        for row in rows_where(self._connection, models.Ruling, "policy_id", policy_ids):
            yield row.policy_id, row.agent_id, row.named, row.bits

    def matrix(self, policy_id: int) -> Counts:
        """What one site with this policy adds to the tally: agents in order x `COLUMNS`."""
        if policy_id not in self._matrices:
            self.prepare([policy_id])
        return self._matrices[policy_id]

    def site_counts(self, policy_id: int) -> NDArray[np.int32]:
        """What one site with this policy adds to the counts of sites: members (0), readable, absent, and `BY_STAR`."""
        if policy_id not in self._site_counts:
            self.prepare([policy_id])
        return self._site_counts[policy_id]
