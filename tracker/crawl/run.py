"""One crawl of a panel into a history: engine and store tied together."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tracker.core.outcomes import Observation, Outcome
from tracker.core.panels import Panel
from tracker.crawl.engine import run
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.loop import run as run_loop
from tracker.store.captures import OWN, Answer, Failure, usual_address
from tracker.store.write import OpenCrawl, Writer

OnDone = Callable[[Observation], None]


@dataclass
class CrawlReport:
    """What a crawl saw: sites asked, how often each outcome and each cause occurred, and whether it ran to its end."""

    panel: str
    at: int
    asked: int
    finished: bool = False
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)

    @property
    def answered(self) -> int:
        """Sites whose policy this crawl saw: a robots.txt, or that there is none."""
        return self.outcomes[Outcome.OK] + self.outcomes[Outcome.ABSENT]

    @property
    def coverage(self) -> float:
        """answered / asked."""
        return self.answered / self.asked if self.asked else 0.0

    def as_json(self) -> dict[str, object]:
        """The report as plain values."""
        return {
            "panel": self.panel,
            "at": iso(self.at),
            "asked": self.asked,
            "answered": self.answered,
            "coverage": round(self.coverage, 4),
            "finished": self.finished,
            "outcomes": {str(outcome): count for outcome, count in self.outcomes.most_common()},
            "causes": dict(self.causes.most_common()),
        }


def iso(at: int) -> str:
    """UTC seconds as ISO 8601 text."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def crawl_ref(panel: str, at: int) -> str:
    """What identifies our own crawl of a panel at a moment."""
    return f"{panel}@{iso(at)}"


def crawl_panel(
    writer: Writer,
    panel: Panel,
    fetch: FetchSettings,
    *,
    at: int,
    workers: int,
    on_done: OnDone | None = None,
) -> CrawlReport:
    """Ask every site of a panel once and record each result, dated `at` (UTC seconds, or the next one that is free).

    Ctrl-C and SIGTERM stop it within seconds with everything that ended recorded; `finished` is then False.
    """
    panel_id, source_id = writer.panel(panel), writer.source(OWN)
    finished = writer.known_refs(source_id)
    # Two crawls within one second are two crawls; an unfinished one of this very moment is gone on with.
    while crawl_ref(panel.name, at) in finished:
        at += 1
    crawl = writer.begin_crawl(source_id, panel_id, at, crawl_ref(panel.name, at), len(panel.members))
    hosts = writer.remaining(crawl, [member.host for member in panel.members])
    report = CrawlReport(panel.name, at, len(hosts))

    def done(observation: Observation) -> None:
        report.outcomes[observation.outcome] += 1
        report.causes[observation.cause] += 1
        if on_done:
            on_done(observation)

    stopped = True
    began = time.monotonic()
    try:
        stopped = run_loop(_ask(hosts, fetch, lambda some: _record(writer, crawl, some), workers, done))
    finally:
        report.finished = not stopped
        writer.finish_crawl(crawl, None if stopped else at + round(time.monotonic() - began))
    return report


async def _ask(
    hosts: Sequence[str],
    fetch: FetchSettings,
    record: Callable[[Sequence[Observation]], None],
    workers: int,
    done: OnDone,
) -> bool:
    """Run the engine; whether it was stopped by a signal."""
    stop = asyncio.Event()
    with _stopping(stop):
        async with Fetcher(fetch) as fetcher:
            await run(hosts, fetcher, record, workers=workers, on_done=done, stop=stop)
    return stop.is_set()


@contextmanager
def _stopping(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    try:
        for number in signals:
            loop.add_signal_handler(number, stop.set)
    except (NotImplementedError, RuntimeError, ValueError):  # not the main thread, or Windows
        yield
        return
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _record(writer: Writer, crawl: OpenCrawl, observations: Sequence[Observation]) -> None:
    writer.record(crawl, [_capture(observation) for observation in observations])


def _capture(observation: Observation) -> Answer | Failure:
    if observation.answers:
        ref = "" if observation.url == usual_address(observation.host) else observation.url
        return Answer(observation.host, observation.body, ref)
    return Failure(observation.host, observation.cause, observation.detail)
