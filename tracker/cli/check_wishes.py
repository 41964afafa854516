"""The wishes of `tracker check --expect`, and which of them a file does not meet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tracker.core.agents import Agent, Purpose
from tracker.core.ruleset import Degree
from tracker.core.verdicts import Verdicts
from tracker.errors import UsageError

_DEGREES = {"blocked": Degree.FULL, "partial": Degree.PARTIAL, "allowed": Degree.NONE}
_WORDS = {degree: word for word, degree in _DEGREES.items()}


@dataclass(frozen=True, slots=True)
class Wish:
    """That these agents get this verdict."""

    agents: tuple[Agent, ...]
    degree: Degree


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish that a file does not meet, for one agent; `says` is the sentence for people."""

    agent: str
    expected: str
    found: str
    line: int | None
    says: str


def parse_wish(
    text: str, registry: Sequence[Agent], by_name: Mapping[str, Agent], stranger: Callable[[str], Agent]
) -> Wish:
    """Read `AGENT=blocked`; a purpose stands for all its agents. UsageError if it cannot be read."""
    name, _, word = (part.strip() for part in text.rpartition("="))
    degree = _DEGREES.get(word.lower())
    if not name or degree is None:
        raise UsageError(f"--expect {text!r}: write AGENT=blocked, AGENT=partial or AGENT=allowed")
    if name.lower() in set(Purpose):
        return Wish(tuple(agent for agent in registry if agent.purpose == name.lower()), degree)
    return Wish((by_name.get(name.lower()) or stranger(name),), degree)


def unmet(wish: Wish, verdicts: Verdicts, text_of: Callable[[int | None], str | None]) -> list[Unmet]:
    """The agents whose verdict is another one, with the line that makes it so."""
    found = []
    for agent in wish.agents:
        verdict = verdicts.of(agent)
        if verdict.degree is wish.degree:
            continue
        # What closes something decides; where nothing is closed, the group that says so, if there is one.
        line = verdict.lines.deciding or next(iter(verdict.lines.agents), None)
        because = f"line {line}: {text_of(line)}" if line else "no line applies to it"
        wanted, is_ = _WORDS[wish.degree], _WORDS[verdict.degree]
        found.append(Unmet(agent.name, wanted, is_, line, f"{agent.name} is {is_}, expected {wanted} ({because})"))
    return found
