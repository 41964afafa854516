"""The demo: the real crawl over the embedded mini-web, version by version, into a history of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path

from tracker import reference
from tracker.core.agents import Agent
from tracker.core.panels import Member, Panel
from tracker.core.terms import RuleClassifier
from tracker.core.visits import Target
from tracker.crawl.report import CrawlReport
from tracker.crawl.rounds import Rounds
from tracker.crawl.run import Manner, crawl_ref
from tracker.demo.sites import DATES, members
from tracker.demo.web import MiniWeb
from tracker.net.fetch import FetchSettings
from tracker.net.resolve import FixedResolver
from tracker.store.captures import OWN
from tracker.store.write import Writer

PANEL = Panel(
    name="demo",
    title="Made-up sites of the Drywell demo",
    source="made up by the Drywell authors",
    list_id="demo-1",
    compiled="2026-11-22",
    population=None,
    is_sample=False,
    members=tuple(Member(*member) for member in members()),
)
_PATIENCE = 1.0  # seconds: one made-up site never answers
_TARGETS = (Target.ROBOTS, Target.HOME, Target.TERMS)


def build(
    database: str | Path,
    agents: Sequence[Agent],
    on_crawl: Callable[[int, int], None] | None = None,
) -> list[CrawlReport]:
    """Crawl every dated version of the mini-web that the history lacks; offline, seconds long.

    `on_crawl(done, total)` counts versions. Raises DatabaseError for a history that holds anything but demo data.
    """
    reports: list[CrawlReport] = []
    with Writer(database, agents, kind="demo") as writer:
        writer.know_claims(reference.claims())
        done = writer.known_refs(writer.source(OWN))
        missing = [n for n, date in enumerate(DATES) if crawl_ref(PANEL.name, _seconds(date)) not in done]
        with _web() as web:
            # A made-up web may change as much as it likes between two days.
            manner = Manner(workers=len(PANEL.members))
            rounds = Rounds(writer, PANEL, _fetch_settings(web), manner, doubting=False, classifier=RuleClassifier)
            for number, version in enumerate(missing):
                web.set_version(version)
                report = _crawl(rounds, _seconds(DATES[version]))
                reports.append(report)
                if not report.finished:
                    break
                if on_crawl:
                    on_crawl(number + 1, len(missing))
    return reports


def _crawl(rounds: Rounds, at: int) -> CrawlReport:
    begun = rounds.interrupted(at, _TARGETS)
    return rounds.begin(at, _TARGETS) if begun is None else rounds.rest(begun, at)


def _seconds(iso: str) -> int:
    return int(datetime.fromisoformat(iso).timestamp())


def _fetch_settings(web: MiniWeb) -> FetchSettings:
    """The demo's names all lead to the mini-web; https is refused there, so the crawl falls back to http."""
    return FetchSettings(
        allow_private=(ip_network("127.0.0.0/8"),),
        resolver=FixedResolver({80: web.port, 443: web.refused_port}),
        read_timeout=_PATIENCE,
    )


@contextmanager
def _web() -> Iterator[MiniWeb]:
    """The mini-web on an event loop and thread of its own, since each crawl runs a loop itself."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mini-web", daemon=True)
    thread.start()
    web = MiniWeb()
    try:
        asyncio.run_coroutine_threadsafe(web.__aenter__(), loop).result()
        yield web
    finally:
        asyncio.run_coroutine_threadsafe(web.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
