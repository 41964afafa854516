"""Which addresses may be connected to: public ones, and networks named in the setting `allow_private`.

A crawler follows names and redirects that strangers choose, so a site could point it at the machine's own
network (server-side request forgery). `ipaddress.is_global` is no sufficient test: it is True for multicast,
for NAT64 and 6to4 addresses that embed private ones, and its answer depends on the Python patch level. So
the special-purpose blocks are listed here (https://www.iana.org/assignments/iana-ipv4-special-registry,
iana-ipv6-special-registry).
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_REFUSED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
    )
)
# All public IPv6 unicast space lies in this block; whatever is outside is reserved or special.
_PUBLIC_V6 = IPv6Network("2000::/3")


class AddressRefused(OSError):
    """The address is not public and no named network allows it (cause `guard`).

    An OSError so that it travels through asyncio and aiohttp like any other failure to connect.
    """


class Guard:
    """Vets addresses; `allow_private` opens the networks it names, nothing else."""

    def __init__(self, allow_private: Iterable[Network] = ()) -> None:
        self._allowed = tuple(allow_private)

    def refusal(self, address: str) -> str | None:
        """Why an IP address (text, canonical form) may not be connected to; None if it may."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return "not an address"
        if any(parsed.version == network.version and parsed in network for network in self._allowed):
            return None
        for network, reason in _REFUSED:
            if parsed.version == network.version and parsed in network:
                return reason
        return "reserved" if isinstance(parsed, IPv6Address) and parsed not in _PUBLIC_V6 else None

    def check(self, address: str) -> None:
        """Raise AddressRefused unless the address may be connected to."""
        if reason := self.refusal(address):
            raise AddressRefused(f"{address} refused: {reason}")

    def check_host(self, host: str) -> bool:
        """Vet the host of a URL if it is an IP literal, in any spelling, and say whether it is one.

        A name passes, its addresses come later. Needed before every request: HTTP clients do not ask their resolver for
        literals. Old spellings that the C library takes for an address (127.1, 0x7f.1, 2130706433) are refused whatever
        they mean: no site is called that.
        """
        bare = host.removeprefix("[").removesuffix("]").rstrip(".")
        try:
            ip_address(bare)
        except ValueError:
            if ":" in bare or _is_legacy_v4(bare):
                raise AddressRefused(f"{host} refused: not a canonical address") from None
            return False
        self.check(bare)
        return True


def _is_legacy_v4(host: str) -> bool:
    try:
        socket.inet_aton(host)
    except (OSError, UnicodeError, ValueError):
        return False
    return True
