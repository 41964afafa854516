"""The few questions about terms that every surface asks: a part of `tracker.store.query.Reader`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tracker.errors import DatabaseError, QueryError
from tracker.store.rows import Rows

if TYPE_CHECKING:
    from tracker.core.terms import TermsText

_REVIEW = """
SELECT * FROM terms_findings
WHERE current = 1 AND number > 0 AND (asserted = 0 OR first_seen >= :since)
ORDER BY asserted, first_seen DESC, site, url, number
"""


class _Asking(Protocol):
    def sql(self, statement: str, values: Mapping[str, Any] | None = None) -> Rows:
        """As `Reader.sql`."""


class TermsQuestions:
    """What pages of terms say, as methods of a reader."""

    def terms_now(self: _Asking, host: str) -> Rows:
        """What each page of terms of a site says now (view `terms_now`)."""
        return self.sql("SELECT * FROM terms_now WHERE site = :host ORDER BY kind <> 'terms', url", {"host": host})

    def terms_history(self: _Asking, host: str) -> Rows:
        """Which texts the pages of terms of a site showed over time (view `terms_history`)."""
        return self.sql("SELECT * FROM terms_history WHERE site = :host ORDER BY url, valid_from", {"host": host})

    def terms_findings(self: _Asking, host: str) -> Rows:
        """What was found in the texts of a site, those of today first (view `terms_findings`)."""
        return self.sql(
            "SELECT * FROM terms_findings WHERE site = :host "
            "ORDER BY current DESC, first_seen DESC, url, text_sha256, start_char, category",
            {"host": host},
        )

    def terms_changes(self: _Asking, host: str) -> Rows:
        """When the pages of terms of a site showed other words, newest first (view `terms_changes`)."""
        return self.sql("SELECT * FROM terms_changes WHERE site = :host ORDER BY first_seen DESC, url", {"host": host})

    def terms_review(self: _Asking, since: str = "9") -> Rows:
        """Findings of which no person has decided, in texts that stand now: the doubtful ones, then those that are new.

        `since`: ISO moment from which on a text counts as new; none does by default.
        """
        return self.sql(_REVIEW, {"since": since})

    def contradictions(self: _Asking, host: str) -> Rows:
        """Where robots.txt and terms of a site contradict each other now (view `contradictions`)."""
        return self.sql(
            "SELECT * FROM contradictions WHERE site = :host ORDER BY direction, category, agent, terms_url",
            {"host": host},
        )

    def terms_text(self: _Asking, sha256: str) -> "TermsText":
        """A stored text with its blocks, by its SHA-256 in hex.

        Raises QueryError for one that is not there, DatabaseError for one that is damaged.
        """
        from tracker.store.packed import NotWhole
        from tracker.store.terms_texts import StoredText, terms_text_of

        columns = ", ".join(StoredText._fields)
        rows = self.sql(f"SELECT {columns} FROM terms_text WHERE sha256 = :digest", {"digest": digest_of(sha256)}).rows
        if not rows:
            raise QueryError(f"no text of terms with sha256 {sha256}")
        try:
            return terms_text_of(StoredText(*rows[0]))
        except NotWhole as error:
            raise DatabaseError(f"the text {sha256} of terms {error}; `tracker verify` says more") from error

    def terms_page(self: _Asking, sha256: str) -> bytes:
        """The bytes of the page that a text was first read from, by the text's SHA-256 in hex.

        Raises QueryError for a text that is not there, or whose bytes were thinned.
        """
        from tracker.store.packed import unpack

        rows = self.sql(
            "SELECT b.data, b.size FROM terms_text t JOIN page_body b ON b.page_body_id = t.page_body_id "
            "WHERE t.sha256 = :digest",
            {"digest": digest_of(sha256)},
        ).rows
        if not rows:
            raise QueryError(f"no page is kept of a text of terms with sha256 {sha256}")
        return unpack(*rows[0])


def digest_of(sha256: str) -> bytes:
    """A digest in hex as bytes; no bytes, which nothing has, for what is none."""
    try:
        return bytes.fromhex(sha256)
    except ValueError:
        return b""
