"""Pages made to cost time or memory, or to break the reader: each is read in bounded time, without an exception."""

import gzip
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.visits import PAGE_CAP
from tracker.crawl.extract import MAX_BLOCKS, terms_text
from tracker.crawl.terms_state import page_state

CLAUSE = "<p>You may not copy the content of this website without our prior written permission.</p>"
NOISE = random.Random(0).randbytes(200_000)
PAGES = {
    "deep": b"<div>" * 1_000_000,
    "deep with text": b"<div>You may not copy it. " * 250_000,
    "deep lists": b"<ul><li>a b c" * 400_000,
    "deep tables": b"<table><tr><td>" * 140_000,
    "formatting": b"<b><i><p>x</b>" * 200_000,
    "links": b'<a href="/x">x</a>' * 1_000_000,
    "tiny blocks": b"<p>x" * 1_000_000,
    "unclosed spans": b"<span>" * 900_000,
    "stray ends": b"<div>" * 3_000 + b"</p>" * 500_000,
    "other stray ends": b"<x>" * 300 + b"</y>" * 500_000,
    "definitions": b"<dl><dt>a<dd>b" * 150_000,
    "asides": b"<nav><aside><footer>" * 100_000,
    "attribute": b'<div class="' + b"x" * 5_000_000 + b'">' + CLAUSE.encode(),
    "attributes": b"<div " + b" ".join(b"a%d=1" % i for i in range(300_000)) + b">",
    "quoted attributes": b"<div " + b" ".join(b'a%d=">"' % i for i in range(250_000)) + b">",
    "bare attributes": b'<div " ' + b" ".join(b"a%d" % i for i in range(300_000)) + b">",
    "names": b'<div class="' + b"menu- " * 800_000 + b'">x',
    "consent names": b'<div class="cookie-cookie-">x</div>' * 60_000,
    "ends of tags missing": b"<a" * 1_000_000,
    "less than": b"<" * PAGE_CAP,
    "comments": b"<!--" * 500_000,
    "scripts": b"<script></scrip" * 140_000,
    "breaks": b"x<br>" * 400_000,
    "one paragraph": b"<p>" + b"you may not use terms of service " * 65_000,
    "one word": b"<p>" + b"a" * PAGE_CAP,
    "dates": b"<p>" + b"effective 1.1.2024 " * 110_000,
    "dated blocks": b"<p>effective 2024 " * 130_000,
    "textarea": b"<textarea>" + b"x\n" * 1_000_000,
    "entities": b"&lt;" * 500_000,
    "meta": b"<meta " * 300_000 + b"\xff",
    "nul": b"\0" * PAGE_CAP,
    "nul within": b"<p>a\0b" * 300_000,
    "broken utf-8": b"\xff\xc3\x28" * 500_000,
    "utf-16 without a mark": (CLAUSE * 12_000).encode("utf-16-le"),
    "lines": b"X\n" * 1_000_000,
    "gzip": gzip.compress(NOISE),
    "noise": NOISE * 10,
    "empty": b"",
    "spaces": b" " * PAGE_CAP,
}


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES.keys())
def test_hostile_pages_are_read_in_bounded_time(html: bytes):
    start = time.process_time()
    text = terms_text(html)
    page_state(html, text)
    assert time.process_time() - start < 5  # under 1 s on an idle machine; see the benchmark
    assert len(text.text) <= PAGE_CAP
    assert len(text.blocks) <= MAX_BLOCKS


def test_what_is_no_text_has_none():
    assert terms_text(gzip.compress(NOISE)).text == ""
    assert terms_text(NOISE).text == ""


def test_broken_characters_do_not_take_the_others_with_them():
    html = b"<meta charset=utf-8>" + CLAUSE.encode() + "<p>für \xff übrige".encode("latin-1") + CLAUSE.encode()
    text = terms_text(html, charset="utf-8").text
    assert text.split("\n")[1] == "für ÿ übrige"
    assert text.startswith("You may not copy")


def test_a_character_cut_by_the_cap_is_left_out():
    html = b"<p>" + "ü".encode() * PAGE_CAP
    text = terms_text(html)
    assert set(text.text) == {"ü"}
    assert text.flags == {"truncated"}


@pytest.mark.parametrize("line", [b"X\n", b"<p>X"], ids=["plain", "markup"])
def test_of_more_blocks_than_a_text_has_it_is_said_that_there_are_more(line: bytes):
    text = terms_text(line * 50_000)
    assert len(text.blocks) == MAX_BLOCKS
    assert "truncated" in text.flags
    assert text.blocks[-1].end == len(text.text)


def test_a_deep_page_keeps_its_text():
    html = (
        b"<div>" * 50_000
        + CLAUSE.encode()
        + b"</div>" * 50_000
        + b"<p>These terms of use do not let you scrape it; you agree to that."
    )
    assert len(terms_text(html).blocks) == 2


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes):
    text = terms_text(data)
    page_state(data, text)
    assert all(
        text.text[block.start : block.end] and "\n" not in text.text[block.start : block.end] for block in text.blocks
    )


TAGS = (
    "div",
    "p",
    "li",
    "ul",
    "table",
    "td",
    "tr",
    "a href=x",
    "b",
    "h2",
    "nav",
    "pre",
    "br",
    "/div",
    "/p",
    "/a",
    "svg",
    "!--",
)


@given(
    st.lists(st.sampled_from([*(f"<{tag}>" for tag in TAGS), "You may not copy it. ", "\n", "&amp;", '"']), max_size=60)
)
def test_any_tags(parts: list[str]):
    text = terms_text("".join(parts).encode())
    assert text.text == "\n".join(text.text[block.start : block.end] for block in text.blocks)
