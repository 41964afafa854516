"""The wishes of `tracker check --expect`, and which of them a file does not meet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.core.agents import Agent, Purpose
from tracker.core.ruleset import GENERIC_PATH, Degree
from tracker.core.verdict import Fate, Verdict
from tracker.core.verdicts import Verdicts
from tracker.errors import UsageError

WORDS = {Degree.FULL: "blocked", Degree.PARTIAL: "partial", Degree.NONE: "allowed"}
BLOCKED, OPEN = WORDS[Degree.FULL], "open"
_WISHED = (*WORDS.values(), OPEN)


@dataclass(frozen=True, slots=True)
class Wish:
    """That these agents get this verdict; `purpose` is the one that stands for them, "" for a single agent.

    `word` is blocked, partial or allowed, which are degrees, or open: neither the home page nor ordinary pages are
    closed.
    """

    agents: tuple[Agent, ...]
    word: str
    purpose: str = ""

    def is_met(self, verdict: Verdict) -> bool:
        """Whether the verdict is the one that is wished for."""
        if self.word == OPEN:
            return verdict.root is verdict.generic is Fate.ALLOWED
        return WORDS[verdict.degree] == self.word


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish that a file does not meet, for one agent; `says` is the sentence for people."""

    agent: str
    expected: str
    found: str
    line: int | None
    says: str


@dataclass(slots=True)
class Outcome:
    """What became of a wish: where it is not met, and which agents of a purpose were left out of it."""

    unmet: list[Unmet] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def parse_wish(
    text: str, registry: Sequence[Agent], by_name: Mapping[str, Agent], stranger: Callable[[str], Agent]
) -> Wish:
    """Read `AGENT=blocked`; a purpose stands for all its agents. UsageError if it cannot be read."""
    name, _, word = (part.strip() for part in text.rpartition("="))
    if not name or word.lower() not in _WISHED:
        raise UsageError(
            f"--expect {text!r}: write AGENT=blocked, AGENT=partial, AGENT=allowed or AGENT=open (home page and "
            "ordinary pages open)"
        )
    if name.lower() in set(Purpose):
        of_purpose = tuple(agent for agent in registry if agent.purpose == name.lower())
        return Wish(of_purpose, word.lower(), name.lower())
    return Wish((by_name.get(name.lower()) or stranger(name),), word.lower())


def outcome(wish: Wish, verdicts: Verdicts, text_of: Callable[[int | None], str | None]) -> Outcome:
    """The agents whose verdict is another one, with the line that makes it so.

    A wish for a purpose leaves out agents that no rule reaches: those that ignore `*` and are not named.
    """
    found = Outcome()
    for agent in wish.agents:
        verdict = verdicts.of(agent)
        if wish.is_met(verdict):
            continue
        if wish.purpose and verdicts.token(agent) is None:
            found.left_out.append(agent.name)
        else:
            found.unmet.append(_unmet(agent, wish.word, verdict, _why(agent, wish.word, verdict, verdicts), text_of))
    return found


class _Why(NamedTuple):
    """The line that keeps a wish from being met, and what there is to say beside it."""

    line: int | None
    beside: str = ""


def _why(agent: Agent, wanted: str, verdict: Verdict, verdicts: Verdicts) -> _Why:
    """Of `blocked` an Allow that keeps pages open, or the group that leaves them open; else the rule that closes."""
    group = next(iter(verdict.lines.agents), None)
    if verdicts.token(agent) is None:
        return _Why(group, f"{agent.name} ignores `*`: name it")
    if wanted != BLOCKED:
        return _Why(verdict.lines.deciding or group)
    if verdict.generic is Fate.DISALLOWED:
        return _Why(next(iter(verdict.lines.exceptions), None))
    ordinary = verdicts.rule(agent, GENERIC_PATH.decode())
    if ordinary:
        return _Why(ordinary.line)
    return _Why(group, "" if verdict.degree is Degree.NONE else "leaves ordinary pages open")


def _unmet(
    agent: Agent, wanted: str, verdict: Verdict, why: _Why, text_of: Callable[[int | None], str | None]
) -> Unmet:
    is_ = WORDS[verdict.degree]
    line = f"line {why.line}: {text_of(why.line)}" if why.line else "" if why.beside else "no line applies to it"
    because = " ".join(filter(None, (line, why.beside)))
    return Unmet(agent.name, wanted, is_, why.line, f"{agent.name} is {is_}, expected {wanted} ({because})")
