"""From sites to tokens: what share of a panel is restricted if each site counts as much as it has text.

A share of sites is no share of text: a tenth of the tokens of C4 stand on 2,000 of its 16 million domains, and the
large ones block more often (Longpre et al. 2024, arXiv 2407.14933). A site is blocked, open or unknown, by its
robots.txt, by its terms or by either of the two; unknown is neither. So a share has bounds: none of the unknown weight
is blocked, or all of it (partial identification, Manski 2003).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.core.estimate import Interval

Blocked = bool | None
"""Whether a site is blocked; None: unknown."""
Number = int | float


class Layer(StrEnum):
    """Where a restriction stands: in robots.txt, in the terms, or in either of them."""

    ROBOTS = "robots"
    TERMS = "terms"
    EITHER = "either"


class TermsReading(StrEnum):
    """Which terms restrict: those that forbid AI training, or those that forbid training or scraping.

    They are classes 1 and 3, and 1 to 3, of the Data Provenance Initiative (`tracker.core.terms.standing`).
    """

    TRAINING = "training"
    CRAWLING = "crawling"


def either(first: Blocked, second: Blocked) -> Blocked:
    """Blocked if one of the two is; open only if both are known to be; else unknown."""
    if first or second:
        return True
    return None if first is None or second is None else False


@dataclass(frozen=True, slots=True)
class Site:
    """A site of a panel. robots: what its robots.txt says to an agent; named: whether it does so by the agent's name.

    `named` is unknown where `robots` is, and true only where that is. terms: whether its terms restrict.
    """

    host: str
    rank: int | None
    sector: str
    robots: Blocked
    named: Blocked
    terms: Blocked

    def blocked(self, layer: Layer, by_name: bool = False) -> Blocked:
        """Whether it restricts in a layer. by_name: what `*` says in robots.txt does not count; terms name nobody."""
        robots = self.named if by_name else self.robots
        if layer is Layer.ROBOTS:
            return robots
        return self.terms if layer is Layer.TERMS else either(robots, self.terms)


@dataclass(frozen=True, slots=True)
class Restricted:
    """The restricted share of sites that weigh something, and what it rests on.

    sites: those that weigh something, `known` and `blocked` of them. The weights are theirs, in tokens, or 1 each.
    effective: Kish's effective number of the known sites, (sum w)^2 / sum w^2: so many equal sites say as much.
    """

    sites: int
    known: int
    blocked: int
    weight: Number
    known_weight: Number
    blocked_weight: Number
    effective: float

    @property
    def unknown(self) -> int:
        """Sites of which nothing is known."""
        return self.sites - self.known

    @property
    def value(self) -> float | None:
        """Blocked of the known weight; None if nothing is known: unknown is not zero."""
        return self.blocked_weight / self.known_weight if self.known_weight else None

    @property
    def bounds(self) -> Interval | None:
        """The share of all the weight if none, and if all, of the unknown is blocked; None without weight."""
        if not self.weight:
            return None
        unknown = self.weight - self.known_weight
        high = min(1.0, (self.blocked_weight + unknown) / self.weight)
        return Interval(self.blocked_weight / self.weight, high, "bounds by the unknown weight")


def restricted(sites: Iterable[tuple[Number, Blocked]]) -> Restricted:
    """The restricted share of sites, each given by its weight and whether it is blocked; weightless ones are left out.

    Raises ValueError for a weight that is negative or no finite number.
    """
    numbers = [0, 0, 0]
    weights: list[Number] = [0, 0, 0]
    squares: Number = 0
    for weight, blocked in sites:
        if not 0 <= weight < float("inf"):
            raise ValueError(f"weight {weight}: give a finite number of at least 0")
        if weight == 0:
            continue
        # All, those known, those blocked: each is part of the one before.
        for place in range(1 if blocked is None else 3 if blocked else 2):
            numbers[place] += 1
            weights[place] += weight
        squares += 0 if blocked is None else weight * weight
    effective = weights[1] * weights[1] / squares if squares else 0.0
    return Restricted(numbers[0], numbers[1], numbers[2], weights[0], weights[1], weights[2], effective)


def point(found: Restricted, layer: Layer) -> float | None:
    """The restricted share as one number; None where the known sites cannot stand for the others.

    In either layer they never can: one is enough to be known as restricted, and it takes two to be known as open. There
    the number is given only if nothing is unknown, else the bounds are all that is known.
    """
    return None if layer is Layer.EITHER and found.unknown else found.value


TIERS = (
    ("1-100", 100),
    ("101-1k", 1_000),
    ("1k-10k", 10_000),
    ("10k-100k", 100_000),
    ("100k-1M", 1_000_000),
    ("over 1M", None),
)
"""Rank bands by name and last rank, as the column `rank_bucket` of view `shares_by_group` has them."""
UNRANKED = "unranked"


def tier(rank: int | None) -> str:
    """The rank band of a site."""
    if rank is None:
        return UNRANKED
    return next(name for name, last in TIERS if last is None or rank <= last)


def by_tier(sites: Iterable[Site]) -> dict[str, list[Site]]:
    """The sites by rank band, the best ranked first; without bands where no site has a rank."""
    found = _groups(sites, lambda site: tier(site.rank))
    order = [*(name for name, _last in TIERS), UNRANKED]
    return {} if found.keys() <= {UNRANKED} else {name: found[name] for name in order if name in found}


def by_sector(sites: Iterable[Site]) -> dict[str, list[Site]]:
    """The sites by sector, by name, those without one last; nothing where no site has one."""
    found = _groups(sites, lambda site: site.sector)
    return {} if found.keys() <= {""} else dict(sorted(found.items(), key=lambda one: (one[0] == "", one[0])))


def _groups(sites: Iterable[Site], key: Callable[[Site], str]) -> dict[str, list[Site]]:
    found: dict[str, list[Site]] = {}
    for site in sites:
        found.setdefault(key(site), []).append(site)
    return found


def head_tail(head_share: float, head: float, tail: float) -> float:
    """The share of all tokens that is restricted: head_share * head + (1 - head_share) * tail.

    `head_share` is the share of a corpus that stands on the head; `head` and `tail` are the restricted shares of the
    two. Of C4 0.1087 * 28 % + 0.8913 * 2.2 % = 5.0 % (Longpre et al. 2024). Raises ValueError outside of [0, 1].
    """
    for name, share in (("head_share", head_share), ("head", head), ("tail", tail)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} {share} is no share: write a number from 0 to 1, such as 0.28")
    return head_share * head + (1 - head_share) * tail


def names_of(hosts: Iterable[str]) -> dict[str, str]:
    """The names under which a list of tokens may have the sites of a panel, and the site that each means.

    A site is meant with and without `www.`, unless both are in the panel. No other subdomain means it: that has a
    robots.txt of its own (RFC 9309, section 2.3).
    """
    names = {host: host for host in hosts}
    for host in list(names):
        other = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
        names.setdefault(other, host)
    return names


def parents(host: str) -> Iterator[str]:
    """The domains that a host is under, the nearest first: of a.b.example b.example, then example."""
    while host:
        host = host.partition(".")[2]
        if host:
            yield host


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Token counts of a file, as far as they are of the sites of a panel.

    tokens: by site. total: of the whole file. rows: of the file, without its header. beneath: tokens on other hosts
    under a site of the panel, which are not that site's. nameless and nameless_tokens: rows that name no site (a URL, a
    data set) and their tokens; `first_nameless` is the line of the first. repeated: rows that name a site again, with
    or without `www.`; their tokens are summed.
    """

    source: str
    column: str
    tokens: Mapping[str, Number]
    total: Number
    rows: int
    beneath: Number = 0
    nameless: int = 0
    nameless_tokens: Number = 0
    first_nameless: int | None = None
    repeated: int = 0

    @property
    def covered(self) -> Number:
        """Tokens of the sites of the panel."""
        return sum(self.tokens.values())

    @property
    def coverage(self) -> float:
        """The share of the file's tokens that stand on sites of the panel."""
        return self.covered / self.total if self.total else 0.0

    def largest(self, number: int = 10) -> list[tuple[str, Number]]:
        """The sites with the most tokens."""
        return sorted(((host, count) for host, count in self.tokens.items() if count), key=_by_weight)[:number]


def _by_weight(one: tuple[str, Number]) -> tuple[Number, str]:
    return -one[1], one[0]
