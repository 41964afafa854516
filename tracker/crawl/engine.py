"""The crawl as a pipeline: feeder → bounded queue → workers → results → one writer thread.

One task per worker, not per site, so memory does not grow with the panel. It knows nothing of HTTP or of the
database: it asks `fetch` and hands batches to `record`.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from tracker.core.outcomes import Observation, Outcome

Record = Callable[[Sequence[Observation]], None]
OnDone = Callable[[Observation], None]

GRACE = 5.0
"""Seconds that a stopping crawl gives to the sites being asked."""

_UNWRITTEN = 1_000


class Asks(Protocol):
    """What the engine needs of a fetcher: an answer for every host, never an exception about the network."""

    async def robots(self, host: str) -> Observation:
        """Look at one site."""


async def run(
    hosts: Iterable[str],
    fetch: Asks,
    record: Record,
    *,
    workers: int,
    batch: int = 500,
    interval: float = 1.0,
    on_done: OnDone | None = None,
    stop: asyncio.Event | None = None,
) -> Counter[Outcome]:
    """Ask every host once, in order, at most `workers` at a time; return how often each outcome occurred.

    record: called in one thread, always the same, with at most `batch` observations, at least every
    `interval` seconds while there are any. on_done: called in the event loop as each site ends (progress).
    stop: when set, no further host is begun, those being asked get `GRACE` seconds, then they are dropped.
    Whatever ended was recorded when this returns or raises: on stop, on cancellation, and on an error of
    `fetch`, which ends the crawl (the network's failures are observations, so that is a mistake of the
    program). An error of `record` ends the crawl at once and is raised.
    """
    results = _Results(_UNWRITTEN)
    counts: Counter[Outcome] = Counter()

    def done(observation: Observation) -> None:
        counts[observation.outcome] += 1
        results.put(observation)
        if on_done:
            on_done(observation)

    with ThreadPoolExecutor(1, thread_name_prefix="writer") as thread:
        writer = asyncio.create_task(_write(results, record, thread, batch, interval))
        crew = asyncio.create_task(_crew(hosts, fetch, done, results, workers, stop or asyncio.Event()))
        try:
            await asyncio.wait({writer, crew}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(crew)
            results.close()
            await writer
    crew.result()
    return counts


class _Results:
    """Finished observations on their way to the writer.

    Putting never waits, so a cancelled worker cannot lose what it finished; instead workers wait for `room`
    before they begin another site.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._queue: asyncio.Queue[Observation | None] = asyncio.Queue()
        self.room = asyncio.Event()
        self.room.set()

    def put(self, observation: Observation) -> None:
        self._queue.put_nowait(observation)
        if self._queue.qsize() >= self._limit:
            self.room.clear()

    def close(self) -> None:
        """Nothing more will come."""
        self._queue.put_nowait(None)

    async def take(self, most: int, interval: float) -> tuple[list[Observation], bool]:
        """What came within `interval` seconds, at most `most`; and whether that was the last."""
        rows: list[Observation] = []
        try:
            async with asyncio.timeout(interval):
                while len(rows) < most:
                    row = await self._queue.get()
                    if row is None:
                        return rows, True
                    rows.append(row)
        except TimeoutError:
            pass
        if self._queue.qsize() < self._limit:
            self.room.set()
        return rows, False


async def _write(results: _Results, record: Record, thread: ThreadPoolExecutor, batch: int, interval: float) -> None:
    loop = asyncio.get_running_loop()
    last = False
    while not last:
        rows, last = await results.take(batch, interval)
        if rows:
            await loop.run_in_executor(thread, record, rows)


async def _crew(
    hosts: Iterable[str], fetch: Asks, done: OnDone, results: _Results, workers: int, stop: asyncio.Event
) -> None:
    """Feeder and workers, until all is asked or `stop` is set; raises what any of them raises."""
    jobs: asyncio.Queue[str | None] = asyncio.Queue(maxsize=workers)

    async def feed() -> None:
        for host in hosts:
            await jobs.put(host)
        await jobs.put(None)

    async def work() -> None:
        while True:
            await results.room.wait()
            host = await jobs.get()
            if host is None:
                jobs.put_nowait(None)  # for the next worker
                return
            done(await fetch.robots(host))

    async def halt() -> None:
        await stop.wait()
        feeder.cancel()
        while not jobs.empty():
            jobs.get_nowait()
        jobs.put_nowait(None)
        await asyncio.sleep(GRACE)
        for worker in crew:
            worker.cancel()

    feeder = asyncio.create_task(feed())
    crew = [asyncio.create_task(work()) for _ in range(workers)]
    halting = asyncio.create_task(halt())
    try:
        ended, _ = await asyncio.wait({feeder, *crew}, return_when=asyncio.FIRST_EXCEPTION)
        for task in ended:
            if not task.cancelled():
                task.result()
    finally:
        for task in (halting, feeder, *crew):
            task.cancel()
        await asyncio.gather(halting, feeder, *crew, return_exceptions=True)


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a task if it still runs, and wait until it has let go of everything."""
    task.cancel()
    await asyncio.wait({task})
