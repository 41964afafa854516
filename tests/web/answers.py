"""What a site says, once and to the end."""

import asyncio
import gzip
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """One request as it came in; header names in lower case. connection: the number of the one it came on."""

    host: str
    path: str
    headers: dict[str, str]
    secure: bool
    connection: int = 0


Answer = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]

RULES = b"User-agent: *\nDisallow: /private\n"


def raw(data: bytes) -> Answer:
    """Exactly these bytes, then an orderly end."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return answer


def head(status: str, headers: dict[str, str]) -> bytes:
    """Status line and headers as bytes."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def page(body: bytes = b"", status: str = "200 OK", **headers: str) -> Answer:
    """A well-formed answer; header names are given with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return raw(head(status, {"Content-Type": "text/plain", "Content-Length": str(len(body)), **named}) + body)


def redirect(location: str, status: str = "302 Found") -> Answer:
    """A redirect to any text."""
    return page(status=status, Location=location)


def packed(body: bytes, level: int = 6) -> Answer:
    """The body as gzip."""
    return page(gzip.compress(body, level), Content_Encoding="gzip")


def chunked(body: bytes, **headers: str) -> Answer:
    """Whatever is given as the chunks of a body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return raw(head("200 OK", {"Transfer-Encoding": "chunked", **named}) + body)


def cut(body: bytes, declared: int) -> Answer:
    """Promise `declared` bytes and end after `body`."""
    return raw(head("200 OK", {"Content-Length": str(declared)}) + body)


def reset(before: bytes = b"") -> Answer:
    """Write something, then reset the connection."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(before)
        await writer.drain()
        await asyncio.sleep(0.05 if before else 0)
        abort(writer)

    return answer


def abort(writer: asyncio.StreamWriter) -> None:
    """End a connection with a TCP reset instead of an orderly end."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
