"""What is asked next in the search for one site's terms, and what the search says in the end."""

from collections.abc import Callable, Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.terms import TermsText
from tracker.core.terms.looks import FoundBy, KnownTerms, SourceKind, TermsLook, TermsState
from tracker.crawl.terms_quest import MAX_ASKS, MAX_GUESSES, Ask, TermsQuest
from tracker.reference import Override

SITE = "https://site.example"
LONG = TermsText("You must not scrape. " * 500)
SHORT = TermsText("Our policies.")
OK, GONE, WRONG, BLOCKED = TermsState.OK, TermsState.NOT_FOUND, TermsState.WRONG_DOC, TermsState.BLOCKED
Web = dict[str, tuple[TermsState, TermsText | None, bytes | None]]


def page(*links: tuple[str, str]) -> bytes:
    return "".join(f'<a href="{href}">{text}</a>' for href, text in links).encode()


def answers(states: dict[str, TermsState]) -> Web:
    """Pages by path, each a long text in its state."""
    return {SITE + path: (state, LONG if state is OK else None, b"<p>text</p>") for path, state in states.items()}


def run(
    home: bytes | None,
    web: Web,
    known: Sequence[KnownTerms] = (),
    override: Override | None = None,
    default: TermsState = GONE,
) -> tuple[list[tuple[str, str]], tuple[TermsLook, ...]]:
    """What was asked (path or URL, found by) and seen of a site."""
    quest = TermsQuest("site.example", SITE, known, override)
    asked = drive(quest, web, default)
    assert quest.waiting is (quest.next() is None and not (override and override.none) and len(asked) < MAX_ASKS)
    quest.take_home(home, SITE + "/")
    asked += drive(quest, web, default)
    assert not quest.waiting
    return [(ask.url.removeprefix(SITE), ask.found_by.value) for ask in asked], quest.looks()


def drive(quest: TermsQuest, web: Web, default: TermsState) -> list[Ask]:
    asked = []
    while ask := quest.next():
        assert quest.next() is ask
        asked.append(ask)
        state, text, html = web.get(ask.url, (default, None, None))
        quest.take(ask, TermsLook(ask.url, ask.kind, ask.found_by, state, text=text), html)
    return asked


def told(looks: Sequence[TermsLook]) -> list[tuple[str, str, str]]:
    return [(look.url.removeprefix(SITE), look.kind.value, look.state.value) for look in looks]


def known(path: str, kind: SourceKind = SourceKind.TERMS, found_by: FoundBy = FoundBy.LINK) -> KnownTerms:
    return KnownTerms(SITE + path, kind, found_by)


HOME = page(("/tos", "Terms of use"), ("/legal", "Legal notice"))


def test_the_best_link_and_a_second_source() -> None:
    asked, looks = run(HOME, answers({"/tos": OK, "/legal": OK}))
    assert asked == [("/tos", "link"), ("/legal", "link")]
    assert told(looks) == [("/tos", "terms", "ok"), ("/legal", "legal", "ok")]


@pytest.mark.parametrize(
    ("home", "state", "guesses"),
    [
        (b"<title>Just a moment...</title><body>Checking your browser", TermsState.INTERSTITIAL, 0),
        (b'<body><div id="root"></div><script src="/app.js"></script>', TermsState.JS_ONLY, MAX_GUESSES),
        (b"<body><p>We grow tea, and that is all.</p>", GONE, MAX_GUESSES),
    ],
)
def test_a_home_page_that_nobody_has_seen_is_not_one_without_links(
    home: bytes, state: TermsState, guesses: int
) -> None:
    asked, looks = run(home, {})
    assert (len(asked), told(looks)) == (guesses, [("", "terms", state.value)])


def test_a_home_page_that_stands_at_every_address_is_no_terms() -> None:
    home = b"<body><p>These terms of use govern your access.</p>"
    quest = TermsQuest("site.example", SITE, [])
    quest.take_home(home, SITE + "/")
    same = sha256(home).hexdigest()
    while ask := quest.next():
        quest.take(ask, TermsLook(ask.url, ask.kind, ask.found_by, OK, sha256=same, text=SHORT, html=home), home)
    assert told(quest.looks()) == [("", "terms", "not_found")]


def test_an_ask_says_where_its_link_came_from() -> None:
    quest = TermsQuest("site.example", SITE, [])
    quest.take_home(HOME, SITE + "/")
    ask = quest.next()
    assert ask is not None
    assert (ask.link_text, ask.kind, ask.known) == ("Terms of use", SourceKind.TERMS, None)
    assert ask.score > 100


def test_what_the_page_declares_comes_first() -> None:
    home = b'<link rel="terms-of-service" href="/x">' + HOME
    assert run(home, answers({"/x": OK, "/legal": OK}))[0] == [("/x", "rel"), ("/legal", "link")]


def test_dead_links_and_wrong_pages_lead_to_the_next_link() -> None:
    home = page(("/a", "Terms"), ("/b", "Terms of use"), ("/c", "Terms of service"))
    asked, looks = run(home, answers({"/c": GONE, "/b": WRONG, "/a": OK}))
    assert asked == [("/c", "link"), ("/b", "link"), ("/a", "link")]
    assert told(looks)[-1] == ("/a", "terms", "ok")


@pytest.mark.parametrize("state", [BLOCKED, TermsState.INTERSTITIAL, TermsState.ERROR])
def test_a_refusal_is_recorded_and_ends_the_search(state: TermsState) -> None:
    asked, looks = run(HOME, answers({"/tos": state}))
    assert (asked, told(looks)) == ([("/tos", "link")], [("/tos", "terms", state.value)])


@pytest.mark.parametrize("state", [TermsState.JS_ONLY, TermsState.CONSENT_WALL, TermsState.PDF, TermsState.DISALLOWED])
def test_a_page_that_cannot_be_read_is_a_source_all_the_same(state: TermsState) -> None:
    asked, looks = run(HOME, answers({"/tos": state, "/legal": OK}))
    assert asked == [("/tos", "link"), ("/legal", "link")]
    assert told(looks)[0] == ("/tos", "terms", state.value)


@pytest.mark.parametrize("label", ["Legal", "Terms and policies"])
def test_a_page_of_links_leads_on_once(label: str) -> None:
    hub = page(("/policies/sale", "Terms of sale"), ("/policies/use", "Terms of use"))
    web = {SITE + "/policies": (OK, SHORT, hub), SITE + "/policies/use": (OK, SHORT, page(("/more", "Terms of use")))}
    asked, looks = run(page(("/policies", label)), web)
    assert asked == [("/policies", "link"), ("/policies/use", "hub")]
    assert told(looks) == [("/policies", "legal", "ok"), ("/policies/use", "terms", "ok")]


def test_short_terms_whose_links_the_home_page_has_are_no_page_of_links() -> None:
    home = page(("/tos", "Terms of use"), ("/sale", "Terms of sale"))
    asked, looks = run(home, {SITE + "/tos": (OK, SHORT, home)})
    assert (asked, told(looks)) == ([("/tos", "link")], [("/tos", "terms", "ok")])


def test_paths_are_guessed_only_without_a_link() -> None:
    asked, looks = run(page(("/blog", "Blog")), answers({"/terms-of-use": OK}))
    assert asked == [("/terms", "well_known"), ("/terms-of-use", "well_known")]
    assert told(looks) == [("/terms-of-use", "terms", "ok")]
    assert run(page(("/a", "Terms")), {})[0] == [("/a", "link")]


def test_guesses_in_the_language_of_the_site() -> None:
    asked, _ = run(b'<html lang="de-AT">', {})
    assert [path for path, _ in asked[:3]] == ["/nutzungsbedingungen", "/agb", "/terms"]
    assert len(asked) == MAX_GUESSES


@pytest.mark.parametrize("state", [WRONG, TermsState.JS_ONLY, TermsState.CONSENT_WALL, TermsState.DISALLOWED])
def test_a_guess_that_shows_no_terms_is_no_source(state: TermsState) -> None:
    asked, looks = run(b"<p>", {}, default=state)
    assert len(asked) == MAX_GUESSES
    assert told(looks) == [("", "terms", "not_found")]
    assert "well-known paths tried: 6" in looks[0].detail


def test_guessing_ends_when_the_site_refuses() -> None:
    asked, looks = run(b"<p>", answers({"/terms-of-use": BLOCKED}))
    assert [path for path, _ in asked] == ["/terms", "/terms-of-use"]
    assert told(looks) == [("", "terms", "not_found")]
    assert looks[0].detail.endswith(f"ended after blocked at {SITE}/terms-of-use")


def test_an_imprint_alone_is_kept_and_terms_are_said_to_be_missing() -> None:
    asked, looks = run(page(("/impressum", "Impressum")), answers({"/impressum": OK}))
    assert asked[-1] == ("/impressum", "link")
    assert told(looks) == [("/impressum", "imprint", "ok"), ("", "terms", "not_found")]


def test_an_unreadable_home_page_proves_nothing() -> None:
    assert run(None, {}) == ([], ())
    asked, looks = run(None, answers({"/tos": OK}), [known("/tos")])
    assert (asked, told(looks)) == ([("/tos", "link")], [("/tos", "terms", "ok")])


def test_known_sources_are_asked_again_with_what_is_known() -> None:
    sources = [known("/legal", SourceKind.LEGAL), known("/tos", found_by=FoundBy.WELL_KNOWN)]
    quest = TermsQuest("site.example", SITE, sources)
    ask = quest.next()
    assert ask is not None
    assert ask.known is sources[1]
    asked, looks = run(HOME, answers({"/tos": OK, "/legal": OK}), sources)
    assert asked == [("/tos", "well_known"), ("/legal", "link")]
    assert len(looks) == 2


def test_a_known_source_that_is_gone_is_found_anew() -> None:
    asked, looks = run(HOME, answers({"/old": GONE, "/tos": OK, "/legal": OK}), [known("/old")])
    assert asked == [("/old", "link"), ("/tos", "link"), ("/legal", "link")]
    assert told(looks)[:2] == [("/old", "terms", "not_found"), ("/tos", "terms", "ok")]


def test_a_guessed_source_that_is_gone_is_said_to_be() -> None:
    _, looks = run(None, {}, [known("/terms", found_by=FoundBy.WELL_KNOWN)])
    assert told(looks) == [("/terms", "terms", "not_found")]


def test_a_new_link_beside_known_terms_is_seen() -> None:
    asked, _ = run(HOME, answers({"/old": OK, "/tos": OK}), [known("/old"), known("/legal", SourceKind.LEGAL)])
    assert asked == [("/old", "link"), ("/legal", "link"), ("/tos", "link")]


def test_overrides() -> None:
    where = Override("site.example", "made up", "2026-11-25", url="https://corp.example/terms")
    web: Web = {where.url: (OK, LONG, None)} | answers({"/legal": OK})
    asked, looks = run(HOME, web, [known("/tos")], where)
    assert asked == [("https://corp.example/terms", "override"), ("/legal", "link")]
    assert looks[0].url == where.url
    none = Override("site.example", "made up", "2026-11-25", none=True, note="a page of one picture")
    asked, looks = run(HOME, web, [known("/tos")], none)
    assert (asked, told(looks)) == ([], [("", "terms", "not_found")])
    assert (looks[0].found_by, looks[0].detail) == (FoundBy.OVERRIDE, "override: a page of one picture")


def test_no_more_requests_than_promised() -> None:
    home = page(*((f"/t/{number}", "Terms of use") for number in range(50)), ("/legal", "Legal"))
    asked, _ = run(home, {}, [known(f"/old/{number}") for number in range(50)])
    assert len(asked) == 8


STATES = st.sampled_from(list(TermsState))
PATHS = st.sampled_from(["/terms", "/tos", "/legal", "/impressum", "/a", "https://other.example/terms", "http://[x"])
LABELS = st.sampled_from(["Terms of use", "Legal", "Impressum", "AGB", "Blog", ""])
PAGES = st.lists(st.tuples(PATHS, LABELS), max_size=6).map(lambda links: page(*links))


@given(st.none() | PAGES, st.lists(PATHS.filter(lambda path: path[0] == "/"), max_size=6, unique=True), st.data())
def test_it_ends_whatever_is_seen(home: bytes | None, paths: list[str], data: st.DataObject) -> None:
    quest = TermsQuest("site.example", SITE, [known(path) for path in paths])
    draw: Callable[..., object] = data.draw
    asked: list[str] = []
    if early := draw(st.booleans()):
        quest.take_home(home, SITE + "/")
    while ask := quest.next():
        asked.append(ask.url)
        state = draw(STATES)
        look = TermsLook(ask.url, ask.kind, ask.found_by, state, text=draw(st.sampled_from([SHORT, LONG, None])))
        quest.take(ask, look, draw(st.none() | PAGES))
    if not early:
        quest.take_home(home, SITE + "/")
    assert len(asked) == len(set(asked)) <= MAX_ASKS
    assert {look.url for look in quest.looks()} <= {*asked, ""}
    if home is not None:
        assert any(look.kind is SourceKind.TERMS for look in quest.looks())
