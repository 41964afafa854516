"""What an import asks the history it writes to: bodies that need not be fetched, or given, again."""

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
