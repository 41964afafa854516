"""cron/crontab.example: lines that cron reads, at times that come."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.triggers.cron import CronTrigger

TEXT = (Path(__file__).resolve().parents[2] / "cron" / "crontab.example").read_text(encoding="utf-8")
LINES = [line for line in TEXT.splitlines() if line and not line.startswith("#")]
NOON = datetime(2026, 11, 25, 12, 1, tzinfo=UTC)


def parts(line: str) -> tuple[str, str]:
    found = re.fullmatch(r"((?:\S+\s+){4}\S+)\s+(\S.*)", line)
    assert found is not None
    return found.group(1), found.group(2)


@pytest.mark.parametrize("line", LINES)
def test_five_fields_and_a_command_without_a_percent_sign(line: str) -> None:
    times, command = parts(line)
    CronTrigger.from_crontab(times, timezone=UTC)
    assert command.startswith("cd $HOME/drywell && .venv/bin/tracker ")
    assert "%" not in command  # cron ends the command there
    assert command.endswith("2>&1 | logger -t drywell")


def test_a_tick_comes_before_the_first_retry_wave_is_late() -> None:
    crawl = CronTrigger.from_crontab(parts(LINES[0])[0], timezone=UTC)
    first = crawl.get_next_fire_time(None, NOON)
    assert first is not None
    assert first - NOON <= timedelta(minutes=15)
    assert TEXT.endswith("\n")  # cron leaves out a last line without an end
