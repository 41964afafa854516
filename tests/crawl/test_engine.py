import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.web import LOOPBACK, Web, hang, page
from tracker.core.outcomes import Observation, Outcome
from tracker.crawl import engine
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.loop import run


class Fake:
    """Answers ok at once, or as `answer` says; remembers who was asked and how many at a time."""

    def __init__(self, answer: Callable[[str], object] | None = None) -> None:
        self.asked: list[str] = []
        self.now = self.most = 0
        self._answer = answer

    async def robots(self, host: str) -> Observation:
        self.asked.append(host)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0)
            if self._answer and (waiting := self._answer(host)):
                await waiting  # type: ignore[misc]
        finally:
            self.now -= 1
        return Observation(host, Outcome.OK, "ok")


class Book:
    """Collects the batches that `record` is given."""

    def __init__(self, pause: float = 0, fail_at: int | None = None) -> None:
        self.batches: list[Sequence[Observation]] = []
        self.threads: set[str] = set()
        self._pause, self._fail_at = pause, fail_at

    def __call__(self, rows: Sequence[Observation]) -> None:
        time.sleep(self._pause)
        if self._fail_at == len(self.batches):
            raise OSError("disk full")
        self.batches.append(rows)
        self.threads.add(threading.current_thread().name)

    @property
    def hosts(self) -> list[str]:
        return [row.host for batch in self.batches for row in batch]


def names(count: int) -> list[str]:
    return [f"site{n}.example" for n in range(count)]


def test_every_host_is_asked_once_in_order_and_recorded() -> None:
    fake, book, done = Fake(), Book(), []
    counts = run(engine.run(names(3000), fake, book, workers=20, on_done=lambda o: done.append(o.host)))
    assert counts == {Outcome.OK: 3000}
    assert fake.asked == names(3000)
    assert sorted(book.hosts) == sorted(names(3000))
    assert book.hosts == done
    assert fake.most <= 20


def test_batches_are_bounded_and_written_by_one_thread() -> None:
    book = Book(pause=0.01)
    run(engine.run(names(2600), Fake(), book, workers=50))
    assert max(len(batch) for batch in book.batches) <= 500
    assert len(book.batches) <= 12
    assert len(book.threads) == 1
    assert threading.main_thread().name not in book.threads


def test_a_slow_writer_holds_the_workers_back() -> None:
    fake, gaps = Fake(), []
    book = Book(pause=0.05)

    def record(rows: Sequence[Observation]) -> None:
        gaps.append(len(fake.asked) - len(book.hosts))
        book(rows)

    run(engine.run(names(6000), fake, record, workers=10))
    assert len(book.hosts) == 6000
    assert max(gaps) <= 1_000 + 500 + 2 * 10


def test_the_hosts_are_taken_as_needed() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield f"site{taken}.example"

    async def main() -> None:
        stop = asyncio.Event()
        fake = Fake(lambda host: asyncio.sleep(0.001))
        asyncio.get_running_loop().call_later(0.1, stop.set)
        await engine.run(endless(), fake, Book(), workers=10, stop=stop)
        assert taken - len(fake.asked) <= 21

    run(main())


def test_few_results_do_not_wait_for_a_full_batch() -> None:
    seen_at: list[float] = []
    started = time.monotonic()

    async def slow(host: str) -> None:
        await asyncio.sleep(2 if host == "site1.example" else 0)

    run(
        engine.run(
            names(2),
            Fake(slow),
            lambda rows: seen_at.append(time.monotonic() - started),
            workers=2,
            interval=0.1,
        )
    )
    assert seen_at[0] < 1.5


def test_nothing_to_ask() -> None:
    book = Book()
    assert run(engine.run([], Fake(), book, workers=5)) == {}
    assert book.batches == []


def test_stop_lets_the_open_ones_finish_and_records_all(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> tuple[Fake, Book]:
        stop, book = asyncio.Event(), Book()
        fake = Fake(lambda host: asyncio.sleep(0.05))
        asyncio.get_running_loop().call_later(0.12, stop.set)
        counts = await engine.run(names(5000), fake, book, workers=8, stop=stop)
        assert counts[Outcome.OK] == len(book.hosts)
        return fake, book

    fake, book = run(main())
    assert 8 <= len(fake.asked) <= 40
    assert sorted(book.hosts) == sorted(fake.asked)


def test_stop_drops_what_outlasts_the_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "GRACE", 0.2)

    async def main() -> Book:
        stop, book = asyncio.Event(), Book()
        fake = Fake(lambda host: asyncio.sleep(600 if host == "site3.example" else 0.01))
        asyncio.get_running_loop().call_later(0.1, stop.set)
        await engine.run(names(5000), fake, book, workers=4, stop=stop)
        return book

    started = time.monotonic()
    book = run(main())
    assert time.monotonic() - started < 20
    assert book.hosts
    assert "site3.example" not in book.hosts


def test_a_stop_set_beforehand_asks_nobody() -> None:
    async def main() -> None:
        stop, fake, book = asyncio.Event(), Fake(), Book()
        stop.set()
        await engine.run(names(100), fake, book, workers=4, stop=stop)
        assert len(fake.asked) == len(book.hosts) <= 4

    run(main())


def test_cancellation_records_what_is_done() -> None:
    async def main() -> None:
        fake, book = Fake(lambda host: asyncio.sleep(600 if host == "site50.example" else 0.001)), Book()
        crawl = asyncio.create_task(engine.run(names(60), fake, book, workers=4))
        await asyncio.sleep(0.3)
        crawl.cancel()
        with pytest.raises(asyncio.CancelledError):
            await crawl
        assert len(book.hosts) == 59
        assert fake.now == 0

    run(main())


def test_a_mistake_of_the_program_ends_the_crawl_after_recording() -> None:
    def answer(host: str) -> None:
        if host == "site100.example":
            raise KeyError("a bug")

    fake, book = Fake(answer), Book()
    with pytest.raises(KeyError, match="a bug"):
        run(engine.run(names(10_000), fake, book, workers=5))
    assert set(names(95)) <= set(book.hosts)
    assert len(fake.asked) < 1000
    assert "site100.example" not in book.hosts


def test_a_failing_writer_ends_the_crawl_at_once() -> None:
    fake, book = Fake(lambda host: asyncio.sleep(0.001)), Book(fail_at=1)
    with pytest.raises(OSError, match="disk full"):
        run(engine.run(names(100_000), fake, book, workers=50, batch=100))
    assert len(book.hosts) == 100
    assert fake.now == 0
    assert len(fake.asked) < 5_000


def test_a_failing_feeder_ends_the_crawl_after_recording() -> None:
    def hosts() -> Iterator[str]:
        yield from names(10)
        raise ValueError("bad page")

    book = Book()
    with pytest.raises(ValueError, match="bad page"):
        run(engine.run(hosts(), Fake(), book, workers=1))
    assert set(book.hosts) <= set(names(10))


def test_it_crawls_a_web() -> None:
    """The real fetcher: as many at a time as told, every outcome counted, and a stop in the middle of hanging sites."""

    async def main(web: Web, hosts: list[str], workers: int, stop_after: float | None = None) -> tuple[dict, list[str]]:
        settings = FetchSettings(
            resolver=web.resolver(https=web.closed_port), allow_private=LOOPBACK, read_timeout=60, total_timeout=60
        )
        book, stop = Book(), asyncio.Event()
        if stop_after:
            asyncio.get_running_loop().call_later(stop_after, stop.set)
        async with Fetcher(settings) as fetcher:
            counts = await engine.run(hosts, fetcher, book, workers=workers, stop=stop)
        return dict(counts), book.hosts

    with Web() as web, pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "GRACE", 0.5)
        for n, host in enumerate(names(60)):
            web.on(host, page(b"User-agent: *\n") if n % 2 else page(b"", "404 Not Found"))
        counts, hosts = run(main(web, names(60), workers=7))
        assert counts == {Outcome.OK: 30, Outcome.ABSENT: 30}
        assert sorted(hosts) == sorted(names(60))
        assert web.most_at_once <= 7

        for host in names(60)[40:]:
            web.on(host, hang())
        started = time.monotonic()
        counts, hosts = run(main(web, names(60), workers=10, stop_after=1.0))
        assert time.monotonic() - started < 4
        assert sorted(hosts) == sorted(names(40))
