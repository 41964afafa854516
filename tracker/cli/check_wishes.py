"""The wishes of `tracker check --expect`, and which of them a file does not meet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.core.agents import Agent, Purpose
from tracker.core.ruleset import Degree
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
            found.unmet.append(_unmet(agent, wish.word, verdict, verdicts.token(agent) is None, text_of))
    return found


def _unmet(
    agent: Agent, wanted: str, verdict: Verdict, ignores_star: bool, text_of: Callable[[int | None], str | None]
) -> Unmet:
    line = _in_the_way(wanted, verdict)
    because = f"line {line}: {text_of(line)}" if line else "no line applies to it"
    if ignores_star:
        because = f"{agent.name} ignores `*`: name it"
    elif wanted == BLOCKED and verdict.degree is Degree.PARTIAL and verdict.generic is Fate.ALLOWED:
        because += " leaves ordinary pages open"
    is_ = WORDS[verdict.degree]
    return Unmet(agent.name, wanted, is_, line, f"{agent.name} is {is_}, expected {wanted} ({because})")


def _in_the_way(wanted: str, verdict: Verdict) -> int | None:
    """The line that keeps a wish from being met.

    Of `blocked` that is an Allow which keeps pages open, or the group that leaves them open; of the others the rule
    that closes something, or the group, if there is one.
    """
    group = next(iter(verdict.lines.agents), None)
    if wanted != BLOCKED:
        return verdict.lines.deciding or group
    return next(iter(verdict.lines.exceptions), None) if verdict.generic is Fate.DISALLOWED else group
