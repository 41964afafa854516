"""A hostile web on loopback: HTTP and HTTPS by virtual host, and a name server, each in a thread of its own.

    with Web() as web:
        web.on("news.example", page(b"User-agent: *\\nDisallow: /\\n"))
        settings = FetchSettings(resolver=web.resolver(), ca_file=web.ca_file, allow_private=LOOPBACK)

An answer is an async function of (request, writer) that writes raw bytes, so that it can misbehave at will.
It says how the connection ends by what it does last: return (closed in order), `reset`, or hang.
"""

import asyncio
import gzip
import socket
import ssl
import struct
import tempfile
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest
import trustme

from tracker.core.outcomes import Observation
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.loop import run
from tracker.net.resolve import FixedResolver

LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass(frozen=True)
class Request:
    """One request as it came in; header names in lower case. connection: the number of the one it came over."""

    host: str
    path: str
    headers: dict[str, str]
    secure: bool
    connection: int = 0


Answer = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]
Ask = Callable[[str], Observation]

RULES = b"User-agent: *\nDisallow: /private\n"


# --- Answers ---


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


def cut(body: bytes, declared: int) -> Answer:
    """Promise `declared` bytes and end after `body`."""
    return raw(head("200 OK", {"Content-Length": str(declared)}) + body)


def reset(before: bytes = b"") -> Answer:
    """Write something, then reset the connection."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(before)
        await writer.drain()
        await asyncio.sleep(0.05 if before else 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return answer


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


def endless(line: bytes, before: bytes) -> Answer:
    """The same line for ever, as fast as it is taken."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(before)
        while not writer.is_closing():
            writer.write(line * 1000)
            await writer.drain()
            await asyncio.sleep(0)  # a closed TLS transport swallows writes without ever pausing

    return answer


# --- Servers ---


class _Threaded:
    """An event loop in a thread; `start` and `finish` run in it."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._call(self.start())
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _end(self) -> None:
        await self.finish()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def start(self) -> None: ...

    async def finish(self) -> None: ...


class Web(_Threaded):
    """Virtual hosts over HTTP and HTTPS on loopback addresses.

    requests: what was asked, in order. most_at_once: the highest number of connections open at a time.
    certificates: host name to "expired", "stranger" (another authority) or "elsewhere" (another name).
    keep_alive: hosts whose connections are kept for as long as the client wants. closed_port: nobody listens
    there. mute_port: connections are taken and never served. noise_port: plain HTTP whatever comes.
    """

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.address = address
        self.requests: list[Request] = []
        self.certificates: dict[str, str] = {}
        self.most_at_once = 0
        self.keep_alive: set[str] = set()
        self._open = 0
        self._connections = count(1)
        self._answers: dict[tuple[str, str], Answer] = {}
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._authority = trustme.CA()
        self._stranger = trustme.CA()
        self._folder = tempfile.TemporaryDirectory()
        self.ca_file = Path(self._folder.name) / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.ca_file))

    def on(self, host: str, answer: Answer, path: str = "/robots.txt") -> None:
        """Set what a host answers, on both schemes; path "*" stands for all others."""
        self._answers[host, path] = answer

    def asked(self, host: str) -> list[Request]:
        """The requests that named a host."""
        return [request for request in self.requests if request.host == host]

    def resolver(self, **ports: int) -> FixedResolver:
        """All names lead here; `http=` and `https=` choose other ports."""
        chosen = {80: ports.get("http", self.http), 443: ports.get("https", self.https)}
        return FixedResolver(chosen, self.address)

    async def start(self) -> None:
        tls = self._context_for("localhost")
        tls.sni_callback = self._choose
        self._servers = [
            await asyncio.start_server(self._serve(secure=False), self.address, 0, backlog=2048),
            await asyncio.start_server(self._serve(secure=True), self.address, 0, ssl=tls, backlog=2048),
            await asyncio.start_server(self._mute, self.address, 0),
            await asyncio.start_server(self._babble, self.address, 0),
        ]
        self.http, self.https, self.mute_port, self.noise_port = (s.sockets[0].getsockname()[1] for s in self._servers)
        self._bound = socket.socket()
        self._bound.bind((self.address, 0))
        self.closed_port = self._bound.getsockname()[1]

    async def finish(self) -> None:
        for server in self._servers:
            server.close()
        self._bound.close()
        self._folder.cleanup()

    async def _mute(self, _reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(600)

    async def _babble(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(head("400 Bad Request", {}))
        writer.close()

    def _serve(self, *, secure: bool) -> Callable[..., Awaitable[None]]:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
            number, more = next(self._connections), True
            try:
                while more:
                    request = replace(_parse(await reader.readuntil(b"\r\n\r\n"), secure=secure), connection=number)
                    self.requests.append(request)
                    fallback = self._answers.get((request.host, "*"), page(b"nothing here", "404 Not Found"))
                    await self._answers.get((request.host, request.path), fallback)(request, writer)
                    await writer.drain()
                    more = request.host in self.keep_alive and request.headers.get("connection") != "close"
            except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
                pass
            finally:
                self._open -= 1
                writer.close()

        return connected

    def _choose(self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        if name:
            connection.context = self._context_for(name)

    def _context_for(self, name: str) -> ssl.SSLContext:
        if name not in self._contexts:
            fault = self.certificates.get(name)
            authority = self._stranger if fault == "stranger" else self._authority
            named = "another.example" if fault == "elsewhere" else name
            until = datetime.now(UTC) - timedelta(days=1) if fault == "expired" else None
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(named, not_after=until).configure_cert(context)
            self._contexts[name] = context
        return self._contexts[name]


def _parse(data: bytes, *, secure: bool) -> Request:
    first, *rest = data.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
    host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    return Request(host.lower(), first.split(" ")[1], headers, secure)


class Listener:
    """A socket on every loopback address, IPv4 and IPv6, that only counts who knocks."""

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128)
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def knocks(self) -> int:
        """Connections since the last call."""
        count = 0
        while True:
            try:
                self._socket.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


class Dns(_Threaded):
    """A name server on UDP. names: host to addresses, or "nxdomain", "servfail", "refused", "empty",
    "silent".

    A list of lists is answered one list after the other, the last for ever (rebinding). `asked` counts the
    questions for A records.
    """

    _CODES: ClassVar = {"empty": 0, "servfail": 2, "nxdomain": 3, "refused": 5}

    def __init__(self, names: dict[str, str | list[str] | list[list[str]]]) -> None:
        self._names = names
        self.asked: Counter[str] = Counter()

    async def start(self) -> None:
        server = self

        class Protocol(asyncio.DatagramProtocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.transport = transport

            def datagram_received(self, data: bytes, address: Any) -> None:
                if answer := server._answer(data):
                    self.transport.sendto(answer, address)

        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(Protocol, local_addr=("127.0.0.1", 0))
        self.address = "127.0.0.1:{}".format(self._transport.get_extra_info("sockname")[1])

    async def finish(self) -> None:
        self._transport.close()

    def _answer(self, data: bytes) -> bytes | None:
        labels, at = [], 12
        while length := data[at]:
            labels.append(data[at + 1 : at + 1 + length].decode())
            at += 1 + length
        question, kind = data[12 : at + 5], data[at + 1 : at + 3]
        name = ".".join(labels).lower()
        known = self._names.get(name, "nxdomain")
        addresses = self._addresses(name, known, count=kind == b"\0\1")
        if known == "silent":
            return None
        code = self._CODES[known] if isinstance(known, str) else 0
        records = b"".join(
            b"\xc0\x0c" + kind + b"\0\1" + struct.pack("!IH", 0, len(packed)) + packed
            for packed in (ip_address(a).packed for a in addresses)
            if (len(packed) == 4) == (kind == b"\0\1")
        )
        count = records.count(b"\xc0\x0c" + kind)
        return data[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, count, 0, 0) + question + records

    def _addresses(self, name: str, known: Any, *, count: bool) -> list[str]:
        turn = self.asked[name]
        self.asked[name] += count
        if isinstance(known, str) or not known:
            return []
        return known[min(turn, len(known) - 1)] if isinstance(known[0], list) else known


# --- Asking ---


def settings_for(web: Web, **changes: Any) -> FetchSettings:
    """Settings that lead every name to the web, with patience for a test."""
    settings = FetchSettings(
        resolver=web.resolver(),
        ca_file=web.ca_file,
        allow_private=LOOPBACK,
        connect_timeout=2,
        read_timeout=2,
        total_timeout=4,
    )
    return replace(settings, **changes)


def transports() -> list[Any]:
    """The transports as parameters of a test; what is not installed is skipped."""
    missing = find_spec("pyreqwest") is None
    return ["default", pytest.param("fast", marks=pytest.mark.skipif(missing, reason="pyreqwest is not installed"))]


def look(web: Web, host: str, **changes: Any) -> Observation:
    """What a Fetcher made for this one question sees."""

    async def main() -> Observation:
        async with Fetcher(settings_for(web, **changes)) as fetcher:
            return await fetcher.robots(host)

    return run(main())
