"""Filling a history with a made-up web by the writer itself, and a clock for CPU time."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.store.synthetic import Web
from tracker.store.captures import OWN, Answer, Failure
from tracker.store.write import Writer

BATCH = 1_000


def cpu_ms(work: Callable[[], object], runs: int = 5) -> float:
    """Median CPU milliseconds of several runs, after one that only warms up."""
    work()
    return median(once_ms(work) for _ in range(runs))


def once_ms(work: Callable[[], object]) -> float:
    """CPU milliseconds of one run."""
    start = time.process_time()
    work()
    return 1_000 * (time.process_time() - start)


def crawl(
    writer: Writer, ids: tuple[int, int], at: int, results: Sequence[Answer | Failure], batch: int = BATCH
) -> None:
    """One crawl of source and panel `ids`, recorded in batches."""
    source, panel = ids
    opened = writer.begin_crawl(source, panel, at, f"made up {at}", len(results))
    for start in range(0, len(results), batch):
        writer.record(opened, results[start : start + batch])
    writer.finish_crawl(opened, at + 600)


def fill(path: Path, web: Web) -> list[float]:
    """Write all crawls of a web into a new history; the CPU milliseconds of each."""
    with Writer(path, web.agents) as writer:
        ids = writer.source(OWN), writer.panel(web.panel)
        return list(_each(writer, ids, web))


def _each(writer: Writer, ids: tuple[int, int], web: Web) -> Iterator[float]:
    for at, results in web.crawls():
        yield once_ms(lambda at=at, results=results: crawl(writer, ids, at, results))  # type: ignore[misc]
