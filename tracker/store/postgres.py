"""A history on a PostgreSQL server: for a crawl that several machines write, or many users who read.

The tables are those of `tracker.store.models`, the views the text that SQLite gets too; postgres.sql gives them the
few functions that SQLite has and PostgreSQL lacks. The schema's version stands in `meta`.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from importlib import resources
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from tracker.errors import DatabaseError, DatabaseNewer, NoHistory, NotADatabase, UsageError
from tracker.store.definition import views_digest, views_text
from tracker.store.migrations import SCHEMA_VERSION, server_statements
from tracker.store.place import Place

_LOCK = 0x44525957  # "DRYW": one number for all who write histories on this database
_WRITING = {"connect_timeout": 10}
# Prepared at once, a statement is one statement: `SELECT 1; COMMIT; DELETE …` would leave the read-only transaction.
_READING = {**_WRITING, "prepare_threshold": 0, "options": "-c default_transaction_read_only=on"}


def open_writer(place: Place) -> Engine:
    """An engine for the one writer; creates, checks and migrates the tables.

    Raises NotADatabase, DatabaseNewer, DatabaseError; UsageError without the driver.
    """
    engine = _engine(place)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK + 1})
        version = _version(connection, place)
        if version == 0:
            _declared().create_all(connection)
        else:
            for statement in server_statements(version):
                connection.exec_driver_sql(statement)
        if version != SCHEMA_VERSION or _fact(connection, "views") != views_digest():
            _make_views(connection)
    return engine


def open_reader(place: Place) -> Engine:
    """A read-only engine on an existing history.

    Raises NoHistory if the database holds none, and as `open_writer`.
    """
    engine = _engine(place, read_only=True)
    with engine.connect() as connection:
        version = _version(connection, place)
        if version == 0:
            raise NoHistory(f"no history at {place} yet: run `tracker crawl`, an import, or `tracker copy` from a file")
        is_current = version == SCHEMA_VERSION and _fact(connection, "views") == views_digest()
    if not is_current:
        open_writer(place).dispose()
    return engine


def _engine(place: Place, read_only: bool = False) -> Engine:
    assert place.url is not None
    try:
        engine = create_engine(place.url, connect_args=_READING if read_only else _WRITING)
    except ModuleNotFoundError as error:
        raise UsageError(f"{place} needs a driver: pip install 'drywell[postgres]'") from error
    event.listen(engine, "connect", _set_up)
    return engine.execution_options(postgresql_readonly=True) if read_only else engine


def _set_up(connection: Any, _record: Any) -> None:
    from psycopg.adapt import Loader

    class Number(Loader):
        """Sums of whole numbers come as numeric; they are to be what SQLite gives: int or float."""

        def load(self, data: Any) -> int | float:
            digits = bytes(data).decode("ascii")
            return int(digits) if digits.lstrip("-").isdigit() else float(digits)

    connection.adapters.register_loader("numeric", Number)


def _declared() -> MetaData:
    from tracker.store import models  # which costs more than most questions

    return models.Meta.metadata


def _version(connection: Connection, place: Place) -> int:
    """The schema of the history in this database, 0 if there is none."""
    present = set(inspect(connection).get_table_names())
    if "meta" not in present:
        if foreign := sorted(present & _declared().tables.keys()):
            raise NotADatabase(f"{place} holds tables of another program ({foreign[0]}); choose another --database")
        return 0
    stored = _fact(connection, "schema_version")
    if stored is None:
        raise NotADatabase(f"{place} holds a table meta of another program; choose another --database")
    if int(stored) > SCHEMA_VERSION:
        raise DatabaseNewer(
            f"{place} has schema {stored}, this program knows {SCHEMA_VERSION}: "
            "upgrade Drywell (pip install -U drywell)"
        )
    return int(stored)


def _fact(connection: Connection, key: str) -> str | None:
    return connection.execute(text("SELECT value FROM meta WHERE key = :key"), {"key": key}).scalar_one_or_none()


def functions_text() -> str:
    """The SQL of the functions that the views need."""
    return resources.files("tracker.store").joinpath("postgres.sql").read_text(encoding="utf-8")


def _make_views(connection: Connection) -> None:
    # Ours alone: views of the database's owner may stand beside them.
    for name in re.findall(r"^CREATE VIEW (\w+)", views_text(), re.MULTILINE):
        connection.execute(text(f"DROP VIEW IF EXISTS {name} CASCADE"))
    raw = connection.connection.driver_connection
    assert raw is not None
    for script in (functions_text(), views_text()):
        raw.execute(script)
    facts = [{"key": "views", "value": views_digest()}, {"key": "schema_version", "value": str(SCHEMA_VERSION)}]
    put = "INSERT INTO meta VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    connection.execute(text(put), facts)


def take_lock(connection: Connection) -> bool:
    """Become the one writer, until the connection closes; False if somebody else is."""
    return bool(connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}).scalar_one())


def drop_lock(connection: Connection) -> None:
    """Be the one writer no longer. Closing alone would do so too, but a moment later, when the server notices."""
    with suppress(SQLAlchemyError):  # the server has ended the connection, and the lock with it
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})


def stop_after(connection: Connection, seconds: float | None) -> None:
    """Interrupt each statement of a connection after so many seconds; None: no longer."""
    limit = 0 if seconds is None else max(1, int(1000 * seconds))
    connection.execute(text(f"SET LOCAL statement_timeout = {limit}"))


def translated(place: Place, error: BaseException) -> DatabaseError:
    """What the server says, as one line that names the database and the mend."""
    said = next(iter(_lines(str(error))), type(error).__name__)
    code = getattr(error, "sqlstate", None)
    if code is None and type(error).__name__ == "OperationalError":
        return DatabaseError(f"{place} cannot be reached ({said}); is the server running, are user and password right?")
    if code == "53100":
        return DatabaseError(f"the disk of {place} is full; free some space and run the command again")
    if code == "42501":
        return DatabaseError(f"{place}: {said}; this user may not do that, ask the database's owner")
    return DatabaseError(f"{place}: {said}")


def _lines(said: str) -> Sequence[str]:
    return [line.strip() for line in said.splitlines() if line.strip()]
