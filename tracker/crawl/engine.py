"""The crawl as a pipeline: feeder → DNS → gate → workers → results → one writer thread.

One task per worker, not per site, and a bounded number of sites on their way, so memory does not grow with the panel.
It knows nothing of HTTP or of the database: sites come in pages from an iterator, `begin` makes a visit of each, `ways`
finds addresses, and batches of finished visits go to `record`. A visit that needs another host (a redirect) goes back
to DNS and through the gate, and holds no worker meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from tracker.core.visits import Visit
from tracker.crawl.gate import Gate, Limits, Network
from tracker.crawl.mishaps import Mishaps

GRACE = 4.0
"""Seconds that a stopping crawl gives to the sites being asked."""

LOOKUPS = 300
"""Names looked up at the same time."""

_UNWRITTEN = 1_000
_UNWRITTEN_BYTES = 16 * 1024 * 1024
_HELD = 10_000


class Way(Protocol):
    """The way to a host: addresses, any of which may be connected to, or a `failure`."""

    addresses: Sequence[str]
    failure: object | None

    def release(self) -> None:
        """Nobody goes this way (any more)."""


W = TypeVar("W", bound=Way)
Found = TypeVar("Found", bound=Way, covariant=True)
Taken = TypeVar("Taken", bound=Way, contravariant=True)
S = TypeVar("S")
Got = TypeVar("Got")


class Ways(Protocol[Found]):
    """What finds the way to a host; the network's failures are ways too."""

    async def way(self, host: str) -> Found:
        """Look a host up."""


class Visiting(Protocol[Taken]):
    """A visit to a site that can be gone on with: `step` says which host it needs next, or is the finished visit."""

    host: str

    async def step(self, way: Taken) -> str | Visit:
        """Go on by this way. An exception is a mistake of the program: the site is left out."""


Record = Callable[[Sequence[Visit]], None]
OnDone = Callable[[Visit], None]
Turn = Callable[[Sequence[str]], Awaitable[None]]
"""Waits until one more request to these addresses may be made (the gate's rate), and counts it."""
Begin = Callable[[S, Turn], Visiting[W] | Visit]


async def run(
    pages: Iterator[Sequence[S]],
    begin: Begin[S, W],
    ways: Ways[W],
    record: Record,
    *,
    workers: int,
    limits: Limits | None = None,
    exempt: Sequence[Network] = (),
    batch: int = 500,
    interval: float = 1.0,
    on_done: OnDone | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Visit every site of `pages` once, at most `workers` at a time.

    pages: its `next` is called in the thread that `record` is called in, always the same, so that both may use one
    connection. begin: makes the visit to a site, or says what was seen without asking (opted out). record: gets at most
    `batch` visits, at least every `interval` seconds while there are any. on_done: called in the event loop as each
    site ends (progress). limits, exempt: of the gate. stop: when set, no further site is begun, those being asked get
    `GRACE` seconds, then they are dropped. Whatever ended was recorded when this returns or raises: on stop, on
    cancellation, and on an error of `begin` or of `pages`, which ends the crawl. An error of a visit or of `ways` is a
    mistake of the program (the network's failures are visits), and no reason to lose the other sites: CrawlError is
    raised after them, or with the 21st. An error of `record` ends the crawl at once and is raised.
    """
    results = _Results()

    def done(visit: Visit) -> None:
        results.put(visit)
        if on_done:
            on_done(visit)

    with ThreadPoolExecutor(1, thread_name_prefix="writer") as thread:
        writer = asyncio.create_task(_write(results, record, thread, batch, interval))
        crew = _Crew(ways, results, done, workers, limits, exempt)
        working = asyncio.create_task(crew.run(_feed(crew, pages, begin, thread), stop or asyncio.Event()))
        try:
            await asyncio.wait({writer, working}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(working)
            results.close()
            await writer
    working.result()


async def _feed(crew: "_Crew[W]", pages: Iterator[Sequence[S]], begin: Begin[S, W], thread: ThreadPoolExecutor) -> None:
    """Take the sites as there is room for them; ends when all have been visited."""
    loop = asyncio.get_running_loop()
    while (page := await loop.run_in_executor(thread, next, pages, None)) is not None:
        for site in page:
            await crew.room()
            crew.add(begin(site, crew.turn))
    await crew.idle()


@dataclass(slots=True, eq=False)
class _Job(Generic[W]):
    """A visit on its way through the stages; `need` is the host that it must reach next, `way` how."""

    visiting: Visiting[W]
    need: str
    way: W | None = None


class _Crew(Generic[W]):
    """The tasks of a crawl and the queues between them: unbounded, as the feeder waits for room in all of it."""

    def __init__(
        self,
        ways: Ways[W],
        results: "_Results",
        done: OnDone,
        workers: int,
        limits: Limits | None,
        exempt: Sequence[Network],
    ) -> None:
        self._ways = ways
        self._results = results
        self._done = done
        self._workers = workers
        self._finders = min(LOOKUPS, 2 * workers)
        self._names: asyncio.Queue[_Job[W]] = asyncio.Queue()
        self._ready: asyncio.Queue[_Job[W]] = asyncio.Queue()
        self._gate: Gate[_Job[W]] = Gate(self._ready.put_nowait, limits, exempt)
        self.turn: Turn = self._gate.turn
        self._open = 0
        self._delayed = 0
        self._moved = asyncio.Event()
        self._stopping = False
        self._mishaps = Mishaps()

    async def run(self, feeding: Coroutine[None, None, None], stop: asyncio.Event) -> None:
        """Until all is visited or `stop` is set; raises what any of the tasks raises."""
        feeder = asyncio.create_task(feeding)
        halting = asyncio.create_task(self._halt(stop, feeder))
        crew = [asyncio.create_task(self._find()) for _ in range(self._finders)]
        crew += [asyncio.create_task(self._work()) for _ in range(self._workers)]
        try:
            # Those of the crew end only by failing, the feeder when all is done.
            ending = {feeder, *crew}
            while not self._stopping and not any(task.done() for task in ending):
                await asyncio.wait({halting, *ending}, return_when=asyncio.FIRST_COMPLETED)
            if self._stopping:
                await asyncio.wait({halting, *crew}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            tasks = (feeder, halting, *crew)
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            self._drop()
        for one in ended:
            if isinstance(one, BaseException) and not isinstance(one, asyncio.CancelledError):
                raise one
        self._mishaps.tell()

    async def room(self) -> None:
        """Wait until another site may be begun. What the gate holds does not count: it must not hold up the rest."""
        await self._results.room.wait()
        most = 2 * self._workers + self._finders
        while self._open - self._held() >= most or self._held() >= _HELD:
            await self._move()

    def _held(self) -> int:
        return self._gate.parked + self._delayed

    async def idle(self) -> None:
        """Wait until nothing is on its way."""
        while self._open:
            await self._move()

    def add(self, site: Visiting[W] | Visit) -> None:
        """Begin a visit; one that is finished already is only recorded."""
        if isinstance(site, Visit):
            self._done(site)
        else:
            self._open += 1
            self._names.put_nowait(_Job(site, site.host))

    async def _move(self) -> None:
        self._moved.clear()
        await self._moved.wait()

    async def _find(self) -> None:
        while True:
            job = await self._names.get()
            job.way = way = await self._try(job, self._ways.way(job.need))
            if way is None:
                continue
            if self._stopping:
                self._let_go(job)
            elif way.failure is not None:
                await self._go_on(job, way)  # nothing is asked, so no worker is needed
            else:
                self._gate.enter(way.addresses, job)
                self._moved.set()  # it may have been parked

    async def _work(self) -> None:
        later = asyncio.get_running_loop().call_later
        while True:
            await self._results.room.wait()
            job = await self._ready.get()
            way = job.way
            assert way is not None
            if self._stopping:
                self._let_go(job)
            elif left := self._gate.wait(way.addresses):
                self._delayed += 1
                later(left, self._again, job)
                self._moved.set()
            else:
                try:
                    await self._go_on(job, way)
                finally:
                    self._gate.leave(way.addresses)

    def _again(self, job: _Job[W]) -> None:
        self._delayed -= 1
        self._ready.put_nowait(job)

    async def _go_on(self, job: _Job[W], way: W) -> None:
        came_to = await self._try(job, job.visiting.step(way))
        if came_to is None:
            return
        job.way = None
        if isinstance(came_to, Visit):
            self._done(came_to)
        elif not self._stopping:
            job.need = came_to
            self._names.put_nowait(job)
            return
        self._let_go(job)

    async def _try(self, job: _Job[W], work: Awaitable[Got]) -> Got | None:
        """What comes of a part of a visit; None if a mistake of the program does, and the site has been let go."""
        try:
            return await work
        except Exception as error:
            self._let_go(job)
            self._mishaps.note(job.visiting.host, error)
            return None

    def _let_go(self, job: _Job[W]) -> None:
        """A site that is done, or that a stop leaves to the next crawl."""
        if job.way is not None:
            job.way.release()
        self._open -= 1
        self._moved.set()

    async def _halt(self, stop: asyncio.Event, feeder: "asyncio.Task[None]") -> None:
        """On `stop`: begin nothing more; end when those being asked are done, or after the grace."""
        await stop.wait()
        self._stopping = True
        feeder.cancel()
        await asyncio.wait({feeder})
        self._drop()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await self.idle()

    def _drop(self) -> None:
        """Let go of every site that waits."""
        waiting = self._gate.drop()
        for queue in (self._names, self._ready):
            while not queue.empty():
                waiting.append(queue.get_nowait())
        for job in waiting:
            self._let_go(job)


class _Results:
    """Finished visits on their way to the writer.

    Putting never waits, so a cancelled worker cannot lose what it finished; instead workers wait for `room`
    before they begin another site.
    """

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Visit | None] = asyncio.Queue()
        self._bytes = 0
        self.room = asyncio.Event()
        self.room.set()

    def put(self, visit: Visit) -> None:
        self._queue.put_nowait(visit)
        self._bytes += visit.size
        if self._is_full():
            self.room.clear()

    def _is_full(self) -> bool:
        return self._queue.qsize() >= _UNWRITTEN or self._bytes >= _UNWRITTEN_BYTES

    def close(self) -> None:
        """Nothing more will come."""
        self._queue.put_nowait(None)

    async def take(self, most: int, interval: float) -> tuple[list[Visit], bool]:
        """What came within `interval` seconds, at most `most` and half of the bytes; whether it was the last."""
        rows: list[Visit] = []
        held = 0
        try:
            async with asyncio.timeout(interval):
                while len(rows) < most and held < _UNWRITTEN_BYTES // 2:
                    row = await self._queue.get()
                    if row is None:
                        return rows, True
                    rows.append(row)
                    held += row.size
                    self._bytes -= row.size
        except TimeoutError:
            pass
        if not self._is_full():
            self.room.set()
        return rows, False


async def _write(results: _Results, record: Record, thread: ThreadPoolExecutor, batch: int, interval: float) -> None:
    loop = asyncio.get_running_loop()
    last = False
    while not last:
        rows, last = await results.take(batch, interval)
        if rows:
            await loop.run_in_executor(thread, record, rows)


async def _end(task: "asyncio.Task[None]") -> None:
    """Cancel a task if it still runs, and wait until it has let go of everything."""
    task.cancel()
    await asyncio.wait({task})
