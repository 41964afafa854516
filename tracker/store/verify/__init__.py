"""Everything that a history must hold, checked from its bytes up: the answer to a reader who believes nothing.

One read transaction, so it works while a crawl writes, and nothing is ever changed. Memory is bounded by the number
of sites and of days, not of answers. What follows from evidence is held against the evidence itself and not against
the table before it, so that one wrong row is found in one check.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine

from tracker.core.intervals import Hold
from tracker.core.policy import RULESET
from tracker.store import sqlite
from tracker.store.database import explained, open_reader, place_of
from tracker.store.derive import DERIVATION
from tracker.store.meta import get_meta
from tracker.store.migrations import SCHEMA_VERSION
from tracker.store.place import Place
from tracker.store.verify.derived import DerivedChecks, FreshRulings
from tracker.store.verify.exchanges import check_exchanges
from tracker.store.verify.files import check_crawls, check_file, check_references
from tracker.store.verify.lanes import check_failures, check_sightings
from tracker.store.verify.meaning import check_bodies, check_policies
from tracker.store.verify.pages import check_pages, check_signals
from tracker.store.verify.probes import check_probes
from tracker.store.verify.registry import check_registry
from tracker.store.verify.relabels import check_relabels
from tracker.store.verify.report import Check, Progress, Report
from tracker.store.verify.schema import check_schema, check_views
from tracker.store.verify.terms import check_terms, check_terms_changes

__all__ = ["Check", "Report", "verify"]

# In order; where one gives False, what stands on it cannot be looked at.
_FIRST: tuple[tuple[str, Callable[[Connection, Check], bool]], ...] = (
    ("file", check_file),
    ("schema", check_schema),
    ("references", check_references),
    ("views", check_views),
    ("crawls", check_crawls),
)
_REST = (
    "sightings",
    "exchanges",
    "failures",
    "registry",
    "meanings",
    "rulings",
    "bodies",
    "policies",
    "relabels",
    "pages",
    "terms",
    "probes",
    "spans",
    "states",
    "signals",
    "terms_changes",
    "tally",
)
_OLDER = "made by an older program; the next command that writes makes it anew"
_READ = ("registry", "meanings", "rulings", "signals", "tally")  # another ruleset makes these anew
_DERIVED = (
    "registry",
    "rulings",
    "spans",
    "states",
    "signals",
    "terms_changes",
    "tally",
)  # another way of deriving these


def verify(
    database: str | Path, *, quick: bool = False, hold: Hold | None = None, advance: Progress | None = None
) -> Report:
    """Check a history; `quick` leaves out parsing the bodies anew. Raises DatabaseError if it cannot be opened.

    A file that this program would bring up to date on opening is not touched: a copy of it is checked.
    """
    place = place_of(database)
    with _as_it_is(place) as (engine, note), explained(place), engine.connect() as connection, _snapshot(connection):
        report = _checked(connection, quick, hold or Hold(), advance or (lambda _name, _done, _total: None))
    next(check for check in report.checks if check.name == "schema").note += note
    return report


@contextmanager
def _as_it_is(place: Place) -> Iterator[tuple[Engine, str]]:
    """A reading engine on a history, or on a copy that was brought up to date; and a word on it."""
    with TemporaryDirectory(prefix="drywell-") as folder, ExitStack() as stack:
        note, database = "", place.path or str(place.url and place.url.render_as_string(hide_password=False))
        with explained(place):
            version = sqlite.outdated(place.path) if place.path else None
            if place.path and version is not None:
                database = sqlite.copied(place.path, Path(folder) / "history.sqlite")
                note = f"the file itself: a copy of it, brought from schema {version} to {SCHEMA_VERSION}, was checked"
        engine = open_reader(database)
        stack.callback(engine.dispose)
        yield engine, note


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
        if not run(connection, check):
            # What stands on this would be reported as wrong too, or not be readable at all.
            missing = [*(each for each, _ in _FIRST[len(report.checks) :]), *_REST]
            report.checks += [Check(each, skipped=f"{name} is wrong") for each in missing]
            return report
    found = {name: Check(name) for name in _REST}
    report.checks += found.values()
    is_derived = get_meta(connection, "derivation") == str(DERIVATION)
    for name in (*(() if _is_read(connection) else _READ), *(() if is_derived else _DERIVED)):
        found[name].skipped = _OLDER
    _check_meaning(connection, found, quick, hold, advance)
    return report


def _is_read(connection: Connection) -> bool:
    """Whether this ruleset has read what is stored."""
    return get_meta(connection, "ruleset") in (None, str(RULESET))


def _check_meaning(
    connection: Connection, found: Mapping[str, Check], quick: bool, hold: Hold, advance: Progress
) -> None:
    """What was seen, what it means, and what follows."""
    evidence = (("sightings", check_sightings), ("exchanges", check_exchanges), ("failures", check_failures))
    for name, run in evidence:
        advance(name, 0, 1)
        run(connection, found[name])
    registry = found["registry"]
    agents, tokens = check_registry(connection, registry)
    if registry.wrong:
        found["rulings"].skipped = found["tally"].skipped = f"{registry.name} is wrong, which it follows"
    rulings = FreshRulings(connection, agents)
    off = check_policies(connection, rulings, found["meanings"], found["rulings"])
    check_bodies(connection, found["bodies"], found["policies"], off, tokens, quick=quick, advance=advance)
    check_relabels(connection, found["relabels"])
    if off and not found["tally"].skipped:
        found["tally"].skipped = f"{found['meanings'].name} is wrong, which it counts"
    derived = DerivedChecks(connection, rulings, hold, found["spans"], found["states"], found["tally"])
    derived.run(advance)
    check_probes(connection, found["probes"])
    signals = found["signals"]
    if not check_pages(connection, found["pages"], _is_read(connection)):
        signals.skipped = signals.skipped or f"{found['pages'].name} is wrong, which it follows"
    check_signals(connection, signals, hold, derived.horizons, advance)
    changes = found["terms_changes"]
    if not check_terms(connection, found["terms"], advance):
        changes.skipped = changes.skipped or f"{found['terms'].name} is wrong, which it follows"
    check_terms_changes(connection, changes, hold, derived.horizons, advance)
