"""From a host name to addresses: c-ares for the live web, a fixed table for tests and the demo.

c-ares instead of getaddrinfo because the latter blocks a thread per look-up: a handful of names whose
servers never answer fill asyncio's pool and make live sites fail. Both resolvers go through the same guard
(net/fetch.py).
"""

import asyncio
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Protocol

import aiodns
import pycares

from tracker.errors import UsageError


class DnsFailure(OSError):
    """A name without an address. `cause`: dns_nxdomain (there is none) or dns_timeout (nobody could say)."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


class Resolver(Protocol):
    """Anything that turns a name into addresses."""

    async def addresses(self, host: str) -> Sequence[str]:
        """All IP addresses of a host in text form, at least one; raises DnsFailure."""

    def port(self, number: int) -> int:
        """The port to connect to for the port of a URL: nearly always the same; raises ConnectionRefusedError."""

    async def close(self) -> None:
        """Release what the resolver holds."""


class CaresResolver:
    """Looks names up in the hosts file, then in DNS, through c-ares. To be made inside a running event loop.

    server: "IP" or "IP:PORT" in c-ares's spelling; None for the system's name servers. timeout: seconds for
    one name.
    """

    # The name server has spoken and there is no address; every other error leaves the question open.
    _NO_SUCH_NAME = frozenset({aiodns.error.ARES_ENOTFOUND, aiodns.error.ARES_ENODATA, aiodns.error.ARES_EBADNAME})

    def __init__(self, server: str | None = None, timeout: float = 5.0) -> None:
        self._timeout = timeout
        self._channel = aiodns.DNSResolver(
            nameservers=[server] if server else None,
            timeout=timeout / 2,
            tries=2,
            lookups="fb",  # hosts file first, then DNS
            flags=pycares.ARES_FLAG_NOSEARCH,  # a search domain would answer for sites that do not exist
        )

    async def addresses(self, host: str) -> list[str]:
        """Addresses of the host, both families; raises DnsFailure."""
        try:
            async with asyncio.timeout(self._timeout):
                found = await self._channel.getaddrinfo(host)
        except TimeoutError:
            raise DnsFailure("dns_timeout", f"no answer for {host} in {self._timeout:g} s") from None
        except aiodns.error.DNSError as error:
            code, text = error.args[0], error.args[-1]
            cause = "dns_nxdomain" if code in self._NO_SUCH_NAME else "dns_timeout"
            raise DnsFailure(cause, f"{host}: {text}") from None
        if not found.nodes:
            raise DnsFailure("dns_nxdomain", f"{host}: no address")
        return [node.addr[0].decode("ascii") for node in found.nodes]

    def port(self, number: int) -> int:
        """The same."""
        return number

    async def close(self) -> None:
        """Drop open look-ups."""
        await self._channel.close()


class FixedResolver:
    """Answers one address for every name and moves ports, so that a loopback web needs neither DNS nor root.

    ports: URL port to real port, e.g. {80: 8080, 443: 8443}. A port that is not in the table is refused
    rather than passed on: it would reach whatever else listens on this machine.
    """

    def __init__(self, ports: Mapping[int, int], address: str = "127.0.0.1") -> None:
        self._ports = dict(ports)
        self._address = address

    async def addresses(self, host: str) -> list[str]:  # noqa: ARG002 (every name leads there)
        """The one address."""
        return [self._address]

    def port(self, number: int) -> int:
        """The real port; raises ConnectionRefusedError for one outside the table."""
        if number not in self._ports:
            raise ConnectionRefusedError(f"port {number} is not served")
        return self._ports[number]

    async def close(self) -> None:
        """Nothing to release."""


def make_resolver(setting: str | Resolver, timeout: float) -> Resolver:
    """The resolver that a setting names, see `server_of`. Needs a running loop."""
    return CaresResolver(server_of(setting), timeout) if isinstance(setting, str) else setting


def server_of(setting: str) -> str | None:
    """The DNS server, as host and port, that a setting "IP[:PORT]" names; None for "system". Raises UsageError."""
    if setting == "system":
        return None
    host, port = setting, ""
    if setting.startswith("["):
        host, bracket, port = setting[1:].partition("]")
        host, port = host + ("" if bracket else "["), port.removeprefix(":")
    elif setting.count(":") == 1:
        host, _, port = setting.partition(":")
    try:
        address = ip_address(host)
        number = int(port or 53)
        if not 0 < number < 65536:
            raise ValueError(port)
    except ValueError:
        raise UsageError(f'resolver: {setting!r} is neither "system" nor IP[:PORT], e.g. 127.0.0.1:5353') from None
    return f"[{address}]:{number}" if address.version == 6 else f"{address}:{number}"
