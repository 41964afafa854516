"""A round by site: who was not asked yet, whom to ask again, who fails that had answered, and who changed."""

from heapq import nsmallest
from itertools import count
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, select, text

from tracker.store import bitmap, models
from tracker.store.bitmap import SiteSet
from tracker.store.bulk import Ints, column, rows_where, table
from tracker.store.rounds import Round

_CRAWL = table(models.Crawl).c


class Failing(NamedTuple):
    """A site of which every look in a round failed: cause and time (UTC seconds) of the newest."""

    host: str
    kind: str
    detail: str
    at: int


class Some(NamedTuple):
    """How many members of a panel something is true of, and the first of them, by rank."""

    total: int
    hosts: list[str]


def members_of(connection: Connection, panel_id: int) -> Ints:
    """The sites that are members of a panel now, by id. A million take eight megabytes."""
    member = table(models.PanelMember).c
    now = select(member.site_id).where(member.panel_id == panel_id, member.until.is_(None)).order_by(member.site_id)
    return column(connection, now)


def recorded_by(connection: Connection, first: int) -> SiteSet:
    """The sites that the round of a first crawl has recorded so far, in whichever of its crawls."""
    found = SiteSet()
    for _, answered, failed in _looks(connection, first):
        found = found.plus(answered).plus(failed)
    return found


def unasked(connection: Connection, one: Round) -> list[str]:
    """The members of a round's panel that no crawl of it has recorded, by name."""
    members = members_of(connection, one.panel_id)
    left = members[~recorded_by(connection, one.crawl_id).among(members)]
    return sorted(row.host for row in rows_where(connection, models.Site, "site_id", left.tolist()))


def failing(connection: Connection, one: Round) -> list[Failing]:
    """The members of a round's panel that it asked and that never answered it, by name."""
    answered, last = SiteSet(), {}
    for at, answers, failures in _looks(connection, one.crawl_id):
        answered = answered.plus(answers)
        last.update(dict.fromkeys(failures.tolist(), at))
    members = set(members_of(connection, one.panel_id).tolist())
    silent = {site: at for site, at in last.items() if site in members and site not in answered}
    causes = _causes(connection, one.source_id, silent)
    hosts = {row.site_id: row.host for row in rows_where(connection, models.Site, "site_id", silent)}
    return sorted(Failing(hosts[site], *causes.get(site, ("unrecorded", "")), at) for site, at in silent.items())


def newly_failing(connection: Connection, one: Round, limit: int) -> Some:
    """The members that fail now and had answered when they were asked last before the round.

    Failing is who was asked in the round and did not answer in any of its crawls, nor since.
    """
    failed, answered = SiteSet(), SiteSet()
    for _, answers, failures in _looks(connection, one.crawl_id):
        failed, answered = failed.plus(failures), answered.plus(answers)
    head = table(models.Head).c
    # The first failure after an answer: of who had failed before, it lies before the round.
    since = select(head.site_id).where(head.last_ok.is_not(None), head.failed_after >= one.at)
    sites = column(connection, since)
    return _some(connection, one, sites[failed.among(sites) & ~answered.among(sites)], limit)


def changed(connection: Connection, one: Round, limit: int) -> Some:
    """The members of which a crawl of the round saw another answer (bytes, or their absence) than the one before."""
    span, before = table(models.Span), table(models.Span).alias()
    earlier = select(before.c.site_id).where(
        before.c.site_id == span.c.site_id, before.c.first_seen < span.c.first_seen
    )
    found = [np.empty(0, dtype=np.int64)]
    for at, answered, _ in _looks(connection, one.crawl_id):
        sites = column(connection, select(span.c.site_id).where(span.c.first_seen == at, earlier.exists()))
        found.append(sites[SiteSet(answered).among(sites)])
    return _some(connection, one, np.unique(np.concatenate(found)), limit)


def _some(connection: Connection, one: Round, site_ids: Ints, limit: int) -> Some:
    """What is to be told of some sites: those that are no members of the round's panel do not count."""
    member = table(models.PanelMember).c
    now = (member.panel_id == one.panel_id, member.until.is_(None))
    rows = rows_where(connection, models.PanelMember, "site_id", site_ids.tolist(), *now)
    total = count()
    ranked = ((row.rank is None, row.rank, row.site_id) for row, _ in zip(rows, total, strict=False))
    first = [site_id for _, _, site_id in nsmallest(limit, ranked)]
    hosts = {row.site_id: row.host for row in rows_where(connection, models.Site, "site_id", first)}
    return Some(next(total), [hosts[site_id] for site_id in first])


def flipped_in(connection: Connection, one: Round) -> list[str]:
    """The hosts of which the first looks of a round found another verdict than the last known one, by name."""
    return sorted({host for part in one.first_looks for host in flipped(connection, part.crawl_id)})


def flipped(connection: Connection, crawl_id: int) -> list[str]:
    """The hosts of which a crawl found another verdict than the last known one for any headline agent, by name."""
    at, answered = connection.execute(select(_CRAWL.at, _CRAWL.answered).where(_CRAWL.crawl_id == crawl_id)).one()
    changed = text(
        "SELECT DISTINCT s.site_id, s.host FROM state t "
        "JOIN policy po ON po.policy_id = t.prev_policy_id JOIN policy pn ON pn.policy_id = t.policy_id "
        "JOIN site s ON s.site_id = t.site_id JOIN agent a ON a.headline = 1 "
        "LEFT JOIN ruling o ON o.policy_id = t.prev_policy_id AND o.agent_id = a.agent_id "
        "LEFT JOIN ruling n ON n.policy_id = t.policy_id AND n.agent_id = a.agent_id "
        "WHERE t.valid_from = :at AND t.prev_policy_id <> t.policy_id "
        "AND COALESCE(o.bits, po.star) & 3 <> COALESCE(n.bits, pn.star) & 3"
    )
    by_site = {row.site_id: row.host for row in connection.execute(changed, {"at": at})}
    ids = np.array(sorted(by_site), dtype=np.int64)
    return sorted(by_site[site] for site in ids[bitmap.contains(answered, ids)].tolist())


def _looks(connection: Connection, first: int) -> list[tuple[int, Ints, Ints]]:
    """Of each crawl of a round, in order of time: when, who answered, who failed."""
    of_round = (_CRAWL.crawl_id == first) | (_CRAWL.parent == first)
    rows = connection.execute(
        select(_CRAWL.at, _CRAWL.answered, _CRAWL.failed).where(of_round).order_by(_CRAWL.at, _CRAWL.crawl_id)
    ).all()
    return [(row.at, bitmap.unpack(row.answered), bitmap.unpack(row.failed)) for row in rows]


def _causes(connection: Connection, source_id: int, failed: dict[int, int]) -> dict[int, tuple[str, str]]:
    """Why sites failed at their moments: cause and detail of the run that the moment lies in."""
    column = table(models.Trouble).c.source_id
    runs = rows_where(connection, models.Trouble, "site_id", failed, column == source_id)
    return {
        run.site_id: (run.kind, run.detail) for run in runs if run.first_seen <= failed[run.site_id] <= run.last_seen
    }
