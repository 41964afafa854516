"""Our crawl: the engine with its gate, names from DNS, the visits; into a history with `--store`."""

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

from tests.benchmarks.crawl.clients.common import Stopwatch, arguments, count_found
from tests.benchmarks.crawl.farm.farm import Place
from tracker.core.outcomes import Outcome
from tracker.core.retries import is_transient
from tracker.core.visits import Target, Visit
from tracker.crawl.engine import Turn, run
from tracker.crawl.gate import Limits
from tracker.crawl.visit import Visiting
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.loop import run as run_loop
from tracker.net.resolve import CaresResolver

TARGETS = (Target.ROBOTS, Target.HOME, Target.TDMREP, Target.LLMS)
LOOPBACK = ip_network("127.0.0.0/8")
PAGE = 1_000


class FarmResolver(CaresResolver):
    """The farm's name server, and its ports for the usual ones."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.names)
        self._ports = {443: place.https, 80: place.http}

    def port(self, number: int) -> int:
        return self._ports[number]


class Crawl:
    """Waves over the sites: in each the sites that failed in passing are visited again."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self.statuses: Counter[str] = Counter()
        self.found: list[str] = []
        self._again: list[str] = []

    async def waves(self) -> None:
        """The first wave, and those of `--waves`, each after its pause."""
        given = self._given
        settings = FetchSettings(
            contact="https://drywell.example/bot",
            ca_file=Path(given.place.ca),
            allow_private=(LOOPBACK,),
            resolver=FarmResolver(given.place),
        )
        began = time.perf_counter()
        async with Fetcher(settings) as fetcher:
            await self._wave(fetcher, given.hosts)
            self.statuses["first_wave_ms"] = round(1_000 * (time.perf_counter() - began))
            self.statuses["first_wave_found"] = count_found(self.found)
            for pause in given.waves:
                again, self._again = self._again, []
                await asyncio.sleep(pause)
                await self._wave(fetcher, again)

    async def _wave(self, fetcher: Fetcher, hosts: Sequence[str]) -> None:
        def begin(host: str, turn: Turn) -> Visiting:
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--waves", type=float, nargs="*", default=[], help="seconds before each further wave")
    given = arguments(parser)
    crawl = Crawl(given)
    watch = Stopwatch()
    run_loop(crawl.waves())
    watch.tell(len(given.hosts), count_found(crawl.found), crawl.statuses)
