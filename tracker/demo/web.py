"""The loopback web of the demonstration: one HTTP/1.1 server that is every made-up site at once.

Which site is meant comes from the Host header. The server knows no clock: what it answers depends only on
the version that was set.
"""

import asyncio
import socket
import struct
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Self, cast

from tracker.demo.sites import (
    Answer,
    Hang,
    Html,
    Redirect,
    Reset,
    Status,
    Text,
    answer_at,
    members,
)
from tracker.demo.terms import home_of, page_at

_LOOPBACK = "127.0.0.1"
_SECTORS = {host: sector for host, _, sector, _, _ in members()}
_NO_SITE = Status(421, b"<!DOCTYPE html><title>No such made-up site</title>")
_BAD_REQUEST = Status(400, b"<!DOCTYPE html><title>Not an HTTP request</title>")
_NO_PAGE = Status(404, b"<!DOCTYPE html><title>404 Not Found</title>")
# Linger on, for 0 seconds: closing the socket sends RST instead of FIN.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class MiniWeb:
    """Serves all demonstration sites on an ephemeral port of 127.0.0.1 while the context is entered.

    `port` speaks HTTP. `refused_port` is held but never listens, so that a crawler which tries HTTPS first
    is refused at once and falls back to HTTP. Leaving the context aborts whatever still hangs.
    """

    port: int
    refused_port: int

    def __init__(self) -> None:
        self.set_version(0)
        self.connections: set[asyncio.Transport] = set()

    def set_version(self, n: int) -> None:
        """From now on answer as of `sites.DATES[n]`. IndexError when there is no such date."""
        self.answers = {host: answer_at(host, n) for host in _SECTORS}
        self.version = n

    async def __aenter__(self) -> Self:
        """Start listening; `port` and `refused_port` are set from here on."""
        self._refusing = socket.socket()
        self._refusing.bind((_LOOPBACK, 0))
        self.refused_port = self._refusing.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), _LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and abort every open connection, also those left hanging."""
        self._server.close()
        for transport in tuple(self.connections):
            transport.abort()
        await self._server.wait_closed()
        self._refusing.close()


class _Connection(asyncio.Protocol):
    """Reads one request head, answers it and closes."""

    def __init__(self, web: MiniWeb) -> None:
        self._web = web
        self._received = b""
        self._answered = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._web.connections.add(self._transport)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._web.connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if b"\r\n\r\n" in self._received and not self._answered:
            self._answered = True
            self._send(*_route(self._received, self._web.answers, self._web.version))

    def _send(self, answer: Answer, port: str) -> None:
        match answer:
            case Hang():
                return
            case Reset():
                raw = self._transport.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                self._transport.abort()
            case Text(body):
                self._write(200, "text/plain; charset=utf-8", body)
            case Html(body):
                self._write(200, "text/html; charset=utf-8", body)
            case Status(code, body):
                self._write(code, "text/html; charset=utf-8", body)
            case Redirect(url):
                self._write(301, "text/html; charset=utf-8", b"", f"Location: {_at_port(url, port)}\r\n")

    def _write(self, code: int, media_type: str, body: bytes, extra: str = "") -> None:
        head = (
            f"HTTP/1.1 {code} {HTTPStatus(code).phrase}\r\nContent-Type: {media_type}\r\n"
            f"Content-Length: {len(body)}\r\n{extra}Connection: close\r\n\r\n"
        )
        self._transport.write(head.encode("latin-1") + body)
        self._transport.close()


def _route(head: bytes, answers: Mapping[str, Answer], version: int) -> tuple[Answer, str]:
    """The answer to a request head, and the port its Host header names ("" if none)."""
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3:
        return _BAD_REQUEST, ""
    fields = (line.partition(":") for line in lines[1:])
    authority = next((value.strip() for name, _, value in fields if name.lower() == "host"), "")
    host, _, port = authority.lower().partition(":")
    if host not in answers:
        return _NO_SITE, port
    match parts[1].partition("?")[0]:
        case "/robots.txt":
            return answers[host], port
        case "/":
            return home_of(host, _SECTORS[host]), port
        case path:
            return page_at(host, path, version) or _NO_PAGE, port


def _at_port(url: str, port: str) -> str:
    """An absolute URL at the port the client itself named: the sites know nothing of ours."""
    scheme, found, rest = url.partition("://")
    if not (found and port):
        return url
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}:{port}{slash}{path}"
