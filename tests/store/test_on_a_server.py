"""A history on PostgreSQL: what only a server can do, or get wrong; and the way there and back."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.conftest import AGENTS
from tests.postgres import Server
from tests.store.histories import BODIES, FAIL, HOSTS, START, Look, content, dump, panel, play
from tracker.core.intervals import DAY
from tracker.errors import BusyError, DatabaseError, DatabaseNewer, NoHistory, NotADatabase, QueryError
from tracker.store.captures import OWN, Answer
from tracker.store.copying import copy_history
from tracker.store.query import Reader
from tracker.store.verify import verify
from tracker.store.verify.repair import repair
from tracker.store.write import Writer

pytestmark = pytest.mark.postgres
NAMES = (*BODIES, FAIL, None)
LOOKS = [
    Look(source, START + n * DAY, tuple(NAMES[(n + site) % len(NAMES)] for site in range(len(HOSTS))))
    for n, source in enumerate(["own", "git", "archive", "own", "wayback", "own"])
]


def run(url: str, statement: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_there_and_back_is_the_same(server: Server, database: Path, tmp_path: Path) -> None:
    play(database, LOOKS)
    url = server.create()
    rows = copy_history(database, url)
    assert rows["crawl"] == len(LOOKS)
    assert {name: len(found) for name, found in dump(url).items()} == {n: len(f) for n, f in dump(database).items()}
    assert content(url) == content(database)
    back = tmp_path / "back.sqlite"
    copy_history(url, back)
    assert dump(back) == dump(database)
    with pytest.raises(DatabaseError, match="holds a history already"):
        copy_history(database, url)


def test_the_next_writer_need_not_wait_for_the_server(server: Server) -> None:
    url = server.create()
    for _ in range(20):
        with Writer(url, AGENTS):
            pass


def test_writing_goes_on_after_a_copy(server: Server, database: Path) -> None:
    """New rows get numbers of their own."""
    later = [Look("own", START + 40 * DAY, tuple(reversed(LOOKS[0].saw))), Look("git", START + 3, LOOKS[3].saw)]
    url = server.create()
    copy_history(play(database, LOOKS), url)
    assert content(play(url, later)) == content(play(database, later))


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM site", "DROP VIEW sites", "CREATE TABLE x (y integer)", "INSERT INTO meta VALUES ('a', 'b')"],
)
def test_nobody_writes_by_asking(server: Server, server_template: str, statement: str) -> None:
    url = server.create(server_template)
    with Reader(url) as reader:
        for attempt in (
            statement,
            f"SET TRANSACTION READ WRITE; {statement}",
            f"SELECT 1; {statement}",
            f"SELECT 1; COMMIT; {statement}",
        ):
            with pytest.raises(QueryError) as caught:
                reader.sql(attempt)
            assert "\n" not in str(caught.value)
        with pytest.raises(QueryError):
            reader.sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
        with pytest.raises(QueryError, match="read-only"):
            reader.sql(statement)
        assert reader.sql("SELECT COUNT(*) FROM site").rows == [(0,)]


def test_limits_and_literal_signs(server: Server, server_template: str) -> None:
    with Reader(server.create(server_template)) as reader:
        assert reader.sql("SELECT '12:30 :x 100 %s %(a)s' AS a").rows == [("12:30 :x 100 %s %(a)s",)]
        assert reader.sql("SELECT :a AS a", {"a": "%"}).rows == [("%",)]
        with pytest.raises(QueryError, match=r"longer than 0\.2 s"):
            reader.sql("SELECT pg_sleep(5)", seconds=0.2)
        assert reader.sql("SELECT 1").rows == [(1,)]


def test_one_writer_at_a_time(server: Server, server_template: str) -> None:
    url = server.create(server_template)
    with Writer(url, AGENTS), pytest.raises(BusyError, match="being written by another process"):
        Writer(url, AGENTS)
    Writer(url, AGENTS).close()


def test_a_writer_whose_lock_the_server_let_go_of_writes_no_more(server: Server, server_template: str) -> None:
    url = server.create(server_template)
    with Writer(url, AGENTS) as writer:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = "
        run(url, ended + "(SELECT oid FROM pg_database WHERE datname = current_database())")
        Writer(url, AGENTS).close()
        for _ in range(2):
            with pytest.raises(BusyError, match="start the command again"):
                writer.panel(panel("few"))


def test_what_is_no_history(server: Server) -> None:
    empty = server.create()
    with pytest.raises(NoHistory):
        Reader(empty)
    run(empty, "CREATE TABLE site (id integer)")
    for door in (lambda: Reader(empty), lambda: Writer(empty, AGENTS)):
        with pytest.raises(NotADatabase, match="tables of another program"):
            door()


def test_a_newer_history(server: Server, server_template: str) -> None:
    url = server.create(server_template)
    run(url, "UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(DatabaseNewer, match="upgrade Drywell"):
        Reader(url)


def test_changed_views_are_made_again_and_others_stay(server: Server, server_template: str) -> None:
    url = server.create(server_template)
    run(url, "CREATE VIEW mine AS SELECT 1 AS one")
    run(url, "UPDATE meta SET value = 'older' WHERE key = 'views'")
    run(url, "DROP VIEW sites")
    with Reader(url) as reader:
        assert reader.sql("SELECT * FROM sites").rows == []
        assert reader.sql("SELECT * FROM mine").rows == [(1,)]


def test_no_server_and_no_password_shown() -> None:
    with pytest.raises(DatabaseError, match="cannot be reached") as caught:
        Reader("postgresql://me:secret@127.0.0.1:1/history")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


HOSTILE = (
    b"User-agent: G\0Bot\nDisallow: /\0\xff\xed\xa0\x80\nContent-Signal: \0ai-train=no, x=\0\n"
    b"User-agent: \xf0\x9f\xa4\x96\nContent-Usage: /\0=train-ai=n\nLicense: \0\n"
)


def test_bytes_that_text_columns_refuse(server: Server, server_template: str, database: Path) -> None:
    for place in (server.create(server_template), database):
        with Writer(place, AGENTS) as writer:
            crawl = writer.begin_crawl(writer.source(OWN), writer.panel(panel("few")), START, "ref", 1)
            writer.record(crawl, [Answer("a.example", HOSTILE)])
            writer.finish_crawl(crawl, START)
        with Reader(place) as reader:
            (sha256,) = reader.captures("a.example").column("body_sha256")
            assert reader.body(sha256) == HOSTILE


# Verify

FORGERIES = {
    "DROP VIEW shares; CREATE VIEW shares AS SELECT 1 AS date": ("views", "view shares is not the one of this program"),
    "DROP VIEW shares": ("views", "view shares is missing"),
    "CREATE OR REPLACE FUNCTION hex(octets bytea) RETURNS text LANGUAGE sql AS $$ SELECT '' $$": (
        "schema",
        "hex is not",
    ),
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
    "CREATE TRIGGER t BEFORE INSERT ON crawl FOR EACH ROW EXECUTE FUNCTION f()": ("schema", "trigger t of crawl"),
    "DROP INDEX state_from": ("schema", "index state_from is missing"),
    "UPDATE agent SET valid_from_day = 1 WHERE name = 'GPTBot'": ("registry", "GPTBot: valid_from_day 1"),
    "DELETE FROM trouble WHERE source_id = 1": ("failures", "and no run has it"),
}


def test_verify_finds_what_is_not_ours_on_a_server_too(server: Server) -> None:
    url = play(server.create(), LOOKS)
    before = dump(url)
    assert [(check.name, check.wrong, check.note) for check in verify(url).checks if check.wrong or check.note] == []
    for script, (name, says) in FORGERIES.items():
        forged = server.create(url)
        run(forged, script)
        report = verify(forged)
        (found,) = [check for check in report.checks if check.wrong]
        assert found.name == name
        assert says in found.examples[0]
        if report.can_be_repaired:
            repair(forged)
            assert verify(forged).ok
    assert dump(url) == before
