"""The engine against others: Google's C++ matcher on single paths, and brute force over all short paths on degrees.

Google's matcher comes as the wheel jwm.robotstxt, which exists up to Python 3.12; elsewhere those tests are skipped.
Left out are the four documented deviations (see `tracker.core.verdict`): the tokens asked for are in RFC 9309's
alphabet, /robots.txt is not asked for, files are short, and no file names index.htm.
"""

import re
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.core.robots import parse
from tracker.core.verdict import Basis, Degree, allowed, judge

CORPUS = sorted((Path(__file__).parents[1] / "corpus" / "robots").glob("*.txt"))
AGENTS = ["GPTBot", "CCBot", "Google-Extended", "Googlebot", "Google", "ClaudeBot", "AI", "a", "a-b", "Bytespider"]
PATHS = [
    b"/",
    b"/a",
    b"/aa",
    b"/a/b",
    b"/b?a=1",
    b"/%C3%A9",
    b"/a$",
    b"/news/x",
    b"/new",
    b"/private",
    b"/x.pdf",
    b"//",
]

Ask = Callable[[bytes, str, bytes], tuple[bool, bool]]


@pytest.fixture(scope="module")
def google() -> Ask:
    """Whether Google's matcher allows a path, and whether it finds the agent named."""
    googlebot = pytest.importorskip("jwm.robotstxt.googlebot")
    matcher = googlebot.RobotsMatcher()

    def ask(data: bytes, token: str, path: bytes) -> tuple[bool, bool]:
        is_open = matcher.OneAgentAllowedByRobots(data, token.encode(), b"http://site.example" + path)
        return is_open, matcher.ever_seen_specific_agent()

    return ask


def compare(google: Ask, data: bytes, tokens: Sequence[str], paths: Sequence[bytes]) -> None:
    if b"/index.htm" in data.lower():
        return
    robots = parse(data)
    for token in tokens:
        named = judge(robots, token).basis is Basis.NAMED
        for path in paths:
            assert (allowed(robots, token, path), named) == google(data, token, path), (data, token, path)


def own_paths(data: bytes) -> list[bytes]:
    """Paths that a file speaks of: its patterns with the stars filled, with and without an end."""
    patterns = [rule.pattern for group in parse(data).groups for rule in group.rules]
    paths = [b"/" + pattern.lstrip(b"/*").rstrip(b"$").replace(b"*", b"x") for pattern in patterns]
    return [path + end for path in paths for end in (b"", b"x") if path != b"/robots.txt"]


@pytest.mark.parametrize("path", CORPUS, ids=[path.stem for path in CORPUS])
def test_corpus_against_google(google: Ask, path: Path):
    data = path.read_bytes()
    compare(google, data, AGENTS, PATHS + own_paths(data))


NAMES = ["User-agent", "user-agent", "useragent", "user agent", "Disallow", "disalow", "diasllow", "Allow", "allowed"]
OTHER_NAMES = ["Crawl-delay", "Sitemap", "site-map", "Content-Signal", "x", "", "Disallow "]
VALUES = st.one_of(
    st.sampled_from(["*", "* a", "*a", "a", "A", "a-b", "a/1", "a b", "GPTBot", "GPTBot/2", "AI2Bot", ""]),
    st.text(alphabet="/a*$b%3fé? ", max_size=6),
    st.text(alphabet="/a*$", max_size=5).map("/{}".format),
)
LINES = st.builds(
    lambda name, colon, value, comment: f"{name}{colon}{value}{comment}".encode(),
    st.sampled_from(NAMES * 3 + OTHER_NAMES),
    st.sampled_from([":", ": ", " : ", " ", "\t", ":\t"]),
    VALUES,
    st.sampled_from(["", "", "", "#", " # x", "\0", " \v"]),
)
NOISE = st.binary(max_size=6)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n"])
FILES = st.builds(
    lambda start, parts: start + b"".join(line + end for line, end in parts),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef", b"\xff\xfe", b"User-agent: *\n", b"User-agent: a\n"]),
    st.lists(st.tuples(st.one_of(LINES, LINES, LINES, LINES, NOISE), ENDS), max_size=14),
)


@settings(max_examples=300)
@given(data=FILES)
def test_generated_files_against_google(google: Ask, data: bytes):
    compare(google, data, ["GPTBot", "a", "a-b", "AI"], PATHS)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=FILES)
def test_many_generated_files_against_google(google: Ask, data: bytes):
    compare(google, data, ["GPTBot", "a", "a-b", "AI"], PATHS + own_paths(data))


# All paths of up to five octets after the slash. `c` occurs in no pattern, hence stands for what no rule mentions.
SHORT_PATHS = ["/" + "".join(letters) for size in range(6) for letters in product("/ac$", repeat=size)]
RULES = st.lists(
    st.tuples(
        st.booleans(),
        st.one_of(st.text(alphabet="/a*$", max_size=4), st.text(alphabet="/a*$", max_size=3).map("/{}".format)),
    ),
    min_size=1,
    max_size=5,
)


def brute_force(rules: list[tuple[bool, str]]) -> tuple[Degree, bool, bool]:
    """Degree, and whether an ordinary page and the root are open, by asking for every path with regular expressions."""
    compiled = []
    for allow, pattern in rules:
        if pattern:
            end = "$" if pattern.endswith("$") else ""
            literals = pattern.removesuffix("$").split("*")
            compiled.append(
                (len(pattern), allow, re.compile(".*".join(map(re.escape, literals)) + end.replace("$", r"\Z")))
            )
    compiled.sort(key=lambda rule: rule[:2], reverse=True)

    def is_open(path: str) -> bool:
        return next((allow for _, allow, regex in compiled if regex.match(path)), True)

    open_paths = sum(map(is_open, SHORT_PATHS))
    degree = Degree.FULL if not open_paths else Degree.NONE if open_paths == len(SHORT_PATHS) else Degree.PARTIAL
    return degree, is_open("/c"), is_open("/")


def check_degree(rules: list[tuple[bool, str]]) -> None:
    lines = [f"{'Allow' if allow else 'Disallow'}: {pattern}" for allow, pattern in rules]
    found = judge(parse("\n".join(["User-agent: *", *lines]).encode()), "GPTBot")
    assert (found.degree, found.generic == "allowed", found.root == "allowed") == brute_force(rules), lines
    kinds = dict(enumerate(lines, 2))
    assert (found.lines.deciding is None) == (found.degree is Degree.NONE)
    assert found.lines.deciding is None or kinds[found.lines.deciding].startswith("D")
    assert all(kinds[line].startswith("A") for line in found.lines.exceptions)
    assert not (found.degree is Degree.FULL and found.lines.exceptions)


@settings(max_examples=300, deadline=None)
@given(RULES)
def test_degree_against_brute_force(rules: list[tuple[bool, str]]):
    check_degree(rules)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None)
@given(RULES)
def test_degree_against_brute_force_at_length(rules: list[tuple[bool, str]]):
    check_degree(rules)
