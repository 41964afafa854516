"""Who is a member of a panel on a day, and what two lists differ in."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from tracker.core.intervals import DAY
from tracker.core.panels import Member
from tracker.store.query import Reader


class Comparison(NamedTuple):
    """Two lists of sites: who entered, who left, and (host, rank before, rank after) of those that moved."""

    entered: tuple[Member, ...]
    left: tuple[Member, ...]
    moved: tuple[tuple[str, int | None, int | None], ...]
    stayed: int


def members(reader: Reader, panel: str, day: str | None = None) -> tuple[Member, ...]:
    """The members of a panel of the history at the end of a day (None: now), by rank and name."""
    values: dict[str, str | int] = {"panel": panel}
    when = "m.until IS NULL"
    if day is not None:
        values["end"] = (date.fromisoformat(day) - date(1970, 1, 1)).days * DAY + DAY - 1
        when = "m.since <= :end AND (m.until IS NULL OR m.until > :end)"
    rows = reader.sql(
        "SELECT s.host, m.rank, s.sector, s.country, s.language FROM panel_member m "
        "JOIN site s ON s.site_id = m.site_id JOIN panel p ON p.panel_id = m.panel_id "
        f"WHERE p.name = :panel AND {when} ORDER BY m.rank IS NULL, m.rank, s.host",
        values,
    ).rows
    return tuple(Member(host, rank, *(label or "" for label in labels)) for host, rank, *labels in rows)


def editions(reader: Reader, panel: str) -> list[str]:
    """The days from which on the panel had other members or ranks, oldest first; none for a fixed list."""
    rows = reader.sql(
        "SELECT DISTINCT m.since FROM panel_member m JOIN panel p ON p.panel_id = m.panel_id WHERE p.name = :panel "
        "AND m.since > 0 UNION SELECT DISTINCT m.until FROM panel_member m JOIN panel p ON p.panel_id = m.panel_id "
        "WHERE p.name = :panel AND m.until IS NOT NULL ORDER BY 1",
        {"panel": panel},
    ).rows
    return [date.fromordinal(date(1970, 1, 1).toordinal() + at // DAY).isoformat() for (at,) in rows]


def compare(before: Sequence[Member], after: Sequence[Member]) -> Comparison:
    """What differs, in the order of the lists."""
    old, new = ({member.host: member for member in one} for one in (before, after))
    both = [host for host in new if host in old]
    return Comparison(
        tuple(member for host, member in new.items() if host not in old),
        tuple(member for host, member in old.items() if host not in new),
        tuple((host, old[host].rank, new[host].rank) for host in both if old[host].rank != new[host].rank),
        len(both),
    )
