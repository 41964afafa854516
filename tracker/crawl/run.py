"""One crawl of a panel, or of a part of it, into a history: engine and store tied together."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from tracker.core.dates import iso
from tracker.core.outcomes import Observation, failure
from tracker.core.retries import with_wish
from tracker.core.visits import Visit
from tracker.crawl.engine import Turn, run
from tracker.crawl.gate import Limits
from tracker.crawl.report import CrawlReport
from tracker.crawl.visit import Visiting
from tracker.net.failures import Failure as NetFailure
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.loop import run as run_loop
from tracker.net.way import Way
from tracker.reference.terms_overrides import Override
from tracker.store.captures import Answer, Failure, Unchanged, usual_address
from tracker.store.opened import OpenCrawl
from tracker.store.packed import NotWhole
from tracker.store.queueing import Known, Queued
from tracker.store.write import Writer

OnDone = Callable[[CrawlReport], None]
"""Called as each site ends, with the report as it stands (progress)."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a crawl goes about it.

    workers: sites asked at a time. limits: what one address bears, None for no gate. vantage: from where we look.
    opted_out: why a host must not be asked, None if it may be. terms_override: where a person says that the terms of a
    host stand.
    """

    workers: int = 100
    limits: Limits | None = field(default_factory=Limits)
    vantage: str = ""
    opted_out: Callable[[str], str | None] = lambda _host: None
    terms_override: Callable[[str], Override | None] = lambda _host: None


POLITE = Manner()


def crawl_ref(panel: str, at: int) -> str:
    """What identifies our own crawl of a panel at a moment."""
    return f"{panel}@{iso(at)}"


class Crawl:
    """A crawl that has been opened in a history, and is yet to be run.

    only: the hosts to ask; None for all members of the panel that the crawl has not recorded yet.
    """

    def __init__(
        self,
        writer: Writer,
        crawl: OpenCrawl,
        fetch: FetchSettings,
        manner: Manner = POLITE,
        only: Sequence[str] | None = None,
    ) -> None:
        self._writer = writer
        self._crawl = crawl
        self._fetch = fetch
        self._manner = manner
        self._only = only
        self._known: dict[str, Known] = {}

    def run(
        self,
        report: CrawlReport,
        now: int,
        on_done: OnDone | None = None,
        on_stop: Callable[[], None] | None = None,
    ) -> None:
        """Ask the sites, record and count what is seen. now: UTC seconds, later than the crawl's date if it goes on.

        Ctrl-C and SIGTERM stop it within seconds with everything that ended recorded; `finished` is then False.
        """
        began = time.monotonic()
        stopped = True
        try:
            stopped = run_loop(self._ask(partial(_count, report, on_done), on_stop))
        finally:
            report.seconds = time.monotonic() - began
            report.finished = not stopped
            # Rounded down: an end that lies in the future would be no end to who asks at once what is due.
            self._writer.finish_crawl(self._crawl, None if stopped else now + int(report.seconds))

    async def _ask(self, done: Callable[[Visit], None], on_stop: Callable[[], None] | None) -> bool:
        """Run the engine; whether it was stopped by a signal."""
        stop = asyncio.Event()
        with _stopping(stop, on_stop):
            async with Fetcher(self._fetch) as fetcher:
                await run(
                    self._writer.queue(self._crawl, seed=self._crawl.at, only=self._only),
                    partial(self._visit, fetcher),
                    _Open(fetcher, self._manner.opted_out),
                    self._record,
                    workers=self._manner.workers,
                    limits=self._manner.limits,
                    exempt=self._fetch.allow_private,
                    on_done=done,
                    stop=stop,
                )
        return stop.is_set()

    def _visit(self, fetcher: Fetcher, site: Queued, turn: Turn) -> Visiting | Visit:
        if reason := self._manner.opted_out(site.host):
            seen = failure("opt_out", reason)
            return Visit(Observation(site.host, seen.outcome, seen.cause, detail=seen.detail))
        known = site.known
        if known is not None:
            self._known[site.host] = known
        return Visiting(
            fetcher,
            site.host,
            targets=self._crawl.targets,
            known=known and known.validators,
            known_body=None if known is None or known.packed is None else partial(_body, known),
            known_terms=site.terms,
            override=self._manner.terms_override(site.host),
            turn=turn,
        )

    def _record(self, visits: Sequence[Visit]) -> None:
        pages = [(visit.robots.host, page) for visit in visits for page in visit.pages]
        terms = [(visit.robots.host, look) for visit in visits for look in visit.terms]
        self._writer.record(self._crawl, [self._capture(visit.robots) for visit in visits], pages, terms)

    def _capture(self, seen: Observation) -> Answer | Unchanged | Failure:
        known = self._known.pop(seen.host, None)
        if seen.unchanged and known is not None:
            return Unchanged(seen.host, known.sha256, seen.exchange)
        if seen.answers:
            ref = "" if seen.url == usual_address(seen.host) else seen.url
            return Answer(seen.host, seen.body, ref, seen.exchange)
        return Failure(seen.host, seen.cause, with_wish(seen.detail, seen.retry_after))


class _Open:
    """The ways to all hosts but those that opted out, to which a redirect may lead as well."""

    def __init__(self, fetcher: Fetcher, opted_out: Callable[[str], str | None]) -> None:
        self._fetcher = fetcher
        self._opted_out = opted_out

    async def way(self, host: str) -> Way:
        """Look a host up, unless it is not to be asked."""
        if reason := self._opted_out(host):
            return Way(host, failure=NetFailure("opt_out", reason))
        return await self._fetcher.way(host)


def _count(report: CrawlReport, on_done: OnDone | None, visit: Visit) -> None:
    report.count(visit)
    if on_done:
        on_done(report)


def _body(known: Known) -> bytes | None:
    """What a 304 permits; of a damaged file, which `tracker verify` reports, nothing is known."""
    try:
        return known.body()
    except NotWhole:
        return None


@contextmanager
def _stopping(stop: asyncio.Event, on_stop: Callable[[], None] | None) -> Iterator[None]:
    def signalled() -> None:
        if on_stop and not stop.is_set():
            on_stop()
        stop.set()

    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    try:
        for number in signals:
            loop.add_signal_handler(number, signalled)
    except (NotImplementedError, RuntimeError, ValueError):  # not the main thread, or Windows
        yield
        return
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
