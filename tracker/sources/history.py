"""What an import asks the history it writes to: bodies that need not be fetched again, and where terms stand."""

from collections.abc import Callable

from tracker.store.query import Reader

BodyOf = Callable[[str], bytes]
BodiesOf = Callable[[str], list[bytes]]


def bodies_of(reader: Reader, site: str) -> list[bytes]:
    """The distinct bodies that any source ever saw at a site."""
    found = reader.sql(
        "SELECT DISTINCT body_sha256 FROM captures WHERE site = :site AND body_sha256 IS NOT NULL", {"site": site}
    ).rows
    return [reader.body(sha256) for (sha256,) in found]


def terms_places_of(reader: Reader) -> list[tuple[str, str, str]]:
    """Site, address and kind of the terms pages that a history knows, also of those that only archives may be able to
    show: all at which something else was found than nothing or another document.
    """
    rows = reader.sql(
        "SELECT s.host, t.url, MAX(f.kind) FROM terms_source t JOIN site s ON s.site_id = t.site_id "
        "JOIN terms_fetch f ON f.terms_source_id = t.terms_source_id "
        "WHERE t.url <> '' AND f.state NOT IN ('not_found', 'wrong_doc') GROUP BY s.host, t.url ORDER BY s.host, t.url"
    ).rows
    return [(str(host), str(url), str(kind)) for host, url, kind in rows]
