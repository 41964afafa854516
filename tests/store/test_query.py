"""The reader: SQL of people who make mistakes, within limits, and never a write."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.histories import BODIES, HOSTS, START, Look, dump, play
from tracker.core.intervals import DAY
from tracker.core.visits import Target
from tracker.errors import QueryError
from tracker.store.query import Reader

ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT COUNT(*) FROM c"


@pytest.fixture
def told(database: Path) -> Path:
    rest = (None,) * (len(HOSTS) - 2)
    return play(
        database, [Look("own", START + n * DAY, (saw, "shut", *rest)) for n, saw in enumerate(["open", "shut"])]
    )


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM nowhere", "no such table: nowhere"),
        ("SELECT nowhere FROM sites", "no such column: nowhere"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("SELECT :host", "--set WORD=VALUE"),
        ("", "returns no rows"),
        ("-- nothing", "returns no rows"),
        ("SELECT CAST(x'ff' AS TEXT)", "decode"),
        ("SELECT '\0'", "null character"),
        ("DELETE FROM site", "read-only"),
        ("INSERT INTO meta VALUES ('a', 'b')", "read-only"),
        ("DROP VIEW sites", "read-only"),
        ("CREATE TABLE x (y)", "read-only"),
        ("ATTACH 'other.sqlite' AS other", "too many attached"),
        ("VACUUM INTO 'copy.sqlite'", "database"),
    ],
)
def test_what_does_not_run_is_explained_and_changes_nothing(told: Path, statement: str, words: str) -> None:
    before = dump(told)
    with Reader(told) as reader:
        with pytest.raises(QueryError, match=words) as caught:
            reader.sql(statement)
        assert "\n" not in str(caught.value)
        assert reader.sql("SELECT 1").rows == [(1,)]
    assert dump(told) == before
    assert not list(Path.cwd().iterdir())


def test_nobody_can_switch_writing_on(told: Path) -> None:
    with Reader(told) as reader:
        with pytest.raises(QueryError):
            reader.sql("PRAGMA query_only = OFF")
        with pytest.raises(QueryError, match="read-only"):
            reader.sql("DELETE FROM tally")


@pytest.mark.parametrize("statement", [ENDLESS, f"SELECT * FROM ({ENDLESS})"])
def test_the_time_limit(told: Path, statement: str) -> None:
    with Reader(told) as reader:
        with pytest.raises(QueryError, match=r"longer than 0\.2 s: narrow it"):
            reader.sql(statement, seconds=0.2)
        assert reader.sql("SELECT COUNT(*) FROM sites").rows


def test_the_limit_says_that_it_cut(told: Path) -> None:
    with Reader(told) as reader:
        everything = reader.sql("SELECT site FROM sites ORDER BY site")
        some = reader.sql("SELECT site FROM sites ORDER BY site", limit=3)
        assert (some.rows, some.cut) == (everything.rows[:3], True)
        assert not everything.cut
        exact = reader.sql("SELECT site FROM sites", limit=len(everything.rows))
        assert (len(exact.rows), exact.cut) == (len(everything.rows), False)
        assert reader.sql("SELECT site FROM sites", limit=0).cut
        assert reader.sql("SELECT 1 AS one, 2 AS two").dicts() == [{"one": 1, "two": 2}]


def test_colons_and_percent_signs_are_text_without_values(told: Path) -> None:
    with Reader(told) as reader:
        assert reader.sql("SELECT '12:30', 'a%sb', '%(x)s'").rows == [("12:30", "a%sb", "%(x)s")]
        assert reader.sql("SELECT :x", {"x": "12:30"}).rows == [("12:30",)]
        assert reader.sql("SELECT 1 WHERE 'x' IN (:x)", {"x": "' OR 1=1 --"}).rows == []


def test_the_bytes_of_a_body(told: Path) -> None:
    with Reader(told) as reader:
        (sha,) = {row[0] for row in reader.sql("SELECT body_sha256 FROM captures WHERE site = 'b.example'").rows}
        assert reader.body(sha) == reader.body(sha.upper()) == BODIES["shut"][0]
        for wrong in ("", "00" * 32, "'", sha[:-1]):
            with pytest.raises(QueryError, match="no body with sha256"):
                reader.body(wrong)


def test_questions_of_every_surface(told: Path) -> None:
    with Reader(told) as reader:
        assert [row["panel"] for row in reader.panels()] == ["all", "few"]
        assert reader.panels()[0]["members"] == len(HOSTS)
        assert reader.agents()[0]["agent"] == "GPTBot"
        assert reader.last_day("all") == "2022-01-02"
        assert reader.last_day("nowhere") is None
        assert reader.last_finished("all", Target.ROBOTS) == START + DAY
        assert reader.last_finished("few", Target.ROBOTS) is None
        newest = reader.newest_crawl("all")
        assert newest is not None
        assert newest["started"] == "2022-01-02T00:00:00Z"
        assert reader.newest_crawl("few") is None
        assert [row["site"] for row in reader.sites("few")] == list(HOSTS[2:7])
        assert len(reader.sites()) == len(HOSTS)
        shares = reader.shares("all", ["CCBot", "GPTBot"], "effective_full", since="2022-01-02")
        assert [(row["agent"], row["date"], row["blocked"]) for row in shares.dicts()] == [
            ("CCBot", "2022-01-02", 2),
            ("GPTBot", "2022-01-02", 2),
        ]
        assert reader.shares("all", [], "effective_full").rows == []
        league = reader.league("all", "effective_full").dicts()
        assert [row["blocked"] for row in league] == [2, 2, 2, 2, 0]
        assert league[-1]["agent"] == "Stubborn"
        assert len(reader.site_access("a.example").rows) == 5
        assert len(reader.site_history("a.example").rows) == 9
        assert [crawl["started"] for crawl in reader.crawls()] == ["2022-01-02T00:00:00Z", "2022-01-01T00:00:00Z"]
        assert reader.failures("a.example").rows == []


def test_a_closed_reader_lets_go(told: Path) -> None:
    with Reader(told):
        pass
    connection = sqlite3.connect(told, timeout=0)
    connection.execute("BEGIN EXCLUSIVE")
    connection.close()


def test_reading_starts_without_what_only_writing_and_counting_need() -> None:
    """They cost more than most questions; `sqlmodel` declares tables, numpy counts held sites."""
    loaded = "import sys, tracker.store.query; print(sorted({'numpy', 'sqlmodel'} & {*sys.modules}))"
    found = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
    assert "numpy" not in found
    assert "sqlmodel" not in found
