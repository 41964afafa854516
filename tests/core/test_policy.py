"""The policy: what is packed for every token, and that a look-up gives what judging the file gives."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core import policy as p
from tracker.core import verdict
from tracker.core.agents import Agent
from tracker.core.naming import tokens_of
from tracker.core.policy import ABSENT, Policy, policy_of, resolve
from tracker.core.robots import parse
from tracker.core.ruleset import Degree
from tracker.core.verdict import Basis, Fate, judge

WORDS = {"UA ": "User-agent: ", "D ": "Disallow: ", "A ": "Allow: "}
DEGREES = {Degree.NONE: p.NONE, Degree.PARTIAL: p.PARTIAL, Degree.FULL: p.FULL}


def policy(short: str) -> Policy:
    """The policy of a file in shorthand: `UA x|D /y|A /z`."""
    lines = []
    for line in short.split("|"):
        key = next((key for key in WORDS if line.startswith(key)), "")
        lines.append(WORDS.get(key, "") + line.removeprefix(key))
    return policy_of(parse("\n".join(lines).encode()))


def agent(*tokens: str, falls_back_to: tuple[str, ...] = (), obeys_star: bool = True) -> Agent:
    """As much of an agent as a policy looks at."""
    return cast(Agent, SimpleNamespace(tokens=tokens, falls_back_to=falls_back_to, obeys_star=obeys_star))


TOKENS = [
    ("GPTBot", ("gptbot",), "gptbot"),
    ("GPTBot/1.2 (+https://x.example)", ("gptbot",), "gptbot"),
    ("GPTBot /1.2", ("gptbot",), "gptbot"),
    ("Kangaroo Bot", ("kangaroo", "kangaroo bot"), "kangaroo bot"),
    ("AI2Bot/1.0", ("ai", "ai2bot"), "ai2bot"),
    ("Ai2Bot-Dolma", ("ai", "ai2bot-dolma"), "ai2bot-dolma"),
    ("360Spider", ("360spider",), "360spider"),
    ("2gis bot", ("2gis", "2gis bot"), "2gis bot"),
    ("bigsur.ai", ("bigsur", "bigsur.ai"), "bigsur.ai"),
    ("netEstate Imprint Crawler", ("netestate", "netestate imprint", "netestate imprint crawler"),
     "netestate imprint crawler"),
    ("Claude-Web 1.0", ("claude-web", "claude-web 1", "claude-web 1.0"), "claude-web 1.0"),
    ("a_b- c", ("a_b-", "a_b- c"), "a_b- c"),
    ("Bot (x)", ("bot", "bot (x"), None),
    ("Bot\tx", ("bot",), None),
    ("Böt", ("b",), None),
    ("*bot", (), None),
    ("/x", (), None),
    ("", (), None),
    ("x" * 64, ("x" * 64,), "x" * 64),
    ("x" * 65, (), None),
    ("x " + "1" * 62, ("x", "x " + "1" * 62), "x " + "1" * 62),
    ("x " + "1" * 63, ("x",), None),
]  # fmt: skip


@pytest.mark.parametrize(("value", "tokens", "whole"), TOKENS, ids=[repr(row[0][:30]) for row in TOKENS])
def test_tokens_of_a_user_agent_value(value: str, tokens: tuple[str, ...], whole: str | None):
    assert tokens_of(value.encode()) == (tokens, whole)


# Rules for one agent; the bits it has beyond degree, root and generic, which test_verdict covers.
BITS = [
    ("D /", p.DPI_ALL | p.EVERY_PATH | p.HAS_DISALLOW | p.FIRST_RULE_SLASH),
    ("A /", p.HAS_ALLOW),
    ("D ", 0),
    ("A ", 0),
    ("D /|A /", p.DPI_NONE | p.HAS_ALLOW | p.HAS_DISALLOW | p.TIE | p.FIRST_RULE_SLASH),
    ("A /|D /*", p.DPI_SOME | p.EVERY_PATH | p.HAS_ALLOW | p.HAS_DISALLOW),
    ("D *", p.DPI_SOME | p.EVERY_PATH | p.HAS_DISALLOW),
    ("D /a", p.DPI_SOME | p.HAS_DISALLOW | p.FIRST_RULE_SLASH),
    ("D /|A /a", p.DPI_SOME | p.HAS_ALLOW | p.HAS_DISALLOW | p.FIRST_RULE_SLASH),
    ("D /a|D /", p.DPI_ALL | p.EVERY_PATH | p.HAS_DISALLOW | p.FIRST_RULE_SLASH),
]


@pytest.mark.parametrize(("rules", "bits"), BITS, ids=[row[0] for row in BITS])
def test_bits(rules: str, bits: int):
    verdict_bits = p.DEGREE | p.ROOT | p.GENERIC
    found = policy(f"UA GPTBot|{rules}")
    assert found.rules[0][1] & ~verdict_bits == bits | p.PRIMARY
    assert policy(f"UA *|{rules}").star & ~verdict_bits == bits


DPI = [
    ("D /", p.DPI_ALL, "everything, and no exception"),
    ("D /|A ", p.DPI_SOME, "an empty Allow is an Allow to them"),
    ("D /|A /?x", p.DPI_ALL, "lines with a query are left out"),
    ("D /?x", p.DPI_NONE, "so nothing is left here"),
    ("D /a|A /a", p.DPI_NONE, "equal lists cancel"),
    ("D /a|D /b|A /b|A /a", p.DPI_SOME, "in the same order only"),
    ("D |D ", p.DPI_NONE, "empty Disallows close nothing"),
    ("D /*", p.DPI_SOME, "only a literal slash is everything"),
    ("A /", p.DPI_NONE, "nothing is disallowed"),
]


@pytest.mark.parametrize(("rules", "status", "why"), DPI, ids=[row[0] for row in DPI])
def test_dpi_status(rules: str, status: int, why: str):
    assert policy(f"UA *|{rules}").star & p.DPI == status, why


def test_dpi_status_holds_for_every_name_of_a_group_although_their_code_keeps_the_last():
    found = policy("UA x|D /a|UA GPTBot|UA CCBot|D /")
    assert [(token, bits & p.DPI) for token, bits in found.rules] == [
        ("ccbot", p.DPI_ALL),
        ("gptbot", p.DPI_ALL),
        ("x", p.DPI_SOME),
    ]


EVERY_PATH = [
    ("UA *|D /", True, "nothing is open"),
    ("UA *|D /a", False, "the made-up path is open"),
    ("UA *|D /|A /$", False, "/ is open"),
    ("UA *|D /|A /a", False, "a named path is open"),
    ("UA *|D /|A /a|D /a*", True, "it is closed again"),
    ("UA *|D /|A /robots.txt", False, "they ask for /robots.txt too"),
    ("UA *|D /|A /*/a$|UA x|D /b/a", False, "the other agent's path is open to this one"),
    ("UA *|D /|A /a|D /a$", True, "a $ is dropped and a * taken as it stands, hence not exact"),
]


@pytest.mark.parametrize(("short", "closed", "why"), EVERY_PATH, ids=[row[0] for row in EVERY_PATH])
def test_every_path(short: str, closed: bool, why: str):
    assert bool(policy(short).star & p.EVERY_PATH) is closed, why


def test_primary_marks_whole_names_and_not_beginnings_of_them():
    found = policy("UA Kangaroo Bot|D /|UA GPTBot/1|D /")
    assert {token: bool(bits & p.PRIMARY) for token, bits in found.rules} == {
        "gptbot": True,
        "kangaroo": False,
        "kangaroo bot": True,
    }
    both = policy("UA Kangaroo Bot|D /|UA Kangaroo|D /")
    assert both.bits_of("kangaroo") == both.bits_of("kangaroo bot")


def test_glued_is_said_of_the_name_above_the_line():
    found = policy("UA *|Crawl-delay: 1|UA GPTBot|D /")
    assert found.star & (p.GLUED | p.DEGREE) == p.GLUED | p.FULL
    assert not found.rules[0][1] & p.GLUED


def test_a_file_without_a_group_for_all_says_so():
    assert policy("UA GPTBot|D /").star == p.NO_GROUP
    assert policy("").star == p.NO_GROUP
    assert not policy("UA *").star & p.NO_GROUP


SAME = [
    ("UA *|D /", "# a comment|USER-AGENT: *|Disallow: /"),
    ("UA *|D /", "UA *|D /|D /"),
    ("UA b|D /|UA a|D /", "UA A|UA B|D /"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_bodies_that_say_the_same_share_a_fingerprint(one: str, other: str):
    assert policy(one).fingerprint == policy(other).fingerprint
    assert len(policy(one).fingerprint) == 32


def test_different_policies_differ_in_their_fingerprint():
    files = ["", "UA *", "UA *|D /", "UA *|D /a", "UA a|D /", "UA b|D /", "UA a|D ", "UA a|UA b|D /"]
    fingerprints = {policy(short).fingerprint for short in files} | {ABSENT.fingerprint}
    assert len(fingerprints) == len(files) + 1


def test_no_file_is_an_answer_of_its_own():
    assert (ABSENT.star, ABSENT.rules, ABSENT.absent) == (p.NO_GROUP, (), True)
    assert resolve(ABSENT, agent("GPTBot")).basis is Basis.NONE


FILE = "UA *|D /|UA Googlebot|D /g|UA ClaudeBot|D /c|UA Claude-Web|D "
RESOLUTIONS: list[tuple[str, Agent, Basis, str | None, int]] = [
    ("its token", agent("ClaudeBot"), Basis.NAMED, "ClaudeBot", p.PARTIAL),
    ("the first of its tokens that is named", agent("Claude-Web", "ClaudeBot"), Basis.NAMED, "Claude-Web", p.NONE),
    ("a later one", agent("anthropic-ai", "ClaudeBot"), Basis.NAMED, "ClaudeBot", p.PARTIAL),
    ("a fallback", agent("Applebot", falls_back_to=("Googlebot",)), Basis.WILDCARD, "Googlebot", p.PARTIAL),
    ("everybody", agent("GPTBot"), Basis.WILDCARD, None, p.FULL),
    ("everybody, but it does not obey that", agent("AdsBot", obeys_star=False), Basis.NONE, None, p.NONE),
]  # fmt: skip


@pytest.mark.parametrize(("why", "who", "basis", "token", "degree"), RESOLUTIONS, ids=[row[0] for row in RESOLUTIONS])
def test_resolve(why: str, who: Agent, basis: Basis, token: str | None, degree: int):
    ruling = resolve(policy(FILE), who)
    assert (ruling.basis, ruling.token, ruling.bits & p.DEGREE) == (basis, token, degree), why


def test_resolve_without_a_group_for_all():
    assert resolve(policy("UA x|D /"), agent("GPTBot")).basis is Basis.NONE


def test_flags_of_a_file_with_several_faults():
    robots = parse(b"\xef\xbb\xbfUser-agent: AI2Bot\nDisalow /\n")
    assert robots.flags == {"bom", "non_rfc_token", "typo", "missing_colon"}


def own_groups() -> bytes:
    return b"".join(b"User-agent: bot-%s\nDisallow: /%d\n" % (b"x" * (i % 40) + b"q%dz" % i, i) for i in range(9_000))


def shared_and_own_groups() -> bytes:
    names = [b"".join(b"%c" % (97 + int(digit)) for digit in str(i)) for i in range(2_000)]
    rules = b"".join(b"allow:/%d\ndisallow:/%d\n" % (i, i) for i in range(2_000))
    listed = b"".join(b"user-agent:%s\n" % name for name in names)
    return listed + rules + b"".join(b"user-agent:%s\nallow:/*****%d\n" % (name, i) for i, name in enumerate(names))


@pytest.mark.parametrize("hostile", [own_groups, shared_and_own_groups])
def test_hostile_files_end(hostile: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch):
    # A small budget shows in a moment what the real one does in a second.
    monkeypatch.setattr(verdict, "FILE_STEPS", 20_000)
    robots = parse(hostile())
    found = policy_of(robots)
    undecided = {token: bits for token, bits in found.rules if bits & p.UNDECIDED}
    assert undecided
    assert {bits & p.DEGREE for bits in undecided.values()} == {p.PARTIAL}
    # Whoever is asked, and in whatever order: what a history stores is what `check` says.
    for token, bits in found.rules[:: len(found.rules) // 20]:
        judged = judge(robots, token)
        assert (DEGREES[judged.degree], "too_complex" in judged.flags) == (bits & p.DEGREE, token in undecided)


def pairs(allow: bytes, disallow: bytes, number: int) -> bytes:
    return b"".join(b"Allow: " + allow % i + b"\nDisallow: " + disallow % i + b"\n" for i in range(number))


# Of these the degree is soon proven; the search for ties, exceptions and paths that a file names is not at its end.
PROVEN = [
    (b"Disallow: /\n" + pairs(b"/a%d/", b"/a%d/*", 4_000), p.FULL, "closed again"),
    (b"Disallow: /\n" + pairs(b"/*a%d", b"/*a%d*", 2_500), p.FULL, "closed again, with stars"),
    (pairs(b"/*/a%d/", b"/*/a%d/", 3_000), p.NONE, "ties"),
    (b"Allow: /a\nDisallow: /a\n" * 5_000, p.NONE, "one tie many times over"),
]


@pytest.mark.parametrize(("rules", "degree", "why"), PROVEN, ids=[row[2] for row in PROVEN])
def test_a_degree_that_is_proven_is_not_taken_back(rules: bytes, degree: int, why: str):
    robots = parse(b"User-agent: *\n" + rules)
    assert policy_of(robots).star & (p.DEGREE | p.UNDECIDED) == degree, why
    judged = judge(robots, "GPTBot")
    assert (DEGREES[judged.degree], "too_complex" in judged.flags) == (degree, False)


def test_eight_thousand_rules_are_decided():
    rules = b"".join(b"Disallow: /section-%05d/\nAllow: /section-%05d/open*\n" % (i, i) for i in range(4_000))
    found = policy_of(parse(b"User-agent: *\n" + rules))
    assert found.star & (p.DEGREE | p.UNDECIDED | p.TIE) == p.PARTIAL


VALUES = st.one_of(
    st.sampled_from(["*", "* x", "GPTBot", "GPTBot/1", "gptbot-user", "AI2Bot", "AI", "Kangaroo Bot", "Kangaroo", ""]),
    st.text(alphabet="aA1 -_./é\t", max_size=8),
)
PATTERNS = st.text(alphabet="/a*$", max_size=4)
LINES = st.one_of(
    VALUES.map("User-agent: {}".format),
    PATTERNS.map("Disallow: {}".format),
    PATTERNS.map("Allow: {}".format),
    st.sampled_from(["Crawl-delay: 1", "Sitemap: x", "", "Content-Signal: search=no"]),
)
FILES = st.lists(LINES, max_size=14).map("\n".join)
FIT = st.text(alphabet="aA1 -_.", min_size=1, max_size=6).filter(lambda t: t[0].isalnum() and t[-1].isalnum())
KNOWN = ["GPTBot", "gptbot-user", "AI2Bot", "AI", "Kangaroo Bot", "Kangaroo", "a", "1", "a1", "a a"]


@settings(max_examples=300)
@given(FILES, st.lists(FIT, max_size=5))
def test_looking_a_token_up_is_judging_the_file(file: str, others: list[str]):
    robots = parse(file.encode())
    found = policy_of(robots)
    named = [token for token, _ in found.rules]
    assert named == sorted(set(named))
    for token in {*KNOWN, *others, *named, "*"}:
        verdict = judge(robots, token)
        bits = found.bits_of(token)
        assert (bits is not None) == (verdict.basis is Basis.NAMED)
        bits = found.star if bits is None else bits
        assert bool(bits & p.NO_GROUP) == (verdict.basis is Basis.NONE)
        assert bits & p.DEGREE == DEGREES[verdict.degree]
        assert bool(bits & p.ROOT) == (verdict.root is Fate.DISALLOWED)
        assert bool(bits & p.GENERIC) == (verdict.generic is Fate.DISALLOWED)
        assert bool(bits & p.GLUED) == ("glued" in verdict.flags)
        assert bool(bits & p.TIE) == ("tie_neutralised" in verdict.flags)


@given(st.binary(max_size=300))
def test_any_bytes_have_a_policy(data: bytes):
    assert isinstance(policy_of(parse(b"User-agent: x\n" + data)), Policy)
