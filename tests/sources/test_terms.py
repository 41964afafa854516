"""Terms pages out of archives: WARC files, a Wayback Machine and Common Crawl, on loopback."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.crawl.test_terms_visit import CLAUSES, html
from tests.sources.archives import HOST, SERVER, FakeCommonCrawl, FakeWayback, Held, asking, day
from tests.sources.warcs import OPEN, Warc
from tests.web import Web
from tracker.core.terms.looks import FoundBy, SourceKind, TermsLook, TermsState
from tracker.crawl.terms_visit import read_look
from tracker.sources.commoncrawl import backfill_commoncrawl
from tracker.sources.intake import TermsReport
from tracker.sources.scope import scope_of
from tracker.sources.terms import Terms
from tracker.sources.warc import import_warcs
from tracker.sources.wayback import Window, backfill_wayback
from tracker.store.captures import OWN
from tracker.store.query import Reader
from tracker.store.write import Writer

A, B = "a.example", "b.example"
KNOWN = f"https://{A}/legal/usage"
TRAINING = "You may not use any content of this site to train artificial intelligence or machine learning models."
TERMS = Terms(read_look, ("/terms",))
Report = TermsReport


def text(*more: str) -> bytes:
    return html(f"<main><h1>Terms of use</h1>{''.join(f'<p>{one}</p>' for one in (*CLAUSES, *more))}</main>")


OLD, NEW = text(), text(TRAINING)


@pytest.fixture
def database(database: Path) -> Path:
    """A history that knows where the terms of a site stand, and cannot read them itself."""
    with Writer(database, AGENTS) as writer:
        look = TermsLook(KNOWN, SourceKind.TERMS, FoundBy.LINK, TermsState.BLOCKED, "http_403")
        writer.import_terms(writer.source(OWN), [(A, 1_750_000_000, look)])
    return database


def warc_of(database: Path, tmp_path: Path, warc: Warc, **how: bool) -> Report:
    with Writer(database, AGENTS) as writer, Reader(database) as reader:
        path = warc.save(tmp_path / "some.warc.gz")
        done = import_warcs(writer, reader, [path], scope_of(reader, "warc"), terms=TERMS, **how)
    assert not done.broken
    assert done.report.terms is not None
    return done.report.terms


def wayback_of(database: Path, web: Web, fake: FakeWayback, **how: bool) -> Report:
    web.on(HOST, fake, "*")
    with Writer(database, AGENTS) as writer, Reader(database) as reader, asking(web) as client:
        scope = scope_of(reader, "wayback", None, [A, B], asked_alone=True)
        window = Window(date(2024, 1, 1), date(2024, 12, 31))
        done = backfill_wayback(writer, reader, client, scope, SERVER, window, terms=TERMS, **how)
    assert done.terms is not None
    return done.terms


def told(database: Path) -> list[tuple[object, ...]]:
    with Reader(database) as reader:
        return reader.sql(
            "SELECT site, url, state, source, first_seen, checks FROM terms_captures WHERE source <> 'own' "
            "ORDER BY site, url, first_seen"
        ).rows


def served(warc: Warc, when: str, body: bytes, url: str = KNOWN, status: str = "200 OK") -> Warc:
    return warc.response(A, when, body, status, [("Content-Type", "text/html")], url=url)


# --- WARC files ---


def test_a_warc_gives_the_terms_at_known_addresses_and_at_usual_ones(database: Path, tmp_path: Path) -> None:
    warc = Warc().response(A, "2024-01-01", OPEN)
    served(warc, "2024-01-01", OLD)
    served(warc, "2024-02-01", NEW, url=KNOWN.replace("https", "http"))
    served(warc, "2024-01-05", OLD, url=f"https://{B}/terms")
    served(
        warc,
        "2024-01-06",
        html("<h1>Term dates</h1><p>The spring term begins in May.</p>"),
        url="https://c.example/terms",
    )
    served(warc, "2024-01-07", OLD, url=f"https://{A}/elsewhere")
    served(warc, "2024-01-08", b"", status="404 Not Found")
    report = warc_of(database, tmp_path, warc)
    assert (report.captures, report.imported, len(report.texts), report.sites) == (5, 3, 2, {A, B})
    assert sum(report.skipped.values()) == 2
    assert [(site, url, state) for site, url, state, *_ in told(database)] == [
        (A, KNOWN, "ok"),
        (A, KNOWN, "ok"),
        (B, f"https://{B}/terms", "ok"),
    ]


def test_the_same_file_again_changes_nothing(database: Path, tmp_path: Path) -> None:
    warc = served(served(Warc().response(A, "2024-01-01", OPEN), "2024-01-01", OLD), "2024-02-01", NEW)
    warc_of(database, tmp_path, warc)
    before = told(database)
    assert warc_of(database, tmp_path, warc).captures == 0, "passed over"
    assert warc_of(database, tmp_path, warc, only_terms=True).captures == 2
    assert told(database) == before


def test_revisits_repeat_what_stands_before_them(database: Path, tmp_path: Path) -> None:
    warc = served(Warc().response(A, "2024-01-01", OPEN), "2024-01-01", OLD)
    digest = warc.digests[f"{A} 2024-01-01"]
    warc.revisit(A, "2024-01-15", digest, url=KNOWN).revisit(A, "2024-01-16", "sha1:" + "A" * 32, url=KNOWN)
    report = warc_of(database, tmp_path, warc)
    assert (report.imported, len(report.texts)) == (2, 1)
    assert list(report.skipped) == ["a revisit of a terms page whose original is not in the file before it"]


def test_a_cut_page_is_said_to_be_cut(database: Path, tmp_path: Path) -> None:
    warc = Warc().response(A, "2024-01-01", OPEN)
    warc.response(A, "2024-01-02", OLD, "200 OK", [("Content-Type", "text/html")], url=KNOWN, WARC_Truncated="length")
    warc_of(database, tmp_path, warc)
    with Reader(database) as reader:
        assert reader.sql("SELECT flags FROM terms_texts").rows == [("truncated",)]


# --- Archives that are asked ---


def captures(*days: tuple[str, bytes]) -> list[Held]:
    return [Held(A, day(when), body, mime="text/html", url=KNOWN) for when, body in days]


def test_the_wayback_machine_is_asked_for_a_page_a_week(database: Path) -> None:
    first = date(2024, 1, 4)  # a Thursday
    days = [(first + timedelta(days=n)).isoformat() for n in range(28)]
    held = captures(*((when, OLD if n < 14 else NEW) for n, when in enumerate(days)))
    fake = FakeWayback(held=[Held(A, day("2024-01-01"), OPEN), *held])
    with Web() as web:
        report = wayback_of(database, web, fake)
        assert (report.captures, report.imported, len(report.texts)) == (4, 4, 2)
        assert fake.replays[1:] == [day(days[0]), day(days[14])], "the same bytes are fetched once"
        with Reader(database) as reader:
            rows = reader.sql("SELECT kind, confirmed_at IS NOT NULL FROM terms_changes").rows
        assert len(rows) == 1
        again = wayback_of(database, web, fake, only_terms=True)
        assert (again.captures, len(fake.replays)) == (0, 3)


def test_the_wayback_machine_is_not_asked_for_what_nobody_knows(database: Path) -> None:
    fake = FakeWayback()
    with Web() as web:
        wayback_of(database, web, fake)
        assert fake.lists == 3, "two robots.txt, one terms page"
        wayback_of(database, web, fake, only_terms=True)


def test_common_crawl(database: Path) -> None:
    warc = served(served(Warc(), "2024-01-01", OLD), "2024-01-20", NEW)
    with Web() as web:
        fake = FakeCommonCrawl(CC_MAIN_2024_10=warc)
        web.on(HOST, fake, "*")
        with Writer(database, AGENTS) as writer, Reader(database) as reader, asking(web) as client:
            scope = scope_of(reader, "commoncrawl", None, [A], asked_alone=True)
            done = backfill_commoncrawl(writer, reader, client, scope, ["CC-MAIN-2024-10"], SERVER, SERVER, terms=TERMS)
    assert done.terms is not None
    assert (done.terms.imported, len(done.terms.texts), len(fake.reads)) == (2, 2, 2)
    assert done.as_json()["terms"]["texts"] == 2


def test_the_command_reads_what_it_has_brought_in(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from typer.testing import CliRunner

    from tracker.cli import app

    run: Callable[..., object] = CliRunner().invoke
    monkeypatch.setenv("TRACKER_DATABASE", str(database))
    path = served(Warc().response(A, "2024-01-01", OPEN), "2024-01-01", NEW).save(tmp_path / "w.warc.gz")
    done = run(app, ["import", "warc", str(path), "--pages", "terms"])
    assert "1 of 1 captures of terms pages imported, 1 texts of 1 sites" in done.output  # type: ignore[attr-defined]
    with Reader(database) as reader:
        found = reader.sql("SELECT DISTINCT category FROM terms_findings WHERE site = :site", {"site": A}).rows
    assert ("no_ai_training",) in found
    wrong = run(app, ["import", "warc", str(path), "--pages", "home"])
    assert wrong.exit_code != 0  # type: ignore[attr-defined]
