"""How sites stand when a crawl begins: the short way of the checks that find nothing new.

Nearly every check finds what the one before it found, or fails. Of the first only the end of the newest span moves, of
the second only the newest attempt, so that a look at one digest and a statement for the whole batch are enough, and
nothing need be asked of the tables. Whatever else comes goes the long way.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, Select, and_, case, or_, select, text

from tracker.core.intervals import Hold
from tracker.store import models
from tracker.store.bulk import bare_rows, listed, rows_where, table
from tracker.store.captures import Answer, Failure, Seen, Unchanged
from tracker.store.derive import held_at
from tracker.store.trouble import Run, running

_ID, _DIGEST, _EXPECTED = 1, 2, 3
_HEAD = table(models.Head).c
_STANDING = (
    table(models.Head)
    .join(table(models.Site), table(models.Site).c.site_id == _HEAD.site_id)
    .join(table(models.Body), table(models.Body).c.body_id == _HEAD.body_id, isouter=True)
)
_COLUMNS = (table(models.Site).c.host, _HEAD.site_id, table(models.Body).c.sha256)
_ANY_SITES = select(*_COLUMNS).select_from(_STANDING)
_SITES = select(*_COLUMNS).select_from(
    _STANDING.join(table(models.PanelMember), table(models.PanelMember).c.site_id == _HEAD.site_id)
)
_FAILING = select(_HEAD.site_id, _HEAD.last_try).where(or_(_HEAD.failed_after.is_not(None), _HEAD.first_seen.is_(None)))


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
    """How sites stand before a crawl asks them.

    Each site leaves it as soon as it was asked. Who was never asked before is not in it. `is_whole`: everybody else is
    who will be asked. A million sites take some 350 MB.
    """

    def __init__(self, is_whole: bool = True) -> None:
        self.is_whole = is_whole
        self._sites: dict[str, tuple[Any, ...]] = {}
        self._runs: dict[int, Run] = {}

    @classmethod
    def of(cls, connection: Connection, source_id: int, panel_id: int, at: int, hold: Hold) -> Self:
        """Take it of a panel, for a crawl of a source at `at` (UTC seconds) that is newer than all that is known."""
        member = table(models.PanelMember).c
        picture = cls()
        picture.take(connection, source_id, at, hold, _SITES.where(member.panel_id == panel_id), _FAILING)
        return picture

    def add(self, connection: Connection, source_id: int, at: int, hold: Hold, site_ids: Sequence[int]) -> None:
        """Take it of these sites, too."""
        among = text(f"head.site_id IN ({listed(site_ids)})")
        self.take(connection, source_id, at, hold, _ANY_SITES.where(among), _FAILING.where(among))

    def add_hosts(self, connection: Connection, source_id: int, at: int, hold: Hold, hosts: Iterable[str]) -> None:
        """Take it of these hosts as far as they are not in it."""
        missing = [host for host in hosts if host not in self._sites]
        found = rows_where(connection, models.Site, "host", missing)
        self.add(connection, source_id, at, hold, [row.site_id for row in found])

    def take(
        self, connection: Connection, source_id: int, at: int, hold: Hold, sites: Select[Any], failing: Select[Any]
    ) -> None:
        """Take it of what two statements give."""
        # Then its newest answer is the newest that this source saw, too, and an equal one prolongs its span.
        expected = case((and_(_HEAD.source_id == source_id, held_at(at, hold)), 1), else_=0)
        found = bare_rows(connection, sites.add_columns(expected).where(_HEAD.last_try < at))
        self._sites.update((site[0], site) for site in found)
        self._runs.update(running(connection, source_id, at, dict(bare_rows(connection, failing))))

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

    def running(self, failed: Iterable[int], others: Iterable[int]) -> dict[int, Run]:
        """The runs of failures that go on if a site that failed did so for the same cause; nobody's else are kept."""
        runs = self._runs
        if not runs:
            return {}
        found = {site_id: runs.pop(site_id) for site_id in failed if site_id in runs}
        for site_id in others:
            runs.pop(site_id, None)
        return found


def _digest(body: bytes | None) -> bytes | None:
    return None if body is None else sha256(body).digest()
