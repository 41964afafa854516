"""What goes wrong on a port before any request: raw TCP servers that take a connection and break the rules.

A door is an async function of (reader, writer); what it does last is how the connection ends.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

from tests.web.answers import abort, head

Door = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_FATAL_HANDSHAKE_FAILURE = b"\x15\x03\x03\x00\x02\x02\x28"
_HANDSHAKE_RECORD = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"
"""The start of a ServerHello of 16 KiB."""


async def mute(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Take the connection and say nothing."""
    await asyncio.sleep(600)


def after_hello(data: bytes) -> Door:
    """Read what the client says first, whatever it is, write these bytes, and end in order."""

    async def door(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(data)

    return door


def at_once(data: bytes) -> Door:
    """Write these bytes without having read anything, and end in order."""

    async def door(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return door


async def reset_at_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reset the connection that was just taken."""
    abort(writer)


async def reset_after_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reset the connection in the middle of the handshake."""
    await reader.read(100)
    abort(writer)


async def half_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin a handshake and fall silent."""
    await reader.read(100)
    writer.write(_HANDSHAKE_RECORD)
    await asyncio.sleep(600)


async def dripping_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A handshake of one byte at a time."""
    await reader.read(100)
    writer.write(_HANDSHAKE_RECORD)
    while not writer.is_closing():
        writer.write(b"\0")
        await writer.drain()
        await asyncio.sleep(0.02)


async def endless_garbage(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Bytes that mean nothing, as fast as they are taken."""
    while not writer.is_closing():
        writer.write(b"\xfe\xed" * 10_000)
        await writer.drain()
        await asyncio.sleep(0.001)


def handshake(context: ssl.SSLContext) -> Door:
    """An honest handshake by a context, with its alerts, which asyncio's servers keep to themselves; then the end."""

    async def door(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
                return
            except ssl.SSLWantReadError:
                writer.write(outgoing.read())
                incoming.write(await reader.read(1 << 14))
            except ssl.SSLError:
                writer.write(outgoing.read())
                return

    return door


DOORS: dict[str, Door] = {
    "mute": mute,
    "noise": after_hello(head("400 Bad Request", {})),
    "garbage": after_hello(bytes(range(255, 0, -1)) * 4),
    "banner": at_once(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
    "alert": after_hello(_FATAL_HANDSHAKE_FAILURE),
    "closed-at-once": at_once(b""),
    "closed-after-hello": after_hello(b""),
    "reset-at-once": reset_at_once,
    "reset-after-hello": reset_after_hello,
    "half-hello": half_hello,
    "dripping-hello": dripping_hello,
    "endless-garbage": endless_garbage,
}
