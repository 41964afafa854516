"""Terms pages in a visit: which are asked for, whose robots.txt is obeyed, and what each answer counts as."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from tests.web import Answer, Request, Web, hang, page, redirect, reset, settings_for, transports
from tracker.core.exchange import Validators
from tracker.core.terms.fingerprint import fingerprint
from tracker.core.terms.looks import FoundBy, KnownTerms, SourceKind, TermsLook, TermsState
from tracker.core.visits import DISALLOWED, PAGE_CAP, UNASKED, Target, Visit
from tracker.crawl import visit as visiting_module
from tracker.crawl.visit import Visiting
from tracker.net.fetch import Fetcher
from tracker.net.loop import run

OPEN = b"User-agent: *\nDisallow: /private\n"
CLAUSES = (
    "These terms of use govern your access to this website and to all the content that is published on it.",
    "You may not scrape, crawl or copy the site by robots or other automated means without our written permission.",
    "We may change or end the service at any time, and will announce changes of these terms on this page in advance.",
    "These terms are governed by the laws of Ruritania, and its courts have exclusive jurisdiction over all disputes.",
)


def html(body: str, title: str = "Terms of use") -> bytes:
    return f"<!doctype html><html lang=en><head><title>{title}</title></head><body>{body}</body></html>".encode()


TERMS = html(f"<main><h1>Terms of use</h1>{''.join(f'<p>{clause}</p>' for clause in CLAUSES)}</main>")
HTML = {"Content_Type": "text/html; charset=utf-8"}


def home(*links: str) -> Answer:
    anchors = "".join(f'<a href="{link}">Terms of use</a>' for link in links)
    return page(html(f"<p>Welcome to this site.</p><footer>{anchors}</footer>", "Home"), **HTML)


class Asked(Web):
    """A web, and the transport that asks it."""

    transport = "default"


@pytest.fixture(scope="module", params=transports())
def shared(request: pytest.FixtureRequest) -> Iterator[Asked]:
    with Asked() as web:
        web.transport = request.param
        yield web


@pytest.fixture
def web(shared: Asked) -> Asked:
    shared.requests.clear()
    return shared


def visit(web: Asked, host: str, *targets: Target, **how: Any) -> Visit:
    """Drive a visit as the engine does."""
    settings = {name: how.pop(name) for name in list(how) if name.endswith("timeout")}

    async def turn(_addresses: Sequence[str]) -> None:
        return

    async def main() -> Visit:
        async with Fetcher(settings_for(web, transport=web.transport, **settings)) as fetcher:
            wanted = (Target.ROBOTS, *(targets or (Target.HOME, Target.TERMS)))
            visiting = Visiting(fetcher, host, targets=wanted, turn=turn, **how)
            came_to: str | Visit = visiting.host
            while isinstance(came_to, str):
                way = await fetcher.way(came_to)
                came_to = await visiting.step(way)
                assert way.line is None, "every way is released"
            return came_to

    return run(main())


def site(web: Asked, host: str, robots: bytes = OPEN, **paths: Answer) -> None:
    """A site with a robots.txt, and pages by the words of their paths."""
    web.keep_alive.add(host)
    web.on(host, page(robots))
    for name, answer in paths.items():
        web.on(host, answer, "/" if name == "home" else f"/{name}")


def looks(seen: Visit) -> dict[str, TermsLook]:
    return {look.url.partition("://")[2]: look for look in seen.terms}


def paths(web: Asked, host: str) -> list[str]:
    return [request.path for request in web.asked(host)]


# --- What is found ---


def test_terms_are_found_from_the_home_page_and_read(web: Asked) -> None:
    site(web, "plain.example", home=home("/terms"), terms=page(TERMS, **HTML, ETag='"t1"'))
    seen = visit(web, "plain.example")
    assert paths(web, "plain.example") == ["/robots.txt", "/", "/terms"]
    assert len({request.connection for request in web.asked("plain.example")}) == 1
    (look,) = seen.terms
    assert (look.url, look.kind, look.found_by) == ("https://plain.example/terms", SourceKind.TERMS, FoundBy.LINK)
    assert (look.state, look.cause, look.unchanged, look.link_text) == (TermsState.OK, "ok", False, "Terms of use")
    assert (look.sha256, look.size, look.html) == (hashlib.sha256(TERMS).hexdigest(), len(TERMS), TERMS)
    assert look.text is not None
    assert all(clause in look.text.text for clause in CLAUSES)
    assert look.exchange is not None
    assert look.exchange.validators == Validators('"t1"')
    assert seen.size > len(TERMS)


def test_terms_wanted_alone_are_found_from_a_home_page_that_is_not_told(web: Asked) -> None:
    site(web, "alone.example", home=home("/terms"), terms=page(TERMS, **HTML))
    seen = visit(web, "alone.example", Target.TERMS)
    assert (seen.pages, [look.state for look in seen.terms]) == ((), [TermsState.OK])
    assert paths(web, "alone.example") == ["/robots.txt", "/", "/terms"]


def test_a_site_that_links_to_none_says_so_after_a_few_guesses(web: Asked) -> None:
    site(web, "none.example", home=home())
    (look,) = visit(web, "none.example").terms
    assert (look.url, look.state) == ("", TermsState.NOT_FOUND)
    assert 2 < len(paths(web, "none.example")) <= 2 + 6


@pytest.mark.parametrize(
    ("answer", "robots", "state", "cause"),
    [
        (page(b"", "500 Oops"), OPEN, TermsState.ERROR, "http_500"),
        (page(b"", "404 Not Found"), OPEN, TermsState.ERROR, "http_404"),
        (page(b"", **HTML), OPEN, TermsState.ERROR, "ok"),
        (page(b"", "403 No"), OPEN, TermsState.BLOCKED, "http_403"),
        (home("/terms"), b"User-agent: *\nDisallow: /\n", TermsState.DISALLOWED, DISALLOWED),
    ],
    ids=["error", "gone", "empty", "refusal", "robots.txt"],
)
def test_why_a_home_page_was_not_seen_is_told(
    web: Asked, answer: Answer, robots: bytes, state: TermsState, cause: str
) -> None:
    site(web, "homeless.example", robots, home=answer)
    (look,) = visit(web, "homeless.example").terms
    assert (look.url, look.state, look.cause) == ("", state, cause)
    assert set(paths(web, "homeless.example")) <= {"/robots.txt", "/"}


# --- What is known ---


def known(host: str, **more: Any) -> KnownTerms:
    return KnownTerms(f"https://{host}/terms", SourceKind.TERMS, FoundBy.LINK, 100.0, **more)


SAME = hashlib.sha256(TERMS).hexdigest()
NOT_MODIFIED = page(b"", "304 Not Modified", ETag='"t1"')


@pytest.mark.parametrize("answer", [NOT_MODIFIED, page(TERMS, **HTML)], ids=["304", "the same bytes"])
def test_a_known_page_that_is_the_same_is_not_read(web: Asked, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    site(web, "same.example", home=home("/terms"), terms=answer)
    source = known("same.example", sha256=SAME, validators=Validators('"t1"', "Mon, 01 Jan 2024 00:00:00 GMT"))
    (look,) = visit(web, "same.example", Target.TERMS, known_terms=[source]).terms
    assert (look.state, look.unchanged, look.sha256, look.text, look.html) == (TermsState.OK, True, SAME, None, None)
    assert paths(web, "same.example") == ["/robots.txt", "/terms"], "known terms need no home page"
    sent = web.asked("same.example")[-1].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('"t1"', "Mon, 01 Jan 2024 00:00:00 GMT")


def test_the_same_words_in_other_markup_are_not_read(web: Asked) -> None:
    token = TERMS.replace(b"<head>", b'<head><meta name="csrf" content="1372859141"><script>var n = 7;</script>')
    site(web, "token.example", home=home("/terms"), terms=page(token, **HTML))
    (first,) = visit(web, "token.example").terms
    assert (first.unchanged, first.fingerprint) == (False, fingerprint(token))
    other = token.replace(b"1372859141", b"2988719597").replace(b"n = 7", b"n = 8").replace(b"<p>", b"<p class=x>\n")
    site(web, "token.example", terms=page(other, **HTML))
    source = known("token.example", sha256=first.sha256, fingerprint=first.fingerprint)
    (look,) = visit(web, "token.example", Target.TERMS, known_terms=[source]).terms
    assert (look.unchanged, look.sha256, look.text, look.html) == (True, first.sha256, None, None)
    site(web, "token.example", terms=page(other.replace(b"You may not scrape", b"You may scrape"), **HTML))
    (look,) = visit(web, "token.example", Target.TERMS, known_terms=[source]).terms
    assert (look.unchanged, look.text is None) == (False, False)


def test_a_known_page_that_is_gone_is_looked_for_anew_the_next_time(web: Asked) -> None:
    site(web, "moved.example", home=home("/terms"), terms=page(b"", "404 Not Found"))
    site(web, "moved.example", home=home("/new-terms"))
    web.on("moved.example", page(TERMS, **HTML), "/new-terms")
    (look,) = visit(web, "moved.example", Target.TERMS, known_terms=[known("moved.example", sha256=SAME)]).terms
    assert look.state is TermsState.NOT_FOUND
    gone = known("moved.example", sha256=SAME, last_state=TermsState.NOT_FOUND)
    states = {
        url: look.state for url, look in looks(visit(web, "moved.example", Target.TERMS, known_terms=[gone])).items()
    }
    assert states == {"moved.example/terms": TermsState.NOT_FOUND, "moved.example/new-terms": TermsState.OK}


def test_a_304_to_validators_of_no_bytes_is_no_page(web: Asked) -> None:
    site(web, "void.example", terms=NOT_MODIFIED)
    source = known("void.example", validators=Validators('"t1"'))
    (look,) = visit(web, "void.example", Target.TERMS, known_terms=[source]).terms
    assert (look.state, look.cause) == (TermsState.ERROR, "redirect_limit")
    assert "if-none-match" not in web.asked("void.example")[-1].headers


# --- What may be asked ---


def test_robots_txt_is_obeyed_by_terms_pages(web: Asked) -> None:
    site(web, "shut.example", b"User-agent: *\nDisallow: /terms\n", home=home("/terms"), terms=page(TERMS))
    (look,) = [look for look in visit(web, "shut.example").terms if look.url]
    assert (look.state, look.cause) == (TermsState.DISALLOWED, DISALLOWED)
    assert "/terms" not in paths(web, "shut.example")


def test_so_is_that_of_another_host_that_the_link_or_a_redirect_leads_to(web: Asked) -> None:
    site(web, "legal.example", b"User-agent: DrywellBot\nDisallow: /\n", terms=page(TERMS))
    site(web, "linking.example", home=home("https://legal.example/terms"))
    site(web, "redirecting.example", home=home("/terms"), terms=redirect("https://legal.example/terms"))
    for host in ("linking.example", "redirecting.example"):
        look = next(look for look in visit(web, host).terms if look.url)
        assert (look.state, look.cause) == (TermsState.DISALLOWED, DISALLOWED), host
        assert "legal.example" in look.detail
    assert set(paths(web, "legal.example")) == {"/robots.txt"}


def test_terms_on_another_host_that_lets_us(web: Asked) -> None:
    site(web, "group.example", terms=page(TERMS, **HTML))
    site(web, "brand.example", home=home("https://group.example/terms"))
    (look,) = visit(web, "brand.example").terms
    assert (look.url, look.state) == ("https://group.example/terms", TermsState.OK)
    assert paths(web, "group.example") == ["/robots.txt", "/terms"]


def test_nothing_is_asked_where_robots_txt_is_unknown(web: Asked) -> None:
    site(web, "unknown.example", home=home("/terms"), terms=page(TERMS))
    web.on("unknown.example", page(b"", "503 Busy"))
    seen = visit(web, "unknown.example", known_terms=[known("unknown.example", sha256=SAME)])
    (look,) = seen.terms
    assert (look.state, look.cause) == (TermsState.DISALLOWED, UNASKED)
    assert set(paths(web, "unknown.example")) == {"/robots.txt"}


# --- What an answer counts as ---

CHALLENGE = page(b"<html><head><title>Just a moment...</title></head></html>", "403 Forbidden", **HTML)


@pytest.mark.parametrize(
    ("answer", "state", "cause"),
    [
        (page(b"", "401 Who"), TermsState.BLOCKED, "http_401"),
        (page(b"", "403 No"), TermsState.BLOCKED, "http_403"),
        (page(b"", "429 Slow"), TermsState.BLOCKED, "http_429"),
        (CHALLENGE, TermsState.BLOCKED, "challenge"),
        (page(b"", "404 Not Found"), TermsState.NOT_FOUND, "http_404"),
        (page(b"", "410 Gone"), TermsState.NOT_FOUND, "http_410"),
        (page(b"", "406 What"), TermsState.ERROR, "http_406"),
        (page(b"", "500 Oops"), TermsState.ERROR, "http_500"),
        (redirect("/terms"), TermsState.ERROR, "redirect_limit"),
        (reset(), TermsState.ERROR, "reset"),
        (hang(), TermsState.ERROR, "read_timeout"),
        (page(TERMS, **HTML), TermsState.OK, "ok"),
    ],
)
def test_states(web: Asked, answer: Answer, state: TermsState, cause: str) -> None:
    site(web, "state.example", home=home("/terms"), terms=answer)
    look = looks(visit(web, "state.example", read_timeout=0.3))["state.example/terms"]
    assert (look.state, look.cause) == (state, cause)


@pytest.mark.parametrize("answer", [page(b"", "429 Slow"), page(b"", "503 Busy"), hang()], ids=["429", "503", "hang"])
def test_a_host_in_trouble_is_asked_for_nothing_more(web: Asked, answer: Answer) -> None:
    site(web, "busy.example", home=home("/terms", "/terms-of-service", "/legal"))
    for path in ("/terms", "/terms-of-service", "/legal"):
        web.on("busy.example", answer, path)
    seen = visit(web, "busy.example", read_timeout=0.3)
    assert len(paths(web, "busy.example")) == 3
    assert {look.state for look in seen.terms} <= {TermsState.BLOCKED, TermsState.ERROR}
    assert [look.cause for look in seen.terms if look.exchange is None and look.cause != "read_timeout"] == [
        UNASKED for look in seen.terms[1:]
    ]


def test_trouble_of_a_page_before_leaves_the_terms_alone(web: Asked) -> None:
    site(web, "tired.example", home=page(b"", "503 Busy"), terms=page(TERMS))
    seen = visit(web, "tired.example", known_terms=[known("tired.example", sha256=SAME)])
    (look,) = seen.terms
    assert (look.state, look.cause) == (TermsState.ERROR, UNASKED)
    assert paths(web, "tired.example") == ["/robots.txt", "/"]


def test_a_visit_that_takes_too_long_gives_its_terms_up(web: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visiting_module, "MAX_SECONDS", 0.4)

    async def late(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.45)
        await home("/terms")(request, writer)

    site(web, "late.example", home=late, terms=page(TERMS))
    seen = visit(web, "late.example")
    assert "/terms" not in paths(web, "late.example")
    assert {(look.state, look.cause) for look in seen.terms} == {(TermsState.ERROR, "total_timeout")}


# --- Hostile pages ---

DEEP = b"<html><body>" + b"<div>" * 1_000_000
LINKS = html("".join(f'<a href="/terms-{n}">Terms of use {n}</a>' for n in range(60_000)))
HOSTILE: dict[str, Callable[[], bytes]] = {
    "5 MB of nested divs": lambda: DEEP,
    "a million links": lambda: LINKS,
    "broken UTF-8": lambda: TERMS.replace(b"scrape", b"\xff\xfe\xc3\x28"),
    "a broken address": lambda: html('<a href="http://[x">Terms of use</a><a href="//[">Terms</a>'),
    "5 MB of text": lambda: html("".join(f"<p>You may not scrape {n}.</p>" for n in range(200_000))),
    "nothing": lambda: b"",
    "zeros": lambda: bytes(100_000),
    "not a PDF": lambda: b"%PDF-1.7\n" + b"\x00\xff" * 10_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_are_bounded_and_recorded(web: Asked, name: str) -> None:
    body = HOSTILE[name]()
    site(web, "hostile.example", home=home("/terms"), terms=page(body, **HTML))
    look = looks(visit(web, "hostile.example"))["hostile.example/terms"]
    assert look.state in set(TermsState)
    assert len(look.html or b"") <= PAGE_CAP
    assert look.size == min(len(body), PAGE_CAP)


@pytest.mark.parametrize("name", HOSTILE)
def test_so_are_hostile_home_pages(web: Asked, name: str) -> None:
    site(web, "hostile-home.example", home=page(HOSTILE[name](), **HTML))
    seen = visit(web, "hostile-home.example")
    assert len(paths(web, "hostile-home.example")) <= 2 + 10
    assert len(seen.terms) <= 10
