"""From bytes to what is stored: words anywhere in the text, flags of the verdicts, signals."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tracker.core.policy import ANYWHERE, Preference, resolve
from tracker.core.reading import read

TOKENS = [token for agent in AGENTS for token in agent.tokens]
WORDS = [
    b"GPTBot",
    b"gptbot",
    b"CCBOT",
    b"Google-Extended",
    b"AI2Bot",
    b"AI2",
    b"Bot",
    b"Stubborn",
    b"GPT",
    b"caf\xc3\xa9",
]
PARTS = [
    b"User-agent: ",
    b"Disallow: /",
    b"Allow: /",
    b"# ",
    b"\n",
    b"\r\n",
    b"\0",
    b"/",
    b" ",
    b"*",
    b"x" * 70,
    b"\xff",
]


@given(st.lists(st.sampled_from(WORDS + PARTS), max_size=14).map(b"".join))
@example(b"User-agent: " + b"x" * 60 + b"GPTBot\nDisallow: /\n")
@example(b"User-agent: Mozilla/5.0 (compatible; GPTBot/1.0)\nDisallow: /\n")
def test_an_agent_is_found_anywhere_just_as_a_search_of_the_text_finds_it(data: bytes):
    policy = read(data, TOKENS).policy
    for agent in AGENTS:
        found = bool(resolve(policy, agent).bits & ANYWHERE)
        assert found == any(token.lower().encode() in data.lower() for token in agent.tokens)


def test_loose_are_the_tokens_that_no_name_holds():
    assert read(b"# Not for ccbot, AI2Bot\nUser-agent: AI2Bot\nDisallow: /\n", TOKENS).policy.loose == ("ccbot",)


@pytest.mark.parametrize(
    ("data", "flag"),
    [
        (b"User-agent: *\nAllow: /\nDisallow: /\n", "tie_neutralised"),
        (b"User-agent: x\nAllow: /\nDisallow: /\n\nUser-agent: *\nDisallow: /\n", "tie_neutralised"),
        (b"User-agent: *\nDisalow: /\n", "typo"),
    ],
)
def test_the_flags_are_those_of_the_lines_and_of_any_verdict(data: bytes, flag: str):
    assert flag in read(data, TOKENS).flags
    assert read(data, TOKENS).flag_text == " ".join(sorted(read(data, TOKENS).flags))


def test_a_licence_is_stored_once_whoever_is_named():
    data = b"License: https://a.example/l.xml\nUser-agent: a\nUser-agent: b\nContent-Signal: ai-train=no\nDisallow:\n"
    assert read(data, TOKENS).policy.preferences == (
        Preference("*", "rsl", "license", "", "https://a.example/l.xml"),
        Preference("a", "content-signal", "ai-train", "", "no"),
        Preference("b", "content-signal", "ai-train", "", "no"),
    )


def test_what_is_said_is_one_policy_however_it_is_written():
    one = read(b"User-agent: *\nContent-Signal: ai-train=no, search=yes\nDisallow: /a\n", TOKENS).policy
    other = read(b"# hello\nUSER-AGENT:*\ndisallow:/a\ncontent-signal: search=yes,ai-train=no\n", TOKENS).policy
    assert one.fingerprint == other.fingerprint
    third = read(b"User-agent: *\nContent-Signal: ai-train=yes, search=yes\nDisallow: /a\n", TOKENS).policy
    assert third.fingerprint != one.fingerprint
