"""One question to the web, along its redirects, as a state that knows nothing of connections.

Whoever has a way to `host` asks `target` and hands the answer to `take`, until the question has `ended`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import httpx

from tracker.core import outcomes
from tracker.core.exchange import Exchange, Hop
from tracker.core.outcomes import Classification
from tracker.net.failures import Failure
from tracker.net.retry import asked_pause
from tracker.net.way import Answered

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_PAUSE = 7 * 24 * 3600
_PAUSING = frozenset({429, 503})

Judge = Callable[[Answered], Classification]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a question ended.

    url: the first one asked if there was no answer. answer: the last one, its exchange with the hops before it.
    before_request: no connection came about at the last hop. reached: some hop got an HTTP answer. unchanged: a 304
    to our validators. retry_after: seconds that the server asks us to stay away.
    """

    seen: Classification
    url: str
    answer: Answered | None = None
    before_request: bool = False
    reached: bool = True
    unchanged: bool = False
    retry_after: int | None = None


class Question:
    """What is asked next, and how it ended.

    judge: classifies an answer of status 2xx. seconds: the time left for asking. headers: sent with the first
    request only, with which a 304 is an answer.
    """

    def __init__(
        self, url: str, judge: Judge, seconds: float, max_redirects: int, headers: Mapping[str, str] | None = None
    ) -> None:
        self.seconds = seconds
        self.headers = headers or {}
        self.ended: Ended | None = None
        self.host = ""
        self.url = self._first = url
        self._judge = judge
        self._max_redirects = max_redirects
        self._hops: list[Hop] = []
        self._asked = {url}
        try:
            self.target = httpx.URL(url)
            self.host = host_of(self.target)
        except (httpx.InvalidURL, ValueError) as error:
            self.take(Failure("dns_nxdomain", f"no such name: {error}"))

    @property
    def authority(self) -> str:
        """Host, and port if it is not the usual one, whose robots.txt applies to the URL."""
        return self.target.netloc.decode("ascii", "replace")

    @property
    def path(self) -> str:
        """Path and query, percent-encoded."""
        return self.target.raw_path.decode("ascii", "replace")

    def take(self, got: Answered | Failure, took: float = 0.0) -> None:
        """Go on by what came of asking `target`, which took so many seconds."""
        self.seconds -= took
        if isinstance(got, Failure):
            self.fail(got)
            return
        exchange = got.exchange
        status = exchange.status
        if status in REDIRECTS and (location := exchange.header("location")):
            self._redirect(got, location)
        elif status == 304 and self.headers:
            self._end(got, Classification(outcomes.Outcome.OK, "ok"), unchanged=True)
        elif outcomes.is_content(status, named := exchange.named):
            self._end(got, self._judge(got))
        else:
            self._end(got, outcomes.classify_status(status, named, got.data))

    def fail(self, why: Failure) -> None:
        """End for want of an answer."""
        first = self.url == self._first
        detail = why.detail if first else f"{why.detail} (after a redirect to {self.url})"
        seen = outcomes.failure(why.cause, detail)
        self.ended = Ended(seen, self._first, before_request=why.before_request, reached=not first)

    def stop(self, got: Answered, reason: str) -> None:
        """End at a redirect that is not followed."""
        self._end(got, outcomes.redirect_limit(reason))

    def _redirect(self, got: Answered, location: str) -> None:
        location = _as_meant(location)
        target = _target(self.target, location)
        if target is None:
            return self.stop(got, f"leads to {location}")
        url = str(target)
        if url in self._asked:
            return self.stop(got, f"loop back to {url}")
        if len(self._asked) > self._max_redirects:
            return self.stop(got, f"more than {self._max_redirects} redirects")
        self._hops.append(Hop(self.url, got.exchange.status, location))
        self._asked.add(url)
        self.headers = {}
        self.url, self.target, self.host = url, target, host_of(target)
        return None

    def _end(self, got: Answered, seen: Classification, *, unchanged: bool = False) -> None:
        if self._hops:
            got = replace(got, exchange=replace(got.exchange, hops=tuple(self._hops)))
        pause = _pause(got.exchange) if got.exchange.status in _PAUSING else None
        self.ended = Ended(seen, self.url, got, unchanged=unchanged, retry_after=pause)


def host_of(url: httpx.URL) -> str:
    """The host of a URL as it is looked up: A-labels, without brackets.

    httpx's own `host` decodes A-labels, and raises on those that stand for nothing (`xn--a`).
    """
    return url.raw_host.decode("ascii")


def _as_meant(location: str) -> str:
    """A Location as browsers take it: its octets (here as latin-1) are UTF-8, and stay what they are where not."""
    if location.isascii():
        return location
    octets = location.encode("latin-1", "replace")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(chr(octet) if octet < 0x80 else f"%{octet:02X}" for octet in octets)


def _target(url: httpx.URL, location: str) -> httpx.URL | None:
    """Where a Location points: an absolute http(s) URL without user information; None if nowhere we could go."""
    try:
        # Credentials in a Location would be sent on as an Authorization header.
        target = url.join(location.strip()).copy_with(username=None, password=None, fragment=None)
        host, port = host_of(target), target.port
    except (httpx.InvalidURL, ValueError):
        return None
    usable = target.scheme in ("http", "https") and host and (port is None or 0 < port < 65536)
    return target if usable else None


def _pause(exchange: Exchange) -> int | None:
    asked = asked_pause(exchange.header("retry-after") or "")
    return None if asked is None else round(min(asked, MAX_PAUSE))
