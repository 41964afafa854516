"""The sixteen questions, with known answers, as every tool asks them that people open a history with."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.publish.told import ANSWERS, matches
from tracker.store.query import Reader
from tracker.store.questions import Question, literal, meanings, questions

ASKED = pytest.mark.parametrize("question", questions(), ids=lambda question: f"question {question.number}")


def test_what_is_put_in_comes_from_the_history(put_in: dict[str, str]) -> None:
    assert put_in == {
        "agent": "GPTBot",
        "panel": "top",
        "site": "a.example",
        "day": "2024-01-10",
        "since": "2024-01-03",
    }
    assert put_in.keys() == meanings().keys()


def test_an_empty_history_has_nothing_to_put_in(empty_history: Path) -> None:
    from tracker.store.questions import defaults

    with Reader(empty_history) as reader:
        values = defaults(reader)
        assert (values["panel"], values["day"], values["since"]) == ("", "", "")
        for question in questions():
            assert reader.sql(question.filled(values)).rows == []


def test_literals_are_quoted() -> None:
    question = Question(1, "", "SELECT :site AS x, :site AS y")
    assert question.values == ("site",)
    assert question.filled({"site": "o'neil"}) == "SELECT 'o''neil' AS x, 'o''neil' AS y"
    assert literal("'") == "''''"


@ASKED
def test_through_the_reader(told: Path, put_in: dict[str, str], question: Question) -> None:
    assert len(ANSWERS) == len(questions()) == 16
    with Reader(told) as reader:
        for rows in (
            reader.sql(question.sql, {name: put_in[name] for name in question.values}),
            reader.sql(question.filled(put_in)),
        ):
            assert matches(question.number, rows.columns, rows.rows)


def test_the_order_is_the_one_asked_for(told: Path, put_in: dict[str, str]) -> None:
    with Reader(told) as reader:
        for number in (1, 3, 5, 9, 10, 11, 12):
            assert reader.sql(questions()[number - 1].filled(put_in)).rows == ANSWERS[number]


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no sqlite3 shell")
@ASKED
def test_through_the_sqlite3_shell(told: Path, put_in: dict[str, str], question: Question) -> None:
    command = ["sqlite3", "-readonly", "-json", str(told), question.filled(put_in)]
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert matches(question.number, tuple(rows[0]), [tuple(row.values()) for row in rows])


@pytest.fixture(scope="module")
def metadata(told: Path, put_in: dict[str, str]) -> dict:
    """What `tracker schema --datasette` prints, read as Datasette reads it."""
    from sqlmodel import SQLModel

    from tracker.publish.datasette import as_yaml
    from tracker.publish.datasette import metadata as described
    from tracker.store import models

    assert models.Site.__tablename__ in SQLModel.metadata.tables
    facts = described("told", SQLModel.metadata.tables, put_in)
    assert yaml.safe_load(as_yaml(facts, "told")) == facts
    return facts


def test_through_datasette(told: Path, put_in: dict[str, str], metadata: dict) -> None:
    """All in one: starting it costs more than asking."""
    from datasette.app import Datasette

    async def ask() -> None:
        shown = Datasette([str(told)], metadata=metadata, settings={"sql_time_limit_ms": 10_000})
        await shown.invoke_startup()
        for question in questions():
            address = f"/told/question-{question.number:02}.json?_shape=objects"
            answer = (await shown.client.get(address)).json()
            rows = [tuple(row.values()) for row in answer["rows"]]
            assert matches(question.number, tuple(answer["columns"]), rows), question.number
        answer = (await shown.client.get("/told/question-07.json?site=b.example&agent=CCBot&_shape=arrays")).json()
        assert [row[0] for row in answer["rows"]] == ["allowed", "blocked"]
        database = (await shown.client.get("/told.json")).json()
        assert {one["name"] for one in database["tables"] if not one["hidden"]} == set()
        page = await shown.client.get("/told/shares?agent=GPTBot&definition=effective_full&panel=top")
        assert page.status_code == 200
        assert "100 × blocked / (readable + absent) (%)" in page.text
        assert "The curve of one agent" in page.text

    asyncio.run(ask())
