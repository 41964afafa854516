"""The way out to the network: find the way to a host, send one request, read the answer under a cap.

With its neighbours in tracker/net all that imports httpx. The network's failures are values (net/failures.py) and never
exceptions; only mistakes of this program and cancellation get out.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx

from tracker.core import outcomes
from tracker.core.exchange import Exchange, Fields
from tracker.core.outcomes import Observation
from tracker.errors import UsageError
from tracker.net.body import CappedBody
from tracker.net.failures import NETWORK_ERRORS, Explained, Failure, explain
from tracker.net.guard import AddressRefused, Guard, Network
from tracker.net.question import host_of
from tracker.net.receiving import MOST_HEAD
from tracker.net.resolve import DnsFailure, Resolver, make_resolver, server_of
from tracker.net.robots import RobotsLook
from tracker.net.session import Sessions, tls_context
from tracker.net.way import Answered, Way, Ways

PROJECT_URL = "https://drywell.example/bot"

_LOOKUPS = 300
_OTHERS = 2
_FAILURES = (httpx.HTTPError, *NETWORK_ERRORS)
_EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")
_URL = re.compile(r"https?://[^\s<>()]+")
_DRAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How to ask. Times in seconds, sizes in bytes.

    contact: e-mail address or URL put into the User-Agent (an e-mail also into From). ca_file: PEM with
    further roots. allow_private: networks exempt from the guard. resolver: "system", "IP[:PORT]", or a
    Resolver. total_timeout bounds one question with its redirects, waiting for turns not counted; the http:// attempt
    is a second question. transport: "default" (aiohttp) or "fast" (pyreqwest, the extra `fast`).
    """

    contact: str | None = None
    ca_file: Path | None = None
    allow_private: tuple[Network, ...] = ()
    resolver: str | Resolver = "system"
    dns_timeout: float = 5.0
    connect_timeout: float = 5.0
    read_timeout: float = 10.0
    total_timeout: float = 20.0
    body_cap: int = outcomes.BODY_CAP
    max_redirects: int = 5
    transport: Literal["default", "fast"] = "default"


class Fetcher:
    """One way out to the network, shared by all workers of a crawl; an async context manager."""

    def __init__(self, settings: FetchSettings | None = None) -> None:
        self.settings = settings or FetchSettings()
        self._headers = httpx.Headers({"Host": "", **request_headers(self.settings.contact)})
        self._extensions = {"timeout": _timeout(self.settings).as_dict()}
        self._guard = Guard(self.settings.allow_private)
        self._tls = tls_context(self.settings.ca_file)
        if isinstance(self.settings.resolver, str):
            server_of(self.settings.resolver)  # what is wrong with a setting is said now, not in the first crawl
        self._resolver: Resolver | None = None
        self._ways: Ways | None = None
        if self.settings.transport == "fast":
            _need_pyreqwest()

    async def __aenter__(self) -> Self:
        self._resolver = make_resolver(self.settings.resolver, self.settings.dns_timeout)
        self._ways = self._transport(self._resolver)
        self._lookups = asyncio.Semaphore(_LOOKUPS)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ways is not None and self._resolver is not None:
            await self._ways.aclose()
            await self._resolver.close()
            self._ways = self._resolver = None

    def _transport(self, resolver: Resolver) -> Ways:
        settings = self.settings
        if settings.transport == "default":
            return Sessions(resolver, self._guard, self._tls)
        from tracker.net.fast import Batches

        return Batches(resolver, settings.connect_timeout, settings.read_timeout, settings.ca_file)

    async def way(self, host: str) -> Way:
        """The way to a host: resolved once, every address vetted. What fails is in `Way.failure`."""
        if self._ways is None:
            raise RuntimeError("use the Fetcher as an async context manager")
        try:
            addresses = await self._vetted(host)
        except NETWORK_ERRORS as error:
            return Way(host, failure=explain(error))
        return await self._ways.way(host, _few(addresses))

    async def _vetted(self, host: str) -> tuple[str, ...]:
        if self._guard.check_host(host):
            return (host.rstrip("."),)
        assert self._resolver is not None
        async with self._lookups:
            found = await self._resolver.addresses(host)
        reasons: list[str] = []
        addresses: list[str] = []
        for address in found:
            if reason := self._guard.refusal(address):
                reasons.append(f"{address} {reason}")
            else:
                addresses.append(address)
        if not addresses:
            raise AddressRefused(f"{host} refused: {', '.join(reasons)}")
        return tuple(addresses)

    async def ask(
        self,
        way: Way,
        url: httpx.URL,
        *,
        cap: int,
        seconds: float,
        headers: Mapping[str, str] | None = None,
        last: bool = True,
    ) -> Answered | Failure:
        """One request by a way to the host of the URL, and its answer, within so many seconds.

        cap: inflated bytes wanted of a file (status 2xx). headers come beside our own. last: nothing more will be asked
        by this way, so that the connection need not be kept.
        """
        if way.failure is not None:
            return way.failure
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                try:
                    async with self._sent(way, url, headers, last=last) as response:
                        return await self._read(way, response, url, cap, last=last)
                except _FAILURES as error:
                    return explain(error, kept=way.line is not None and way.line.kept)
        except TimeoutError:
            if not deadline.expired():
                raise
            return Failure("total_timeout", f"not complete within {self.settings.total_timeout:g} s")

    async def robots(self, host: str) -> Observation:
        """Look at the robots.txt of a site (a normalised host name) and say what was seen."""
        look = RobotsLook(host, self.settings.total_timeout, self.settings.max_redirects)
        clock = asyncio.get_running_loop().time
        while look.ended is None:
            way = await self.way(look.question.host)
            try:
                while look.ended is None and look.question.host == way.host:
                    question, began = look.question, clock()
                    got = await self.ask(way, question.target, cap=self.settings.body_cap, seconds=question.seconds)
                    look.take(got, clock() - began)
            finally:
                way.release()
        return look.observation()

    @asynccontextmanager
    async def response(self, url: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[httpx.Response]:
        """One request and its answer with the body unread. `headers` come over our own.

        Raises httpx.HTTPError or one of NETWORK_ERRORS (net/failures.py).
        """
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise DnsFailure("dns_nxdomain", f"no such name: {error}") from None
        way = await self.way(host_of(target))
        try:
            if way.failure is not None:
                raise Explained(way.failure)
            async with self._sent(way, target, headers) as response:
                yield response
        finally:
            way.release()

    @asynccontextmanager
    async def _sent(
        self, way: Way, url: httpx.URL, headers: Mapping[str, str] | None, *, last: bool = True
    ) -> AsyncIterator[httpx.Response]:
        if way.line is None or host_of(url) != way.host:
            raise RuntimeError(f"{url} is not by the way to {way.host}, or that is released")
        # httpx would look at `url.host` for it, which raises on A-labels beyond IDNA 2008, such as those of emoji.
        own = httpx.Headers(self._headers)  # a copy is cheap, a new one is not
        own["Host"] = url.netloc.decode("ascii")
        if headers:
            own.update(headers)
        if not last:
            own["Connection"] = "keep-alive"
        request = httpx.Request("GET", url, headers=own, extensions=self._extensions)
        response = await way.line.send(request)
        try:
            yield response
        finally:
            with suppress(*_FAILURES):  # what was seen stands
                await response.aclose()

    async def _read(self, way: Way, response: httpx.Response, url: httpx.URL, cap: int, *, last: bool) -> Answered:
        assert way.line is not None
        status = response.status_code
        exchange = Exchange(str(url), status, _fields(response), way.line.address)
        if outcomes.is_content(status, response.headers):
            body = CappedBody(response.headers.get("content-encoding", ""), cap)
            await body.read(response.aiter_raw())
            return Answered(exchange, body.data, body.truncated)
        if status in outcomes.CHALLENGE_STATUSES:
            return Answered(exchange, await _peek(response, self.settings.read_timeout / 2))
        if not last:
            await _peek(response, _DRAIN_SECONDS)  # a connection is kept only if its answer was taken
        return Answered(exchange)


def _few(addresses: Sequence[str]) -> tuple[str, ...]:
    """Those that are tried: the first, where it does not connect one of the other family, then the next."""
    first, *others = addresses
    others.sort(key=lambda other: (":" in other) == (":" in first))
    return (first, *others[:_OTHERS])


async def _peek(response: httpx.Response, seconds: float) -> bytes:
    """The first bytes of a refusal; its status stands, so trouble with the body is none."""
    body = None
    with suppress(*_FAILURES):  # TimeoutError is an OSError
        body = CappedBody(response.headers.get("content-encoding", ""), outcomes.PEEK)
        async with asyncio.timeout(seconds):
            await body.read(response.aiter_raw())
    return body.data if body else b""


def _fields(response: httpx.Response) -> Fields:
    """The header fields as they came; raises Explained for more than an answer may have, by any transport."""
    raw = response.headers.raw
    if sum(len(name) + len(value) for name, value in raw) > MOST_HEAD:
        raise Explained(Failure("reset", f"a header of more than {MOST_HEAD // 1024} KiB"))
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)


def _need_pyreqwest() -> None:
    if find_spec("pyreqwest") is None:
        raise UsageError("transport: fast needs an extra: pip install 'drywell[fast]'")


def _timeout(settings: FetchSettings) -> httpx.Timeout:
    # The transport takes `connect` for each address and `pool` for all of them together: a host with many dead
    # addresses would otherwise get `connect_timeout` for each.
    return httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout, pool=2 * settings.connect_timeout)


def request_headers(contact: str | None) -> dict[str, str]:
    """The headers that say who asks; UsageError for a contact that is neither an e-mail address nor a URL in ASCII."""
    if contact is not None and not (_EMAIL.fullmatch(contact) or _URL.fullmatch(contact)):
        raise UsageError(f"contact: {contact!r} is neither an e-mail address nor an http(s) URL")
    if contact is not None and not (contact.isascii() and contact.isprintable()):
        raise UsageError(f"contact: {contact!r} cannot be sent in a header, which is ASCII: write the domain as xn--…")
    headers = {
        "User-Agent": f"DrywellBot/{_version()} (+{contact or PROJECT_URL})",
        "Accept": "text/plain,*/*;q=0.8",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    if contact and _EMAIL.fullmatch(contact):
        headers["From"] = contact
    return headers


def _version() -> str:
    try:
        return version("drywell")
    except PackageNotFoundError:
        return "0"
