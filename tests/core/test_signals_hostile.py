"""Hostile input: no parser of signals raises, and none takes long."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.robots import parse
from tracker.core.signals import (
    KINDS,
    Signal,
    ai_txt,
    header_signals,
    html_signals,
    llms_txt,
    robots_signals,
    rsl,
    signals_by_token,
    tdmrep,
    trust_txt,
    usage,
)
from tracker.core.signals.signal import MAX_SIGNALS

# Four times the half second that is promised: other processes share the machine.
SECONDS = 2.0
PARSERS: dict[str, Callable[[bytes], list[Signal]]] = {
    "robots.txt": robots_signals,
    "robots.txt for an agent": lambda data: robots_signals(data, "GPTBot"),
    "robots.txt by token": lambda data: [s for found in signals_by_token(parse(data)).values() for s in found],
    "HTML": html_signals,
    "RSL": rsl,
    "TDMRep": tdmrep,
    "TDMRep of a path": lambda data: tdmrep(data, "/a/b"),
    "trust.txt": trust_txt,
    "ai.txt": ai_txt,
    "llms.txt": llms_txt,
    "Content-Usage": lambda data: header_signals([(b"Content-Usage", data)] * 3),
    "X-Robots-Tag": lambda data: header_signals([(b"x-robots-tag", data)] * 3),
    "Link": lambda data: header_signals([(b"link", data)] * 3),
    "TDM header": lambda data: header_signals([(b"tdm-reservation", data), (b"tdm-policy", data)]),
    "price": lambda data: header_signals([(b"crawler-price", data)], 402),
}
MEGABYTE = 1_000_000
TOKENS = (
    *(b"User-agent: ", b"*", b"GPTBot", b"\n", b"Content-Signal: ", b"ai-train=no", b",", b"Content-Usage: ", b"/a "),
    *(b"train-ai=n", b"ai=y", b"License: ", b"https://a.b/c", b"<", b">", b"<!--", b"-->", b"<meta ", b"name=robots "),
    *(b"content=noai", b'"', b"'", b"<script type=application/rsl+xml>", b"</script>", b";", b'rel="license"', b"\xff"),
    *(b'<rsl xmlns="https://rslstandard.org/rsl">', b"<content url='/'>", b"<license>", b"<permits>", b"</permits>"),
    *(b"[", b"]", b"{", b"}", b'"location":', b'"/"', b'"tdm-reservation":', b"1", b"GPTBot: ", b"noai", b"\0"),
    b"\xed\xa0\x80",
)  # fmt: skip
soups = st.lists(st.sampled_from(TOKENS), max_size=40).map(b"".join)


def check(signals: list[Signal]) -> None:
    assert len(signals) <= MAX_SIGNALS
    for signal in signals:
        assert signal.kind in KINDS
        assert signal.source in {"robots", "header", "html", "file"}
        assert signal.value or signal.flags
        assert len(signal.raw) <= 200
        "".join((signal.key, signal.value, signal.path, signal.raw, *signal.agents)).encode()


@given(st.one_of(st.binary(max_size=300), soups))
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize("name", PARSERS)
def test_any_octets_give_an_answer(name: str, data: bytes):
    check(PARSERS[name](data))


@settings(deadline=None)
@given(st.one_of(st.text(max_size=100), soups.map(lambda data: data.decode("utf-8", "surrogateescape"))))
def test_any_text_gives_an_answer(text: str):
    for parser in (html_signals, rsl, tdmrep):
        check(parser(text))
    check(header_signals(dict.fromkeys(("Content-Usage", "Link", "X-Robots-Tag", "tdm-policy", text), text), 402))


@settings(deadline=None)
@given(soups, st.text(max_size=10))
def test_any_path_has_a_usage(data: bytes, path: str):
    assert set(usage(parse(data), "GPTBot", path).values()) <= {"y", "n"}


JUNK = {
    "nothing but <": b"<" * MEGABYTE,
    "deep elements": b"<a>" * (MEGABYTE // 3),
    "deep licences": b"<script type=application/rsl+xml>" + b"<a>" * (MEGABYTE // 3),
    "comments without end": b"<!--" * (MEGABYTE // 4),
    "scripts without end": b"<script>" * (MEGABYTE // 8),
    "quotes without end": b'<a b="' * (MEGABYTE // 6),
    "attributes": b"<meta " + b" ".join(b"a%d" % number for number in range(MEGABYTE // 8)),
    "elements": b"<meta name=robots content=noai>" * (MEGABYTE // 31),
    "deep JSON": b"[" * MEGABYTE,
    "a huge number": b"[" + b"9" * MEGABYTE + b"]",
    "rules": b"[" + b'{"location":"/*a*a*a*a","tdm-reservation":1},' * 20_000 + b"{}]",
    "billion laughs": b'<!DOCTYPE l [<!ENTITY a "lol">' + b'<!ENTITY b "&a;&a;">' * 9 + b"]><l>&b;</l>",
    "dictionary": b"a=1," * (MEGABYTE // 4),
    "links": b"<a>;rel = " * (MEGABYTE // 10),
    "agents": b"a:noai," * (MEGABYTE // 7),
    "lines": b"User-agent: *\n" + b"Content-Usage: a=1,b=2\nContent-Signal: c=d\n" * 20_000,
    "names": b"".join(b"User-agent: a%db\n" % number for number in range(25_000)) + b"Content-Signal: ai-train=no\n",
    "octets": bytes(range(256)) * (MEGABYTE // 256),
    "UTF-16": ("<meta name=robots content=noai>" * 10_000).encode("utf-16"),
    "training": b"datatrainingallowed=no\n" * (MEGABYTE // 23),
}


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("name", PARSERS)
def test_a_megabyte_of_junk_costs_little(name: str, junk: str):
    begun = time.process_time()
    check(PARSERS[name](JUNK[junk]))
    assert time.process_time() - begun < SECONDS


def test_thousands_of_headers_cost_little():
    names = ("Content-Usage", "Link", "X-Robots-Tag", "tdm-reservation", "X-Other")
    begun = time.process_time()
    check(header_signals([(name, "a=1,<b>;" * 1_000) for name in names for _ in range(3_000)], 402))
    assert time.process_time() - begun < SECONDS


def test_entities_are_never_expanded():
    [signal] = rsl(JUNK["billion laughs"])
    assert signal.flags == {"invalid"}
