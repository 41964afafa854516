"""The text of a terms page: its words in blocks, and what tells one edition from another."""

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

MULTIPLE_VERSIONS = "multiple_versions"
"""Flag: the page holds two jurisdictions, or a current and a future edition."""

TRUNCATED = "truncated"
"""Flag: the page is larger than what is read of it."""

EXTRACTOR = 1
"""Edition of tracker/crawl/extract.py: raised when it makes another text of the same page."""


class Block(NamedTuple):
    """A heading, paragraph, list item or table cell: text[start:end].

    kind: "heading", "paragraph", "item" or "cell". level: of a heading 1 to 6, of an item how deep its list is nested
    (from 1), else 0.
    """

    start: int
    end: int
    kind: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class TermsText:
    """What a terms page says. Blocks are parted by newlines in `text`, and none holds one.

    language: ISO 639-1, None if it could not be told. effective_date: YYYY-MM-DD as the page states it, None without
    one. flags: `MULTIPLE_VERSIONS`, `TRUNCATED` and what else is remarkable.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    language: str | None = None
    effective_date: str | None = None
    flags: frozenset[str] = frozenset()

    @property
    def sha256(self) -> str:
        """Of the text in UTF-8, hex."""
        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def wording(self) -> str:
        """The same (hex) for texts that say the same words, whatever their spacing, dates and case."""
        return wording(self.text)


_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
_PASSING = re.compile(
    rf"\b(?:{_MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS})\.?,? \d{{4}}\b"
    r"|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b(?:19|20)\d\d\b"
    r"|\b\d+ (?:second|minute|hour|day|week|month|year)s? ago\b"
)
_NO_WORD = re.compile(r"[\W_]+")


def wording(text: str) -> str:
    """SHA-256 (hex) of the words of a text: NFKC, case folded, without dates, "3 days ago" and all that is no word."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return sha256(_NO_WORD.sub(" ", _PASSING.sub(" ", folded)).strip().encode("utf-8", "surrogatepass")).hexdigest()
