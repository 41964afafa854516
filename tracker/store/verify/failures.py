"""The failure lane against the bitmaps of the crawls: which attempts failed stands in both.

All moments of a source are gone through once, in time order, with two numbers a site in memory: how far its runs of
failures reach, and how many failed attempts they lack. A run says why, which no bitmap does: causes are taken on trust,
and so is all of what archives and files report without a bitmap.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from tracker.store import models
from tracker.store.bulk import table
from tracker.store.verify.files import bits_of
from tracker.store.verify.report import EXAMPLES, Check

_BEGIN, _END, _CRAWL = 0, 1, 2  # in this order within a second
_ROWS_AT_A_TIME = 1_000
_MOST = 1 << 40  # attempts of one run, so that sums of a stranger's numbers stay numbers
_TROUBLE, _LOOKS = table(models.Trouble).c, table(models.Crawl).c

Numbers = NDArray[np.int64]


def check_failures(connection: Connection, check: Check) -> None:
    """Every failed attempt of a crawl lies in a run of its source and site, which has as many as the bitmaps say."""
    check.repairable = False
    lane = _Lane(connection, check)
    batches = set(connection.execute(select(_LOOKS.source_id).where(_LOOKS.whole == 0).distinct()).scalars())
    whole = connection.execute(select(_LOOKS.source_id).where(_LOOKS.whole == 1).distinct().order_by(_LOOKS.source_id))
    for source_id in whole.scalars().all():
        lane.go_through(source_id, has_batches=source_id in batches)


class _Lane:
    """The failures of one source after another."""

    def __init__(self, connection: Connection, check: Check) -> None:
        self._connection, self._check = connection, check
        sites = table(models.Site).c
        highest = connection.execute(select(func.max(sites.site_id))).scalar() or 0
        self._size = highest // 8 * 8 + 8
        names = table(models.Source).c
        self._sources = {row.source_id: row.name for row in connection.execute(select(names.source_id, names.name))}

    def go_through(self, source_id: int, *, has_batches: bool) -> None:
        """Hold the runs of a source against its bitmaps; if it `has_batches`, only these against those."""
        reach = np.full(self._size, -1, dtype=np.int64)
        stated, failed, twice = (np.zeros(self._size, dtype=np.int64) for _ in range(3))
        for at, moment in groupby(self._moments(source_id), key=itemgetter(0)):
            ends: dict[int, list[int]] = {_BEGIN: [], _END: []}
            counted = np.zeros(self._size, dtype=np.int64)
            for _, kind, *row in moment:
                if kind == _CRAWL:
                    counted[self._failing(row[0])] += 1
                    continue
                ends[kind].append(row[0])
                if kind == _BEGIN:
                    reach[row[0]] = max(reach[row[0]], row[1])
                    stated[row[0]] += min(max(row[2], -_MOST), _MOST)
            found = np.flatnonzero(counted)
            failed[found] += counted[found]
            twice[found] += counted[found] - 1
            self._check.checked += int(found.size)
            self._say(source_id, found[reach[found] < at], f"the attempt at {at} failed, and no run has it")
            if not has_batches:
                for kind, word in ((_BEGIN, "begins"), (_END, "ends")):
                    said = f"a run {word} at {at} (UTC seconds), when no attempt failed"
                    self._say(source_id, _without(ends[kind], counted), said)
        if not has_batches:
            # Two crawls in one second may have failed at one site: one moment, and one or two attempts of a run.
            off = np.flatnonzero((stated > failed) | (stated < failed - twice))
            for site_id in off.tolist():
                self._say(source_id, [site_id], f"{stated[site_id]} failed attempts in runs, {failed[site_id]} follow")

    def _moments(self, source_id: int) -> Iterator[tuple[Any, ...]]:
        """All that a source says of failures, in time order: (moment, kind, ...)."""
        runs = select(_TROUBLE.site_id, _TROUBLE.first_seen, _TROUBLE.last_seen, _TROUBLE.checks)
        of_source = runs.where(_TROUBLE.source_id == source_id)
        crawls = select(_LOOKS.at, _LOOKS.failed).where(_LOOKS.source_id == source_id, _LOOKS.whole == 1)
        begun = self._rows(of_source.order_by(_TROUBLE.first_seen))
        ended = self._rows(of_source.order_by(_TROUBLE.last_seen))
        return merge(
            ((row.first_seen, _BEGIN, row.site_id, row.last_seen, row.checks) for row in begun),
            ((row.last_seen, _END, row.site_id) for row in ended),
            ((row.at, _CRAWL, row.failed) for row in self._rows(crawls.order_by(_LOOKS.at))),
            key=itemgetter(0, 1),
        )

    def _rows(self, statement: Any) -> Iterable[Any]:
        return self._connection.execute(statement.execution_options(yield_per=_ROWS_AT_A_TIME))

    def _failing(self, blob: bytes) -> Numbers:
        bits = bits_of(blob, self._size)
        return np.empty(0, dtype=np.int64) if bits is None else np.flatnonzero(bits)  # the check of crawls has said so

    def _say(self, source_id: int, site_ids: Sequence[int] | Numbers, what: str) -> None:
        for site_id in site_ids:
            is_shown = len(self._check.examples) < EXAMPLES  # to look for the names of a million would take its time
            name = self._host(int(site_id)) if is_shown else ""
            self._check.found(f"{name}, source {self._sources.get(source_id, source_id)}: {what}")

    def _host(self, site_id: int) -> str:
        sites = table(models.Site).c
        found = self._connection.execute(select(sites.host).where(sites.site_id == site_id)).scalar()
        return str(found or f"site {site_id}")


def _without(site_ids: Sequence[int], counted: Numbers) -> list[int]:
    """The sites of which no crawl says that it failed."""
    return [site_id for site_id in site_ids if not counted[site_id]]
