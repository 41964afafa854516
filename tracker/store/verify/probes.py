"""Probes, which nothing else in a history bears out: only whether they can be what a site answered."""

import re
from typing import Any

from sqlalchemy import Connection, select

from tracker.core.outcomes import FAILURE_CAUSES
from tracker.core.probes import UNASKED
from tracker.store import models
from tracker.store.bulk import table
from tracker.store.probes import METHOD
from tracker.store.verify.report import Check

_SILENT = FAILURE_CAUSES | {UNASKED}
_WORDS = {"paid_402": (402, 402), "ok": (200, 299), "challenge": (200, 999)}


def check_probes(connection: Connection, check: Check) -> None:
    """Cause and status of each answer agree, and nobody was asked under an agent's name who had not answered us."""
    check.repairable = False
    probe, site = table(models.Probe), table(models.Site)
    rows = select(probe, site.c.host).join_from(probe, site, site.c.site_id == probe.c.site_id)
    for row in connection.execute(rows.execution_options(yield_per=1_000)):
        check.checked += 1
        if said := _wrong(row):
            check.found(f"{row.host} as {row.agent!r} at {row.at} (UTC seconds): {said}")


def _wrong(row: Any) -> str:
    """What of a probe cannot be; empty if all can."""
    if not row.agent or row.method != METHOD:
        return f"asked by {row.method!r}" if row.agent else "asked under no name"
    for cause, status in ((row.cause_agent, row.status_agent), (row.cause_neutral, row.status_neutral)):
        if not _agree(cause, status):
            return f"{cause!r} with status {status}"
    if row.status_neutral is None and row.cause_agent != UNASKED:
        return "asked under that name although we had no answer"
    return ""


def _agree(cause: str, status: int | None) -> bool:
    if status is None:
        return cause in _SILENT
    least, most = _WORDS.get(cause, (0, 0))
    named = re.fullmatch(r"http_([1-9]\d\d)", cause, re.ASCII)
    return least <= status <= most or (named is not None and int(named[1]) == status)
