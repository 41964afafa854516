"""A crawl of a panel into a history: what is recorded, what an interruption leaves, how it goes on."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.web import Web, hang, page, settings_for
from tracker.core.outcomes import Outcome
from tracker.core.panels import Member, Panel
from tracker.core.visits import Target
from tracker.crawl.report import CrawlReport
from tracker.crawl.rounds import Rounds
from tracker.crawl.run import Manner
from tracker.errors import CrawlError
from tracker.net.fetch import FetchSettings
from tracker.net.resolve import FixedResolver
from tracker.store.query import Reader
from tracker.store.write import Writer

AT = 1_700_000_000
QUICK = [f"site{number}.example" for number in range(20)]
SLOW = [f"slow{number}.example" for number in range(5)]
RULES = page(b"User-agent: GPTBot\nDisallow: /\n")


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as served:
        for host in QUICK:
            served.on(host, RULES)
        for host in SLOW:
            served.on(host, hang())
        yield served


def panel(hosts: list[str]) -> Panel:
    members = tuple(Member(host, sector="news", country="DE", language="de") for host in hosts)
    return Panel("p", "P", "made up", "p-1", "2026-01-01", None, False, members)


def crawl_panel(writer: Writer, panel: Panel, fetch: FetchSettings, *, at: int, workers: int) -> CrawlReport:
    """As `tracker crawl` without --fresh."""
    rounds = Rounds(writer, panel, fetch, Manner(workers=workers))
    begun = rounds.interrupted(at, (Target.ROBOTS,))
    return rounds.begin(at) if begun is None else rounds.rest(begun, at)


def test_a_crawl_records_each_site_once_with_what_it_saw(database: Path, agents, web: Web) -> None:
    with Writer(database, agents) as writer:
        report = crawl_panel(writer, panel(QUICK), settings_for(web), at=AT, workers=4)
    assert (report.finished, report.outcomes, report.coverage) == (True, {Outcome.OK: 20}, 1.0)
    with Reader(database) as reader:
        assert reader.sql("SELECT COUNT(*), SUM(checks) FROM captures").rows == [(20, 20)]
        blocked = reader.sql("SELECT COUNT(*) FROM access_now WHERE agent = 'GPTBot' AND verdict = 'blocked'")
        assert blocked.rows == [(20,)]
        assert reader.crawls()[0]["answered"] == 20


def test_an_unchanged_crawl_adds_checks_and_no_rows(database: Path, agents, web: Web) -> None:
    with Writer(database, agents) as writer:
        for day in range(3):
            crawl_panel(writer, panel(QUICK), settings_for(web), at=AT + day * 86_400, workers=4)
    with Reader(database) as reader:
        assert reader.sql("SELECT COUNT(*), SUM(checks) FROM captures").rows == [(20, 60)]
        assert reader.sql("SELECT COUNT(*) FROM sighting").rows == [(20,)]
        assert reader.sql("SELECT COUNT(*) FROM changes").rows == [(0,)]


def test_two_crawls_in_one_second_are_two_crawls(database: Path, agents, web: Web) -> None:
    with Writer(database, agents) as writer:
        first = crawl_panel(writer, panel(QUICK), settings_for(web), at=AT, workers=4)
        second = crawl_panel(writer, panel(QUICK), settings_for(web), at=AT, workers=4)
    assert (first.at, second.at) == (AT, AT + 1)
    assert second.answered == 20


class Mistaken(FixedResolver):
    """Has a bug that one host brings out."""

    def __init__(self, web: Web, host: str) -> None:
        super().__init__({80: web.http, 443: web.https})
        self._host = host

    async def addresses(self, host: str) -> list[str]:
        if host == self._host:
            raise KeyError("a bug")
        return await super().addresses(host)


def test_a_mistake_at_one_site_leaves_that_site_for_the_next_time(database: Path, agents, web: Web) -> None:
    with Writer(database, agents) as writer:
        mistaken = settings_for(web, resolver=Mistaken(web, QUICK[3]))
        with pytest.raises(CrawlError, match=QUICK[3]):
            crawl_panel(writer, panel(QUICK), mistaken, at=AT, workers=4)
        assert len(web.requests) == 19
        report = crawl_panel(writer, panel(QUICK), settings_for(web), at=AT + 60, workers=4)
    assert (report.finished, report.ended, web.requests[19].host) == (True, 1, QUICK[3])


def after(seconds: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


def test_ctrl_c_keeps_what_was_seen_and_the_same_crawl_asks_only_the_rest(database: Path, agents, web: Web) -> None:
    began = time.monotonic()
    after(1.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    with Writer(database, agents) as writer:
        stopped = crawl_panel(
            writer, panel(QUICK + SLOW), settings_for(web, read_timeout=30, total_timeout=30), at=AT, workers=10
        )
    assert not stopped.finished
    assert time.monotonic() - began < 1.5 + 6
    with Reader(database) as reader:
        assert reader.sql("SELECT COUNT(*) FROM captures").rows == [(20,)]
        assert reader.crawls()[0]["finished"] is None
    web.requests.clear()
    for host in SLOW:
        web.on(host, RULES)
    with Writer(database, agents) as writer:
        resumed = crawl_panel(
            writer, panel(QUICK + SLOW), settings_for(web, read_timeout=30, total_timeout=30), at=AT, workers=10
        )
    assert resumed.finished
    assert sorted(request.host for request in web.requests) == SLOW
    with Reader(database) as reader:
        assert reader.sql("SELECT COUNT(*), SUM(checks) FROM captures").rows == [(25, 25)]
        assert reader.sql("SELECT COUNT(*) FROM crawls").rows == [(1,)]
