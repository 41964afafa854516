"""Rounds: a crawl of a panel, and its parts.

A part goes on where the first crawl was interrupted (`REST`), asks once more the sites that failed (`retry`), or looks
again at sites that changed: at the rules of those of a suspect round (`RECHECK`), at new terms (`CONFIRM`). Each is a
crawl of its own time and with bitmaps of its own, that asks only the sites it must: of first crawl, rests and retries
no two have an answer of the same site.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from tracker.core.visits import Target
from tracker.store.captures import OWN

REST, RECHECK, CONFIRM, RETRY = "rest", "recheck", "confirm", "retry-"
AGAIN = (RECHECK, CONFIRM)
"""Second looks, also at sites that have answered in their round."""

_COLUMNS = "k.crawl_id, k.at, k.ref, k.part, k.asked, k.answered_sites, k.failed_sites, k.finished_at, k.suspect"
_FIRST = "k.whole = 1 AND k.part = ''"


def retry(number: int) -> str:
    """The part that is the first, second … wave of asking failed sites again."""
    return f"{RETRY}{number}"


@dataclass(frozen=True, slots=True)
class Part:
    """A crawl as a part of its round: when it began (UTC seconds), what it is, and what it counted.

    `finished_at` None: it runs or was interrupted. `suspect`: why not to trust it too soon; empty: nothing was odd.
    """

    crawl_id: int
    at: int
    ref: str
    part: str
    asked: int
    answered: int
    failed: int
    finished_at: int | None
    suspect: str


@dataclass(frozen=True, slots=True)
class Round:
    """A first crawl and its parts in order of time. `targets`: what it asks for, beside robots.txt."""

    panel_id: int
    source_id: int
    targets: tuple[Target, ...]
    first: Part
    parts: tuple[Part, ...] = ()

    @property
    def crawl_id(self) -> int:
        """The first crawl, by which its parts know it."""
        return self.first.crawl_id

    @property
    def at(self) -> int:
        """When it began."""
        return self.first.at

    @property
    def ref(self) -> str:
        """What identifies it in its source."""
        return self.first.ref

    @property
    def asked(self) -> int:
        """Sites that it was to ask when it began."""
        return self.first.asked

    @property
    def finished_at(self) -> int | None:
        """When every site had been asked once, if that is so. Failed ones may have been asked again since."""
        return self.first.finished_at

    @property
    def suspect(self) -> str:
        """Why not to trust it too soon."""
        return "; ".join(one.suspect for one in (self.first, *self.parts) if one.suspect)

    @property
    def first_looks(self) -> tuple[Part, ...]:
        """The crawls in which each site was asked for the first time: the first one, and the rests of it."""
        return tuple(part for part in (self.first, *self.parts) if part.part in ("", REST))

    @property
    def answered(self) -> int:
        """Sites that answered in any of its crawls."""
        return self.first.answered + sum(part.answered for part in self.parts if part.part not in AGAIN)

    @property
    def failing(self) -> int:
        """Sites that were asked and never answered."""
        asked = sum(part.failed for part in self.first_looks)
        return asked - sum(part.answered for part in self.parts if part.part.startswith(RETRY))


END = 2**62
"""Later than all there is, in seconds."""


def rounds_of(connection: Connection, panel_id: int, source_id: int, limit: int = 1, before: int = END) -> list[Round]:
    """The newest rounds of a panel by a source that began before a moment (UTC seconds), newest first."""
    newest = text(
        f"SELECT {_COLUMNS}, k.targets FROM crawl k WHERE k.panel_id = :panel AND k.source_id = :source AND {_FIRST} "
        "AND k.at < :before ORDER BY k.at DESC, k.crawl_id DESC LIMIT :limit"
    )
    values = {"panel": panel_id, "source": source_id, "limit": limit, "before": before}
    rows = connection.execute(newest, values).all()
    return [
        Round(panel_id, source_id, targets_of(row.targets), _part(row), _parts(connection, row.crawl_id))
        for row in rows
    ]


def latest_round(connection: Connection, panel_id: int, source_id: int, before: int = END) -> Round | None:
    """The newest round of a panel by a source that began before a moment (UTC seconds); None without one."""
    return next(iter(rounds_of(connection, panel_id, source_id, 1, before)), None)


def last_finished(
    connection: Connection, panel_id: int, source_id: int, target: Target, before: int = END
) -> int | None:
    """When the newest finished round began that asked for a target and was answered by any site (UTC seconds).

    Only of those that began before a moment.
    """
    rows = text(
        "SELECT k.at, k.targets FROM crawl k "
        f"WHERE k.panel_id = :panel AND k.source_id = :source AND {_FIRST} AND k.finished_at IS NOT NULL "
        "AND k.at < :before "
        "AND (k.answered_sites > 0 OR EXISTS "
        "  (SELECT 1 FROM crawl x WHERE x.parent = k.crawl_id AND x.answered_sites > 0)) ORDER BY k.at DESC"
    )
    found = connection.execute(rows, {"panel": panel_id, "source": source_id, "before": before})
    return next((int(row.at) for row in found if target in targets_of(row.targets)), None)


def own_panel(connection: Connection, panel: str) -> tuple[int, int] | None:
    """The ids of a panel by its name and of our own crawls; None where either is not there yet."""
    ids = text("SELECT p.panel_id, s.source_id FROM panel p CROSS JOIN source s WHERE p.name = :panel AND s.key = :key")
    row = connection.execute(ids, {"panel": panel, "key": OWN.key}).first()
    return None if row is None else (row.panel_id, row.source_id)


def targets_of(words: str) -> tuple[Target, ...]:
    """The targets in a column; what this program does not know is passed over."""
    said = words.split()
    return tuple(target for target in Target if target in said)


def words_of(targets: Sequence[Target]) -> str:
    """Targets as the column has them."""
    return " ".join(target for target in Target if target in targets)


def _parts(connection: Connection, crawl_id: int) -> tuple[Part, ...]:
    rows = text(f"SELECT {_COLUMNS} FROM crawl k WHERE k.parent = :first ORDER BY k.at, k.crawl_id")
    return tuple(_part(row) for row in connection.execute(rows, {"first": crawl_id}))


def _part(row: Any) -> Part:
    return Part(*tuple(row)[:9])
