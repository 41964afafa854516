"""What a new robots.txt changes, by effect: who gained access, who lost it, and by which lines.

Two files are compared by what they do to paths and not by their text: reordered groups, other spellings and comments
change nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice

from tracker.core.agents import Agent
from tracker.core.diff_signals import MovedSignals
from tracker.core.patterns import Work, overlaps, witnesses
from tracker.core.robots import RobotsFile, Rule
from tracker.core.ruleset import GENERIC_PATH, ROOT_PATH, STEPS, Ruleset
from tracker.core.signals import Signal
from tracker.core.verdict import Verdict
from tracker.core.verdicts import STAR, Verdicts, stranger

MAX_EXAMPLES = 5
MAX_STRANGERS = 500
ORDINARY = "ordinary pages"
OTHERS = "any other crawler"


class Effect(StrEnum):
    """What a change does to an agent: pages closed, both, pages opened, or the same pages on another basis."""

    LOST = "lost"
    MIXED = "mixed"
    GAINED = "gained"
    REBASED = "rebased"


_ORDER = {effect: place for place, effect in enumerate(Effect)}
_Moved = tuple[tuple[str, ...], tuple[str, ...]]


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
    """What changed, losses first as in `Effect`; `unchanged` counts the agents for which nothing did.

    `signals_gone` and `signals_new` are statements that applied to an agent by the old file and do not by the new one,
    and the reverse; their `agents` are those to which it happened, `*` for all that neither file names. `complete` is
    False if hostile files used up the budget of steps or name too many, so that changes may be missing.
    """

    changes: tuple[Change, ...]
    unchanged: int
    signals_gone: tuple[Signal, ...]
    signals_new: tuple[Signal, ...]
    complete: bool = True

    def of(self, effect: Effect) -> list[Change]:
        """The changes of one effect, in the order of the agents."""
        return [change for change in self.changes if change.effect is effect]


def compare(before: RobotsFile, after: RobotsFile, agents: Sequence[Agent], *, only: bool = False) -> Difference:
    """What `after` changes in comparison with `before`, for these agents.

    Unless these `only` are asked about, also for up to `MAX_STRANGERS` that a file names and `agents` lacks, as it
    writes them, and for one that nobody names (`OTHERS`). While the difference is `complete`, there is a change for an
    agent if and only if some path has another fate: see `_paths`.
    """
    old, new = Verdicts(before), Verdicts(after)
    strangers = [] if only else list(islice(_strangers(old, new, agents), MAX_STRANGERS + 1))
    asked = [*agents, *strangers[:MAX_STRANGERS], *([] if only else [stranger(STAR, OTHERS)])]
    comparison = _Comparison(old, new)
    changes = [change for agent in asked if (change := comparison.of(agent))]
    changes.sort(key=lambda change: _ORDER[change.effect])
    signals = MovedSignals(old, new, asked)
    complete = len(strangers) <= MAX_STRANGERS and signals.complete and not comparison.work.exhausted
    return Difference(tuple(changes), len(asked) - len(changes), signals.gone, signals.new, complete)


def _strangers(old: Verdicts, new: Verdicts, agents: Sequence[Agent]) -> Iterator[Agent]:
    """The names in the files that are no token of these agents; one for each that a line spells in full."""
    known = {token.lower() for agent in agents for token in agent.tokens}
    for token, name in (new.names | old.names).items():
        if token not in known:
            yield stranger(name)


class _Comparison:
    """Two files; agents with the same groups in both share the work."""

    def __init__(self, old: Verdicts, new: Verdicts) -> None:
        self.work = Work(STEPS)
        self._old, self._new = old, new
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...]], _Moved] = {}

    def of(self, agent: Agent) -> Change | None:
        before, after = self._old.of(agent), self._new.of(agent)
        groups = self._old.groups(agent), self._new.groups(agent)
        if groups not in self._known:
            self._known[groups] = self._moved(self._old.rules(agent), self._new.rules(agent))
        closed, opened = self._known[groups]
        effect = _effect(bool(closed), bool(opened), before.basis is not after.basis)
        return Change(agent.name, effect, before, after, closed, opened) if effect else None

    def _moved(self, before: Sequence[Rule], after: Sequence[Rule]) -> _Moved:
        """Patterns whose pages were open and are closed, and the reverse."""
        if [rule[1:] for rule in before] == [rule[1:] for rule in after]:
            return (), ()
        old, new = Ruleset(before, self.work), Ruleset(after, self.work)
        closed: dict[str, None] = {}
        opened: dict[str, None] = {}
        tried: set[bytes] = set()
        for path, shown in _paths(before, after, self.work):
            if self.work.exhausted:
                break
            if path in tried:
                continue
            tried.add(path)
            was, is_ = old.disallows_path(path), new.disallows_path(path)
            if was is not is_:
                (closed if is_ else opened).setdefault(shown)
        return tuple(closed)[:MAX_EXAMPLES], tuple(opened)[:MAX_EXAMPLES]


def _paths(before: Sequence[Rule], after: Sequence[Rule], work: Work) -> Iterator[tuple[bytes, str]]:
    """Paths to try, each with what it is called: no path has another fate if none of these has.

    A fate that changes was decided by one rule and is by another (or by none), one an Allow and one a Disallow. What
    the two share has `overlaps` for it, on which they decide as well, since whatever matches such a path matches the
    one it stands for. If both rules stood in both files, the longer would decide in both: so one of them has come or
    gone.
    """
    yield GENERIC_PATH, ORDINARY
    yield ROOT_PATH, "/"
    moved = {rule[1:]: rule for rule in chain(before, after) if rule.pattern}
    for rule in moved.values():
        for path in witnesses(rule.pattern):
            yield path, _shown(rule.pattern)
    in_old, in_new = ({rule[1:] for rule in rules if rule.pattern} for rules in (before, after))
    for changed, others in ((in_new - in_old, in_old), (in_old - in_new, in_new)):
        yield from _shared(sorted(changed), sorted(others), work)


def _shared(
    changed: Sequence[tuple[bool, bytes]], others: Sequence[tuple[bool, bytes]], work: Work
) -> Iterator[tuple[bytes, str]]:
    """What each of the first shares with those of the second that say the contrary."""
    starred = [rule for rule in others if b"*" in rule[1]]
    for allow, pattern in changed:
        # Two patterns without stars share nothing but all pages of one of them.
        for contrary, other in others if b"*" in pattern else starred:
            if contrary is not allow:
                for path in overlaps(pattern, other, work):
                    yield path, _shown(path.removesuffix(b"*"))


def _shown(pattern: bytes) -> str:
    return pattern.decode("ascii", "replace")


def _effect(closed: bool, opened: bool, rebased: bool) -> Effect | None:
    if closed or opened:
        return Effect.MIXED if closed and opened else Effect.LOST if closed else Effect.GAINED
    return Effect.REBASED if rebased else None
