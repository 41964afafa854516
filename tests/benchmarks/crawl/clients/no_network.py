"""The engine with sites that answer themselves: what feeder, queues, gate and writer take."""

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.crawl.clients.common import Stopwatch, arguments, peak_mb
from tracker import reference
from tracker.core.outcomes import Observation, Outcome
from tracker.core.panels import Member, Panel
from tracker.core.visits import Visit
from tracker.crawl.engine import Turn, run
from tracker.crawl.gate import Limits
from tracker.crawl.rounds import Rounds
from tracker.crawl.run import Manner
from tracker.net.fetch import FetchSettings
from tracker.net.loop import run as run_loop
from tracker.store.captures import OWN, Answer
from tracker.store.write import Writer

PAGE = 1_000
BODIES = [b"User-agent: *\nDisallow: /%d\n" % number for number in range(200)]

Record = Callable[[Sequence[Visit]], None]


@dataclass(slots=True)
class Way:
    addresses: tuple[str, ...]
    failure: None = None

    def release(self) -> None:
        """Nothing is open."""


class Ways:
    """Every host has an address of its own."""

    async def way(self, host: str) -> Way:
        number = int(host.partition(".")[0])
        return Way((f"23.{number >> 16}.{number >> 8 & 255}.{number & 255}",))


class Visiting:
    """A site whose answer is there already."""

    def __init__(self, host: str) -> None:
        self.host = host

    async def step(self, way: Way) -> Visit:
        await asyncio.sleep(0)
        way.release()
        return Visit(Observation(self.host, Outcome.OK, "ok", body=BODIES[len(self.host) + ord(self.host[0]) & 127]))


def hosts(count: int) -> Iterator[str]:
    return (f"{number}.example" for number in range(count))


def pages(count: int) -> Iterator[Sequence[str]]:
    return (
        [f"{number}.example" for number in range(start, min(start + PAGE, count))] for start in range(0, count, PAGE)
    )


def engine(count: int, workers: int, record: Record) -> None:
    def begin(host: str, _turn: Turn) -> Visiting:
        return Visiting(host)

    run_loop(run(pages(count), begin, Ways(), record, workers=workers, limits=Limits()))


def panel(count: int) -> Panel:
    return Panel("made up", "", "", "", "2026-01-01", None, False, tuple(Member(host) for host in hosts(count)))


def into_history(folder: str, count: int, workers: int) -> Stopwatch:
    with Writer(Path(folder) / "history.sqlite", reference.agents()) as writer:
        source, number = writer.source(OWN), writer.panel(panel(count))
        crawl = writer.begin_crawl(source, number, int(time.time()), "made up", count)

        def record(visits: Sequence[Visit]) -> None:
            writer.record(crawl, [Answer(visit.robots.host, visit.robots.body, "") for visit in visits])

        watch = Stopwatch()
        engine(count, workers, record)
        return watch


def as_command(folder: str, count: int, workers: int) -> Stopwatch:
    """A panel that the history holds, as one that was imported, is crawled by its name."""
    history = Path(folder) / "history.sqlite"
    storing = multiprocessing.get_context("spawn").Process(target=store, args=(history, count))
    storing.start()
    storing.join()
    with Writer(history, reference.agents()) as writer:
        manner = Manner(workers=workers, opted_out=lambda _host: "in this benchmark")
        rounds = Rounds(writer, "made up", FetchSettings(), manner)
        watch = Stopwatch()
        rounds.begin(int(time.time()))
        return watch


def store(history: Path, count: int) -> None:
    """Import the panel, in a process of its own: its list does not count."""
    with Writer(history, reference.agents()) as writer:
        writer.panel(panel(count))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--recording", choices=("nothing", "history", "crawl"), required=True)
    given = arguments(parser, listed=False)
    start = round(peak_mb())
    with tempfile.TemporaryDirectory() as folder:
        if given.recording == "nothing":
            watch = Stopwatch()
            engine(given.sites, given.workers, lambda _visits: None)
        else:
            watch = (into_history if given.recording == "history" else as_command)(folder, given.sites, given.workers)
        watch.tell(given.sites, given.sites, Counter(start_mb=start))
