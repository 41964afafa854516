"""Remarks on signals that say nothing as they are written, with the mend, and on those that say two things."""

import pytest

from tests.core.test_remarks import text
from tracker.core.remarks import Remark, remarks
from tracker.core.robots import parse
from tracker.core.signals import robots_signals


def of(short: str, flag: str) -> list[Remark]:
    data = text(short)
    return [one for one in remarks(data, parse(data), {"gptbot": "GPTBot"}) if one.flag == flag]


# The line, what is said of it, and the mend.
SAYS_NOTHING = [
    ("Content-Signal: ai-train=false", "says nothing about `ai-train`", "write `ai-train=no`"),
    ("Content-Signal: ai-train=Allow", "says nothing about `ai-train`", "write `ai-train=yes`"),
    ("Content-Signal: ai-train=maybe", "says nothing about `ai-train`", "write `ai-train=yes` or `ai-train=no`"),
    ("Content-Signal: use=training", "about `use`", "write `use=reference` or `use=immediate` or `use=full`"),
    ("Content-Signal: ai_train=no", "`ai_train` is no key", "write `ai-train=no`"),
    ("Content-Signal: tdm=no", "`tdm` is no key", "the keys are `search`, `ai-input`, `ai-train`, `use`"),
    ("Content-Signal: ai-train=no; search=yes", "is read as one statement", "part statements with `,`"),
    ("Content-Signal: ai-train=no search=yes", "is read as one statement", "part statements with `,`"),
    ("Content-Signal: /news ai-train=no", "has no path", "`Content-Usage: /path train-ai=n`"),
    ("Content-Signal: ai-train", "`ai-train` is no key", "write `ai-train=yes` or `ai-train=no`"),
    ("Content-Signal:", "it is empty", "after the colon"),
    ("Content-Usage: train-genai=n", "about `train-genai`, a key of an earlier draft", "`train-ai` and `search`"),
    ("Content-Usage: train=n", "`train` is no key", "`train-ai` and `search`"),
    ("Content-Usage: train-ai=no", "about `train-ai`", "write `train-ai=n` or `train-ai=y`"),
    ("Content-Usage: TRAIN-AI=N", "does not parse", "in small letters"),
    ("License: /license.xml", "an absolute URL", "write `License: https://...`"),
]


@pytest.mark.parametrize(("line", "says", "mend"), SAYS_NOTHING, ids=[row[0] for row in SAYS_NOTHING])
def test_a_signal_that_says_nothing(line: str, says: str, mend: str) -> None:
    (found,) = of(f"UA *|{line}|A /", "unread_signal")
    assert found.line == 2
    assert says in found.text
    assert mend in found.mend


@pytest.mark.parametrize(
    "line",
    ["Content-Signal: ai-train=no,search=yes", "Content-Usage: /a train-ai=n", "License: https://x.example/l.xml"],
)
def test_a_signal_that_says_something(line: str) -> None:
    assert of(f"UA *|{line}|A /", "unread_signal") == []


def test_an_orphan_speaks_to_nobody() -> None:
    (found,) = of("Content-Signal: ai-train=no, search=yes|UA *|D /a", "unread_signal")
    assert found.text.startswith(
        "`Content-Signal: ai-train=no, search=yes` stands before the first user-agent line and speaks to nobody"
    )
    assert "write `User-agent: *` above it" in found.mend


@pytest.mark.parametrize(
    "mend", ["ai-train=no", "ai-train=yes", "use=full", "search=yes", "ai-input=no", "train-ai=n", "train-ai=y"]
)
def test_what_the_mends_propose_says_something(mend: str) -> None:
    field = "Content-Usage" if mend.startswith("train-ai") else "Content-Signal"
    (found,) = robots_signals(text(f"UA *|{field}: {mend}|A /"))
    assert found.value


@pytest.mark.parametrize(
    ("short", "says"),
    [
        ("UA *|Content-Signal: ai-train=no, ai-train=yes|A /", ["to `*`: the strictest, `no`, counts"]),
        ("UA GPTBot|Content-Signal: search=no|A /|UA gptbot|Content-Signal: search=yes|A /", ["to `GPTBot`"]),
        ("UA *|Content-Usage: train-ai=n|Content-Usage: train-ai=y|A /", ["`n`, counts"]),
        ("UA *|Content-Usage: /a train-ai=n|Content-Usage: /b train-ai=y|A /", []),
        ("UA *|Content-Signal: search=no|A /|UA GPTBot|Content-Signal: search=yes|A /", []),
        ("License: https://x.example/a|License: https://x.example/b", []),
    ],
    ids=["one line", "two groups of one name", "two lines", "two paths", "two agents", "two licences"],
)
def test_contradictions(short: str, says: list[str]) -> None:
    found = of(short, "contradiction")
    assert len(found) == len(says)
    assert all(words in one.text for words, one in zip(says, found, strict=True))
