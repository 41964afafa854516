"""How sites stand when a crawl begins: the short way of the checks that find nothing new.

Nearly every check finds what the one before it found, or fails. Of the first only the end of the newest span moves, of
the second only the newest attempt, so that a look at one digest and a statement for the whole batch are enough, and
nothing need be asked of the tables. Whatever else comes goes the long way.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, and_, case, or_, select

from tracker.core.intervals import Hold
from tracker.store import models
from tracker.store.bulk import bare_rows, table
from tracker.store.captures import Answer, Failure, Seen, Unchanged
from tracker.store.derive import held_at
from tracker.store.trouble import Run, running

_ID, _DIGEST, _EXPECTED = 1, 2, 3


class Sorted(NamedTuple):
    """A batch of captures by what they mean for their sites.

    `same`: sites that answered as expected; `failed`: those that failed; `others` go the long way, `ids` has their
    sites where they are known. `told`: the same answers that came with an exchange.
    """

    same: list[int]
    failed: dict[int, Failure]
    others: list[Seen]
    ids: dict[str, int]
    told: dict[int, Answer | Unchanged]


class Picture:
    """How the members of a panel stand before a crawl asks them.

    Each site leaves it as soon as it was asked. Who was never asked before is not in it. A million sites take some
    350 MB.
    """

    def __init__(self, sites: Iterable[tuple[Any, ...]] = (), runs: Mapping[int, Run] | None = None) -> None:
        self._sites = {site[0]: site for site in sites}
        self._runs = runs or {}

    @classmethod
    def of(cls, connection: Connection, source_id: int, panel_id: int, at: int, hold: Hold) -> Self:
        """Take it for a crawl of a source at `at` (UTC seconds) that is newer than all that is known."""
        head, site, body = table(models.Head), table(models.Site), table(models.Body)
        member = table(models.PanelMember)
        tables = (
            member.join(head, head.c.site_id == member.c.site_id)
            .join(site, site.c.site_id == head.c.site_id)
            .join(body, body.c.body_id == head.c.body_id, isouter=True)
        )
        # Then its newest answer is the newest that this source saw, too, and an equal one prolongs its span.
        expected = case((and_(head.c.source_id == source_id, held_at(at, hold)), 1), else_=0)
        here = (member.c.panel_id == panel_id, head.c.last_try < at)
        found = select(site.c.host, head.c.site_id, body.c.sha256, expected).select_from(tables).where(*here)
        failing = or_(head.c.failed_after.is_not(None), head.c.first_seen.is_(None))
        tries = bare_rows(connection, select(head.c.site_id, head.c.last_try).where(failing))
        return cls(bare_rows(connection, found), running(connection, source_id, at, dict(tries)))

    def sort(self, captures: Iterable[Seen]) -> Sorted:
        """What these captures, one a site, mean; their sites leave the picture."""
        same, failed, others, ids, told_anew = found = Sorted([], {}, [], {}, {})
        for capture in captures:
            known = self._sites.pop(capture.host, None)
            if known is None:
                others.append(capture)
            elif isinstance(capture, Failure):
                failed[known[_ID]] = capture
            elif known[_EXPECTED] and known[_DIGEST] == (
                _digest(capture.body) if isinstance(capture, Answer) else capture.digest
            ):
                same.append(known[_ID])
                if capture.exchange is not None:
                    told_anew[known[_ID]] = capture
            else:
                others.append(capture)
                ids[capture.host] = known[_ID]
        return found

    def running(self, site_ids: Iterable[int]) -> dict[int, Run]:
        """The runs of failures that go on if one of these sites fails again for the same cause."""
        return {site_id: self._runs[site_id] for site_id in site_ids if site_id in self._runs}


def _digest(body: bytes | None) -> bytes | None:
    return None if body is None else sha256(body).digest()
