"""A history in a file: whether it is one, whether this program can read it, and how to talk to it.

SQLite in WAL mode, one writer (`BEGIN IMMEDIATE`, so that a second one waits instead of failing), many readers that
open the file read-only. Measurements behind each pragma: docs/decisions/0003-store.md.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from tracker.errors import DatabaseCorrupt, DatabaseError, DatabaseNewer, NoHistory, NotADatabase
from tracker.store import migrations
from tracker.store.definition import views_digest, views_text

APPLICATION_ID = 0x44525957  # "DRYW"
BUSY_SECONDS = 10
_LONGEST_VALUE = 64 * 1024 * 1024


def open_writer(path: Path) -> Engine:
    """An engine for the one writer; creates, checks and migrates the file.

    Raises NotADatabase, DatabaseNewer, DatabaseCorrupt, DatabaseError (folder missing or not writable).
    """
    if path.exists() and path.stat().st_size > 0:
        _inspect(path, thorough=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = _engine(path)
    migrations.upgrade(engine, path, APPLICATION_ID, views_text())
    return engine


def open_reader(path: Path) -> Engine:
    """A read-only engine on an existing history; migrates an older one first.

    Raises NoHistory if there is no file, and as `open_writer`.
    """
    if not path.exists() or path.stat().st_size == 0:
        demo = path.with_name("demo.sqlite")
        hint = f" (the demo's is {demo}: add --database)" if demo.exists() else ""
        raise NoHistory(
            f"no history at {path} yet{hint}: run `tracker crawl` or `tracker import git` (or `tracker demo`)"
        )
    found = _inspect(path)
    if found != (migrations.SCHEMA_VERSION, views_digest()):
        with _told_why(path, found[0]):
            engine = open_writer(path)
            if found[0] < migrations.SCHEMA_VERSION:
                from tracker.store.upgrade import derive_anew  # which most questions do not need

                derive_anew(engine)
            engine.dispose()
    return _engine(path, read_only=True)


@contextmanager
def _told_why(path: Path, version: int) -> Iterator[None]:
    """Who only wants to read does not expect that the file must be written: say why, where it cannot be."""
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        if "readonly" not in str(error) and "unable to open" not in str(error):
            raise
        raise DatabaseError(
            f"{path} is a history of another Drywell (schema {version}, this one has {migrations.SCHEMA_VERSION}) and "
            "cannot be brought up to date where it lies: copy it to a folder that may be written, and ask the copy"
        ) from error


def outdated(path: Path) -> int | None:
    """The schema of a file that a reader would bring up to date first; None if there is no need, or no history."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    found = _inspect(path)
    return None if found == (migrations.SCHEMA_VERSION, views_digest()) else found[0]


def copied(path: Path, target: Path) -> Path:
    """A copy of a file as it is at this moment, also while it is written; the file is not touched."""
    with closing(_looking(path)) as connection, closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)
    return target


def translated(path: Path, error: BaseException) -> DatabaseError:
    """What SQLite says, as one line that names the file and the mend."""
    said = str(error)
    if "not a database" in said:
        return NotADatabase(f"{path} is not an SQLite file; choose another --database")
    if "malformed" in said or "corrupt" in said:
        return DatabaseCorrupt(f"{path} is damaged ({said}); restore a backup, or try `sqlite3 {path.name} .recover`")
    if "locked" in said:
        return DatabaseError(f"{path} is in use by another writer; wait for it to end, then try again")
    if "readonly" in said or "unable to open" in said:
        return DatabaseError(f"{path} cannot be opened ({said}); check the rights of the file and its folder")
    if "is full" in said:
        return DatabaseError(f"the disk of {path} is full; free some space and run the command again")
    return DatabaseError(f"{path}: {said}")


def _inspect(path: Path, thorough: bool = False) -> tuple[int, str]:
    """(schema version, digest of the views) of an existing file, after refusing what is no readable history."""
    with closing(_looking(path)) as connection:
        return _checked(path, connection, thorough)


def _looking(path: Path) -> sqlite3.Connection:
    # Without a write-ahead log nobody is writing, and `immutable` keeps the look from leaving files behind.
    still = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{still}", uri=True, timeout=BUSY_SECONDS)


def _checked(path: Path, connection: sqlite3.Connection, thorough: bool) -> tuple[int, str]:
    def pragma(name: str) -> int:
        return int(connection.execute(f"PRAGMA {name}").fetchone()[0])

    version = pragma("user_version")
    tables = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    if pragma("application_id") != APPLICATION_ID and tables:
        raise NotADatabase(f"{path} is an SQLite file of another program; choose another --database")
    if version > migrations.SCHEMA_VERSION:
        raise DatabaseNewer(
            f"{path} has schema {version}, this program knows {migrations.SCHEMA_VERSION}: "
            "upgrade Drywell (pip install -U drywell)"
        )
    if thorough and (said := connection.execute("PRAGMA quick_check(1)").fetchone()[0].splitlines()[-1]) != "ok":
        raise DatabaseCorrupt(f"{path} is damaged ({said}); restore a backup, or try `sqlite3 {path.name} .recover`")
    if not tables:
        return version, ""
    row = connection.execute("SELECT value FROM meta WHERE key = 'views'").fetchone()
    return version, row[0] if row else ""


def _cannot_change(path: Path) -> bool:
    """Whether a file lies where nobody writes: in a folder without the right to, and without a log."""
    return not os.access(path.resolve().parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()


def _engine(path: Path, read_only: bool = False) -> Engine:
    mode = "ro" if read_only else "rwc"
    # Not as text: reading it would undo the quoting of `?`, `#` and `%` in the name of the file.
    query = {"mode": mode, "uri": "true"}
    if read_only and _cannot_change(path):
        query["immutable"] = "1"  # SQLite would put its index of the log beside the file
    url = URL.create("sqlite", database=path.resolve().as_uri(), query=query)
    # Questions about a thousand sites by number are each asked once; 128 of them kept, the default, take 20 MB.
    how = {"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None, "cached_statements": 24}
    engine = create_engine(url, connect_args=how)
    event.listen(engine, "connect", _set_up_reader if read_only else _set_up_writer)
    if not read_only:
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _set_up_writer(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "journal_size_limit = 67108864",
        "cache_size = -65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _set_up_reader(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA query_only = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)  # ATTACH would make a file that is not there
    # A value is at most so long: SQLite makes one in a go, and no time limit stops it. Bodies have half a megabyte.
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.execute("PRAGMA cache_size = -65536")


def _begin_immediate(connection: Connection) -> None:
    # A deferred transaction that upgrades to a write cannot wait for the lock: it fails at once.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def close_writer(connection: Connection) -> None:
    """Fold the write-ahead log into the file: what is left is one file to copy."""
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def stop_after(connection: Connection, seconds: float | None) -> None:
    """Interrupt what runs on a connection after so many seconds; None: no longer."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    end = None if seconds is None else time.monotonic() + seconds
    raw.set_progress_handler(None if end is None else lambda: int(time.monotonic() > end), 20_000)
