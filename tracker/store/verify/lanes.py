"""Sightings and failures against the bitmaps of the crawls: who answered and who failed stands in both.

All moments of a source are gone through once, in time order, with a few numbers a site in memory. What archives and
files report comes without a bitmap and is taken on trust, and so is the cause of every failure.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, func, select

from tracker.store import models
from tracker.store.bulk import table
from tracker.store.verify.files import bits_of
from tracker.store.verify.report import EXAMPLES, Check

_BEGIN, _END, _CRAWL = 0, 1, 2  # what happens at a moment
_ROWS_AT_A_TIME = 1_000
_MOST = 1 << 40  # attempts of one run, so that sums of a stranger's numbers stay numbers
_TROUBLE, _LOOKS, _SEEN = table(models.Trouble).c, table(models.Crawl).c, table(models.Sighting).c

Numbers = NDArray[np.int64]


def check_sightings(connection: Connection, check: Check) -> None:
    """Of every site that answered a crawl its source has a sighting up to then, and has none when none answered."""
    check.repairable = False
    for source in _sources(connection, check):
        source.go_through_sightings()


def check_failures(connection: Connection, check: Check) -> None:
    """Every failed attempt of a crawl lies in a run of its source and site, which has as many as the bitmaps say."""
    check.repairable = False
    for source in _sources(connection, check):
        source.go_through_failures()


def _sources(connection: Connection, check: Check) -> list["_Source"]:
    """Those that crawl: they alone have bitmaps."""
    sites, source = table(models.Site).c, table(models.Source).c
    highest = connection.execute(select(func.max(sites.site_id))).scalar() or 0
    size = highest // 8 * 8 + 8
    batches = set(connection.execute(select(_LOOKS.source_id).where(_LOOKS.whole == 0).distinct()).scalars())
    crawling = select(_LOOKS.source_id).where(_LOOKS.whole == 1)
    rows = connection.execute(
        select(source.source_id, source.name).where(source.source_id.in_(crawling)).order_by(source.source_id)
    ).all()
    return [_Source(connection, check, row.source_id, row.name, row.source_id in batches, size) for row in rows]


class _Source:
    """What one source saw. If it has batches of captures too, the bitmaps do not hold all of it."""

    def __init__(
        self, connection: Connection, check: Check, source_id: int, name: str, has_batches: bool, size: int
    ) -> None:
        self._connection, self._check, self._id, self._name = connection, check, source_id, name
        self._has_batches, self._size = has_batches, size

    def go_through_sightings(self) -> None:
        """Hold the sightings against the bitmaps of who answered."""
        seen = np.zeros(self._size, dtype=np.bool_)
        rows = select(_SEEN.site_id, _SEEN.seen_at).where(_SEEN.source_id == self._id).order_by(_SEEN.seen_at)
        sightings = ((row.seen_at, _BEGIN, row.site_id) for row in self._rows(rows))
        for at, moment in groupby(merge(sightings, self._crawls(_LOOKS.answered), key=itemgetter(0, 1)), itemgetter(0)):
            answered = np.zeros(self._size, dtype=np.int64)
            stated = []
            for _, kind, what in moment:
                if kind == _CRAWL:
                    answered[self._sites(what)] = 1
                else:
                    stated.append(what)
                    seen[what] = True
            found = np.flatnonzero(answered)
            self._check.checked += int(found.size)
            self._say(found[~seen[found]], f"answered at {at} (UTC seconds), and no sighting says what")
            if not self._has_batches:
                self._say(_without(stated, answered), f"a sighting at {at} (UTC seconds), when it did not answer")

    def go_through_failures(self) -> None:
        """Hold the runs of failures against the bitmaps of who failed."""
        reach = np.full(self._size, -1, dtype=np.int64)
        stated, failed, twice = (np.zeros(self._size, dtype=np.int64) for _ in range(3))
        for at, moment in groupby(self._failures(), itemgetter(0)):
            ends: dict[int, list[int]] = {_BEGIN: [], _END: []}
            counted = np.zeros(self._size, dtype=np.int64)
            for _, kind, what, *run in moment:
                if kind == _CRAWL:
                    counted[self._sites(what)] += 1
                    continue
                ends[kind].append(what)
                if kind == _BEGIN:
                    reach[what] = max(reach[what], run[0])
                    stated[what] += min(max(run[1], -_MOST), _MOST)
            found = np.flatnonzero(counted)
            failed[found] += counted[found]
            twice[found] += counted[found] - 1
            self._check.checked += int(found.size)
            self._say(found[reach[found] < at], f"the attempt at {at} (UTC seconds) failed, and no run has it")
            if not self._has_batches:
                for kind, word in ((_BEGIN, "begins"), (_END, "ends")):
                    said = f"a run {word} at {at} (UTC seconds), when no attempt failed"
                    self._say(_without(ends[kind], counted), said)
        if not self._has_batches:
            # Two crawls in one second may have failed at one site: one moment, and one or two attempts of a run.
            for site_id in np.flatnonzero((stated > failed) | (stated < failed - twice)).tolist():
                self._say([site_id], f"{stated[site_id]} failed attempts in runs, {failed[site_id]} follow")

    def _failures(self) -> Iterator[tuple[Any, ...]]:
        """All that a source says of failures, in time order: (moment, kind, site or bitmap, ...)."""
        runs = select(_TROUBLE.site_id, _TROUBLE.first_seen, _TROUBLE.last_seen, _TROUBLE.checks)
        of_source = runs.where(_TROUBLE.source_id == self._id)
        begun = self._rows(of_source.order_by(_TROUBLE.first_seen))
        ended = self._rows(of_source.order_by(_TROUBLE.last_seen))
        return merge(
            ((row.first_seen, _BEGIN, row.site_id, row.last_seen, row.checks) for row in begun),
            ((row.last_seen, _END, row.site_id) for row in ended),
            self._crawls(_LOOKS.failed),
            key=itemgetter(0, 1),
        )

    def _crawls(self, bitmap: ColumnElement[Any]) -> Iterator[tuple[int, int, bytes]]:
        looks = select(_LOOKS.at, bitmap.label("bits")).where(_LOOKS.source_id == self._id, _LOOKS.whole == 1)
        return ((row.at, _CRAWL, row.bits) for row in self._rows(looks.order_by(_LOOKS.at)))

    def _rows(self, statement: Any) -> Iterable[Any]:
        return self._connection.execute(statement.execution_options(yield_per=_ROWS_AT_A_TIME))

    def _sites(self, blob: bytes) -> Numbers:
        bits = bits_of(blob, self._size)
        return np.empty(0, dtype=np.int64) if bits is None else np.flatnonzero(bits)

    def _say(self, site_ids: Sequence[int] | Numbers, what: str) -> None:
        for site_id in site_ids:
            is_shown = len(self._check.examples) < EXAMPLES  # to look for the names of a million would take its time
            self._check.found(f"{self._host(int(site_id)) if is_shown else ''}, source {self._name}: {what}")

    def _host(self, site_id: int) -> str:
        sites = table(models.Site).c
        found = self._connection.execute(select(sites.host).where(sites.site_id == site_id)).scalar()
        return str(found or f"site {site_id}")


def _without(site_ids: Sequence[int], counted: Numbers) -> list[int]:
    """The sites that a bitmap has not."""
    return [site_id for site_id in site_ids if not counted[site_id]]
