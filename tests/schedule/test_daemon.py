"""When a crawl is due, and the daemon around it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from tracker.schedule import is_due, next_due, run_daily

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "due", "why"),
    [
        (None, True, "nothing was ever crawled"),
        (timedelta(minutes=1), False, "two ticks at once"),
        (timedelta(hours=21), False, "not yet"),
        (timedelta(hours=22), True, "a day less the slack for jitter and slow starts"),
        (timedelta(days=1), True, "a day"),
        (timedelta(days=40), True, "missed runs are made up for"),
        (timedelta(hours=-3), False, "the clock was set back after the last crawl"),
    ],
)
def test_is_due(ago: timedelta | None, due: bool, why: str) -> None:
    last = None if ago is None else NOW - ago
    assert is_due(last, NOW) is due, why


def test_next_due_agrees_with_is_due() -> None:
    last = NOW - timedelta(hours=3)
    due = next_due(last, NOW)
    assert is_due(last, due)
    assert not is_due(last, due - timedelta(seconds=1))
    assert next_due(None, NOW) == NOW


def test_the_daemon_asks_at_once_one_at_a_time_and_ends_with_what_runs() -> None:
    stop, started, release = threading.Event(), threading.Event(), threading.Event()
    calls: list[str] = []

    def crawl() -> None:
        calls.append("crawl")
        started.set()
        release.wait(10)
        calls.append("ended")

    daemon = threading.Thread(target=run_daily, args=(crawl,), kwargs={"on_stop": release.set, "stop": stop})
    daemon.start()
    assert started.wait(10)
    stop.set()
    daemon.join(10)
    assert not daemon.is_alive()
    assert calls == ["crawl", "ended"]
