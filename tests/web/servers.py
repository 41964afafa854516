"""Who answers: virtual hosts on a port for each scheme, ports that break the rules, and a socket that only counts."""

import asyncio
import socket
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from tests.web.answers import Answer, Request, page
from tests.web.certificates import Authority
from tests.web.doors import DOORS, Door, handshake
from tests.web.threads import Threaded
from tracker.net.resolve import FixedResolver

Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Web(Threaded):
    """Virtual hosts over HTTP and HTTPS on loopback addresses.

    requests: what was asked, in order. most_at_once: the highest number of connections open at a time.
    connections: how many there were, over TLS only those whose handshake came to its end.
    keep_alive: hosts whose connections are kept for as long as the client wants.
    certificates: host name to a fault of `Authority`. closed_port: nobody listens there. mute_port: connections are
    taken and never served. noise_port: plain HTTP whatever comes.
    """

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.address = address
        self.requests: list[Request] = []
        self.certificates: dict[str, str] = {}
        self.most_at_once = 0
        self.connections = 0
        self.keep_alive: set[str] = set()
        self._open = 0
        self._answers: dict[tuple[str, str], Answer] = {}
        self._doorsteps: dict[tuple[str, str], str] = {}
        self._moved: dict[str, str] = {}
        self._servers: list[asyncio.Server] = []
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._authority = authority = Authority()
        self._folder = tempfile.TemporaryDirectory()
        self.ca_file = Path(self._folder.name) / "ca.pem"
        self._doors = {
            **DOORS,
            "old-tls": handshake(authority.old_tls()),
            "client-certificate": handshake(authority.picky()),
            "no-such-name": handshake(authority.unknowing()),
        }
        self._authority.ca.cert_pem.write_to_path(str(self.ca_file))

    def on(self, host: str, answer: Answer, path: str = "/robots.txt") -> None:
        """Set what a host answers, on both schemes; path "*" stands for all others."""
        self._answers[host, path] = answer

    def asked(self, host: str) -> list[Request]:
        """The requests that named a host."""
        return [request for request in self.requests if request.host == host]

    def lead(self, host: str, *, https: str = "web", http: str = "web") -> None:
        """Let the ports of one host lead to doors, for resolvers made before or after: one of `DOORS`, "old-tls",
        "client-certificate", "no-such-name", "closed", or the "web" itself. Such a host has an address of its own.
        """
        self._moved[host] = self._doorstep(https, http)

    def resolver(self, **ports: int) -> FixedResolver:
        """All names lead here, but those that `lead` moved; `http=` and `https=` choose other ports."""
        chosen = {80: ports.get("http", self.http), 443: ports.get("https", self.https)}
        return Directory(chosen, self.address, self._moved)

    async def start(self) -> None:
        self.http = await self._listen(self._serve(secure=False))
        self.https = await self._listen(self._serve(secure=True), self._tls())
        self.mute_port = await self._listen(_through(DOORS["mute"]))
        self.noise_port = await self._listen(_through(DOORS["noise"]))
        self._bound = socket.socket()
        self._bound.bind((self.address, 0))
        self.closed_port: int = self._bound.getsockname()[1]

    async def _listen(
        self, connected: Connected, tls: ssl.SSLContext | None = None, address: str = "", port: int = 0
    ) -> int:
        server = await asyncio.start_server(connected, address or self.address, port, ssl=tls, backlog=2048)
        self._servers.append(server)
        chosen: int = server.sockets[0].getsockname()[1]
        return chosen

    def _doorstep(self, https: str, http: str) -> str:
        """The address whose ports lead to these doors."""
        if (https, http) not in self._doorsteps:
            self._doorsteps[https, http] = address = str(ip_address(self.address) + 256 * (len(self._doorsteps) + 1))
            for name, port, secure in ((https, self.https, True), (http, self.http, False)):
                if name != "closed":
                    self._call(self._stand(name, address, port, secure=secure))
        return self._doorsteps[https, http]

    async def _stand(self, name: str, address: str, port: int, *, secure: bool) -> None:
        if name == "web":
            await self._listen(self._serve(secure=secure), self._tls() if secure else None, address, port)
        else:
            await self._listen(_through(self._doors[name]), None, address, port)

    async def finish(self) -> None:
        for server in self._servers:
            server.close()
        self._bound.close()
        self._folder.cleanup()

    def _serve(self, *, secure: bool) -> Connected:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
            self.connections += 1
            number = self.connections
            try:
                more = True
                while more:
                    request = _parse(await reader.readuntil(b"\r\n\r\n"), secure, number)
                    self.requests.append(request)
                    await self._answer_to(request)(request, writer)
                    await writer.drain()
                    more = request.host in self.keep_alive and request.headers.get("connection") != "close"
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ssl.SSLError):
                pass
            finally:
                self._open -= 1
                writer.close()

        return connected

    def _answer_to(self, request: Request) -> Answer:
        fallback = self._answers.get((request.host, "*"), page(b"nothing here", "404 Not Found"))
        return self._answers.get((request.host, request.path), fallback)

    def _tls(self) -> ssl.SSLContext:
        tls = self._context_for("localhost")
        tls.sni_callback = self._choose
        return tls

    def _choose(self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        if name:
            connection.context = self._context_for(name)

    def _context_for(self, name: str) -> ssl.SSLContext:
        if name not in self._contexts:
            self._contexts[name] = self._authority.context(name, self.certificates.get(name))
        return self._contexts[name]


class Directory(FixedResolver):
    """One address for all names but some."""

    def __init__(self, ports: dict[int, int], address: str, moved: dict[str, str]) -> None:
        super().__init__(ports, address)
        self._moved = moved

    async def addresses(self, host: str) -> list[str]:
        return [self._moved[host]] if host in self._moved else await super().addresses(host)


def _through(door: Door) -> Connected:
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
        return len(self.reached())

    def reached(self) -> list[str]:
        """The addresses that connections since the last call were to; IPv4 as IPv6 maps it."""
        addresses = []
        while True:
            try:
                connection, _ = self._socket.accept()
            except BlockingIOError:
                return addresses
            addresses.append(connection.getsockname()[0])
            connection.close()
