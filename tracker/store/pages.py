"""Looks at pages beside robots.txt, as evidence: runs of equal looks, and the bytes that signals were read from.

A run (tracker.store.lanes) goes on while cause and signals are the same. Nearly every look at a home page finds other
bytes, so that bytes alone begin none.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import zstandard
from sqlalchemy import Connection, delete, select, union_all

from tracker.core.exchange import Exchange
from tracker.core.outcomes import Outcome
from tracker.core.pages import page_signals
from tracker.core.signals.headers import FIELDS
from tracker.core.signals.signal import printable
from tracker.core.site_signals import Said, fingerprint, said_by
from tracker.core.visits import PageSeen, Target
from tracker.store import models
from tracker.store.bulk import add_or, added, rows_where, table
from tracker.store.captures import PastPage
from tracker.store.exchanges import MOST_URL
from tracker.store.gaps import packed, unpacked
from tracker.store.lanes import Lanes, Rows, end, has_look, looks_of, with_looks

_LEVEL = 10
ANSWERS = (Outcome.OK, Outcome.ABSENT)
_NEWEST = ("last_seen", "checks", "status", "url", "sha256", "size", "detail", "gaps")


class Key(NamedTuple):
    """A page of a site."""

    site_id: int
    target: str


@dataclass
class Noted:
    """What was seen of pages: by page what it signals and whether that is an answer.

    `before`: the runs of all sources of every page, as they were. `late`: pages of which something later is known.
    """

    at: int
    said: dict[Key, frozenset[Said]] = field(default_factory=dict)
    answered: dict[Key, bool] = field(default_factory=dict)
    before: dict[Key, Rows] = field(default_factory=dict)
    late: set[Key] = field(default_factory=set)


def answers(row: Mapping[str, Any]) -> bool:
    """Whether a run says what its page says."""
    return row["outcome"] in ANSWERS


_LANES = Lanes(answers, ("outcome", "cause", "said"), _NEWEST)


def runs_of(connection: Connection, site_ids: Iterable[int]) -> dict[Key, Rows]:
    """All runs of the pages of sites, from every source, in order of their beginning."""
    found: dict[Key, Rows] = {}
    for row in rows_where(connection, models.Page, "site_id", site_ids):
        found.setdefault(Key(row.site_id, row.target), []).append(dict(row._mapping))
    for rows in found.values():
        rows.sort(key=lambda row: (row["first_seen"], row["source_id"]))
    return found


def note_pages(connection: Connection, source_id: int, at: int, seen: Mapping[Key, PageSeen]) -> Noted:
    """Write one look of a source at each of some pages."""
    noted = Noted(at)
    stored = runs_of(connection, {key.site_id for key in seen})
    bodies = PageBodies(connection)
    begun, changed = [], []
    for key, page in seen.items():
        rows = noted.before[key] = stored.get(key, [])
        noted.said[key], noted.answered[key] = said_by(page.signals, page.answers), page.answers
        look = _look(key, source_id, at, page, fingerprint(noted.said[key]))
        mine = [row for row in rows if row["source_id"] == source_id]
        if has_look(mine, at):
            continue  # another crawl of this second was first
        if any(row["last_seen"] >= at for row in rows):
            noted.late.add(key)
        run = _LANES.grown(mine, look)
        if run is None:
            bodies.want(page.kept)
            begun.append((look, page))
        else:
            changed.append(run)
    ids = bodies.stored()
    rows = [look | _read_from(page, ids) for look, page in begun]
    add_or(connection, models.Page, rows, [])
    add_or(connection, models.Page, changed, _NEWEST)
    return noted


def _look(key: Key, source_id: int, at: int, page: PageSeen, said: bytes) -> dict[str, Any]:
    exchange = page.exchange
    return {
        "site_id": key.site_id,
        "source_id": source_id,
        "target": key.target,
        "first_seen": at,
        "last_seen": at,
        "checks": 1,
        "outcome": str(page.outcome),
        "cause": page.cause,
        "status": exchange.status if exchange else None,
        "url": printable(exchange.url[:MOST_URL]) if exchange else "",
        "sha256": bytes.fromhex(page.sha256) or None,
        "size": page.size,
        "detail": printable(page.detail),
        "said": said,
        "page_body_id": None,
        "headers": "[]",
        "gaps": b"",
    }


def _read_from(page: PageSeen, ids: Mapping[bytes, int]) -> dict[str, Any]:
    """What the signals of a run's first look were read from."""
    body = None if page.kept is None else ids[hashlib.sha256(page.kept).digest()]
    return {"page_body_id": body, "headers": _fields(page.target, page.exchange)}


def _fields(target: Target, exchange: Exchange | None) -> str:
    if exchange is None or target is not Target.HOME:
        return "[]"
    return json.dumps([[name, value] for name, value in exchange.headers if name.strip().lower() in FIELDS])


def note_runs(connection: Connection, source_id: int, ids: Mapping[str, int], runs: Iterable[PastPage]) -> set[Key]:
    """Write runs that another history holds, `ids` being their sites; gives the pages that they are of.

    One that is here already gets the looks that it lacks. Raises ValueError, with nothing written, for a run that
    contradicts itself.
    """
    runs = list(runs)
    stored = runs_of(connection, {ids[run.host] for run in runs})
    bodies, rows, touched = PageBodies(connection), [], set()
    for run in runs:
        bodies.want(run.kept)
    body_ids = bodies.stored()
    for run in runs:
        key = Key(ids[run.host], str(run.target))
        touched.add(key)
        here = {row["first_seen"]: row for row in stored.get(key, ()) if row["source_id"] == source_id}
        known, row = here.get(run.first_seen), _past(key, source_id, run, body_ids)
        if known is not None:
            older, newer = sorted([row, known], key=end)
            row = newer | with_looks(newer, looks_of(older))
        if row != known:
            rows.append(row)
    add_or(connection, models.Page, rows, [*_NEWEST, "outcome", "cause", "said", "page_body_id", "headers"])
    return touched


def _past(key: Key, source_id: int, run: PastPage, body_ids: Mapping[bytes, int]) -> dict[str, Any]:
    signals = page_signals(run.target, run.headers, run.status, run.kept)
    answered = run.outcome in ANSWERS
    gaps = packed(run.looks or sorted({run.first_seen, run.last_seen}))
    unpacked(run.first_seen, run.last_seen, run.checks, gaps)  # or ValueError
    return {
        "site_id": key.site_id,
        "source_id": source_id,
        "target": key.target,
        "first_seen": run.first_seen,
        "last_seen": run.last_seen,
        "checks": run.checks,
        "outcome": str(run.outcome),
        "cause": printable(run.cause),
        "status": run.status,
        "url": printable(run.url[:MOST_URL]),
        "sha256": bytes.fromhex(run.sha256) or None,
        "size": run.size,
        "detail": printable(run.detail),
        "said": fingerprint(said_by(signals, answered)),
        "page_body_id": None if run.kept is None else body_ids[hashlib.sha256(run.kept).digest()],
        "headers": json.dumps([list(one) for one in run.headers]),
        "gaps": gaps,
    }


class PageBodies:
    """Bytes on their way into `page_body`, each once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._wanted: dict[bytes, bytes] = {}

    def want(self, data: bytes | None) -> bytes | None:
        """Have these bytes stored; gives their digest."""
        if data is None:
            return None
        digest = hashlib.sha256(data).digest()
        self._wanted[digest] = data
        return digest

    def stored(self) -> dict[bytes, int]:
        """Store what is wanted and new; the ids by SHA-256."""
        model = models.PageBody
        known = rows_where(self._connection, model, "sha256", self._wanted) if self._wanted else ()
        ids = {row.sha256: row.page_body_id for row in known}
        fresh = {digest: data for digest, data in self._wanted.items() if digest not in ids}
        pack = zstandard.ZstdCompressor(level=_LEVEL).compress
        rows = [
            {"sha256": digest, "size": len(data), "codec": "zstd", "data": pack(data)} for digest, data in fresh.items()
        ]
        return ids | dict(zip(fresh, added(self._connection, model, rows), strict=True))


def drop_unused_pages(connection: Connection) -> None:
    """Remove bytes of pages that nothing kept was read from."""
    body = table(models.PageBody)
    read_from = (table(model).c.page_body_id for model in (models.Page, models.TermsText))
    kept = union_all(*(select(column).where(column.is_not(None)) for column in read_from))
    connection.execute(delete(body).where(body.c.page_body_id.not_in(kept)))
