"""The pre-commit hook: its description, and that its entry does on files what it promises."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

HOOKS = Path(__file__).resolve().parents[2] / ".pre-commit-hooks.yaml"


@pytest.fixture
def hook() -> dict[str, str]:
    (hook,) = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    return hook


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("robots.txt", True),
        ("public/robots.txt", True),
        ("robots.txt.bak", False),
        ("myrobots.txt", False),
        ("robots_txt", False),
    ],
)
def test_it_takes_every_robots_txt(hook: dict[str, str], path: str, taken: bool) -> None:
    assert bool(re.search(hook["files"], path)) is taken


def test_its_entry_fails_where_a_wish_is_not_met(hook: dict[str, str], tmp_path: Path) -> None:
    texts = {"a": "User-agent: *\nDisallow: /\n", "b": "User-agent: *\nAllow: /\n"}
    for name, text in texts.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "robots.txt").write_text(text)
    program, *arguments = hook["entry"].split()
    found = shutil.which(program, path=str(Path(sys.executable).parent)) or shutil.which(program)
    assert (hook["language"], found is not None) == ("python", True)
    command = [str(found), *arguments, "--expect", "GPTBot=blocked", "a/robots.txt", "b/robots.txt"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr == "tracker: b/robots.txt: GPTBot is allowed, expected blocked (line 2: Allow: /)\n"
