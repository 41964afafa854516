"""An archived HTTP answer: its bytes as they came over the wire, undone within bounds, and what they count as.

Archives keep answers raw, or with their encodings undone, and do not always correct the headers to match. So an
encoding is undone only where the bytes bear it out; bytes that do not are taken as the archive's plain text.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import zstandard

from tracker.core.outcomes import (
    BODY_CAP,
    CHALLENGE_STATUSES,
    Classification,
    Outcome,
    classify_file,
    classify_status,
    failure,
    is_content,
)

STORED_CAP = 2 * 1024 * 1024
"""Bytes of one archived answer that are looked at; more than any real robots.txt, and a bound on memory."""

_PEEK = 64 * 1024  # of a refusal, for the marks of a challenge page
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?:[ \t][^\r\n]*)?(?:\r?\n|\Z)")
_CHUNK_HEAD = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_GZIP_MEMBERS = 100  # real answers have one; each costs a copy of all that follows it
_ZSTD_STEP = 256  # bytes; one of them inflates to 8 MB at the very most


class Damaged(Exception):
    """The bytes begin as their encoding says and then break off or go wrong."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers (lower-case names) and payload of one archived answer.

    cut: the archive says, or the stored length shows, that the payload is not all of it.
    """

    status: int
    headers: Mapping[str, str]
    payload: bytes
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What an archived answer counts as, and its inflated bytes if they are a robots.txt."""

    seen: Classification
    body: bytes | None = None


def http_answer(block: bytes, *, cut: bool = False) -> HttpAnswer | None:
    """The answer in the block of a WARC record; None if it is no HTTP answer. cut: more was to follow."""
    begin = _STATUS_LINE.match(block)
    if begin is None:
        return None
    head, payload = _split(block[begin.end() :])
    headers: dict[str, str] = {}
    for line in re.split(rb"\r?\n", head):
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    return HttpAnswer(int(begin[1]), headers, payload, cut or _is_short(headers, payload))


def judge(answer: HttpAnswer) -> Judged:
    """Classify an archived answer as the live crawl would have, under the same cap.

    A 3xx status is no answer and must have been left out before.
    """
    if not is_content(answer.status, answer.headers):
        start = _start(answer) if answer.status in CHALLENGE_STATUSES else b""
        return Judged(classify_status(answer.status, answer.headers, start))
    try:
        data, more = undone(answer.payload, answer.headers)
    except Damaged as why:
        # Half of a gzip stream that was cut on its way is a broken connection, not a server's mistake.
        return Judged(failure("reset" if answer.cut else "bad_encoding", str(why)))
    truncated = more or len(data) > BODY_CAP
    if answer.cut and not truncated:
        return Judged(failure("reset", f"the archive holds only the first {len(data)} bytes"))
    kept = data[:BODY_CAP]
    seen = classify_file(kept, truncated=truncated)
    return Judged(seen, kept if seen.outcome is Outcome.OK else None)


def undone(payload: bytes, headers: Mapping[str, str], cap: int = BODY_CAP) -> tuple[bytes, bool]:
    """The payload without its transfer and content encodings, and whether there was more than a little over the cap.

    cap: inflated bytes that are wanted. Raises Damaged for a stream that breaks off or goes wrong, and for a content
    encoding nobody knows.
    """
    data = unchunked(payload) if "chunked" in headers.get("transfer-encoding", "").lower() else payload
    more = False
    for name in reversed([part.strip().lower() for part in headers.get("content-encoding", "").split(",")]):
        data, more = _inflated(data, name, cap + 1)  # a byte more proves that there was more
    return data, more


def unchunked(data: bytes) -> bytes:
    """The data without its chunk framing (RFC 9112 section 7.1); as it is if it bears none. Raises Damaged."""
    if not _CHUNK_HEAD.match(data):
        return data
    kept, at = bytearray(), 0
    while head := _CHUNK_HEAD.match(data, at):
        size = int(head[1], 16)
        if size == 0:
            return bytes(kept)
        kept += data[head.end() : head.end() + size]
        at = head.end() + size
        at += 2 if data[at : at + 2] == b"\r\n" else 1 if data[at : at + 1] == b"\n" else 0
    raise Damaged("the chunks end early")


def _split(rest: bytes) -> tuple[bytes, bytes]:
    """Headers and payload: apart by an empty line, which a careless writer ends by LF alone."""
    if rest.startswith((b"\r\n", b"\n")):
        return b"", rest.partition(b"\n")[2]
    gap = re.search(rb"\r?\n\r?\n", rest)
    return (rest, b"") if gap is None else (rest[: gap.start()], rest[gap.end() :])


def _is_short(headers: Mapping[str, str], payload: bytes) -> bool:
    """Whether fewer bytes are stored than were promised; no telling where the archive may have undone an encoding."""
    promised = headers.get("content-length", "")
    if headers.get("content-encoding") or headers.get("transfer-encoding"):
        return False
    return promised.isascii() and promised.isdecimal() and len(promised) < 16 and len(payload) < int(promised)


def _start(answer: HttpAnswer) -> bytes:
    try:
        return undone(answer.payload, answer.headers)[0][:_PEEK]
    except Damaged:
        return answer.payload[:_PEEK]


def _inflated(data: bytes, encoding: str, room: int) -> tuple[bytes, bool]:
    if not data or encoding in ("", "identity", "none"):
        return data, False
    if encoding in ("gzip", "x-gzip"):
        return _gzip(data, room) if data.startswith(b"\x1f\x8b") else (data, False)
    if encoding == "deflate":
        return _deflate(data, room)
    if encoding == "zstd":
        return _zstd(data, room) if data.startswith(b"\x28\xb5\x2f\xfd") else (data, False)
    if encoding == "br":
        return _brotli(data, room)
    raise Damaged(f"content-encoding {encoding!r} is unknown")


def _gzip(data: bytes, room: int) -> tuple[bytes, bool]:
    """Members follow each other (RFC 1952 section 2.2); what is no member after the first is padding."""
    kept, members = b"", 0
    while data.startswith(b"\x1f\x8b") and len(kept) < room and members < _GZIP_MEMBERS:
        members += 1
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            kept += inflater.decompress(data, room - len(kept))
        except zlib.error as error:
            raise Damaged(f"not gzip: {error}") from None
        if not inflater.eof and len(kept) < room:
            raise Damaged("gzip stream ends early")
        data = inflater.unused_data
    return kept, len(kept) >= room


def _deflate(data: bytes, room: int) -> tuple[bytes, bool]:
    """With zlib's wrapper, as RFC 9110 says, or without, as many servers send it; neither: plain text."""
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        inflater = zlib.decompressobj(window)
        try:
            kept = inflater.decompress(data, room)
        except zlib.error:
            continue
        if inflater.eof or len(kept) >= room:
            return kept, len(kept) >= room
        if window > 0:
            raise Damaged("deflate stream ends early")
    return data, False


def _zstd(data: bytes, room: int) -> tuple[bytes, bool]:
    # A frame may ask for a window of gigabytes; RFC 9659 allows content-encoding zstd 8 MiB.
    inflater = zstandard.ZstdDecompressor(max_window_size=8 * 2**20).decompressobj()
    kept, at = b"", 0
    try:
        while len(kept) < room and not inflater.eof:
            if at >= len(data):
                raise Damaged("zstd stream ends early")
            kept += inflater.decompress(data[at : at + _ZSTD_STEP])
            at += _ZSTD_STEP
    except zstandard.ZstdError as error:
        raise Damaged(f"not zstd: {error}") from None
    return kept, len(kept) >= room


def _brotli(data: bytes, room: int) -> tuple[bytes, bool]:
    """Brotli has no magic number: what it cannot read, and is text, was stored plain."""
    import brotli  # comes with fastwarc

    inflater, kept, feed = brotli.Decompressor(), b"", data
    try:
        while len(kept) < room and not inflater.is_finished():
            piece = inflater.process(feed, output_buffer_limit=room - len(kept))
            kept, feed = kept + piece, b""
            if not piece and inflater.can_accept_more_data():
                raise Damaged("brotli stream ends early")
    except brotli.error:
        if b"\n" in data[:_PEEK] and b"\0" not in data[:_PEEK]:
            return data, False
        raise Damaged("not brotli") from None
    return kept, len(kept) >= room
