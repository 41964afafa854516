"""Every command line that cron/ and docs/operations.md give is one that the program takes."""

from pathlib import Path

import pytest

from tests.cron.commands import command_lines, complaint, markdown_lines

ROOT = Path(__file__).resolve().parents[2]
SHELL = [ROOT / "cron" / "crontab.example", ROOT / "cron" / "github-actions.yml"]
SHELL += sorted((ROOT / "cron" / "systemd").rglob("*.service"))  # the Containerfile has a test of its own
PAGES = [ROOT / "cron" / "README.md", ROOT / "docs" / "operations.md"]


def lines_of(file: Path) -> list[list[str]]:
    text = file.read_text(encoding="utf-8")
    return list(markdown_lines(text) if file.suffix == ".md" else command_lines(_without_comments(text)))


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


@pytest.mark.parametrize("file", [*SHELL, *PAGES], ids=lambda file: file.name)
def test_the_program_takes_every_command_line(file: Path) -> None:
    for arguments in lines_of(file):
        assert complaint(arguments) == "", f"{file.name}: tracker {' '.join(arguments)}"


def test_the_lines_are_found() -> None:
    names = {file.name: [arguments[0] for arguments in lines_of(file)] for file in [*SHELL, *PAGES]}
    assert names["crontab.example"] == ["crawl", "backup"]
    assert names["drywell-schedule.service"] == ["schedule"]
    assert set(names["github-actions.yml"]) == {"crawl", "status", "backup", "export"}
    assert names["drywell-backup.service"] == ["backup"]
    for page in ("README.md", "operations.md"):
        assert {"crawl", "schedule", "status"} <= set(names[page])


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        (
            "cd x && .venv/bin/tracker crawl --if-due --contact a@b.c 2>&1 | logger -t d",
            "crawl --if-due --contact a@b.c",
        ),
        ("tracker status --json > s.json", "status --json"),
        ("tracker crawl --if-due || code=$?", "crawl --if-due"),
        ("# uv run tracker backup   # a comment", "backup"),
    ],
)
def test_a_line_ends_where_the_shell_ends_it(line: str, arguments: str) -> None:
    assert list(command_lines(line)) == [arguments.split()]


@pytest.mark.parametrize(
    "line", ["crawl --no-such-option", "crawl --round monthly", "no-such-command", "panel no-such"]
)
def test_a_line_that_is_wrong_is_seen(line: str) -> None:
    assert complaint(line.split()) != ""
