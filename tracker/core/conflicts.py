"""Where a file's words about AI and its rules disagree: `ai-train=no`, yet GPTBot may fetch every page."""

from collections.abc import Iterable
from typing import NamedTuple

from tracker.core.agents import Agent, Purpose
from tracker.core.ruleset import Degree
from tracker.core.signals import Signal
from tracker.core.verdict import Basis, Verdict

CLOSED_IN_WORDS = "closed in words, open by rule"
OPEN_IN_WORDS = "open in words, closed by rule"
_TRAINING = frozenset({Purpose.TRAINING, Purpose.DATASET, Purpose.CONTROL})
_ANSWERING = frozenset({Purpose.USER, Purpose.SEARCH})
_CONCERNS = {"ai-train": _TRAINING, "train-ai": _TRAINING, "ai-input": _ANSWERING}
_CLOSED, _OPEN = ("no", "n"), ("yes", "y")


class Conflict(NamedTuple):
    """A signal and what the rules make of it; `says` is `CLOSED_IN_WORDS` or `OPEN_IN_WORDS`."""

    signal: Signal
    says: str


def conflicts(agent: Agent, verdict: Verdict, signals: Iterable[Signal]) -> list[Conflict]:
    """The conflicts of the verdict on an agent with the signals that apply to it (`robots_signals` with its token).

    ai-train (Content-Signal) and train-ai (Content-Usage) are held against agents that train or feed data sets and
    against control tokens, ai-input against those that fetch for a user or a search. Signals for a part of the site
    and partial verdicts are left out: they may well agree. Nobody is addressed by words for `*` that it ignores.
    """
    if verdict.basis is Basis.NONE and not agent.obeys_star:
        return []
    found = []
    for signal in signals:
        if signal.path or agent.purpose not in _CONCERNS.get(signal.key, ()):
            continue
        if signal.value in _CLOSED and verdict.degree is Degree.NONE:
            found.append(Conflict(signal, CLOSED_IN_WORDS))
        elif signal.value in _OPEN and verdict.degree is Degree.FULL:
            found.append(Conflict(signal, OPEN_IN_WORDS))
    return found
