"""How long it takes to write, beside a plain executemany of one narrow row per check in the same run.

    pytest -n 0 -s -m bench tests/benchmarks/store/bench_ingest.py --sites 10000 --days 365

CPU milliseconds. Ours and theirs are run in turn, a pair at a time, and the median of the pairs' ratios counts. Both
write through a write-ahead log, wait for the disk, and commit as often. Ours begins and finishes the crawl as well, and
looks up anew how its sites stand. Nothing here fails for being slow; the targets stand beside the figures.
"""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.store.filling import BATCH, crawl, fill, once_ms
from tests.benchmarks.store.synthetic import Web
from tracker.core.intervals import DAY
from tracker.core.reading import read
from tracker.sources.intake import BATCH_CAPTURES
from tracker.store.captures import OWN, Answer, Capture, Failure, SourceFacts
from tracker.store.write import Writer

pytestmark = pytest.mark.bench
ROUNDS = 9
ARCHIVE = SourceFacts("wayback", "wayback", "wayback")
Results = Sequence[Answer | Failure]


@pytest.fixture
def copy(history: Path, tmp_path: Path) -> Path:
    """The history, to be written."""
    return shutil.copyfile(history, tmp_path / "history.sqlite")


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """What a program would write that keeps no history: one narrow row per check."""
    connection = sqlite3.connect(tmp_path / "plain.sqlite", isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE seen(site, at, body)"):
        connection.execute(statement)
    yield connection
    connection.close()


def write_plainly(connection: sqlite3.Connection, rows: Sequence[tuple[int, int, int]], batch: int) -> None:
    for start in range(0, len(rows), batch):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO seen VALUES (?, ?, ?)", rows[start : start + batch])
        connection.execute("COMMIT")


def last_crawl(web: Web) -> tuple[int, Results]:
    """The last day's moment and results."""
    day = web.days - 1
    texts = [web.result(site, int(seen)) for site, seen in enumerate(web.seen[day])]
    return web.at(day), texts


@pytest.mark.parametrize("batch", [BATCH, 500, 100], ids="batches of {}".format)
def test_an_unchanged_crawl(copy: Path, plain: sqlite3.Connection, web: Web, batch: int):
    """The last crawl once more, failures included. The engine gives 500 at a time, or what came within a second."""
    at, results = last_crawl(web)
    rows = [(site, at, site) for site in range(web.sites)]
    days = count(1)
    paired(
        f"unchanged crawl of {web.sites:,} sites in batches of {batch:,} (target 8 x)",
        lambda writer, ids: crawl(writer, ids, at + next(days) * DAY, results, batch),
        lambda: write_plainly(plain, rows, batch),
        copy,
        web,
    )


def test_an_ordinary_crawl(copy: Path, plain: sqlite3.Connection, web: Web):
    """1.5 % other failures and 0.55 % other bytes than in the last crawl, as every day."""
    at, results = last_crawl(web)
    rows = [(site, at, site) for site in range(web.sites)]
    days = count(1)

    def one_more_day(writer: Writer, ids: tuple[int, int]) -> None:
        day = next(days)
        crawl(writer, ids, at + day * DAY, ordinary(results, day))

    paired(
        f"ordinary crawl of {web.sites:,} sites in batches of {BATCH:,}",
        one_more_day,
        lambda: write_plainly(plain, rows, BATCH),
        copy,
        web,
    )


def ordinary(results: Results, day: int) -> list[Answer | Failure]:
    chance = random.Random(day)
    changed = list(results)
    for site in chance.sample(range(len(results)), len(results) // 50):
        result = results[site]
        if chance.random() < 0.73 or not isinstance(result, Answer):
            changed[site] = Failure(result.host, "http_503")
        else:
            changed[site] = Answer(result.host, (result.body or b"") + b"# day %d\n" % day, result.ref)
    return changed


def paired(
    what: str,
    ours: Callable[[Writer, tuple[int, int]], None],
    theirs: Callable[[], None],
    path: Path,
    web: Web,
) -> None:
    """Run both in turn, and say what they took."""
    with Writer(path, web.agents) as writer:
        ids = writer.source(OWN), writer.panel(web.panel)
        ours(writer, ids)
        taken = [(once_ms(lambda: ours(writer, ids)), once_ms(theirs)) for _ in range(ROUNDS)]
    ratios = sorted(one / other for one, other in taken)
    mine, plain = (median(times) for times in zip(*taken, strict=True))
    print(
        f"\n{what}: {mine:.1f} ms, plain {plain:.2f} ms: {median(ratios):.1f} x ({ratios[0]:.1f} to {ratios[-1]:.1f})"
    )


def test_the_first_crawl(tmp_path: Path, agents: Sequence, web: Web):
    """A new history; the time to read the files stands beside it."""
    first = Web(web.sites, 1, agents)
    results = next(first.crawls())[1]
    bodies = {result.body for result in results if isinstance(result, Answer) and result.body is not None}
    tokens = [token for agent in agents for token in agent.tokens]
    taken = fill(tmp_path / "new.sqlite", first)[0]
    reading = once_ms(lambda: [read(body, tokens) for body in bodies])
    print(f"\nfirst crawl of {web.sites:,} sites: {taken:,.0f} ms", end="")
    print(f", of which reading {len(bodies):,} files {reading:,.0f} ms")


@pytest.mark.parametrize("batch", [BATCH_CAPTURES, 20_000], ids="batches of {}".format)
def test_a_backfill(copy: Path, web: Web, batch: int):
    """24 captures a site in any order, 2 % at odds with ours, 5 % given twice, half of them between our own checks.

    All bodies are known, so that nothing is parsed: this is the work on intervals.
    """
    captures = backfill(web)
    with Writer(copy, web.agents) as writer:
        panel, source = writer.panel(web.panel), writer.source(ARCHIVE)

        def write() -> None:
            for start in range(0, len(captures), batch):
                writer.import_captures(source, panel, f"made up {start}", captures[start : start + batch])

        taken = once_ms(write)
    print(
        f"\nbackfill of {len(captures):,} captures in batches of {batch:,}: "
        f"{1_000 * taken / len(captures):.0f} µs a capture (target 250)"
    )


def backfill(web: Web) -> list[Capture]:
    chance = random.Random(web.seed)
    texts = {body: web.text(body) for body in range(len(web.policy_of))}
    captures = []
    for site, host in enumerate(web.hosts):
        for number in range(24):
            day = chance.randrange(web.days) if number % 2 else chance.randrange(-2 * web.days, 0)
            seen = int(web.seen[max(day, 0), site])
            if seen < 0:
                seen = next((body for body in web.seen[:, site].tolist() if body >= 0), 0)
            if chance.random() < 0.02:
                seen = chance.randrange(len(texts))
            captures.append(Capture(web.at(day) + chance.randrange(1, DAY), Answer(host, texts[seen], "made up")))
    captures += chance.sample(captures, len(captures) // 20)
    chance.shuffle(captures)
    return captures
