"""A writer killed at any moment: what was committed is there, and going on ends where nothing had happened."""

import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.store.histories import BODIES, FAIL, HOSTS, SOURCES, START, answer, content, panel
from tracker.core.intervals import DAY
from tracker.store.captures import OWN, Answer, Failure, PastCrawl
from tracker.store.write import Writer

Fresh = Callable[[], Path]
CRAWLS = 12
SEEN = [*BODIES, FAIL]


def results(number: int) -> list[Answer | Failure]:
    pick = random.Random(number)
    return [answer(host, pick.choice(SEEN)) for host in HOSTS]


def work(path: Path, told: int) -> None:
    """Alternate crawls in four batches with imports of the past, from wherever the file stands; tell each commit."""
    with Writer(path, AGENTS) as writer:
        members = writer.panel(panel("all"))
        own, git = writer.source(OWN), writer.source(SOURCES["git"])
        done = {own: writer.known_refs(own), git: writer.known_refs(git)}
        for number in range(CRAWLS):
            ref = f"crawl {number}"
            if ref not in done[git]:
                looks = [result for result in results(1000 + number) if isinstance(result, Answer)]
                present = frozenset(look.host for look in looks)
                writer.import_crawls(git, members, [PastCrawl(ref, START - number * DAY, present, looks)])
            tell(told, f"git {ref}")
            if ref in done[own]:
                continue
            crawl = writer.begin_crawl(own, members, START + number * DAY, ref, len(HOSTS))
            tell(told, f"begun {ref}")
            for batch in range(4):
                writer.record(crawl, results(number)[batch::4])
                tell(told, f"batch {batch} {ref}")
            writer.finish_crawl(crawl, crawl.at)
            tell(told, f"own {ref}")


def tell(told: int, what: str) -> None:
    os.write(told, f"{what}\n".encode())


def killed(path: Path, after: float) -> tuple[list[str], bool]:
    """What a child reported before it was killed, and whether it had come to its end."""
    hear, told = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(hear)
            work(path, told)
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    os.close(told)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(hear) as pipe:
        said = pipe.read().splitlines()
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0
    return said, os.WIFEXITED(status)


def check(path: Path, said: list[str]) -> None:
    """The file is sound and holds all that was reported."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    crawls = connection.execute(
        "SELECT c.kind || ' ' || k.ref, k.answered_sites + k.failed_sites, k.finished_at IS NOT NULL "
        "FROM crawl k JOIN source c USING (source_id)"
    ).fetchall()
    connection.close()
    written = {name: (sites, finished) for name, sites, finished in crawls}
    for line in said:
        what, _, ref = line.partition(" crawl ")
        sites, finished = written[f"git crawl {ref}" if what == "git" else f"own crawl {ref}"]
        if what.startswith("batch"):
            assert sites >= (int(what.split()[1]) + 1) * len(HOSTS) // 4
        if what in ("git", "own"):
            assert finished


def kill_and_go_on(fresh: Fresh, kills: int, seed: int) -> None:
    undisturbed = fresh()
    began = time.monotonic()
    told = os.open(os.devnull, os.O_WRONLY)
    work(undisturbed, told)
    os.close(told)
    lasted = time.monotonic() - began
    moments = random.Random(seed)
    path = fresh()
    for _ in range(kills):
        said, ended = killed(path, moments.uniform(0, 1.5 * lasted / min(kills, 10)))
        check(path, said)
        if ended:
            assert content(path) == content(undisturbed)
            path = fresh()
    last = os.open(os.devnull, os.O_WRONLY)
    work(path, last)
    os.close(last)
    assert content(path) == content(undisturbed)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_kill_at_ten_moments(fresh_history: Fresh) -> None:
    kill_and_go_on(fresh_history, 10, seed=1)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
@pytest.mark.parametrize("seed", range(10))
def test_kill_at_two_hundred_moments(fresh_history: Fresh, seed: int) -> None:
    kill_and_go_on(fresh_history, 20, seed=100 + seed)
