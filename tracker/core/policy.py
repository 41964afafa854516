"""The policy of a robots.txt: what it says to every token it names and to `*`, independent of any registry of
agents.

An agent that becomes known tomorrow needs no second look at the bytes: its tokens are looked up in the
policies that are already there. Everything that any published definition of "blocks" needs is packed into one
integer per token.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain
from typing import NamedTuple

from tracker.core.agents import Agent
from tracker.core.naming import naming_of
from tracker.core.patterns import Work
from tracker.core.robots import RobotsFile, Rule
from tracker.core.ruleset import Degree, Ruleset
from tracker.core.verdict import Basis, Chosen, choices, decide, is_glued, rules_of

RULESET = 3
"""Version of the reading: it grows when the same bytes may give another policy, to have them read anew."""

DEGREE = 3
"""Mask of the degree: `NONE`, `PARTIAL` or `FULL`."""
NONE, PARTIAL, FULL = 0, 1, 2
ROOT = 4
"""`/` is disallowed."""
GENERIC = 8
"""An ordinary page that no rule mentions is disallowed."""
DPI = 3 << 4
"""Mask of the Data Provenance Initiative's status: `DPI_NONE`, `DPI_SOME` or `DPI_ALL` (see `dpi_status`)."""
DPI_NONE, DPI_SOME, DPI_ALL = 0, 1 << 4, 2 << 4
EVERY_PATH = 64
"""Every path that the file names, `/` and a made-up path are disallowed (see `closes_every_path`)."""
HAS_ALLOW = 128
"""The groups that apply hold a non-empty Allow."""
HAS_DISALLOW = 256
"""The groups that apply hold a non-empty Disallow."""
PRIMARY = 512
"""The token is the whole product name of some user-agent line: its value up to `/`, trimmed."""
GLUED = 1024
"""By the RFC the token shares rules from which a Crawl-delay or Content-Signal line parts it."""
TIE = 2048
"""An Allow of equal length cancels a Disallow, on all of its pages."""
NO_GROUP = 4096
"""Only in `Policy.star`: no group applies to an agent that is not named."""
FIRST_RULE_SLASH = 8192
"""The first rule of the groups is a Disallow whose path begins with `/` (Ben Welsh's rule, palewi.re)."""
UNDECIDED = 16384
"""A hostile file used up the budget of steps: the degree is given as partial for want of a proof."""
ANYWHERE = 32768
"""Only in a `Ruling`: a token of the agent occurs somewhere in the text, if only in a comment or a path."""

_DEGREES = {Degree.NONE: NONE, Degree.PARTIAL: PARTIAL, Degree.FULL: FULL}


class Preference(NamedTuple):
    """A signal of the file as the history stores it: what is said to `token` ("*": everybody), in which words.

    The fields are those of `tracker.core.signals.Signal`; `flags` are sorted and joined by spaces, `raw` is kept
    only where `value` is empty because the words are not understood.
    """

    token: str
    kind: str
    key: str
    path: str
    value: str
    flags: str = ""
    raw: str = ""


@dataclass(frozen=True)
class Policy:
    """What a file says to all agents.

    `star`: the bits for an agent that is not named. `rules`: (token, bits) of every token that the file
    names, in lower case, sorted, without `*`. `absent`: there is no robots.txt, which is an answer too.
    `preferences`: its signals, sorted. `loose`: tokens of the registry of the day, in lower case and sorted, that
    occur in the text although no named token contains them; they serve the definition `naive_substring` alone.
    """

    star: int
    rules: tuple[tuple[str, int], ...]
    absent: bool = False
    preferences: tuple[Preference, ...] = ()
    loose: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 (32 octets) of what is said: equal for all bodies that say the same. Without `RULESET`."""
        said = chain(
            [f"{self.absent:d} {self.star}"],
            (f"{bits} {token}" for token, bits in self.rules),
            (f"signal {preference!r}" for preference in self.preferences),
            (f"loose {token}" for token in self.loose),
        )
        return sha256("\n".join(said).encode("utf-8", "surrogatepass")).digest()

    @cached_property
    def words(self) -> str:
        """All tokens that it names or holds loosely, one a line: a registered token occurs in the text if here."""
        return "\n".join(chain((token for token, _ in self.rules), self.loose))

    def bits_of(self, token: str) -> int | None:
        """The bits of a token, in any case; None if the file does not name it."""
        return self._bits.get(token.lower())

    @cached_property
    def _bits(self) -> dict[str, int]:
        return dict(self.rules)


ABSENT = Policy(star=NO_GROUP, rules=(), absent=True)
"""The answer "there is no robots.txt": everything is allowed."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a policy says to one agent: the basis, the bits, and the token found (None: through `*`)."""

    basis: Basis
    bits: int
    token: str | None


def resolve(policy: Policy, agent: Agent) -> Ruling:
    """Apply a policy to an agent.

    The first of its own tokens that the file names decides (basis named); else the first of the tokens it
    falls back to (basis wildcard: the file names somebody else); else `*`, if the agent obeys it.
    """
    words, anywhere = policy.words, 0
    for token in agent.tokens:
        # Of most agents no token occurs in a file, so that none needs to be looked up.
        if token.lower() in words:
            anywhere = ANYWHERE
            bits = policy.bits_of(token)
            if bits is not None:
                return Ruling(Basis.NAMED, bits | anywhere, token)
    for token in agent.falls_back_to:
        bits = policy.bits_of(token)
        if bits is not None:
            return Ruling(Basis.WILDCARD, bits | anywhere, token)
    if not agent.obeys_star:
        return Ruling(Basis.NONE, anywhere, None)
    return Ruling(Basis.NONE if policy.star & NO_GROUP else Basis.WILDCARD, policy.star | anywhere, None)


def policy_of(robots: RobotsFile) -> Policy:
    """The policy of a parsed file. Agents that share their groups share the work."""
    naming = naming_of(robots)
    reader = _Reader(robots)
    star_bits = reader.bits(choices(naming.star)) if naming.star else NO_GROUP
    rules = tuple(
        (token, reader.bits(choices(lines)) | (PRIMARY if token in naming.whole else 0))
        for token, lines in sorted(naming.tokens.items())
    )
    return Policy(star_bits, rules)


_Choices = tuple[Chosen, ...]


class _Reader:
    """Works out the bits of groups, once for every distinct choice of them."""

    def __init__(self, robots: RobotsFile) -> None:
        self._robots = robots
        self._known: dict[_Choices, int] = {}

    def bits(self, chosen: _Choices) -> int:
        """The bits that agents with these groups share."""
        known = self._known.get(chosen)
        if known is None:
            known = self._known[chosen] = self._work_out(chosen)
        return known

    def _work_out(self, chosen: _Choices) -> int:
        decision = decide(self._robots, chosen)
        if decision is None:
            return PARTIAL | UNDECIDED
        ruleset, rules = decision.rules, rules_of(self._robots, chosen)
        return (
            _DEGREES[decision.degree]
            | (UNDECIDED if decision.undecided else 0)
            | dpi_status(rules)
            | (ROOT if ruleset.root else 0)
            | (GENERIC if ruleset.generic else 0)
            | (HAS_ALLOW if ruleset.allows else 0)
            | (HAS_DISALLOW if ruleset.disallows else 0)
            | (EVERY_PATH if closes_every_path(self._robots, ruleset, decision.work) else 0)
            | (GLUED if is_glued(self._robots, chosen) else 0)
            | (TIE if decision.has_tie else 0)
            | (FIRST_RULE_SLASH if _starts_with_a_slash(rules) else 0)
        )


def dpi_status(rules: Sequence[Rule]) -> int:
    """`DPI_ALL`, `DPI_SOME` or `DPI_NONE`: the Data Provenance Initiative's status of an agent, as it was
    meant.

    Rules with a `?` are left out. None without a Disallow, or if the Allows equal the Disallows; all if `/`
    is among the Disallows and there is no Allow; else some. Source: `interpret_agent` in parse_robots.py of
    the Data-Provenance-Collection (Longpre et al. 2024, Consent in Crisis).

    The published code gives less than it means: it never resets its list of current names, so that a group
    with several names counts for the last only, and it files rules by the spelling of a name. Here the rule
    runs on the groups of RFC 9309, so shares are higher than theirs.
    """
    disallows = [rule.pattern for rule in rules if not rule.allow and rule.pattern and b"?" not in rule.pattern]
    allows = [rule.pattern for rule in rules if rule.allow and b"?" not in rule.pattern]
    if not disallows or allows == disallows:
        return DPI_NONE
    return DPI_ALL if b"/" in disallows and not allows else DPI_SOME


def closes_every_path(robots: RobotsFile, ruleset: Ruleset, work: Work) -> bool:
    """Whether every path named anywhere in the file, `/` and a dummy path are disallowed: IMC 2025's full
    restriction.

    As in the paper a pattern is tried as a path as it stands, less a final `$`, and so is /robots.txt.
    Source: "Somesite I Used To Crawl" (IMC 2025) and its code, ucsdsysnet/ai-crawler-imc-25.
    """
    if not (ruleset.generic and ruleset.root):
        return False
    if not ruleset.allows:
        return True
    # The agent's own Allows come first, for they are the likeliest to end the search.
    for path in chain(map(_as_path, ruleset.allows), _paths_named(robots)):
        work.spend(1)
        if work.exhausted or not ruleset.disallows_path(path):
            return False
    return True


def _paths_named(robots: RobotsFile) -> Iterable[bytes]:
    """The patterns of the whole file as paths, each once."""
    known: dict[bytes, None] | None = robots.memo.get(_paths_named)
    if known is None:
        rules = chain(chain.from_iterable(group.rules for group in robots.groups), robots.orphans)
        known = robots.memo[_paths_named] = dict.fromkeys(map(_as_path, rules))
    return known


def _as_path(rule: Rule) -> bytes:
    path = rule.pattern.removesuffix(b"$")
    return path if path.startswith(b"/") else b"/" + path


def _starts_with_a_slash(rules: Sequence[Rule]) -> bool:
    return bool(rules) and not rules[0].allow and rules[0].pattern.startswith(b"/")
