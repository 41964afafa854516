"""The spans of many sites at once, from all their evidence: the rules of tracker.core.intervals over arrays.

One late capture derives its site again from all that was ever seen of it, so that this is what a backfill costs. What
the rules are is said, site by site and in words, by `tracker.core.intervals.spans_of`; the tests hold the two together,
and `tracker verify` derives with the other one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from tracker.core.intervals import Hold, Span
from tracker.store import bitmap, models
from tracker.store.bodies import ABSENT_BODY, Bodies
from tracker.store.bulk import chunks, listed, table
from tracker.store.evidence import precedence

Ints = NDArray[np.int64]
_TIME_BITS = 36  # seconds until the year 4147: site and second in one number, ordered by site and then by time
_NEVER = np.iinfo(np.int64).max
_AT_A_TIME = 5_000


@dataclass(frozen=True, slots=True)
class _Checks:
    """Checks of all sites in columns, by `key` (position of the site, second); one a second after `_winners`."""

    key: Ints
    source: Ints
    body: Ints


def spans_of_sites(
    connection: Connection, bodies: Bodies, site_ids: Sequence[int], hold: Hold
) -> Iterator[tuple[int, list[Span], int]]:
    """(site, its spans, its newest attempt in UTC seconds) for each of the sites that was ever asked."""
    sites = np.unique(np.array(site_ids, dtype=np.int64))
    seen = _sightings(connection, sites)
    answered, failed = _looks(connection, sites)
    failures = np.unique(np.concatenate([failed, _troubles(connection, sites)]))
    checks = _winners(connection, bodies, seen, answered)
    spans = _spans(checks, failures, hold)
    newest: dict[int, int] = {}
    for keys in (checks.key, failures):
        for key in keys[np.append(_site(keys)[1:] != _site(keys)[:-1], True)[: keys.size]].tolist():
            site, at = key >> _TIME_BITS, key & ((1 << _TIME_BITS) - 1)
            newest[site] = max(at, newest.get(site, 0))
    for site, at in newest.items():
        yield int(sites[site]), spans.get(site, []), at


def _keys(sites: Ints, site_ids: Ints, at: Ints) -> Ints:
    return (np.searchsorted(sites, site_ids) << _TIME_BITS) | at


def _site(keys: Ints) -> Ints:
    return keys >> _TIME_BITS


def _columns(connection: Connection, columns: str, sites: Ints) -> Ints:
    """Columns of integers of the rows of some sites, as an array."""
    found: list[tuple[int, ...]] = []
    for some in chunks(sites.tolist(), _AT_A_TIME):
        result = connection.exec_driver_sql(f"SELECT {columns} WHERE site_id IN ({listed(some)})")
        found += result.cursor.fetchall()  # the driver's own rows: SQLAlchemy's cost more than all the rest
        result.close()
    return np.array(found, dtype=np.int64).reshape(len(found), -1 if found else columns.count(", ") + 1)


def _sightings(connection: Connection, sites: Ints) -> _Checks:
    rows = _columns(connection, f"site_id, seen_at, source_id, COALESCE(body_id,{ABSENT_BODY}) FROM sighting", sites)
    return _Checks(_keys(sites, rows[:, 0], rows[:, 1]), rows[:, 2], rows[:, 3])


def _looks(connection: Connection, sites: Ints) -> tuple[_Checks, Ints]:
    """The looks of whole crawls: those that were answered (by what, is not known here), and the keys of failed ones."""
    crawls = table(models.Crawl).c
    rows = connection.execute(
        select(crawls.at, crawls.source_id, crawls.answered, crawls.failed).where(crawls.whole == 1)
    ).all()
    keys, sources, failed = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for at, source_id, answered, unanswered in rows:
        there = np.flatnonzero(bitmap.contains(answered, sites))
        keys.append((there << _TIME_BITS) | at)
        sources.append(np.full(there.size, source_id, np.int64))
        failed.append((np.flatnonzero(bitmap.contains(unanswered, sites)) << _TIME_BITS) | at)
    key = np.concatenate(keys)
    return _Checks(key, np.concatenate(sources), np.zeros(key.size, np.int64)), np.concatenate(failed)


def _troubles(connection: Connection, sites: Ints) -> Ints:
    # The bitmaps hold every failed check; sources without crawls state theirs by the ends of the run.
    rows = _columns(connection, "site_id, first_seen, last_seen FROM trouble", sites)
    return np.concatenate([_keys(sites, rows[:, 0], rows[:, end]) for end in (1, 2)])


def _winners(connection: Connection, bodies: Bodies, seen: _Checks, looks: _Checks) -> _Checks:
    """All checks in order, one a site and second: of the source that ranks first, then of the smaller digest.

    Where both are the same, the name of the source decides whose it is.
    """
    body, known = _last_seen(seen, looks)
    key = np.concatenate([seen.key, looks.key[known]])
    source = np.concatenate([seen.source, looks.source[known]])
    body = np.concatenate([seen.body, body[known]])
    order = np.argsort(key, kind="stable")
    is_twin = np.append(key[order][1:] == key[order][:-1], False)[: key.size]
    contested = np.flatnonzero(is_twin | np.append(False, is_twin[:-1])[: key.size])
    rivals = order[contested]
    rank, name = _precedence(connection, source[rivals])
    ranked = (name, _ties(bodies, body[rivals]), rank, key[rivals])
    order[contested] = rivals[np.lexsort(ranked)]
    first = order[np.append(True, key[order][1:] != key[order][:-1])[: key.size]]
    return _Checks(key[first], source[first], body[first])


def _last_seen(seen: _Checks, looks: _Checks) -> tuple[Ints, NDArray[np.bool_]]:
    """What each look saw: the body that its source last saw at that site, and whether it ever saw any."""
    sources = np.unique(np.concatenate([seen.source, looks.source]))
    # Sorted by source, then site and second. Sources are few, so that a search in each is as good as one in all.
    body, known = np.zeros(looks.key.size, np.int64), np.zeros(looks.key.size, np.bool_)
    for source in sources.tolist():
        mine, asked = np.flatnonzero(seen.source == source), np.flatnonzero(looks.source == source)
        if mine.size == 0 or asked.size == 0:
            continue
        mine = mine[np.argsort(seen.key[mine], kind="stable")]
        before = np.searchsorted(seen.key[mine], looks.key[asked], side="right") - 1
        last = mine[np.maximum(before, 0)]
        known[asked] = (before >= 0) & (_site(seen.key[last]) == _site(looks.key[asked]))
        body[asked] = seen.body[last]
    return body, known


def _ties(bodies: Bodies, body: Ints) -> Ints:
    """For each body its place among the digests; an absence comes first."""
    distinct, place = np.unique(body, return_inverse=True)
    digest = bodies.sha256(one for one in distinct.tolist() if one != ABSENT_BODY)
    by_digest = sorted(distinct.tolist(), key=digest.__getitem__)
    order = {one: position for position, one in enumerate(by_digest)}
    return np.array([order[one] for one in distinct.tolist()], dtype=np.int64)[place]


def _precedence(connection: Connection, source: Ints) -> tuple[Ints, Ints]:
    """For each source its rank, and its place among the names of all."""
    known = precedence(connection)
    names = sorted(name for _, name in known.values())
    distinct, place = np.unique(source, return_inverse=True)
    found = [(known[one][0], names.index(known[one][1])) for one in distinct.tolist()]
    columns = np.array(found, dtype=np.int64).reshape(-1, 2)[place]
    return columns[:, 0], columns[:, 1]


def _spans(checks: _Checks, failures: Ints, hold: Hold) -> dict[int, list[Span]]:
    """Runs of equal checks that no hold breaks, by position of the site."""
    key, size = checks.key, checks.key.size
    if size == 0:
        return {}
    at, site = key & ((1 << _TIME_BITS) - 1), _site(key)
    following = np.append(key[1:], _NEVER)
    is_last = np.append(site[1:] != site[:-1], True)
    failed = np.append(failures, _NEVER)[np.searchsorted(failures, key, side="right")]
    has_failed = (_site(failed) == site) & (is_last | (failed < following))
    failed_at = np.where(has_failed, failed & ((1 << _TIME_BITS) - 1), _NEVER)
    longest = at + hold.unwatched
    until = np.where(has_failed, np.minimum(longest, np.maximum(at + hold.failing, failed_at)), longest)
    next_at, next_body = np.append(at[1:], 0), np.append(checks.body[1:], -1)
    goes_on = ~is_last & (next_body == checks.body) & (next_at <= until)
    ends = np.flatnonzero(~goes_on)
    starts = np.append(0, ends[:-1] + 1)
    found: dict[int, list[Span]] = {}
    columns = (
        site[starts],
        checks.body[starts],
        at[starts],
        at[ends],
        ends - starts + 1,
        failed_at[ends],
        checks.source[starts],
        checks.source[ends],
    )
    for where, body, first, last, count, after, source, last_source in zip(*(c.tolist() for c in columns), strict=True):
        span = Span(body, first, last, count, None if after == _NEVER else after, source, last_source)
        found.setdefault(where, []).append(span)
    return found
