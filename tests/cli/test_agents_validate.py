"""`tracker agents validate`: what a file of one's own adds and replaces, and all that is wrong with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cli.conftest import MINE
from tracker.reference import rows

Run = Callable[..., Any]


def test_validate_names_every_bad_row_with_its_line(run: Run) -> None:
    bad = MINE.replace("NewAIBot", "SecondBot").replace('"training"', '"trainning"')
    taken = MINE.replace("NewAIBot", "ThirdBot").replace("kind", 'tokens = ["ThirdBot", "gptbot"]\nkind')
    Path("mine.toml").write_text(MINE + bad + MINE + taken)
    found = run("agents", "validate", "mine.toml")
    assert found.code == 1
    errors = [line for line in found.out.splitlines() if line.startswith("error: ")]
    assert [error.split(": ")[1] for error in errors] == ["mine.toml:13", "mine.toml:19", "mine.toml:30"]
    assert "trainning" in errors[0]
    assert "line 2 already" in errors[1]
    assert "belongs to GPTBot already" in errors[2]
    as_json = run("agents", "validate", "mine.toml", "--json")
    assert (as_json.code, len(as_json.json["errors"])) == (1, 3)


def test_validate_names_all_that_is_wrong_with_a_row(run: Run) -> None:
    bad = MINE.replace('"training"', '"trainning"').replace("operator", "operater").replace("2026-11-22", "today")
    Path("mine.toml").write_text(bad)
    errors = run("agents", "validate", "mine.toml", "--json").json["errors"]
    assert [error.split(": ")[:2] for error in errors] == [
        ["mine.toml:4", "operater"],
        ["mine.toml:5", "purpose"],
        ["mine.toml:8", "checked"],
        ["mine.toml:2", "operator"],
    ]


def test_validate_counts_in_words(run: Run) -> None:
    Path("mine.toml").write_text(MINE)
    assert run("agents", "validate", "mine.toml").out.endswith("mine.toml: good, 1 agent added, 0 replaced\n")
    Path("mine.toml").write_text(MINE.replace("NewAIBot", "Odd/Bot"))
    found = run("agents", "validate", "mine.toml").out
    assert found.splitlines()[0].startswith("error: mine.toml:3: name: ")
    assert found.endswith("mine.toml: 1 error, 0 agents added, 0 replaced\n")
    Path("mine.toml").write_text("# nothing yet\n")
    empty = run("agents", "validate", "mine.toml")
    assert (empty.code, empty.out) == (0, "mine.toml: holds no agent, `tracker agents add` puts one in\n")


def test_validate_tells_what_is_added_and_what_replaced(run: Run) -> None:
    shipped = rows.reference_file("agents.toml").read_text().split("[[agent]]\n")
    row = "[[agent]]\n" + next(row for row in shipped if row.startswith('name = "ERNIEBot"'))
    Path("agents.toml").write_text(MINE + MINE.replace("NewAIBot", "gptbot") + row)
    found = run("agents", "validate")
    assert found.code == 0
    assert "adds NewAIBot (NewCo, training)" in found.out
    assert "replaces gptbot (NewCo, training)" in found.out
    assert "warning: agents.toml:10: gptbot replaces the shipped row (other in name, tokens, operator" in found.out
    assert "warning: agents.toml:17: ERNIEBot says what the shipped row says, delete it" in found.out
    assert run("agents", "validate", "--json").json["added"] == ["NewAIBot"]


def test_validate_without_a_file(run: Run) -> None:
    assert run("agents", "validate").code == 2
    found = run("agents", "validate", "nowhere.toml")
    assert found.code == 1
    assert "nowhere.toml cannot be read" in found.out
