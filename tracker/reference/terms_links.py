"""The words by which links to terms pages are known, language by language: `data/reference/terms_links.toml`."""

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tracker.reference import rows
from tracker.reference.rows import Schema

LISTS = ("terms", "sale", "bare", "legal", "imprint", "privacy", "narrow", "url")
"""The lists of words, the strongest first: a phrase that stands in two counts for the first."""


@dataclass(frozen=True, slots=True)
class TermsWords:
    """The words of one language; the header of the file says what each list counts.

    language: ISO 639-1. paths: where terms are likely to stand, the likeliest first. checked: an ISO date.
    """

    language: str
    name: str
    terms: tuple[str, ...]
    source: str
    checked: str
    bare: tuple[str, ...] = ()
    sale: tuple[str, ...] = ()
    legal: tuple[str, ...] = ()
    imprint: tuple[str, ...] = ()
    privacy: tuple[str, ...] = ()
    narrow: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def terms_words(path: Path | None = None) -> tuple[TermsWords, ...]:
    """The languages of the shipped file, or of the file at `path`.

    Raises ReferenceDataError that names file, line and field, also for a language that has two tables and a phrase that
    stands twice in one.
    """
    found: dict[str, TermsWords] = {}
    for place, row in rows.toml_rows(path or rows.reference_file("terms_links.toml"), "words"):
        words = _WORDS.build(place, row)
        if found.setdefault(words.language, words) is not words:
            raise place.error("language", f"{words.language} has a table already, put the words there")
        seen: dict[str, str] = {}
        for name in LISTS[:-1]:
            for phrase in getattr(words, name):
                if seen.setdefault(phrase, name) != name:
                    raise place.error(name, f"{phrase!r} stands in {seen[phrase]} already, delete one of the two")
        found[words.language] = words
    return tuple(found.values())


def _language(value: Any) -> str:
    if not re.fullmatch(r"[a-z]{2}", rows.text(value)):
        raise ValueError(f"{value!r} is no language code, write two letters such as 'de' (ISO 639-1)")
    return str(value)


def _phrase(value: Any) -> str:
    if re.search(r"\*(?=\w)|(?<!\w)\*", rows.text(value)):
        raise ValueError(f"{value!r}: a star stands at the end of a word alone")
    return str(value)


def _path(value: Any) -> str:
    if not re.fullmatch(r"/[\w./-]+", rows.text(value), re.ASCII):
        raise ValueError(f"{value!r} is no path, write one such as '/terms'")
    return str(value)


_WORDS = Schema(
    TermsWords,
    language=_language,
    name=rows.text,
    source=rows.text,
    checked=rows.day,
    paths=rows.list_of(_path),
    **{field.name: rows.list_of(_phrase) for field in fields(TermsWords) if field.name in LISTS},
)
