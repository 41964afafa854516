"""Signals of a robots.txt: Content-Signal and Content-Usage by group, licences for the whole file."""

import pytest

from tracker.core.robots import parse
from tracker.core.ruleset import Degree
from tracker.core.signals import Signal, robots_signals, signals_by_token, usage
from tracker.core.signals.signal import MAX_SIGNALS
from tracker.core.verdict import judge

SIGNALLED = b"User-agent: *\nContent-Signal: search=yes,ai-train=no,use=reference\nAllow: /\n"
COMMENTED = b"""# As a condition of accessing this website:
# (c) If the website operator does not include a content-signal for a use, nothing is said of it.
# content-signal = no
# Content-Signal: ai-train=no
User-agent: *
Allow: /
"""
OWN_GROUP = SIGNALLED + b"User-agent: GPTBot\nDisallow: /private\n"
PATHS = (
    b"User-Agent: *\nAllow: /\nDisallow: /never/\nContent-Usage: train-ai=n\nContent-Usage: /ai-ok/ train-ai=y\n"
    b"\nUser-Agent: ExampleBot\nAllow: /\nContent-Usage: / train-ai=y\n"
)
LICENSED = b"License: https://ex.org/license.xml\nUser-agent: Googlebot\nAllow: /\n"

TWO_GROUPS = (
    b"User-agent: a\nContent-Signal: search=yes\nAllow: /\nUser-agent: a\nContent-Signal: ai-train=no\nAllow: /\n"
)
GLUED = b"User-agent: a\nContent-Signal: ai-train=no\nUser-agent: b\nDisallow: /x\n"


def said(signals: list[Signal]) -> list[tuple[str, str, str]]:
    return [(signal.key, signal.path, signal.value or " ".join(sorted(signal.flags))) for signal in signals]


def star(lines: str) -> bytes:
    return f"User-agent: *\n{lines}\n".encode()


FOR_AN_AGENT = [
    (
        "a line of three keys",
        SIGNALLED,
        "GPTBot",
        [("search", "", "yes"), ("ai-train", "", "no"), ("use", "", "reference")],
    ),
    ("the policy text in comments says nothing", COMMENTED, "GPTBot", []),
    (
        "unknown keys and values are unset",
        star("Content-Signal: ai-train=maybe, foo=yes"),
        "*",
        [("ai-train", "", "unknown_value"), ("foo", "", "unknown_key")],
    ),
    ("keys and values in any case", star("CONTENT-SIGNAL: AI-Train = NO"), "*", [("ai-train", "", "no")]),
    ("no beats yes within a line", star("Content-Signal: ai-train=yes, ai-train=no"), "*", [("ai-train", "", "no")]),
    ("of use the narrowest", star("Content-Signal: use=full, use=immediate"), "*", [("use", "", "immediate")]),
    (
        "what is understood beats what is not",
        star("Content-Signal: ai-train=maybe, ai-train=yes"),
        "*",
        [("ai-train", "", "yes")],
    ),
    ("an empty line", star("Content-Signal:"), "*", [("", "", "invalid")]),
    ("an agent's own group without the line", OWN_GROUP, "gptbot", []),
    (
        "another agent beside it",
        OWN_GROUP,
        "CCBot",
        [("search", "", "yes"), ("ai-train", "", "no"), ("use", "", "reference")],
    ),
    ("groups of one agent are merged", TWO_GROUPS, "a", [("search", "", "yes"), ("ai-train", "", "no")]),
    ("glued names share the line, as the RFC reads", GLUED, "b", [("ai-train", "", "no")]),
    ("a line before any group binds nobody", b"Content-Signal: ai-train=no\nUser-agent: *\nAllow: /\n", "*", []),
    (
        "a token that is only a beginning is another agent",
        b"User-agent: Applebot\nContent-Signal: ai-train=no\n",
        "Applebot-Extended",
        [],
    ),
    ("paths of Content-Usage", PATHS, "GPTBot", [("train-ai", "", "n"), ("train-ai", "/ai-ok/", "y")]),
    ("the path / is all paths", PATHS, "ExampleBot", [("train-ai", "", "y")]),
    ("an upper-case key does not parse", star("Content-Usage: Train-AI=n"), "*", [("", "", "invalid")]),
    (
        "the last of equal keys counts, parameters do not",
        star("Content-Usage: train-ai;x=1, train-ai=n"),
        "*",
        [("train-ai", "", "n")],
    ),
    ("the last one unknown", star("Content-Usage: train-ai=n, train-ai"), "*", [("train-ai", "", "unknown_value")]),
    ("a parameter of a value", star("Content-Usage: train-ai=n;x=1"), "*", [("train-ai", "", "n")]),
    ("a string is no token", star('Content-Usage: search="n"'), "*", [("search", "", "unknown_value")]),
    ("a key of an earlier draft", star("Content-Usage: ai=n"), "*", [("ai", "", "legacy_key")]),
    ("a key of nobody", star("Content-Usage: sell=n"), "*", [("sell", "", "unknown_key")]),
    (
        "two lines for one path: n beats y",
        star("Content-Usage: /a train-ai=y\nContent-Usage: /a train-ai=n"),
        "*",
        [("train-ai", "/a", "n")],
    ),
    ("a path alone", star("Content-Usage: /a"), "*", [("", "/a", "invalid")]),
    (
        "paths are escaped as in Disallow",
        star("Content-Usage: /é%aa train-ai=n"),
        "*",
        [("train-ai", "/%C3%A9%AA", "n")],
    ),
    ("a licence is everybody's", LICENSED, "CCBot", [("license", "", "https://ex.org/license.xml")]),
    ("also of an agent that is named", LICENSED, "Googlebot", [("license", "", "https://ex.org/license.xml")]),
    (
        "licences may repeat",
        b"License: https://a.b/1\nLicense: https://a.b/2\n",
        "*",
        [("license", "", "https://a.b/1"), ("license", "", "https://a.b/2")],
    ),
    ("a licence has to be absolute", b"License: /license.xml\n", "*", [("license", "", "invalid")]),
    ("copycats are not in the standard", b"User-agent: *\nPermits: search\nProhibits: ai-train\n", "*", []),
]


@pytest.mark.parametrize(("reason", "data", "token", "expected"), FOR_AN_AGENT, ids=[row[0] for row in FOR_AN_AGENT])
def test_what_applies_to_an_agent(reason: str, data: bytes, token: str, expected: list[tuple[str, str, str]]):
    assert said(robots_signals(data, token)) == expected


def test_signals_change_no_verdict():
    for data in (SIGNALLED, LICENSED, PATHS.replace(b"Disallow: /never/", b"")):
        assert judge(parse(data), "GPTBot").degree is Degree.NONE


def test_groups_that_disagree_are_a_conflict():
    data = star("Content-Signal: ai-train=yes\nAllow: /\n") + star("Content-Signal: ai-train=no\nAllow: /")
    [signal] = robots_signals(data, "*")
    assert (signal.value, signal.flags, signal.line) == ("no", {"conflict"}, 6)


def test_a_conflict_is_seen_across_groups():
    one, other = (star(f"Content-Signal: ai-train={value}\nAllow: /") for value in ("no", "yes, ai-train=no"))
    for data in (one + other, other + one):
        for signals in (robots_signals(data, "*"), signals_by_token(parse(data))["*"]):
            assert [(signal.value, signal.flags) for signal in signals] == [("no", {"conflict"})]


def test_words_that_mean_nothing_are_kept():
    signals = robots_signals(star("Content-Signal: ai-train=maybe, foo=yes\nContent-Usage: Train-AI=n"), "*")
    assert [(signal.value, signal.raw) for signal in signals] == [
        ("", "ai-train=maybe"),
        ("", "foo=yes"),
        ("", "Train-AI=n"),
    ]


def test_without_a_token_every_statement_with_its_names_and_line():
    signals = robots_signals(
        b"Content-Signal: search=no\n" + OWN_GROUP + b"Content-Signal: ai-train=yes\nLicense: x:y\n"
    )
    assert [(signal.line, signal.key, signal.agents, signal.flags) for signal in signals] == [
        (1, "search", (), {"orphan"}),
        (3, "search", ("*",), frozenset()),
        (3, "ai-train", ("*",), frozenset()),
        (3, "use", ("*",), frozenset()),
        (7, "ai-train", ("gptbot",), frozenset()),
        (8, "license", ("*",), {"invalid"}),
    ]


def test_whom_a_signal_addresses():
    assert {signal.agents for signal in robots_signals(SIGNALLED, "GPTBot")} == {("*",)}
    data = SIGNALLED.replace(b"*", b"GPTBot/1.0")
    assert {signal.agents for signal in robots_signals(data, "GPTBot")} == {("gptbot",)}


USAGE = [
    ("no path: everywhere", "GPTBot", "/test", {"train-ai": "n"}),
    ("the longer path wins", "GPTBot", "/ai-ok/test", {"train-ai": "y"}),
    ("what may not be crawled has no preference", "GPTBot", "/never/test", {}),
    ("a group of its own", "ExampleBot", "/never/test", {"train-ai": "y"}),
    ("a fragment does not count", "GPTBot", "/test#/ai-ok/", {"train-ai": "n"}),
]


@pytest.mark.parametrize(("reason", "token", "path", "expected"), USAGE, ids=[row[0] for row in USAGE])
def test_usage_of_a_path(reason: str, token: str, path: str, expected: dict[str, str]):
    assert usage(parse(PATHS), token, path) == expected


LINES = [
    ("n beats y on equal paths", "/a train-ai=y\n/a train-ai=n", {"train-ai": "n"}),
    ("the longest line decides as a whole", "train-ai=n\n/a search=n", {"search": "n"}),
    ("stars match as in Disallow", "train-ai=n\n/*.html$ train-ai=y", {"train-ai": "y"}),
    ("a line that does not parse is no line", "train-ai=n\n/a/ Train-AI=y", {"train-ai": "n"}),
    ("keys of earlier drafts say nothing", "all=n, train-genai=n", {}),
    ("keys may come from several lines", "/a train-ai=n\n/a search=y", {"train-ai": "n", "search": "y"}),
    ("a path of more than 2,048 octets says nothing", f"/a train-ai=n\n/{'*' * 2_100} train-ai=y", {"train-ai": "n"}),
    ("/ and no path are the same", "train-ai=y\n/ train-ai=n", {"train-ai": "n"}),
]


@pytest.mark.parametrize(("reason", "lines", "expected"), LINES, ids=[row[0] for row in LINES])
def test_lines_for_one_path(reason: str, lines: str, expected: dict[str, str]):
    data = star("\n".join(f"Content-Usage: {line}" for line in lines.split("\n")))
    assert usage(parse(data), "GPTBot", "/a/b.html") == expected


def test_long_paths_are_not_cut():
    long = "/" + "a" * 300
    data = star(f"Content-Usage: {long}b$ train-ai=n\nContent-Usage: {long}c train-ai=y")
    assert usage(parse(data), "GPTBot", "/" + "a" * 250) == {}
    assert usage(parse(data), "GPTBot", long + "bb") == {}
    assert usage(parse(data), "GPTBot", long + "c") == {"train-ai": "y"}
    assert all("conflict" not in signal.flags for signal in robots_signals(data, "GPTBot"))


def test_a_comma_too_many_says_nothing():
    assert [(one.key, one.value) for one in robots_signals(star("Content-Signal: search=yes,"), "*")] == [
        ("search", "yes")
    ]


def test_by_token_is_what_applies_to_each():
    robots = parse(LICENSED + OWN_GROUP + b"User-agent: CCBot\nUser-agent: AI2Bot\nContent-Signal: ai-train=yes\n")
    found = signals_by_token(robots)
    assert list(found) == ["*", "ai", "ai2bot", "ccbot"]
    assert found == {token: robots_signals(robots, token) for token in found}


def test_a_file_without_signals_has_no_tokens():
    assert signals_by_token(parse(b"User-agent: GPTBot\nDisallow: /\n")) == {}


def test_by_token_is_bounded_and_the_wildcard_comes_first():
    names = b"".join(b"User-agent: a%db\n" % number for number in range(9_000))
    found = signals_by_token(parse(names + b"User-agent: *\nContent-Signal: ai-train=no\nAllow: /\n"))
    assert next(iter(found)) == "*"
    assert sum(map(len, found.values())) == MAX_SIGNALS
