"""Pages made to take long or to break: every one is read in bounded time, and every URL found is one."""

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.terms.looks import SourceKind
from tracker.crawl.anchors import FIRST, LAST
from tracker.crawl.discover import LEAST, TERMS, terms_links

URL = "https://site.example/a/"
LINK = b'<a href="/terms">Terms of use</a>'
PAGES = {
    "nested divs": b"<div>" * 1_000_000,
    "nested links": b"<a href=/terms>" * 400_000,
    "a million links": b"<a href=x>x" * 1_000_000,
    "links to terms": b"".join(b"<a href=/terms/%d>Terms of use</a>" % number for number in range(100_000)),
    "long texts": (b"<a href=/terms>" + b"terms of terms of terms xx " * 12) * 10_000,
    "one long text": b"<a href=/x>" + b"terms of use " * 400_000,
    "long Han": ("<a href=/x>" + "利用規約と利用規利用約款" * 6 + "</a>").encode() * 20_000,
    "long paths": b"".join(b"<a href=/%d/%s>x</a>" % (number, b"termsofus" * 40) for number in range(5_000)),
    "all octets": bytes(range(256)) * 20_000,
    "no UTF-8": b"\xff\xfe\xfd" * 1_500_000,
    "nul": b"\0" * 5_000_000,
    "brackets": b"<" * 5_000_000,
    "brackets in a link": b"<a href=/terms>" + b"<" * 5_000_000,
    "a huge attribute": b'<a href="' + b"x" * 5_000_000 + b'">Terms</a>',
    "a million attributes": b"<a " + b'a="1" ' * 1_000_000 + b"href=/terms>Terms</a>",
    "open quotes": b'<a href="/terms' * 300_000,
    "open comments": b"<!--" * 1_000_000,
    "open scripts": b'<script type="application/ld+json">{"termsOfService":' * 100_000,
    "deep JSON": b'<script type="application/ld+json">{"termsOfService":1,"x":' + b"[" * 250_000 + b"</script>",
    "wide JSON": b'<script type="application/ld+json">[' + b'{"termsOfService":"/a"},' * 10_000 + b"1]</script>",
    "alternatives": b"<a href=/x><img " + b" alt= alt='" * 400_000,
    "bases": b'<base href="http://[x">' * 100_000 + LINK,
    "areas": b"<area href=/terms alt=Terms>" * 150_000,
    "end tags": b"</a>" * 1_000_000,
    "languages": b"<html " + b"lang " * 500_000,
}


@pytest.mark.parametrize("name", PAGES)
def test_bounded(name: str) -> None:
    began = time.process_time()
    links = terms_links(PAGES[name], URL)
    assert time.process_time() - began < 1
    assert len(links) <= FIRST + LAST
    check(links)


def check(links: list) -> None:
    scores = [link.score for link in links]
    assert scores == sorted(scores, reverse=True)
    assert len({link.url for link in links}) == len(links)
    for link in links:
        parts = urlsplit(link.url)
        assert parts.scheme.lower() in ("http", "https")
        assert parts.netloc
        assert "#" not in link.url
        assert link.score >= LEAST
        assert (link.score >= TERMS) is (link.kind is SourceKind.TERMS)


def test_the_end_of_a_page_of_links_counts() -> None:
    many = b"<a href=/news>News</a>" * (FIRST + LAST)
    assert [link.url for link in terms_links(many + LINK, URL)] == ["https://site.example/terms"]
    assert [link.url for link in terms_links(LINK + many, URL)] == ["https://site.example/terms"]


def test_two_mebibytes_are_read() -> None:
    assert terms_links(b" " * (2 << 20) + LINK, URL) == []


def test_a_bad_link_hides_no_good_one() -> None:
    bad = [
        b"http://[ccpa-preferences]",
        b"http://[x",
        b"//[",
        b"http://a:99999999/terms",
        b"https://a.example:x/terms",
        b"\x00",
    ]
    html = b"".join(b'<a href="' + href + b'">Terms of use</a>' for href in bad) + LINK
    links = terms_links(html, URL)
    assert "https://site.example/terms" in [link.url for link in links]
    assert not any(":9" in link.url or ":x" in link.url or "[" in link.url for link in links)
    check(links)


HREFS = st.sampled_from(
    ["/terms", "terms#a", "#a", "", "?a", "//b.example/tos", "http://[x", "javascript:x()", "HTTP://C.example",
     "https:/x", "mailto:a@b", "\x00", "http://é.example/ü", "//", "http:", "https://u:p@h.example/", "../impressum"]
)  # fmt: skip
PIECES = st.sampled_from(
    [b"<a href=", b">", b"</a>", b"<base href=", b"<link rel=terms-of-service href=", b"<!--", b"-->", b'"', b"'",
     b"<script type=application/ld+json>", b"</script>", b'{"termsOfService":', b"}", b"Terms of use", b"Impressum",
     "利用規約".encode(), b"<html lang=", b"charset=utf-16", b"charset=idna", b"charset=rot13", b"\xff\xfe", b"<area "]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, HREFS.map(str.encode), st.binary(max_size=8)), max_size=40).map(b"".join), HREFS)
def test_never_raises(html: bytes, url: str) -> None:
    check(terms_links(html, URL))
    terms_links(html, url)


@given(st.binary(max_size=200))
def test_any_octets(html: bytes) -> None:
    check(terms_links(html, URL))


@given(HREFS | st.text(max_size=30), st.text(max_size=30))
def test_any_link(href: str, text: str) -> None:
    check(terms_links(f'<a href="{href}">{text} Terms of use</a>'.encode("utf-8", "replace"), URL))
