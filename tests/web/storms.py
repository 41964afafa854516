"""Answers without an end: silence, drips, floods, and bodies that are huge once inflated."""

import asyncio
import gzip
import zlib
from functools import lru_cache

from tests.web.answers import Answer, Request, page

_GZIP = 16 + zlib.MAX_WBITS
_BLOCK = 1 << 20


def hang(before: bytes = b"") -> Answer:
    """Write something, then say nothing any more."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(before)
        await asyncio.sleep(600)

    return answer


def drip(data: bytes, gap: float, before: bytes = b"") -> Answer:
    """One byte every `gap` seconds, over and over."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(before)
        while not writer.is_closing():
            for byte in data:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(gap)

    return answer


def endless(line: bytes, before: bytes, gap: float = 0) -> Answer:
    """The same line for ever, a thousand of them every `gap` seconds; by default as fast as they are taken."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(before)
        while not writer.is_closing():
            writer.write(line * 1000)
            await writer.drain()
            await asyncio.sleep(gap)  # even if 0: a closed TLS transport swallows writes without ever pausing

    return answer


def bomb(start: bytes, megabytes: int = 200, filler: bytes = b"\0") -> Answer:
    """One gzip member that inflates to `start` and then a great many bytes of `filler`."""
    return page(_bomb(start, megabytes, filler), Content_Encoding="gzip")


def nested_bomb(start: bytes, megabytes: int = 200, members: int = 20) -> Answer:
    """The same size in many gzip members, one behind the other."""
    member = _bomb(b"", max(megabytes // members, 1), b"#")
    return page(gzip.compress(start) + member * members, Content_Encoding="gzip")


@lru_cache
def _bomb(start: bytes, megabytes: int, filler: bytes) -> bytes:
    deflater = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
    block = filler * _BLOCK
    pieces = [deflater.compress(start), *(deflater.compress(block) for _ in range(megabytes)), deflater.flush()]
    return b"".join(pieces)
