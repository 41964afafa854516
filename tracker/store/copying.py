"""A history carried from one place to another as it is, row by row: from a file to a server, or back."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Connection, Select, Table, func, select, text

from tracker.errors import DatabaseError
from tracker.store import models
from tracker.store.bulk import chunks, run_many
from tracker.store.database import as_it_is, explained, open_reader, open_writer, place_of
from tracker.store.lock import WriterLock

_ROWS_AT_A_TIME = 2_000
_OF_THE_PLACE = ("views", "schema_version")  # facts about the tables there, not about the history
OnProgress = Callable[[int, int], None]


def copy_history(origin: str | Path, target: str | Path, on_progress: OnProgress | None = None) -> dict[str, int]:
    """Copy a history into a place that has none yet; rows by table. All or nothing.

    `on_progress(done, total)` counts rows. Raises DatabaseError if there is a history in the target already, and its
    kin for a place that cannot be read or written.
    """
    there = place_of(target)
    if place_of(origin) == there:
        raise DatabaseError(f"{there} is the history itself; give another target")
    with ExitStack() as stack:
        source = open_reader(origin)
        stack.callback(source.dispose)
        engine = open_writer(target)
        stack.callback(engine.dispose)
        stack.enter_context(explained(there))
        stack.callback(WriterLock(there, engine).release)
        reading = stack.enter_context(source.connect())
        stack.enter_context(as_it_is(reading))  # somebody may be writing it
        writing = stack.enter_context(engine.connect())
        stack.enter_context(writing.begin())
        return _copy(reading, writing, str(there), on_progress or (lambda _done, _total: None))


def _copy(reading: Connection, writing: Connection, there: str, on_progress: OnProgress) -> dict[str, int]:
    tables = models.Meta.metadata.sorted_tables
    if any(writing.execute(select(func.count()).select_from(one)).scalar_one() for one in tables if one.name != "meta"):
        raise DatabaseError(f"{there} holds a history already; copy into a new place, or use `tracker merge`")
    counts = {one.name: reading.execute(select(func.count()).select_from(one)).scalar_one() for one in tables}
    total, done = sum(counts.values()), 0
    for one in tables:
        for rows in chunks(_rows(reading, one), _ROWS_AT_A_TIME):
            run_many(writing, one.insert(), rows)
            done += len(rows)
            on_progress(done, total)
    if writing.dialect.name == "postgresql":
        _move_counters(writing, tables)
    return counts


def _rows(reading: Connection, one: Table) -> Iterator[dict[str, object]]:
    rows = reading.execution_options(yield_per=_ROWS_AT_A_TIME).execute(_ordered(one)).mappings()
    for row in rows:
        if one.name != "meta" or row["key"] not in _OF_THE_PLACE:
            yield dict(row)


def _ordered(one: Table) -> Select[tuple[object, ...]]:
    """The rows in the order of their keys: a crawl that others refer to came before them."""
    return select(one).order_by(*one.primary_key)


def _move_counters(writing: Connection, tables: list[Table]) -> None:
    """Let the next row of each table get the next number: rows came with theirs."""
    for one in tables:
        column = one.autoincrement_column
        if column is not None:
            highest = f"(SELECT MAX({column.name}) FROM {one.name})"
            counter = f"pg_get_serial_sequence('{one.name}', '{column.name}')"
            writing.execute(text(f"SELECT setval({counter}, {highest}) WHERE {highest} > 0"))
