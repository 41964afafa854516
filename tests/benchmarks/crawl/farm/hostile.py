"""What sites do that want the memory of who asks."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from functools import cache

_RULES = b"User-agent: *\nDisallow: /search\n\n" * 2_000  # 66 KB
_START = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

Attack = Callable[[asyncio.Transport, asyncio.Event], Awaitable[None]]


@cache
def _bomb() -> bytes:
    """1 GB of rules as about 3 MB of gzip."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(_RULES) for _ in range(16_000)), packer.flush()])


async def _bombard(transport: asyncio.Transport, room: asyncio.Event) -> None:
    head = _START + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_bomb())
    transport.write(head + _bomb())


async def _send_for_ever(transport: asyncio.Transport, room: asyncio.Event) -> None:
    await _repeat(transport, room, _START + b"\r\n", _RULES)


async def _send_large(transport: asyncio.Transport, room: asyncio.Event) -> None:
    transport.write(_START + b"Content-Length: %d\r\n\r\n" % (120 * len(_RULES)) + 120 * _RULES)


async def _flood(transport: asyncio.Transport, room: asyncio.Event) -> None:
    await _repeat(transport, room, _START, b"X-More: %s\r\n" % (b"y" * 8_000))


async def _drip(transport: asyncio.Transport, room: asyncio.Event) -> None:
    transport.write(_START + b"Content-Length: 1000\r\n\r\n")
    while not transport.is_closing():
        transport.write(b"#")
        await asyncio.sleep(1)


async def _repeat(transport: asyncio.Transport, room: asyncio.Event, start: bytes, part: bytes) -> None:
    transport.write(start)
    while not transport.is_closing():
        transport.write(part)
        await room.wait()
        await asyncio.sleep(0)


ATTACKS: dict[str, Attack] = {
    "bomb": _bombard,
    "endless": _send_for_ever,
    "large": _send_large,
    "flood": _flood,
    "drip": _drip,
}
"""By the kind of site."""
