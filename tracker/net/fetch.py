"""Asking one site for its robots.txt. With net/archive.py, which asks through it, all that imports httpx.

`https://host/robots.txt`, and once `http://` if no connection for https came about. Every exchange ends in an
`Observation` (core/outcomes.py) and never in an exception; only mistakes of this program and cancellation
get out.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from httpx_aiohttp import AiohttpTransport

from tracker.core import outcomes
from tracker.core.outcomes import Classification, Observation, Outcome
from tracker.errors import UsageError
from tracker.net.body import CappedBody
from tracker.net.failures import NETWORK_ERRORS, explain
from tracker.net.guard import Guard, Network
from tracker.net.resolve import DnsFailure, Resolver, make_resolver
from tracker.net.session import open_session, tls_context

PROJECT_URL = "https://drywell.example/bot"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PEEK = 64 * 1024
_FAILURES = (httpx.HTTPError, *NETWORK_ERRORS)
_EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")
_URL = re.compile(r"https?://[^\s<>()]+")


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How to ask. Times in seconds, sizes in bytes.

    contact: e-mail address or URL put into the User-Agent (an e-mail also into From). ca_file: PEM with
    further roots. allow_private: networks exempt from the guard. resolver: "system", "IP[:PORT]", or a
    Resolver. total_timeout bounds one question with its redirects; the http:// attempt is a second question.
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


@dataclass(frozen=True, slots=True)
class _Answer:
    """How one question ended. status: of the final HTTP answer, if it came to one.

    before_request: no connection came about at the last hop. reached: some hop got an HTTP answer.
    """

    seen: Classification
    url: str
    status: int | None = None
    body: bytes | None = None
    before_request: bool = False
    reached: bool = True


class Fetcher:
    """One way out to the network, shared by all workers of a crawl; an async context manager."""

    def __init__(self, settings: FetchSettings | None = None) -> None:
        self._settings = settings or FetchSettings()
        self._headers = request_headers(self._settings.contact)
        self._extensions = {"timeout": _timeout(self._settings).as_dict()}
        self._guard = Guard(self._settings.allow_private)
        self._tls = tls_context(self._settings.ca_file)
        self._resolver: Resolver | None = None
        self._transport: httpx.AsyncBaseTransport | None = None

    async def __aenter__(self) -> Self:
        self._resolver = make_resolver(self._settings.resolver, self._settings.dns_timeout)
        session = open_session(self._resolver, self._guard, self._tls)
        # The transport without httpx's client on top: that would keep a cookie jar over all sites, read the
        # environment, and raise on a Location it cannot parse even when told not to follow it.
        self._transport = AiohttpTransport(client=session, verify=self._tls, trust_env=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._transport is not None and self._resolver is not None:
            await self._transport.aclose()
            await self._resolver.close()
            self._transport = self._resolver = None

    async def robots(self, host: str) -> Observation:
        """Look at the robots.txt of a site (a normalised host name) and say what was seen."""
        clock = asyncio.get_running_loop()
        started = clock.time()
        first = f"https://{host}/robots.txt"
        answer = await self._ask(first)
        if answer.before_request:
            plain = await self._ask(f"http://{host}/robots.txt")
            # A site without https that hangs or breaks off over http: what http saw says more than the refusal.
            if plain.reached or (answer.seen.cause == "refused" and not plain.before_request):
                answer = plain
        seen = answer.seen
        return Observation(
            host=host,
            outcome=seen.outcome,
            cause=seen.cause,
            body=answer.body,
            url=first if answer.status is None else answer.url,
            status=answer.status,
            flags=seen.flags,
            detail=seen.detail,
            seconds=clock.time() - started,
        )

    async def _ask(self, url: str) -> _Answer:
        """Put one question, redirects included, within the total time-out."""
        deadline = asyncio.timeout(self._settings.total_timeout)
        try:
            async with deadline:
                return await self._follow(url)
        except TimeoutError:
            if not deadline.expired():
                raise
            detail = f"not complete within {self._settings.total_timeout:g} s"
            return _Answer(outcomes.failure("total_timeout", detail), url, reached=False)

    async def _follow(self, first: str) -> _Answer:
        """Exchange by exchange along the redirects (RFC 9309 section 2.3.1.2), each target vetted."""
        url = first
        asked: set[str] = set()
        while True:
            asked.add(url)
            try:
                answer = await self._exchange(url)
            except _FAILURES as error:
                why = explain(error)
                detail = why.detail if url == first else f"{why.detail} (after a redirect to {url})"
                seen = outcomes.failure(why.cause, detail)
                return _Answer(seen, url, before_request=why.before_request, reached=url != first)
            if isinstance(answer, _Answer):
                return answer
            if answer.target in asked:
                return answer.stopped(f"loop back to {answer.target}")
            if len(asked) > self._settings.max_redirects:
                return answer.stopped(f"more than {self._settings.max_redirects} redirects")
            url = answer.target

    async def _exchange(self, url: str) -> "_Answer | _Redirect":
        """One request and its answer; raises one of _FAILURES."""
        async with self.response(url) as response:
            status = response.status_code
            if 200 <= status < 300:
                return await self._file(url, response)
            if status in _REDIRECTS and (location := response.headers.get("location")):
                return _redirect(url, status, location)
            start = await self._peek(response) if status in outcomes.CHALLENGE_STATUSES else b""
            return _Answer(outcomes.classify_status(status, response.headers, start), url, status)

    @asynccontextmanager
    async def response(self, url: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[httpx.Response]:
        """One request, vetted by the guard, and its answer with the body unread. `headers` come over our own.

        Raises httpx.HTTPError or one of NETWORK_ERRORS (net/failures.py).
        """
        if self._transport is None:
            raise RuntimeError("use the Fetcher as an async context manager")
        try:
            request = httpx.Request(
                "GET", url, headers={**self._headers, **(headers or {})}, extensions=self._extensions
            )
        except httpx.InvalidURL as error:
            raise DnsFailure("dns_nxdomain", f"no such name: {error}") from None
        self._guard.check_host(request.url.host)
        try:
            response = await self._transport.handle_async_request(request)
        except RuntimeError as error:
            # uvloop's way of losing a race for a file descriptor between two addresses of a host.
            if "used by transport" not in str(error):
                raise
            raise ConnectionAbortedError(str(error)) from error
        try:
            yield response
        finally:
            with suppress(*_FAILURES):  # what was seen stands
                await response.aclose()

    async def _file(self, url: str, response: httpx.Response) -> _Answer:
        body = CappedBody(response.headers.get("content-encoding", ""), self._settings.body_cap)
        await body.read(response.aiter_raw())
        data = body.data
        seen = outcomes.classify_file(data, truncated=body.truncated)
        kept = data if seen.outcome is Outcome.OK else None
        return _Answer(seen, url, response.status_code, kept)

    async def _peek(self, response: httpx.Response) -> bytes:
        """The first bytes of a refusal; its status stands, so trouble with the body is none."""
        body = None
        with suppress(*_FAILURES):  # TimeoutError is an OSError
            body = CappedBody(response.headers.get("content-encoding", ""), _PEEK)
            async with asyncio.timeout(self._settings.read_timeout / 2):
                await body.read(response.aiter_raw())
        return body.data if body else b""


@dataclass(frozen=True, slots=True)
class _Redirect:
    """An answer that points elsewhere; `target` is an absolute http(s) URL without user information."""

    url: str
    status: int
    target: str

    def stopped(self, reason: str) -> _Answer:
        return _Answer(outcomes.redirect_limit(reason), self.url, self.status)


def _redirect(url: str, status: int, location: str) -> _Answer | _Redirect:
    try:
        joined = httpx.URL(url).join(location.strip())
        # Credentials in a Location would be sent on as an Authorization header.
        target = joined.copy_with(username=None, password=None, fragment=None)
    except (httpx.InvalidURL, ValueError):
        target = httpx.URL("")
    usable = target.scheme in ("http", "https") and target.host and 0 < (target.port or 80) < 65536
    if not usable:
        return _Answer(outcomes.redirect_limit(f"leads to {location}"), url, status)
    return _Redirect(url, status, str(target))


def _timeout(settings: FetchSettings) -> httpx.Timeout:
    # The transport takes `pool` for name, connection and TLS together: a host with many dead addresses would
    # otherwise get `connect_timeout` for each.
    to_connected = settings.dns_timeout + settings.connect_timeout
    return httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout, pool=to_connected)


def request_headers(contact: str | None) -> dict[str, str]:
    """The headers that say who asks; UsageError for a contact that is neither an e-mail address nor a URL."""
    if contact is not None and not (_EMAIL.fullmatch(contact) or _URL.fullmatch(contact)):
        raise UsageError(f"contact: {contact!r} is neither an e-mail address nor an http(s) URL")
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
