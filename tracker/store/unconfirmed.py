"""New terms that have been seen once and wait for a second look."""

from typing import NamedTuple

from sqlalchemy import Connection, text

CONFIRMING = 48 * 3_600
"""Seconds for which a second look is tried; new terms of a site that does not answer then wait for the next round."""


class NewTerms(NamedTuple):
    """A site that shows other words than before, and when they were first seen (UTC seconds)."""

    host: str
    at: int


def unconfirmed_terms(connection: Connection, panel_id: int, source_id: int, now: int) -> list[NewTerms]:
    """The members of a panel whose newest terms a source has seen only in looks too close to each other, by name."""
    rows = text(
        "SELECT DISTINCT s.host, c.first_seen FROM terms_change c "
        "JOIN terms_source t ON t.terms_source_id = c.terms_source_id JOIN site s ON s.site_id = t.site_id "
        "JOIN panel_member m ON m.site_id = s.site_id AND m.panel_id = :panel AND m.until IS NULL "
        "JOIN terms_fetch f ON f.terms_source_id = c.terms_source_id AND f.source_id = :source "
        "  AND f.first_seen = c.first_seen "
        "WHERE c.confirmed_at IS NULL AND c.kind <> 'flap' AND c.first_seen > :since AND c.first_seen <= :now "
        "AND NOT EXISTS (SELECT 1 FROM terms_change n "
        "  WHERE n.terms_source_id = c.terms_source_id AND n.first_seen > c.first_seen) ORDER BY s.host"
    )
    values = {"panel": panel_id, "source": source_id, "since": now - CONFIRMING, "now": now}
    return [NewTerms(row.host, row.first_seen) for row in connection.execute(rows, values)]
