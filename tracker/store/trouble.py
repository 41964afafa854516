"""The failure lane: runs of failed attempts of one source at one site with one cause."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from tracker.store import models
from tracker.store.bulk import add_or, rows_where, table
from tracker.store.captures import Failure


class Run(NamedTuple):
    """A run of failed attempts as it stands: its cause, its beginning (UTC seconds) and its length."""

    kind: str
    first_seen: int
    checks: int


def note_failures(
    connection: Connection, source_id: int, at: int, failures: Mapping[int, Failure], runs: Mapping[int, Run]
) -> None:
    """Record failed attempts by site. Of `runs` (see `running`) those with the same cause go on, others begin."""
    rows = []
    for site_id, failure in failures.items():
        run = runs.get(site_id)
        if run is None or run.kind != failure.kind:
            run = Run(failure.kind, at, 0)
        row = {"site_id": site_id, "source_id": source_id, "first_seen": run.first_seen, "last_seen": at}
        rows.append(row | {"kind": run.kind, "checks": run.checks + 1, "detail": failure.detail})
    add_or(connection, models.Trouble, rows, ["last_seen", "kind", "checks", "detail"])


def running(connection: Connection, source_id: int, at: int, last_tries: Mapping[int, int]) -> dict[int, Run]:
    """The runs that a failure at `at` can prolong: those whose last failure was the site's newest attempt of any kind.

    `last_tries`: the sites and when they were last asked before; an answer, or an older date, lets a new run begin.
    """
    column = table(models.Trouble).c
    since = min(last_tries.values(), default=at)
    recent = (column.source_id == source_id, column.first_seen < at, column.last_seen >= since)
    runs = rows_where(connection, models.Trouble, "site_id", last_tries, *recent)
    newest = {run.site_id: run for run in sorted(runs, key=lambda run: run.last_seen)}
    return {
        site_id: Run(run.kind, run.first_seen, run.checks)
        for site_id, run in newest.items()
        if run.last_seen == last_tries[site_id] < at
    }
