"""docs/querying.md: what it shows works."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from tests.publish.told import sha, tell
from tests.store.histories import BODIES
from tracker.cli import app

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "querying.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("tracker ")
]


def test_the_python_of_the_page_runs(tmp_path: Path) -> None:
    tell(tmp_path / "history.sqlite")
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found: dict = {}
    exec(snippet.replace("nytimes.com", "a.example"), found)
    assert found["text"] == BODIES["GPTBot shut"][0]
    assert list(found["top"]["site"]) == ["b.example"]
    assert found["changes"]["body_after"].to_list() == [sha("GPTBot shut"), sha("shut"), sha("GPTBot shut")]
    assert found["shares"]["percent"].iloc[-1] == 75.0


@pytest.mark.parametrize("line", COMMANDS)
def test_the_options_of_the_commands_are_there(line: str) -> None:
    """Only parsed: what they ask for is of the reader's history."""
    command, words = get_command(app), shlex.split(line.partition(" > ")[0])[1:]
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options
