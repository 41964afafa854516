"""What a robots.txt says to one agent: whether all, some or no pages are closed to it, and by which lines.

The degree is exact. A site is not asked about `/` or about a list of paths: every rule is tried on paths that
stand for all it matches (`tracker.core.patterns.witnesses`), so `Allow: /` beside `Disallow: /*` is full,
`Disallow: /` beside `Allow: /` none, and an allow-list is partial with ordinary pages closed.

Deviations from Google's matcher, all deliberate: product tokens with digits, spaces or dots match literally
(Google's extractor stops at them, so `AI2Bot` could never be matched); /robots.txt is always allowed (RFC
9309 section 2.2.2); input ends at 500 KiB; `Allow: /index.html` does not also allow `/`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from typing import NamedTuple

from tracker.core.naming import Lines as NamedLines
from tracker.core.naming import named, naming_of
from tracker.core.patterns import ROBOTS_TXT, Work
from tracker.core.robots import RobotsFile, Rule
from tracker.core.ruleset import FILE_STEPS, STEPS, STEPS_A_RULE, Degree, Ruleset

MAX_TIES = 100


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
    - `tie_neutralised`: an Allow of equal length cancels a Disallow, on all of its pages and not only where the two
      overlap; `ties` are the lines of the first `MAX_TIES` such pairs, the Allow's first.
    - `too_complex`: a hostile file used up the budget of steps; the degree is `partial` for want of a proof. (What
      else is said of such a file, ties and exceptions, goes as far as a budget of its own.)
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


def select(robots: RobotsFile, token: str) -> Selection:
    """The groups that apply: all that name the token, else all for `*`, else none (RFC 9309 section 2.2.1).

    The token `*` asks for the wildcard's own groups.
    """
    found = named(robots, token)
    if found:
        return _selection(Basis.NAMED, found)
    unnamed = robots.memo.get(Selection)
    if unnamed is None:
        star = naming_of(robots).star
        unnamed = _selection(Basis.WILDCARD, star) if star else Selection(Basis.NONE, (), ())
        robots.memo[Selection] = unnamed
    assert isinstance(unnamed, Selection)
    return unnamed


def _selection(basis: Basis, lines: NamedLines) -> Selection:
    numbers = tuple(line.line for found in lines.values() for line in found)
    return Selection(basis, choices(lines), numbers)


def choices(lines: NamedLines) -> tuple[Chosen, ...]:
    """The groups in which these lines name an agent."""
    # Nearly always one line of a group names an agent.
    return tuple(
        Chosen(group, found[0].glued if len(found) == 1 else all(line.glued for line in found))
        for group, found in lines.items()
    )


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
    return octets == ROBOTS_TXT or not _ruleset(robots, token).disallows_path(octets)


def deciding_rule(robots: RobotsFile, token: str, path: str | bytes) -> Rule | None:
    """The rule behind `allowed`, for the same arguments; None if no rule matches, or for /robots.txt."""
    octets = _octets(path)
    return None if octets == ROBOTS_TXT else _ruleset(robots, token).winner(octets)


def _ruleset(robots: RobotsFile, token: str) -> Ruleset:
    """The rules for paths, kept for the next path. Degrees have a budget of their own."""
    chosen = select(robots, token).chosen
    known = robots.memo.get((Ruleset, chosen))
    if known is None:
        known = robots.memo[Ruleset, chosen] = Ruleset(rules_of(robots, chosen), Work(STEPS))
    assert isinstance(known, Ruleset)
    return known


def _octets(path: str | bytes) -> bytes:
    octets = path.encode("utf-8", "surrogatepass") if isinstance(path, str) else path
    octets = octets.partition(b"#")[0]
    return octets if octets.startswith(b"/") else b"/" + octets


def judge(robots: RobotsFile, token: str) -> Verdict:
    """The verdict of a file on one product token, with its evidence; nothing is ever raised.

    Agents that share their groups share the work.
    """
    selection = select(robots, token)
    known = robots.memo.get(selection)
    if known is None:
        known = robots.memo[selection] = _verdict(robots, selection)
    assert isinstance(known, Verdict)
    return known


class _Findings(NamedTuple):
    """What some groups say, whoever is named in them; the fields are those of `Verdict` and `Lines`."""

    degree: Degree
    root: Fate
    generic: Fate
    flags: frozenset[str]
    deciding: int | None = None
    exceptions: tuple[int, ...] = ()
    ties: tuple[tuple[int, int], ...] = ()
    alternative: Degree | None = None


def _verdict(robots: RobotsFile, selection: Selection) -> Verdict:
    basis, chosen, agent_lines = selection
    found = robots.memo.get((_Findings, chosen))
    if found is None:
        found = robots.memo[_Findings, chosen] = _findings(robots, chosen)
    lines = Lines(agent_lines, found.deciding, found.exceptions)
    flags = found.flags | {"managed_cf"} if _is_managed(robots, agent_lines) else found.flags - {"managed_cf"}
    return Verdict(found.degree, basis, found.root, found.generic, lines, flags, found.alternative, found.ties)


class Decision(NamedTuple):
    """What some groups say: their rules and the degree; `undecided`: the degree is partial for want of a proof.

    `has_tie`: an Allow cancels a Disallow of its length; not looked for where the degree is undecided. What else the
    rules are asked is charged to `work`.
    """

    rules: Ruleset
    degree: Degree
    undecided: bool
    has_tie: bool
    work: Work


def decide(robots: RobotsFile, chosen: Iterable[Chosen]) -> Decision | None:
    """Decide what the groups say, within their part of the steps for a file; None if there are too many to look at.

    The same question always gets the same answer: nobody's steps are spent by who was judged before.
    """
    chosen = tuple(chosen)
    steps = _steps(robots, chosen)
    if not steps:
        return None
    work = Work(steps)
    rules = Ruleset(rules_of(robots, chosen), work)
    degree, undecided = rules.degree, rules.is_undecided
    # As many again for ties, and for the evidence: for want of these no degree is in doubt.
    work.left = steps
    has_tie = not undecided and rules.has_neutralising_tie
    work.left = steps
    return Decision(rules, degree, undecided, has_tie, work)


def _steps(robots: RobotsFile, chosen: Iterable[Chosen]) -> int:
    """The part of `FILE_STEPS` for some groups, 0 if it would not even suffice to sort their rules out.

    Half of it goes by the number of rules, half is the same for every choice of groups that some agent obeys.
    """
    known = robots.memo.get(_steps)
    if known is None:
        naming = naming_of(robots)
        choices_made = {tuple(lines) for lines in (naming.star, *naming.tokens.values())}
        all_rules = sum(len(robots.groups[group].rules) for groups in choices_made for group in groups)
        known = robots.memo[_steps] = len(choices_made), all_rules
    number, all_rules = known
    own_rules = sum(len(robots.groups[group].rules) for group, _ in chosen)
    steps: int = FILE_STEPS // 2 // number + FILE_STEPS // 2 * own_rules // max(all_rules, own_rules, 1)
    return steps if steps >= STEPS_A_RULE * own_rules else 0


def _findings(robots: RobotsFile, chosen: tuple[Chosen, ...]) -> _Findings:
    decision = decide(robots, chosen)
    glued = is_glued(robots, chosen)
    if decision is None:
        rules = Ruleset(rules_of(robots, chosen), Work(0))
        flags = _flags(robots, chosen, glued=glued, too_complex=True)
        return _Findings(Degree.PARTIAL, _fate(rules.root), _fate(rules.generic), flags)
    rules, degree, undecided, has_tie, work = decision
    flags = _flags(robots, chosen, glued=glued, tie_neutralised=has_tie, too_complex=undecided)
    return _Findings(
        degree,
        _fate(rules.root),
        _fate(rules.generic),
        flags,
        deciding=rules.deciding(),
        exceptions=rules.exceptions(),
        ties=tuple(islice(rules.ties(), MAX_TIES)) if has_tie else (),
        alternative=Ruleset(intended_rules(robots, chosen), work).degree if glued else None,
    )


def _flags(robots: RobotsFile, chosen: Iterable[Chosen], **found: bool) -> frozenset[str]:
    """The flags of the file and of these groups, and what was found out of the verdict."""
    flags = robots.shape.union(*(robots.groups[choice.group].flags for choice in chosen))
    return (flags - {"glued"}) | {flag for flag, present in found.items() if present}


def _is_managed(robots: RobotsFile, agent_lines: Iterable[int]) -> bool:
    """Whether the agent is named within the block that Cloudflare writes."""
    if robots.managed is None:
        return False
    first, last = robots.managed
    return any(first <= line <= last for line in agent_lines)


def _fate(disallowed: bool) -> Fate:
    return Fate.DISALLOWED if disallowed else Fate.ALLOWED
