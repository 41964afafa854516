"""Asking web archives, politely: one request at a time, at a set rate, and again after a pause where that helps.

The same way out as a crawl's (net/fetch.py): guard, resolver, certificates, caps, and a User-Agent that says who asks.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

import httpx

from tracker.errors import ArchiveUnavailable
from tracker.net.body import CappedBody
from tracker.net.failures import NETWORK_ERRORS, explain
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.loop import runner
from tracker.net.question import host_of
from tracker.net.retry import asked_pause

_FAILURES = (httpx.HTTPError, *NETWORK_ERRORS)
# Asking again would give the same.
_FINAL = frozenset({"guard", "dns_nxdomain", "tls_certificate", "tls_other", "bad_encoding"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_SLOWEST = 60.0  # seconds between two requests, however often an archive says that we ask too much


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast and how long to ask; times in seconds.

    per_second: requests. tries: for one answer, the first included. first_pause: after the first failure, doubled
    after each. longest_pause: the most that is waited, also where the archive asks for more. total: for one answer.
    """

    per_second: float = 1.0
    tries: int = 6
    first_pause: float = 2.0
    longest_pause: float = 300.0
    connect: float = 15.0
    read: float = 60.0
    total: float = 300.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. headers: lower-case names. data: at most the cap asked for. truncated: there was more."""

    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    data: bytes = field(repr=False)
    truncated: bool = False

    @property
    def is_memento(self) -> bool:
        """Whether this is an archived answer (RFC 7089), so that status and headers are those of the past."""
        return "memento-datetime" in self.headers


class Archive:
    """The way to an archive's servers, as a context manager. Every method raises ArchiveUnavailable."""

    def __init__(
        self,
        settings: FetchSettings | None = None,
        pace: Pace | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pace = pace or Pace()
        asking = settings or FetchSettings()
        patient = replace(asking, connect_timeout=self._pace.connect, read_timeout=self._pace.read)
        self._fetcher = Fetcher(patient)
        self._sleep = sleep
        self._interval = 1 / self._pace.per_second
        self._next = 0.0
        self._runner = runner()

    def __enter__(self) -> Self:
        self._runner.__enter__()
        self._runner.run(self._fetcher.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.run(self._fetcher.__aexit__(kind, error, trace))
        self._runner.__exit__(kind, error, trace)

    def get(
        self,
        url: str,
        *,
        cap: int,
        headers: Mapping[str, str] | None = None,
        raw: bool = False,
        tries: int | None = None,
    ) -> Reply:
        """The answer to a GET, redirects within the host followed.

        cap: bytes of the body to take. raw: leave the content encoding on. An answer of the archive itself with
        status 429 or 5xx is asked for again, as is what fails on its way; any other is given back.
        """
        for _ in range(_MAX_REDIRECTS):
            reply = self._patiently(url, cap, headers or {}, raw, tries or self._pace.tries)
            target = _target(reply)
            if target is None:
                return reply
            url = target
        raise ArchiveUnavailable(f"{_host(url)} redirects without an end: {url}")

    def _patiently(self, url: str, cap: int, headers: Mapping[str, str], raw: bool, tries: int) -> Reply:
        said = ""
        for attempt in range(tries):
            self._await_turn()
            pause = self._pace.first_pause * 2**attempt
            try:
                reply = self._runner.run(self._exchange(url, cap, headers, raw))
            except TimeoutError:
                said = "time-out"
            except _FAILURES as error:
                why = explain(error)
                said = f"{why.cause}: {why.detail}"
                if why.cause in _FINAL:
                    raise ArchiveUnavailable(f"{_host(url)} cannot be asked ({said})") from None
            else:
                if reply.is_memento or not (reply.status == 429 or reply.status >= 500):
                    return reply
                said = f"status {reply.status}"
                pause = self._asked_pause(reply, pause)
            if attempt + 1 < tries:
                self._sleep(min(pause, self._pace.longest_pause))
        raise ArchiveUnavailable(f"{_host(url)} gave no answer to {tries} requests ({said}): {url}")

    def _asked_pause(self, reply: Reply, pause: float) -> float:
        """How long to wait after a refusal: as long as the archive says, if it does."""
        if reply.status == 429:
            self._interval = min(2 * self._interval, max(_SLOWEST, self._interval))
        asked = asked_pause(reply.headers.get("retry-after", ""))
        if asked is not None and asked > self._pace.longest_pause:
            raise ArchiveUnavailable(
                f"{_host(reply.url)} asks to be left alone for {asked:.0f} s: run again after that"
            )
        return pause if asked is None else asked

    def _await_turn(self) -> None:
        now = time.monotonic()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._interval

    async def _exchange(self, url: str, cap: int, headers: Mapping[str, str], raw: bool) -> Reply:
        async with asyncio.timeout(self._pace.total), self._fetcher.response(url, headers) as response:
            body = CappedBody("" if raw else response.headers.get("content-encoding", ""), cap)
            await body.read(response.aiter_raw())
            return Reply(url, response.status_code, dict(response.headers), body.data, body.truncated)


def _target(reply: Reply) -> str | None:
    """Where to ask instead: on the same host, or nowhere; an archived redirect is an answer."""
    location = reply.headers.get("location")
    if reply.is_memento or reply.status not in _REDIRECTS or not location:
        return None
    try:
        here, there = httpx.URL(reply.url), httpx.URL(reply.url).join(location)
    except (httpx.InvalidURL, ValueError):
        return None
    if (
        there.scheme not in ("http", "https")
        or host_of(there) != host_of(here)
        or (here.scheme, there.scheme) == ("https", "http")
    ):
        return None
    return str(there.copy_with(username=None, password=None, fragment=None))


def _host(url: str) -> str:
    return httpx.URL(url).netloc.decode("ascii", "replace")
