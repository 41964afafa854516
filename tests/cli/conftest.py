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
