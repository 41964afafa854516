"""The terms of the made-up sites: what the demonstration's crawls see of them, and what becomes of it."""

from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tracker.core.terms.looks import TermsState
from tracker.demo.run import build
from tracker.demo.sites import DATES, SITES, Html
from tracker.demo.terms import PAGES, home_of, page_at
from tracker.store.query import Reader

HOSTS = {site.host for site in SITES}


def test_the_pages_are_of_made_up_sites_and_their_versions_in_order() -> None:
    assert {host for host, _ in PAGES} <= HOSTS
    for versions in PAGES.values():
        dates = [since for since, _ in versions]
        assert dates[0] == 0
        assert dates == sorted(set(dates))
        assert dates[-1] < len(DATES)


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_every_home_page_links_to_the_terms(host: str) -> None:
    home = home_of(host, "news")
    path = next((path for known, path in PAGES if known == host), "/terms")
    assert f'href="{path}"'.encode() in home.body
    assert isinstance(page_at(host, path, 0), Html)
    assert page_at(host, "/nothing", 0) is None


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    database: Path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    reports = build(database, AGENTS)
    assert sum(report.terms_read for report in reports) > 10, "and the stock text of all others once"
    return Reader(database)


def test_the_story_of_the_terms(reader: Reader) -> None:
    told = reader.sql("SELECT site, kind, added FROM terms_changes WHERE confirmed_at IS NOT NULL").rows
    events = {(site, kind): added for site, kind, added in told}
    assert {site for site, kind in events if kind == "policy"} == {
        *("herald.example", "lequotidien.example", "qanda.example", "tagblatt.example"),
    }
    assert "tdm_reservation" in str(events["tagblatt.example", "policy"])
    flaps = reader.sql("SELECT COUNT(*) FROM terms_changes WHERE site = 'gazette.example.com' AND kind = 'flap'").rows
    assert flaps[0][0] >= 6, "two variants in turn are no change"


def test_what_cannot_be_read_is_said_and_not_guessed(reader: Reader) -> None:
    states = dict(reader.sql("SELECT site, state FROM terms_now WHERE url <> ''").rows)
    assert states["streaming.example"] == TermsState.JS_ONLY
    assert states["boutique.example"] == TermsState.BLOCKED
    assert states["recipes.example"] == TermsState.OK
    both = {site for (site,) in reader.sql("SELECT DISTINCT site FROM contradictions").rows}
    assert {"qanda.example", "dictionary.example"} <= both


def test_silent_sites_are_proven_to_be_and_one_is_for_a_person_to_read(reader: Reader) -> None:
    rows = reader.sql("SELECT site, silent, dpi_class FROM terms_now WHERE text_sha256 IS NOT NULL").rows
    assert {site for site, _, dpi_class in rows if dpi_class is None} == {"packages.example.com"}
    assert sum(silent for _, silent, _ in rows) > 20
    doubtful = [row for row in reader.terms_review().dicts() if row["category"] != "silent"]
    assert [(row["site"], row["rule"]) for row in doubtful] == [("packages.example.com", "mention")]


def test_no_two_sites_have_the_same_terms(reader: Reader) -> None:
    assert reader.sql("SELECT COUNT(*) FROM terms_texts WHERE pages > 1").rows == [(0,)]
    assert reader.sql("SELECT MIN(chars) FROM terms_texts WHERE language <> 'de'").rows[0][0] >= 1_000
