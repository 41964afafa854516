"""The way to one host: addresses that the guard has seen, and what is sent to them."""

from dataclasses import dataclass
from typing import Protocol

import httpx

from tracker.core.exchange import Exchange
from tracker.net.failures import Failure


class Line(Protocol):
    """A transport that connects to the addresses of one way and to nothing else.

    address: the IP address that the last request went to. kept: that request went over the connection of the one
    before.
    """

    address: str
    kept: bool

    async def send(self, request: httpx.Request) -> httpx.Response:
        """One exchange, the body of the answer unread; raises httpx.HTTPError or one of NETWORK_ERRORS."""

    def close(self) -> None:
        """End its connections; nothing is sent any more."""


class Ways(Protocol):
    """A transport: what makes ways to addresses."""

    async def way(self, host: str, addresses: tuple[str, ...]) -> "Way":
        """The way to vetted addresses of a host, the first to be tried first."""

    async def aclose(self) -> None:
        """Wait for what is still being closed."""


class Way:
    """Found once, then gone by: nothing is looked up again, so that no name can change under us.

    host: whose way it is. addresses: those that may be connected to, in the order to try them. failure: why there is
    none. To be released by whoever holds it last.
    """

    __slots__ = ("addresses", "failure", "host", "line")

    def __init__(
        self, host: str, addresses: tuple[str, ...] = (), line: Line | None = None, failure: Failure | None = None
    ) -> None:
        self.host = host
        self.addresses = addresses
        self.failure = failure
        self.line = line

    def release(self) -> None:
        """Close what is open on the way; may be called again."""
        if self.line is not None:
            self.line.close()
            self.line = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one request. data: inflated bytes, as far as they were wanted; truncated: there were more."""

    exchange: Exchange
    data: bytes = b""
    truncated: bool = False
