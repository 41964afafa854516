"""Remarks on names held against the registry: misspelt ones are found, other crawlers' names are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_agents import CLASSIC
from tracker import reference
from tracker.core.remarks import Spelling, remarks
from tracker.core.robots import parse
from tracker.core.verdicts import known_tokens

KNOWN = known_tokens(reference.agents())
SPELLING = Spelling(KNOWN.values())

# Name, what is meant, and the reason.
MISSPELT = [
    ("GTPBot", "GPTBot", "two letters swapped"),
    ("ClaudBot", "ClaudeBot", "a letter missing"),
    ("GPTBots", "GPTBot", "a letter added"),
    ("Bytespyder", "Bytespider", "a letter changed"),
    ("CC-Bot", "CCBot", "a hyphen, in a name too short for letters to be missed"),
    ("Byte-spider", "Bytespider", "a hyphen"),
    ("meta-external-agent", "meta-externalagent", "a hyphen"),
    ("Googleextended", "Google-Extended", "no hyphen"),
    ("google_extended", "Google-Extended", "an underscore"),
    ("Claude Bot", "ClaudeBot", "a space"),
    ("Google-Extend", "Google-Extended", "an ending missing"),
    ("Applebot-Extend", "Applebot-Extended", "an ending missing"),
    ("Perplexity-Bot", "PerplexityBot", "a hyphen"),
]
OTHERS = [*CLASSIC, "SemrushBot-SA", "ICCrawler", "Snapbot", "CCBoz", "FooBot", "Bot", "Spider", "Google", "hatbot"]
# A letter away from one of the registry's, and yet a crawler of its own.
NEAR_BUT_OTHERS = {"ic-crawler", "icc-rawler", "semrushbot-sa"}  # ICCrawler, SemrushBot-SA


@pytest.mark.parametrize(("name", "meant", "why"), MISSPELT, ids=[row[0] for row in MISSPELT])
def test_misspelt_names(name: str, meant: str, why: str) -> None:
    data = f"User-agent: {name}\nDisallow: /".encode()
    found = {one.flag: one for one in remarks(data, parse(data), KNOWN)}
    assert found["unknown_ai_token"].mend == f"if `{meant}` is meant, write that", why


@pytest.mark.parametrize("name", OTHERS)
def test_names_of_other_crawlers_are_left_alone(name: str) -> None:
    assert name.lower() in KNOWN or SPELLING.meant(name) is None


@pytest.mark.parametrize("name", ["GPTBot", "gptbot/1.2", "AI2Bot", "Kangaroo Bot", "*"])
def test_known_names_get_no_remark(name: str) -> None:
    data = f"User-agent: {name}\nDisallow: /".encode()
    assert "unknown_ai_token" not in {one.flag for one in remarks(data, parse(data), KNOWN)}


NAMES = [
    ("AI2Bot", "Google's parser reads `AI`, Drywell also takes it literally", "leave it if its operator documents"),
    ("GPTBot ClaudeBot", "is no list: it names `GPTBot` alone", "write one user-agent line for each name"),
    ("Googlebot bingbot Slurp", "is no list: it names `Googlebot` alone", "one user-agent line for each"),
    ("GPTBot|ClaudeBot", "is no list", "one user-agent line for each"),
    ("Common Crawl", "reads `Common`", "no crawler of that name is in the registry"),
    ("GPTBot (training)", "names `GPTBot`: what follows is not read", "write `GPTBot`"),
]


@pytest.mark.parametrize(("name", "says", "mend"), NAMES, ids=[row[0] for row in NAMES])
def test_names_outside_of_the_alphabet(name: str, says: str, mend: str) -> None:
    data = f"User-agent: {name}\nDisallow: /".encode()
    found = {one.flag: one for one in remarks(data, parse(data), KNOWN)}["non_rfc_token"]
    assert says in found.text
    assert mend in found.mend


@pytest.mark.parametrize("token", sorted(KNOWN))
def test_one_letter_less_is_near_or_known(token: str) -> None:
    cuts = {token[:at] + token[at + 1 :] for at in range(1, len(token))}
    long_enough = {cut for cut in cuts if sum(map(str.isalnum, cut)) >= 6}
    assert {cut for cut in long_enough if SPELLING.meant(cut) is None} <= NEAR_BUT_OTHERS


@given(st.text(max_size=40))
def test_any_name_has_an_answer(name: str) -> None:
    assert SPELLING.meant(name) is None or SPELLING.meant(name) in KNOWN.values()
