"""Short words for bulk statements on the declared tables, by SQLAlchemy Core (the ORM costs 7 to 80 times more)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Select,
    Table,
    UpdateBase,
    bindparam,
    delete,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import SQLModel

T = TypeVar("T")
Ints = NDArray[np.int64]
_SOME = "some"
_IN_ONE_PIECE = 10_000
CHUNK = 500  # SQLite took 999 bound values at most for long, and half a thousand rows is a transaction's batch


def table(model: type[SQLModel]) -> Table:
    """The Core table behind a model."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def listed(ids: Iterable[int]) -> str:
    """Ids as the inside of an SQL list; NULL, which equals nothing, for none."""
    return ",".join(str(int(one)) for one in ids) or "NULL"


def add(connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the same columns; nothing for none."""
    if rows:
        run_many(connection, _insert(model), rows)


def run_many(connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a statement once a row by the driver's own executemany.

    SQLAlchemy prepares the values of each row at three times the cost; ours are integers, text and bytes, and need it
    not. All rows have the columns of the first, and the statement has no constants but literal ones.
    """
    sql, order = _compiled(connection.dialect, statement, tuple(rows[0]))
    values = [tuple(map(row.__getitem__, order)) for row in rows] if order else rows
    connection.exec_driver_sql(sql, values)


@lru_cache(maxsize=200)
def _compiled(dialect: Dialect, statement: UpdateBase, columns: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The statement in an engine's words, and the order of its values (empty: by name)."""
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    assert isinstance(compiled, SQLCompiler)
    return str(compiled), tuple(compiled.positiontup or ())


@cache
def _insert(model: type[SQLModel]) -> Insert:
    return insert(table(model))


Upsert: TypeAlias = sqlite.Insert | postgresql.Insert


def added(connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows of a table that numbers them; their new ids, in order."""
    if not rows:
        return []
    target = table(model)
    (key,) = target.primary_key
    statement = insert(target).returning(key, sort_by_parameter_order=True)
    return list(connection.execute(statement, rows).scalars())


def add_one(connection: Connection, model: type[SQLModel], row: Mapping[str, Any]) -> int:
    """Insert a row of a table that numbers them; its new id."""
    return added(connection, model, [row])[0]


def upsert(dialect: str, target: Table) -> Upsert:
    """An INSERT that can be given an ON CONFLICT clause, in the words of an engine."""
    return sqlite.insert(target) if dialect == "sqlite" else postgresql.insert(target)


def add_or(
    connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]], replacing: Sequence[str]
) -> None:
    """Insert rows; where the key exists, overwrite the columns `replacing` (none: leave the row as it is)."""
    if rows:
        run_many(connection, _add_or(connection.dialect.name, model, tuple(replacing)), rows)


@cache  # building it costs as much as a small batch takes to run
def _add_or(dialect: str, model: type[SQLModel], replacing: tuple[str, ...]) -> Upsert:
    target = table(model)
    statement = upsert(dialect, target)
    keys = [column.name for column in target.primary_key]
    if not replacing:
        return statement.on_conflict_do_nothing()
    values = {name: statement.excluded[name] for name in replacing}
    return statement.on_conflict_do_update(index_elements=keys, set_=values)


def rows_where(
    connection: Connection,
    model: type[SQLModel],
    column: str,
    values: Iterable[Any],
    *conditions: ColumnElement[bool],
) -> Iterator[Any]:
    """Rows of a table whose column is one of many values, asked for in chunks, ordered by the primary key."""
    statement = _rows_where(model, column).where(*conditions)
    for some in chunks(values):
        yield from connection.execute(statement, {_SOME: some}).all()


@cache  # building it costs more than to find a hundred rows
def _rows_where(model: type[SQLModel], column: str) -> Select[Any]:
    target = table(model)
    among: BindParameter[Any] = bindparam(_SOME, expanding=True)
    return select(target).where(target.c[column].in_(among)).order_by(*target.primary_key)


def bare_rows(connection: Connection, statement: Select[Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement with no other parameters than numbers, as the driver gives them.

    For questions about all sites: to make SQLAlchemy's rows of them takes as long as to find them.
    """
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    cursor = connection.connection.cursor()
    try:
        cursor.execute(str(compiled))
        return list(cursor.fetchall())
    finally:
        cursor.close()


def column(connection: Connection, statement: Select[Any]) -> Ints:
    """A column of whole numbers, read in pieces: rows of a million sites would take a hundred megabytes."""
    result = connection.execute(statement, execution_options={"yield_per": _IN_ONE_PIECE})
    pieces = [np.fromiter((row[0] for row in rows), dtype=np.int64) for rows in result.partitions()]
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)


def remove_where(
    connection: Connection, model: type[SQLModel], column: str, values: Iterable[Any], *conditions: ColumnElement[bool]
) -> None:
    """Delete the rows whose column is one of many values."""
    target = table(model)
    for some in chunks(values):
        connection.execute(delete(target).where(target.c[column].in_(some), *conditions))
