"""What a new robots.txt changes, by effect: who gained access, who lost it, and by which lines.

Two files are compared by what they do to paths and not by their text: reordered groups, other spellings and comments
change nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from typing import NamedTuple

from tracker.core.agents import Agent
from tracker.core.diff_signals import MovedSignals
from tracker.core.patterns import Work, cost, overlaps, witnesses
from tracker.core.robots import RobotsFile, Rule
from tracker.core.ruleset import GENERIC_PATH, ROOT_PATH, STEPS, Ruleset
from tracker.core.signals import Signal
from tracker.core.verdict import Verdict
from tracker.core.verdicts import STAR, Verdicts, stranger

MAX_PAGES = 100
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


class Pages(NamedTuple):
    """Pages that changed their fate, by a pattern of the two files; `ORDINARY` are those that neither file mentions.

    `before` and `after` are the rules that decide them in the old and the new file, None where no rule does (or where
    the search for it would have cost too much).
    """

    pattern: str
    before: Rule | None
    after: Rule | None


@dataclass(frozen=True, slots=True)
class Moves:
    """What changed in one direction: the first `MAX_PAGES` of `count` patterns."""

    pages: tuple[Pages, ...] = ()
    count: int = 0


_Moved = tuple[Moves, Moves]


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for one agent: its verdicts, and the pages that are `closed` to it now and were open, or `opened`.

    `before_by` and `after_by` are the names of others whose rules it obeyed and obeys, see `Verdicts.borrowed`.
    """

    agent: str
    effect: Effect
    before: Verdict
    after: Verdict
    closed: Moves
    opened: Moves
    before_by: str | None = None
    after_by: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed, losses first as in `Effect`; `unchanged` counts the agents for which nothing did.

    `signals_gone` and `signals_new` are statements that applied to an agent by the old file and do not by the new one,
    and the reverse; their `agents` are those to which it happened, `*` for all that neither file names. `gaps` are the
    reasons why changes may be missing, each a clause; none in a `complete` difference.
    """

    changes: tuple[Change, ...]
    unchanged: int
    signals_gone: tuple[Signal, ...]
    signals_new: tuple[Signal, ...]
    gaps: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether no change can be missing."""
        return not self.gaps

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
    gaps = (
        (any("truncated_500k" in robots.shape for robots in (before, after)), "a file is longer than 500 KiB"),
        (len(strangers) > MAX_STRANGERS, f"more than {MAX_STRANGERS} names are not in the registry"),
        (not signals.complete, "too many groups have signals of their own"),
        (comparison.work.exhausted, "the rules are too tangled"),
    )
    reasons = tuple(reason for applies, reason in gaps if applies)
    return Difference(tuple(changes), len(asked) - len(changes), signals.gone, signals.new, reasons)


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
        self._naming_rules = Work(STEPS)  # evidence, for want of which no change goes missing
        self._old, self._new = old, new
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...]], _Moved] = {}

    def of(self, agent: Agent) -> Change | None:
        before, after = self._old.of(agent), self._new.of(agent)
        closed, opened = self._moves_of(agent)
        effect = _effect(bool(closed.count), bool(opened.count), before.basis is not after.basis)
        if effect is None:
            return None
        borrowed = self._old.borrowed(agent), self._new.borrowed(agent)
        return Change(agent.name, effect, before, after, closed, opened, *borrowed)

    def _moves_of(self, agent: Agent) -> _Moved:
        groups = self._old.groups(agent), self._new.groups(agent)
        if groups not in self._known:
            if self.work.exhausted:
                return Moves(), Moves()
            self._known[groups] = self._moved(self._old.rules(agent), self._new.rules(agent))
        return self._known[groups]

    def _moved(self, before: Sequence[Rule], after: Sequence[Rule]) -> _Moved:
        """Patterns whose pages were open and are closed, and the reverse."""
        if [rule[1:] for rule in before] == [rule[1:] for rule in after]:
            return Moves(), Moves()
        old, new = Ruleset(before, self.work), Ruleset(after, self.work)
        closed: dict[str, bytes] = {}
        opened: dict[str, bytes] = {}
        tried: set[bytes] = set()
        for path, shown in _paths(before, after, self.work):
            if self.work.exhausted:
                break
            if path in tried:
                continue
            tried.add(path)
            was, is_ = old.disallows_path(path), new.disallows_path(path)
            if was is not is_:
                (closed if is_ else opened).setdefault(shown, path)
        return self._moves(closed, old, new), self._moves(opened, old, new)

    def _moves(self, found: dict[str, bytes], old: Ruleset, new: Ruleset) -> Moves:
        pages = (
            Pages(shown, self._winner(old, path), self._winner(new, path))
            for shown, path in islice(found.items(), MAX_PAGES)
        )
        return Moves(tuple(pages), len(found))

    def _winner(self, rules: Ruleset, path: bytes) -> Rule | None:
        self._naming_rules.spend(sum(cost(rule.pattern) for rule in chain(rules.allows, rules.disallows)))
        return None if self._naming_rules.exhausted else rules.winner(path)


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
