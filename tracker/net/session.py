"""The default way of sending: httpx's API over aiohttp, its connections bound to one way and seen by the guard."""

import asyncio
import os
import socket
import ssl
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import certifi
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from tracker.errors import UsageError
from tracker.net.guard import Guard
from tracker.net.receiving import MOST_HEAD, Receiver
from tracker.net.resolve import Resolver
from tracker.net.way import Way

# Real sites send policies and cookies far beyond aiohttp's 8 KiB a line; all of a head is bounded by the Receiver.
_HEADER_LINE = MOST_HEAD
_HEADERS = 512


class Sessions:
    """Makes ways, and a session for each that is gone by: one host, one connection, ended with its way."""

    def __init__(self, resolver: Resolver, guard: Guard, tls: ssl.SSLContext) -> None:
        self.guard = guard
        self.tls = tls
        self.resolver = resolver
        self.cookies = aiohttp.DummyCookieJar()
        self._closing: set[asyncio.Task[None]] = set()

    async def way(self, host: str, addresses: tuple[str, ...]) -> Way:
        """The way to vetted addresses of a host. Nothing is opened yet."""
        return Way(host, addresses, _Session(self, addresses))

    def end(self, connector: aiohttp.TCPConnector) -> None:
        """Close the connections of a session, in the background."""
        task = asyncio.get_running_loop().create_task(connector.close(abort_ssl=True))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def aclose(self) -> None:
        """Wait for what is being closed."""
        if self._closing:
            await asyncio.wait(self._closing)


class _Session:
    """A `Line` over aiohttp: a connector and a session of its own cost a hundredth of a TLS handshake."""

    def __init__(self, shared: Sessions, addresses: tuple[str, ...]) -> None:
        self._shared = shared
        self._addresses = addresses
        self.address = ""
        self.kept = False
        self._connector: _Connector | None = None
        self._transport: httpx.AsyncBaseTransport | None = None
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: httpx.Request) -> httpx.Response:
        if self._transport is None:
            self._open(once=request.headers["connection"] == "close")
        assert self._transport is not None
        try:
            return await self._transport.handle_async_request(request)
        except RuntimeError as error:
            # Where asyncio has an OSError, uvloop has this: a descriptor that another transport of its still holds.
            if "used by transport" not in str(error):
                raise
            raise ConnectionAbortedError(str(error)) from error
        finally:
            if self._connector is not None:  # closed by a cancellation
                self.address, self.kept = self._connector.address, self._connector.kept

    def close(self) -> None:
        if self._session is None or self._connector is None:
            return
        self._session.detach()
        if not self._connector.force_close:  # then every answer has closed its connection
            self._shared.end(self._connector)
        self._session = self._connector = self._transport = None

    def _open(self, *, once: bool) -> None:
        shared = self._shared
        self._connector = _Connector(shared, self._addresses, once=once)
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=shared.cookies,
            response_class=_HangingUp,
            auto_decompress=False,
            trust_env=False,
            max_line_size=_HEADER_LINE,
            max_field_size=_HEADER_LINE,
            max_headers=_HEADERS,
        )
        # aiohttp would send a request again when its connection breaks, and say nothing of it: it is for the visit to
        # ask again, in its turn. There is no public name for this.
        self._session._retry_connection = False
        # The transport without httpx's client on top: that would keep a cookie jar over all sites, read the
        # environment, and raise on a Location it cannot parse even when told not to follow it.
        self._transport = AiohttpTransport(client=self._session, verify=shared.tls, trust_env=False)


class _Connector(aiohttp.TCPConnector):
    """Connects to the addresses of a way, and remembers which of them it reached, and whether anew."""

    def __init__(self, shared: Sessions, addresses: tuple[str, ...], *, once: bool) -> None:
        self.address = ""
        self.kept = False
        self._door = _Door(shared.guard, addresses)
        super().__init__(
            resolver=_Pinned(addresses, shared.resolver),
            use_dns_cache=False,
            ssl=shared.tls,
            limit=0,  # the visit asks one thing after the other
            force_close=once,
            socket_factory=self._door,
        )
        self._factory = partial(Receiver, loop=self._loop)  # there is no public name for this

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:
        sockets = self._door.sockets
        connection = await super().connect(req, traces, timeout)
        self.kept = self._door.sockets == sockets
        if not self.kept and connection.transport and (peer := connection.transport.get_extra_info("peername")):
            self.address = peer[0]
        return connection


class _Door:
    """The last door: whatever aiohttp takes for an address, literals included, passes here before it connects."""

    def __init__(self, guard: Guard, vetted: Sequence[str]) -> None:
        self._guard = guard
        self._vetted = vetted
        self.sockets = 0

    def __call__(self, info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, endpoint = info
        if endpoint[0] not in self._vetted:
            self._guard.check(endpoint[0])
        self.sockets += 1
        return _Socket(family, kind, protocol)


class _Socket(socket.socket):
    """Closes no descriptor that is another's by now.

    When a connection breaks off at the start of its TLS, uvloop (0.23) has closed the descriptor before it takes over
    the socket object, and does not tell it: that would close the number once more, whoever has it then.
    """

    def __init__(self, family: int, kind: int, protocol: int) -> None:
        super().__init__(family, kind, protocol)
        self._inode = os.fstat(self.fileno()).st_ino

    def close(self) -> None:
        if not self._is_ours():
            self.detach()
        super().close()

    __del__ = close

    def _is_ours(self) -> bool:
        try:
            return os.fstat(self.fileno()).st_ino == self._inode
        except OSError:
            return False


class _Pinned(AbstractResolver):
    """Hands on the addresses of a way for every name: there is nothing to rebind."""

    def __init__(self, addresses: Sequence[str], resolver: Resolver) -> None:
        self._addresses = addresses
        self._resolver = resolver

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 (both families, always)
    ) -> list[ResolveResult]:
        """Addresses for aiohttp; ConnectionRefusedError for a port that the resolver does not serve."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=self._resolver.port(port),
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


class _HangingUp(aiohttp.ClientResponse):
    """Drops the connection of an answer that was not read to its end.

    An orderly end of TLS waits for the other side, and takes in what an endless body still sends, for up to 30 s.
    """

    async def start(self, connection: Any) -> Any:
        await super().start(connection)
        self.reason = None  # httpx-aiohttp fails on one that is not UTF-8, and nobody reads it
        return self

    def close(self) -> None:
        self._hang_up()
        super().close()

    def release(self) -> Any:
        self._hang_up()
        return super().release()

    def _hang_up(self) -> None:
        # A connection whose answer is complete has been given back already.
        if self.connection and self.connection.transport:
            self.connection.transport.abort()


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Trust certifi's roots, the same on every machine, and those in `ca_file`; raises UsageError."""
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror or error.__class__.__name__
            raise UsageError(f"ca_file: {ca_file} holds no readable certificates ({reason}); give a PEM file") from None
    return context
