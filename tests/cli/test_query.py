"""`tracker query`: forms of an answer, the sixteen examples, limits, and what it says to a mistake."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.publish.told import ANSWERS, tell
from tracker.store.query import Reader
from tracker.store.streaming import BATCH, stream

MANY = f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {2 * BATCH + 7}) SELECT n FROM c"


@pytest.fixture
def told(tmp_path: Path) -> str:
    return str(tell(tmp_path / "told.sqlite"))


@pytest.mark.parametrize("number", range(1, 16))
def test_an_example_is_shown_and_asked(run, told: str, number: int) -> None:
    result = run("query", "--example", str(number), "--database", told, "--json")
    assert len(result.json) == len(ANSWERS[number])
    assert "SELECT" in result.err
    assert ":" not in result.err.partition("\n")[2].replace("T06:00:00", "")


def test_the_examples_are_listed_without_a_history(run) -> None:
    listed = run("query", "--example", "0")
    assert listed.out.count("?\n") == 16
    assert ":agent  name of an agent" in listed.out
    assert [row["number"] for row in run("query", "--example", "0", "--json").json] == list(range(1, 17))


def test_values_go_into_examples_and_into_ones_own_sql(run, told: str) -> None:
    rows = run("query", "--example", "7", "--set", "agent=CCBot", "--set", "site=b.example", "-d", told, "--json").json
    assert [row["verdict"] for row in rows] == ["allowed", "blocked"]
    sql = "SELECT operator FROM agents WHERE agent = :who"
    assert run("query", sql, "--set", "who=CCBot", "-d", told, "--csv").out == "operator\nNobody\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["SELECT 1", "--json", "--csv"], "--json and --csv cannot go together"),
        (["SELECT 1", "--markdown", "--parquet", "x.parquet"], "--markdown and --parquet cannot go together"),
        ([], "give SQL or --example N"),
        (["SELECT 1", "--example", "2"], "give SQL or --example N"),
        (["--example", "1", "--set", "site=x"], "example 1 has no :site; it takes day, panel"),
        (["SELECT 1", "--set", "agent"], "is not NAME=VALUE"),
        (["--example", "17"], "less than or equal to 16"),
        (["SELECT 1", "--limit", "0"], "--limit"),
    ],
)
def test_options_that_make_no_sense_are_usage_errors(run, told: str, arguments: list[str], says: str) -> None:
    result = run("query", *arguments, "--database", told)
    assert result.code == 2
    assert says in result.err
    assert not Path("x.parquet").exists()


def test_every_form_of_an_answer(run, told: str) -> None:
    sql = "SELECT 'a|b' AS word, NULL AS missing, 2.5 AS number, x'00ff' AS bytes, 'ä, \"q\"' AS more"
    (row,) = run("query", sql, "-d", told, "--json").json
    assert row == {"word": "a|b", "missing": None, "number": 2.5, "bytes": "00ff", "more": 'ä, "q"'}
    printed = run("query", sql, "-d", told, "--csv").out
    assert list(csv.reader(io.StringIO(printed)))[1] == ["a|b", "", "2.5", "00ff", 'ä, "q"']
    markdown = run("query", sql, "-d", told, "--markdown").out.splitlines()
    assert markdown[0] == "| word | missing | number | bytes | more |"
    assert markdown[2] == '| a\\|b |  | 2.5 | 00ff | ä, "q" |'
    assert "a|b" in run("query", sql, "-d", told).out
    assert run("query", "SELECT 1 AS one WHERE 1 = 0", "-d", told, "--json").json == []


def test_parquet_keeps_types_and_is_there_whole_or_not_at_all(run, told: str, tmp_path: Path) -> None:
    sql = "SELECT site, rank, verdict, named, last_checked FROM access_now ORDER BY site, agent"
    result = run("query", sql, "-d", told, "--parquet", "out/now.parquet")
    assert (result.code, result.out) == (0, "")
    assert "25 rows in out/now.parquet" in result.err
    found = pq.read_table("out/now.parquet")
    assert [str(column.type) for column in found.schema] == ["string", "int64", "string", "int64", "string"]
    with Reader(told) as reader:
        assert [tuple(row.values()) for row in found.to_pylist()] == reader.sql(sql).rows
    empty = "SELECT rank, site FROM access_now WHERE site = 'nobody'"
    assert run("query", empty, "-d", told, "--parquet", "empty.parquet").code == 0
    assert str(pq.read_schema("empty.parquet").field("rank").type) == "int64"
    for bad, says in (
        ("SELECT n, colour FROM sites", "no such column"),
        ("SELECT 1 AS a, 2 AS a", "name each of them with AS"),
        (f"{MANY} UNION ALL SELECT 'x'", "CAST it"),
    ):
        result = run("query", bad, "-d", told, "--parquet", "bad.parquet")
        assert result.code == 1
        assert says in result.err
    result = run("query", "SELECT 1", "-d", told, "--parquet", "told.sqlite/x.parquet")
    assert result.code == 1
    assert "cannot write" in result.err
    assert {path.name for path in tmp_path.iterdir() if "told" not in path.name} == {"out", "empty.parquet"}


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT percent_block FROM shares", "did you mean percent_blocked?"),
        ("SELECT * FROM share", "did you mean shares?"),
        ("SELECT s.verdit FROM access_now s", "did you mean verdict?"),
    ],
)
def test_a_misspelt_name_gets_the_nearest(run, told: str, sql: str, says: str) -> None:
    for form in ([], ["--json"]):
        result = run("query", sql, "-d", told, *form)
        assert (result.code, result.out) == (1, "")
        assert says in result.err


def test_limits_of_rows_and_time(run, told: str) -> None:
    cut = run("query", MANY, "-d", told, "--limit", "3", "--json")
    assert [row["n"] for row in cut.json] == [1, 2, 3]
    assert "cut at 3 rows" in cut.err
    exact = run("query", "SELECT site FROM sites", "-d", told, "--limit", "5")
    assert "cut" not in exact.err
    assert "cut at 1000 rows" in run("query", MANY, "-d", told).err
    assert run("query", MANY, "-d", told, "--csv").out.count("\n") == 2 * BATCH + 8
    endless = MANY.rpartition("WHERE")[0] + ") SELECT COUNT(*) FROM c"
    assert "longer than 0.1 s" in run("query", endless, "-d", told, "--seconds", "0.1").err


def test_a_long_answer_comes_in_batches(told: str) -> None:
    with Reader(told) as reader:
        with stream(reader, MANY) as answer:
            assert [len(batch) for batch in answer.batches()] == [BATCH, BATCH, 7]
        with stream(reader, MANY, limit=BATCH) as answer:
            assert [len(batch) for batch in answer.batches()] == [BATCH]
            assert answer.cut
        with stream(reader, "SELECT :x AS x", {"x": 1}) as answer:
            assert list(answer.batches()) == [[(1,)]]
        assert reader.sql("SELECT 1").rows == [(1,)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_output_that_cannot_be_written_is_one_line(told: str) -> None:
    command = [sys.executable, "-m", "tracker", "query", "SELECT 1 AS one", "--csv", "--database", told]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "tracker: the output cannot be written: No space left on device; make room there"
    ]


def test_a_password_is_shown_nowhere(run) -> None:
    address = "postgresql://me:secretpw@127.0.0.1:1/history"
    for command in (["config"], ["config", "--json"], ["status"], ["verify"], ["query", "SELECT 1"]):
        result = run(*command, "--database", address)
        assert "secretpw" not in result.out + result.err
        assert "127.0.0.1:1/history" in result.out + result.err
