"""Batches of captures: past looks of archives, each at a time of its own, written as evidence.

Every one of them is a sighting, also where the answer is the one before: no bitmap says that anybody looked. Of two
answers of one source in one second the smaller SHA-256 stays (an absence has none and comes first), so that the order
in which batches arrive does not matter.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from tracker.core.policy import RULESET
from tracker.store import evidence, models
from tracker.store.bodies import ABSENT_BODY, Bodies
from tracker.store.bulk import add_one, add_or, added, rows_where, table
from tracker.store.captures import Answer, Capture, Failure
from tracker.store.crawls import site_ids


def note_captures(connection: Connection, bodies: Bodies, source_id: int, captures: Sequence[Capture]) -> set[int]:
    """Write the captures of one source; the ids of the sites they touch."""
    ids = site_ids(connection, {capture.seen.host for capture in captures})
    answers = [(capture.at, capture.seen) for capture in captures if isinstance(capture.seen, Answer)]
    failures = [(capture.at, capture.seen) for capture in captures if isinstance(capture.seen, Failure)]
    body_ids = bodies.ids({answer.body for _, answer in answers if answer.body is not None})
    seen = [
        (ids[answer.host], at, ABSENT_BODY if answer.body is None else body_ids[answer.body], answer.ref)
        for at, answer in answers
    ]
    evidence.see(connection, source_id, _winners(connection, bodies, source_id, seen))
    _note_failures(connection, source_id, [(ids[failure.host], at, failure) for at, failure in failures])
    return set(ids.values())


class BatchRow(NamedTuple):
    """The row of a batch as another history has it: its name, its newest moment, and what it brought."""

    ref: str
    at: int
    asked: int
    answered: int
    failed: int
    panel_id: int | None


def adopt_batches(connection: Connection, source_id: int, batches: Iterable[BatchRow], instead_of: str) -> None:
    """Take over the rows of batches whose captures came in under one name, `instead_of` that name."""
    crawls = table(models.Crawl)
    connection.execute(delete(crawls).where(crawls.c.source_id == source_id, crawls.c.ref == instead_of))
    rows = [
        {
            "source_id": source_id,
            "panel_id": one.panel_id,
            "ref": one.ref,
            "ruleset": RULESET,
            "whole": 0,
            "at": one.at,
            "finished_at": one.at,
            "asked": one.asked,
            "answered_sites": one.answered,
            "failed_sites": one.failed,
        }
        for one in batches
    ]
    added(connection, models.Crawl, rows)


def note_batch(
    connection: Connection, source_id: int, panel_id: int | None, ref: str, captures: Sequence[Capture]
) -> None:
    """The row of a batch in `crawl`: its newest moment, and how many captures it brought.

    An empty one (an archive that has nothing of a site) gets the horizon, which it so leaves where it is.
    """
    crawls = table(models.Crawl)
    horizon = connection.execute(select(func.max(crawls.c.at))).scalar_one() or 0
    newest = max((capture.at for capture in captures), default=horizon)
    failed = sum(isinstance(capture.seen, Failure) for capture in captures)
    counts = {"asked": len(captures), "answered_sites": len(captures) - failed, "failed_sites": failed}
    same = (crawls.c.source_id == source_id, crawls.c.ref == ref)
    before = connection.execute(select(crawls.c.at).where(*same)).scalar_one_or_none()
    # Never earlier than it was: what a former batch of this name brought is still there.
    newest = newest if before is None else max(newest, before)
    values = counts | {"at": newest, "finished_at": newest}
    if before is not None:
        connection.execute(update(crawls).where(*same).values(values))
        return
    row = {"source_id": source_id, "panel_id": panel_id, "ref": ref, "ruleset": RULESET, "whole": 0}
    add_one(connection, models.Crawl, row | values)


def _note_failures(connection: Connection, source_id: int, failures: Sequence[tuple[int, int, Failure]]) -> None:
    """Each failed look as a run of its own; of two in one second the cause that sorts first stays."""
    column = table(models.Trouble).c.source_id
    stored = rows_where(connection, models.Trouble, "site_id", {site for site, *_ in failures}, column == source_id)
    causes = {(row.site_id, row.first_seen): (row.kind, row.detail) for row in stored}
    fresh: dict[tuple[int, int], tuple[str, str]] = {}
    for site_id, at, failure in failures:
        key, cause = (site_id, at), (failure.kind, failure.detail)
        if cause <= min(causes.get(key, cause), fresh.get(key, cause)):
            fresh[key] = cause
    rows = [
        {"site_id": site, "source_id": source_id, "first_seen": at, "last_seen": at, "checks": 1} | _cause(*cause)
        for (site, at), cause in fresh.items()
    ]
    add_or(connection, models.Trouble, rows, ["kind", "detail"])


def _cause(kind: str, detail: str) -> dict[str, str]:
    return {"kind": kind, "detail": detail}


_Seen = tuple[int, int, int, str]  # site, at, body, ref


def _winners(connection: Connection, bodies: Bodies, source_id: int, seen: Iterable[_Seen]) -> list[_Seen]:
    """One sighting a site and second, against what is stored of this source too."""
    rivals: dict[tuple[int, int], dict[int, str]] = {}
    for site_id, at, body, ref in seen:
        rivals.setdefault((site_id, at), {}).setdefault(body, ref)
    column = table(models.Sighting).c.source_id
    for row in rows_where(
        connection, models.Sighting, "site_id", {site_id for site_id, _ in rivals}, column == source_id
    ):
        if (found := rivals.get((row.site_id, row.seen_at))) is not None:
            found[ABSENT_BODY if row.body_id is None else row.body_id] = row.ref
    contested = {body for found in rivals.values() if len(found) > 1 for body in found}
    digests = bodies.sha256(contested - {ABSENT_BODY})
    chosen = []
    for (site_id, at), found in rivals.items():
        body = min(found, key=lambda one: digests[one]) if len(found) > 1 else next(iter(found))
        chosen.append((site_id, at, body, found[body]))
    return chosen
