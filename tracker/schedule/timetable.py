"""At what times rounds may begin: a cron expression in UTC, or an interval."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from apscheduler.triggers.cron import CronTrigger

from tracker.schedule.durations import seconds_of, words_of

MONDAY = 4 * 86_400
"""UTC seconds of Monday 1970-01-05, from which intervals and periods are counted: weeks begin on Mondays."""

SHORTEST = 60
_YEARS = 9 * 366 * 86_400  # the longest wait that a cron expression can ask for: 29 February across 2100
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Timetable:
    """The times at which rounds may begin, all in UTC seconds.

    `expression`: five cron fields (`30 4 * * *`), or an interval of at least a minute (`6h`), counted from a Monday
    midnight. Raises ValueError for what is neither, and for an expression whose time never comes.
    """

    def __init__(self, expression: str) -> None:
        self.expression = " ".join(expression.split())
        self._step = 0
        self._cron: CronTrigger | None = None
        if self.expression[:1].isdigit() and " " not in self.expression:
            self._step = seconds_of(self.expression)
            if self._step < SHORTEST:
                raise ValueError(f"{expression!r} is less than a minute")
        else:
            self._cron = _cron(self.expression)
        self._next = lru_cache(maxsize=64)(self._next_of_cron)

    def __str__(self) -> str:
        """As people may read it."""
        return f"every {words_of(self._step)}" if self._step else f"{self.expression} (UTC)"

    def following(self, at: int) -> int:
        """The first time not before `at`."""
        return at + (MONDAY - at) % self._step if self._cron is None else self._next(at)

    def slot(self, now: int, every: int) -> int | None:
        """When the round that a period of `every` seconds asks for fell due: the newest such time up to `now`.

        Periods are whole multiples of `every` from a Monday midnight. In each the round is due at the first time of the
        timetable. None: there has been no such time in years.
        """
        begin = _period(now, every)
        for _ in range(8):
            due = self.following(begin)
            if due <= now:
                return due
            begin -= every
        newest = self._newest(now)
        return None if newest is None else self.following(_period(newest, every))

    def next_slot(self, now: int, every: int) -> int:
        """When the next round falls due after `now`."""
        begin = _period(now, every)
        due = self.following(begin)
        return due if due > now else self.following(begin + every)

    def spacing(self, now: int) -> int:
        """Seconds between the next two times."""
        first = self.following(now)
        return self.following(first + 1) - first

    def _next_of_cron(self, at: int) -> int:
        found = self._cron and self._cron.get_next_fire_time(None, datetime.fromtimestamp(at, UTC))
        if not found:
            raise ValueError(f"the time of {self.expression!r} never comes")
        return int(found.timestamp())

    def _newest(self, now: int) -> int | None:
        """The last time up to `now`, by halving: cron expressions can be asked forward only."""
        low, high = now - _YEARS, now
        if self.following(low) > now:
            return None
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.following(middle) <= now else (low, middle - 1)
        return low


def _period(at: int, every: int) -> int:
    return at - (at - MONDAY) % every


def _cron(expression: str) -> CronTrigger:
    fields = expression.split()
    if len(fields) != 5:
        raise ValueError(
            f"{expression!r} is neither five cron fields (minute hour day month weekday, as 30 4 * * *) "
            "nor an interval (as 6h)"
        )
    if fields[2] != "*" and fields[4] != "*":
        # cron would run on either, APScheduler on days that are both: nobody should have to know.
        raise ValueError(f"{expression!r} names days of the month and of the week: give one of them, * for the other")
    fields[4] = ",".join(_weekdays(part) for part in fields[4].split(","))
    try:
        trigger = CronTrigger.from_crontab(" ".join(fields), timezone=UTC)
        found = trigger.get_next_fire_time(None, datetime(2001, 1, 1, tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{expression!r} is no cron expression: {error}") from error
    if found is None or found > datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=_YEARS):
        raise ValueError(f"{expression!r}: that time never comes")
    return trigger


def _weekdays(part: str) -> str:
    """Numbers of weekdays as names: to cron 0 and 7 are Sunday, to APScheduler 0 is Monday."""
    span, _, step = part.partition("/")
    if span == "*" and step.isdigit():
        span = "0-6"
    first, _, last = span.partition("-")
    if not first.isdigit():
        return part
    begin, end = int(first), int(last if last.isdigit() else first)
    if not 0 <= begin <= end <= 7 or (step and not int(step if step.isdigit() else 0)):
        raise ValueError(f"{part!r} is no weekday: 0 or 7 is Sunday, 1 Monday")
    return ",".join(_DAYS[begin : end + 1 : int(step or 1)])
