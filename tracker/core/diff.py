"""What a new robots.txt changes, by effect: who gained access, who lost it, and by which lines.

Two files are compared by what they do to paths and not by their text: reordered groups, other spellings and comments
change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.core.agents import Agent
from tracker.core.patterns import Work, witnesses
from tracker.core.robots import RobotsFile, Rule
from tracker.core.ruleset import GENERIC_PATH, ROOT_PATH, STEPS, Ruleset
from tracker.core.signals import Signal, robots_signals
from tracker.core.verdict import Verdict
from tracker.core.verdicts import Verdicts

MAX_EXAMPLES = 5
ORDINARY = "ordinary pages"


class Effect(StrEnum):
    """What a change does to an agent: pages closed, both, pages opened, or the same pages on another basis."""

    LOST = "lost"
    MIXED = "mixed"
    GAINED = "gained"
    REBASED = "rebased"


_ORDER = {effect: place for place, effect in enumerate(Effect)}


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for one agent.

    `closed` and `opened` name, by up to `MAX_EXAMPLES` patterns of the two files, pages that changed their fate;
    "ordinary pages" are those that neither file mentions.
    """

    agent: str
    effect: Effect
    before: Verdict
    after: Verdict
    closed: tuple[str, ...]
    opened: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed for a list of agents, losses first as in `Effect`; `unchanged` counts the others.

    `signals_gone` and `signals_new` are statements of the old file that the new one lacks, and the reverse. `complete`
    is False if hostile files used up the budget of steps, so that changes may be missing.
    """

    changes: tuple[Change, ...]
    unchanged: int
    signals_gone: tuple[Signal, ...]
    signals_new: tuple[Signal, ...]
    complete: bool = True

    def of(self, effect: Effect) -> list[Change]:
        """The changes of one effect, in the order of the agents."""
        return [change for change in self.changes if change.effect is effect]


def compare(before: RobotsFile, after: RobotsFile, agents: Sequence[Agent]) -> Difference:
    """What `after` changes in comparison with `before`.

    Every path that stands for a rule of either file is tried on both (`tracker.core.patterns.witnesses`), with `/` and
    an ordinary page. A change of degree is always found; of two partial verdicts, one that shows only where several
    patterns overlap may go unseen.
    """
    comparison = _Comparison(before, after)
    changes = [change for agent in agents if (change := comparison.of(agent))]
    changes.sort(key=lambda change: _ORDER[change.effect])
    gone, new = _signals(before, after)
    return Difference(tuple(changes), len(agents) - len(changes), gone, new, not comparison.work.exhausted)


class _Comparison:
    """Two files; agents with the same tokens in both share the work."""

    def __init__(self, before: RobotsFile, after: RobotsFile) -> None:
        self.work = Work(STEPS)
        self._before, self._after = Verdicts(before), Verdicts(after)
        self._known: dict[tuple[str | None, str | None], tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def of(self, agent: Agent) -> Change | None:
        before, after = self._before.of(agent), self._after.of(agent)
        tokens = self._before.token(agent), self._after.token(agent)
        if tokens not in self._known:
            self._known[tokens] = self._moved(self._before.rules(agent), self._after.rules(agent))
        closed, opened = self._known[tokens]
        effect = _effect(bool(closed), bool(opened), before.basis is not after.basis)
        return Change(agent.name, effect, before, after, closed, opened) if effect else None

    def _moved(self, before: Sequence[Rule], after: Sequence[Rule]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Patterns whose pages were open and are closed, and the reverse."""
        if [rule[1:] for rule in before] == [rule[1:] for rule in after]:
            return (), ()
        old, new = Ruleset(before, self.work), Ruleset(after, self.work)
        closed: dict[str, None] = {}
        opened: dict[str, None] = {}
        for path, shown in _paths([*before, *after]).items():
            if self.work.exhausted:
                break
            was, is_ = old.disallows_path(path), new.disallows_path(path)
            if was is not is_:
                (closed if is_ else opened).setdefault(shown)
        return tuple(closed)[:MAX_EXAMPLES], tuple(opened)[:MAX_EXAMPLES]


def _paths(rules: Sequence[Rule]) -> dict[bytes, str]:
    """Paths to try, and how each is called."""
    found = {GENERIC_PATH: ORDINARY, ROOT_PATH: "/"}
    for rule in rules:
        for path in witnesses(rule.pattern):
            found.setdefault(path, rule.pattern.decode("ascii", "replace"))
    return found


def _effect(closed: bool, opened: bool, rebased: bool) -> Effect | None:
    if closed or opened:
        return Effect.MIXED if closed and opened else Effect.LOST if closed else Effect.GAINED
    return Effect.REBASED if rebased else None


def _signals(before: RobotsFile, after: RobotsFile) -> tuple[tuple[Signal, ...], tuple[Signal, ...]]:
    old, new = robots_signals(before), robots_signals(after)
    in_old, in_new = set(map(_said, old)), set(map(_said, new))
    return (
        tuple(signal for signal in old if _said(signal) not in in_new),
        tuple(signal for signal in new if _said(signal) not in in_old),
    )


def _said(signal: Signal) -> tuple[object, ...]:
    """A statement without its place in the file."""
    words = "" if signal.value else signal.raw
    return signal.kind, signal.key, signal.value, frozenset(signal.agents), signal.path, words
