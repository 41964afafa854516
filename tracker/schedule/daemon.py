"""The daemon: wakes up at the times of the timetable and for what falls due between them, and has it done."""

import contextlib
import queue
import random
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from tracker.schedule.due import Due
from tracker.schedule.timetable import Timetable

Look = Callable[[], Due | None]
"""Does what is due and says what is due then; None: that could not be told."""

PAUSE = 60
"""The least seconds between two looks."""

TROUBLE = 600
"""Seconds until the next look where what was due is due still: a crawl that failed is not begun again at once."""

_JITTER = 15 * 60
_JUMP = 30.0
_JOB = "look"


def jitter_of(timetable: Timetable, now: int) -> int:
    """At most how many seconds later than the timetable to wake: not all the world at once, and never much later."""
    return min(_JITTER, timetable.spacing(now) // 10)


def wake_at(found: Due | None, now: int, timetable: Timetable, late: int) -> int:
    """When to look next, after a look that ended at `now` with `found` (UTC seconds).

    `late`: seconds after the next time of the timetable, for rounds. Waves and re-checks come on time.
    """
    regular = timetable.following(now + 1)
    if found is None or found:
        return min(regular + late, now + TROUBLE)
    if found.next_at >= regular:
        return regular + late
    return max(found.next_at, now + PAUSE)


class _Times(BaseTrigger):
    """The times of a timetable, each up to `jitter` seconds late, from the clock as it is: it may have been set."""

    def __init__(self, timetable: Timetable, jitter: int) -> None:
        self._timetable = timetable
        self._jitter = jitter

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        at = self._timetable.following(int(now.timestamp()) + 1) + random.randint(0, self._jitter)
        return datetime.fromtimestamp(at, UTC)


def signalled() -> threading.Event:
    """An event that SIGINT and SIGTERM set from now on, instead of ending this process."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def run(timetable: Timetable, look: Look, *, on_stop: Callable[[], None], stop: threading.Event) -> None:
    """Look now and whenever something may be due, until `stop` is set.

    One look at a time; missed ones are made up for once. `on_stop` ends a look that is under way; returns after it.
    """
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)})
    jitter = jitter_of(timetable, int(time.time()))
    ended: queue.SimpleQueue[Due | None] = queue.SimpleQueue()
    once = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler.add_listener(lambda event: ended.put(event.retval), EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
    scheduler.add_job(look, _Times(timetable, jitter), id=_JOB, next_run_time=datetime.now(UTC), **once)

    def wake(at: datetime) -> None:
        scheduler.modify_job(_JOB, next_run_time=at)

    def after(found: Due | None) -> None:
        at = wake_at(found, int(time.time()), timetable, random.randint(0, jitter))
        wake(datetime.fromtimestamp(at, UTC))

    scheduler.start()
    try:
        _until(stop, ended, after, lambda: wake(datetime.now(UTC)))
    finally:
        stop.set()
        on_stop()
        scheduler.shutdown(wait=True)


def _until(
    stop: threading.Event,
    ended: queue.SimpleQueue[Due | None],
    after: Callable[[Due | None], None],
    look_now: Callable[[], None],
) -> None:
    """Wait for the end, and see to what must not be left to APScheduler's own threads.

    The next look is set here and not by the listener: that of a look which ends at once is called while APScheduler
    still works on the job, and what it sets is overwritten. A clock that was set, or a machine that slept, is reason
    to look at once: APScheduler waits by a clock that does not run while a machine sleeps.
    """
    offset = time.time() - time.monotonic()
    while not stop.wait(1.0):
        with contextlib.suppress(queue.Empty):
            after(ended.get_nowait())
        moved = time.time() - time.monotonic()
        if abs(moved - offset) > _JUMP:
            look_now()
        offset = moved
