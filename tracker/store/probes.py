"""Probes, as evidence: what a site answered when its home page was asked for under two names (docs/probe.md).

They enter no span, state or share. A row is written before the site is asked, so that a probe that was cut off counts
for its week all the same, and written over when it has been.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from tracker.core.probes import UNASKED, ProbeResult
from tracker.core.signals.signal import printable
from tracker.store import models
from tracker.store.bulk import add_or, table
from tracker.store.crawls import site_ids

METHOD = "GET /"
"""How all of them were made: the home page, without following redirects, first as ourselves, then as the agent."""

MOST_NAME = 200
_SAID = ("status_agent", "status_neutral", "cause_agent", "cause_neutral", "method")


def note_probes(connection: Connection, source_id: int, results: Iterable[ProbeResult]) -> None:
    """Write probes of a source. Of one that is here already (same site, agent and moment) the later given counts.

    Only what was not asked replaces nothing.
    """
    results = list(results)
    ids = site_ids(connection, {result.host for result in results})
    for is_asked in (False, True):
        rows = [_row(ids[one.host], source_id, one) for one in results if _is_asked(one) == is_asked]
        add_or(connection, models.Probe, rows, _SAID if is_asked else ())


def _is_asked(result: ProbeResult) -> bool:
    return (result.cause_agent, result.cause_neutral) != (UNASKED, UNASKED)


def _row(site_id: int, source_id: int, result: ProbeResult) -> dict[str, object]:
    return {
        "site_id": site_id,
        "source_id": source_id,
        "agent": printable(result.agent[:MOST_NAME]),
        "at": result.at,
        "status_agent": result.status_agent,
        "status_neutral": result.status_neutral,
        "cause_agent": printable(result.cause_agent[:MOST_NAME]),
        "cause_neutral": printable(result.cause_neutral[:MOST_NAME]),
        "method": METHOD,
    }


def last_probe(connection: Connection, since: int = 0) -> dict[str, int]:
    """When each site was last probed, under whatever name and by whom ever (UTC seconds); only since a moment."""
    probe, site = table(models.Probe), table(models.Site)
    newest = (
        select(site.c.host, func.max(probe.c.at))
        .join_from(probe, site, site.c.site_id == probe.c.site_id)
        .where(probe.c.at >= since)
        .group_by(site.c.host)
    )
    return {host: int(at) for host, at in connection.execute(newest)}
