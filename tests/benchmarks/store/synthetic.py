"""A made-up web of sites and the days of its crawls, at the rates that real ones were measured to have.

Per site and week 1 % of the policies change and 3.5 to 4.1 % of the bytes; 27 to 33 % of the bodies are duplicates;
1.5 % of the checks fail for a moment, and 5 % of the sites for a large part of the time. A body has 1.4 KB on average
and packs as real ones of that size do (3.2 times with zstd, from 4,073 files of well-known sites). The rates are of 11
monthly snapshots of 155 such sites (samber/the-great-gpt-firewall, 2025), toned down to those of the long tail.

The same arguments give the same web, on every machine.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tracker.core.agents import Agent
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.store.captures import Answer, Failure

START = 1_732_244_400  # 2024-11-22 03:00 UTC
OPEN, PART, CLOSED = 0, 1, 2
_POOL = 2_000  # policies that sites share
_ABSENT = 3  # the shared one that is no file at all
_FAILURES = {
    1: ("http_503", ""),
    2: ("connect_timeout", ""),
    3: ("http_403", ""),
}
_SECTORS = ("news", "shopping", "reference", "government", "forum", "software", "health", "travel", "science", "video")
_OTHERS = ("Googlebot", "bingbot", "AhrefsBot", "SemrushBot", "MJ12bot", "dotbot", "BLEXBot", "DataForSeoBot", "Yandex")
_WORDS = """
account admin ajax api archive assets author basket blog cart catalog category checkout cgi-bin comments compare content
customer download edit email en export feed filter forum gallery help images includes index.php install internal item js
login mail media member modules news node order page plugins preview print private product profile register reply review
rss scripts search session share sort static store tag temp theme trackback upload user video view wishlist wp-admin
wp-content wp-includes wp-json xmlrpc.php
"""
_PARTS = _WORDS.split()

Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Policies:
    """What the policies say: the degree for `*`, and for each agent the degree and whether it is named."""

    star: Bytes
    degree: Bytes  # policies x agents
    named: NDArray[np.bool_]

    def joined(self, other: "Policies") -> "Policies":
        """Both, one after the other."""
        pairs = ((self.star, other.star), (self.degree, other.degree), (self.named, other.named))
        return Policies(*(np.concatenate(pair) for pair in pairs))


class Web:
    """`sites` sites over `days` days and what they say to `agents`; see the module for the rates."""

    def __init__(self, sites: int, days: int, agents: Sequence[Agent], seed: int = 7) -> None:
        self.sites, self.days, self.agents, self.seed = sites, days, agents, seed
        self._dice = np.random.default_rng(seed)
        self.hosts = [f"{_word(site)}-{_word(site // 7 + 3)}{site}.example" for site in range(sites)]
        self._templated, churning = self._kinds()
        self._events(churning)
        self._troubles()

    @property
    def panel(self) -> Panel:
        """All sites, ranked in a random order."""
        ranks = np.random.default_rng(self.seed + 1).permutation(self.sites) + 1
        members = tuple(
            Member(host, int(rank), _SECTORS[site % len(_SECTORS)])
            for site, (host, rank) in enumerate(zip(self.hosts, ranks, strict=True))
        )
        return Panel("synthetic", "Made-up sites", "made up", "1", "2024-11-22", None, False, members)

    def at(self, day: int) -> int:
        """When the crawl of a day was made (UTC seconds)."""
        return START + day * DAY

    def crawls(self) -> Iterator[tuple[int, list[Answer | Failure]]]:
        """Each day's crawl: its moment, and what every site answered."""
        known = np.full(self.sites, -1, dtype=np.int32)
        last: list[Answer | Failure] = [Failure(host, "", "") for host in self.hosts]
        for day, seen in enumerate(self.seen):
            for site in np.flatnonzero(seen != known).tolist():
                last[site] = self.result(site, int(seen[site]))
            known = seen
            yield self.at(day), list(last)

    def result(self, site: int, seen: int) -> Answer | Failure:
        """What a cell of `seen` stands for."""
        host = self.hosts[site]
        if seen < 0:
            cause, detail = _FAILURES[-seen]
            return Failure(host, cause, detail)
        return Answer(host, self.text(seen))

    @cached_property
    def seen(self) -> Ints:
        """Days x sites: the number of the body that was seen, or minus the kind of failure."""
        found = np.empty((self.days, self.sites), dtype=np.int32)
        until = np.append(np.where(self._site[1:] == self._site[:-1], self._day[1:], self.days), self.days)
        for site, start, end, body in zip(self._site, self._day, until, self.body, strict=True):
            found[start:end, site] = body
        found[self._failed[0], self._failed[1]] = -self._failed[2]
        for site, start, end, kind in self._outages:
            found[start:end, site] = -kind
        return found

    def degrees(self, day: int) -> NDArray[np.int8]:
        """Sites x agents: the degree on a day, -1 where the site did not answer. What a naive table would hold."""
        seen = self.seen[day]
        degrees = self.policies.degree[self.policy_of[np.maximum(seen, 0)]].astype(np.int8)
        degrees[seen < 0] = -1
        return degrees

    # Who is what, and what happens when

    def _kinds(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Sites that use shared files as they are, and sites whose bytes change all the time."""
        churning = self._dice.random(self.sites) < 0.06
        return (self._dice.random(self.sites) < 0.37) & ~churning, churning

    def _events(self, churning: NDArray[np.bool_]) -> None:
        """Every moment at which a site's bytes change, with the policy and the body from then on."""
        weeks, everyone = self.days / 7, np.arange(self.sites)
        policy_changes = self._dice.poisson(0.01 * weeks, self.sites)
        rate = np.where(churning, 0.4, np.where(self._templated, 0.0, 0.01))
        byte_changes = self._dice.poisson(rate * weeks)
        site = np.concatenate([np.repeat(everyone, policy_changes), np.repeat(everyone, byte_changes), everyone])
        later = max(self.days, 2)
        moved = int(policy_changes.sum())
        moments = self._dice.integers(1, later, len(site) - self.sites)
        day = np.concatenate([moments, np.zeros(self.sites, dtype=np.int64)])
        is_policy = np.concatenate([np.ones(moved, bool), np.zeros(int(byte_changes.sum()), bool), everyone >= 0])
        order = np.lexsort((~is_policy, day, site))
        site, day, is_policy = site[order], day[order], is_policy[order]
        first = np.append(True, (site[1:] != site[:-1]) | (day[1:] != day[:-1])) & (day < self.days)
        self._choose(site[first], day[first], is_policy[first])

    def _choose(self, site: NDArray[np.int64], day: NDArray[np.int64], is_policy: NDArray[np.bool_]) -> None:
        events = len(site)
        weights = np.cumsum(1 / np.arange(1, _POOL + 1) ** 1.1)
        base = np.searchsorted(weights / weights[-1], self._dice.random(events))
        own = is_policy & ~self._templated[site] & (self._dice.random(events) < 0.5)
        pool = self._pool()
        self.policies = pool.joined(self._varied(pool, base[own]))
        policy = np.full(events, -1)
        policy[is_policy] = base[is_policy]
        policy[own] = _POOL + np.arange(int(own.sum()))
        # A change of bytes alone keeps the policy.
        policy = policy[np.maximum.accumulate(np.where(policy >= 0, np.arange(events), 0))]
        shared = self._templated[site] & is_policy & (policy < _POOL)
        shared |= policy == _ABSENT
        _, first, body = np.unique(
            np.where(shared, policy, _POOL + np.arange(events)), return_index=True, return_inverse=True
        )
        self.policy_of = policy[first].astype(np.int32)
        self._home = np.where(shared[first], -1, site[first])
        kept = np.append(True, (site[1:] != site[:-1]) | (body[1:] != body[:-1]))
        self._site, self._day, self.body = site[kept], day[kept], body[kept].astype(np.int32)

    def _pool(self) -> Policies:
        """Shared policies: of 38 % the writer had AI agents in mind, and named the more the further down the list."""
        count = len(self.agents)
        star = self._dice.choice([OPEN, PART, CLOSED], _POOL, p=[0.35, 0.62, 0.03]).astype(np.uint8)
        aware = self._dice.random(_POOL) < 0.38
        # What most sites share is what their software ships, which says nothing of AI.
        star[: _ABSENT + 1], aware[: _ABSENT + 1] = (PART, OPEN, PART, OPEN), False
        popular = np.linspace(0.24, 0.02, count) * 2.6
        depth = 0.35 + 1.3 * self._dice.random(_POOL)
        closed = aware[:, None] & (self._dice.random((_POOL, count)) < popular[None, :] * depth[:, None])
        named = closed | (aware[:, None] & (self._dice.random((_POOL, count)) < 0.01))
        degree = np.repeat(star[:, None], count, axis=1)
        degree[named] = OPEN
        degree[closed] = CLOSED
        return Policies(star, degree, named)

    def _varied(self, pool: Policies, base: NDArray[np.int64]) -> Policies:
        """Policies of a site's own: half are a shared one, half close up to two agents more."""
        degree, named = pool.degree[base].copy(), pool.named[base].copy()
        changed = np.flatnonzero(self._dice.random(len(base)) < 0.5)
        for _ in range(2):
            agent = self._dice.integers(0, len(self.agents), len(base))
            degree[changed, agent[changed]] = CLOSED
            named[changed, agent[changed]] = True
        return Policies(pool.star[base], degree, named)

    def _troubles(self) -> None:
        cells = self.sites * self.days
        failed = np.unique(self._dice.integers(0, cells, self._dice.binomial(cells, 0.015)))
        kinds = self._dice.choice([1, 2, 3], len(failed), p=[0.4, 0.4, 0.2])
        self._failed = (failed % self.days, failed // self.days, kinds)
        self._outages = []
        for site in np.flatnonzero(self._dice.random(self.sites) < 0.05).tolist():
            start = int(self._dice.integers(0, self.days))
            lasts = max(2, int(self.days * self._dice.uniform(0.4, 1)))
            self._outages.append((site, start, start + lasts, int(self._dice.choice([2, 3], p=[0.4, 0.6]))))

    # Words

    def text(self, body: int) -> bytes | None:
        """The bytes of a body, None for the one that is no file."""
        policy, site = int(self.policy_of[body]), int(self._home[body])
        if policy == _ABSENT:
            return None
        # A site keeps its paths and its length through all its changes; a shared file has those of its policy.
        paths = random.Random(f"{self.seed} {f'site {site}' if site >= 0 else f'policy {policy}'}")
        lines = [*self._groups(policy), "User-agent: *", *self._paths(int(self.policies.star[policy]), paths)]
        if site >= 0:
            digest = random.Random(f"{self.seed} body {body}").getrandbits(48)
            lines += ["", f"Sitemap: https://{self.hosts[site]}/sitemap-{digest:012x}.xml"]
        return ("\n".join(lines) + "\n").encode()

    def _groups(self, policy: int) -> Iterator[str]:
        """The named agents, in one group or each in its own as the writer liked it; and others that everybody knows."""
        dice = random.Random(f"{self.seed} names {policy}")
        glue = dice.random() < 0.5
        for degree, rule in ((CLOSED, "Disallow: /"), (OPEN, "Disallow:")):
            chosen = np.flatnonzero(self.policies.named[policy] & (self.policies.degree[policy] == degree))
            names = [f"User-agent: {self.agents[agent].tokens[0]}" for agent in chosen.tolist()]
            if glue and names:
                yield from (*names, rule, "")
            elif names:
                yield from (line for name in names for line in (name, rule, ""))
        for other in dice.sample(_OTHERS, dice.choice([0, 0, 0, 1, 2, 4])):
            yield from (
                f"User-agent: {other}",
                dice.choice(["Disallow: /", "Crawl-delay: 10", "Disallow: /search"]),
                "",
            )

    def _paths(self, star: int, dice: random.Random) -> Iterator[str]:
        if star != PART:
            yield "Disallow: /" if star == CLOSED else "Disallow:"
            return
        wanted, folders = max(1, int(dice.lognormvariate(3.5, 1.15))), dice.sample(_PARTS, 12)
        for number in range(min(wanted, 2_000)):
            path = "/".join([dice.choice(folders), *dice.choices(_PARTS, k=dice.choice([0, 1, 1, 2]))])
            rule = "Allow" if number and dice.random() < 0.08 else "Disallow"
            yield f"{rule}: /{path}{dice.choice(['', '/', '/', '*', '?id='])}"


def _word(number: int) -> str:
    return _PARTS[number * 31 % len(_PARTS)].split(".")[0]
