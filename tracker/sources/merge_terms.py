"""What another history saw of pages of terms, as looks that this one can take: a part of `tracker.sources.merge`."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from tracker.core.exchange import Exchange
from tracker.core.terms.looks import FoundBy, SourceKind, TermsLook, TermsState
from tracker.core.terms.text import TermsText
from tracker.core.visits import PAGE_CAP
from tracker.errors import SourceError
from tracker.store.gaps import unpacked
from tracker.store.packed import NotWhole
from tracker.store.query import Reader
from tracker.store.terms_texts import StoredText, terms_text_of

_RUNS = """
SELECT p.site_id, p.url AS page, f.first_seen, f.last_seen, f.checks, f.gaps, f.state, f.cause, f.terms_text_id,
       f.status, f.url, f.content_type, f.sha256, f.size, f.detail, f.kind, f.found_by, f.score, f.link_text
FROM terms_fetch f JOIN terms_source p ON p.terms_source_id = f.terms_source_id
WHERE f.source_id = :source ORDER BY p.site_id, p.url, f.first_seen
"""
_TEXT = f"SELECT {', '.join(StoredText._fields)}, sha256, page_body_id FROM terms_text WHERE terms_text_id = :text"
_LONGEST = 4 * PAGE_CAP  # octets: no page has more text than it has octets, of four each at most
Refused = Callable[[str], SourceError]


class TermsLooks:
    """The looks of the history behind `reader`; `kept` gives the bytes of a page by its id, whole or SourceError."""

    def __init__(
        self, reader: Reader, hosts: Mapping[int, str], kept: Callable[[int], bytes], refused: Refused
    ) -> None:
        self._reader, self._hosts, self._kept, self._refused = reader, hosts, kept, refused
        self._text = lru_cache(maxsize=50)(self._load)

    def of(self, source_id: int) -> Iterator[tuple[str, int, TermsLook]]:
        """(host, moment, look) of all that a source saw. Raises SourceError for what no look can have left."""
        for row in self._reader.sql(_RUNS, {"source": source_id}).dicts():
            host = self._hosts[row["site_id"]]
            try:
                moments = unpacked(row["first_seen"], row["last_seen"], row["checks"], row["gaps"])
                look = self._look(row)
            except (ValueError, NotWhole) as error:
                raise self._refused(f"{host} has a look at its terms that cannot be read ({error})") from None
            yield from ((host, at, look) for at in moments)

    def _look(self, row: Mapping[str, Any]) -> TermsLook:
        text, html = (None, None) if row["terms_text_id"] is None else self._text(row["terms_text_id"])
        state = TermsState(row["state"])
        if (text is None) == (state is TermsState.OK):
            raise ValueError("its text and its state are at odds")
        headers = (("Content-Type", row["content_type"]),) if row["content_type"] else ()
        return TermsLook(
            row["page"],
            SourceKind(row["kind"]),
            FoundBy(row["found_by"]),
            state,
            row["cause"],
            row["score"],
            row["link_text"],
            None if row["status"] is None else Exchange(row["url"], row["status"], headers),
            "" if row["sha256"] is None else row["sha256"].hex(),
            row["size"],
            text=text,
            html=html,
            detail=row["detail"],
        )

    def _load(self, text_id: int) -> tuple[TermsText, bytes | None]:
        """A text and what it was read from, if it is what it is said to be: what is evidence here is looked at."""
        rows = self._reader.sql(_TEXT, {"text": text_id}).rows
        if not rows:
            raise ValueError("its text is missing")
        *columns, digest, page = rows[0]
        stored = StoredText(*columns)
        if stored.size > _LONGEST:
            raise ValueError(f"a text of {stored.size:,} octets")
        text = terms_text_of(stored)
        if text.sha256 != digest.hex():
            raise ValueError(f"the text {digest.hex()} is not what its SHA-256 says")
        return text, None if page is None else self._kept(page)
