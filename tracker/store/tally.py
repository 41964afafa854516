"""The tally: per panel, agent and day the change of every count, kept in step with `state` by differences.

Adding a site's states with sign +1 and taking them away with -1 commute, so any order of arrival ends in the same
table. A day's value is the state at the end of that UTC day.
"""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Delete, Integer, bindparam, delete, literal_column
from sqlmodel import SQLModel

from tracker.core.definitions import BY_STAR
from tracker.core.intervals import State, day_of
from tracker.store import models
from tracker.store.bulk import Upsert, rows_where, run_many, table, upsert
from tracker.store.rulings import COLUMNS, Rulings

_SITES = ("members", "readable", "absent", *(f"star_{name}" for name in BY_STAR))


class Tally:
    """Collects differences in memory and writes them with `flush`."""

    def __init__(self, connection: Connection, rulings: Rulings) -> None:
        self._connection = connection
        self._rulings = rulings
        self._agents: dict[tuple[int, int], NDArray[np.int32]] = {}
        self._sites: dict[tuple[int, int], NDArray[np.int32]] = {}

    def prepare(self, states: Iterable[State]) -> None:
        """Load what is needed to count these states, all at once."""
        self._rulings.prepare({state.policy for state in states if state.policy is not None})

    def add(self, sign: int, states: Sequence[State], memberships: Sequence[tuple[int, int, int | None]]) -> None:
        """Count a site's states (`sign` +1), or take them away (-1), in each panel (id, since, until) it is in."""
        for panel_id, since, until in memberships:
            for state in states:
                if state.policy is None:
                    continue
                start = max(state.valid_from, since)
                end = _earlier(state.valid_to, until)
                if end is None or start < end:
                    self._mark(panel_id, day_of(start), sign, state.policy)
                    if end is not None:
                        self._mark(panel_id, day_of(end), -sign, state.policy)

    def add_member(self, count: int, panel_id: int, since: int, until: int | None) -> None:
        """Count so many equal memberships themselves; less than none: take them away."""
        self._site_row(panel_id, day_of(since))[0] += count
        if until is not None:
            self._site_row(panel_id, day_of(until))[0] -= count

    def _mark(self, panel_id: int, day: int, sign: int, policy_id: int) -> None:
        matrix = self._rulings.matrix(policy_id)
        key = (panel_id, day)
        if key not in self._agents:
            self._agents[key] = np.zeros(matrix.shape, dtype=np.int32)
        self._agents[key] += matrix if sign > 0 else -matrix
        row = self._site_row(panel_id, day)
        row += sign * self._rulings.site_counts(policy_id)

    def _site_row(self, panel_id: int, day: int) -> NDArray[np.int32]:
        return self._sites.setdefault((panel_id, day), np.zeros(len(_SITES), dtype=np.int32))

    def flush(self) -> None:
        """Add the collected differences to the tables and drop the rows that became all zero."""
        sites, agents = self.rows()
        _accumulate(self._connection, models.TallySites, _SITES, sites)
        _accumulate(self._connection, models.Tally, COLUMNS, agents)
        self._agents.clear()
        self._sites.clear()

    def rows(self) -> tuple[list[dict[str, int]], list[dict[str, int]]]:
        """The collected differences as rows of `tally_sites` and of `tally`, without those that are all zero."""
        sites = [
            {"panel_id": panel_id, "day": day, **dict(zip(_SITES, values.tolist(), strict=True))}
            for (panel_id, day), values in self._sites.items()
            if values.any()
        ]
        return sites, self._agent_rows()

    def _agent_rows(self) -> list[dict[str, int]]:
        rows = []
        for (panel_id, day), matrix in self._agents.items():
            for row in np.flatnonzero(matrix.any(axis=1)).tolist():
                counts = dict(zip(COLUMNS, matrix[row].tolist(), strict=True))
                rows.append({"panel_id": panel_id, "agent_id": self._rulings.agent_ids[row], "day": day, **counts})
        return rows


def _earlier(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)


def _accumulate(
    connection: Connection, model: type[SQLModel], columns: tuple[str, ...], rows: list[dict[str, int]]
) -> None:
    if rows:
        for statement in _accumulating(connection.dialect.name, model, columns):
            run_many(connection, statement, rows)


@cache
def _accumulating(dialect: str, model: type[SQLModel], columns: tuple[str, ...]) -> tuple[Upsert, Delete]:
    """Add a row of differences; drop a row, found by its key, that has become all zero."""
    target = table(model)
    statement = upsert(dialect, target)
    keys = [column.name for column in target.primary_key]
    sums = {name: target.c[name] + statement.excluded[name] for name in columns}
    same_key = (target.c[name] == bindparam(name, type_=Integer) for name in keys)
    all_zero = (target.c[name] == literal_column("0") for name in columns)
    return statement.on_conflict_do_update(index_elements=keys, set_=sums), delete(target).where(*same_key, *all_zero)


def memberships(connection: Connection, site_ids: Iterable[int]) -> dict[int, list[tuple[int, int, int | None]]]:
    """The panels of each site as (panel_id, since, until)."""
    found: dict[int, list[tuple[int, int, int | None]]] = {}
    for row in rows_where(connection, models.PanelMember, "site_id", site_ids):
        found.setdefault(row.site_id, []).append((row.panel_id, row.since, row.until))
    return found
