"""One crawl of a panel into a history: engine and store tied together."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from tracker.core.outcomes import Observation, Outcome, failure
from tracker.core.panels import Panel
from tracker.core.retries import with_wish
from tracker.core.visits import Visit
from tracker.crawl.engine import Turn, run
from tracker.crawl.gate import Limits
from tracker.crawl.visit import Visiting
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.loop import run as run_loop
from tracker.store.captures import OWN, Answer, Failure, usual_address
from tracker.store.write import OpenCrawl, Writer

OnDone = Callable[[Observation], None]


TOP = 1_000
"""Ranks that are asked first, in order."""

RESUMED_FOR = 6 * 3600
"""Seconds for which an interrupted crawl is gone on with; after that its date would be wrong for what is seen."""

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Manner:
    """How a crawl treats others: limits of one address (None: no gate), from where it looks, whom it must not ask."""

    limits: Limits | None = field(default_factory=Limits)
    vantage: str = ""
    opted_out: Callable[[str], str | None] = lambda _host: None


POLITE = Manner()


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
    manner: Manner = POLITE,
) -> CrawlReport:
    """Ask every site of a panel once and record each result, dated `at` (UTC seconds, or the next one that is free).

    A crawl of this panel that was interrupted less than `RESUMED_FOR` ago is gone on with, under its own date.
    Ctrl-C and SIGTERM stop it within seconds with everything that ended recorded; `finished` is then False.
    """
    panel_id, source_id = writer.panel(panel), writer.source(OWN)
    begun = writer.latest_round(panel_id, source_id)
    if begun is not None and begun.finished_at is None and 0 <= at - begun.at < RESUMED_FOR:
        at = begun.at
    finished = writer.known_refs(source_id)
    # Two crawls within one second are two crawls; an unfinished one is gone on with.
    while crawl_ref(panel.name, at) in finished:
        at += 1
    crawl = writer.begin_crawl(source_id, panel_id, at, crawl_ref(panel.name, at), len(panel.members), manner.vantage)
    hosts = writer.remaining(crawl, _in_order(panel, at))
    report = CrawlReport(panel.name, at, len(hosts))

    def done(visit: Visit) -> None:
        observation = visit.robots
        report.outcomes[observation.outcome] += 1
        report.causes[observation.cause] += 1
        if on_done:
            on_done(observation)

    stopped = True
    began = time.monotonic()
    try:
        stopped = run_loop(_ask(hosts, fetch, manner, partial(_record, writer, crawl), workers, done))
    finally:
        report.finished = not stopped
        writer.finish_crawl(crawl, None if stopped else at + round(time.monotonic() - began))
    return report


def _in_order(panel: Panel, seed: int) -> list[str]:
    """The hosts of a panel: the top of a ranking first, then no neighbours in it together, as they share machines."""
    top = [member.host for member in panel.members if member.rank is not None and member.rank <= TOP]
    first = set(top)
    rest = [member.host for member in panel.members if member.host not in first]
    random.Random(seed).shuffle(rest)
    return top + rest


async def _ask(
    hosts: Sequence[str],
    fetch: FetchSettings,
    manner: Manner,
    record: Callable[[Sequence[Visit]], None],
    workers: int,
    done: Callable[[Visit], None],
) -> bool:
    """Run the engine; whether it was stopped by a signal."""
    stop = asyncio.Event()
    with _stopping(stop):
        async with Fetcher(fetch) as fetcher:

            def begin(host: str, turn: Turn) -> Visiting | Visit:
                if reason := manner.opted_out(host):
                    seen = failure("opt_out", reason)
                    return Visit(Observation(host, seen.outcome, seen.cause, detail=seen.detail))
                return Visiting(fetcher, host, turn=turn)

            pages = iter([hosts[n : n + _PAGE] for n in range(0, len(hosts), _PAGE)])
            await run(
                pages,
                begin,
                fetcher,
                record,
                workers=workers,
                limits=manner.limits,
                exempt=fetch.allow_private,
                on_done=done,
                stop=stop,
            )
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


def _record(writer: Writer, crawl: OpenCrawl, visits: Sequence[Visit]) -> None:
    writer.record(crawl, [_capture(visit.robots) for visit in visits])


def _capture(observation: Observation) -> Answer | Failure:
    if observation.answers:
        ref = "" if observation.url == usual_address(observation.host) else observation.url
        return Answer(observation.host, observation.body, ref)
    return Failure(observation.host, observation.cause, with_wish(observation.detail, observation.retry_after))
