"""The short way of an unchanged check: what each site must answer for nothing to change.

Nearly every check finds what the one before it found. Of such a check only the end of the newest span moves, so that a
look at one digest and a statement for the whole batch are enough; whatever is not expected goes the long way.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_, select

from tracker.core.intervals import Hold
from tracker.store import models
from tracker.store.bulk import table
from tracker.store.captures import Answer, Failure


class Expected(NamedTuple):
    """A site as a crawl finds it: its id, and the SHA-256 of its newest answer (empty: there is no robots.txt)."""

    site_id: int
    digest: bytes


def expected(connection: Connection, source_id: int, panel_id: int, at: int, hold: Hold) -> dict[str, Expected]:
    """Of the members of a panel whose newest answer this source saw, and which is still held at `at`: what it was.

    Sites that were already asked at `at` or later are left out.
    """
    head, site, body = table(models.Head), table(models.Site), table(models.Body)
    member = table(models.PanelMember)
    # As in `Hold.until`.
    still_held = and_(
        head.c.last_ok >= at - hold.unwatched,
        or_(head.c.failed_after.is_(None), head.c.last_ok >= at - hold.failing, head.c.failed_after >= at),
    )
    tables = (
        member.join(head, head.c.site_id == member.c.site_id)
        .join(site, site.c.site_id == head.c.site_id)
        .join(body, body.c.body_id == head.c.body_id, isouter=True)
    )
    asked = (member.c.panel_id == panel_id, head.c.source_id == source_id, head.c.last_try < at)
    found = select(site.c.host, head.c.site_id, body.c.sha256).select_from(tables).where(*asked, still_held)
    return {host: Expected(site_id, digest or b"") for host, site_id, digest in connection.execute(found).all()}


def split(
    expectations: dict[str, Expected], captures: Iterable[Answer | Failure]
) -> tuple[list[int], list[Answer | Failure]]:
    """The ids of the sites that answered as expected, and the captures that did not."""
    same: list[int] = []
    other: list[Answer | Failure] = []
    for capture in captures:
        known = expectations.get(capture.host)
        if known is not None and isinstance(capture, Answer) and known.digest == _digest(capture.body):
            same.append(known.site_id)
        else:
            other.append(capture)
    return same, other


def _digest(body: bytes | None) -> bytes:
    return b"" if body is None else hashlib.sha256(body).digest()
