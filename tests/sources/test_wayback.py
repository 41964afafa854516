"""Backfills from a Wayback Machine on loopback that keeps its promises, and from one that does not."""

import gzip
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import AGENTS
from tests.sources.archives import HOST, HURRIED, SERVER, FakeWayback, Held, asking, day, in_archive
from tests.sources.asking import ask, states
from tests.sources.warcs import HTML, OPEN, PART, SHUT, Warc
from tests.store.histories import content, dump
from tests.web import Web, cut, endless, head, page, redirect
from tracker.errors import SourceError, UsageError
from tracker.sources import wayback
from tracker.sources.intake import Report
from tracker.sources.scope import scope_of
from tracker.sources.warc import import_warcs
from tracker.sources.wayback import WaybackServer, Window, backfill_wayback
from tracker.store.query import Reader
from tracker.store.write import Writer

A, B, C = "a.example", "b.example", "c.example"


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


@pytest.fixture
def archive(web: Web) -> FakeWayback:
    fake = FakeWayback()
    web.on(HOST, fake, "*")
    return fake


def bring_in(database: Path, web: Web, sites: Sequence[str] = (A,), window: Window | None = None, **how: Any) -> Report:
    panel, waits = how.pop("panel", None), how.pop("waits", [])
    with Writer(database, AGENTS) as writer, Reader(database) as reader, asking(web, HURRIED, waits) as client:
        scope = scope_of(reader, "wayback", panel, sites, asked_alone=True)
        return backfill_wayback(writer, reader, client, scope, SERVER, window, **how)


def a_past() -> list[Held]:
    """A site that opened, shut, went away and came back, in captures a month apart."""
    days = [("01-01", OPEN), ("02-01", OPEN), ("03-01", SHUT), ("04-01", SHUT), ("05-01", SHUT), ("06-28", OPEN)]
    held = in_archive([(A, f"2023-{when}", body) for when, body in days])
    return [
        *held,
        Held(A, day("2023-06-01"), b"gone", "404", "text/html"),
        Held(A, day("2023-06-15"), b"oops", "503", "text/html"),
        Held(A, day("2023-06-16"), b"", "301", "text/html"),
    ]


PAST = [
    (A, "allowed", "2023-01-01", "2023-03-01"),
    (A, "blocked", "2023-03-01", "2023-06-01"),
    (A, "allowed", "2023-06-01", None),
]


def test_a_past(web: Web, archive: FakeWayback, database: Path) -> None:
    archive.held = a_past()
    report = bring_in(database, web, [A, B])
    assert report.as_json() == {
        "source": f"wayback:{HOST}",
        "panel": "wayback",
        "captures": 9,
        "imported": 8,
        "answers": 6,
        "absences": 1,
        "failures": 1,
        "known": 0,
        "sites": 1,
        "skipped": {"a redirect, which is no answer of the site": 1},
    }
    assert states(database) == PAST
    assert ask(database, "SELECT kind, first_seen FROM failures") == [("http_503", "2023-06-15T00:00:00Z")]
    # Each distinct file once, and no refusal.
    assert archive.replays == [day("2023-01-01"), day("2023-03-01")]
    assert ask(database, "SELECT ref FROM captures WHERE first_seen LIKE '2023-03%'") == [
        (f"{SERVER}/web/{day('2023-03-01')}id_/https://a.example/robots.txt",)
    ]
    # Both were asked for, so both are members, the one without captures as unknown.
    assert ask(database, "SELECT site, list FROM sites ORDER BY site") == [(A, "wayback"), (B, "wayback")]


def test_every_capture_is_a_sighting(web: Web, archive: FakeWayback, database: Path) -> None:
    """What collapsing would lose: an answer is held for 92 days after it was last seen."""
    archive.held = in_archive([(A, f"2023-{month:02}-01", SHUT) for month in range(1, 13)])
    bring_in(database, web)
    assert states(database) == [(A, "blocked", "2023-01-01", None)]
    assert ask(database, "SELECT checks FROM captures") == [(12,)]
    assert len(archive.replays) == 1


def test_collapsed_by_the_server(web: Web, archive: FakeWayback, database: Path) -> None:
    archive.held = in_archive([(A, f"2023-{month:02}-01", SHUT) for month in range(1, 12)] + [(A, "2023-12-01", OPEN)])
    bring_in(database, web, collapse=True)
    assert states(database) == [
        (A, "blocked", "2023-01-01", "2023-04-03"),
        (A, "unknown", "2023-04-03", "2023-12-01"),
        (A, "allowed", "2023-12-01", None),
    ]
    assert bring_in(database, web).known == 0  # the full list is another query
    assert states(database)[0] == (A, "blocked", "2023-01-01", "2023-12-01")


def test_pages(web: Web, archive: FakeWayback, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.held = [*a_past(), Held(A, day("2023-04-01"), SHUT, url="http://a.example/robots.txt")]
    monkeypatch.setattr(wayback, "PAGE", 3)
    assert bring_in(database, web).captures == 10
    assert archive.lists == 6  # each begins with the second that the one before ended in
    assert states(database) == PAST


def test_a_page_of_one_second(web: Web, archive: FakeWayback, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.held = [Held(A, day("2023-04-01"), SHUT)] * 3
    monkeypatch.setattr(wayback, "PAGE", 3)
    with pytest.raises(SourceError, match=r"lists more than 3 captures of a\.example/robots\.txt at 20230401000000"):
        bring_in(database, web)


def test_windows(web: Web, archive: FakeWayback, database: Path) -> None:
    archive.held = a_past()
    assert bring_in(database, web, window=Window(date(2023, 2, 1), date(2023, 3, 1))).imported == 2
    assert bring_in(database, web, window=Window(date(2023, 2, 1), date(2023, 3, 1))).known == 1
    assert bring_in(database, web, window=Window(last=date(2023, 1, 31))).imported == 1
    assert Window(last=date(2023, 1, 31)).is_over
    assert not Window(last=datetime.now(UTC).date()).is_over
    assert states(database) == [
        (A, "allowed", "2023-01-01", "2023-03-01"),
        (A, "blocked", "2023-03-01", None),
    ]


def test_a_second_run_asks_nothing(web: Web, archive: FakeWayback, database: Path) -> None:
    archive.held = a_past()
    bring_in(database, web, [A, B])
    before, lists = dump(database), archive.lists
    assert bring_in(database, web, [A, B]).known == 2
    assert archive.lists == lists
    assert dump(database) == before


def test_a_query_without_an_end_is_asked_again_after_a_week(
    web: Web, archive: FakeWayback, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.held = a_past()
    then = (datetime.now(UTC) - timedelta(days=8)).date().isoformat()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wayback, "_today", lambda: then)
        bring_in(database, web)
    archive.held.append(Held(A, day("2023-09-01"), PART))
    archive.replays.clear()
    assert bring_in(database, web).known == 0
    assert states(database)[-1] == (A, "partial", "2023-09-01", None)
    # The history has the other files already.
    assert archive.replays == [day("2023-09-01")]


def test_a_killed_run_goes_on_at_the_next_site(
    web: Web, archive: FakeWayback, database: Path, fresh_history: Callable[[], Path]
) -> None:
    archive.held = a_past() + in_archive([(B, "2023-01-01", SHUT), (C, "2023-02-01", PART)])

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_in(database, web, [A, B, C], on_progress=stop)
    assert {row[0] for row in states(database)} == {A, B}
    archive.replays.clear()
    assert bring_in(database, web, [A, B, C]).known == 2
    assert archive.replays == [day("2023-02-01")]
    straight = fresh_history()
    bring_in(straight, web, [A, B, C])
    assert content(database) == content(straight)
    assert dump(database)["crawl"] == dump(straight)["crawl"]


def test_revisits(web: Web, archive: FakeWayback, database: Path) -> None:
    gone = Held(A, day("2023-03-01"), b"gone", "404")
    archive.held = [
        Held(A, day("2023-01-01"), SHUT),
        Held(A, day("2023-02-01"), mime="warc/revisit", digest=Held(A, "", SHUT).named.digest),
        gone,
        Held(A, day("2023-04-01"), mime="warc/revisit", digest=gone.named.digest),
        Held(B, day("2023-01-01"), PART),
        # The original lies outside of the window: its bytes come by replay of the revisit.
        Held(B, day("2023-06-01"), mime="warc/revisit", digest=Held(B, "", PART).named.digest),
    ]
    assert bring_in(database, web).imported == 4
    assert ask(database, "SELECT checks FROM captures ORDER BY first_seen") == [(2,), (2,)]
    assert archive.replays == [day("2023-01-01")]
    bring_in(database, web, [B], Window(first=date(2023, 5, 1)))
    assert states(database, [B]) == [(B, "partial", "2023-06-01", None)]


def test_what_the_index_finds_beside_the_site(web: Web, archive: FakeWayback, database: Path) -> None:
    archive.held = [
        Held(A, day("2023-01-01"), SHUT, url="http://a.example/robots.txt"),
        Held(A, day("2023-02-01"), OPEN, url="https://www.a.example/robots.txt"),
        Held(A, day("2023-03-01"), OPEN, url="http://a.example:8080/robots.txt"),
        Held(A, day("2023-04-01"), OPEN, url="https://a.example/ROBOTS.TXT"),
        Held(A, "20231301000000", OPEN),
        Held(A, day("2023-02-02"), OPEN, status="999"),
    ]
    report = bring_in(database, web)
    assert dict(report.skipped) == {
        "another host, port or path under the same key of the index": 3,
        "no usable timestamp or status in the index": 2,
    }
    assert (report.captures, report.imported) == (6, 1)
    assert states(database) == [(A, "blocked", "2023-01-01", None)]


@pytest.mark.parametrize("digest_of", ["stored", "undone"])
def test_encoded_files(digest_of: str, web: Web, archive: FakeWayback, database: Path) -> None:
    packed = gzip.compress(SHUT, mtime=0)
    digest = Held(A, "", packed if digest_of == "stored" else SHUT).named.digest
    archive.held = [Held(A, day("2023-01-01"), packed, headers=(("Content-Encoding", "gzip"),), digest=digest)]
    bring_in(database, web)
    assert states(database) == [(A, "blocked", "2023-01-01", None)]


def test_pages_in_place_of_files(web: Web, archive: FakeWayback, database: Path) -> None:
    archive.held = in_archive([(A, "2023-01-01", SHUT), (A, "2023-02-01", HTML), (A, "2023-03-01", HTML)])
    report = bring_in(database, web)
    assert (report.answers, report.failures, len(archive.replays)) == (1, 2, 2)


# --- An archive that misbehaves ---


def test_replays_that_give_something_else(web: Web, archive: FakeWayback, database: Path) -> None:
    archive.held = in_archive([(A, f"2023-0{n}-01", b"%d" % n + SHUT) for n in range(1, 8)])
    other = {"Memento_Datetime": "Fri, 01 Dec 2023 00:00:00 GMT"}
    same = {"Memento_Datetime": "Wed, 01 Mar 2023 00:00:00 GMT"}
    archive.tampered = {
        day("2023-01-01"): page(OPEN),  # neither the digest nor the time
        day("2023-02-01"): page(OPEN, **other),
        day("2023-03-01"): page(PART, **same),  # transformed, and the archive stands for it
        day("2023-04-01"): page(b"", "404 Not Found"),
        day("2023-05-01"): page(b"", "403 Forbidden"),
        day("2023-06-01"): redirect("https://elsewhere.example/"),
        day("2023-07-01"): endless(SHUT, head("200 OK", {"Memento-Datetime": "Sat, 01 Jul 2023 00:00:00 GMT"})),
    }
    report = bring_in(database, web)
    assert dict(report.skipped) == {
        "the archive gave another capture than the one asked for": 2,
        "the archive lists it and answers 404": 1,
        "the archive lists it and answers 403": 1,
        "the archive lists it and answers 302": 1,
    }
    assert ask(database, "SELECT first_seen, body_bytes FROM captures ORDER BY first_seen") == [
        ("2023-03-01T00:00:00Z", len(PART)),
        ("2023-07-01T00:00:00Z", 512 * 1024),
    ]


def test_one_capture_that_cannot_be_fetched_leaves_the_site_open(
    web: Web, archive: FakeWayback, database: Path
) -> None:
    archive.held = a_past()
    archive.tampered = {day("2023-03-01"): cut(b"half", 1000)}
    report = bring_in(database, web)
    # The next capture has the same file.
    assert dict(report.skipped)["could not be fetched this time"] == 1
    assert states(database)[1] == (A, "blocked", "2023-04-01", "2023-06-01")
    archive.tampered = {}
    assert bring_in(database, web).known == 0
    assert states(database) == PAST
    assert bring_in(database, web).known == 1


def test_an_archive_that_is_down_ends_the_run_and_the_next_goes_on(
    web: Web, archive: FakeWayback, database: Path, fresh_history: Callable[[], Path]
) -> None:
    archive.held = in_archive([(A, "2023-01-01", OPEN), *((B, f"2023-0{n}-01", b"%d" % n + SHUT) for n in range(1, 7))])
    archive.tampered = {day(f"2023-0{n}-01"): page(b"", "503 Busy") for n in range(3, 6)}
    with pytest.raises(SourceError) as caught:
        bring_in(database, web, [A, B])
    said = str(caught.value)
    assert said.startswith(f"{HOST} gave no answer to 3 requests (status 503): {SERVER}/web/20230501000000id_/")
    assert said.endswith(
        "3 of 6 captures imported (3 answers, 0 absences, 0 failures) of 2 sites; run it again to go on with b.example"
    )
    assert len(states(database, [A])) == 1
    archive.tampered = {}
    assert bring_in(database, web, [A, B]).known == 1
    straight = fresh_history()
    bring_in(straight, web, [A, B])
    assert content(database) == content(straight)


def test_a_busy_archive_is_waited_for(web: Web, archive: FakeWayback, database: Path) -> None:
    archive.held = a_past()
    archive.faults = [page(b"", "429 Too Many", Retry_After="2"), page(b"", "503 Busy"), cut(b"[", 99)]
    waits: list[float] = []
    bring_in(database, web, waits=waits)
    assert states(database) == PAST
    assert 2 in waits


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (page(b"<html>maintenance</html>"), "gave something else than a list of captures: '<html>maintenance"),
        (page(b'[["timestamp"], ["1", "2"]]'), "gave something else than a list of captures"),
        (page(b"[1, 2]"), "gave something else than a list of captures"),
        (page(b'"x"\n"y"'), "gave something else than a list of captures"),
        (page(b"[" * 100_000), "gave something else than a list of captures"),
        (page(b"\xff\xfe\0"), "gave something else than a list of captures"),
        (page(b"who?", "400 Bad Request"), "gave no list of the captures of a.example/robots.txt (status 400)"),
        (page(b"go away", "403 Forbidden"), "gave no list of the captures of a.example/robots.txt (status 403)"),
    ],
)
def test_lists_that_are_none(answer: Any, message: str, web: Web, archive: FakeWayback, database: Path) -> None:
    archive.faults = [answer]
    with pytest.raises(SourceError) as caught:
        bring_in(database, web)
    assert f"{HOST} {message}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_endless_list(web: Web, archive: FakeWayback, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wayback, "_LIST_CAP", 100_000)
    archive.faults = [endless(b'{"timestamp": "1"}\n', head("200 OK", {}))]
    with pytest.raises(SourceError, match=r"\(more than 100000 bytes\)"):
        bring_in(database, web)


def test_a_site_that_the_archive_excludes_is_counted_and_the_others_go_on(
    web: Web, archive: FakeWayback, database: Path
) -> None:
    archive.held = in_archive([(B, "2023-01-01", SHUT)])
    blocked = b"org.archive.util.io.RuntimeIOException: AdministrativeAccessControlException: Blocked Site Error"
    archive.faults = [page(blocked, "403 Forbidden")]
    report = bring_in(database, web, [A, B])
    assert dict(report.skipped) == {"the archive excludes the site": 1}
    assert states(database) == [(B, "blocked", "2023-01-01", None)]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "web.archive.org",
            "ftp://x.example",
            "https://",
            "https://x.example/?a",
            "",
            "http://[::1",
            "http://x:99999",
        ),
        *("http://u:p@x.example", "http://x.example/a b", "http://x.example/\n"),
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(UsageError, match="is no address of a web archive"):
        WaybackServer(url)


# --- Beside the other ways in ---


def test_the_same_past_from_a_warc(
    web: Web, archive: FakeWayback, database: Path, tmp_path: Path, fresh_history: Callable[[], Path]
) -> None:
    archive.held = a_past()
    bring_in(database, web)
    warc = Warc()
    for one in archive.held:
        when = f"{one.stamp[:4]}-{one.stamp[4:6]}-{one.stamp[6:8]}"
        warc.response(one.site, when, one.body, f"{one.status} Status")
    other = fresh_history()
    with Writer(other, AGENTS) as writer, Reader(other) as reader:
        import_warcs(writer, reader, [warc.save(tmp_path / "w")], scope_of(reader, "warc"))
    assert content(other)["state"] == content(database)["state"]
    assert content(other)["span"] == content(database)["span"]


def test_a_panel_is_asked_for_its_members(web: Web, archive: FakeWayback, database: Path, tmp_path: Path) -> None:
    archive.held = a_past() + in_archive([(B, "2023-01-01", SHUT)])
    (tmp_path / "mine.csv").write_text("host\nb.example\n")
    assert bring_in(database, web, [], panel="mine.csv").sites == {B}
    assert ask(database, "SELECT site, list FROM sites") == [(B, "mine")]
