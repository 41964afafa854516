"""Panels in a history: who is a member, and the counts that follow from a new membership."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select, update

from tracker.core.panels import Member, Panel
from tracker.store import models
from tracker.store.bulk import add, chunks, rows_where, table
from tracker.store.derive import stored_states
from tracker.store.tally import Tally

ALWAYS = 0  # a fixed list is applied to all of its history


def store_panel(connection: Connection, tally: Tally, facts: Panel) -> int:
    """Store a panel, or add to a stored one the members it lacks; sectors, countries and languages follow the list."""
    panel_id = _panel_id(connection, facts)
    members = {member.host: member for member in facts.members}
    ids = _store_sites(connection, members.values())
    present = table(models.PanelMember).c
    known = set(connection.execute(select(present.site_id).where(present.panel_id == panel_id)).scalars())
    rows: list[dict[str, Any]] = [
        {"panel_id": panel_id, "site_id": ids[host], "since": ALWAYS, "rank": member.rank}
        for host, member in members.items()
        if ids[host] not in known
    ]
    add(connection, models.PanelMember, rows)
    for some in chunks(rows):
        states = stored_states(connection, [row["site_id"] for row in some])
        for row in some:
            tally.add_member(+1, panel_id, ALWAYS, None)
            tally.add(+1, states.get(row["site_id"], ()), [(panel_id, ALWAYS, None)])
    return panel_id


def _panel_id(connection: Connection, facts: Panel) -> int:
    panels = table(models.Panel)
    row = {
        "name": facts.name,
        "title": facts.title,
        "source": facts.source,
        "list_id": facts.list_id,
        "population": facts.population,
        "is_sample": int(facts.is_sample),
    }
    found = connection.execute(select(panels.c.panel_id).where(panels.c.name == facts.name)).scalar_one_or_none()
    if found is not None:
        return int(found)
    key = connection.execute(panels.insert(), row).inserted_primary_key
    assert key is not None
    return int(key[0])


def _store_sites(connection: Connection, members: Iterable[Member]) -> dict[str, int]:
    sites = table(models.Site)
    wanted = {member.host: member for member in members}
    known = {row.host: row for row in rows_where(connection, models.Site, "host", wanted)}
    fresh = [{"host": host, **_labels(member)} for host, member in wanted.items() if host not in known]
    add(connection, models.Site, fresh)
    for host, row in known.items():
        stated = {name: value for name, value in _labels(wanted[host]).items() if value is not None}
        if any(getattr(row, name) != value for name, value in stated.items()):
            connection.execute(update(sites).where(sites.c.site_id == row.site_id).values(stated))
    return {row.host: row.site_id for row in rows_where(connection, models.Site, "host", wanted)}


def _labels(member: Member) -> dict[str, str | None]:
    return {
        "sector": member.sector or None,
        "country": member.country or None,
        "language": member.language or None,
    }
