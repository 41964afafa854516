"""kill -9 and Ctrl-C at any moment of a crawl: the next one asks exactly the rest, and no site is recorded twice.

`--crawl-kills` sets how often the slow test kills.
"""

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl.crawling import hosts
from tests.web import Request, Web, hang, page
from tracker.store.query import Reader

SITES = 300


async def unhurried(request: Request, writer: asyncio.StreamWriter) -> None:
    """An answer after up to a fifth of a second, of which a third says that there is no file, a third that all is."""
    number = int(request.host.removeprefix("site").removesuffix(".example"))
    await asyncio.sleep(number * 7 % 20 / 100)
    kinds = (page(b"User-agent: *\nDisallow: /\n"), page(status="404 Not Found"), page(status="403 Forbidden"))
    await kinds[number % 3](request, writer)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web() as served:
        for host in hosts(SITES):
            served.on(host, unhurried)
        yield served


def crawling(web: Web, history: Path) -> subprocess.Popen[bytes]:
    arguments = [history, web.http, web.https, web.ca_file, SITES]
    return subprocess.Popen([sys.executable, "-m", "tests.crawl.crawling", *map(str, arguments)], cwd=ROOT)


ROOT = Path(__file__).parents[2]


def recorded(history: Path) -> set[str]:
    """The sites of which the history knows how they were."""
    if not history.exists():
        return set()
    with Reader(history) as reader:
        rows = reader.sql("SELECT site FROM captures UNION SELECT site FROM failures", limit=None).rows
    return {row[0] for row in rows}


def check_whole(history: Path) -> None:
    """Every site is there, looked at once, in one finished crawl."""
    with Reader(history) as reader:
        looks = reader.sql("SELECT site, checks FROM captures UNION ALL SELECT site, checks FROM failures", limit=None)
        assert sorted(looks.rows) == sorted((host, 1) for host in hosts(SITES))
        crawls = reader.sql("SELECT answered, failed, finished IS NOT NULL FROM crawls").rows
    assert crawls == [(SITES * 2 // 3, SITES // 3, 1)]


def kill_once(web: Web, history: Path, after: float) -> int:
    """Kill a crawl some time after its first request, let the next one finish; gives how many had been recorded."""
    web.requests.clear()
    with crawling(web, history) as process:
        while not web.requests and process.poll() is None:
            time.sleep(0.01)
        time.sleep(after)
        process.kill()
    done = recorded(history)
    connection = sqlite3.connect(history)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    web.requests.clear()
    if len(done) < SITES or not finished(history):
        with crawling(web, history) as process:
            assert process.wait(60) == 0
        assert sorted(request.host for request in web.requests) == sorted(set(hosts(SITES)) - done)
    check_whole(history)
    return len(done)


def finished(history: Path) -> bool:
    with Reader(history) as reader:
        return reader.crawls()[0]["finished"] is not None


def kill_often(web: Web, folder: Path, times: int) -> list[int]:
    chance = random.Random(times)
    left = []
    for number in range(times):
        history = folder / f"{number}.sqlite"
        left.append(kill_once(web, history, chance.uniform(0, 1.9)))
        history.unlink()
    return left


def test_a_killed_crawl_is_finished_by_the_next(web: Web, tmp_path: Path) -> None:
    kill_once(web, tmp_path / "h.sqlite", 1.2)


@pytest.mark.slow
def test_a_crawl_killed_at_any_moment_is_finished_by_the_next(
    web: Web, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    left = kill_often(web, tmp_path, pytestconfig.getoption("crawl_kills"))
    print(f"\n{len(left)} kills, of {SITES} sites recorded before: {sorted(left)}")


def test_ctrl_c_stops_within_seconds_and_the_next_crawl_asks_the_rest(web: Web, tmp_path: Path) -> None:
    history = tmp_path / "h.sqlite"
    slow = hosts(SITES)[:10]
    for host in slow:
        web.on(host, hang())
    web.requests.clear()
    with crawling(web, history) as process:
        while len(web.requests) < SITES // 2:
            time.sleep(0.01)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 1
        assert time.monotonic() - began < 6
    for host in slow:
        web.on(host, unhurried)
    done = recorded(history)
    web.requests.clear()
    with crawling(web, history) as process:
        assert process.wait(60) == 0
    assert sorted(request.host for request in web.requests) == sorted(set(hosts(SITES)) - done)
    check_whole(history)
