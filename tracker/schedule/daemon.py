"""The daemon: wakes up, and has done what is due.

What is due is asked of the history, not of a job store: a missed tick, a reboot or two ticks at once are harmless.
APScheduler 3.11 with its memory job store only wakes us up.
"""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

DAILY = timedelta(days=1)
# Two daily runs may start a little less than a day apart: jitter, a slow start, a summer-time hour.
SLACK = timedelta(hours=2)
_JITTER_SECONDS = 15 * 60

log = logging.getLogger(__name__)


def is_due(last: datetime | None, now: datetime, every: timedelta = DAILY) -> bool:
    """Whether a round is due, from the start of the last finished one (None: never). A clock set back is not late."""
    if last is None or last > now:
        return last is None
    return now - last >= every - SLACK


def next_due(last: datetime | None, now: datetime, every: timedelta = DAILY) -> datetime:
    """When the next round falls due."""
    return now if last is None else max(now, last + every - SLACK)


def run_daily(
    crawl_if_due: Callable[[], object],
    *,
    on_stop: Callable[[], None],
    hour: int = 4,
    minute: int = 30,
    stop: threading.Event | None = None,
) -> None:
    """Call `crawl_if_due` now and every day at `hour`:`minute` UTC until SIGINT, SIGTERM or `stop`.

    One run at a time, missed runs made up for once. `on_stop` ends a run that is under way; returns after it.
    """
    stop = stop or threading.Event()
    scheduler = BackgroundScheduler(timezone=UTC)
    trigger = CronTrigger(hour=hour, minute=minute, jitter=_JITTER_SECONDS, timezone=UTC)
    common = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler.add_job(crawl_if_due, trigger, id="crawl", next_run_time=datetime.now(UTC), **common)
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
    scheduler.start()
    log.info("scheduler started: daily at %02d:%02d UTC", hour, minute)
    try:
        while not stop.wait(1.0):
            pass
    finally:
        on_stop()
        scheduler.shutdown(wait=True)
