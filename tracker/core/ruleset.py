"""The merged rules of the groups that apply to an agent: the fate of any path, and the exact degree.

Every question spends from a budget of steps (`tracker.core.patterns.Work`), so that no file, however hostile, takes
longer than about a second.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import chain

from tracker.core.patterns import ROBOTS_TXT, Matcher, Work, cost, matches, overlaps, witnesses
from tracker.core.robots import Rule

STEPS = 400_000
FILE_STEPS = 800_000
"""The budget for all degrees of a file together, with as much again for its ties, and for the rest of the evidence."""
STEPS_A_RULE = 2  # sorting rules out costs about two matches each
ROOT_PATH = b"/"
# An ordinary page that no rule mentions: only a star or the open end of a pattern matches the `*` of a path.
GENERIC_PATH = b"/*"
_SELF_ALLOWED = frozenset({ROBOTS_TXT, ROBOTS_TXT + b"$"})


class Degree(StrEnum):
    """How much is closed: no page, some pages, or every page (but /robots.txt)."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class Ruleset:
    """The merged rules of the groups that apply to an agent, ready to decide any path."""

    def __init__(self, rules: Sequence[Rule], work: Work) -> None:
        work.spend(STEPS_A_RULE * len(rules))
        self.allows = [rule for rule in rules if rule.allow and rule.pattern]
        self.disallows = [rule for rule in rules if not rule.allow and rule.pattern]
        # Only patterns of nothing but these octets can match `/` or an ordinary page; there are few of them.
        self._sweeping = [rule for rule in rules if rule.pattern and not rule.pattern.strip(b"/*$")]
        self._work = work

    @cached_property
    def _allow(self) -> Matcher:
        return Matcher((rule.pattern for rule in self.allows), self._work)

    @cached_property
    def _disallow(self) -> Matcher:
        return Matcher((rule.pattern for rule in self.disallows), self._work)

    def disallows_path(self, path: bytes) -> bool:
        """Whether the longest matching rule is a Disallow; an Allow wins a tie (RFC 9309 section 2.2.2)."""
        return self._disallow.longest(path) > self._allow.longest(path)

    def winner(self, path: bytes) -> Rule | None:
        """The rule that decides a path: the longest that matches, of equals an Allow, of these the first."""
        matching = (rule for rule in chain(self.allows, self.disallows) if matches(rule.pattern, path))
        return max(matching, key=lambda rule: (len(rule.pattern), rule.allow), default=None)

    @cached_property
    def root(self) -> bool:
        """Whether `/` is disallowed."""
        return self._closing(ROOT_PATH) is not None

    @cached_property
    def generic(self) -> bool:
        """Whether an ordinary page is disallowed."""
        return self._closing(GENERIC_PATH) is not None

    def _closing(self, path: bytes) -> Rule | None:
        """The Disallow that closes one of these two paths, None if it is open."""
        matching = (rule for rule in self._sweeping if matches(rule.pattern, path))
        winner = max(matching, key=lambda rule: (len(rule.pattern), rule.allow), default=None)
        return None if winner is None or winner.allow else winner

    @cached_property
    def degree(self) -> Degree:
        """None, partial or full: whether any rule wins on its witness against the fate of ordinary pages."""
        against = self._live_allows() if self.generic else self._live_disallows()
        if next(against, None) is None:
            return Degree.FULL if self.generic else Degree.NONE
        return Degree.PARTIAL

    @cached_property
    def is_undecided(self) -> bool:
        """Whether the degree is partial for want of a proof: the budget ended before one was found."""
        return self.degree is Degree.PARTIAL and self._work.exhausted

    def _live_disallows(self) -> Iterator[bytes]:
        """Paths that are closed, one for each Disallow: no Allow that is as long or longer covers all it matches."""
        for rule in self.disallows:
            length = len(rule.pattern)
            path = next((path for path in witnesses(rule.pattern) if not self._allow.covers(path, length)), None)
            if path is not None:
                yield path

    def _live_allows(self) -> Iterator[tuple[Rule, list[bytes]]]:
        """Allows to which no longer Disallow closes all they match, with the witnesses that stay open.

        /robots.txt does not count.
        """
        for rule in self.allows:
            length = len(rule.pattern) + 1
            if rule.pattern in _SELF_ALLOWED:
                continue
            paths = [path for path in witnesses(rule.pattern) if not self._disallow.covers(path, length)]
            if paths:
                yield rule, paths

    @cached_property
    def has_neutralising_tie(self) -> bool:
        """Whether an Allow of equal length cancels a Disallow, and no longer rule decides anyway."""
        if not self.allows:
            return False
        for rule in self.disallows:
            length = len(rule.pattern)
            if length not in self._allow.lengths:
                continue
            for path in witnesses(rule.pattern):
                if self._allow.covers(path, length) and not self._is_outranked(path, length):
                    return not self._work.exhausted
        return False

    def _is_outranked(self, path: bytes, length: int) -> bool:
        """Whether a rule of more than this length matches a path."""
        return self._allow.covers(path, length + 1) or self._disallow.covers(path, length + 1)

    def ties(self) -> Iterator[tuple[int, int]]:
        """Lines of the Allow and the Disallow of each such pair, by the line of the Disallow."""
        if not self.has_neutralising_tie:
            return
        by_length: dict[int, list[Rule]] = {}
        for rule in self.allows:
            by_length.setdefault(len(rule.pattern), []).append(rule)
        for rule in self.disallows:
            equals = by_length.get(len(rule.pattern))
            if equals is None:
                continue
            self._work.spend(sum(cost(allow.pattern) for allow in equals))
            if self._work.exhausted:
                return
            paths = witnesses(rule.pattern)
            tied = ((allow, path) for allow in equals for path in paths if matches(allow.pattern, path))
            allow = next((allow for allow, path in tied if not self._is_outranked(path, len(rule.pattern))), None)
            if self._work.exhausted:
                return
            if allow is not None:
                yield allow.line, rule.line

    def exceptions(self) -> tuple[int, ...]:
        """Lines of the Allows that keep open what a Disallow would close, be it only where the two overlap.

        Of files that cost much, overlaps are searched for until half of the budget is left.
        """
        found = []
        reserve = self._work.left // 2
        for rule, paths in self._live_allows():
            longer = len(rule.pattern) + 1
            # What a longer Allow opens is not owed to this one.
            if any(self._disallow.covers(path, 1) and not self._allow.covers(path, longer) for path in paths) or (
                self._work.left > reserve and self._wins_overlap(rule, reserve)
            ):
                if self._work.exhausted:
                    break
                found.append(rule.line)
        return tuple(found)

    def _wins_overlap(self, allow: Rule, reserve: int) -> bool:
        """Whether some of the pages that an Allow shares with a Disallow are open because of it."""
        length = len(allow.pattern) + 1
        for rule in self.disallows if b"*" in allow.pattern else self._starred_disallows:
            if len(rule.pattern) >= length:
                continue
            for path in overlaps(allow.pattern, rule.pattern, self._work):
                if not self._disallow.covers(path, length) and not self._allow.covers(path, length):
                    return True
            if self._work.left <= reserve:
                return False
        return False

    @cached_property
    def _starred_disallows(self) -> list[Rule]:
        """Two patterns without stars share nothing but all pages of one of them."""
        return [rule for rule in self.disallows if b"*" in rule.pattern]

    def deciding(self) -> int | None:
        """Line of the Disallow to point at, see `Lines`; None too if the budget ends before one is proven."""
        rule = self._closing(GENERIC_PATH) or self._closing(ROOT_PATH)
        if rule is None and (closed := next(self._live_disallows(), None)) is not None and not self._work.exhausted:
            length = self._disallow.longest(closed)
            as_long = (rule for rule in self.disallows if len(rule.pattern) == length)
            rule = next((rule for rule in as_long if matches(rule.pattern, closed)), None)
        return rule.line if rule else None
