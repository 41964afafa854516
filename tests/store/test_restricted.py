"""Who restricts an agent, site by site, against the views and a model that goes through all looks."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.store.histories import AGENT_NAMES, HOSTS, READINGS, START, Model, drop, looks, play
from tests.store.terms import BLOCKED, MAYBE, NO_LINK, OPEN, SHUT, TRAIN, URL, A, B, Words, look, see
from tests.store.test_orders import RELAXED
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.core.terms import Category, Stance, TermsText
from tracker.core.terms.decisions import Decision
from tracker.core.tokens import Layer, TermsReading, restricted
from tracker.errors import QueryError
from tracker.store.captures import OWN, Answer
from tracker.store.query import Reader
from tracker.store.write import Writer

Fresh = Callable[[], Path]
DOCUMENTED = 1_691_366_400  # GPTBot, 2023-08-07


@settings(RELAXED, max_examples=8)
@given(data=st.data())
def test_a_site_says_now_what_its_looks_say_and_the_sum_is_that_of_shares(fresh_history: Fresh, data) -> None:
    history = data.draw(looks())
    agent, definition = data.draw(st.sampled_from(AGENT_NAMES)), data.draw(st.sampled_from(sorted(READINGS)))
    path, model = play(fresh_history(), history), Model(history)
    with Reader(path) as reader:
        day, members = reader.restricted_sites(agent, "all", definition)
        rows = [row for row in reader.shares("all", [agent], definition).dicts() if row["date"] == day]
    sites = {site.host: site for site in members}
    assert [site.rank for site in members] == list(range(1, len(HOSTS) + 1))
    end = int(datetime.fromisoformat(f"{day or '1970-01-01'}T23:59:59Z").timestamp())
    if agent != "GPTBot" or end >= DOCUMENTED:
        for host, site in sites.items():
            says = model.says(host, min(end, model.horizon))
            expected = None if says is None else READINGS[definition](says[agent])
            assert site.robots == expected
            assert site.named == (None if says is None else expected and says[agent].named)
    found, by_name = (restricted((1, site.blocked(Layer.ROBOTS, name)) for site in sites.values()) for name in (0, 1))
    if not rows:
        assert found.known == 0
    else:
        (last,) = rows
        assert (found.known, found.blocked) == (last["readable"] + last["absent"], last["blocked"])
        assert (by_name.blocked, found.sites) == (last["blocked_named"], last["members"])
        assert found.value is None or round(100 * found.value, 3) == last["percent_blocked"]
    assert all(site.terms is None for site in sites.values())
    drop(path)


def terms_of(path: Path, reading: TermsReading = TermsReading.TRAINING) -> dict[str, bool | None]:
    with Reader(path) as reader:
        _day, found = reader.restricted_sites("CCBot", "all", "effective_full", reading)
    return {site.host: site.terms for site in found if site.terms is not None}


def told(path: Path, **looks) -> Path:
    with Writer(path, AGENTS) as writer:
        for letter, seen in looks.items():
            see(writer, START, *seen, host=f"{letter}.example")
        writer.read_terms(Words())
    return path


def page(letter: str, text: str):
    return look(text, url=f"https://{letter}.example/terms")


def test_terms_that_forbid_training_or_scraping_or_neither(fresh_history: Fresh) -> None:
    path = told(
        fresh_history(),
        a=[look(TRAIN)],
        b=[page("b", SHUT)],
        c=[page("c", OPEN)],
        d=[page("d", MAYBE)],
        e=[BLOCKED],
        f=[NO_LINK],
    )
    assert terms_of(path) == {"a.example": True, "b.example": False, "c.example": False}
    assert terms_of(path, TermsReading.CRAWLING) == {"a.example": True, "b.example": True, "c.example": False}


def test_any_page_of_a_site_can_forbid(fresh_history: Fresh) -> None:
    path = told(fresh_history(), a=[look(OPEN), look(TRAIN, url="https://a.example/legal")])
    assert terms_of(path) == {A: True}


def test_what_somebody_has_still_to_look_at_is_not_open(fresh_history: Fresh) -> None:
    """The terms say nothing of machines; whether another page forbids scraping is doubtful, training is no matter."""
    path = told(fresh_history(), a=[look(OPEN), look(MAYBE, url="https://a.example/legal")])
    assert terms_of(path, TermsReading.CRAWLING) == {}
    assert terms_of(path) == {A: False}


def test_a_text_that_nobody_has_read_is_unknown(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        see(writer, START, look(TRAIN))
    assert terms_of(path) == {}


def test_a_person_decides(fresh_history: Fresh) -> None:
    path = told(fresh_history(), a=[look(TRAIN)])
    with Writer(path, AGENTS) as writer:
        sha = TermsText(TRAIN).sha256
        writer.decide([Decision(A, sha, Category.NO_AI_TRAINING, Stance.NONE, "ada", "2026-11-25", "x")])
    assert terms_of(path) == {A: False}
    assert terms_of(path, TermsReading.CRAWLING) == {A: True}


def test_terms_and_robots_stand_side_by_side(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        see(writer, START, look(TRAIN), robots="open")
        see(writer, START, look(OPEN, url=URL.replace("a.", "b.")), host=B, robots="shut")
        writer.read_terms(Words())
    with Reader(path) as reader:
        day, (first, second, *rest) = reader.restricted_sites("CCBot", "all", "effective_full")
    assert day == "2022-01-01"
    assert (first.host, first.rank, first.sector, first.robots, first.named, first.terms) == (
        A,
        1,
        "news",
        False,
        False,
        True,
    )
    assert (second.robots, second.named, second.terms) == (True, False, False)
    assert {site.blocked(Layer.EITHER) for site in rest} == {None}
    assert (first.blocked(Layer.EITHER), second.blocked(Layer.EITHER)) == (True, True)


def test_what_is_not_there_is_said(fresh_history: Fresh) -> None:
    with Reader(fresh_history()) as reader:
        assert reader.restricted_sites("CCBot", "none", "effective_full") == (None, [])
        with pytest.raises(QueryError, match="unknown definition 'shut'"):
            reader.restricted_sites("CCBot", "all", "shut")
        with pytest.raises(QueryError, match="no agent 'Nobody'"):
            reader.restricted_sites("Nobody", "all", "effective_full")


def test_looks_at_another_panel_do_not_age_this_one(fresh_history: Fresh) -> None:
    path = told(fresh_history(), a=[look(TRAIN)])
    with Writer(path, AGENTS) as writer:
        other = writer.panel(
            Panel("other", "Other", "made up", "1", "2023-01-01", None, False, (Member("z.example", 1),))
        )
        crawl = writer.begin_crawl(writer.source(OWN), other, START + 400 * DAY, "z", 1)
        writer.record(crawl, [Answer("z.example", b"", "ref")])
        writer.finish_crawl(crawl, START + 400 * DAY)
    with Reader(path) as reader:
        day, (first, *_rest) = reader.restricted_sites("CCBot", "all", "effective_full")
        assert (day, first.robots) == ("2022-01-01", False)
        assert reader.restricted_sites("CCBot", "other", "effective_full").day == "2023-02-05"
