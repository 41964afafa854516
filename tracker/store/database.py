"""Opening a history, wherever it is, and saying in one line what went wrong with it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from tracker.errors import DatabaseError
from tracker.store import postgres, sqlite
from tracker.store.place import Place, path_of, place_of

__all__ = [
    "as_it_is",
    "close_writer",
    "explained",
    "open_reader",
    "open_writer",
    "path_of",
    "place_of",
    "spare_memory",
    "stop_after",
]


def open_writer(database: str | Path) -> Engine:
    """An engine for the one writer; creates, checks and migrates the history.

    Raises NotADatabase, DatabaseNewer, DatabaseCorrupt, DatabaseError (folder missing or not writable, no server).
    """
    place = place_of(database)
    with explained(place):
        return sqlite.open_writer(place.path) if place.path else postgres.open_writer(place)


def open_reader(database: str | Path) -> Engine:
    """A read-only engine on an existing history; migrates an older one first.

    Raises NoHistory if there is none, and as `open_writer`.
    """
    place = place_of(database)
    with explained(place):
        return sqlite.open_reader(place.path) if place.path else postgres.open_reader(place)


@contextmanager
def explained(place: Place | Path) -> Iterator[None]:
    """Turn what an engine says into one line that names the history and the mend."""
    place = Place(path=place) if isinstance(place, Path) else place
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        cause = (error.orig if isinstance(error, DBAPIError) else None) or error
        if place.path:
            raise sqlite.translated(place.path, cause) from error
        raise postgres.translated(place, cause) from error
    except OSError as error:
        raise DatabaseError(f"cannot use {place}: {error.strerror or error}; choose another --database") from error


def close_writer(connection: Connection) -> None:
    """Leave the history as others expect it."""
    if connection.dialect.name == "sqlite":
        sqlite.close_writer(connection)


def spare_memory(connection: Connection) -> None:
    """Hold few pages of the history in memory on this connection: what goes through all of it once gains nothing."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size = -4096")


@contextmanager
def as_it_is(connection: Connection) -> Iterator[None]:
    """What is read on a connection inside sees the history as it is now, whatever is written meanwhile."""
    is_file = connection.dialect.name == "sqlite"
    connection.execute(text("BEGIN" if is_file else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    try:
        yield
    finally:
        connection.rollback()


def stop_after(connection: Connection, seconds: float | None) -> None:
    """Interrupt what runs on a reading connection after so many seconds; None: no longer."""
    (sqlite if connection.dialect.name == "sqlite" else postgres).stop_after(connection, seconds)
