"""Answers without an end: silence, drips, floods, and bodies that are huge once inflated."""

import asyncio
import base64
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


def brotli_bomb() -> Answer:
    """200 MB of comments in brotli, which is in no library that the tests may count on: 345 bytes, made elsewhere."""
    return page(zlib.decompress(base64.b64decode(_BROTLI)), Content_Encoding="br")


_BROTLI = (
    b"eNo7/f+/PcMRzeecW1NzG1XqDjT/2Xoqu7Xg2Xej6q//1pu0/P9fz+DBcCSR8cW9/x///+dn4Gyw0GG4+9v+3///jAqMAu2sC6r/"
    b"HwcZosLwaANDyfv/P/7/Z29gcZARa3j3V/7///8MExg6DjNd2Pv/8f//8gxCDIURDLu+1//5/5/ZgUmBj9vh+7/+YWOJvhQD0I4W"
    b"AUYGAPIVro0="
)
