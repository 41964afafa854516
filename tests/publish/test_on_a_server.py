"""The same questions of a history on a PostgreSQL server."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.conftest import AGENTS
from tests.postgres import running
from tests.publish.told import ANSWERS, matches, tell
from tracker import History
from tracker.errors import QueryError
from tracker.publish.brief.gather import gather
from tracker.publish.export import export
from tracker.store.query import Reader
from tracker.store.questions import Question, defaults, questions
from tracker.store.streaming import BATCH, stream

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as server:
        yield tell(server.create())


@pytest.fixture(scope="module")
def put_in(url: str) -> dict[str, str]:
    with Reader(url) as reader:
        return defaults(reader)


@pytest.mark.parametrize("question", questions(), ids=lambda question: f"question {question.number}")
def test_postgresql_answers_the_questions(url: str, put_in: dict[str, str], question: Question) -> None:
    with Reader(url) as reader:
        for rows in (
            reader.sql(question.sql, {name: put_in[name] for name in question.values}),
            reader.sql(question.filled(put_in)),
        ):
            assert matches(question.number, rows.columns, rows.rows)


def test_long_answers_come_in_batches(url: str) -> None:
    many = f"SELECT n FROM generate_series(1, {BATCH + 7}) AS series(n)"
    with Reader(url) as reader:
        with stream(reader, many) as answer:
            assert [len(batch) for batch in answer.batches()] == [BATCH, 7]
        with stream(reader, many, limit=3) as answer:
            assert list(answer.batches()) == [[(1,), (2,), (3,)]]
            assert answer.cut


@pytest.mark.parametrize(
    ("sql", "meant"), [("SELECT verdit FROM access_now", "verdict"), ("SELECT 1 FROM share", "shares")]
)
def test_a_misspelt_name_gets_the_nearest(url: str, sql: str, meant: str) -> None:
    with History(url) as history, pytest.raises(QueryError, match=f"did you mean {meant}"):
        history.query(sql)


def test_frames_and_files_are_those_of_a_file(url: str, tmp_path: Path) -> None:
    with History(url) as history:
        assert list(history.shares("GPTBot")["percent"]) == [percent for _, percent in ANSWERS[2]]
        assert list(history.changes(since="7d", agent="GPTBot")["site"]) == ["c.example", "b.example"]
    file = tell(tmp_path / "told.sqlite")
    folders = {}
    for name, database in (("server", url), ("file", file)):
        with Reader(database) as reader:
            folders[name] = export(reader, tmp_path / name, "parquet", ["changes", "shares", "access_history", "sites"])
        with duckdb.connect() as connection:
            connection.execute(f"SET file_search_path = '{tmp_path / name}'")
            connection.execute((tmp_path / name / "views.sql").read_text())
            assert connection.execute("SELECT COUNT(*) FROM changes").fetchall() == [(6,)]
    assert [one.rows for one in folders["server"].files] == [one.rows for one in folders["file"].files]


def test_a_brief_has_the_same_facts(url: str, told: Path) -> None:
    found = []
    for where in (url, told):
        with Reader(where) as reader:
            brief = gather(reader, AGENTS)
        # Two histories, two names.
        found.append(replace(brief, frame=replace(brief.frame, history_id="")))
    assert found[0] == found[1]
