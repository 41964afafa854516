"""The daemon: when it wakes, that it does one thing at a time, and how it ends."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tracker.core.visits import Target
from tracker.schedule import daemon
from tracker.schedule.due import Due
from tracker.schedule.timetable import Timetable

DAILY = Timetable("30 4 * * *")
MORNING = int(datetime(2026, 11, 22, 4, 30, tzinfo=UTC).timestamp())
DAY = 86_400


def idle(next_at: int) -> Due:
    return Due((), None, 0, False, next_at, ())


BUSY = Due((Target.ROBOTS,), None, 0, False, MORNING, ())


@pytest.mark.parametrize(
    ("found", "now", "at", "why"),
    [
        (idle(MORNING + DAY), MORNING + 900, MORNING + DAY + 77, "the next round, with jitter"),
        (idle(MORNING + DAY), MORNING + DAY - 1, MORNING + DAY + 77, "jitter may not skip it"),
        (idle(MORNING + 1_500), MORNING + 900, MORNING + 1_500, "a wave, on time"),
        (idle(MORNING + 901), MORNING + 900, MORNING + 960, "never twice in a minute"),
        (BUSY, MORNING + 900, MORNING + 1_500, "what failed is tried again, not at once"),
        (BUSY, MORNING - 60, MORNING + 77, "nor after the next round"),
        (None, MORNING + 900, MORNING + 1_500, "the history could not be read"),
    ],
)
def test_when_it_wakes(found: Due | None, now: int, at: int, why: str) -> None:
    assert daemon.wake_at(found, now, DAILY, late=77) == at, why


@pytest.mark.parametrize(("expression", "jitter"), [("30 4 * * *", 900), ("1h", 360), ("5m", 30)])
def test_jitter_is_a_quarter_of_an_hour_and_at_most_a_tenth(expression: str, jitter: int) -> None:
    assert daemon.jitter_of(Timetable(expression), MORNING) == jitter


class Running:
    """A daemon in a thread, that looks by `look`."""

    def __init__(self, look: Callable[[], Due | None], on_stop: Callable[[], None] = lambda: None) -> None:
        self.stop = threading.Event()
        more = {"on_stop": on_stop, "stop": self.stop}
        self.thread = threading.Thread(target=daemon.run, args=(DAILY, look), kwargs=more, daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


def test_it_looks_at_once_and_ends_with_what_runs() -> None:
    started, release = threading.Event(), threading.Event()
    calls: list[str] = []

    def look() -> Due:
        calls.append("begun")
        started.set()
        release.wait(10)
        calls.append("ended")
        return idle(int(time.time()) + DAY)

    running = Running(look, release.set)
    assert started.wait(10)
    running.end()
    assert calls == ["begun", "ended"]


def test_a_wave_is_woken_for_and_an_error_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon, "TROUBLE", 0)
    monkeypatch.setattr(daemon, "PAUSE", 0)
    calls: list[float] = []
    thrice = threading.Event()

    def look() -> Due:
        calls.append(time.time())
        if len(calls) == 1:
            raise RuntimeError("a mistake in a look")
        if len(calls) == 3:
            thrice.set()
        return idle(int(time.time()) + (1 if len(calls) < 3 else 7_200))

    running = Running(look)
    assert thrice.wait(10)
    running.end()
    assert len(calls) == 3


def test_a_clock_that_is_set_makes_it_look_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    again = threading.Event()
    offset = 0.0
    real = time.time
    monkeypatch.setattr(daemon.time, "time", lambda: real() + offset)

    def look() -> Due:
        looks.append(1)
        if len(looks) == 2:
            again.set()
        return idle(int(real()) + 2 * DAY)

    running = Running(look)
    time.sleep(0.2)
    offset = 5 * DAY
    assert again.wait(10)
    running.end()
