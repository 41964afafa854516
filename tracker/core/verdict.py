"""What a robots.txt says to one agent: whether all, some or no pages are closed to it, and by which lines.

The degree is exact. A site is not asked about `/` or about a list of paths: every rule is tried on paths that
stand for all it matches (`tracker.core.patterns.witnesses`), so `Allow: /` beside `Disallow: /*` is full,
`Disallow: /` beside `Allow: /` none, and an allow-list is partial with ordinary pages closed.

Deviations from Google's matcher, all deliberate: product tokens with digits, spaces or dots match literally
(Google's extractor stops at them, so `AI2Bot` could never be matched); /robots.txt is always allowed (RFC
9309 section 2.2.2); input ends at 500 KiB; `Allow: /index.html` does not also allow `/`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain, islice
from typing import NamedTuple

from tracker.core.patterns import ROBOTS_TXT, Matcher, Work, matches, witnesses
from tracker.core.robots import AgentLine, RobotsFile, Rule

STEPS = 1_000_000
MAX_TIES = 100
ROOT_PATH = b"/"
# An ordinary page that no rule mentions: only a star or the open end of a pattern matches the `*` of a path.
GENERIC_PATH = b"/*"
_RFC_TOKEN = re.compile(rb"[a-z_-]+")
_NAME_GOES_ON = re.compile(rb"[a-z_-]")
_LITERAL_GOES_ON = re.compile(rb"[a-z0-9_-]")
_SELF_ALLOWED = frozenset({ROBOTS_TXT, ROBOTS_TXT + b"$"})


class Degree(StrEnum):
    """How much is closed: no page, some pages, or every page (but /robots.txt)."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class Basis(StrEnum):
    """On what a verdict rests: groups that name the agent, the groups for `*`, or no group at all."""

    NAMED = "named"
    WILDCARD = "wildcard"
    NONE = "none"


class Fate(StrEnum):
    """What becomes of one path."""

    ALLOWED = "allowed"
    DISALLOWED = "disallowed"


@dataclass(frozen=True, slots=True)
class Lines:
    """The evidence, as line numbers from 1.

    `agents`: the user-agent lines that selected the rules. `deciding`: the Disallow that closes ordinary
    pages, else the one that closes `/`, else the first that closes anything; None if nothing is closed.
    `exceptions`: the Allows that keep open what a Disallow would close.
    """

    agents: tuple[int, ...] = ()
    deciding: int | None = None
    exceptions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file says to one agent.

    `root` is the fate of `/`, `generic` that of an ordinary page which no rule mentions. `flags` are the
    file's (see `RobotsFile.shape`; `managed_cf` only if the rules stand in Cloudflare's block), those of the
    groups that apply, and

    - `glued`: a Crawl-delay or Content-Signal line parts this agent's name from the names below it, whose
      rules it shares by the RFC; `alternative` is then the degree if that line had ended the list, else None.
    - `tie_neutralised`: an Allow of equal length cancels a Disallow; `ties` are the lines of the first
      `MAX_TIES` such pairs, the Allow's first.
    - `too_complex`: a hostile file used up the budget of steps; the degree is `partial` for want of a proof.
    """

    degree: Degree
    basis: Basis
    root: Fate
    generic: Fate
    lines: Lines
    flags: frozenset[str]
    alternative: Degree | None = None
    ties: tuple[tuple[int, int], ...] = ()


class Chosen(NamedTuple):
    """A group that applies: its index, and whether the agent's name is glued in all of its lines there."""

    group: int
    glued: bool


class Selection(NamedTuple):
    """The groups that apply to an agent, and the user-agent lines that say so."""

    basis: Basis
    chosen: tuple[Chosen, ...]
    lines: tuple[int, ...]


def names(line: AgentLine, token: str) -> bool:
    """Whether a user-agent line names a product token.

    It does if it begins with the token and the name ends there. For a token of RFC 9309's alphabet (letters,
    `_`, `-`) that is Google's rule; other tokens, such as `AI2Bot` or `Kangaroo Bot`, are taken literally.
    """
    wanted = token.encode("utf-8", "replace").lower()
    value = line.value.lower()
    if not wanted or wanted == b"*" or not value.startswith(wanted):
        return False
    goes_on = _NAME_GOES_ON if _RFC_TOKEN.fullmatch(wanted) else _LITERAL_GOES_ON
    return goes_on.match(value, len(wanted)) is None


def select(robots: RobotsFile, token: str) -> Selection:
    """The groups that apply: all that name the token, else all for `*`, else none (RFC 9309 section 2.2.1).

    The token `*` asks for the wildcard's own groups.
    """
    for basis in (Basis.NAMED, Basis.WILDCARD):
        chosen: list[Chosen] = []
        lines: list[int] = []
        for index, group in enumerate(robots.groups):
            is_named = basis is Basis.NAMED
            hits = [line for line in group.agents if (names(line, token) if is_named else line.is_star)]
            if hits:
                chosen.append(Chosen(index, all(line.glued for line in hits)))
                lines.extend(line.line for line in hits)
        if chosen:
            return Selection(basis, tuple(chosen), tuple(lines))
    return Selection(Basis.NONE, (), ())


class Ruleset:
    """The merged rules of the groups that apply to an agent, ready to decide any path."""

    def __init__(self, rules: Sequence[Rule], work: Work) -> None:
        work.spend(2 * len(rules))  # sorting rules out costs about two matches each
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

    def _live_disallows(self) -> Iterator[Rule]:
        """Disallows that win somewhere: no Allow that is as long or longer covers all they match."""
        for rule in self.disallows:
            length = len(rule.pattern)
            if any(not self._allow.covers(path, length) for path in witnesses(rule.pattern)):
                yield rule

    def _live_allows(self) -> Iterator[Rule]:
        """Allows that win somewhere: no longer Disallow covers all they match. /robots.txt does not count."""
        for rule in self.allows:
            length = len(rule.pattern) + 1
            if rule.pattern in _SELF_ALLOWED:
                continue
            if any(not self._disallow.covers(path, length) for path in witnesses(rule.pattern)):
                yield rule

    @cached_property
    def has_neutralising_tie(self) -> bool:
        """Whether an Allow of equal length, and no longer one, cancels a Disallow."""
        if not self.allows:
            return False
        for rule in self.disallows:
            length = len(rule.pattern)
            if length not in self._allow.lengths:
                continue
            for path in witnesses(rule.pattern):
                if self._allow.covers(path, length) and not self._allow.covers(path, length + 1):
                    return True
        return False

    def ties(self) -> Iterator[tuple[int, int]]:
        """Lines of the Allow and the Disallow of each such pair, by the line of the Disallow."""
        if not self.has_neutralising_tie:
            return
        by_length: dict[int, list[Rule]] = {}
        for rule in self.allows:
            by_length.setdefault(len(rule.pattern), []).append(rule)
        for rule in self.disallows:
            equals = by_length.get(len(rule.pattern), [])
            paths = [path for path in witnesses(rule.pattern) if not self._allow.covers(path, len(rule.pattern) + 1)]
            self._work.spend(len(equals))
            if self._work.exhausted:
                return
            allow = next((allow for allow in equals for path in paths if matches(allow.pattern, path)), None)
            if allow is not None:
                yield allow.line, rule.line

    def exceptions(self) -> tuple[int, ...]:
        """Lines of the Allows that keep open what a Disallow would close."""
        return tuple(
            rule.line
            for rule in self._live_allows()
            if any(self._disallow.covers(path, 1) for path in witnesses(rule.pattern))
        )

    def deciding(self) -> int | None:
        """Line of the Disallow to point at, see `Lines`."""
        rule = self._closing(GENERIC_PATH) or self._closing(ROOT_PATH) or next(self._live_disallows(), None)
        return rule.line if rule else None


def rules_of(robots: RobotsFile, chosen: Iterable[Chosen]) -> list[Rule]:
    """The merged rules of groups, in file order."""
    return list(chain.from_iterable(robots.groups[group].rules for group, _ in chosen))


def intended_rules(robots: RobotsFile, chosen: Iterable[Chosen]) -> list[Rule]:
    """The same if a Crawl-delay or Content-Signal line ended a list of names: glued names own no rules."""
    return rules_of(robots, (choice for choice in chosen if not choice.glued))


def is_glued(robots: RobotsFile, chosen: Iterable[Chosen]) -> bool:
    """Whether rules reach the agent only because the RFC reads past such a line."""
    return any(glued and any(rule.pattern for rule in robots.groups[group].rules) for group, glued in chosen)


def allowed(robots: RobotsFile, token: str, path: str | bytes) -> bool:
    """Whether the agent with this product token may fetch a path.

    `path` is path and query in percent-encoded form and is compared as it is (as Google does); a fragment is
    cut off and a missing first slash added. /robots.txt is always allowed.
    """
    octets = _octets(path)
    if octets == ROBOTS_TXT:
        return True
    rules = rules_of(robots, select(robots, token).chosen)
    return not Ruleset(rules, Work(STEPS)).disallows_path(octets)


def deciding_rule(robots: RobotsFile, token: str, path: str | bytes) -> Rule | None:
    """The rule behind `allowed`, for the same arguments; None if no rule matches, or for /robots.txt."""
    octets = _octets(path)
    if octets == ROBOTS_TXT:
        return None
    return Ruleset(rules_of(robots, select(robots, token).chosen), Work(STEPS)).winner(octets)


def _octets(path: str | bytes) -> bytes:
    octets = path.encode("utf-8", "surrogatepass") if isinstance(path, str) else path
    octets = octets.partition(b"#")[0]
    return octets if octets.startswith(b"/") else b"/" + octets


def judge(robots: RobotsFile, token: str) -> Verdict:
    """The verdict of a file on one product token, with its evidence; nothing is ever raised."""
    basis, chosen, agent_lines = select(robots, token)
    work = Work(STEPS)
    rules = Ruleset(rules_of(robots, chosen), work)
    glued = is_glued(robots, chosen)
    degree = rules.degree
    alternative = Ruleset(intended_rules(robots, chosen), work).degree if glued else None
    lines = Lines(agent_lines, rules.deciding(), rules.exceptions())
    ties = tuple(islice(rules.ties(), MAX_TIES))
    flags = set(robots.shape).union(*(robots.groups[choice.group].flags for choice in chosen))
    for flag, present in (
        ("glued", glued),
        ("tie_neutralised", rules.has_neutralising_tie),
        ("managed_cf", _is_managed(robots, agent_lines)),
        ("too_complex", work.exhausted),
    ):
        (flags.add if present else flags.discard)(flag)
    fates = _fate(rules.root), _fate(rules.generic)
    return Verdict(degree, basis, *fates, lines, frozenset(flags), alternative, ties)


def _is_managed(robots: RobotsFile, agent_lines: Iterable[int]) -> bool:
    """Whether the agent is named within the block that Cloudflare writes."""
    if robots.managed is None:
        return False
    first, last = robots.managed
    return any(first <= line <= last for line in agent_lines)


def _fate(disallowed: bool) -> Fate:
    return Fate.DISALLOWED if disallowed else Fate.ALLOWED
