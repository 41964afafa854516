import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import pytest

from tracker.core.outcomes import Observation, Outcome
from tracker.core.visits import Visit
from tracker.crawl import engine
from tracker.crawl.gate import Limits
from tracker.errors import CrawlError
from tracker.net.loop import run


class Way:
    """To a made-up host."""

    def __init__(self, host: str, address: str, failure: object | None = None) -> None:
        self.host, self.address, self.failure = host, address, failure
        self.addresses = [address]
        self.released = False

    def release(self) -> None:
        self.released = True


class Fake:
    """Finds ways and visits: answers ok at once, or as `answer` says; remembers who was asked and how many at a time.

    moves: host to the host that it redirects to. addresses: host to address. unknown: hosts that have none.
    """

    def __init__(
        self,
        answer: Callable[[str], object] | None = None,
        moves: dict[str, str] | None = None,
        addresses: Callable[[str], str] = lambda host: "192.0.2.1",
        unknown: frozenset[str] = frozenset(),
        body: bytes | None = None,
    ) -> None:
        self._body = body
        self.asked: list[str] = []
        self.now = self.most = 0
        self.ways: list[Way] = []
        self.by_address: Counter[str] = Counter()
        self.most_by_address: Counter[str] = Counter()
        self.moments: list[tuple[str, float]] = []
        self._answer, self._moves, self._addresses, self._unknown = answer, moves or {}, addresses, unknown

    async def way(self, host: str) -> Way:
        await asyncio.sleep(0)
        failure = "dns_nxdomain" if host in self._unknown else None
        self.ways.append(Way(host, "" if failure else self._addresses(host), failure))
        return self.ways[-1]

    def visit(self, host: str, turn: object = None) -> "FakeVisit":
        return FakeVisit(self, host)

    async def ask(self, site: str, way: Way) -> str | Visit:
        if way.failure:
            return Visit(Observation(site, Outcome.ERROR, str(way.failure)))
        self.asked.append(way.host)
        self.moments.append((way.address, time.monotonic()))
        self.now += 1
        self.by_address[way.address] += 1
        self.most = max(self.most, self.now)
        self.most_by_address[way.address] = max(self.most_by_address[way.address], self.by_address[way.address])
        try:
            await asyncio.sleep(0)
            if self._answer and (waiting := self._answer(way.host)):
                await waiting  # type: ignore[misc]
        finally:
            self.now -= 1
            self.by_address[way.address] -= 1
            way.release()
        return self._moves.get(way.host) or Visit(Observation(site, Outcome.OK, "ok", body=self._body))


class FakeVisit:
    def __init__(self, fake: Fake, host: str) -> None:
        self.host = host
        self._fake = fake

    async def step(self, way: Way) -> str | Visit:
        return await self._fake.ask(self.host, way)


def pages(hosts: Iterable[str], size: int = 100) -> Iterator[list[str]]:
    many = iter(hosts)
    while page := list(islice(many, size)):
        yield page


async def crawl(hosts: Iterable[str], fake: Fake, record: engine.Record, **options: object) -> None:
    await engine.run(pages(hosts), fake.visit, fake, record, **options)


class Book:
    """Collects the batches that `record` is given."""

    def __init__(self, pause: float = 0, fail_at: int | None = None) -> None:
        self.batches: list[Sequence[Visit]] = []
        self.threads: set[str] = set()
        self._pause, self._fail_at = pause, fail_at

    def __call__(self, rows: Sequence[Visit]) -> None:
        time.sleep(self._pause)
        if self._fail_at == len(self.batches):
            raise OSError("disk full")
        self.batches.append(rows)
        self.threads.add(threading.current_thread().name)

    @property
    def hosts(self) -> list[str]:
        return [row.robots.host for batch in self.batches for row in batch]


def names(count: int) -> list[str]:
    return [f"site{n}.example" for n in range(count)]


def test_every_host_is_asked_once_in_order_and_recorded() -> None:
    fake, book, done = Fake(), Book(), []
    run(crawl(names(3000), fake, book, workers=20, on_done=lambda visit: done.append(visit.robots.host)))
    assert len(done) == 3000
    assert fake.asked == names(3000)
    assert sorted(book.hosts) == sorted(names(3000))
    assert book.hosts == done
    assert fake.most <= 20


def test_batches_are_bounded_and_written_by_one_thread() -> None:
    book = Book(pause=0.01)
    run(crawl(names(2600), Fake(), book, workers=50))
    assert max(len(batch) for batch in book.batches) <= 500
    assert len(book.batches) <= 12
    assert len(book.threads) == 1
    assert threading.main_thread().name not in book.threads


def test_a_slow_writer_holds_the_workers_back() -> None:
    fake, gaps = Fake(), []
    book = Book(pause=0.05)

    def record(rows: Sequence[Visit]) -> None:
        gaps.append(len(fake.asked) - len(book.hosts))
        book(rows)

    run(crawl(names(6000), fake, record, workers=10))
    assert len(book.hosts) == 6000
    assert max(gaps) <= 1_000 + 500 + 2 * 10 + 60


def test_large_visits_hold_the_workers_back_by_their_bytes() -> None:
    size, most = 1_000_000, 0
    fake = Fake(body=bytes(size))
    book = Book(pause=0.05)

    def record(rows: Sequence[Visit]) -> None:
        nonlocal most
        most = max(most, len(rows), len(fake.asked) - len(book.hosts))
        book(rows)

    run(crawl(names(300), fake, record, workers=10))
    assert len(book.hosts) == 300
    assert most <= 32 + 16 + 2 * 10 + 10


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
        await crawl(endless(), fake, Book(), workers=10, stop=stop)
        assert taken - len(fake.asked) <= 200 + 60

    run(main())


def test_few_results_do_not_wait_for_a_full_batch() -> None:
    seen_at: list[float] = []
    started = time.monotonic()

    async def slow(host: str) -> None:
        await asyncio.sleep(2 if host == "site1.example" else 0)

    run(
        crawl(
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
    run(crawl([], Fake(), book, workers=5))
    assert book.batches == []


def test_stop_lets_the_open_ones_finish_and_records_all(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> tuple[Fake, Book]:
        stop, book = asyncio.Event(), Book()
        fake = Fake(lambda host: asyncio.sleep(0.05))
        asyncio.get_running_loop().call_later(0.12, stop.set)
        await crawl(names(5000), fake, book, workers=8, stop=stop)
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
        await crawl(names(5000), fake, book, workers=4, stop=stop)
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
        await crawl(names(100), fake, book, workers=4, stop=stop)
        assert len(fake.asked) == len(book.hosts) <= 4

    run(main())


def test_cancellation_records_what_is_done() -> None:
    async def main() -> None:
        fake, book = Fake(lambda host: asyncio.sleep(600 if host == "site50.example" else 0.001)), Book()
        going = asyncio.create_task(crawl(names(60), fake, book, workers=4))
        await asyncio.sleep(0.3)
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going
        assert len(book.hosts) == 59
        assert fake.now == 0

    run(main())


def mistaken(*hosts: str) -> Callable[[str], None]:
    def answer(host: str) -> None:
        if host in hosts:
            raise KeyError("a bug")

    return answer


def test_a_mistake_of_the_program_costs_one_site_and_is_told_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    fake, book = Fake(mistaken("site100.example")), Book()
    with pytest.raises(CrawlError, match=r"visiting site100\.example; .*report"):
        run(crawl(names(1_000), fake, book, workers=5))
    assert sorted(book.hosts) == sorted(set(names(1_000)) - {"site100.example"})
    assert all(way.released for way in fake.ways)
    (logged,) = caplog.records
    assert logged.levelname == "ERROR"
    assert "site100.example" in logged.message
    assert "KeyError: 'a bug'" in caplog.text
    assert "in answer" in caplog.text


def test_a_mistake_while_a_name_is_looked_up_costs_one_site() -> None:
    class Lost(Fake):
        async def way(self, host: str) -> Way:
            if host == "there.example":
                raise ValueError("embedded null character")
            return await super().way(host)

    fake, book = Lost(moves={"site1.example": "there.example"}), Book()
    with pytest.raises(CrawlError, match=r"visiting site1\.example;"):
        run(crawl(names(3), fake, book, workers=2))
    assert sorted(book.hosts) == ["site0.example", "site2.example"]


def test_many_mistakes_end_the_crawl() -> None:
    fake, book = Fake(mistaken(*names(10_000)[50::10])), Book()
    with pytest.raises(CrawlError, match="and 16 more"):
        run(crawl(names(10_000), fake, book, workers=5))
    assert set(names(50)) <= set(book.hosts)
    assert len(fake.asked) < 400


def test_a_stopped_crawl_tells_of_mistakes_as_well() -> None:
    async def main() -> None:
        stop, book = asyncio.Event(), Book()
        answer = mistaken("site1.example")
        fake = Fake(lambda host: answer(host) or asyncio.sleep(0.01))
        asyncio.get_running_loop().call_later(0.1, stop.set)
        await crawl(names(5_000), fake, book, workers=5, stop=stop)

    with pytest.raises(CrawlError, match=r"site1\.example"):
        run(main())


def test_a_failing_writer_ends_the_crawl_at_once() -> None:
    fake, book = Fake(lambda host: asyncio.sleep(0.001)), Book(fail_at=1)
    with pytest.raises(OSError, match="disk full"):
        run(crawl(names(100_000), fake, book, workers=50, batch=100))
    assert len(book.hosts) == 100
    assert fake.now == 0
    assert len(fake.asked) < 5_000


def test_a_failing_feeder_ends_the_crawl_after_recording() -> None:
    def hosts() -> Iterator[str]:
        yield from names(10)
        raise ValueError("bad page")

    book = Book()
    with pytest.raises(ValueError, match="bad page"):
        run(crawl(hosts(), Fake(), book, workers=1))
    assert set(book.hosts) <= set(names(10))


def test_a_redirect_goes_back_through_dns_and_the_answer_is_of_the_site_asked() -> None:
    fake, book = Fake(moves={"site1.example": "www.site1.example"}), Book()
    run(crawl(names(3), fake, book, workers=2))
    assert sorted(book.hosts) == names(3)
    assert sorted(fake.asked) == [*names(3), "www.site1.example"]
    assert all(way.released for way in fake.ways)


def test_a_name_without_an_address_takes_no_worker() -> None:
    unknown = frozenset(names(500))
    fake = Fake(lambda host: asyncio.sleep(0.5), unknown=unknown)
    book, done = Book(), []
    run(crawl(["slow.example", *names(500)], fake, book, workers=1, on_done=lambda visit: done.append(visit)))
    assert done[-1].robots.host == "slow.example"
    assert {visit.robots.cause for visit in done[:-1]} == {"dns_nxdomain"}


def test_what_was_seen_without_asking_is_recorded() -> None:
    fake, book = Fake(), Book()

    def begin(host: str, turn: engine.Turn) -> object:
        if host == "site1.example":
            return Visit(Observation(host, Outcome.ERROR, "opt_out"))
        return fake.visit(host)

    run(engine.run(pages(names(3)), begin, fake, book, workers=2))
    assert sorted(book.hosts) == names(3)
    assert sorted(fake.asked) == ["site0.example", "site2.example"]


def test_a_full_address_parks_its_sites_and_holds_nobody_else_up() -> None:
    shared = {f"site{n}.example" for n in range(200)}
    fake = Fake(
        lambda host: asyncio.sleep(0.05 if host in shared else 0),
        addresses=lambda host: "192.0.2.1" if host in shared else f"198.51.100.{int(host[4:-8]) % 250}",
    )
    book, done = Book(), []
    limits = Limits(connections=4, per_second=1_000)
    run(crawl(names(400), fake, book, workers=20, limits=limits, on_done=lambda v: done.append(v.robots.host)))
    assert sorted(book.hosts) == sorted(names(400))
    assert fake.most_by_address["192.0.2.1"] == 4
    assert shared.isdisjoint(done[-200:]) is False
    assert set(done[-150:]) <= shared


def test_the_rate_of_an_address_is_kept_without_holding_workers() -> None:
    fake = Fake(addresses=lambda host: "192.0.2.1" if int(host[4:-8]) < 30 else "198.51.100.1")
    limits = Limits(connections=50, per_second=20)
    run(crawl(names(40), fake, Book(), workers=2, limits=limits))
    moments = [at for address, at in fake.moments if address == "192.0.2.1"]
    assert len(moments) == 30
    assert all(later - earlier >= 0.98 for earlier, later in zip(moments, moments[20:], strict=False))
    assert [at for address, at in fake.moments if address != "192.0.2.1"][-1] - moments[0] < 0.5


def test_a_stop_leaves_parked_sites_for_the_next_crawl() -> None:
    async def main() -> tuple[Fake, Book]:
        stop, book = asyncio.Event(), Book()
        fake = Fake(lambda host: asyncio.sleep(0.05))
        asyncio.get_running_loop().call_later(0.2, stop.set)
        await crawl(names(1000), fake, book, workers=20, limits=Limits(2, 20), stop=stop)
        return fake, book

    began = time.monotonic()
    fake, book = run(main())
    assert time.monotonic() - began < 3
    assert sorted(book.hosts) == sorted(fake.asked)
    assert all(way.released for way in fake.ways)


def test_pages_and_records_share_one_thread() -> None:
    threads = set()

    def watched() -> Iterator[list[str]]:
        for page in pages(names(1000)):
            threads.add(threading.current_thread().name)
            yield page

    book = Book()
    fake = Fake()
    run(engine.run(watched(), fake.visit, fake, book, workers=10))
    assert threads == book.threads
