"""One request for one page under a given name, of which only the kind of answer is looked at."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import httpx

from tracker.core import outcomes
from tracker.net.body import CappedBody
from tracker.net.failures import NETWORK_ERRORS, explain
from tracker.net.fetch import Fetcher

_FAILURES = (httpx.HTTPError, *NETWORK_ERRORS)
_PEEK = 64 * 1024
_PEEK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Glance:
    """HTTP status of an answer (None without one), and its cause word; a redirect is `http_NNN`, not followed."""

    status: int | None
    cause: str


async def glance(fetcher: Fetcher, url: str, seconds: float, user_agent: str | None = None) -> Glance:
    """Ask for a page once, under our own name or another, within so many seconds; the body is left unread.

    Our own From goes along with either name. Of a refusal the first bytes are read, for the marks of a challenge page.
    """
    headers = {"Accept": "text/html,*/*;q=0.8"} | ({"User-Agent": user_agent} if user_agent else {})
    try:
        async with asyncio.timeout(seconds), fetcher.response(url, headers) as response:
            status = response.status_code
            if 200 <= status < 300:
                return Glance(status, "ok")
            if 300 <= status < 400:
                return Glance(status, f"http_{status}")
            start = await _peek(response) if status in outcomes.CHALLENGE_STATUSES else b""
            return Glance(status, outcomes.classify_status(status, response.headers, start).cause)
    except TimeoutError:
        return Glance(None, "total_timeout")
    except _FAILURES as error:
        return Glance(None, explain(error).cause)


async def _peek(response: httpx.Response) -> bytes:
    body = None
    with suppress(*_FAILURES):  # the status stands, whatever becomes of the body
        body = CappedBody(response.headers.get("content-encoding", ""), _PEEK)
        async with asyncio.timeout(_PEEK_SECONDS):
            await body.read(response.aiter_raw())
    return body.data if body else b""
