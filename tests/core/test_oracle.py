"""The engine against Google's matcher: every answer on every triple of file, agent and path, and every line read.

Google's matcher comes as the wheel jwm.robotstxt, which exists up to Python 3.12; elsewhere these tests are skipped.
The four documented deviations (see `tracker.core.verdict`) are told apart by rule, not left out by file: a token beyond
RFC 9309's alphabet may be named for us and not for Google; /robots.txt is not asked for; files are cut at 500 KiB for
both; and /index.htm is written /index-htm for both. test_conformance asserts each of the four by example.

    pytest -n 0 -s -m slow tests/core/test_oracle.py      # the full counts, about two minutes
"""

import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core import soup
from tests.core.google import Ask, lines_read
from tracker.core.patterns import ROBOTS_TXT
from tracker.core.robots import MAX_BYTES, RobotsFile, parse
from tracker.core.verdict import Basis, allowed, judge

CORPUS = sorted((Path(__file__).parents[1] / "corpus" / "robots").glob("*.txt"))
RFC_TOKEN = re.compile(r"[A-Za-z_-]+")
# Prefixes of each other, in RFC 9309's alphabet and beyond it.
AGENTS = [
    "a", "a-b", "a-bc", "A_b", "AI", "AI-x", "Google", "Googlebot", "Googlebot-News", "Google-Extended", "GPTBot",
    "GPTBot-User", "CCBot", "ClaudeBot", "Claude", "Claude-User", "Applebot", "Applebot-Extended", "Kangaroo", "img",
    "AI2Bot", "Ai2Bot-Dolma", "img2dataset", "Kangaroo Bot", "bigsur.ai", "a1",
]  # fmt: skip
PATHS = [b"/", b"/a", b"/aa", b"/a/b", b"/b?a=1", b"/%C3%A9", b"/%c3%a9", b"/a$", b"/*", b"//", b"//a", b"/a//b",
         b"/news/x", b"/private", b"/x.pdf", b"/robots.txt?", b"/made-up-page", b"/a%2Fb", b"/a;b", b"/?"]  # fmt: skip


def levelled(data: bytes) -> bytes:
    """The file without what two of the deviations are about, at the same length."""
    return data[:MAX_BYTES].replace(b"/index.htm", b"/index-htm")


def compare(google: Ask, data: bytes, tokens: Sequence[str], paths: Iterable[bytes]) -> tuple[int, int]:
    """Ask both for every agent and path; how many triples were compared, and how many hung on a literal token."""
    data = levelled(data)
    robots = parse(data)
    paths = [path for path in dict.fromkeys(paths) if path != ROBOTS_TXT]
    same = deviating = 0
    for token in tokens:
        named = judge(robots, token).basis is Basis.NAMED
        if named and not RFC_TOKEN.fullmatch(token):
            assert not google(data, token, b"/")[1], "Google cannot match such a token"
            deviating += len(paths)
            continue
        for path in paths:
            assert (allowed(robots, token, path), named) == google(data, token, path), (data, token, path)
        same += len(paths)
    return same, deviating


def own_paths(robots: RobotsFile, most: int = 60) -> list[bytes]:
    """Paths that a file speaks of: its patterns with stars filled, with and without an end, in other escapes."""
    rules = [rule for group in robots.groups for rule in group.rules]
    found: dict[bytes, None] = {}
    for rule in rules[:: max(1, len(rules) // 12)]:
        stem = b"/" + rule.pattern.lstrip(b"/").removesuffix(b"$").partition(b"#")[0]
        for filler in (b"", b"x", b"a/b", b"*"):
            path = stem.replace(b"*", filler)
            found |= dict.fromkeys((path, path + b"x", path + b"/", path + b"?q=1", path[:-1] or b"/"))
        found |= dict.fromkeys((stem.lower(), b"/" + stem, stem.replace(b"/", b"//"), stem.replace(b"%", b"%25")))
    return list(found)[:most]


@pytest.mark.parametrize("path", CORPUS, ids=[path.stem for path in CORPUS])
def test_corpus(google: Ask, path: Path):
    data = path.read_bytes()
    compare(google, data, AGENTS, PATHS + own_paths(parse(data)))


@pytest.mark.parametrize("path", CORPUS, ids=[path.stem for path in CORPUS])
def test_lines_of_the_corpus(path: Path):
    check_lines(path.read_bytes())


def check_lines(data: bytes) -> None:
    """Every line that Google's parser reports, with its number, kind and value, and no other."""
    theirs = lines_read(data[:MAX_BYTES])
    if theirs is None:
        return
    robots = parse(data)
    ours = [(line.line, "user-agent", line.value.decode()) for group in robots.groups for line in group.agents]
    rules = [rule for group in robots.groups for rule in group.rules] + list(robots.orphans)
    ours += [(line, "allow" if allow else "disallow", pattern.decode()) for line, allow, pattern in rules]
    ours += [(record.line, "sitemap", record.value) for record in robots.sitemaps]
    ours += [(record.line, "other", record.name) for record in robots.records]
    assert sorted(ours) == [(line, kind, name.lower() if kind == "other" else name) for line, kind, name in theirs]


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


@settings(max_examples=300, deadline=None)
@given(data=FILES)
def test_generated_files(google: Ask, data: bytes):
    compare(google, data, ["GPTBot", "a", "a-b", "AI"], PATHS)
    check_lines(data)


@pytest.mark.slow
def test_300_000_triples(google: Ask):
    """Corpus, mutated corpus and generated files, until the count is reached; each file also line by line."""
    chance = random.Random(9309)
    corpus = [path.read_bytes() for path in CORPUS]
    files = same = deviating = 0
    while same < 320_000:
        # The corpus as it is comes first.
        data = corpus[files] if files < len(corpus) else chance.choice((soup.small_file, soup.mutated))(chance, corpus)
        files += 1
        check_lines(data)
        tokens = chance.sample(AGENTS, 10) + soup.tokens_named(data)[:6]
        found = compare(google, data, tokens, PATHS + own_paths(parse(data)))
        same, deviating = same + found[0], deviating + found[1]
    print(f"\n{files:,} files, {same:,} triples equal to Google's; {deviating:,} more asked for a literal token")
