"""Pages of terms: the texts kept of them, what was found in these, the looks that saw them, and what follows."""

import hashlib
import math
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from tracker.core.intervals import Hold
from tracker.core.terms import Category, Stance
from tracker.core.terms.finding import DOUBTFUL
from tracker.core.terms.looks import FoundBy, SourceKind, TermsState
from tracker.core.terms.text import wording
from tracker.store import models
from tracker.store.bulk import chunks, rows_where, table
from tracker.store.lanes import Row, looks_of
from tracker.store.packed import NotWhole
from tracker.store.terms import is_read, terms_runs
from tracker.store.terms_history import Followed, followed, stored_rows
from tracker.store.terms_reading import storable
from tracker.store.terms_texts import unpacked_blocks, unpacked_text
from tracker.store.verify.report import Check, Progress

_TEXTS_AT_A_TIME = 50
_PAGES_AT_A_TIME = 200
_ENCODING = "utf-8", "surrogatepass"


def check_terms(connection: Connection, check: Check, advance: Progress) -> bool:
    """Texts are what their digests say, findings quote them, decisions make sense, and runs of looks are whole.

    Gives False where anything is wrong, so that nothing follows.
    """
    check.repairable = False
    wordings = _check_texts(connection, check, advance)
    _check_decisions(connection, check)
    names = _names(connection)
    for some in chunks(sorted(names), _PAGES_AT_A_TIME):
        for page, rows in terms_runs(connection, some).items():
            for run in rows:
                check.checked += 1
                if said := _wrong(run, wordings):
                    check.found(f"{names[page]}: {said}")
    return not check.wrong


def check_terms_changes(
    connection: Connection, check: Check, hold: Hold, horizons: tuple[int, ...], advance: Progress
) -> None:
    """What stood on every page, and what changed there, against what follows from its looks, by the plain rules."""
    if check.skipped:
        return
    names = _names(connection)
    for some in chunks(sorted(names), _PAGES_AT_A_TIME):
        runs = terms_runs(connection, some)
        runs |= {page: [] for page in some if page not in runs}
        expected = [followed(connection, runs, hold, horizon) for horizon in horizons]
        for page, stored in stored_rows(connection, some).items():
            check.checked += 1
            # Of a page that a crawl under way has not come to, what followed before that crawl.
            if all(stored != one[page] for one in expected):
                check.found(f"{names[page]}: {_difference(stored, expected[0][page])}")
        advance(check.name, check.checked, len(names))


def _names(connection: Connection) -> dict[int, str]:
    """Every page of terms in words, by its id."""
    page, site = table(models.TermsSource).c, table(models.Site).c
    rows = connection.execute(select(page.terms_source_id, site.host, page.url).where(page.site_id == site.site_id))
    return {row.terms_source_id: f"{row.host} {row.url or '(no terms)'}" for row in rows}


def _check_texts(connection: Connection, check: Check, advance: Progress) -> dict[int, bytes]:
    """The wordings of the texts, by their ids."""
    ids = connection.execute(select(table(models.TermsText).c.terms_text_id)).scalars().all()
    found: dict[int, bytes] = {}
    for some in chunks(ids, _TEXTS_AT_A_TIME):
        read = {
            (row.terms_text_id, row.ruleset)
            for row in rows_where(connection, models.TermsReading, "terms_text_id", some)
        }
        findings: dict[int, list[Any]] = {}
        for row in rows_where(connection, models.TermsFinding, "terms_text_id", some):
            findings.setdefault(row.terms_text_id, []).append(row)
        for row in rows_where(connection, models.TermsText, "terms_text_id", some):
            found[row.terms_text_id] = bytes(row.wording)
            check.checked += 1
            for said in _text_wrong(row, findings.get(row.terms_text_id, []), read):
                check.found(f"text {bytes(row.sha256).hex()}: {said}")
        advance(check.name, len(found), len(ids))
    return found


def _text_wrong(row: Any, findings: list[Any], read: set[tuple[int, str]]) -> Iterator[str]:
    try:
        text, blocks = unpacked_text(row), unpacked_blocks(row)
    except NotWhole as error:
        yield f"it {error}"
        return
    digest = hashlib.sha256(text.encode(*_ENCODING)).digest()
    if digest != row.sha256:
        yield f"its words have the SHA-256 {digest.hex()}"
        return
    if wording(text) != bytes(row.wording).hex() or len(text) != row.chars:
        yield "its wording or its length is not that of its words"
    if any(not 0 <= block.start <= block.end <= len(text) for block in blocks):
        yield "a block of it is not in it"
    for one in findings:
        if (one.terms_text_id, one.ruleset) not in read:
            yield f"a finding of {one.ruleset}, which has not read it"
        elif said := _finding_wrong(one, text):
            yield f"{one.category} by {one.ruleset}: {said}"


def _finding_wrong(one: Any, text: str) -> str:
    if one.category not in list(Category) or one.stance not in list(Stance):
        return f"{one.stance} is nothing that can be found"
    if not (math.isfinite(one.score) and DOUBTFUL <= one.score <= 1):
        return f"a score of {one.score}"
    if not 0 <= one.start_char <= one.end_char <= len(text):
        return "its quote is not in the text"
    return "" if storable(text[one.start_char : one.end_char]) == one.quote else "its quote is not what stands there"


def _check_decisions(connection: Connection, check: Check) -> None:
    for row in connection.execute(select(table(models.TermsDecision))):
        check.checked += 1
        if row.category not in list(Category) or row.stance not in list(Stance) or len(row.sha256) != 32:
            check.found(f"{row.who} decided what cannot be decided: {row.category} {row.stance} of {row.site}")


def _wrong(run: Row, wordings: dict[int, bytes]) -> str:
    """What of a run no look can have left; empty if all can be."""
    if (
        run["state"] not in list(TermsState)
        or run["kind"] not in list(SourceKind)
        or run["found_by"] not in list(FoundBy)
    ):
        return f"a look of which nothing is known: {run['state']}, {run['kind']}, {run['found_by']}"
    if not run["checks"] > 0 or run["first_seen"] > run["last_seen"]:
        return f"a run of {run['checks']} looks from {run['first_seen']} to {run['last_seen']} (UTC seconds)"
    expected = wordings.get(run["terms_text_id"]) if is_read(run) else b""
    if run["wording"] != expected or (run["terms_text_id"] is None) == is_read(run):
        return "a run whose words are not those of its text"
    try:
        looks_of(run)
    except ValueError as error:
        return f"a run of which {error}"
    return ""


def _difference(stored: Followed, expected: Followed) -> str:
    for what, old, new in (
        ("changes", stored.changes, expected.changes),
        ("texts", stored.standing, expected.standing),
    ):
        if len(old) != len(new):
            return f"{len(old)} {what} over time, {len(new)} follow"
        for one, other in zip(old, new, strict=True):
            if wrong := [name for name in one if one[name] != other[name]]:
                return f"of its {what} over time one is wrong: {', '.join(wrong)}"
    return "wrong"
