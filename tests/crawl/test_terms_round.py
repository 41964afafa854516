"""Terms over rounds, end to end: found, recorded, read, changed, confirmed; and when they are looked at again."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl.test_terms_visit import CLAUSES, HTML, home, html
from tests.web import Answer, Request, Web, page, settings_for
from tracker.core.panels import Member, Panel
from tracker.core.terms import RuleClassifier
from tracker.core.terms.changes import CONFIRMED_AFTER
from tracker.core.terms.looks import TermsState
from tracker.core.visits import PAGE_CAP, Target
from tracker.crawl.rounds import Rounds
from tracker.crawl.run import Manner
from tracker.schedule.due import confirm_at, due
from tracker.schedule.history import facts_of
from tracker.schedule.rules import Rules
from tracker.settings import load
from tracker.store.query import Reader
from tracker.store.unconfirmed import CONFIRMING
from tracker.store.write import Writer

AT = 1_700_000_000
HOUR, DAY = 3_600, 86_400
WEEKLY = (Target.ROBOTS, Target.HOME, Target.TERMS)
TRAINING = "You may not use any content of this site to train artificial intelligence or machine learning models."
HOSTS = ("news.example", "shop.example", "app.example", "none.example")


def terms(*more: str) -> bytes:
    return html(f"<main><h1>Terms of use</h1>{''.join(f'<p>{one}</p>' for one in (*CLAUSES, *more))}</main>")


def tagged(body: bytes) -> Answer:
    """A page that knows when we have it."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        etag = f'"{len(body)}"'
        same = request.headers.get("if-none-match") == etag
        await (page(b"", "304 Not Modified", ETag=etag) if same else page(body, **HTML, ETag=etag))(request, writer)

    return answer


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as served:
        for host in HOSTS:
            served.on(host, page(b"User-agent: *\nDisallow: /private\n"))
            served.on(host, home("/terms") if host != "none.example" else home(), "/")
        served.on("news.example", tagged(terms()), "/terms")
        served.on("shop.example", page(terms(), **HTML), "/terms")
        served.on(
            "app.example", page(b'<html><body><div id="root"></div><script src="/a.js"></script>', **HTML), "/terms"
        )
        yield served


@pytest.fixture
def writer(database: Path, agents) -> Iterator[Writer]:
    with Writer(database, agents) as opened:
        yield opened


@pytest.fixture
def rounds(writer: Writer, web: Web) -> Rounds:
    panel = Panel("p", "P", "made up", "p-1", "2026-01-01", None, False, tuple(map(Member, HOSTS)))
    return Rounds(writer, panel, settings_for(web), Manner(workers=4), classifier=RuleClassifier)


def asked(web: Web) -> list[tuple[str, str]]:
    found = sorted((request.host, request.path) for request in web.requests)
    web.requests.clear()
    return found


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    with Reader(database) as reader:
        return reader.sql(sql).rows


def test_terms_are_found_recorded_and_read(rounds: Rounds, web: Web, database: Path) -> None:
    report = rounds.begin(AT, WEEKLY)
    assert report.terms == {TermsState.OK: 2, TermsState.JS_ONLY: 1, TermsState.NOT_FOUND: 1}
    assert (report.terms_unchanged, report.terms_read) == (0, 1), "both sites say the same"
    assert report.as_json()["terms"] == {"ok": 2, "js_only": 1, "not_found": 1}
    states = rows(database, "SELECT site, state FROM terms_now WHERE url <> '' ORDER BY site")
    assert states == [("app.example", "js_only"), ("news.example", "ok"), ("shop.example", "ok")]
    found = rows(database, "SELECT site, stance FROM terms_findings WHERE category = 'no_scraping' ORDER BY site")
    assert [site for site, _ in found] == ["news.example", "shop.example"]


def test_of_a_page_that_is_not_read_to_its_end_nobody_knows_whether_it_is_silent(
    rounds: Rounds, web: Web, database: Path
) -> None:
    no_warranty = "We give no warranty, accept no liability, and may suspend your account at our sole discretion."
    clauses = [CLAUSES[0], *CLAUSES[2:], no_warranty]
    silent = "".join(f"<p>In chapter {number}: {one}</p>" for number in range(5) for one in clauses)
    for host, more in (("news.example", ""), ("shop.example", f"<p>Of chapter 6.</p><!-- {'x' * PAGE_CAP} -->")):
        web.on(host, page(html(silent + more + f"<p>{TRAINING}</p>" * bool(more)), **HTML), "/terms")
    rounds.begin(AT, WEEKLY)
    found = rows(database, "SELECT site, silent, dpi_class, flags FROM terms_now WHERE state = 'ok' ORDER BY site")
    assert found == [("news.example", 1, 5, ""), ("shop.example", 0, None, "truncated")]


def test_the_same_again_is_asked_for_conditionally_and_not_read(rounds: Rounds, web: Web, database: Path) -> None:
    rounds.begin(AT, WEEKLY)
    asked(web)
    report = rounds.begin(AT + 7 * DAY, WEEKLY)
    assert (report.terms[TermsState.OK], report.terms_unchanged, report.terms_read) == (2, 2, 0)
    sent = {request.host: request.headers.get("if-none-match") for request in web.requests if request.path == "/terms"}
    assert sent["news.example"]
    assert rows(database, "SELECT COUNT(*) FROM terms_texts") == [(1,)]
    assert rows(database, "SELECT COUNT(*) FROM terms_changes") == [(0,)]


def test_new_terms_are_confirmed_six_hours_later_by_the_sites_that_have_them(
    rounds: Rounds, web: Web, database: Path
) -> None:
    rounds.begin(AT, WEEKLY)
    web.on("news.example", tagged(terms(TRAINING)), "/terms")
    seen = AT + 7 * DAY
    rounds.begin(seen, WEEKLY)
    assert rows(database, "SELECT confirmed_at FROM terms_changes") == [(None,)]
    rules = Rules.of(load(every="robots=7d,tdmrep=never,llms.txt=never,ai.txt=never,trust.txt=never", schedule="1h"))
    with Reader(database) as reader:
        assert confirm_at(facts_of(reader, "p", seen + HOUR, rules)) == seen + CONFIRMED_AFTER
        assert [one.host for one in reader.unconfirmed_terms("p", seen + CONFIRMED_AFTER)] == ["news.example"]
        assert due(facts_of(reader, "p", seen + CONFIRMED_AFTER, rules), seen + CONFIRMED_AFTER, rules).confirm
        assert reader.unconfirmed_terms("p", seen + CONFIRMING) == []
    asked(web)
    one = rounds.newest()
    assert one is not None
    report = rounds.confirm(one, seen + CONFIRMED_AFTER)
    assert (report.part, report.asked, report.answered, report.terms_unchanged) == ("confirm", 1, 1, 1)
    assert asked(web) == [("news.example", "/robots.txt"), ("news.example", "/terms")]
    changes = rows(database, "SELECT site, kind, confirmed_at FROM terms_changes")
    assert [(site, kind) for site, kind, _ in changes] == [("news.example", "policy")]
    assert changes[0][2] is not None
    with Reader(database) as reader:
        after = seen + CONFIRMED_AFTER + HOUR
        assert reader.unconfirmed_terms("p", after) == []
        assert confirm_at(facts_of(reader, "p", after, rules)) is None
        newest = reader.latest_round("p")
        assert newest is not None
        assert newest.answered == 4, "who answered twice is counted once"


def test_a_page_that_shows_the_old_terms_again_has_not_changed(rounds: Rounds, web: Web, database: Path) -> None:
    rounds.begin(AT, WEEKLY)
    web.on("news.example", tagged(terms(TRAINING)), "/terms")
    seen = AT + 7 * DAY
    rounds.begin(seen, WEEKLY)
    web.on("news.example", tagged(terms()), "/terms")
    one = rounds.newest()
    assert one is not None
    rounds.confirm(one, seen + CONFIRMED_AFTER)
    assert rows(database, "SELECT COUNT(*) FROM terms_changes WHERE confirmed_at IS NOT NULL") == [(0,)]
    with Reader(database) as reader:
        assert reader.unconfirmed_terms("p", seen + CONFIRMED_AFTER + HOUR) == []


def test_a_crawl_without_a_reader_leaves_the_reading_to_the_next(
    writer: Writer, web: Web, database: Path, rounds: Rounds
) -> None:
    panel = Panel("p", "P", "made up", "p-1", "2026-01-01", None, False, tuple(map(Member, HOSTS)))
    report = Rounds(writer, panel, settings_for(web), Manner(workers=4)).begin(AT, WEEKLY)
    assert report.terms_read == 0
    assert rounds.begin(AT + DAY).terms_read == 1, "also one that does not ask for terms"


def test_a_second_look_at_a_suspect_round_leaves_terms_alone(rounds: Rounds, web: Web) -> None:
    rounds.begin(AT, WEEKLY)
    one = rounds.newest()
    assert one is not None
    report = rounds.recheck(one, AT + HOUR)
    assert report.targets == (Target.ROBOTS, Target.HOME)
