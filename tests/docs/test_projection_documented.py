"""docs/projection.md: every input is explained, the commands and the scenario of the page work."""

import re
import shlex
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from tests.store.measured import tokens, write
from tracker.cli import main
from tracker.core.assignments import assignments
from tracker.core.scenarios import Scenario, read

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "projection.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]
(MINE,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_every_input_is_explained() -> None:
    section = PAGE.split("\n## The inputs\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert named == {field.name for field in fields(Scenario)}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documented")
    tokens(folder, ("site-02.example", 30), ("site-30.example", 70))
    return write(folder / "history.sqlite")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_work(command: str, history: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("TRACKER_DATABASE", str(history))
    (tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    (tmp_path / "tokens.csv").write_bytes((history.parent / "tokens.csv").read_bytes())
    monkeypatch.setattr(sys, "argv", [*shlex.split(command), *([] if "--inputs" in command else ["--draws", "500"])])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert capsys.readouterr().out


def test_the_forms_of_the_page_are_read() -> None:
    section = PAGE.split("A value for `--set`")[1].split("\nBrackets")[0]
    forms = [form for form in re.findall(r"`([^`]+)`", section) if "=" in form]
    assert len(forms) > 10
    for form in forms:
        (text,) = shlex.split(form)
        read(assignments([text]))
