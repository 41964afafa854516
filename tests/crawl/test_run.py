"""A crawl of a panel into a history: what is recorded, what an interruption leaves, how it goes on."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest

from tracker.core.outcomes import Outcome
from tracker.core.panels import Member, Panel
from tracker.crawl.run import crawl_panel
from tracker.net.fetch import FetchSettings
from tracker.net.resolve import FixedResolver
from tracker.store.query import Reader
from tracker.store.write import Writer

AT = 1_700_000_000
QUICK = [f"site{number}.example" for number in range(20)]
SLOW = [f"slow{number}.example" for number in range(5)]


class Web:
    """Answers every quick host with a robots.txt and lets slow ones wait, on a thread of its own."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.patience = 60.0
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        host = head.split("host:" if "host:" in head else "Host:")[1].split("\r\n")[0].strip().split(":")[0]
        self.asked.append(host)
        if host.startswith("slow"):
            await asyncio.sleep(self.patience)
        body = b"User-agent: GPTBot\nDisallow: /\n"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)


@pytest.fixture
def web():
    served = Web()
    yield served
    served.close()


def settings(web: Web) -> FetchSettings:
    # Port 443 is not in the table, so https is refused and the crawl falls back to http.
    private = (ip_network("127.0.0.0/8"),)
    return FetchSettings(allow_private=private, resolver=FixedResolver({80: web.port}), total_timeout=30.0)


def panel(hosts: list[str]) -> Panel:
    members = tuple(Member(host, sector="news", country="DE", language="de") for host in hosts)
    return Panel("p", "P", "made up", "p-1", "2026-01-01", None, False, members)


def test_a_crawl_records_each_site_once_with_what_it_saw(database: Path, agents, web: Web) -> None:
    with Writer(database, agents) as writer:
        report = crawl_panel(writer, panel(QUICK), settings(web), at=AT, workers=4)
    assert (report.finished, report.outcomes, report.coverage) == (True, {Outcome.OK: 20}, 1.0)
    with Reader(database) as reader:
        assert reader.sql("SELECT COUNT(*), SUM(checks) FROM captures").rows == [(20, 20)]
        blocked = reader.sql("SELECT COUNT(*) FROM access_now WHERE agent = 'GPTBot' AND verdict = 'blocked'")
        assert blocked.rows == [(20,)]
        assert reader.crawls()[0]["answered"] == 20


def test_an_unchanged_crawl_adds_checks_and_no_rows(database: Path, agents, web: Web) -> None:
    with Writer(database, agents) as writer:
        for day in range(3):
            crawl_panel(writer, panel(QUICK), settings(web), at=AT + day * 86_400, workers=4)
    with Reader(database) as reader:
        assert reader.sql("SELECT COUNT(*), SUM(checks) FROM captures").rows == [(20, 60)]
        assert reader.sql("SELECT COUNT(*) FROM sighting").rows == [(20,)]
        assert reader.sql("SELECT COUNT(*) FROM changes").rows == [(0,)]


def after(seconds: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


def test_ctrl_c_keeps_what_was_seen_and_the_same_crawl_asks_only_the_rest(database: Path, agents, web: Web) -> None:
    began = time.monotonic()
    after(1.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    with Writer(database, agents) as writer:
        stopped = crawl_panel(writer, panel(QUICK + SLOW), settings(web), at=AT, workers=10)
    assert not stopped.finished
    assert time.monotonic() - began < 1.5 + 6
    with Reader(database) as reader:
        assert reader.sql("SELECT COUNT(*) FROM captures").rows == [(20,)]
        assert reader.crawls()[0]["finished"] is None
    web.asked.clear()
    web.patience = 0.0
    with Writer(database, agents) as writer:
        resumed = crawl_panel(writer, panel(QUICK + SLOW), settings(web), at=AT, workers=10)
    assert resumed.finished
    assert sorted(web.asked) == SLOW
    with Reader(database) as reader:
        assert reader.sql("SELECT COUNT(*), SUM(checks) FROM captures").rows == [(25, 25)]
        assert reader.sql("SELECT COUNT(*) FROM crawls").rows == [(1,)]
