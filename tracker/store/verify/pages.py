"""Pages beside robots.txt: the bytes kept of them, what these say, and what follows for the signals of sites."""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from tracker.core.intervals import Hold
from tracker.core.outcomes import Outcome
from tracker.core.site_signals import Signalled, fingerprint
from tracker.core.visits import PAGES
from tracker.store import models
from tracker.store.bulk import chunks, rows_where, table
from tracker.store.exchanges import fields_of
from tracker.store.lanes import Rows, looks_of
from tracker.store.packed import NotWhole, unpack
from tracker.store.pages import Key, runs_of
from tracker.store.site_signals import as_signalled, read_again, signals_of
from tracker.store.verify.report import Check, Progress

_BODIES_AT_A_TIME = 50
_SITES_AT_A_TIME = 200
_SITES = select(table(models.Page).c.site_id).union(select(table(models.SiteSignal).c.site_id))


def check_pages(connection: Connection, check: Check, is_read: bool) -> bool:
    """The kept bytes are what their SHA-256 says, runs are whole, and if `is_read` by this ruleset, say what is theirs.

    Gives False where what is kept cannot be read, so that nothing follows.
    """
    check.repairable = False
    are_whole = _check_bodies(connection, check)
    if not are_whole:
        return False
    hosts = _hosts(connection)
    for _, runs in _pages(connection):
        mine = [run for rows in runs.values() for run in rows]
        for run in mine:
            check.checked += 1
            if said := _wrong(run):
                check.found(f"{hosts[run['site_id']]} {run['target']}: {said}")
        known = [run for run in mine if not _wrong(run)] if is_read else []
        for run, found in zip(known, read_again(connection, known), strict=True):
            if run["said"] != fingerprint(found):
                check.found(f"{hosts[run['site_id']]} {run['target']}: a run says other than what was kept of it")
    if not is_read:
        check.note = "not what they say, which an older program read"
    return not check.wrong


def check_signals(
    connection: Connection, check: Check, hold: Hold, horizons: tuple[int, ...], advance: Progress
) -> None:
    """The signals of every page against what follows from its runs, by the plain rules."""
    if check.skipped:
        return
    hosts = _hosts(connection)
    total = connection.execute(select(func.count()).select_from(table(models.Page))).scalar_one()
    for stored, runs in _pages(connection):
        expected = [signals_of(connection, runs, hold, horizon) for horizon in horizons]
        for key in stored.keys() | runs.keys():
            check.checked += len(runs.get(key, ()))
            found = as_signalled(stored.get(key, ()))
            # Of a page that a crawl under way has not come to, what followed before that crawl.
            if all(found != one.get(key, []) for one in expected):
                check.found(f"{hosts[key.site_id]} {key.target}: {_difference(found, expected[0].get(key, []))}")
        advance(check.name, check.checked, total)


def _check_bodies(connection: Connection, check: Check) -> bool:
    body = table(models.PageBody)
    ids = connection.execute(select(body.c.page_body_id)).scalars().all()
    are_whole = True
    for some in chunks(ids, _BODIES_AT_A_TIME):
        for row in rows_where(connection, models.PageBody, "page_body_id", some):
            check.checked += 1
            try:
                digest = hashlib.sha256(unpack(row.data, row.size)).digest()
            except NotWhole as error:
                are_whole = False
                check.found(f"page {row.sha256.hex()}: its bytes are damaged: {error}")
                continue
            if digest != row.sha256:
                check.found(f"page {row.sha256.hex()}: its bytes have the SHA-256 {digest.hex()}")
    return are_whole


def _pages(connection: Connection) -> Iterator[tuple[dict[Key, Rows], dict[Key, Rows]]]:
    """The rows of signals and the runs of all pages, by page, some sites at a time."""
    for some in chunks(sorted(connection.execute(_SITES).scalars()), _SITES_AT_A_TIME):
        stored: dict[Key, Rows] = {}
        for row in rows_where(connection, models.SiteSignal, "site_id", some):
            stored.setdefault(Key(row.site_id, row.target), []).append(dict(row._mapping))
        yield stored, runs_of(connection, some)


def _hosts(connection: Connection) -> dict[int, str]:
    site = table(models.Site).c
    known = select(site.site_id, site.host).where(site.site_id.in_(_SITES))
    return {row.site_id: row.host for row in connection.execute(known)}


def _wrong(run: dict[str, Any]) -> str:
    """What of a run no look can have left; empty if all can be."""
    if run["target"] not in PAGES or run["outcome"] not in list(Outcome):
        return f"{run['outcome']} of a page of which nothing is known"
    if not run["checks"] > 0 or run["first_seen"] > run["last_seen"]:
        return f"a run of {run['checks']} looks from {run['first_seen']} to {run['last_seen']} (UTC seconds)"
    try:
        fields_of(run["headers"])
    except ValueError:
        return "its header fields cannot be read"
    try:
        looks_of(run)
    except ValueError as error:
        return f"a run of which {error}"
    return ""


def _difference(stored: list[Signalled], expected: list[Signalled]) -> str:
    if len(stored) != len(expected):
        return f"{len(stored)} signals, {len(expected)} follow"
    wrong = next(one for one, other in zip(expected, stored, strict=True) if one != other)
    return f"{wrong.said.kind} {wrong.said.key} from {wrong.valid_from} (UTC seconds) is wrong"
