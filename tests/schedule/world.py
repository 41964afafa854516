"""A world in which schedulers, cron and crashes meet: minutes pass as fast as the machine counts them.

Everything that decides is the program's own: `due`, `wake_at`, the rules, and with `StoredBook` the history too. The
world has a clock that can be set, a lock that one worker holds, power that can fail, and workers that can be killed.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from tests.conftest import AGENTS
from tracker.core.panels import Member, Panel
from tracker.core.visits import Target
from tracker.schedule.daemon import wake_at
from tracker.schedule.due import Due, Facts, Last, Repeat, due
from tracker.schedule.history import facts_of
from tracker.schedule.rules import Rules
from tracker.store.captures import OWN, Answer, Failure
from tracker.store.query import Reader
from tracker.store.rounds import RECHECK, REST, retry
from tracker.store.write import Writer

MINUTE, HOUR, DAY = 60, 3_600, 86_400
HOSTS = tuple(f"{letter}.example" for letter in "abcdefghij")
FAILING = 3


class Book(Protocol):
    """A history as a crawl sees it: what it says, and what is written at the beginning and the end of each pass."""

    def facts(self, now: int) -> Facts:
        """What it says at a moment."""

    def begin(self, job: str, now: int, targets: tuple[Target, ...]) -> None:
        """Write that a pass begins: `round`, `rest`, `wave 1`, `recheck`."""

    def end(self, now: int, *, suspect: bool) -> None:
        """Write that the pass begun last is finished."""


class Model:
    """A history in a few lists; says the same as `facts_of` of a real one."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.rounds: list[Last] = []
        self._going: tuple[str, int] = ("", 0)

    def facts(self, now: int) -> Facts:
        finished = {}
        for target in self.rules.every:
            ended = [one.at for one in self.rounds if one.finished is not None and target in one.targets]
            if seen := [at for at in ended if at < self.rules.horizon(target, now)]:
                finished[target] = max(seen)
        newest = [one for one in self.rounds if one.at < self.rules.horizon(Target.ROBOTS, now)]
        return Facts(max(newest, key=lambda one: (one.at, one.crawl_id), default=None), finished)

    def begin(self, job: str, now: int, targets: tuple[Target, ...]) -> None:
        if job == "round":
            self.rounds.append(Last(len(self.rounds), now, targets, len(HOSTS), len(HOSTS) - FAILING))
            self._going = (job, len(self.rounds) - 1)
            return
        last = self.facts(now).last
        assert last is not None
        self._going = (job, last.crawl_id)
        if job.startswith("wave"):
            number = int(job.split()[1])
            waves = last.waves if len(last.waves) >= number else [*last.waves, Repeat(now)]
            self.rounds[last.crawl_id] = replace(last, waves=waves)
        elif job == "recheck" and last.recheck is None:
            self.rounds[last.crawl_id] = replace(last, recheck=Repeat(now))

    def end(self, now: int, *, suspect: bool) -> None:
        job, number = self._going
        one = self.rounds[number]
        if job in ("round", "rest"):
            self.rounds[number] = replace(one, finished=now, failing=FAILING, suspect=suspect)
        elif job == "recheck":
            assert one.recheck is not None
            self.rounds[number] = replace(one, recheck=replace(one.recheck, finished=now))
        else:
            self.rounds[number] = replace(one, waves=[*one.waves[:-1], replace(one.waves[-1], finished=now)])


class StoredBook:
    """A real history, written by the real writer and read by `facts_of`."""

    def __init__(self, path: Path, rules: Rules) -> None:
        self.path, self.rules = path, rules
        self._reader = Reader(path)
        self._members = Panel("p", "P", "", "p-1", "2026-01-01", None, False, tuple(Member(host) for host in HOSTS))
        self._job = ""
        self._told: tuple[int, Facts] | None = None

    def facts(self, now: int) -> Facts:
        if self._told is None or self._told[0] != now:  # all who ask in a minute are told the same
            self._told = (now, facts_of(self._reader, "p", now, self.rules))
        return self._told[1]

    def begin(self, job: str, now: int, targets: tuple[Target, ...]) -> None:
        part = {"round": "", "rest": REST, "recheck": RECHECK}.get(job) or (retry(int(job[5:])) if " " in job else "")
        parent = self.facts(now).last if part else None
        with Writer(self.path, AGENTS) as writer:
            panel, source = writer.panel(self._members), writer.source(OWN)
            ref = f"p@{now}" if not part else f"p@{now} {job}"
            more = {"parent": parent.crawl_id, "part": part} if parent else {"targets": targets}
            crawl = writer.begin_crawl(source, panel, now, ref, len(HOSTS), **more)
            if job == "round":  # half is seen before anything can happen
                writer.record(crawl, [Answer(host, b"User-agent: *\n") for host in HOSTS[:5]])
        self._told = None
        self._job, self._at, self._ref, self._more = job, now, ref, more

    def end(self, now: int, *, suspect: bool) -> None:
        seen = [Answer(host, b"User-agent: *\n") for host in HOSTS[5 : len(HOSTS) - FAILING]]
        failed = [Failure(host, "read_timeout") for host in HOSTS[len(HOSTS) - FAILING :]]
        saw = {"recheck": [Answer(HOSTS[0], b"User-agent: *\n")]}.get(self._job, failed)
        with Writer(self.path, AGENTS) as writer:
            panel, source = writer.panel(self._members), writer.source(OWN)
            crawl = writer.begin_crawl(source, panel, self._at, self._ref, len(HOSTS), **self._more)
            writer.record(crawl, seen + failed if self._job in ("round", "rest") else saw)
            writer.finish_crawl(crawl, now)
            if suspect and self._job in ("round", "rest"):
                writer.note_suspect(crawl.crawl_id, "many flips")
        self._told = None


@dataclass
class Worker:
    """A `crawl --if-due` under way: it holds the lock; a job ends at a minute that is known."""

    steps: Iterator[int]
    wake: int


@dataclass
class Scheduler:
    """A daemon: when it looks next by the clock that people see; `worker`: the crawl it waits for."""

    wake: int = 0
    worker: Worker | None = None


@dataclass
class World:
    """The machine: `true` seconds since it began, and the clock that people see, `ahead` of it.

    tick: seconds between two runs of cron, each a quarter of an hour late. calm: hours of peace in each period that has
    a claim to a round, by when it fell due.
    """

    book: Book
    rules: Rules
    begin: int
    daemons: int = 0
    cron: int = 0
    tick: int = HOUR
    length: Callable[[int], int] = lambda _count: 20 * MINUTE
    suspicious: Callable[[int], bool] = lambda _count: False
    true: int = 0
    ahead: int = 0
    off_until: int = 0
    holder: Worker | None = None
    log: list[tuple[str, int]] = field(default_factory=list)
    calm_since: int = 0
    calm: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.schedulers = [Scheduler(self.now) for _ in range(self.daemons)]

    @property
    def now(self) -> int:
        """What the clock shows."""
        return self.begin + self.true + self.ahead

    def run(self, minutes: int) -> None:
        """Let minutes pass."""
        for _ in range(minutes):
            if self.true >= self.off_until:
                self._minute()
            self.true += MINUTE

    def set_clock(self, by: int) -> None:
        """Move the clock; daemons notice and look."""
        self.ahead += by
        self.disturb()
        for one in self.schedulers:
            one.wake = self.now

    def kill(self) -> None:
        """kill -9 of the crawl under way, if there is one."""
        self.holder = None
        self.disturb()

    def power_cut(self, minutes: int) -> None:
        """All processes end; daemons start with the machine."""
        self.off_until = self.true + minutes * MINUTE
        self.kill()
        self.schedulers = [Scheduler(self.now + minutes * MINUTE) for _ in self.schedulers]

    def disturb(self) -> None:
        """What has happened takes until now to be made up for."""
        self.calm_since = max(self.true, self.off_until)

    def slot(self) -> int:
        """When the round that robots.txt is asked for in fell due."""
        slot = self.rules.timetable.slot(self.now, self.rules.every[Target.ROBOTS])
        assert slot is not None
        return slot

    def asked_ahead(self) -> bool:
        """Whether the clock was set back to shortly before a round: its sites were asked just now."""
        horizon = self.rules.horizon(Target.ROBOTS, self.now)
        return any(self.now < at < horizon for name, at in self.log if name == "round")

    def _minute(self) -> None:
        if self.true % HOUR == 0 and self.true >= self.calm_since and not self.asked_ahead():
            self.calm[self.slot()] += 1
        if self.holder is not None and self.true >= self.holder.wake:
            self._step(self.holder)
        for one in self.schedulers:
            self._scheduler(one)
        if self.now % self.tick // MINUTE == 15:
            for _ in range(self.cron):
                self._crawl()

    def _scheduler(self, one: Scheduler) -> None:
        if one.worker is not None:
            if one.worker is self.holder:
                return
            one.worker = None  # it ended, or was killed
        elif self.now < one.wake:
            return
        elif (worker := self._crawl()) is not None:
            one.worker = worker
            return
        found = due(self.book.facts(self.now), self.now, self.rules)
        one.wake = wake_at(found, self.now, self.rules.timetable, late=7 * MINUTE)

    def _crawl(self) -> Worker | None:
        """`crawl --if-due`: asks, takes the lock, asks again; None if there is nothing to do or another does it."""
        if not due(self.book.facts(self.now), self.now, self.rules) or self.holder is not None:
            return None
        worker = Worker(self._work(), self.true)
        self.holder = worker
        self._step(worker)
        return worker

    def _step(self, worker: Worker) -> None:
        seconds = next(worker.steps, None)
        if seconds is None:
            self.holder = None
        else:
            worker.wake = self.true + seconds

    def _work(self) -> Iterator[int]:
        while found := due(self.book.facts(self.now), self.now, self.rules):
            job = job_of(found)
            self.log.append((job, self.now))
            self.book.begin(job, self.now, found.targets)
            yield self.length(len(self.log))
            rounds = sum(name == "round" for name, _ in self.log)
            self.book.end(self.now, suspect=self.suspicious(rounds))
            self.log.append((f"{job} ended", self.now))


def job_of(found: Due) -> str:
    """What a crawl does first of what is due."""
    if found.targets:
        return "round"
    if found.resume is not None:
        return "rest"
    return f"wave {found.wave}" if found.wave else "recheck"
