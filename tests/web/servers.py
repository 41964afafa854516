"""Who answers: virtual hosts on a port for each scheme, ports that break the rules, and a socket that only counts."""

import asyncio
import socket
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self

from tests.web.answers import Answer, Request, page
from tests.web.certificates import Authority
from tests.web.doors import DOORS, Door
from tests.web.threads import Threaded
from tracker.net.resolve import Endpoint, FixedResolver


class Web(Threaded):
    """Virtual hosts over HTTP and HTTPS on loopback addresses.

    requests: what was asked, in order. most_at_once: the highest number of connections open at a time.
    connections: how many there were, over TLS only those whose handshake came to its end.
    certificates: host name to a fault of `Authority`. closed_port: nobody listens there. mute_port: connections are
    taken and never served. noise_port: plain HTTP whatever comes.
    """

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.address = address
        self.requests: list[Request] = []
        self.certificates: dict[str, str] = {}
        self.most_at_once = 0
        self.connections = 0
        self._open = 0
        self._answers: dict[tuple[str, str], Answer] = {}
        self._doors: dict[str, int] = {}
        self._behind: dict[str, dict[int, int]] = {}
        self._servers: list[asyncio.Server] = []
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._authority = Authority()
        self._folder = tempfile.TemporaryDirectory()
        self.ca_file = Path(self._folder.name) / "ca.pem"
        self._authority.ca.cert_pem.write_to_path(str(self.ca_file))

    def on(self, host: str, answer: Answer, path: str = "/robots.txt") -> None:
        """Set what a host answers, on both schemes; path "*" stands for all others."""
        self._answers[host, path] = answer

    def asked(self, host: str) -> list[Request]:
        """The requests that named a host."""
        return [request for request in self.requests if request.host == host]

    def door(self, name: str) -> int:
        """The port of one of `DOORS`, or of "closed", "old-tls", "client-certificate"."""
        return self._doors[name]

    def lead(self, host: str, **doors: str) -> None:
        """Let `http=` and `https=` of one host lead to doors, for resolvers made before or after."""
        numbers = {"http": 80, "https": 443}
        self._behind[host] = {numbers[scheme]: self.door(name) for scheme, name in doors.items()}

    def resolver(self, **ports: int) -> FixedResolver:
        """All names lead here; `http=` and `https=` choose other ports."""
        chosen = {80: ports.get("http", self.http), 443: ports.get("https", self.https)}
        return Directory(chosen, self.address, self._behind)

    async def start(self) -> None:
        tls = self._context_for("localhost")
        tls.sni_callback = self._choose
        self.http = await self._listen(self._serve(secure=False))
        self.https = await self._listen(self._serve(secure=True), tls)
        for name, door in DOORS.items():
            self._doors[name] = await self._listen(_through(door))
        self._doors["old-tls"] = await self._listen(self._serve(secure=True), self._authority.old_tls())
        picky = self._authority.client_certificate()
        self._doors["client-certificate"] = await self._listen(self._serve(secure=True), picky)
        self._bound = socket.socket()
        self._bound.bind((self.address, 0))
        self._doors["closed"] = self._bound.getsockname()[1]
        self.closed_port, self.mute_port, self.noise_port = (self.door(name) for name in ("closed", "mute", "noise"))

    async def _listen(self, connected: Callable[..., Awaitable[None]], tls: ssl.SSLContext | None = None) -> int:
        server = await asyncio.start_server(connected, self.address, 0, ssl=tls, backlog=2048)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def finish(self) -> None:
        for server in self._servers:
            server.close()
        self._bound.close()
        self._folder.cleanup()

    def _serve(self, *, secure: bool) -> Callable[..., Awaitable[None]]:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
            self.connections += 1
            number = self.connections
            try:
                again: bool | None = True
                while again:
                    request = _parse(await reader.readuntil(b"\r\n\r\n"), secure, number)
                    self.requests.append(request)
                    again = await self._answer_to(request)(request, writer)
                    await writer.drain()
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ssl.SSLError):
                pass
            finally:
                self._open -= 1
                writer.close()

        return connected

    def _answer_to(self, request: Request) -> Answer:
        fallback = self._answers.get((request.host, "*"), page(b"nothing here", "404 Not Found"))
        return self._answers.get((request.host, request.path), fallback)

    def _choose(self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
        fault = self.certificates.get(name or "")
        if fault == "alert":
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        if name:
            connection.context = self._context_for(name)
        return None

    def _context_for(self, name: str) -> ssl.SSLContext:
        if name not in self._contexts:
            self._contexts[name] = self._authority.context(name, self.certificates.get(name))
        return self._contexts[name]


class Directory(FixedResolver):
    """One address for all names; some hosts have ports of their own."""

    def __init__(self, ports: dict[int, int], address: str, behind: dict[str, dict[int, int]]) -> None:
        super().__init__(ports, address)
        self._place = address
        self._behind = behind

    async def endpoints(self, host: str, port: int) -> list[Endpoint]:
        if moved := self._behind.get(host, {}).get(port):
            return [Endpoint(self._place, moved)]
        return await super().endpoints(host, port)


def _through(door: Door) -> Callable[..., Awaitable[None]]:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await door(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    return connected


def _parse(data: bytes, secure: bool, connection: int) -> Request:
    first, *rest = data.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
    host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    return Request(host.lower(), first.split(" ")[1], headers, secure, connection)


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
