"""Our crawl: names from DNS, engine and gate, visits; with `--store` as `tracker crawl` runs it, into a new history."""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

import httpx

from tests.benchmarks.crawl.clients.common import Stopwatch, arguments, count_found
from tests.benchmarks.crawl.farm.farm import Place
from tracker import reference
from tracker.core.outcomes import Observation, Outcome
from tracker.core.panels import Member, Panel
from tracker.core.retries import is_transient
from tracker.core.visits import PAGE_CAP, Target, Visit
from tracker.crawl.engine import Turn, run
from tracker.crawl.gate import Limits
from tracker.crawl.rounds import Rounds
from tracker.crawl.run import Manner
from tracker.crawl.visit import Visiting
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.loop import run as run_loop
from tracker.net.resolve import CaresResolver
from tracker.net.way import Answered, Way
from tracker.store.write import Writer

TARGETS = (Target.ROBOTS, Target.HOME, Target.TDMREP, Target.LLMS)
LOOPBACK = ip_network("127.0.0.0/8")
PAGE = 1_000


class FarmResolver:
    """The farm's name server, and its ports for the usual ones."""

    def __init__(self, place: Place) -> None:
        self._server = place.names
        self._ports = {443: place.https, 80: place.http}
        self._names: CaresResolver | None = None

    async def addresses(self, host: str) -> Sequence[str]:
        if self._names is None:  # only now there is an event loop
            self._names = CaresResolver(self._server)
        return await self._names.addresses(host)

    def port(self, number: int) -> int:
        return self._ports[number]

    async def close(self) -> None:
        if self._names is not None:
            await self._names.close()


def settings(given: argparse.Namespace) -> FetchSettings:
    """How to ask the farm."""
    return FetchSettings(
        contact="https://drywell.example/bot",
        ca_file=Path(given.place.ca),
        allow_private=(LOOPBACK,),
        resolver=FarmResolver(given.place),
        transport=given.transport,
    )


class Bare:
    """Fetches all pages of a site and reads none of them, as the peers do: no rules, no signals, no links."""

    def __init__(self, fetcher: Fetcher, host: str, paths: Sequence[str]) -> None:
        self.host = host
        self._fetcher = fetcher
        self._urls = [httpx.URL(f"https://{host}{path}") for path in paths]

    async def step(self, way: Way) -> Visit:
        try:
            for url in self._urls:
                got = await self._fetcher.ask(way, url, cap=PAGE_CAP, seconds=20, last=url is self._urls[-1])
        finally:
            way.release()
        answered = isinstance(got, Answered)
        return Visit(Observation(self.host, Outcome.OK if answered else Outcome.ERROR, "ok" if answered else got.cause))


class Waves:
    """Visits all sites; in each further wave those again that failed in passing."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self.statuses: Counter[str] = Counter()
        self.found: list[str] = []
        self._again: list[str] = []

    async def run(self) -> None:
        """The first wave, and those of `--waves`, each after its pause."""
        began = time.perf_counter()
        async with Fetcher(settings(self._given)) as fetcher:
            await self._wave(fetcher, self._given.hosts)
            self.statuses["first_wave_ms"] = round(1_000 * (time.perf_counter() - began))
            self.statuses["first_wave_found"] = count_found(self.found)
            for pause in self._given.waves:
                if count_found(self.found) == count_found(self._given.hosts):
                    break  # what is left is dead, and would only take its time
                again, self._again = self._again, []
                await asyncio.sleep(pause)
                await self._wave(fetcher, again)

    async def _wave(self, fetcher: Fetcher, hosts: Sequence[str]) -> None:
        def begin(host: str, turn: Turn) -> "Visiting | Bare":
            if self._given.bare:
                return Bare(fetcher, host, self._given.paths)
            return Visiting(fetcher, host, targets=TARGETS[: self._given.pages], turn=turn)

        await run(
            (hosts[start : start + PAGE] for start in range(0, len(hosts), PAGE)),
            begin,
            fetcher,
            self._record,
            workers=self._given.workers,
            limits=Limits(),
            exempt=(LOOPBACK,),
        )

    def _record(self, visits: Sequence[Visit]) -> None:
        for visit in visits:
            seen = visit.robots
            self.statuses[seen.cause] += 1
            self.statuses.update(page.cause for page in visit.pages)
            if seen.outcome is Outcome.OK:
                self.found.append(seen.host)
            elif is_transient(seen.cause):
                self._again.append(seen.host)


def stored(given: argparse.Namespace, folder: str) -> None:
    """A first crawl of the sites into a new history, and the line that says what it took."""
    database = Path(folder) / "history.sqlite"
    panel = Panel(
        "farm", "Farm", "the benchmark", "", "2026-01-01", None, False, tuple(Member(host) for host in given.hosts)
    )
    with Writer(database, reference.agents()) as writer:
        watch = Stopwatch()
        report = Rounds(writer, panel, settings(given), Manner(workers=given.workers)).begin(int(time.time()))
        watch.tell(len(given.hosts), report.outcomes[Outcome.OK], report.causes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--transport", choices=("default", "fast"), default="default")
    parser.add_argument("--waves", type=float, nargs="*", default=[], help="seconds before each further wave")
    parser.add_argument("--bare", action="store_true", help="fetch, and read nothing")
    parser.add_argument("--store", action="store_true", help="record into a history; robots.txt alone")
    given = arguments(parser)
    if given.store:
        with tempfile.TemporaryDirectory() as folder:
            stored(given, folder)
    else:
        waves = Waves(given)
        watch = Stopwatch()
        run_loop(waves.run())
        watch.tell(len(given.hosts), count_found(waves.found), waves.statuses)
