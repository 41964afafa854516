"""What can be opened, what is refused and how, and that refusing writes nothing."""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from tests.conftest import AGENTS
from tests.store.histories import HOSTS, START, Look, dump, panel, play
from tracker.errors import DatabaseCorrupt, DatabaseError, DatabaseNewer, NotADatabase, UsageError
from tracker.store import definition, migrations, models
from tracker.store import sqlite as db
from tracker.store.captures import OWN
from tracker.store.place import path_of
from tracker.store.query import Reader
from tracker.store.write import Writer

Fresh = Callable[[], Path]
LOOK = Look("own", START, ("shut",) * len(HOSTS))


def refused(path: Path, kind: type[DatabaseError], *words: str) -> None:
    """Both doors refuse the file with one line, and leave every byte of it and its folder as they were."""
    before = folder_of(path)
    for door in (lambda: Writer(path, AGENTS), lambda: Reader(path)):
        with pytest.raises(DatabaseError) as caught:
            door()
        assert type(caught.value) is kind
        message = str(caught.value)
        assert "\n" not in message
        for word in (str(path), *words):
            assert word in message
    assert folder_of(path) == before


def folder_of(path: Path) -> dict[str, str]:
    return {
        each.name: hashlib.sha256(each.read_bytes()).hexdigest()
        for each in path.parent.iterdir()
        if each.is_file() and not each.name.endswith(("-shm", "-wal"))
    }


def test_not_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello " * 1000)
    refused(path, NotADatabase, "not an SQLite file", "--database")
    path.write_text("short")
    refused(path, NotADatabase, "not an SQLite file")


def test_sqlite_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE meta (key TEXT, value TEXT)")
    connection.close()
    refused(path, NotADatabase, "another program", "--database")


def test_a_newer_schema(database: Path) -> None:
    play(database, [LOOK])
    connection = sqlite3.connect(database)
    connection.execute(f"PRAGMA user_version = {migrations.SCHEMA_VERSION + 1}")
    connection.close()
    refused(database, DatabaseNewer, f"schema {migrations.SCHEMA_VERSION + 1}", "upgrade")


@pytest.mark.parametrize("page", [1, 2, "all"])
def test_a_damaged_file(database: Path, tmp_path: Path, page: int | str) -> None:
    data = bytearray(play(database, [LOOK]).read_bytes())
    database = tmp_path / "history.sqlite"
    size = 4096
    rubbish = os.urandom(size)
    for number in range(1, len(data) // size) if page == "all" else [int(page)]:
        data[number * size : (number + 1) * size] = rubbish
    database.write_bytes(data)
    before = folder_of(database)
    with pytest.raises(DatabaseCorrupt, match="damaged"):
        Writer(database, AGENTS)
    try:
        with Reader(database) as reader:
            for view in ("access_history", "shares", "captures"):
                reader.sql(f"SELECT * FROM {view}")
    except DatabaseError as error:
        assert "damaged" in str(error)  # noqa: PT017 - a reader may be lucky, but must never be wrong in its words
    assert folder_of(database) == before


def test_cut_short(database: Path) -> None:
    play(database, [LOOK])
    database.write_bytes(database.read_bytes()[:-8192])
    with pytest.raises(DatabaseCorrupt):
        Writer(database, AGENTS)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"no history at .* run `tracker crawl`"):
        Reader(tmp_path / "missing.sqlite")
    (tmp_path / "empty.sqlite").touch()
    with pytest.raises(DatabaseError, match="no history at"):
        Reader(tmp_path / "empty.sqlite")
    assert {each.name for each in tmp_path.iterdir()} == {"empty.sqlite"}


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    for door in (lambda: Writer(tmp_path, AGENTS), lambda: Reader(tmp_path)):
        with pytest.raises(UsageError, match="is a folder"):
            door()


def test_missing_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "history.sqlite"
    Writer(path, AGENTS).close()
    with Reader(path) as reader:
        assert reader.about()["kind"] == "live"


@pytest.mark.parametrize("name", ["with space", "what?", "50%", "a#b", "ü", "a&mode=ro", "per%20cent", "+"])
def test_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / f"{name}.sqlite"
    Writer(path, AGENTS).close()
    assert path.exists()
    with Reader(path) as reader:
        assert reader.agents()


def test_a_url_is_a_path_too(database: Path) -> None:
    assert path_of(f"sqlite:///{database}") == database
    assert path_of("~/x.sqlite") == Path.home() / "x.sqlite"
    with Reader(f"sqlite:///{database}") as reader:
        assert reader.agents()


@pytest.mark.parametrize(
    "text", ["postgresql://localhost", "mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "nothing://x", "://"]
)
def test_urls_that_cannot_be_used(text: str) -> None:
    with pytest.raises(UsageError, match=r"sqlite:///PATH"):
        path_of(text)


@contextmanager
def without_rights() -> Iterator[None]:
    """Root may write anywhere, so be nobody for a while."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.parametrize("name", ["history.sqlite", "new.sqlite", "deeper/new.sqlite"])
def test_a_folder_without_the_right_to_write(database: Path, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        shutil.copyfile(play(database, [LOOK]), there / "history.sqlite")
        there.chmod(0o555)
        before = folder_of(there / "x")
        with without_rights(), pytest.raises(DatabaseError) as caught:
            Writer(there / name, AGENTS)
        assert str(there / name) in str(caught.value)
        assert "\n" not in str(caught.value)
        assert folder_of(there / "x") == before


def test_an_older_history_that_cannot_be_written_is_not_read(database: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        path = there / "history.sqlite"
        shutil.copyfile(play(database, [LOOK]), path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 5")
        there.chmod(0o555)
        before = folder_of(path)
        with without_rights(), pytest.raises(DatabaseError, match=r"schema 5, this one has .*copy it") as caught:
            Reader(path)
        assert "\n" not in str(caught.value)
        assert folder_of(path) == before


# Two at a time


def test_a_second_writer_is_refused(database: Path) -> None:
    # The lock belongs to the open file, so a second one in this process stands for one in another.
    with Writer(database, AGENTS):
        before = dump(database)
        with pytest.raises(DatabaseError, match=f"written by process {os.getpid()}: wait for it or stop it"):
            Writer(database, AGENTS)
        assert dump(database) == before
    Writer(database, AGENTS).close()


def test_readers_see_what_is_committed_while_a_writer_works(database: Path) -> None:
    query = "SELECT COUNT(*) FROM crawl"
    with Writer(database, AGENTS) as writer, Reader(database) as reader:
        assert reader.sql(query).rows == [(0,)]
        generation = reader.generation()
        source, panel_id = writer.source(OWN), writer.panel(panel("all"))
        crawl = writer.begin_crawl(source, panel_id, START, "one", 1)
        assert reader.sql(query).rows == [(1,)]
        assert reader.generation() != generation
        generation = reader.generation()
        writer.finish_crawl(crawl, START)
        assert reader.generation() != generation


# The schema


def schema(connection: sqlite3.Connection) -> dict[str, object]:
    """Columns, keys, indexes and kinds of all tables."""
    found: dict[str, object] = {}
    for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
        indexes = {
            (index, unique, origin, partial, tuple(connection.execute(f"PRAGMA index_info('{index}')").fetchall()))
            for _, index, unique, origin, partial in connection.execute(f"PRAGMA index_list('{name}')")
        }
        found[name] = (
            connection.execute(f"PRAGMA table_info('{name}')").fetchall(),
            # Without their numbers, which say in which order they were added.
            sorted(row[2:] for row in connection.execute(f"PRAGMA foreign_key_list('{name}')")),
            indexes,
            "STRICT" in sql,
            "WITHOUT ROWID" in sql,
            "CHECK" in sql,
        )
    return found


def test_migrations_end_in_the_declared_tables(empty_history: Path) -> None:
    assert models.Site.__tablename__ == "site"
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    declared = engine.raw_connection().driver_connection
    migrated = sqlite3.connect(empty_history)
    assert isinstance(declared, sqlite3.Connection)
    assert schema(migrated) == schema(declared)
    migrated.close()
    engine.dispose()


def test_changed_views_are_made_again_and_those_of_others_stay(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play(database, [LOOK])
    connection = sqlite3.connect(database)
    connection.execute("CREATE VIEW mine AS SELECT agent FROM agents WHERE agent LIKE 'c%'")
    connection.close()
    before = dump(database)
    text = definition.views_text().replace(
        "CREATE VIEW agents AS", "CREATE VIEW agents AS SELECT 1 AS one UNION ALL", 1
    )
    new = "CREATE VIEW agents AS SELECT 'changed' AS agent;\n" + text[text.index("-- Every known state") :]
    new = text[: text.index("CREATE VIEW agents")] + new
    monkeypatch.setattr(definition, "views_text", lambda: new)
    monkeypatch.setattr(db, "views_text", lambda: new)
    with Reader(database) as reader:
        assert reader.sql("SELECT agent FROM agents").rows == [("changed",)]
        assert reader.sql("SELECT agent FROM mine").rows == [("changed",)]
        assert len(reader.sql("SELECT * FROM sites").rows) > 0
    monkeypatch.undo()
    with Reader(database) as reader:
        assert ("GPTBot",) in reader.sql("SELECT agent FROM agents").rows
    assert dump(database) == before


NEXT = migrations.SCHEMA_VERSION + 1
NEXT_SCRIPT = """
-- A table more, and one rebuilt.
CREATE TABLE extra (one INTEGER NOT NULL) STRICT;
INSERT INTO extra SELECT COUNT(*) FROM site;
"""


def with_next(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setattr(migrations, "_FILES", {**migrations._FILES, NEXT: script})
    monkeypatch.setattr(migrations, "SCHEMA_VERSION", NEXT)


def test_a_migration_keeps_a_copy_and_is_run_once(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play(database, [LOOK])
    before = dump(database)
    with_next(monkeypatch, NEXT_SCRIPT)
    for _ in range(2):
        with Reader(database) as reader:
            assert reader.sql("SELECT * FROM extra").rows == [(len(HOSTS),)]
            assert reader.about()["schema_version"] == str(NEXT)
    backup = database.with_name(f"{database.name}.schema-{NEXT - 1}.bak")
    monkeypatch.undo()
    assert dump(backup) == before
    with pytest.raises(DatabaseNewer):
        Reader(database)


@pytest.mark.parametrize(
    "script",
    [
        NEXT_SCRIPT + "INSERT INTO nowhere VALUES (1);\n",
        NEXT_SCRIPT + "DELETE FROM policy;\n",
        "UPDATE state SET policy_id = 999;\n",
    ],
)
def test_a_failing_migration_changes_nothing(database: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    play(database, [LOOK])
    before = dump(database)
    with monkeypatch.context() as later:
        with_next(later, script)
        for _ in range(2):
            with pytest.raises(DatabaseError) as caught:
                Writer(database, AGENTS)
            assert "\n" not in str(caught.value)
    assert dump(database) == before
    Writer(database, AGENTS).close()


def test_statements_of_a_script() -> None:
    script = "-- a note;\n\nCREATE TABLE a (\n  b\n);\nSELECT 1;\nSELECT 'x;y'\n  AS z;\n"
    assert migrations.statements(script) == [
        "CREATE TABLE a (\n  b\n)",
        "SELECT 1",
        "SELECT 'x;y'\n  AS z",
    ]


def test_the_file_says_what_it_is(database: Path) -> None:
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA application_id").fetchone() == (db.APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (migrations.SCHEMA_VERSION,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_closed_writer_leaves_one_file_to_copy(database: Path, tmp_path: Path) -> None:
    play(database, [LOOK])
    wal = database.with_name(f"{database.name}-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    assert dump(Path(shutil.copyfile(database, tmp_path / "copy.sqlite"))) == dump(database)
