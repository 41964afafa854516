"""Panels in a history: who is a member from when to when, and the counts that follow from it.

A membership is an interval [since, until) at one rank. A site that leaves and returns has two; one whose rank changes
has two that meet.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, union, update

from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.errors import PanelError
from tracker.store import models
from tracker.store.bulk import add, add_one, added, chunks, rows_where, table
from tracker.store.derive import stored_states
from tracker.store.tally import Tally

_MEMBERS_AT_A_TIME = 5_000
ALWAYS = 0  # a fixed list is applied to all of its history


def store_panel(connection: Connection, tally: Tally, facts: Panel) -> int:
    """Store a panel, or add to a stored one the members it lacks; sectors, countries and languages follow the list."""
    panel_id = _panel_id(connection, facts)
    # A list of a million sites is in memory once, as it was given.
    for some in chunks(facts.members, _MEMBERS_AT_A_TIME):
        _add_members(connection, tally, panel_id, some)
    return panel_id


def _add_members(connection: Connection, tally: Tally, panel_id: int, some: Sequence[Member]) -> None:
    members = {member.host: member for member in some}
    ids = _store_sites(connection, some)
    of_panel = table(models.PanelMember).c.panel_id == panel_id
    known = {row.site_id for row in rows_where(connection, models.PanelMember, "site_id", ids.values(), of_panel)}
    rows: list[dict[str, Any]] = [
        {"panel_id": panel_id, "site_id": ids[host], "since": ALWAYS, "rank": member.rank}
        for host, member in members.items()
        if ids[host] not in known
    ]
    add(connection, models.PanelMember, rows)
    states = stored_states(connection, [row["site_id"] for row in rows])
    for row in rows:
        tally.add_member(+1, panel_id, ALWAYS, None)
        tally.add(+1, states.get(row["site_id"], ()), [(panel_id, ALWAYS, None)])


def find_panel(connection: Connection, name: str) -> tuple[int, int] | None:
    """Id and number of members now of a panel of this name; None without one."""
    panels, present = table(models.Panel).c, table(models.PanelMember).c
    panel_id = connection.execute(select(panels.panel_id).where(panels.name == name)).scalar_one_or_none()
    if panel_id is None:
        return None
    now = select(func.count()).where(present.panel_id == panel_id, present.until.is_(None))
    return panel_id, int(connection.execute(now).scalar_one())


def stored_list(connection: Connection, name: str) -> tuple[str, tuple[int, ...]] | None:
    """The list that a panel of this name is, and the moments from which its editions hold; None without a panel."""
    panels, present = table(models.Panel).c, table(models.PanelMember).c
    row = connection.execute(select(panels.panel_id, panels.list_id).where(panels.name == name)).one_or_none()
    if row is None:
        return None
    moments = [
        select(moment).where(present.panel_id == row.panel_id, moment > ALWAYS)
        for moment in (present.since, present.until)
    ]
    return row.list_id, tuple(sorted(connection.execute(union(*moments)).scalars()))


class Revision(NamedTuple):
    """What a newer edition of a panel changed: how many sites joined, left, and moved to another rank."""

    joined: int
    left: int
    moved: int


def revise_panel(connection: Connection, tally: Tally, facts: Panel, at: int) -> Revision:
    """Make `facts` the edition of a stored panel from `at` (UTC seconds, a midnight) on; the tally follows.

    Who left is a member until then, who came since then; a new rank is a new membership. The same edition again changes
    nothing. Raises PanelError if there is no such panel, or where a later edition is stored already.
    """
    panels, present = table(models.Panel), table(models.PanelMember).c
    panel_id = connection.execute(select(panels.c.panel_id).where(panels.c.name == facts.name)).scalar_one_or_none()
    if panel_id is None:
        raise PanelError(f"there is no panel {facts.name} to revise; import it first")
    rows = connection.execute(select(table(models.PanelMember)).where(present.panel_id == panel_id)).all()
    _refuse_the_past(facts, at, rows)
    ids = _store_sites(connection, facts.members)
    wanted = {ids[member.host]: member.rank for member in facts.members}
    open_now = {row.site_id: row for row in rows if row.until is None}
    joined, left = wanted.keys() - open_now.keys(), open_now.keys() - wanted.keys()
    moved = {site for site in wanted.keys() & open_now.keys() if wanted[site] != open_now[site].rank}
    changes = _Memberships(connection, tally, panel_id, joined | left | moved)
    for site in sorted(left | moved):
        changes.end(site, open_now[site].since, at)
    resumed = {row.site_id: row for row in rows if row.until == at}
    for site in sorted(joined | moved):
        before = resumed.get(site)
        if before is not None and before.rank == wanted[site]:
            changes.resume(site, before.since, at)
        else:
            changes.begin(site, at, wanted[site])
    connection.execute(update(panels).where(panels.c.panel_id == panel_id).values(_about(facts)))
    return Revision(len(joined), len(left), len(moved))


def _refuse_the_past(facts: Panel, at: int, rows: Iterable[Any]) -> None:
    if at <= ALWAYS or at % DAY:
        raise PanelError(f"an edition begins with a day of UTC after 1970, {at} does not")
    newest = max((moment for row in rows for moment in (row.since, row.until or ALWAYS)), default=ALWAYS)
    if at < newest:
        edition = datetime.fromtimestamp(newest, UTC).date().isoformat()
        raise PanelError(f"panel {facts.name} has an edition of {edition} already: import editions in order of time")


class _Memberships:
    """Changes the memberships of some sites in one panel, and what the tally counts of them."""

    def __init__(self, connection: Connection, tally: Tally, panel_id: int, sites: Iterable[int]) -> None:
        self._connection, self._tally, self._panel_id = connection, tally, panel_id
        self._states = stored_states(connection, sites)

    def begin(self, site: int, since: int, rank: int | None) -> None:
        """A site joins."""
        row = {"panel_id": self._panel_id, "site_id": site, "since": since, "until": None, "rank": rank}
        self._connection.execute(insert(table(models.PanelMember)), row)
        self._count(+1, site, since, None)

    def end(self, site: int, since: int, until: int) -> None:
        """A site leaves; if it had joined at the same moment, it never did."""
        self._count(-1, site, since, None)
        if since == until:
            self._connection.execute(delete(table(models.PanelMember)).where(*self._key(site, since)))
            return
        self._connection.execute(update(table(models.PanelMember)).where(*self._key(site, since)).values(until=until))
        self._count(+1, site, since, until)

    def resume(self, site: int, since: int, until: int) -> None:
        """A site that left at this moment did not."""
        self._count(-1, site, since, until)
        self._connection.execute(update(table(models.PanelMember)).where(*self._key(site, since)).values(until=None))
        self._count(+1, site, since, None)

    def _key(self, site: int, since: int) -> tuple[Any, ...]:
        present = table(models.PanelMember).c
        return (present.panel_id == self._panel_id, present.site_id == site, present.since == since)

    def _count(self, sign: int, site: int, since: int, until: int | None) -> None:
        self._tally.add_member(sign, self._panel_id, since, until)
        self._tally.add(sign, self._states.get(site, ()), [(self._panel_id, since, until)])


def _panel_id(connection: Connection, facts: Panel) -> int:
    panels = table(models.Panel)
    row = {"name": facts.name, **_about(facts)}
    found = connection.execute(select(panels.c.panel_id).where(panels.c.name == facts.name)).scalar_one_or_none()
    if found is not None:
        return int(found)
    return add_one(connection, models.Panel, row)


def _about(facts: Panel) -> dict[str, Any]:
    return {
        "title": facts.title,
        "source": facts.source,
        "list_id": facts.list_id,
        "population": facts.population,
        "is_sample": int(facts.is_sample),
    }


def _store_sites(connection: Connection, members: Iterable[Member]) -> dict[str, int]:
    sites = table(models.Site)
    wanted = {member.host: member for member in members}
    known = {row.host: row for row in rows_where(connection, models.Site, "host", wanted)}
    fresh = [{"host": host, **_labels(member)} for host, member in wanted.items() if host not in known]
    ids = {host: row.site_id for host, row in known.items()}
    ids |= zip((row["host"] for row in fresh), added(connection, models.Site, fresh), strict=True)
    for host, row in known.items():
        stated = {name: value for name, value in _labels(wanted[host]).items() if value is not None}
        if any(getattr(row, name) != value for name, value in stated.items()):
            connection.execute(update(sites).where(sites.c.site_id == row.site_id).values(stated))
    return ids


def _labels(member: Member) -> dict[str, str | None]:
    return {
        "sector": member.sector or None,
        "country": member.country or None,
        "language": member.language or None,
    }
