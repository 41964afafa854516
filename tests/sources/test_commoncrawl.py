"""Backfills from a Common Crawl on loopback, whole and broken."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import AGENTS
from tests.sources.archives import HOST, HURRIED, SERVER, FakeCommonCrawl, asking
from tests.sources.asking import ask, states, whole_history
from tests.sources.warcs import HTML, OPEN, PART, SHUT, Warc
from tests.store.histories import content, dump
from tests.web import Web, cut, page, reset
from tracker.errors import SourceError, UsageError
from tracker.sources.commoncrawl import backfill_commoncrawl, crawl_names
from tracker.sources.intake import Report
from tracker.sources.scope import scope_of
from tracker.sources.warc import import_warcs
from tracker.store.query import Reader
from tracker.store.write import Writer

A, B, C = "a.example", "b.example", "c.example"
FIRST, SECOND = "CC-MAIN-2023-06", "CC-MAIN-2023-14"


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


def crawls() -> dict[str, Warc]:
    first = Warc().response(A, "2023-02-01", OPEN).response(B, "2023-02-02T03:04:05Z", PART)
    first.response(A, "2023-02-05", b"moved", "301 Moved", [("Location", "https://www.a.example/robots.txt")])
    second = Warc().response(A, "2023-03-20", SHUT).response(B, "2023-03-21", b"", "404 Not Found")
    second.response(A, "2023-03-28", b"no", "403 Forbidden").response(A, "2023-04-01", OPEN)
    return {FIRST.replace("-", "_"): first, SECOND.replace("-", "_"): second}


@pytest.fixture
def archive(web: Web) -> FakeCommonCrawl:
    return serve(web, FakeCommonCrawl(**crawls()))


def serve(web: Web, fake: FakeCommonCrawl) -> FakeCommonCrawl:
    web.on(HOST, fake, "*")
    return fake


def bring_in(
    database: Path, web: Web, sites: Sequence[str] = (A, B, C), names: Sequence[str] = (FIRST, SECOND), **how: Any
) -> Report:
    waits = how.pop("waits", [])
    with Writer(database, AGENTS) as writer, Reader(database) as reader, asking(web, HURRIED, waits) as client:
        scope = scope_of(reader, "commoncrawl", None, sites, asked_alone=True)
        return backfill_commoncrawl(writer, reader, client, scope, names, SERVER, SERVER, **how)


STATES = [
    (A, "allowed", "2023-02-01", "2023-03-20"),
    (A, "blocked", "2023-03-20", "2023-04-01"),
    (A, "allowed", "2023-04-01", None),
    (B, "partial", "2023-02-02T03:04:05Z", "2023-03-21"),
    (B, "allowed", "2023-03-21", None),
]


def test_two_crawls(web: Web, archive: FakeCommonCrawl, database: Path) -> None:
    report = bring_in(database, web)
    assert report.as_json() == {
        "source": "commoncrawl",
        "panel": "commoncrawl",
        "captures": 7,
        "imported": 6,
        "answers": 4,
        "absences": 1,
        "failures": 1,
        "known": 0,
        "sites": 2,
        "skipped": {"a redirect, which is no answer of the site": 1},
    }
    assert states(database) == STATES
    assert len(archive.reads) == 3  # the third of A has the bytes of the first
    (ref,) = ask(database, "SELECT ref FROM captures WHERE site = 'b.example' AND body_sha256 IS NOT NULL")[0]
    row = archive.rows[FIRST][1]
    assert ref == f"{row['filename']}@{row['offset']}"
    assert ask(database, "SELECT site FROM sites WHERE list = 'commoncrawl' ORDER BY site") == [(A,), (B,), (C,)]


def test_the_same_past_from_the_files(
    web: Web, archive: FakeCommonCrawl, database: Path, tmp_path: Path, fresh_history: Callable[[], Path]
) -> None:
    bring_in(database, web)
    other = fresh_history()
    paths = [warc.save(tmp_path / name) for name, warc in crawls().items()]
    with Writer(other, AGENTS) as writer, Reader(other) as reader:
        import_warcs(writer, reader, paths, scope_of(reader, "warc"))
    assert whole_history(other) == whole_history(database)


def test_a_second_run_asks_nothing_and_a_killed_one_goes_on(
    web: Web, archive: FakeCommonCrawl, database: Path, fresh_history: Callable[[], Path]
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_in(database, web, on_progress=stop)
    assert bring_in(database, web).known == 4
    straight = fresh_history()
    bring_in(straight, web)
    assert content(database) == content(straight)
    before, lists = dump(database), archive.lists
    assert bring_in(database, web).known == 6
    assert archive.lists == lists
    assert dump(database) == before


def test_the_newest_crawls(web: Web, archive: FakeCommonCrawl) -> None:
    with asking(web) as client:
        assert crawl_names(client, SERVER, [], None) == [SECOND]
        assert crawl_names(client, SERVER, [], 5) == [SECOND, FIRST]
        assert crawl_names(client, SERVER, [FIRST, FIRST], None) == [FIRST]
        for name in ("2023-06", "CC-MAIN-2023-06/../x", "CC-MAIN-2023-06-index?url=x"):
            with pytest.raises(UsageError, match="is no crawl; write it as CC-MAIN-2024-10"):
                crawl_names(client, SERVER, [name], None)
        with pytest.raises(UsageError, match="--index-server 'x' is no http"):
            crawl_names(client, "x", [], None)
        for answer in (page(b"{}"), page(b"[1]"), page(b"<html>"), page(b"", "404 Not Found")):
            archive.faults = [answer]
            with pytest.raises(SourceError, match="gave no list of its crawls; name them with --crawl"):
                crawl_names(client, SERVER, [], None)


def test_an_unknown_crawl(web: Web, archive: FakeCommonCrawl, database: Path) -> None:
    with pytest.raises(SourceError, match=r"does not know the crawl CC-MAIN-2099-01.*go on with a\.example"):
        bring_in(database, web, names=["CC-MAIN-2099-01"])


def test_a_server_that_ignores_range(web: Web, archive: FakeCommonCrawl, database: Path) -> None:
    archive._range = lambda data, asked: page(data)  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="does not serve parts of files"):
        bring_in(database, web)


def test_wrong_ranges_and_records_are_counted(web: Web, archive: FakeCommonCrawl, database: Path) -> None:
    whole = archive._range

    def shifted(data: bytes, asked: str) -> Any:
        return whole(data, f"bytes={int(asked[6:].partition('-')[0]) + 5}-{asked.partition('-')[2]}")

    def half(data: bytes, asked: str) -> Any:
        first, last = (int(part) for part in asked[6:].split("-"))
        there = f"bytes {first}-{last}/{len(data)}"
        return page(data[first : (first + last) // 2], "206 Partial Content", Content_Range=there)

    def missing(data: bytes, asked: str) -> Any:
        return page(b"", "416 Range Not Satisfiable")

    for lie, reason in (
        (shifted, "the server gave another range than the one asked for"),
        (half, "the server gave another range than the one asked for"),
        (missing, "the index lists it and its file answers 416"),
    ):
        archive._range = lie  # type: ignore[method-assign]
        assert bring_in(database, web, [B], [FIRST]).skipped == {reason: 1}
        database.unlink()
    assert not database.exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"offset": "0", "length": "300"}, "the record is cut off or damaged"),
        ({"timestamp": "20230202030406"}, "the record is not the one that the index means"),
        ({"digest": "A" * 32}, "the record is not the one that the index means"),
        ({"filename": ""}, "the index does not say where it lies, or it is of more than 4 MiB"),
        ({"length": "999999999"}, "the index does not say where it lies, or it is of more than 4 MiB"),
        ({"offset": "-7"}, "the index does not say where it lies, or it is of more than 4 MiB"),
        ({"timestamp": "x"}, "no usable timestamp or status in the index"),
    ],
)
def test_an_index_that_lies(
    change: dict[str, str], reason: str, web: Web, archive: FakeCommonCrawl, database: Path
) -> None:
    archive.rows[FIRST][1] |= change
    report = bring_in(database, web, [A, B], [FIRST])
    assert report.skipped[reason] == 1
    assert states(database) == [(A, "allowed", "2023-02-01", None)]


def test_a_record_whose_bytes_were_changed(web: Web, database: Path) -> None:
    fake = serve(web, FakeCommonCrawl(**crawls()))
    plain = Warc(packed=False).response(B, "2023-02-02", PART)
    data = plain.data.replace(b"/private/", b"/PRIVATE/")
    row = {**fake.rows[FIRST][1], "timestamp": "20230202000000", "offset": "0", "length": str(len(data))}
    fake.crawls[FIRST], fake.rows[FIRST] = data, [row]
    assert bring_in(database, web, [B], [FIRST]).skipped == {"the digest does not match": 1}
    assert states(database) == []


def test_revisits_of_records_that_the_index_lists_or_not(web: Web, database: Path) -> None:
    warc = Warc().response(A, "2023-02-01", SHUT)
    warc.revisit(A, "2023-02-09", warc.digests[f"{A} 2023-02-01"]).revisit(
        B, "2023-02-09", warc.digests[f"{A} 2023-02-01"]
    )
    serve(web, FakeCommonCrawl(**{FIRST.replace("-", "_"): warc}))
    report = bring_in(database, web, [B], [FIRST])
    assert report.skipped == {"a revisit whose original the index does not list": 1}
    assert bring_in(database, web, [A], [FIRST]).imported == 2
    assert ask(database, "SELECT site, checks FROM captures") == [(A, 2)]


def test_pages_and_busy_servers(web: Web, database: Path) -> None:
    warc = Warc().response(A, "2023-02-01", SHUT).response(A, "2023-02-10", HTML)
    fake = serve(web, FakeCommonCrawl(**{FIRST.replace("-", "_"): warc}))
    fake.faults = [page(b"", "503 Slow Down"), cut(b"{", 50), reset(b"HTTP/1.1 200 OK\r\n")]
    waits: list[float] = []
    report = bring_in(database, web, [A], [FIRST], waits=waits)
    assert (report.answers, report.failures) == (1, 1)
    assert ask(database, "SELECT kind FROM failures") == [("not_robots",)]


def test_a_server_that_stays_down(web: Web, archive: FakeCommonCrawl, database: Path) -> None:
    archive.faults = [page(b"", "503 Slow Down")] * 4
    with pytest.raises(SourceError) as caught:
        bring_in(database, web)
    assert f"{HOST} gave no answer to 4 requests (status 503)" in str(caught.value)
    assert "0 of 0 captures imported" in str(caught.value)
    bring_in(database, web)
    assert states(database) == STATES
