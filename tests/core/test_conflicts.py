"""Where words and rules disagree, and where they only seem to."""

from dataclasses import replace

import pytest

from tests.conftest import agent
from tracker.core.agents import Kind, Purpose
from tracker.core.conflicts import CLOSED_IN_WORDS, OPEN_IN_WORDS, conflicts
from tracker.core.robots import parse
from tracker.core.signals import robots_signals
from tracker.core.verdict import judge

TRAINING, SEARCH = Purpose.TRAINING, Purpose.SEARCH
# Record, rules, purpose, what is said, and the reason.
CASES = [
    ("Content-Signal: ai-train=no", "Allow: /", TRAINING, CLOSED_IN_WORDS, "words alone"),
    ("Content-Signal: ai-train=yes", "Disallow: /", TRAINING, OPEN_IN_WORDS, "shut out all the same"),
    ("Content-Signal: ai-train=no", "Disallow: /", TRAINING, None, "both closed"),
    ("Content-Signal: ai-train=yes", "Allow: /", TRAINING, None, "both open"),
    ("Content-Signal: ai-train=no", "Disallow: /a", TRAINING, None, "partial may agree"),
    ("Content-Signal: ai-train=no", "Allow: /", SEARCH, None, "not what the agent does"),
    ("Content-Signal: ai-input=no", "Allow: /", SEARCH, CLOSED_IN_WORDS, "answers of an AI search"),
    ("Content-Signal: search=yes", "Disallow: /", TRAINING, None, "search is no training"),
    ("Content-Usage: train-ai=n", "Allow: /", TRAINING, CLOSED_IN_WORDS, "the IETF's words"),
    ("Content-Usage: /a train-ai=n", "Allow: /", TRAINING, None, "of a part of the site"),
    ("Content-Signal: ai-train=maybe", "Allow: /", TRAINING, None, "words that mean nothing"),
    ("Content-Signal: ai-train=no", "Allow: /", Purpose.CONTROL, CLOSED_IN_WORDS, "control tokens"),
]


@pytest.mark.parametrize(("record", "rules", "purpose", "says", "why"), CASES, ids=[case[4] for case in CASES])
def test_conflicts(record: str, rules: str, purpose: Purpose, says: str | None, why: str):
    robots = parse(f"User-agent: *\n{record}\n{rules}\n".encode())
    one = replace(agent("GPTBot"), purpose=purpose, kind=Kind.CRAWLER)
    found = conflicts(one, judge(robots, "GPTBot"), robots_signals(robots, "GPTBot"))
    assert [conflict.says for conflict in found] == ([says] if says else []), why
