"""The texts of terms pages, each stored once by its SHA-256 with the bytes it was read from."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import zstandard
from sqlalchemy import Connection, select

from tracker.core.signals.signal import printable
from tracker.core.terms.text import EXTRACTOR, Block, TermsText
from tracker.store import models
from tracker.store.bulk import added, chunks, table
from tracker.store.packed import NotWhole, unpack
from tracker.store.pages import PageBodies

_LEVEL = 10
_ENCODING = "utf-8", "surrogatepass"
_MOST_BLOCKS = 16 << 20  # octets of JSON: a text of two megabytes has no more
_MOST_WORDS = 200
_AT_A_TIME = 500


class _Wanted(NamedTuple):
    """A text to be stored. wording: its own, which takes long to work out."""

    text: TermsText
    wording: bytes
    html: bytes | None


class Texts:
    """Texts on their way into `terms_text`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._wanted: dict[bytes, _Wanted] = {}

    def want(self, text: TermsText, wording: bytes, html: bytes | None) -> bytes:
        """Have a text stored, with its wording and what it was read from; gives its digest."""
        digest = bytes.fromhex(text.sha256)
        self._wanted.setdefault(digest, _Wanted(text, wording, html))
        return digest

    def stored(self) -> dict[bytes, int]:
        """Store what is wanted and new; the ids by digest."""
        if not self._wanted:
            return {}
        ids = text_ids(self._connection, self._wanted)
        fresh = {digest: wanted for digest, wanted in self._wanted.items() if digest not in ids}
        pages = PageBodies(self._connection)
        read_from = {digest: pages.want(wanted.html) for digest, wanted in fresh.items()}
        page_ids = pages.stored()
        rows = [_row(digest, one, page_ids.get(read_from[digest] or b"")) for digest, one in fresh.items()]
        return ids | dict(zip(fresh, added(self._connection, models.TermsText, rows), strict=True))


def text_ids(connection: Connection, digests: Iterable[bytes]) -> dict[bytes, int]:
    """The ids of the texts that are there, by their SHA-256."""
    text = table(models.TermsText).c
    found: dict[bytes, int] = {}
    for some in chunks(digests, _AT_A_TIME):
        rows = connection.execute(select(text.sha256, text.terms_text_id).where(text.sha256.in_(some)))
        found |= {bytes(row.sha256): row.terms_text_id for row in rows}
    return found


def _row(digest: bytes, wanted: _Wanted, page_body_id: int | None) -> dict[str, Any]:
    text = wanted.text
    octets = text.text.encode(*_ENCODING)
    pack = zstandard.ZstdCompressor(level=_LEVEL).compress
    return {
        "sha256": digest,
        "wording": wanted.wording,
        "size": len(octets),
        "chars": len(text.text),
        "language": text.language,
        "effective_date": text.effective_date,
        "flags": " ".join(sorted(text.flags)),
        "extractor": EXTRACTOR,
        "page_body_id": page_body_id,
        "data": pack(octets),
        "blocks": pack(_blocks_json(text.blocks)),
    }


def _blocks_json(blocks: Sequence[Block]) -> bytes:
    """Each as its distance from the one before, its length, kind and level: small numbers, which pack well."""
    found, end = [], 0
    for block in blocks:
        found.append([block.start - end, block.end - block.start, block.kind, block.level])
        end = block.end
    return json.dumps(found, separators=(",", ":")).encode()


class StoredText(NamedTuple):
    """The columns of a text that its words are made of."""

    size: int
    data: bytes
    blocks: bytes
    language: str | None
    effective_date: str | None
    flags: str


def unpacked_text(row: Any) -> str:
    """The text of a row. Raises NotWhole if it is damaged."""
    try:
        return unpack(row.data, row.size).decode(*_ENCODING)
    except UnicodeDecodeError as error:
        raise NotWhole(f"is no text ({error.reason})") from error


def unpacked_blocks(row: Any) -> tuple[Block, ...]:
    """The blocks of a row. Raises NotWhole if they are damaged."""
    try:
        with zstandard.ZstdDecompressor().stream_reader(row.blocks) as reader:
            data = reader.read(_MOST_BLOCKS)
        blocks, end = [], 0
        for gap, length, kind, level in json.loads(data):
            start = end + int(gap)
            end = start + int(length)
            blocks.append(Block(start, end, str(kind), int(level)))
    except (zstandard.ZstdError, ValueError, TypeError, RecursionError) as error:
        raise NotWhole(f"has blocks that cannot be read ({error})") from error
    return tuple(blocks)


def terms_text_of(row: Any) -> TermsText:
    """The text of a row with its blocks, as the extraction gave it. Raises NotWhole if it is damaged."""
    flags = frozenset(row.flags.split())
    return TermsText(unpacked_text(row), unpacked_blocks(row), row.language, row.effective_date, flags)


def words_of(text: str) -> str:
    """A few words of a site, such as those of a link, fit for a column."""
    return printable(" ".join(text.split())[:_MOST_WORDS])
