"""Commands as a user types them."""

import json
import sys
from pathlib import Path

import pytest

from tracker.cli import main

ROBOTS = """\
User-agent: *
Disallow: /private

User-agent: GPTBot
User-agent: CCBot
Disallow: /

User-agent: ClaudeBot
Allow: /
"""
# An agent of a user's own.
MINE = """\
# my own
[[agent]]
name = "NewAIBot"   # seen in the logs
operator = "NewCo"
purpose = "training"
kind = "crawler"
source = "logs"
checked = "2026-11-22"
"""


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a command in this process."""

    def tracker(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["tracker", *arguments])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return tracker


@pytest.fixture
def robots(tmp_path: Path) -> str:
    (tmp_path / "robots.txt").write_text(ROBOTS)
    return "robots.txt"
