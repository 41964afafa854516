"""kill -9 in the middle of daily crawls where little changes: nothing that was committed is lost, nothing is twice.

`--kills` sets how often the slow test kills. (tests/store/test_crash.py does the same where everything changes.)
"""

import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.store.synthetic import Web
from tests.conftest import AGENTS
from tests.store.histories import content
from tracker.store.bitmap import unpack
from tracker.store.captures import OWN
from tracker.store.query import Reader
from tracker.store.write import Writer

Fresh = Callable[[], Path]
BATCH = 50

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded"),
]


def crawl_all(path: Path, web: Web, told: int) -> None:
    """All crawls of a web, from wherever the file stands; tells each commit."""
    with Writer(path, AGENTS) as writer:
        source, panel = writer.source(OWN), writer.panel(web.panel)
        done = writer.known_refs(source)
        for day, (at, results) in enumerate(web.crawls()):
            if str(day) in done:
                continue
            crawl = writer.begin_crawl(source, panel, at, str(day), web.sites)
            left = {site.host for page in writer.queue(crawl, seed=1) for site in page}
            todo = [result for result in results if result.host in left]
            for start in range(0, len(todo), BATCH):
                some = todo[start : start + BATCH]
                writer.record(crawl, some)
                os.write(told, f"{day} {' '.join(result.host for result in some)}\n".encode())
            writer.finish_crawl(crawl, at + 600)
            os.write(told, f"{day} finished\n".encode())


def killed(path: Path, web: Web, after: float) -> tuple[list[str], bool]:
    """What a writer told of until it was killed `after` its first word, and whether it came to its end before."""
    hear, told = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(hear)
            crawl_all(path, web, told)
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    os.close(told)
    with os.fdopen(hear) as pipe:
        first = pipe.readline()
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        said = (first + pipe.read()).splitlines()
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0
    return said, os.WIFEXITED(status)


def check(path: Path, said: list[str]) -> None:
    """The file is sound, and every site and every end of a crawl that was told of is in it."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    ids = dict(connection.execute("SELECT host, site_id FROM site"))
    rows = connection.execute("SELECT ref, answered, failed, finished_at FROM crawl").fetchall()
    connection.close()
    recorded = {ref: {*unpack(answered).tolist(), *unpack(failed).tolist()} for ref, answered, failed, _ in rows}
    finished = {ref for ref, _, _, at in rows if at is not None}
    for line in said:
        day, *what = line.split()
        if what == ["finished"]:
            assert day in finished
        else:
            assert recorded[day].issuperset(ids[host] for host in what)


def evidence(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What was seen, without ids: sightings, runs of failures, and who was asked in each crawl."""
    with Reader(path) as reader:
        hosts = dict(reader.sql("SELECT site_id, host FROM site").rows)
        crawls = reader.sql(
            "SELECT ref, at, finished_at, answered_sites, failed_sites, answered, failed FROM crawl"
        ).rows
        asked = [
            (*row[:5], *(sorted(hosts[site] for site in unpack(blob).tolist()) for blob in row[5:])) for row in crawls
        ]
        seen = reader.sql(
            "SELECT s.host, g.seen_at, lower(hex(b.sha256)), g.ref FROM sighting g JOIN site s USING (site_id) "
            "LEFT JOIN body b USING (body_id)"
        ).rows
        trouble = reader.sql(
            "SELECT s.host, t.first_seen, t.last_seen, t.kind, t.checks, t.detail FROM trouble t "
            "JOIN site s USING (site_id)"
        ).rows
    return {"crawl": sorted(asked), "sighting": sorted(seen, key=repr), "trouble": sorted(trouble)}


def kill_and_go_on(fresh: Fresh, web: Web, kills: int) -> None:
    undisturbed, nobody = fresh(), os.open(os.devnull, os.O_WRONLY)
    crawl_all(undisturbed, web, nobody)
    expected = content(undisturbed), evidence(undisturbed)
    moments = random.Random(kills)
    path, open_log = fresh(), 0
    for _ in range(kills):
        said, ended = killed(path, web, moments.uniform(0, 0.25))
        log = path.with_name(f"{path.name}-wal")
        open_log += log.exists() and log.stat().st_size > 0
        check(path, said)
        if ended:
            assert (content(path), evidence(path)) == expected
            path = fresh()
    crawl_all(path, web, nobody)
    os.close(nobody)
    assert (content(path), evidence(path)) == expected
    print(f"\n{kills} kills, {open_log} with an open write-ahead log")


def test_a_few_kills(fresh_history: Fresh) -> None:
    kill_and_go_on(fresh_history, Web(120, 12, AGENTS), kills=3)


@pytest.mark.slow
def test_many_kills(fresh_history: Fresh, pytestconfig: pytest.Config) -> None:
    kill_and_go_on(fresh_history, Web(1_000, 100, AGENTS), pytestconfig.getoption("kills", 200))
