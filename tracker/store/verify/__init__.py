"""Everything that a history must hold, checked from its bytes up: the answer to a reader who believes nothing.

One read transaction, so it works while a crawl writes, and nothing is ever changed. Memory is bounded by the number
of sites and of days, not of answers. What follows from evidence is held against the evidence itself and not against
the table before it, so that one wrong row is found in one check.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from tracker.core.intervals import Hold
from tracker.store.database import explained, open_reader, place_of
from tracker.store.verify.derived import DerivedChecks, FreshRulings
from tracker.store.verify.failures import check_failures
from tracker.store.verify.files import check_crawls, check_file, check_references
from tracker.store.verify.meaning import check_bodies, check_policies
from tracker.store.verify.registry import check_registry
from tracker.store.verify.report import Check, Progress, Report
from tracker.store.verify.schema import check_schema, check_views

__all__ = ["Check", "Report", "verify"]

_FIRST: tuple[tuple[str, Callable[[Connection, Check], object]], ...] = (
    ("file", check_file),
    ("schema", check_schema),
    ("references", check_references),
    ("views", check_views),
    ("crawls", check_crawls),
)
_REST = ("failures", "registry", "meanings", "rulings", "bodies", "policies", "spans", "states", "tally")


def verify(
    database: str | Path, *, quick: bool = False, hold: Hold | None = None, advance: Progress | None = None
) -> Report:
    """Check a history; `quick` leaves out parsing the bodies anew. Raises DatabaseError if it cannot be opened."""
    engine = open_reader(database)
    try:
        with explained(place_of(database)), engine.connect() as connection, _snapshot(connection):
            return _checked(connection, quick, hold or Hold(), advance or (lambda _name, _done, _total: None))
    finally:
        engine.dispose()


@contextmanager
def _snapshot(connection: Connection) -> Iterator[None]:
    """One state of the history for all checks, whatever is written meanwhile."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
    else:
        connection.execution_options(isolation_level="REPEATABLE READ")
    try:
        yield
    finally:
        connection.rollback()


def _checked(connection: Connection, quick: bool, hold: Hold, advance: Progress) -> Report:
    report = Report([])
    for name, run in _FIRST:
        check = Check(name)
        report.checks.append(check)
        advance(name, 0, 1)
        run(connection, check)
        if check.wrong and not check.repairable:
            # What stands on this would be reported as wrong too, or not be readable at all.
            missing = [*(each for each, _ in _FIRST[len(report.checks) :]), *_REST]
            report.checks += [Check(each, skipped=f"{name} is wrong") for each in missing]
            return report
    failures, registry, meanings, ruled, bodies, policies = (Check(name) for name in _REST[:6])
    advance(failures.name, 0, 1)
    check_failures(connection, failures)
    agents = check_registry(connection, registry)
    rulings = FreshRulings(connection, agents)
    if registry.wrong:
        ruled.skipped = f"{registry.name} is wrong, which it follows"
    off = check_policies(connection, rulings, meanings, ruled)
    check_bodies(connection, bodies, policies, off, quick=quick, advance=advance)
    derived = DerivedChecks(connection, rulings, hold)
    if off or registry.wrong:
        derived.tally.skipped = f"{(registry if registry.wrong else meanings).name} is wrong, which it counts"
    report.checks += [failures, registry, meanings, ruled, bodies, policies]
    report.checks += [derived.spans, derived.states, derived.tally]
    derived.run(advance)
    return report
