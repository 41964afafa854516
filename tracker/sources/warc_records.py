"""Reading WARC files: the records of wanted URLs, in plain, gzip and per-record gzip files (ISO 28500).

`fastwarc` parses the container. It ends in silence where a file is cut off, so each record is held against the length
that it declares, and the end of a gzip file against its own.
"""

import base64
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from tracker.errors import SourceError
from tracker.sources.moments import moment
from tracker.sources.payload import STORED_CAP, Damaged, HttpAnswer, http_answer, unchunked, undone
from tracker.sources.urls import is_robots, site_of

_GZIP = b"\x1f\x8b"
_PIECE = 64 * 1024  # inflates to 66 MB at the very most
_HASHES = {"sha1": "sha1", "sha-1": "sha1", "sha256": "sha256", "sha-256": "sha256", "sha512": "sha512", "md5": "md5"}
_KINDS = ("response", "revisit", "resource", "metadata")
_ABSENCE = b"answer: none: "  # how tracker.publish.warc states that there was no robots.txt

OnSkip = Callable[[str], None]
OnOffset = Callable[[int], None]
Wanted = Callable[[str], bool]
"""Whether the page at a URL is wanted; called for every record of a file that is no robots.txt."""
_NO_WARC = "no WARC"


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One look at a robots.txt, or at another page that is wanted, as a WARC holds it.

    at: UTC seconds. answer: what was stored of the HTTP answer; None for a revisit record without one. revisit: the
    payload is that of an earlier record, which `digest` names, or `refers_to` (site and time, where given). ref: file
    and offset, or record id where the offset says nothing.
    """

    url: str
    site: str
    at: int
    answer: HttpAnswer | None
    revisit: bool
    digest: str
    refers_to: tuple[str, int] | None
    ref: str


def require_archive_extra() -> None:
    """Raise SourceError unless the WARC library is installed."""
    if find_spec("fastwarc") is None:
        raise SourceError("WARC files need a library that is not installed: pip install 'drywell[archive]'")


def read_file(
    path: Path, on_skip: OnSkip, on_offset: OnOffset | None = None, wanted: Wanted = is_robots
) -> Iterator[PageRecord]:
    """The records of a file that are wanted; `on_skip(reason)` counts those that cannot be used.

    Raises SourceError, after the last good record, for a file that is cut off, damaged or no WARC.
    """
    require_archive_extra()
    try:
        with path.open("rb") as stream:
            yield from read_stream(stream, path.name, str(path), on_skip, on_offset, wanted)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from None


def read_stream(
    stream: IO[bytes],
    name: str,
    called: str,
    on_skip: OnSkip,
    on_offset: OnOffset | None = None,
    wanted: Wanted = is_robots,
) -> Iterator[PageRecord]:
    """As `read_file`, of a seekable stream; `name` goes into refs, `called` into messages."""
    last = -1
    for offset, record in _records(stream, called):
        last = offset
        if on_offset:
            on_offset(offset)
        url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
        kind = record.headers.get("WARC-Type", "").lower()
        if not wanted(url) or kind not in _KINDS:
            _pass_over(record, called, offset, b"")
            continue
        block = record.reader.read(STORED_CAP)
        _pass_over(record, called, offset, block)
        if kind == "metadata" and not block.startswith(_ABSENCE):
            continue
        try:
            yield _page_record(record.headers, block, url, _ref(stream, name, offset, record.headers))
        except ValueError as reason:
            on_skip(str(reason))
    if last < 0:
        raise SourceError(f"{called} holds no WARC record; get the file again")
    _check_end(stream, called, last)


def _records(stream: IO[bytes], called: str) -> Iterator[tuple[int, Any]]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    offset = 0
    try:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.any_type, parse_http=False):
            offset = record.stream_pos
            yield offset, record
    except (OSError, ValueError) as error:
        raise _broken(called, offset, f"{_NO_WARC} from here on ({error})") from None


def _pass_over(record: Any, called: str, offset: int, read: bytes) -> None:
    """Go to the record's end, and hold its length against what it declares."""
    declared = record.headers.get("Content-Length", "")
    length = len(read) + record.reader.consume()
    if not declared.isdecimal() or length != int(declared):
        raise _broken(called, offset, "the record is not complete")


def _check_end(stream: IO[bytes], called: str, last: int) -> None:
    """A gzip file must not end inside a member: fastwarc takes a short rest for nothing."""
    stream.seek(0)
    if stream.read(2) != _GZIP:
        return
    stream.seek(last)
    if stream.read(2) != _GZIP:
        last = 0
    stream.seek(last)
    inflater = None
    while piece := stream.read(_PIECE):
        while piece:
            if inflater is None:
                inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
            try:
                inflater.decompress(piece)
            except zlib.error as error:
                raise _broken(called, last, str(error)) from None
            piece = inflater.unused_data
            if inflater.eof:
                inflater = None
    if inflater is not None:
        raise _broken(called, last, "the gzip stream ends early")


def _broken(called: str, offset: int, what: str) -> SourceError:
    if offset == 0 and what.startswith(_NO_WARC):
        return SourceError(f"{called} is no WARC file, or damaged at byte 0: {what}; nothing of it is imported")
    return SourceError(
        f"{called} is cut off or damaged at byte {offset}: {what}; "
        "what stands before is imported, get the file again for the rest"
    )


def _page_record(headers: Any, block: bytes, url: str, ref: str) -> PageRecord:
    """Raises ValueError with the reason for a record that cannot be used."""
    kind = headers["WARC-Type"].lower()
    try:
        at = moment(headers.get("WARC-Date", ""))
    except ValueError:
        raise ValueError("no usable WARC-Date") from None
    try:
        site = site_of(url)
    except ValueError:
        raise ValueError("the URL names no site") from None
    whole = len(block) == int(headers["Content-Length"])
    cut = not whole or bool(headers.get("WARC-Truncated"))
    answer = _answer(kind, block, cut) if block or kind == "resource" else None
    if kind in ("response", "resource"):
        if answer is None:
            raise ValueError("no HTTP answer in the record")
        if whole and not _is_intact(headers, block, answer):
            raise ValueError("the digest does not match")
    digest = headers.get("WARC-Payload-Digest", "").strip()
    return PageRecord(url, site, at, answer, kind == "revisit", digest, _refers_to(headers), ref)


def _answer(kind: str, block: bytes, cut: bool) -> HttpAnswer | None:
    """What the block says; a resource without its HTTP exchange was there, or it would be none."""
    if kind == "resource":
        return HttpAnswer(200, {}, block, cut)
    return HttpAnswer(404, {}, b"") if kind == "metadata" else http_answer(block, cut=cut)


def _refers_to(headers: Any) -> tuple[str, int] | None:
    try:
        url = headers.get("WARC-Refers-To-Target-URI", "").strip("<> ")
        return (site_of(url), moment(headers.get("WARC-Refers-To-Date", ""))) if is_robots(url) else None
    except ValueError:
        return None


def _ref(stream: IO[bytes], name: str, offset: int, headers: Any) -> str:
    """File and offset; the record id where one gzip stream holds many records and offsets lead nowhere."""
    here = stream.tell()
    stream.seek(offset)
    begins = stream.read(2)
    stream.seek(here)
    return f"{name}@{offset}" if begins in (_GZIP, b"WA") else f"{name} {headers.get('WARC-Record-ID', '')}"


def _is_intact(headers: Any, block: bytes, answer: HttpAnswer) -> bool:
    """Whether the record's digests bear out its bytes. The payload digest is of whichever form the writer took."""
    if (verdict := matches(headers.get("WARC-Block-Digest", ""), block)) is not None:
        return verdict
    return payload_matches(headers.get("WARC-Payload-Digest", ""), answer) is not False


def payload_matches(digest: str, answer: HttpAnswer) -> bool | None:
    """Whether a digest is of the payload as stored, without its chunks, or without any encoding; None: no telling."""
    forms: list[Callable[[], bytes]] = [
        lambda: answer.payload,
        lambda: unchunked(answer.payload),
        lambda: undone(answer.payload, answer.headers, STORED_CAP)[0],
    ]
    for form in forms:
        try:
            if (verdict := matches(digest, form())) is not False:
                return verdict
        except Damaged:
            continue
    return False


def matches(digest: str, data: bytes) -> bool | None:
    """Whether `algorithm:value` (base32 or hexadecimal) is the digest of the data; None: nobody can tell."""
    algorithm, _, value = digest.strip().partition(":")
    if not value or algorithm.lower() not in _HASHES:
        return None
    made = hashlib.new(_HASHES[algorithm.lower()], data, usedforsecurity=False).digest()
    return value.upper().rstrip("=") == base64.b32encode(made).decode().rstrip("=") or value.lower() == made.hex()


def base32_sha1(data: bytes) -> str:
    """The digest by which archives' indexes name a payload."""
    return base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def file_digest(path: Path) -> str:
    """The first 16 hexadecimal digits of a file's SHA-256. Raises SourceError."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()[:16]
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from None


def file_size(path: Path) -> int:
    """Bytes, for the progress bar; 0 for what cannot be looked at."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
