"""Known sites that did not answer when they were last looked at: what the denominator `answered` leaves out.

Their earlier answer still holds (`tracker.core.intervals.Hold`), so they count as known; a share of the sites that
answered must take them out of both parts of the fraction. Which they are on a day follows from the bitmaps of the
crawls and from the states of the sites; nothing of it is stored.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tracker.core.definitions import DEFINITIONS
from tracker.core.intervals import DAY
from tracker.store import bitmap
from tracker.store.bulk import chunks, listed
from tracker.store.rows import Rows

_CRAWLS = "SELECT at, answered, failed FROM crawl WHERE whole = 1 ORDER BY at"
# Captures of archives: each was a look of its own.
_BATCHES = "source_id IN (SELECT source_id FROM crawl WHERE whole = 0)"
_CAPTURES = (
    f"SELECT seen_at AS at, site_id, 1 AS answered FROM sighting WHERE {_BATCHES} "
    f"UNION ALL SELECT first_seen, site_id, 0 FROM trouble WHERE {_BATCHES} ORDER BY 1"
)
Ints = NDArray[np.int64]
Policies = dict[int, int]  # policy id -> number of sites
Named = dict[int, list[tuple[str, bool, int]]]  # policy id -> (agent, by its own name, bits)
_AT_A_TIME = 5_000  # ids in one statement
_STILL = np.iinfo(np.int64).max


class Ask(Protocol):
    """`tracker.store.query.Reader.sql`."""

    def __call__(self, statement: str, values: Mapping[str, object], /) -> Rows:
        """Run a statement with its named values."""


def with_held(ask: Ask, rows: Rows, panel: str, definition: str) -> Rows:
    """Rows of `shares` with three columns more, of the known sites that did not answer the last look at them.

    `held`: how many they are; `blocked_held`: how many of them count as blocked; `blocked_named_held`: these by name.
    """
    days = sorted(set(rows.column("date")))
    agents = sorted(set(rows.column("agent")))
    held = held_policies(ask, panel, days)
    blocked = dict(zip(held, blocked_of(ask, held.values(), definition, agents), strict=True))
    deaf = set(ask("SELECT name FROM agent WHERE obeys_star = 0", {}).column("name"))
    wanted = zip(rows.column("date"), rows.column("agent"), rows.column("agent_existed"), strict=True)
    columns = []
    for day, agent, existed in wanted:
        counts = blocked[day][agent]
        now = (counts.blocked, counts.named) if existed else (0 if agent in deaf else counts.unheard, 0)
        columns.append((sum(held[day].values()), *now))
    extended = [(*row, *more) for row, more in zip(rows.rows, columns, strict=True)]
    return Rows((*rows.columns, "held", "blocked_held", "blocked_named_held"), extended, rows.cut)


def held_policies(ask: Ask, panel: str, days: Sequence[str]) -> dict[str, Policies]:
    """Per day (ISO date) the policies of the known members whose newest look failed, with the number of such sites.

    A look is a crawl of any panel or source; one that was not made leaves a site as the look before found it.
    """
    members = _table(
        ask,
        "SELECT m.site_id, m.since, m.until FROM panel_member m JOIN panel p ON p.panel_id = m.panel_id "
        "WHERE p.name = :panel",
        {"panel": panel},
    )
    ends = [(date.fromisoformat(day) - date(1970, 1, 1)).days * DAY + DAY for day in days]
    silent = [
        np.intersect1d(members[(members[:, 1] < end) & (members[:, 2] >= end), 0], failed)
        for end, failed in zip(ends, _failed_at(ask, ends), strict=True)
    ]
    states = _states(ask, np.unique(np.concatenate(silent)) if silent else np.empty(0, np.int64))
    return {day: _in_force(states, sites, end) for day, sites, end in zip(days, silent, ends, strict=True)}


def _failed_at(ask: Ask, ends: Sequence[int]) -> Iterator[Ints]:
    """The sites whose newest look before each of the moments, in order of time, failed."""
    failed = np.zeros(ask("SELECT COALESCE(MAX(site_id), 0) + 1 FROM site", {}).rows[0][0], dtype=np.bool_)
    looks = iter(_looks(ask))
    look = next(looks, None)
    for end in ends:
        while look is not None and look[0] < end:
            at, answers = look[0], []
            # Of looks in one second an answer counts, whichever source it is from.
            while look is not None and look[0] == at:
                answers.append(look[1])
                failed[look[2]] = True
                look = next(looks, None)
            for answered in answers:
                failed[answered] = False
        yield np.flatnonzero(failed)


def _looks(ask: Ask) -> Iterator[tuple[int, Ints, Ints]]:
    """Every look in order of time: when, who answered and who failed."""
    found = [(at, answered, failed) for at, answered, failed in ask(_CRAWLS, {}).rows]
    for at, rows in groupby(ask(_CAPTURES, {}).rows, key=lambda row: row[0]):
        each = list(rows)
        found.append((at, *(_sites(row[1] for row in each if row[2] == answered) for answered in (1, 0))))
    for at, answered, failed in sorted(found, key=lambda look: look[0]):
        yield at, _unpacked(answered), _unpacked(failed)


def _sites(site_ids: Iterable[int]) -> Ints:
    return np.fromiter(site_ids, dtype=np.int64)


def _unpacked(sites: bytes | Ints) -> Ints:
    # Bitmaps are unpacked one at a time: those of a year are large.
    return sites if isinstance(sites, np.ndarray) else bitmap.unpack(sites)


def _states(ask: Ask, sites: Ints) -> Ints:
    """(site, valid_from, valid_to, policy) of the known states of sites."""
    found = [
        _table(
            ask,
            "SELECT site_id, valid_from, valid_to, policy_id FROM state "
            f"WHERE policy_id IS NOT NULL AND site_id IN ({listed(some)})",
        )
        for some in chunks(sites.tolist(), _AT_A_TIME)
    ]
    return np.concatenate(found) if found else np.empty((0, 4), np.int64)


def _in_force(states: Ints, sites: Ints, end: int) -> Policies:
    there = (states[:, 1] < end) & (states[:, 2] >= end) & np.isin(states[:, 0], sites)
    policies, counts = np.unique(states[there, 3], return_counts=True)
    return dict(zip(policies.tolist(), counts.tolist(), strict=True))


def _table(ask: Ask, statement: str, values: Mapping[str, object] | None = None) -> Ints:
    """A result of integers; NULL, which only ends an interval, is the end of time."""
    found = ask(statement, values or {})
    rows = [[_STILL if cell is None else cell for cell in row] for row in found.rows]
    table: Ints = np.array(rows, dtype=np.int64).reshape(-1, len(found.columns))
    return table


class Blocked(NamedTuple):
    """Sites that block an agent, those of them by name, and those that would if nobody had heard of it yet."""

    blocked: int
    named: int
    unheard: int


def blocked_of(ask: Ask, held: Iterable[Policies], definition: str, agents: Sequence[str]) -> list[dict[str, Blocked]]:
    """For each count of policies: agent to what of them blocks it."""
    held = list(held)
    star, named = _rulings(ask, sorted({policy for policies in held for policy in policies}))
    closed = {policy: int(_counts(definition, False, bits)[0]) for policy, bits in star.items()}
    return [_per_agent(policies, closed, named, definition, agents) for policies in held]


def _per_agent(
    policies: Policies, closed: Mapping[int, int], named: Named, definition: str, agents: Sequence[str]
) -> dict[str, Blocked]:
    """What `*` closes, corrected where a policy says something else to an agent."""
    through_star = sum(n * closed[policy] for policy, n in policies.items())
    counts = dict.fromkeys(agents, (through_star, 0))
    for policy, n in policies.items():
        for agent, by_name, bits in named.get(policy, ()):
            if agent in counts:
                blocked, hit = _counts(definition, by_name, bits)
                every, names = counts[agent]
                counts[agent] = (every + n * (blocked - closed[policy]), names + n * hit)
    # A word may stand in a text before it is anybody's name.
    is_search = definition == "naive_substring"
    return {
        agent: Blocked(every, names, every - names if is_search else through_star)
        for agent, (every, names) in counts.items()
    }


def _counts(definition: str, named: bool, bits: int) -> tuple[bool, bool]:
    blocked = DEFINITIONS[definition].counts_bits(named, bits)
    return blocked, blocked and named


def _rulings(ask: Ask, policies: Sequence[int]) -> tuple[dict[int, int], Named]:
    """The bits of `*` per policy, and per policy what it says to whom where that differs from them."""
    star: dict[int, int] = {}
    rows: list[tuple[Any, ...]] = []
    for some in chunks(policies, _AT_A_TIME):
        known = f"policy_id IN ({listed(some)})"
        star.update((row[0], row[1]) for row in ask(f"SELECT policy_id, star FROM policy WHERE {known}", {}).rows)
        rows += ask(
            "SELECT r.policy_id, a.name, r.named, r.bits FROM ruling r "
            f"JOIN agent a ON a.agent_id = r.agent_id WHERE r.{known}",
            {},
        ).rows
    named: Named = {}
    for policy, agent, by_name, bits in rows:
        named.setdefault(policy, []).append((agent, bool(by_name), bits))
    return star, named
