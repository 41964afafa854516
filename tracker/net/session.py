"""The one place where sockets to strangers are opened: aiohttp under our resolver and our guard."""

import socket
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import certifi
from aiohttp.abc import AbstractResolver, ResolveResult

from tracker.errors import UsageError
from tracker.net.guard import AddressRefused, Guard
from tracker.net.resolve import Resolver

# Real sites send policies and cookies far beyond aiohttp's 8 KiB a line; the total stays bounded by the
# time-outs.
_HEADER_LINE = 64 * 1024
_HEADERS = 512


class VettedResolver(AbstractResolver):
    """Resolves once per connection and hands on only what the guard permits: nothing to rebind."""

    def __init__(self, resolver: Resolver, guard: Guard) -> None:
        self._resolver = resolver
        self._guard = guard

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 (both families, always)
    ) -> list[ResolveResult]:
        """Endpoints for aiohttp; AddressRefused if the guard leaves none."""
        results: list[ResolveResult] = []
        reasons: list[str] = []
        for endpoint in await self._resolver.endpoints(host, port):
            if reason := self._guard.refusal(endpoint.address):
                reasons.append(f"{endpoint.address} {reason}")
                continue
            v6 = ":" in endpoint.address
            results.append(
                ResolveResult(
                    hostname=host,
                    host=endpoint.address,
                    port=endpoint.port,
                    family=socket.AF_INET6 if v6 else socket.AF_INET,
                    proto=socket.IPPROTO_TCP,
                    flags=socket.AI_NUMERICHOST,
                )
            )
        if not results:
            raise AddressRefused(f"{host} refused: {', '.join(reasons)}")
        return results

    async def close(self) -> None:
        """Nothing: the resolver underneath belongs to the Fetcher."""


class _HangingUp(aiohttp.ClientResponse):
    """Drops the connection of an answer that was not read to its end.

    An orderly end of TLS waits for the other side, and takes in what an endless body still sends, for up to 30 s.
    """

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


def open_session(resolver: Resolver, guard: Guard, tls: ssl.SSLContext) -> aiohttp.ClientSession:
    """A session without cookies, proxies or environment, whose every socket the guard has seen."""

    def guarded_socket(info: tuple[Any, ...]) -> socket.socket:
        # The last door: whatever aiohttp takes for an address, literals included, passes here before it
        # connects.
        family, kind, protocol, _, endpoint = info
        guard.check(endpoint[0])
        return socket.socket(family, kind, protocol)

    connector = aiohttp.TCPConnector(
        resolver=VettedResolver(resolver, guard),
        use_dns_cache=False,
        ssl=tls,
        limit=0,  # the crawl bounds its own concurrency
        # One file a site and a day: connections kept alive would only pile up, here and there.
        force_close=True,
        socket_factory=guarded_socket,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        response_class=_HangingUp,
        auto_decompress=False,
        trust_env=False,
        max_line_size=_HEADER_LINE,
        max_field_size=_HEADER_LINE,
        max_headers=_HEADERS,
    )


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
