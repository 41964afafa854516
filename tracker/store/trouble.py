"""The failure lane: runs of failed attempts of one source at one site with one cause."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from tracker.store import models
from tracker.store.bulk import add_or, rows_where, table


def note_failures(
    connection: Connection,
    source_id: int,
    at: int,
    failures: Mapping[int, tuple[str, str]],
    last_tries: Mapping[int, int],
) -> None:
    """Record failed attempts: site id to (cause, detail).

    A run goes on if the site's newest attempt of any kind (`last_tries`) was this run's last one and the cause is the
    same; an answer, another cause or an older date start a new run.
    """
    runs = _newest_runs(connection, source_id, at, failures, min(last_tries.values(), default=at))
    rows = []
    for site_id, (kind, detail) in failures.items():
        run = runs.get(site_id)
        if run is None or run.kind != kind or run.last_seen != last_tries.get(site_id) or run.last_seen >= at:
            first_seen, checks = at, 1
        else:
            first_seen, checks = run.first_seen, run.checks + 1
        row = {"site_id": site_id, "source_id": source_id, "first_seen": first_seen, "last_seen": at}
        rows.append(row | {"kind": kind, "checks": checks, "detail": detail})
    add_or(connection, models.Trouble, rows, ["last_seen", "kind", "checks", "detail"])


def _newest_runs(
    connection: Connection, source_id: int, at: int, site_ids: Iterable[int], since: int
) -> dict[int, models.Trouble]:
    """Of the runs of each site that began before `at` and ended at `since` or later, the one that ended last."""
    column = table(models.Trouble).c
    earlier = (column.source_id == source_id, column.first_seen < at, column.last_seen >= since)
    runs = rows_where(connection, models.Trouble, "site_id", site_ids, *earlier)
    return {run.site_id: run for run in sorted(runs, key=lambda run: run.last_seen)}
