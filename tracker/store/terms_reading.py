"""Texts of terms read by a classifier, and what persons decided about them."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select

from tracker.core.terms import Category, Classifier, Finding, Stance
from tracker.core.terms.decisions import Decision
from tracker.core.terms.finding import DOUBTFUL
from tracker.core.terms.standing import of_page
from tracker.errors import DatabaseError, TermsError
from tracker.store import models
from tracker.store.bulk import add, rows_where, table
from tracker.store.packed import NotWhole
from tracker.store.terms_meaning import decisions_of
from tracker.store.terms_texts import text_ids, unpacked_text

AT_A_TIME = 20
"""Texts read between two transactions: what a kill costs."""

_UNFIT = re.compile(r"[\x00\ud800-\udfff]")
OnRead = Callable[[int, int], None]


class Unread(NamedTuple):
    """A text to be read."""

    text_id: int
    sha256: str
    text: str
    language: str | None
    flags: frozenset[str]


def unread_ids(connection: Connection, ruleset: str) -> list[int]:
    """The texts that a classifier version has not read, by id."""
    text, reading = table(models.TermsText).c, table(models.TermsReading).c
    read = select(reading.terms_text_id).where(reading.ruleset == ruleset)
    unread = select(text.terms_text_id).where(text.terms_text_id.not_in(read)).order_by(text.terms_text_id)
    return list(connection.execute(unread).scalars())


def texts_of(connection: Connection, ids: Iterable[int]) -> list[Unread]:
    """Some texts. Raises DatabaseError for one that is damaged."""
    found = []
    for row in rows_where(connection, models.TermsText, "terms_text_id", ids):
        digest = bytes(row.sha256).hex()
        try:
            flags = frozenset(row.flags.split())
            found.append(Unread(row.terms_text_id, digest, unpacked_text(row), row.language, flags))
        except NotWhole as error:
            raise DatabaseError(f"the text {digest} of terms {error}; `tracker verify` says more") from error
    return found


def read(classifier: Classifier, texts: Iterable[Unread]) -> dict[int, list[Finding]]:
    """What a classifier finds. Raises TermsError for findings that no text can have."""
    found = {}
    for one in texts:
        findings = classifier.classify(one.text, one.language)
        found[one.text_id] = of_page((_sound(each, one, classifier.version) for each in findings), one.flags)
    return found


def _sound(found: Finding, one: Unread, version: str) -> Finding:
    """A finding as it is stored, its words taken from the text."""
    where = f"classifier {version}, text {one.sha256}: {found.category} by {found.rule!r}"
    if not 0 <= found.start <= found.end <= len(one.text) or one.text[found.start : found.end] != found.quote:
        raise TermsError(f"{where}: its quote is not what stands at characters {found.start} to {found.end}")
    score = float(found.score)
    if not (math.isfinite(score) and DOUBTFUL <= score <= 1):
        raise TermsError(f"{where}: a score of {found.score} is not between {DOUBTFUL} and 1")
    try:
        return Finding(Category(found.category), Stance(found.stance), *_place(found), score, storable(str(found.rule)))
    except ValueError as error:
        raise TermsError(f"{where}: {error}") from error


def _place(found: Finding) -> tuple[int, int, str]:
    return int(found.start), int(found.end), storable(found.quote)


def storable(quote: str) -> str:
    """A quote fit for a column: characters that no database takes are replaced, one by one."""
    return _UNFIT.sub("\ufffd", quote)


def note_findings(connection: Connection, ruleset: str, found: dict[int, list[Finding]]) -> None:
    """Write what a classifier version found in texts; those that it has read already stay as they are."""
    reading = table(models.TermsReading).c
    rows = rows_where(connection, models.TermsReading, "terms_text_id", found, reading.ruleset == ruleset)
    known = {row.terms_text_id for row in rows}
    fresh = {text_id: findings for text_id, findings in found.items() if text_id not in known}
    add(connection, models.TermsReading, [{"ruleset": ruleset, "terms_text_id": text_id} for text_id in fresh])
    findings_rows = [
        {"terms_text_id": text_id, "ruleset": ruleset, "number": number} | _row(finding)
        for text_id, findings in fresh.items()
        for number, finding in enumerate(findings, 1)
    ]
    add(connection, models.TermsFinding, findings_rows)


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "category": str(finding.category),
        "stance": str(finding.stance),
        "start_char": finding.start,
        "end_char": finding.end,
        "quote": finding.quote,
        "score": finding.score,
        "rule": finding.rule,
    }


def replace_decisions(connection: Connection, decisions: Sequence[Decision]) -> set[int]:
    """Make these the decisions that count; gives the texts of which others counted before.

    Raises TermsError for two about the same, and for a text that is no SHA-256.
    """
    before = decisions_of(connection)
    rows: dict[tuple[bytes, str, str], dict[str, Any]] = {}
    for one in decisions:
        row = _decision(one)
        key = (row["sha256"], row["site"], row["category"])
        if key in rows:
            raise TermsError(f"two decisions about {one.category} in {one.text} of {one.site}: keep one")
        rows[key] = row
    connection.execute(delete(table(models.TermsDecision)))
    add(connection, models.TermsDecision, list(rows.values()))
    after = decisions_of(connection)
    changed = [digest for digest in before.keys() | after.keys() if _as_set(before, digest) != _as_set(after, digest)]
    return set(text_ids(connection, changed).values())


def _as_set(decisions: dict[bytes, list[Decision]], digest: bytes) -> set[Decision]:
    return set(decisions.get(digest, ()))


def _decision(one: Decision) -> dict[str, Any]:
    try:
        digest = bytes.fromhex(one.text)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise TermsError(f"a decision of {one.who} about {one.site}: {one.text[:80]!r} is no SHA-256 of a text")
    return {
        "sha256": digest,
        "site": one.site,
        "category": str(Category(one.category)),
        "stance": str(Stance(one.stance)),
        "who": one.who,
        "decided": one.when,
        "why": one.why,
        "quote": storable(one.quote),
    }
