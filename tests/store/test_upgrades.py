"""Histories of every released schema, written by the programs of their day, opened by today's."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.postgres import Server
from tests.store.histories import BODIES, HOSTS, START, Look, content, on_server, rebuild
from tests.store.histories import play as play_looks
from tests.store.released import make
from tests.store.test_database import NEXT_SCRIPT, with_next
from tracker.core.intervals import DAY
from tracker.core.policy import DEGREE, PARTIAL, RULESET
from tracker.core.reading import read
from tracker.errors import DatabaseError
from tracker.store import migrations
from tracker.store.query import Reader
from tracker.store.verify import verify
from tracker.store.write import Writer

Fresh = Callable[[], Path]
RELEASED = sorted((Path(__file__).parent / "released").glob("schema-?.sql.gz"))
ON_SERVERS = sorted((Path(__file__).parent / "released").glob("schema-?.postgres.sql.gz"))


@pytest.fixture(params=RELEASED, ids=lambda path: path.name.removesuffix(".sql.gz"))
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return make.load(request.param, tmp_path / "history.sqlite")


def schema_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return int(version)


def backups(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.bak*"))


def test_there_is_a_history_of_every_schema_that_was_ever_released() -> None:
    numbers = [int(path.name.removeprefix("schema-").removesuffix(".sql.gz")) for path in RELEASED]
    assert numbers == list(range(1, migrations.SCHEMA_VERSION + 1))


def test_an_old_history_becomes_what_todays_program_makes_of_the_same_looks(released: Path, tmp_path: Path) -> None:
    schema = schema_of(released)
    Writer(released, make.AGENTS).close()
    assert schema_of(released) == migrations.SCHEMA_VERSION
    assert content(released) == content(make.play(tmp_path / "fresh.sqlite", schema))
    report = verify(released)
    assert [check for check in report.checks if check.wrong or check.skipped] == []


def test_a_copy_comes_first_and_is_the_file_as_it_was(released: Path) -> None:
    schema, before = schema_of(released), make.dump(released)
    Reader(released).close()
    if schema == migrations.SCHEMA_VERSION:
        assert backups(released) == []
        return
    (copy,) = backups(released)
    assert copy.name == f"history.sqlite.schema-{schema}.bak"
    assert make.dump(copy) == before


def test_readers_find_todays_views_and_no_broken_reference(released: Path) -> None:
    with Reader(released) as reader:
        assert reader.about()["schema_version"] == str(migrations.SCHEMA_VERSION)
        for view in ("access_now", "access_history", "changes", "shares", "captures", "failures", "signals", "crawls"):
            reader.sql(f"SELECT * FROM {view}")
        assert reader.sql("PRAGMA foreign_key_check").rows == []
        assert len(reader.captures("a.example").rows) > 3


def test_old_histories_go_on(released: Path, tmp_path: Path) -> None:
    """A crawl of today on top of the old looks."""
    schema = schema_of(released)
    fresh = make.play(tmp_path / "fresh.sqlite", schema)
    for path in (released, fresh):
        with Writer(path, make.AGENTS) as writer:
            source = writer.source(make.OWN)
            crawl = writer.begin_crawl(source, 1, START + 210 * DAY, "today", len(make.HOSTS))
            writer.record(crawl, [make.result(host, make.OPEN) for host in make.HOSTS[:4]])
            writer.finish_crawl(crawl, START + 210 * DAY)
    assert content(released) == content(fresh)
    assert verify(released).ok


@pytest.mark.parametrize("script", [NEXT_SCRIPT + "INSERT INTO nowhere VALUES (1);\n", "DELETE FROM body;\n"])
def test_a_failing_migration_leaves_the_file_as_it_was(
    released: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    before = make.dump(released)
    with_next(monkeypatch, script)
    for door in (lambda: Writer(released, make.AGENTS), lambda: Reader(released)):
        with pytest.raises(DatabaseError) as caught:
            door()
        assert "\n" not in str(caught.value)
    assert make.dump(released) == before


def test_a_full_disk_during_the_copy_changes_nothing_and_the_next_run_copies(released: Path) -> None:
    """The limit on the size of a file stands for the end of the disk: both break off a write."""
    if schema_of(released) == migrations.SCHEMA_VERSION:
        pytest.skip("nothing to copy")
    before = make.dump(released)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    command = [sys.executable, "-m", "tracker", "status", "--database", str(released)]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert str(released) in done.stderr
    assert make.dump(released) == before
    assert backups(released) == []
    Reader(released).close()
    assert [make.dump(copy) for copy in backups(released)] == [before]


@pytest.mark.postgres
@pytest.mark.parametrize("dumped", ON_SERVERS, ids=lambda path: path.name.removesuffix(".sql.gz"))
def test_a_history_on_a_server_becomes_what_todays_program_makes_of_the_same_looks(
    server: Server, dumped: Path
) -> None:
    schema = int(dumped.name.removeprefix("schema-")[0])
    old, fresh = make.load_server(dumped, server.create()), make.play(server.create(), schema)
    Reader(old).close()
    assert declared(old) == declared(fresh)
    Writer(old, make.AGENTS).close()
    with on_server(server):
        assert content(old) == content(fresh)
    assert verify(old).ok


def declared(url: str) -> list[tuple[object, ...]]:
    """Columns, indexes and constraints of a history on a server."""
    columns = "SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default "
    columns += "FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'pg_%'"
    indexes = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    bound = "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    bound += "WHERE connamespace = 'public'::regnamespace"
    with Reader(url) as reader:
        return sorted((row for one in (columns, indexes, bound) for row in reader.sql(one).rows), key=repr)


# A better ruleset


SAW = ("GPTBot shut", "shut", "open", "GPTBot shut", *[None] * (len(HOSTS) - 4))
TOKENS = [token for agent in AGENTS for token in agent.tokens]
LOOKS = [Look("own", START, SAW), Look("own", START + 9 * DAY, ("open", *SAW[1:])), Look("own", START + 20 * DAY, SAW)]
# As an older ruleset would have left it: what closes everything to GPTBot read as if it closed a part.
MISREAD = """
INSERT INTO policy (fingerprint, star, absent, loose)
  SELECT fingerprint_of_misread(), star, absent, loose FROM policy
  WHERE policy_id = (SELECT policy_id FROM body WHERE body_id = 1);
INSERT INTO rule
  SELECT (SELECT MAX(policy_id) FROM policy), token_id, (bits & ~3) | 1 FROM rule
  WHERE policy_id = (SELECT policy_id FROM body WHERE body_id = 1);
UPDATE body SET policy_id = (SELECT MAX(policy_id) FROM policy) WHERE body_id = 1;
UPDATE meta SET value = '2' WHERE key = 'ruleset';
"""


def test_a_better_ruleset_relabels_and_no_site_has_changed(database: Path, fresh_history: Fresh) -> None:
    fresh = play_looks(fresh_history(), LOOKS)
    right = read(BODIES["GPTBot shut"][0] or b"", TOKENS).policy
    misread = replace(right, rules=tuple((token, bits & ~DEGREE | PARTIAL) for token, bits in right.rules))
    connection = sqlite3.connect(play_looks(database, LOOKS))
    connection.create_function("fingerprint_of_misread", 0, lambda: misread.fingerprint)
    connection.executescript(MISREAD)
    connection.close()
    rebuild(database)
    with Reader(database) as reader:
        assert {row[0] for row in reader.sql("SELECT after FROM changes WHERE agent = 'GPTBot'").rows} == {
            "allowed",
            "partial",
        }
    Writer(database, AGENTS).close()
    assert content(database) == content(fresh)
    assert verify(database).ok
    of_sites = "SELECT * FROM changes WHERE cause <> 'parser' ORDER BY date, site, agent"
    with Reader(database) as reader, Reader(fresh) as other:
        assert reader.sql(of_sites).rows == other.sql(of_sites).rows
        assert reader.sql("SELECT COUNT(*) FROM changes WHERE cause = 'parser'").rows > [(0,)]
        rulesets = "SELECT ruleset_before, ruleset_after, body_id FROM relabel"
        assert reader.sql(rulesets).rows == [(2, RULESET, 1)]
    Writer(database, AGENTS).close()
    with Reader(database) as reader:
        assert reader.sql("SELECT COUNT(*) FROM relabel").rows == [(1,)]


def test_a_reader_of_an_old_history_is_told_what_a_writer_would_make_of_it(released: Path) -> None:
    """All but what a better ruleset finds in the files."""
    schema = schema_of(released)
    asked = "SELECT date, not_before, site, agent, before, after, body_before, body_after, cause FROM changes "
    asked += "ORDER BY 1, 3, 4"
    obeyed = "SELECT a.name, t.position, t.token, a.obeys_star FROM agent a JOIN agent_token t USING (agent_id)"
    ruleset = int(sqlite3.connect(released).execute("SELECT value FROM meta WHERE key = 'ruleset'").fetchone()[0])
    assert [check for check in verify(released).checks if check.wrong] == []
    with Reader(released) as reader:
        read_only = reader.sql(asked).rows
        agents = reader.sql(obeyed)
    report = verify(released)
    assert report.ok
    skipped = {check.name for check in report.checks if check.skipped}
    read = {"registry", "meanings", "rulings", "policies", "signals", "tally"} if ruleset < RULESET else set()
    derived = {"registry", "rulings", "spans", "states", "signals", "terms_changes", "tally"} if schema < 3 else set()
    assert skipped == read | derived
    Writer(released, make.AGENTS).close()
    with Reader(released) as reader:
        told = reader.sql(asked).rows
        stored = reader.sql(obeyed)
    assert read_only == told
    assert all(row[1] for row in read_only)
    if ruleset > 1:
        assert sorted(agents.rows) == sorted(stored.rows)
