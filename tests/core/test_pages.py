"""Pages: which outcome, what is kept, which links; hostile ones in bounded time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.exchange import Exchange
from tracker.core.outcomes import BODY_CAP, Classification, Outcome, classify_status, is_content
from tracker.core.pages import HEAD_CAP, MAX_LINKS, classify_page, page_head, page_links, page_seen, unasked
from tracker.core.visits import DISALLOWED, PAGE_CAP, PAGES, UNASKED, Target

HTML = b"<!doctype html><title>Not found</title>"
FILES = (Target.TDMREP, Target.LLMS, Target.AI, Target.TRUST)
URL = "https://a.example/news/index.html"


@pytest.mark.parametrize("target", FILES)
@pytest.mark.parametrize("data", [HTML, b"\x89PNG\r\n\x1a\n\0\0", b"  <html>"])
def test_a_well_known_file_must_look_like_one(target: Target, data: bytes) -> None:
    seen = classify_page(target, data)
    assert (seen.outcome, seen.cause) == (Outcome.ABSENT, "not_file")


@pytest.mark.parametrize("data", [HTML, b"", b"\x89PNG\r\n\x1a\n\0\0", b"{}", b"text"])
def test_a_home_page_is_whatever_is_there(data: bytes) -> None:
    assert classify_page(Target.HOME, data).cause == "ok"


@pytest.mark.parametrize(
    ("target", "data", "cause"),
    [
        (Target.TDMREP, b'[{"location": "/"}]', "ok"),
        (Target.TDMREP, b"not json", "ok"),
        (Target.LLMS, b"# Title\n", "ok"),
        (Target.LLMS, b"<SYSTEM>Read this</SYSTEM>", "ok"),
        (Target.LLMS, b'{"error": 404}', "not_file"),
        (Target.AI, b"User-Agent: *\nDisallow: /", "ok"),
        (Target.TRUST, b"member=https://a.example/", "ok"),
        *((target, b"\n", "ok") for target in FILES),
    ],
)
def test_what_counts_as_a_file(target: Target, data: bytes, cause: str) -> None:
    assert classify_page(target, data).cause == cause


def test_what_is_kept() -> None:
    home = b"<head><title>x</title></HEAD ><body><a href='/a'>"
    seen = page_seen(Target.HOME, classify_page(Target.HOME, home), Exchange(URL, 200), home)
    assert (seen.kept, seen.size, seen.links) == (
        b"<head><title>x</title></HEAD >",
        len(home),
        ("https://a.example/a",),
    )
    assert len(seen.sha256) == 64
    image = b"\x89PNG\r\n\x1a\n\0\0"
    assert page_seen(Target.HOME, classify_page(Target.HOME, image), Exchange(URL, 200), image).kept is None
    text = b"# x\n" * BODY_CAP
    seen = page_seen(Target.LLMS, classify_page(Target.LLMS, text, truncated=True), Exchange(URL, 200), text)
    assert (len(seen.kept or b""), seen.detail) == (BODY_CAP, "truncated")


def test_headers_and_page_both_speak() -> None:
    exchange = Exchange(URL, 200, (("TDM-Reservation", "1"), ("X-Robots-Tag", "noai"), ("x-robots-tag", "a: noml")))
    home = b'<meta name="tdm-policy" content="https://a.example/tdm">'
    seen = page_seen(Target.HOME, classify_page(Target.HOME, home), exchange, home)
    assert {(signal.source, signal.key) for signal in seen.signals} == {
        *(("header", "tdm-reservation"), ("header", "noai"), ("header", "noml"), ("html", "tdm-policy")),
    }


def test_pages_not_asked_for() -> None:
    assert unasked(Target.AI, DISALLOWED).outcome is Outcome.DENIED
    assert unasked(Target.AI, UNASKED).outcome is Outcome.ERROR
    assert not unasked(Target.AI, UNASKED).answers


@pytest.mark.parametrize(
    ("html", "head"),
    [
        (b"<head>x</head><body>", b"<head>x</head>"),
        (b"x<BODY class=a>y", b"x"),
        (b"<header>x", b"<header>x"),
        (b"<head>" + b"x" * HEAD_CAP, (b"<head>" + b"x" * HEAD_CAP)[:HEAD_CAP]),
    ],
)
def test_the_head(html: bytes, head: bytes) -> None:
    assert page_head(html) == head


LINKS = b"""
<a href="/terms">T</a> <A HREF='privacy?a=1&amp;b=2#top'> <a class=x href=//b.example/c> <area href="../up">
<a href="mailto:x@y.example"> <a href="javascript:x()"> <a href=""> <a name=x> <a data-href="/no"> <a href="http://[">
<!-- <a href="/comment"> --> <script>"<a href='/script'>"</script> <textarea><a href="/text"></textarea>
<a href="/terms#again"> <a title="a > b" href="/after"> <abbr href="/abbr"> <a href="ftp://c.example/"> <a href="/\x00">
"""


def test_links() -> None:
    assert page_links(LINKS, URL) == (
        "https://a.example/terms",
        "https://a.example/news/privacy?a=1&b=2",
        "https://b.example/c",
        "https://a.example/up",
        URL,
        "https://a.example/after",
    )
    assert page_links(b"<base href='https://c.example/x/'><a href=y>", URL) == ("https://c.example/x/y",)
    many = b"".join(b"<a href=/%d>" % n for n in range(2 * MAX_LINKS))
    assert len(page_links(many, URL)) == MAX_LINKS


@given(
    st.lists(st.sampled_from([b"<a href=", b"'", b'"', b">", b"/x", b"<!--", b"-->", b"<script>", b"</script", b" "]))
)
def test_any_soup_gives_links_or_none(parts: list[bytes]) -> None:
    assert all(link.startswith("https://a.example/") for link in page_links(b"".join(parts), URL))


OCTETS = st.text(st.characters(max_codepoint=255), max_size=60)
NAMES = st.sampled_from(
    ["Content-Usage", "Link", "X-Robots-Tag", "TDM-Reservation", "tdm-policy", "crawler-price", "cf-mitigated", "\xe9"]
)
DATA = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [
                b"[",
                b"{",
                b'"location":',
                b'"/"',
                b"1e999",
                b"9" * 5000,
                b"]",
                b"}",
                b"\xff",
                b"<a href=",
                b"//[",
                b"\0",
                b"=no",
            ]
        ),
        max_size=30,
    ).map(b"".join),
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(PAGES),
    st.integers(0, 999),
    st.lists(st.tuples(NAMES, OCTETS), max_size=6),
    DATA,
    OCTETS.map("https://a.example/".__add__),
    st.booleans(),
)
def test_any_answer_is_seen_as_something(
    target: Target, status: int, fields: list[tuple[str, str]], data: bytes, url: str, truncated: bool
) -> None:
    exchange = Exchange(url, status, tuple(fields))
    seen = Classification(Outcome.DENIED, "http_403")
    if is_content(status, exchange.named):
        seen = classify_page(target, data, truncated=truncated)
    else:
        classify_status(status, exchange.named, data)
    found = page_seen(target, seen, exchange, data)
    assert found.outcome in Outcome
    for text in (found.detail, *found.links, *(one.key + one.value + one.path + one.raw for one in found.signals)):
        text.encode()


@pytest.mark.parametrize(
    "part",
    [
        *(
            b"<a href='",
            b"<a ",
            b"<!--",
            b"<script>",
            b"<a href=x",
            b"<",
            b"<a href=/x>",
            b"<body",
            b"</head",
            b"<a ' ",
        ),
        *(b"<base href=/y/>", b"<title", b"</", b"<a\thref =\n\n\n"),
    ],
)
def test_hostile_pages_cost_little(part: bytes) -> None:
    html = (part * (PAGE_CAP // len(part) + 1))[:PAGE_CAP]
    began = time.process_time()
    page_links(html, URL)
    page_head(html)
    assert time.process_time() - began < 1.5
