"""Reading and writing what was seen: which answer each check of each source found.

Evidence is compact: a crawl's bitmap says which sites answered, and a sighting stands only where a source's answer
differs from its answer before. So the answer of a check is the source's last sighting at or before it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import numpy as np
from sqlalchemy import Connection, select

from tracker.core.intervals import Check, winners
from tracker.store import bitmap, models
from tracker.store.bodies import ABSENT_BODY, Bodies
from tracker.store.bulk import add_or, rows_where, table
from tracker.store.captures import OWN
from tracker.store.meta import get_meta


class Evidence:
    """All checks and failed attempts of some sites, rebuilt from the tables."""

    def __init__(self, connection: Connection, bodies: Bodies, site_ids: Sequence[int]) -> None:
        self._sites = np.array(sorted(site_ids), dtype=np.int64)
        self._seen: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
        self._answered: dict[int, list[tuple[int, int]]] = {int(site): [] for site in self._sites}
        self._failed: dict[int, set[int]] = {int(site): set() for site in self._sites}
        self._precedence = precedence(connection)
        self._load_sightings(connection)
        self._load_crawls(connection)
        self._load_trouble(connection)
        found = {body for _, ids in self._seen.values() for body in ids if body != ABSENT_BODY}
        self._digest = bodies.sha256(found)

    def _load_sightings(self, connection: Connection) -> None:
        for row in rows_where(connection, models.Sighting, "site_id", self._sites.tolist()):
            times, found = self._seen.setdefault((row.site_id, row.source_id), ([], []))
            times.append(row.seen_at)
            found.append(ABSENT_BODY if row.body_id is None else row.body_id)
            self._answered[row.site_id].append((row.seen_at, row.source_id))

    def _load_crawls(self, connection: Connection) -> None:
        crawls = table(models.Crawl)
        # Batches of captures have no bitmaps, and a backfill writes one for every site.
        looks = select(crawls.c.source_id, crawls.c.at, crawls.c.answered, crawls.c.failed).where(crawls.c.whole == 1)
        for source_id, at, answered, failed in connection.execute(looks):
            for site in self._sites[bitmap.contains(answered, self._sites)].tolist():
                self._answered[site].append((at, source_id))
            for site in self._sites[bitmap.contains(failed, self._sites)].tolist():
                self._failed[site].add(at)

    def _load_trouble(self, connection: Connection) -> None:
        # The bitmaps hold every failed check; sources without crawls state theirs by the ends of the run.
        for row in rows_where(connection, models.Trouble, "site_id", self._sites.tolist()):
            self._failed[row.site_id].update((row.first_seen, row.last_seen))

    def checks(self, site_id: int) -> list[Check]:
        """Every check of a site in time order, one a second."""
        found = []
        for at, source_id in self._answered[site_id]:
            body = self._answer(site_id, source_id, at)
            if body is not None:
                rank, name = self._precedence[source_id]
                digest = self._digest[body]
                # An absence, which has no digest, comes first.
                tie = bytes([bool(digest)]) + digest + name.encode()
                found.append(Check(at, body, rank, tie, source_id))
        return winners(found)

    def _answer(self, site_id: int, source_id: int, at: int) -> int | None:
        seen = self._seen.get((site_id, source_id))
        if seen is None:
            return None
        times, bodies = seen
        index = bisect_right(times, at) - 1
        return bodies[index] if index >= 0 else None

    def failures(self, site_id: int) -> list[int]:
        """The times of all failed attempts, sorted."""
        return sorted(self._failed[site_id])


def precedence(connection: Connection) -> dict[int, tuple[int, str]]:
    """Which source counts in a second that several saw: the least (rank, name), the name by way of the digests.

    The name is the same in every history: our own crawls go by the id of this one.
    """
    source = table(models.Source).c
    own = f"{OWN.key}:{get_meta(connection, 'history_id') or ''}"
    rows = connection.execute(select(source.source_id, source.rank, source.key)).all()
    return {row.source_id: (row.rank, own if row.key == OWN.key else row.key) for row in rows}


def last_answers(connection: Connection, source_id: int, before: int, site_ids: Iterable[int]) -> dict[int, int]:
    """What each of the sites last answered to a source before a moment: site id to body id."""
    return {site: body for site, (body, _) in _last_seen(connection, source_id, before, site_ids).items()}


def _last_seen(
    connection: Connection, source_id: int, before: int, site_ids: Iterable[int]
) -> dict[int, tuple[int, str]]:
    """(body, ref) of the last sighting of each site by a source before a moment."""
    seen = table(models.Sighting)
    earlier = (seen.c.source_id == source_id, seen.c.seen_at < before)
    rows = rows_where(connection, models.Sighting, "site_id", site_ids, *earlier)
    return {row.site_id: (ABSENT_BODY if row.body_id is None else row.body_id, row.ref) for row in rows}


def see(connection: Connection, source_id: int, rows: Iterable[tuple[int, int, int, str]]) -> None:
    """Write sightings (site, at, body, ref); of two in one second of one source the later written counts."""
    packed = [
        {
            "site_id": site_id,
            "source_id": source_id,
            "seen_at": at,
            "body_id": None if body == ABSENT_BODY else body,
            "ref": ref,
        }
        for site_id, at, body, ref in rows
    ]
    add_or(connection, models.Sighting, packed, ["body_id", "ref"])


def pin(connection: Connection, source_id: int, at: int, site_ids: Iterable[int]) -> None:
    """Before something is written at `at`, spell out what the source's next check after it saw of each site.

    Later checks that rely on "same as before" must not change their meaning when an older answer arrives late.
    """
    pending = np.array(sorted(site_ids), dtype=np.int64)
    crawls = table(models.Crawl)
    later = select(crawls.c.at, crawls.c.answered).where(
        crawls.c.source_id == source_id, crawls.c.whole == 1, crawls.c.at > at
    )
    for next_at, answered in connection.execute(later.order_by(crawls.c.at)).all():
        inside = bitmap.contains(answered, pending)
        sites = pending[inside].tolist()
        known = _last_seen(connection, source_id, next_at, sites)
        see_new(connection, source_id, [(site, next_at, *known[site]) for site in sites if site in known])
        pending = pending[~inside]
        if pending.size == 0:
            return


def see_new(connection: Connection, source_id: int, rows: Sequence[tuple[int, int, int, str]]) -> None:
    """Write sightings only where the source has none at that second yet."""
    taken = {
        (row.site_id, row.seen_at)
        for row in rows_where(
            connection,
            models.Sighting,
            "site_id",
            {site for site, *_ in rows},
            table(models.Sighting).c.source_id == source_id,
        )
    }
    see(connection, source_id, [row for row in rows if (row[0], row[1]) not in taken])
