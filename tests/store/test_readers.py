"""One writer and three readers at once: nobody meets a lock, and the write-ahead log stays bounded.

`--reading-seconds` sets how long the slow test goes on.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event, Semaphore
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.store.synthetic import Web
from tests.conftest import AGENTS
from tracker.store.captures import OWN, Answer, Failure
from tracker.store.query import Reader
from tracker.store.write import Writer

Fresh = Callable[[], Path]
READERS = 3
LOG_LIMIT = 64 * 1024 * 1024  # the journal_size_limit of a writer; what a running crawl may need beyond a checkpoint
PANEL = "synthetic"

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded"),
]


def read(path: Path, ready: Semaphore, stop: Event, told: Any, stays: bool) -> None:
    """Ask what the dashboard asks until told to stop; tells how often, or what went wrong."""
    asked, reader = 0, Reader(path)
    ready.release()
    try:
        while not stop.is_set():
            reader.league(PANEL, "effective_full")
            reader.shares(PANEL, [AGENTS[0].name], "effective_full")
            reader.sql("SELECT * FROM changes")
            reader.sql("SELECT site, agent, verdict FROM access_now WHERE rank <= 100")
            asked += 4
            if not stays:
                reader.close()
                reader = Reader(path)
        told.put(asked)
    except BaseException as error:
        told.put(repr(error))
    finally:
        reader.close()


def write_while_read(path: Path, web: Web, seconds: float) -> tuple[int, list[Any], int]:
    """Crawls written, what each reader says, and the largest size of the write-ahead log."""
    crawls, log = web.crawls(), path.with_name(f"{path.name}-wal")
    with Writer(path, AGENTS) as writer:
        crawl(writer, log, web, *next(crawls))
    # Before the writer opens the file again: a connection must not go into another process.
    context = multiprocessing.get_context("fork")
    ready, stop, told = context.Semaphore(0), context.Event(), context.Queue()
    stays = [True, *[False] * (READERS - 1)]
    readers = [context.Process(target=read, args=(path, ready, stop, told, one)) for one in stays]
    for reader in readers:
        reader.start()
    for _ in readers:
        assert ready.acquire(timeout=60)
    written, largest, end = 0, 0, time.monotonic() + seconds
    with Writer(path, AGENTS) as writer:
        while time.monotonic() < end:
            largest = max(largest, crawl(writer, log, web, *next(crawls)))
            written += 1
        stop.set()
        said = [told.get(timeout=60) for _ in readers]
        for reader in readers:
            reader.join(60)
    return written, said, largest


def crawl(writer: Writer, log: Path, web: Web, at: int, results: list[Answer | Failure]) -> int:
    """Record a crawl in small batches; the largest size that the write-ahead log came to."""
    opened = writer.begin_crawl(writer.source(OWN), writer.panel(web.panel), at, str(at), web.sites)
    largest = 0
    for start in range(0, web.sites, 100):
        writer.record(opened, results[start : start + 100])
        largest = max(largest, log.stat().st_size)
    writer.finish_crawl(opened, at + 600)
    return largest


def meets_no_lock(path: Path, web: Web, seconds: float) -> None:
    crawls, said, largest = write_while_read(path, web, seconds)
    print(f"\n{crawls} crawls while {said} questions were asked; the log took {largest / 1e6:.1f} MB at most")
    assert all(isinstance(asked, int) and asked for asked in said), said
    assert largest < LOG_LIMIT
    assert path.stat().st_size > 0
    assert not path.with_name(f"{path.name}-wal").exists()


def test_two_seconds(database: Path) -> None:
    meets_no_lock(database, Web(300, 300, AGENTS), 2)


@pytest.mark.slow
def test_a_minute(database: Path, pytestconfig: pytest.Config) -> None:
    meets_no_lock(database, Web(5_000, 2_000, AGENTS), pytestconfig.getoption("reading_seconds", 60))
