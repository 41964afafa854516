"""Rows of a capture index (CDX), as the Wayback Machine's server and pywb's give them.

The first answers `output=json` with one array of arrays under a row of names, the second with one object a line; they
also call the same things by other names. Common Crawl's index is pywb's.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tracker.errors import SourceError
from tracker.sources.moments import stamp
from tracker.sources.urls import is_robots, site_of

REVISIT = "warc/revisit"
_NAMES = {"original": "url", "statuscode": "status", "mimetype": "mime"}


@dataclass(frozen=True, slots=True)
class CdxRow:
    """One capture. status: None where the index has none (`-`), as for revisits.

    digest: base32 SHA-1 of the payload as it was stored, which may be before or after its encodings were undone; ""
    where there is none. filename, offset and length (bytes of the packed record): "" and -1 where the index gives none.
    """

    stamp: str
    at: int
    url: str
    status: int | None
    digest: str
    mime: str = ""
    filename: str = ""
    offset: int = -1
    length: int = -1

    @property
    def is_revisit(self) -> bool:
        """Whether the payload is that of an earlier capture with this digest."""
        return self.mime == REVISIT


def cdx_records(data: bytes, server: str) -> list[dict[str, Any]]:
    """The rows of an index's answer under pywb's names. Raises SourceError for anything else than such an answer."""
    text = data.decode("utf-8", "replace").strip()
    try:
        if text.startswith("["):
            names, *rows = json.loads(text) or [[]]
            found = [dict(zip(names, row, strict=True)) for row in rows if row]
        else:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        return [{_NAMES.get(str(name), str(name)): value for name, value in row.items()} for row in found]
    except (ValueError, TypeError, AttributeError, RecursionError):
        start = " ".join(text[:60].split())
        raise SourceError(f"{server} gave something else than a list of captures: {start!r}…") from None


def robots_rows(records: Iterable[dict[str, Any]], site: str, on_skip: Callable[[str], None]) -> Iterator[CdxRow]:
    """The captures of the site's own robots.txt; `on_skip(reason)` counts the others."""
    return rows_at(records, lambda url: _robots_of(url) == site, on_skip)


def _robots_of(url: str) -> str:
    try:
        return site_of(url) if is_robots(url) else ""
    except ValueError:
        return ""


def rows_at(
    records: Iterable[dict[str, Any]], wanted: Callable[[str], bool], on_skip: Callable[[str], None]
) -> Iterator[CdxRow]:
    """The captures of the URLs that are wanted; `on_skip(reason)` counts the others.

    An index finds by a key without scheme, case and `www.`, so it also gives what other hosts and paths hold.
    """
    for record in records:
        url = str(record.get("url", ""))
        if not wanted(url):
            on_skip("another host, port or path under the same key of the index")
            continue
        try:
            yield _row(record, url)
        except ValueError:
            on_skip("no usable timestamp or status in the index")


def _row(record: dict[str, Any], url: str) -> CdxRow:
    text = str(record.get("timestamp", ""))
    status = str(record.get("status", "-"))
    if status.isdecimal() and not 200 <= int(status[:4]) < 600:
        raise ValueError(status)
    digest = str(record.get("digest", "")).strip().upper().removeprefix("SHA1:")
    return CdxRow(
        text,
        stamp(text),
        url,
        int(status) if status.isdecimal() else None,
        "" if digest == "-" else digest,
        str(record.get("mime", "")),
        str(record.get("filename", "")),
        _number(record.get("offset")),
        _number(record.get("length")),
    )


def _number(value: Any) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
