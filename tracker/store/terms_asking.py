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

_SEEN = """
SELECT s.host AS site, p.url, lower(hex(t.sha256)) AS text_sha256, t.chars AS characters,
       strftime('%Y-%m-%dT%H:%M:%SZ', MIN(f.first_seen), 'unixepoch') AS first_seen,
       strftime('%Y-%m-%dT%H:%M:%SZ', MAX(f.last_seen), 'unixepoch') AS last_seen,
       CASE WHEN EXISTS (SELECT 1 FROM terms_reading r WHERE r.terms_text_id = t.terms_text_id
         AND r.ruleset = (SELECT value FROM meta WHERE key = 'terms_ruleset')) THEN 1 ELSE 0 END AS is_read
FROM terms_fetch f
JOIN terms_source p ON p.terms_source_id = f.terms_source_id
JOIN site s ON s.site_id = p.site_id
JOIN terms_text t ON t.terms_text_id = f.terms_text_id
WHERE s.host = :host
GROUP BY s.host, p.url, t.terms_text_id, t.sha256, t.chars
ORDER BY p.url, MIN(f.first_seen)
"""

_DECIDED = """
SELECT d.site, lower(hex(d.sha256)) AS text_sha256, d.category, d.stance, d.who, NULLIF(d.quote, '') AS quote,
       CASE WHEN EXISTS (SELECT 1 FROM terms_finding f WHERE f.terms_text_id = t.terms_text_id
         AND f.category = d.category AND f.ruleset = (SELECT value FROM meta WHERE key = 'terms_ruleset'))
         THEN 1 ELSE 0 END AS found
FROM terms_decision d
JOIN terms_text t ON t.sha256 = d.sha256
WHERE d.stance <> 'none'
ORDER BY d.site, d.sha256, d.category
"""

_UNKNOWN = """
WITH page AS (
  SELECT site, state, CASE WHEN kind = 'terms' AND url <> '' THEN 1 ELSE 0 END AS is_main,
         CASE WHEN ruleset IS NULL THEN 0 ELSE 1 END AS is_read,
         CASE WHEN text_sha256 IS NULL THEN 0 ELSE 1 END AS has_text
  FROM terms_now WHERE site IN (SELECT site FROM sites WHERE list = :panel)
), known AS (
  SELECT site, MAX(is_main) AS has_main, MAX(is_main * is_read) AS main_read, MAX(is_read) AS any_read,
         MAX(has_text * (1 - is_read)) AS unread, MIN(CASE WHEN is_main = 1 THEN state END) AS main_state,
         MIN(state) AS any_state
  FROM page GROUP BY site
)
SELECT CASE WHEN k.site IS NULL THEN 'not_looked' WHEN k.unread = 1 THEN 'not_read'
            ELSE COALESCE(k.main_state, k.any_state) END AS because, COUNT(*) AS sites
FROM sites s LEFT JOIN known k ON k.site = s.site
WHERE s.list = :panel
  AND (k.site IS NULL OR NOT (k.main_read = 1 OR (k.has_main = 0 AND k.any_read = 1)))
GROUP BY 1 ORDER BY sites DESC, because
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

    def terms_seen(self: _Asking, host: str) -> Rows:
        """Every text that the pages of terms of a site showed, be it only in passing, and whether it is read."""
        return self.sql(_SEEN, {"host": host})

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

    def terms_summary(self: _Asking, panel: str) -> Rows:
        """How many sites of a panel say what in their terms, of those readable, by category (question `TERMS_SUMMARY`).

        A site's terms are readable if a text of a page of terms stands and is read, or, where it has none, one of a
        legal notice or an imprint. otherwise: it speaks of the category and does not forbid. doubtful: for a person; of
        `silent`, that it neither speaks of machines nor is proven not to.
        """
        from tracker.store.questions import TERMS_SUMMARY, questions

        return self.sql(questions()[TERMS_SUMMARY - 1].sql, {"panel": panel})

    def terms_unknown(self: _Asking, panel: str) -> Rows:
        """The other sites of a panel: how many, and why nothing is known of their terms, commonest first.

        because: the state of the page of terms, `not_looked`, or `not_read` of a text that no classifier has read yet.
        """
        return self.sql(_UNKNOWN, {"panel": panel})

    def terms_decided(self: _Asking) -> Rows:
        """What persons decided that texts say, and whether the classifier found anything of the category in them."""
        return self.sql(_DECIDED)

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
