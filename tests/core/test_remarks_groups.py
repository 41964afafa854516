"""Remarks on groups: what `*` says and does not reach, and names that blank lines and other records part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_remarks import text
from tracker.core.patterns import witnesses
from tracker.core.remarks import Remark, remarks
from tracker.core.robots import RobotsFile, parse
from tracker.core.verdict import allowed

KNOWN = {"gptbot": "GPTBot", "ccbot": "CCBot", "ai2bot": "AI2Bot"}


def of(short: str, flag: str) -> list[Remark]:
    data = text(short)
    return [one for one in remarks(data, parse(data), KNOWN) if one.flag == flag]


# File, what each remark says, and the reason.
NOT_REACHED = [
    ("UA *|D /premium/|UA GPTBot|D /tmp/", ["`Disallow: /premium/` on line 2, do not reach GPTBot:"], "the classic"),
    ("UA *|D /a|UA GPTBot|D /tmp|UA CCBot|D /b", ["do not reach GPTBot, CCBot:"], "one remark for all"),
    ("UA *|D /a|UA GPTBot|UA CCBot|D /b", ["do not reach GPTBot, CCBot:"], "one group for two"),
    ("UA *|D /a|UA AI2Bot/1|D /b", ["do not reach AI2Bot:"], "a name with a digit, once"),
    ("UA *|D /a|D /b|UA GPTBot|D /a", ["`Disallow: /b` on line 3"], "a part is repeated"),
    ("UA *|D /a|UA GPTBot|D /tmp|UA gptbot|D /a", [], "repeated in another group of that name"),
    ("UA *|D /a|UA GPTBot|D /", [], "closed as a whole"),
    ("UA *|D /a/b|UA GPTBot|D /a", [], "closed by a wider rule"),
    ("UA *|D /a*|UA GPTBot|D /a", [], "closed in another spelling"),
    ("UA *|D /a|A /a|UA GPTBot|D /b", [], "an Allow cancels it"),
    ("UA *|D /a|UA GPTBot|D /b|A /a", ["`Disallow: /a`"], "opened on purpose, perhaps: still not reached"),
    ("UA *|D /|UA GPTBot|D /tmp", [], "`*` closes ordinary pages: to name is to let in"),
    ("UA *|D /a|UA GPTBot|D ", [], "welcomed on purpose"),
    ("UA *|D /a|UA GPTBot|A /", [], "welcomed on purpose"),
    ("UA *|D /a|UA Twitterbot|D /b", [], "no crawler of the registry"),
    ("UA *|D /robots.txt$|UA GPTBot|D /b", [], "always allowed"),
    ("UA GPTBot|D /b", [], "no group for `*`"),
    ("UA *|Content-Signal: ai-train=no|A /|UA GPTBot|A /", ["`Content-Signal: ai-train=no` on line 2"], "a signal"),
    ("UA *|Content-Usage: train-ai=n|A /|UA GPTBot|D /b", ["`Content-Usage: train-ai=n` on line 2"], "a preference"),
    ("UA *|Content-Signal: ai-train=no|A /|UA GPTBot|D /", [], "who is shut out needs no signal"),
    ("UA *|Content-Signal: ai-train=no|A /|UA GPTBot|Content-Signal: ai-train=yes|A /", [], "a signal of its own"),
    (
        "UA *|Content-Signal: ai-train=no, search=yes|A /|UA GPTBot|Content-Signal: search=yes|A /",
        ["Content-Signal: ai-train=no, search=yes` on line 2"],
        "a signal about something else",
    ),
    ("UA *|Content-Signal: ai-train=no|A /|UA GPTBot|Content-Signal: ai-train=false|A /", ["GPTBot"], "an idle one"),
    ("UA *|Content-Signal: ai-train=maybe|A /|UA GPTBot|A /", [], "a signal that says nothing"),
    ("License: https://x.example/l|UA *|D /a|UA GPTBot|D /a", [], "a licence is everybody's"),
    ("UA *|Content-Signal: ai-train=no|D /a|UA GPTBot|D /b", ["rules for `*`", "signals for `*`"], "both"),
]


@pytest.mark.parametrize(("short", "says", "why"), NOT_REACHED, ids=[f"{row[2]}: {row[0]}" for row in NOT_REACHED])
def test_what_is_under_star_does_not_reach_who_has_a_group(short: str, says: list[str], why: str) -> None:
    found = of(short, "own_group")
    assert len(found) == len(says), why
    assert all(words in one.text for words, one in zip(says, found, strict=True)), why


RULES = st.lists(st.sampled_from(["D /a", "D /b/", "A /a", "D /*c", "A /ab", "D /a*b$", "A /b/c", "D /ac"]), max_size=4)


@given(RULES, RULES)
def test_it_is_right_and_misses_no_rule_that_is_not_repeated(star: list[str], own: list[str]) -> None:
    robots = parse(text("|".join(["UA *", *star, "UA GPTBot", *own, "D /own"])))
    differ = [line for line, rule in enumerate(star, 2) if rule.startswith("D") and is_left_open(robots, rule)]
    found = of("|".join(["UA *", *star, "UA GPTBot", *own, "D /own"]), "own_group")
    assert bool(found) == bool(differ)
    assert not found or f"on line {differ[0]}," in found[0].text


def is_left_open(robots: RobotsFile, rule: str) -> bool:
    """Whether some page that the rule stands for, written out, is closed to others and open to GPTBot."""
    pages = (page.replace(b"*", b"qq") for page in witnesses(rule.removeprefix("D ").encode()))
    return any(not allowed(robots, "other", page) and allowed(robots, "GPTBot", page) for page in pages)


# File, line and words of the remark (none: no remark), and the reason.
SPLIT = [
    ("UA Googlebot||Sitemap: https://x/s||UA GPTBot|D /", 1, "(line 5): the Sitemap line", "a Sitemap"),
    ("UA a|Host: x.example|UA b|D /", 1, "the Host line", "a Host"),
    ("UA a||UA b|D /", 1, "the blank line", "a blank line"),
    ("UA a|UA b||# c|UA c|D /", 2, "`User-agent: b` shares the rules of the names below it (line 5)", "the second gap"),
    ("UA a||UA b||UA c|D /", 1, "the blank line", "once for each group"),
    ("UA a|# who|UA b|D /", None, "", "a comment alone"),
    ("UA a|UA b||D /", None, "", "a blank line before the rules"),
    ("UA a|Crawl-delay: 1||UA b|D /", None, "", "glued says it"),
    ("UA a||UA b", None, "", "no rules to share: empty_group says it"),
    ("UA a|D /||UA b|D /", None, "", "two groups"),
]


@pytest.mark.parametrize(("short", "line", "says", "why"), SPLIT, ids=[row[3] for row in SPLIT])
def test_names_that_are_parted_and_share_their_rules(short: str, line: int | None, says: str, why: str) -> None:
    found = of(short, "split_names")
    assert [one.line for one in found] == ([line] if line else []), why
    assert all(says in one.text for one in found), why
