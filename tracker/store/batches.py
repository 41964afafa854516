"""Batches of captures: past looks of archives, each at a time of its own, written as evidence.

Every one of them is a sighting, also where the answer is the one before: no bitmap says that anybody looked. Of two
answers of one source in one second the smaller SHA-256 stays (an absence has none and comes first), so that the order
in which batches arrive does not matter.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from tracker.store import evidence, models
from tracker.store.bodies import ABSENT_BODY, Bodies
from tracker.store.bulk import add_or, rows_where, table
from tracker.store.captures import Answer, Capture, Failure


def note_captures(
    connection: Connection, bodies: Bodies, source_id: int, captures: Sequence[Capture], ids: Mapping[str, int]
) -> None:
    """Write the captures of one source; `ids` are the site ids of their hosts."""
    answers = [(capture.at, capture.seen) for capture in captures if isinstance(capture.seen, Answer)]
    failures = [(capture.at, capture.seen) for capture in captures if isinstance(capture.seen, Failure)]
    body_ids = bodies.ids({answer.body for _, answer in answers if answer.body is not None})
    seen = [
        (ids[answer.host], at, ABSENT_BODY if answer.body is None else body_ids[answer.body], answer.ref)
        for at, answer in answers
    ]
    evidence.see(connection, source_id, _winners(connection, bodies, source_id, seen))
    _note_failures(connection, source_id, [(ids[failure.host], at, failure) for at, failure in failures])


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
