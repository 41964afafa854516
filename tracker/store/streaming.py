"""Long answers in bounded memory: rows of one statement, batch by batch."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.exc import DBAPIError

from tracker.errors import QueryError
from tracker.store.database import stop_after
from tracker.store.query import QUERY_SECONDS, Reader

BATCH = 20_000
Row = tuple[Any, ...]


class Stream:
    """An answer that is read once, from front to back: its `columns`, and its rows in lists of at most `BATCH`.

    `cut` says, once all is read, that a limit left rows out.
    """

    def __init__(self, reader: Reader, result: CursorResult[Any], limit: int | None, seconds: float | None) -> None:
        self.columns = tuple(result.keys())
        self.cut = False
        self._reader, self._result, self._limit, self._seconds = reader, result, limit, seconds

    def batches(self) -> Iterator[list[Row]]:
        """The rows in lists, none of them empty. Raises QueryError as `Reader.sql` does."""
        left = self._limit
        try:
            while rows := self._result.fetchmany(BATCH):
                if left is not None and len(rows) > left:
                    self.cut, rows = True, rows[:left]
                if rows:
                    yield [tuple(row) for row in rows]
                if self.cut:
                    return
                left = None if left is None else left - len(rows)
        except DBAPIError as error:
            raise self._reader._explain(error, self._seconds or 0) from error


@contextmanager
def stream(
    reader: Reader,
    statement: str,
    values: Mapping[str, Any] | None = None,
    *,
    limit: int | None = None,
    seconds: float | None = QUERY_SECONDS,
) -> Iterator[Stream]:
    """Run one SQL statement as `Reader.sql` does; the rows come as they are asked for, within `seconds` in all.

    Nothing else can be asked of the reader meanwhile. Raises QueryError as `Reader.sql` does.
    """
    try:
        with _running(reader, statement, values, limit=limit, seconds=seconds) as answer:
            yield answer
    finally:
        reader._connection.rollback()


@contextmanager
def snapshot(reader: Reader) -> Iterator[Callable[[str], AbstractContextManager[Stream]]]:
    """Gives a way to ask for streams that all see the history as it is now, whatever is written meanwhile."""
    with reader.snapshot():
        yield partial(_running, reader, seconds=None)


@contextmanager
def _running(
    reader: Reader,
    statement: str,
    values: Mapping[str, Any] | None = None,
    *,
    limit: int | None = None,
    seconds: float | None,
) -> Iterator[Stream]:
    connection = reader._connection
    try:
        stop_after(connection, seconds)
        connection.execution_options(stream_results=True)
        result = reader._run(statement, values)
    except DBAPIError as error:
        raise reader._explain(error, seconds or 0) from error
    finally:
        connection.execution_options(stream_results=False)
    try:
        if not result.returns_rows:
            raise QueryError("the statement returns no rows; ask with SELECT (the history is read-only here)")
        yield Stream(reader, result, limit, seconds)
    finally:
        result.close()
