"""Numbered plain-SQL migrations: `NNNN_name.sql`, each run once, in order, all or nothing.

Views are dropped first and recreated last, foreign keys are off while tables are rebuilt and checked before the
commit, and a copy of the file is made before anything older than today's schema is touched. Why not Alembic's batch
mode: docs/decisions/0003-store.md.
"""

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from tracker.errors import DatabaseError


def _scripts(folder: Traversable) -> dict[int, str]:
    files = (entry for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return {int(entry.name[:4]): entry.read_text(encoding="utf-8") for entry in files}


_FILES = _scripts(resources.files(__name__))
SCHEMA_VERSION = max(_FILES)


def upgrade(engine: Engine, path: Path, application_id: int, views: str) -> None:
    """Bring the file behind `engine` to `SCHEMA_VERSION` and to the given views; does nothing if it is there.

    Raises DatabaseError, with the file unchanged, if a migration would break a reference.
    """
    digest = hashlib.sha256(views.encode()).hexdigest()[:16]
    with engine.connect() as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        if version == SCHEMA_VERSION and _stored_digest(connection) == digest:
            return
        connection.rollback()
        if 0 < version < SCHEMA_VERSION:
            _copy(connection, path, version)
        _run(connection, version, application_id, views, digest)


def all_statements(views: str) -> list[str]:
    """The statements that make a new history with the given views, in order."""
    scripts = [*(_FILES[number] for number in sorted(_FILES)), views]
    return [statement for script in scripts for statement in statements(script)]


def server_statements(version: int) -> list[str]:
    """The statements that bring the tables on a server from a schema to `SCHEMA_VERSION`, in order."""
    scripts = _scripts(resources.files(__name__) / "postgres")
    return [one for number in range(version + 1, SCHEMA_VERSION + 1) for one in statements(scripts[number])]


def _stored_digest(connection: Connection) -> str | None:
    return connection.execute(text("SELECT value FROM meta WHERE key = 'views'")).scalar_one_or_none()


def _copy(connection: Connection, path: Path, version: int) -> None:
    """A copy of the file beside it, which has its name only when it is whole: half of one would be no help later."""
    target = path.with_name(f"{path.name}.schema-{version}.bak")
    if target.exists():
        return
    raw = connection.connection.driver_connection
    assert raw is not None
    part = target.with_name(f"{target.name}.partial")
    part.unlink(missing_ok=True)
    try:
        raw.execute("VACUUM INTO ?", (str(part),))
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def _run(connection: Connection, version: int, application_id: int, views: str, digest: str) -> None:
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.begin():
            # Another process may have done it while we waited for the lock.
            version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            others = _drop_views(connection, views)
            for number in range(version + 1, SCHEMA_VERSION + 1):
                _execute(connection, _FILES[number])
            _execute(connection, views)
            _restore_views(connection, others)
            facts = [("views", digest), ("schema_version", str(SCHEMA_VERSION))]
            connection.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES (?, ?)", facts)
            connection.exec_driver_sql(f"PRAGMA application_id = {application_id}")
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise DatabaseError(
                    f"migration to schema {SCHEMA_VERSION} would break {broken[0]}: nothing was changed"
                )
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def _drop_views(connection: Connection, ours: str) -> list[str]:
    """Drop all views, which a rebuilt table would break; the SQL of those that are not ours."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'view'").all()
    for name, _ in rows:
        connection.exec_driver_sql(f'DROP VIEW "{name}"')
    return [sql for name, sql in rows if f"CREATE VIEW {name.lower()} AS" not in ours]


def _restore_views(connection: Connection, others: list[str]) -> None:
    """Make people's own views again. SQLite looks at what they refer to only when they are asked."""
    for sql in others:
        connection.exec_driver_sql(sql)


def _execute(connection: Connection, script: str) -> None:
    """Run a script statement by statement: `executescript` would commit the open transaction."""
    for statement in statements(script):
        connection.exec_driver_sql(statement)


def statements(script: str) -> list[str]:
    """The statements of a script, split at lines that end in a semicolon (our files hold none inside a literal)."""
    found: list[str] = []
    lines: list[str] = []
    for line in script.splitlines():
        if line.lstrip().startswith("--") or not line.strip():
            continue
        lines.append(line)
        if line.rstrip().endswith(";"):
            found.append("\n".join(lines).rstrip().rstrip(";"))
            lines = []
    return found
