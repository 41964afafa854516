"""Looks at pages beside robots.txt, as evidence: runs of equal looks, and the bytes that signals were read from.

A run goes on while cause and signals are the same. Nearly every look at a home page finds other bytes, so that bytes
alone begin none. Answers and failures are lanes of their own: a failure between two equal answers parts no run, an
answer between two equal failures does. A look that comes late parts none either: each run knows when its looks were.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import zstandard
from sqlalchemy import Connection

from tracker.core.exchange import Exchange
from tracker.core.outcomes import Outcome
from tracker.core.pages import page_signals
from tracker.core.signals.headers import FIELDS
from tracker.core.signals.signal import printable
from tracker.core.site_signals import GAP, Said, fingerprint, said_by
from tracker.core.visits import PageSeen, Target
from tracker.store import models
from tracker.store.bulk import add_or, added, rows_where
from tracker.store.captures import PastPage
from tracker.store.exchanges import MOST_URL
from tracker.store.gaps import packed, unpacked

_LEVEL = 10
ANSWERS = (Outcome.OK, Outcome.ABSENT)
_NEWEST = ("last_seen", "checks", "status", "url", "sha256", "size", "detail", "gaps")

Rows = list[dict[str, Any]]


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


def looks_of(row: Mapping[str, Any]) -> list[int]:
    """The moments of all looks of a run. Raises ValueError if its row contradicts itself."""
    return unpacked(row["first_seen"], row["last_seen"], row["checks"], row["gaps"])


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
    begun, gone_on, older = [], [], []
    for key, page in seen.items():
        rows = noted.before[key] = stored.get(key, [])
        noted.said[key], noted.answered[key] = said_by(page.signals, page.answers), page.answers
        look = _look(key, source_id, at, page, fingerprint(noted.said[key]))
        mine = [row for row in rows if row["source_id"] == source_id]
        if any(row["first_seen"] <= at <= row["last_seen"] and at in looks_of(row) for row in mine):
            continue  # another crawl of this second was first
        if any(row["last_seen"] >= at for row in rows):
            noted.late.add(key)
        run = _running(mine, look)
        if run is None:
            inside = _around(mine, look)
            if inside is not None:
                older.append(inside | _with_looks(inside, [at]))
                continue
            bodies.want(page.kept)
            begun.append((look, page))
        else:
            newest = {name: look[name] for name in _NEWEST}
            gaps = run["gaps"] + packed([run["last_seen"], at])
            gone_on.append(run | newest | {"checks": run["checks"] + 1, "gaps": gaps})
    ids = bodies.stored()
    rows = [look | _read_from(page, ids) for look, page in begun]
    add_or(connection, models.Page, rows, [])
    add_or(connection, models.Page, gone_on, _NEWEST)
    add_or(connection, models.Page, older, ["checks", "gaps"])
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


def _with_looks(row: Mapping[str, Any], more: Iterable[int]) -> dict[str, Any]:
    """What is another in a run with more looks, none of them after its newest."""
    looks = sorted({*looks_of(row), *more})
    return {"checks": len(looks), "gaps": packed(looks)}


def _read_from(page: PageSeen, ids: Mapping[bytes, int]) -> dict[str, Any]:
    """What the signals of a run's first look were read from."""
    body = None if page.kept is None else ids[hashlib.sha256(page.kept).digest()]
    return {"page_body_id": body, "headers": _fields(page.target, page.exchange)}


def _fields(target: Target, exchange: Exchange | None) -> str:
    if exchange is None or target is not Target.HOME:
        return "[]"
    return json.dumps([[name, value] for name, value in exchange.headers if name.strip().lower() in FIELDS])


def _running(mine: Rows, look: Mapping[str, Any]) -> dict[str, Any] | None:
    """The run that a look goes on with: the newest of its lane, if that says the same and is not too long ago."""
    at = look["first_seen"]
    lane = [row for row in mine if answers(row) == answers(look)]
    newest = max(lane, key=_end, default=None)
    if newest is None or newest["last_seen"] >= at or not _alike(newest, look):
        return None
    # An answer since, or a failure of another kind, and this one is not the next of its kind.
    is_last = answers(look) or newest is max(mine, key=_end)
    return newest if is_last and at - newest["last_seen"] <= GAP else None


def _around(mine: Rows, look: Mapping[str, Any]) -> dict[str, Any] | None:
    """The run of a lane that a late look lies in, if it says the same."""
    at = look["first_seen"]
    inside = (row for row in mine if row["first_seen"] < at < row["last_seen"] and answers(row) == answers(look))
    return next((row for row in inside if _alike(row, look)), None)


def _alike(row: Mapping[str, Any], look: Mapping[str, Any]) -> bool:
    return bool(row["cause"] == look["cause"] and row["said"] == look["said"])


def _end(row: Mapping[str, Any]) -> int:
    return int(row["last_seen"])


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
            older, newer = sorted([row, known], key=_end)
            row = newer | _with_looks(newer, looks_of(older))
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

    def want(self, data: bytes | None) -> None:
        """Have these bytes stored."""
        if data is not None:
            self._wanted[hashlib.sha256(data).digest()] = data

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
