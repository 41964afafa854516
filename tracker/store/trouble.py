"""The failure lane: runs of failed attempts of one source at one site with one cause."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text

from tracker.store import models
from tracker.store.bulk import add_or, bare_rows, chunks, listed, table
from tracker.store.captures import Failure

_IN_ONE_STATEMENT = 5_000


class Run(NamedTuple):
    """A run of failed attempts as it stands: its cause, its beginning (UTC seconds) and its length."""

    kind: str
    first_seen: int
    checks: int


def note_failures(
    connection: Connection, source_id: int, at: int, failures: Mapping[int, Failure], runs: Mapping[int, Run]
) -> None:
    """Record failed attempts by site. Of `runs` (see `running`) those with the same cause go on, others begin.

    A run that begins at `at` already stays as it is: another crawl of that second was first, and it may have gone on.
    """
    begun: list[dict[str, Any]] = []
    prolonged: list[dict[str, Any]] = []
    for site_id, failure in failures.items():
        run = runs.get(site_id)
        goes_on = run is not None and run.kind == failure.kind
        first, checks = (run.first_seen, run.checks) if run is not None and goes_on else (at, 0)
        times = {"first_seen": first, "last_seen": at, "checks": checks + 1}
        row = {"site_id": site_id, "source_id": source_id, "kind": failure.kind, "detail": failure.detail} | times
        (prolonged if goes_on else begun).append(row)
    add_or(connection, models.Trouble, begun, [])
    add_or(connection, models.Trouble, prolonged, ["last_seen", "kind", "checks", "detail"])


def running(connection: Connection, source_id: int, at: int, last_tries: Mapping[int, int]) -> dict[int, Run]:
    """The runs that a failure at `at` can prolong: those whose last failure was the site's newest attempt of any kind.

    `last_tries`: the sites and when they were last asked before; an answer, or an older date, lets a new run begin.
    """
    column = table(models.Trouble).c
    since = min(last_tries.values(), default=at)
    recent = (column.source_id == source_id, column.first_seen < at, column.last_seen >= since)
    asked = select(column.site_id, column.last_seen, column.kind, column.first_seen, column.checks).where(*recent)
    newest: dict[int, tuple[int, Run]] = {}
    for some in chunks(last_tries, _IN_ONE_STATEMENT):
        ordered = asked.where(text(f"site_id IN ({listed(some)})")).order_by(column.last_seen, column.first_seen)
        newest.update((site_id, (seen, Run(*run))) for site_id, seen, *run in bare_rows(connection, ordered))
    return {site_id: run for site_id, (seen, run) in newest.items() if seen == last_tries[site_id] < at}
