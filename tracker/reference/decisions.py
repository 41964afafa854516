"""The decisions about terms texts: a TOML file of the user's own, `terms_decisions.toml`, one `[[decision]]` a row."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tracker.core.hosts import normalise_host
from tracker.core.terms import Category, Stance
from tracker.core.terms.decisions import EVERY_SITE, Decision
from tracker.errors import ReferenceDataError
from tracker.reference import rows
from tracker.reference.appending import append_row
from tracker.reference.rows import Place, Schema

TABLE = "decision"
IS_SILENT = "yes"
"""What a row of category `silent` has for its stance; `none` means the same there."""
_LONGEST_QUOTE = 2_000
_CONTROLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def decisions(path: Path | None) -> tuple[Decision, ...]:
    """The decisions in the file; none if there is no file. Raises ReferenceDataError for the first bad row."""
    if path is None:
        return ()
    found, errors = _read(path)
    for error in errors:
        raise ReferenceDataError(error)
    return tuple(found)


def check_decisions(path: Path, text: str | None = None) -> tuple[str, ...]:
    """All that is wrong with the file, or with this text in its place: one line each with file, line and field."""
    return tuple(_read(path, text)[1])


def add_decision(path: Path, facts: Mapping[str, Any]) -> Decision:
    """Append one row to the file, made if missing; what stands there is kept byte for byte.

    facts: fields of `Decision` as in the file. Raises ReferenceDataError, with the file unchanged, for a bad fact, for
    a text that was decided already in this category, and for a file that is bad as it is.
    """
    place = Place(path, 0)
    try:
        decision = _DECISION.build(place, _plain(facts))
        _refuse_nonsense(place, decision)
    except ReferenceDataError as error:
        # The row stands nowhere yet: only the field is of use.
        reason = str(error).removeprefix(f"{path}:0: ")
        raise ReferenceDataError(f"nothing was decided: {reason}") from None
    if path.exists():
        _refuse_decided(path, decision)
    append_row(path, TABLE, facts, check_decisions)
    return decision


def _refuse_decided(path: Path, decision: Decision) -> None:
    for place, row in rows.toml_rows(path, TABLE):
        if all(row.get(name) == getattr(decision, name) for name in ("site", "text", "category")):
            raise ReferenceDataError(
                f"{path}:{place.line}: {decision.category} of this text was decided there already, change that row: "
                "nothing was decided"
            )


def _read(path: Path, text: str | None = None) -> tuple[list[Decision], list[str]]:
    try:
        given = rows.toml_rows(path, TABLE, text)
    except ReferenceDataError as error:
        return [], [str(error)]
    found: list[Decision] = []
    errors: list[str] = []
    lines: dict[tuple[str, str, Category], int] = {}
    for place, written in given:
        row = _plain(written)
        if amiss := _DECISION.errors(place, row):
            errors += map(str, amiss.values())
            continue
        decision = _DECISION.build(place, row)
        try:
            _refuse_nonsense(place, decision)
            first = lines.setdefault((decision.site, decision.text, decision.category), place.line)
            if first != place.line:
                reason = f"{decision.category} of this text was decided on line {first} already, change it there"
                raise place.error("category", reason)
        except ReferenceDataError as error:
            errors.append(str(error))
            continue
        found.append(decision)
    return found, errors


def _plain(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row with the stance that `IS_SILENT` stands for."""
    is_silent = row.get("category") == Category.SILENT and row.get("stance") == IS_SILENT
    return {**row, "stance": str(Stance.NONE)} if is_silent else row


def _refuse_nonsense(place: Place, decision: Decision) -> None:
    if decision.category is Category.SILENT and decision.stance is not Stance.NONE:
        raise place.error("stance", "a text is silent or not: write yes, or decide the category that it speaks of")


def _site(value: Any) -> str:
    if value == EVERY_SITE:
        return EVERY_SITE
    try:
        return normalise_host(rows.text(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is neither a host nor {EVERY_SITE}: {error}") from None


def _sha256(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{64}", value):
        raise ValueError(
            f"{value!r} is no SHA-256 of a text, write its 64 digits, which `tracker terms SITE --json` has; "
            "`tracker terms decide` writes such a row, and takes the first digits"
        )
    return value


def is_quotable(quote: str) -> bool:
    """Whether words of a text fit in a row."""
    return 0 < len(quote) <= _LONGEST_QUOTE and not _CONTROLS.search(quote)


def _quote(value: Any) -> str:
    if value == "":
        return ""
    if not isinstance(value, str) or not is_quotable(value):
        raise ValueError(f"write the sentence that says so on one line, at most {_LONGEST_QUOTE:,} characters of it")
    return value


_DECISION = Schema(
    Decision,
    site=_site,
    text=_sha256,
    category=rows.one_of(Category),
    stance=rows.one_of(Stance),
    who=rows.text,
    when=rows.day,
    why=rows.text,
    quote=_quote,
)
