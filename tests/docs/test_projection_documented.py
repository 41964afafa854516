"""docs/projection.md: every input is explained, the commands and the scenario of the page work."""

import re
import shlex
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from typer.main import get_command

from tracker.cli import app, main
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


def test_every_option_has_a_row() -> None:
    options = {name for one in get_command(app).commands["project"].params for name in one.opts if name[:2] == "--"}
    rows = [line for line in PAGE.split("\n## Options\n")[1].split("\n## ")[0].splitlines() if line[:1] == "|"]
    assert options - {"--help"} == {name for row in rows for name in re.findall(r"`(--[a-z-]+)", row.split("|")[1])}
    # No row stands apart from its table.
    assert "|\n\n|" not in PAGE


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_work(command: str, made: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(made)
    (made / "mine.toml").write_text(MINE, encoding="utf-8")
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
