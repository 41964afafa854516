"""What is asked of the terms of all sites, on both engines: texts seen, a panel's summary, decisions, near names."""

from collections.abc import Callable
from pathlib import Path

from tests.conftest import AGENTS
from tests.store.histories import START
from tests.store.terms import BLOCKED, MAYBE, NO_LINK, OPEN, SHUT, TRAIN, URL, A, B, Words, look, see, told
from tracker.core.terms import Category, Stance, TermsText
from tracker.core.terms.decisions import Decision
from tracker.store.asking import near_site
from tracker.store.query import Reader
from tracker.store.terms_summary import summary
from tracker.store.write import Writer

Fresh = Callable[[], Path]


def sha(text: str) -> str:
    return TermsText(text).sha256


def test_texts_that_only_passed_are_seen_too(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, OPEN), (1, SHUT), (2, OPEN))
    with Reader(path) as reader:
        seen = [
            (row["url"], row["text_sha256"], row["characters"], row["is_read"]) for row in reader.terms_seen(A).dicts()
        ]
    assert seen == [(URL, sha(OPEN), len(OPEN), 1), (URL, sha(SHUT), len(SHUT), 1)]


def test_a_panel_by_what_is_known_of_each_site(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        see(writer, START, look(TRAIN), NO_LINK)
        see(writer, START, look(MAYBE, url="https://b.example/terms"), host=B)
        writer.read_terms(Words())
    with Reader(path) as reader:
        members = len(reader.sites("all"))
        found = summary(reader, "all", is_sample=False)
        sample = summary(reader, "all", is_sample=True)
    assert (found["n"], found["unknown"], found["unknown_because"]) == (2, members - 2, {"not_looked": members - 2})
    scraping = found["categories"][0]
    assert (scraping["sites"], scraping["n"], scraping["percent"], scraping["doubtful"]) == (1, 2, 50.0, 1)
    assert (scraping["low"], scraping["high"]) == (round(100 / members, 1), 100.0)
    assert (sample["categories"][0]["low"], sample["categories"][0]["high"]) == (9.5, 90.5)


def test_why_the_others_are_unknown(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        see(writer, START, BLOCKED)
        see(writer, START, NO_LINK, host=B)
    with Reader(path) as reader:
        because = dict(reader.terms_unknown("all").rows)
        assert sum(because.values()) == len(reader.sites("all"))
        assert reader.terms_summary("all").rows == []
    assert (because["blocked"], because["not_found"]) == (1, 1)
    told(path, (1, SHUT), read=False)
    with Reader(path) as reader:
        assert dict(reader.terms_unknown("all").rows)["not_read"] == 1


def test_decisions_with_what_the_classifier_found(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, SHUT))
    about = [(Category.NO_SCRAPING, Stance.PROHIBIT), (Category.NO_COMPETE, Stance.PROHIBIT)]
    with Writer(path, AGENTS) as writer:
        writer.decide([Decision(A, sha(SHUT), one, how, "ada", "2026-11-25", "x") for one, how in about])
    with Reader(path) as reader:
        found = [(row["category"], row["found"], row["quote"]) for row in reader.terms_decided().dicts()]
    assert found == [("no_compete", 0, None), ("no_scraping", 1, None)]


def test_names_that_are_near(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, SHUT), (1, SHUT))
    with Reader(path) as reader:
        assert near_site(reader, "www.a.example") == " (did you mean a.example?)"
        assert near_site(reader, "a.exampel").startswith(" (did you mean ")
        assert near_site(reader, "%_'") == near_site(reader, "somewhere.test") == ""
