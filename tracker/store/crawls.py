"""Whole looks of the past, as evidence: each dated by one moment, with a bitmap of who answered."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, select, update

from tracker.core.policy import RULESET
from tracker.store import bitmap, evidence, models
from tracker.store.bitmap import SiteSet
from tracker.store.bodies import ABSENT_BODY, Bodies
from tracker.store.bulk import add_one, added, rows_where, table
from tracker.store.captures import Answer, PastCrawl, Unchanged
from tracker.store.exchanges import note_exchanges
from tracker.store.trouble import note_failures, running


def note_crawls(
    connection: Connection, bodies: Bodies, source_id: int, panel_id: int | None, crawls: Sequence[PastCrawl]
) -> set[int]:
    """Write crawls of one source, in time order; the ids of the sites they touch."""
    hosts = {host for crawl in crawls for host in crawl.present}
    hosts |= {answer.host for crawl in crawls for answer in crawl.answers}
    hosts |= {failure.host for crawl in crawls for failure in crawl.failures}
    ids = site_ids(connection, hosts)
    begun = _begun(connection, source_id, crawls)
    for segment in _between(crawls, _looks_at(connection, source_id)):
        evidence.pin(connection, source_id, segment[-1].at, ids.values())
        answers = evidence.last_answers(connection, source_id, segment[0].at + 1, ids.values())
        earlier = [at for at in _looks_at(connection, source_id) if at < segment[0].at]
        memory = _Memory(answers, dict.fromkeys(ids.values(), max(earlier, default=0)))
        for crawl in segment:
            looks = begun.get(crawl.ref, _Begun())
            row = memory.note(connection, bodies, source_id, looks.without(crawl, ids), ids)
            row |= _of_round(connection, source_id, crawl)
            looks.store(connection, row | {"source_id": source_id, "panel_id": panel_id})
    return set(ids.values())


def _of_round(connection: Connection, source_id: int, crawl: PastCrawl) -> dict[str, Any]:
    """What a crawl is in its round. A part whose first crawl is not here stays a part, of nothing."""
    crawls = table(models.Crawl).c
    first = select(crawls.crawl_id).where(crawls.source_id == source_id, crawls.ref == crawl.parent)
    parent = connection.execute(first).scalar() if crawl.parent else None
    return {"targets": crawl.targets, "parent": parent, "part": crawl.part, "suspect": crawl.suspect}


@dataclass(frozen=True, slots=True)
class _Begun:
    """A crawl that is here already and not finished, as in a copy made while it ran: what it has recorded stays."""

    crawl_id: int | None = None
    answered: SiteSet = field(default_factory=SiteSet)
    failed: SiteSet = field(default_factory=SiteSet)

    def without(self, crawl: PastCrawl, ids: Mapping[str, int]) -> PastCrawl:
        """What of a crawl is new here."""
        if self.crawl_id is None:
            return crawl
        known = {host for host, site in ids.items() if site in self.answered or site in self.failed}
        return replace(
            crawl,
            present=crawl.present - known,
            answers=[answer for answer in crawl.answers if answer.host not in known],
            failures=[failure for failure in crawl.failures if failure.host not in known],
        )

    def store(self, connection: Connection, row: dict[str, Any]) -> None:
        """Write the crawl's own row, with all that looked."""
        answered = self.answered.plus(bitmap.unpack(row["answered"]).tolist())
        failed = self.failed.plus(bitmap.unpack(row["failed"]).tolist())
        row = row | looks_row(answered, failed) | {"asked": len(answered) + len(failed)}
        if self.crawl_id is None:
            add_one(connection, models.Crawl, row)
        else:
            crawls = table(models.Crawl)
            connection.execute(update(crawls).where(crawls.c.crawl_id == self.crawl_id).values(row))


def _begun(connection: Connection, source_id: int, crawls: Sequence[PastCrawl]) -> dict[str, _Begun]:
    refs = [crawl.ref for crawl in crawls]
    crawls_here = table(models.Crawl).c
    same = (crawls_here.source_id == source_id, crawls_here.whole == 1, crawls_here.finished_at.is_(None))
    return {
        row.ref: _Begun(row.crawl_id, SiteSet(bitmap.unpack(row.answered)), SiteSet(bitmap.unpack(row.failed)))
        for row in rows_where(connection, models.Crawl, "ref", refs, *same)
    }


class _Memory:
    """What a source last saw of each site, and when it last tried, from crawl to crawl."""

    def __init__(self, answers: dict[int, int], tries: dict[int, int]) -> None:
        self._answers = answers
        self._tries = tries

    def note(
        self, connection: Connection, bodies: Bodies, source_id: int, crawl: PastCrawl, ids: Mapping[str, int]
    ) -> dict[str, Any]:
        """Write what a crawl saw; gives its own row."""
        given = {ids[answer.host]: answer for answer in crawl.answers}
        found = body_ids(bodies, given)
        changed = [
            (site, crawl.at, body, given[site].ref) for site, body in found.items() if self._answers.get(site) != body
        ]
        evidence.see(connection, source_id, changed)
        note_exchanges(connection, source_id, crawl.at, {site: given[site].exchange for site, *_ in changed}, True)
        self._answers.update(found)
        failures = {ids[failure.host]: failure for failure in crawl.failures}
        runs = running(connection, source_id, crawl.at, {site: self._tries[site] for site in failures})
        note_failures(connection, source_id, crawl.at, failures, runs)
        present = {ids[host] for host in crawl.present}
        self._tries.update(dict.fromkeys(present.union(failures), crawl.at))
        looks = looks_row(SiteSet(present), SiteSet(failures))
        asked = looks["answered_sites"] + looks["failed_sites"]
        row = {"at": crawl.at, "ref": crawl.ref, "vantage": crawl.vantage, "ruleset": RULESET, "asked": asked}
        return row | looks | {"finished_at": crawl.at if crawl.finished_at is None else crawl.finished_at}


def _looks_at(connection: Connection, source_id: int) -> list[int]:
    """When a source looked, in time order."""
    crawls = table(models.Crawl).c
    times = select(crawls.at).where(crawls.source_id == source_id, crawls.whole == 1).order_by(crawls.at)
    return list(connection.execute(times).scalars())


def _between(crawls: Sequence[PastCrawl], known: Sequence[int]) -> list[list[PastCrawl]]:
    """The crawls in runs with no known look of the same source in between."""
    runs: dict[int, list[PastCrawl]] = {}
    for crawl in crawls:
        runs.setdefault(bisect_right(known, crawl.at), []).append(crawl)
    return list(runs.values())


def looks_row(answered: SiteSet, failed: SiteSet) -> dict[str, Any]:
    """Who answered and who failed, as the columns of `crawl`."""
    return {
        "answered": answered.packed(),
        "failed": failed.packed(),
        "answered_sites": len(answered),
        "failed_sites": len(failed),
    }


def body_ids(bodies: Bodies, answers: Mapping[int, Answer | Unchanged]) -> dict[int, int]:
    """The bodies of answers by site, stored where they are new.

    Raises ValueError for a site that is said to be unchanged and whose body is not there.
    """
    unchanged = {site: seen for site, seen in answers.items() if isinstance(seen, Unchanged)}
    given = {site: seen.body for site, seen in answers.items() if isinstance(seen, Answer)}
    ids = bodies.ids(body for body in given.values() if body is not None)
    found = {site: ABSENT_BODY if body is None else ids[body] for site, body in given.items()}
    known = bodies.known(seen.digest for seen in unchanged.values()) if unchanged else {}
    for site, seen in unchanged.items():
        if seen.digest not in known:
            raise ValueError(
                f"{seen.host}: unchanged since a body that the history does not hold ({seen.digest.hex()})"
            )
        found[site] = known[seen.digest]
    return found


def site_ids(connection: Connection, hosts: Iterable[str]) -> dict[str, int]:
    """The ids of hosts, stored if they are new."""
    wanted = set(hosts)
    known = {row.host: row.site_id for row in rows_where(connection, models.Site, "host", wanted)}
    fresh = sorted(wanted - known.keys())
    return known | dict(zip(fresh, added(connection, models.Site, [{"host": host} for host in fresh]), strict=True))
