"""Signals of headers, pages and files beside robots.txt."""

import json

import pytest

from tracker.core.signals import (
    Signal,
    ai_txt,
    header_signals,
    html_signals,
    llms_txt,
    rsl,
    tdm_for_page,
    tdmrep,
    trust_txt,
)


def said(signals: list[Signal]) -> list[tuple[str, str]]:
    return [(signal.key, signal.value or " ".join(sorted(signal.flags))) for signal in signals]


HEADERS = [
    ("Content-Usage", [("Content-Usage", "train-ai=n")], [("train-ai", "n")]),
    (
        "both unknown",
        [("Content-Usage", 'train-ai=y, train-ai, search=n, search="n"')],
        [("train-ai", "unknown_value"), ("search", "unknown_value")],
    ),
    (
        "several fields are one dictionary",
        [("Content-Usage", "train-ai=n"), ("content-usage", "search=y")],
        [("train-ai", "n"), ("search", "y")],
    ),
    (
        "of which the last one counts",
        [("Content-Usage", "train-ai=n"), ("Content-Usage", "train-ai=y")],
        [("train-ai", "y")],
    ),
    (
        "RSL",
        [("Link", '<https://ex.org/l.xml>; rel="license"; type="application/rsl+xml"')],
        [("license", "https://ex.org/l.xml")],
    ),
    (
        "RSL among other links",
        [("Link", '</a,b>; rel=next, </l.xml>;type=application/rsl+xml;rel="x LICENSE"')],
        [("license", "/l.xml")],
    ),
    ("a licence of another type", [("Link", '<https://cc.org/by>; rel="license"')], []),
    ("an RSL document that is no licence", [("Link", '</l.xml>; rel=next; type="application/rsl+xml"')], []),
    ("a link within a quoted text", [("Link", '</a>; title="</l>; rel=license; type=application/rsl+xml"')], []),
    (
        "reserved",
        [("tdm-reservation", "1"), ("TDM-Policy", "https://ex.org/p.json")],
        [("tdm-reservation", "1"), ("tdm-policy", "https://ex.org/p.json")],
    ),
    ("any other reservation is unset", [("tdm-reservation", "yes")], [("tdm-reservation", "unknown_value")]),
    ("both: reserved", [("tdm-reservation", "0"), ("tdm-reservation", "1")], [("tdm-reservation", "1")]),
    ("noai", [("X-Robots-Tag", "noai, noimageai")], [("noai", "1"), ("noimageai", "1")]),
    ("noml, in any case, among others", [("x-robots-tag", "noindex, NoML")], [("noml", "1")]),
    ("a longer word", [("x-robots-tag", "noaim, no-ai")], []),
    ("octets", [(b"X-Robots-Tag", b"noai\xff, noimageai")], [("noimageai", "1")]),
    ("a price without 402", [("crawler-price", "USD 0.01")], []),
    ("an unset header", [], []),
]


@pytest.mark.parametrize(("reason", "headers", "expected"), HEADERS, ids=[row[0] for row in HEADERS])
def test_headers(reason: str, headers: list, expected: list[tuple[str, str]]):
    signals = header_signals(headers, 200)
    assert said(signals) == expected
    assert {signal.source for signal in signals} <= {"header"}


ADDRESSEES = [
    ("GPTBot: noai", [("noai", ("gptbot",))]),
    ("noai, GPTBot: noimageai, noml", [("noai", ("*",)), ("noimageai", ("gptbot",)), ("noml", ("gptbot",))]),
    ("unavailable_after: 25 Jun 2027 15:00:00 PST, noai", [("noai", ("*",))]),
    ("max-snippet: 5, noai", [("noai", ("*",))]),
    ("*: noai", [("noai", ("*",))]),
    ("Kangaroo Bot: noai", [("noai", ("kangaroo bot",))]),
]


@pytest.mark.parametrize(("value", "expected"), ADDRESSEES)
def test_whom_an_x_robots_tag_addresses(value: str, expected: list[tuple[str, tuple[str, ...]]]):
    assert [(signal.key, signal.agents) for signal in header_signals({"X-Robots-Tag": value})] == expected


def test_an_agent_of_one_field_is_not_that_of_the_next():
    signals = header_signals([("X-Robots-Tag", "GPTBot: noai"), ("X-Robots-Tag", "noai")])
    assert [signal.agents for signal in signals] == [("gptbot",), ("*",)]


@pytest.mark.parametrize(
    ("price", "expected"), [("USD 0.01", ("USD 0.01", set())), ("much", ("", {"invalid"})), ("", ("", {"invalid"}))]
)
def test_a_price_is_asked_with_402(price: str, expected: tuple[str, set[str]]):
    [signal] = header_signals({"crawler-price": price}, 402)
    assert (signal.kind, signal.value, signal.flags) == ("crawler-price", *expected)


GUIDE = (
    '<license><permits type="usage">ai-index</permits><prohibits type="usage">ai-train</prohibits>'
    '<payment type="crawl"><amount currency="USD">0.001</amount></payment></license>'
)
IN_THE_PAGE = (
    '<script type="application/rsl+xml"><rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license>'
    '<prohibits type="usage">ai-train</prohibits></license></content></rsl></script>'
)
PAGES = [
    ("noai", '<meta name="robots" content="noindex, NoAI">', [("noai", "1")]),
    ("any case, no quotes", "<META CONTENT=noimageai NAME=Robots />", [("noimageai", "1")]),
    ("one agent alone", '<meta name="GPTBot" content="noindex, noai">', [("noai", "1")]),
    ("no directives", '<meta name="topic" content="art, noai">', []),
    ("another meta", '<meta name="keywords" content="noai">', []),
    ("within a comment", '<!-- <meta name="robots" content="noai"> -->', []),
    ("within a script", "<script>'<meta name=robots content=noai>'</script>", []),
    ("within an attribute", "<img alt='<meta name=robots content=noai>'>", []),
    ("within a textarea", "<textarea><meta name=robots content=noai></textarea>", []),
    ("after a comment that ends at once", "<!--><meta name=robots content=noai>", [("noai", "1")]),
    ("after a stray quote", '<a href="x""><meta name=robots content=noai>', [("noai", "1")]),
    ("deep in the page", "<div>" * 5_000 + "<meta name=robots content=noai>", [("noai", "1")]),
    (
        "reserved",
        '<meta name="tdm-reservation" content="1"><meta name=tdm-policy content=/p.json>',
        [("tdm-reservation", "1"), ("tdm-policy", "/p.json")],
    ),
    (
        "a reservation that is none",
        '<meta name="tdm-reservation" content="true">',
        [("tdm-reservation", "unknown_value")],
    ),
    ("entities are resolved", '<meta name="tdm-policy" content="/p?a&amp;b">', [("tdm-policy", "/p?a&b")]),
    ("a licence", '<link rel="license" type="application/rsl+xml" href="/l.xml">', [("license", "/l.xml")]),
    ("a licence of another type", '<link rel="license" href="https://cc.org/by">', []),
    ("a licence without an address", "<link rel=license type=application/rsl+xml>", [("license", "invalid")]),
    ("a licence in the page", IN_THE_PAGE, [("ai-train", "no")]),
]


@pytest.mark.parametrize(("reason", "html", "expected"), PAGES, ids=[row[0] for row in PAGES])
@pytest.mark.parametrize("octets", [False, True])
def test_pages(reason: str, html: str, expected: list[tuple[str, str]], octets: bool):
    assert said(html_signals(html.encode() if octets else html)) == expected


def test_a_meta_element_for_one_agent():
    found = html_signals("<meta name=robots content=noml><meta name=GPTBot content=NoAI>")
    assert [(one.key, one.agents) for one in found] == [("noml", ("*",)), ("noai", ("gptbot",))]


def licence(inner: str, root: str = '<rsl xmlns="https://rslstandard.org/rsl">') -> str:
    return f'{root}<content url="/a*">{inner}</content></rsl>'


TERMS = [
    (
        "the terms of the guide",
        licence(GUIDE),
        [("ai-index", "yes"), ("ai-train", "no"), ("payment", "crawl"), ("amount", "USD 0.001")],
    ),
    (
        "several usages",
        licence("<license><permits type='usage'>search, ai-index\nai-input</permits></license>"),
        [("search", "yes"), ("ai-index", "yes"), ("ai-input", "yes")],
    ),
    (
        "a usage nobody defined",
        licence("<license><permits type='usage'>sell</permits></license>"),
        [("sell", "unknown_key")],
    ),
    ("by country", licence("<license><prohibits type='geo'>FR DE</prohibits></license>"), [("prohibits-geo", "FR DE")]),
    ("payment without a type is free", licence("<license><payment/></license>"), [("payment", "free")]),
    ("a licence server", licence("").replace("url=", 'server="https://s.org" url='), [("server", "https://s.org")]),
    ("no namespace", licence("", "<rsl>"), [("", "invalid")]),
    ("another document", "<rss/>", [("", "invalid")]),
    ("a document type", "<!DOCTYPE rsl>" + licence(""), [("", "invalid")]),
    ("no XML", "{}", [("", "invalid")]),
]


@pytest.mark.parametrize(("reason", "xml", "expected"), TERMS, ids=[row[0] for row in TERMS])
def test_terms_of_a_licence(reason: str, xml: str, expected: list[tuple[str, str]]):
    signals = rsl(xml)
    assert said(signals) == said(rsl(xml.encode())) == expected
    assert {signal.path for signal in signals if "invalid" not in signal.flags} <= {"/a*"}


RESERVED = '[{"location":"/","tdm-reservation":1}]'
IMAGES = '[{"location":"/img/*.jpg","tdm-reservation":0},{"location":"/","tdm-reservation":1,"tdm-policy":"/p"}]'
TDM = [
    ("everywhere", RESERVED, "/x", [("tdm-reservation", "1")]),
    ("the first rule that matches", IMAGES, "/img/a.jpg", [("tdm-reservation", "0")]),
    ("or the next", IMAGES, "/x", [("tdm-reservation", "1"), ("tdm-policy", "/p")]),
    ("all rules", IMAGES, None, [("tdm-reservation", "0"), ("tdm-reservation", "1"), ("tdm-policy", "/p")]),
    ("none matches", '[{"location":"/a","tdm-reservation":1}]', "/b", []),
    ("no array", '{"location":"/","tdm-reservation":1}', "/x", [("tdm-reservation", "invalid")]),
    ("a word", '[{"location":"/","tdm-reservation":"yes"}]', "/x", [("tdm-reservation", "unknown_value")]),
    ("a string", '[{"location":"/","tdm-reservation":"1"}]', "/x", [("tdm-reservation", "unknown_value")]),
    ("true is not 1", '[{"location":"/","tdm-reservation":true}]', "/x", [("tdm-reservation", "unknown_value")]),
    ("no location", '[{"tdm-reservation":1}]', None, [("tdm-reservation", "invalid")]),
    (
        "which matches nothing",
        '[{"tdm-reservation":1},{"location":"/","tdm-reservation":0}]',
        "/",
        [("tdm-reservation", "0")],
    ),
    ("no rule", "[]", None, []),
    ("a page instead", "<html>", None, [("tdm-reservation", "invalid")]),
]


@pytest.mark.parametrize(("reason", "data", "path", "expected"), TDM, ids=[row[0] for row in TDM])
def test_tdmrep(reason: str, data: str, path: str | None, expected: list[tuple[str, str]]):
    assert said(tdmrep(data, path)) == said(tdmrep(data.encode(), path)) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_tdmrep_in_another_encoding(encoding: str):
    assert said(tdmrep(RESERVED.encode(encoding), "/")) == [("tdm-reservation", "1")]


PRECEDENCE = [
    (
        "the header overrides the file",
        IMAGES,
        {"tdm-reservation": "0"},
        "",
        [("tdm-reservation", "0"), ("tdm-policy", "/p")],
    ),
    ("the page overrides the header", RESERVED, {"tdm-reservation": "1"}, "0", [("tdm-reservation", "0")]),
    ("what is absent resets nothing", RESERVED, {}, "", [("tdm-reservation", "1")]),
    ("nor does what has no meaning", RESERVED, {"tdm-reservation": "no"}, "maybe", [("tdm-reservation", "1")]),
    ("other signals do not count", "[]", {"X-Robots-Tag": "noai"}, "", []),
]


@pytest.mark.parametrize(
    ("reason", "file", "headers", "meta", "expected"), PRECEDENCE, ids=[row[0] for row in PRECEDENCE]
)
def test_precedence(reason: str, file: str, headers: dict[str, str], meta: str, expected: list[tuple[str, str]]):
    html = f'<meta name="tdm-reservation" content="{meta}">' if meta else ""
    assert said(tdm_for_page(tdmrep(file, "/x"), header_signals(headers), html_signals(html))) == expected


TRUST = [
    ("no", b"member=https://ex.org/\ndatatrainingallowed=no\n", [("no", 2)]),
    ("in any case", b"\xef\xbb\xbfDataTrainingAllowed = No # since 2024\r\n", [("no", 1)]),
    ("yes", b"datatrainingallowed=yes", [("yes", 1)]),
    ("both: no", b"datatrainingallowed=yes\ndatatrainingallowed=no", [("no", 2)]),
    ("unset", b"member=https://ex.org/", []),
    ("in a comment", b"# datatrainingallowed=no", []),
    ("another word", b"datatrainingallowed=never", [("", 1)]),
    ("a page", b"<!doctype html>\ndatatrainingallowed=no", []),
]


@pytest.mark.parametrize(("reason", "data", "expected"), TRUST, ids=[row[0] for row in TRUST])
def test_trust_txt(reason: str, data: bytes, expected: list[tuple[str, int]]):
    assert [(signal.value, signal.line) for signal in trust_txt(data)] == expected


PRESENCE = [
    ("a tag for models, no page", b"<SYSTEM>The Courier, for models</SYSTEM>\n# News\n", 1),
    ("a fragment of a page", b"<?xml version='1.0'?><rss/>", 0),
    ("text", b"# Example\n\n> A site.\n", 1),
    ("a page", b"\n<!DOCTYPE html><html>", 0),
    ("a page after a text", b"Error <html><body>404", 0),
    ("JSON", b'{"error": 404}', 0),
    ("nothing", b" \n", 0),
    ("binary", b"\x89PNG\0\0", 0),
]


@pytest.mark.parametrize(("reason", "data", "count"), PRESENCE, ids=[row[0] for row in PRESENCE])
def test_presence(reason: str, data: bytes, count: int):
    for parser in (ai_txt, llms_txt):
        assert [(signal.key, signal.value) for signal in parser(data)] == [("presence", "yes")] * count


def test_an_ai_txt_that_is_written_as_a_robots_txt():
    assert ai_txt(b"User-Agent: *\nDisallow: *.jpg\n")[0].flags == {"robots_like"}
    assert ai_txt(b"# AI policy\nBe kind.\n")[0].flags == frozenset()


def test_raw_words_are_cut_and_clean():
    rule = {"location": "/\ud800" + "x" * 500, "tdm-reservation": "y" * 500, "tdm-policy": "\x00"}
    for signal in tdmrep(json.dumps([rule])):
        assert max(map(len, (signal.path, signal.value, signal.raw))) <= 200
        (signal.path + signal.value + signal.raw).encode()
        assert "\x00" not in signal.path + signal.value + signal.raw
