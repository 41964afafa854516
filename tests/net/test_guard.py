"""No connection ever reaches an address that is not public: counted by a socket that listens on all of loopback."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

import pytest

from tests.web import Dns, Listener, Web, page, raw, redirect
from tracker.core.outcomes import Observation
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.guard import AddressRefused, Guard
from tracker.net.resolve import FixedResolver

# The web that misleads stands on an address of its own, the only one allowed.
WEB = "127.0.0.2"
ONLY_WEB = (ip_network(f"{WEB}/32"),)


Ask = Callable[[str], Observation]


# For what listens and never answers.
BRIEFLY = {"connect_timeout": 0.15, "read_timeout": 0.4, "total_timeout": 0.8}


def look(host: str, **settings: Any) -> Observation:
    with asking(**settings) as ask:
        return ask(host)


@contextmanager
def asking(**changes: Any) -> Iterator[Ask]:
    """A way to ask one Fetcher, with patience for a test."""
    settings = {"connect_timeout": 1, "total_timeout": 3, **changes}
    with asyncio.Runner() as runner:
        fetcher = runner.run(Fetcher(FetchSettings(**settings)).__aenter__())
        yield lambda host: runner.run(fetcher.robots(host))
        runner.run(fetcher.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web(WEB) as web:
        yield web


@pytest.fixture(scope="module")
def lured(web: Web, transport: str) -> Iterator[Ask]:
    """Ask the misleading web over plain http (nobody serves https), with only its own address allowed."""
    with asking(transport=transport, resolver=web.resolver(https=web.closed_port), allow_private=ONLY_WEB) as ask:
        yield ask


@pytest.fixture(scope="module")
def plainly(transport: str) -> Iterator[Ask]:
    """Ask as a crawl does that allows nothing."""
    with asking(transport=transport) as ask:
        yield ask


class Everywhere:
    """Leads each name to the address that is its first label, lure.example to the web, and every port to `port` but
    those of the web, if one is given, to themselves.
    """

    def __init__(self, port: int, web: Web | None = None) -> None:
        self._port = port
        self._web = web
        self.asked: list[str] = []

    async def addresses(self, host: str) -> list[str]:
        self.asked.append(host)
        return [WEB] if host == "lure.example" else [ADDRESSES[int(host.partition(".")[0])]]

    def port(self, number: int) -> int:
        return number if self._web and number in (self._web.http, self._web.https) else self._port

    async def close(self) -> None: ...


@pytest.fixture(scope="module")
def everywhere(listener: Listener, transport: str) -> Iterator[tuple[Everywhere, Ask]]:
    resolver = Everywhere(listener.port)
    with asking(transport=transport, resolver=resolver) as ask:
        yield resolver, ask


@pytest.fixture(scope="module")
def luring(listener: Listener, web: Web, transport: str) -> Iterator[tuple[Everywhere, Ask]]:
    """The same, where the web may be asked, to be lured by it."""
    resolver = Everywhere(listener.port, web)
    with asking(transport=transport, resolver=resolver, allow_private=ONLY_WEB, ca_file=web.ca_file) as ask:
        yield resolver, ask


def test_the_listener_counts(listener: Listener, web: Web, transport: str) -> None:
    """The proof of the tests below: allowed, the same ways do lead to the listener."""
    loopback = (*ONLY_WEB, ip_network("127.0.0.0/8"), ip_network("::1/128"))
    ports = {80: listener.port, 443: listener.port}
    for host, resolver in [
        ("a.example", FixedResolver(ports)),
        ("a.example", FixedResolver(ports, "::1")),
        (f"127.0.0.1:{listener.port}", "system"),
        (f"[::1]:{listener.port}", "system"),
    ]:
        look(host, resolver=resolver, allow_private=loopback, read_timeout=0.1, total_timeout=0.3, transport=transport)
        assert listener.knocks() >= 1, host


def test_the_listener_tells_where_it_was_reached(listener: Listener) -> None:
    for address in ("127.0.0.1", "127.9.9.9", "::1"):
        socket.create_connection((address, listener.port)).close()
    assert listener.reached() == ["::ffff:127.0.0.1", "::ffff:127.9.9.9", "::1"]


ADDRESSES = [
    *("127.0.0.1", "127.1.2.3", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255"),
    *("192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1"),
    *("::1", "::", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::"),
    *("2001:0:7f00:1::", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "4000::1"),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_names_that_resolve_to_it(listener: Listener, everywhere: tuple[Everywhere, Ask], address: str) -> None:
    resolver, ask = everywhere
    resolver.asked.clear()
    host = f"{ADDRESSES.index(address)}.example"
    seen = ask(host)
    assert (str(seen.outcome), seen.cause, seen.url) == ("error", "guard", f"https://{host}/robots.txt")
    assert address in seen.detail
    assert resolver.asked == [host], "what the guard refused is not tried over http"
    assert listener.knocks() == 0


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_redirects_to_names_that_resolve_to_it(
    listener: Listener, web: Web, luring: tuple[Everywhere, Ask], address: str, scheme: str
) -> None:
    resolver, ask = luring
    resolver.asked.clear()
    host = f"{ADDRESSES.index(address)}.example"
    web.on("lure.example", redirect(f"{scheme}://{host}:{listener.port}/robots.txt"))
    seen = ask(f"lure.example:{web.https}")
    assert (str(seen.outcome), seen.cause) == ("error", "guard"), seen.detail
    assert address in seen.detail
    assert resolver.asked == ["lure.example", host]
    assert listener.knocks() == 0


LITERALS = [
    # As it is written
    *("127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1"),
    *(
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[fd00::1]",
        "[fe80::1]",
    ),
    # An IPv4 address within: mapped, compatible, NAT64, 6to4, Teredo
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]"),
    *("[2001:0:7f00:1::]", "[fe80::1%25lo]"),
    # Decimal, hexadecimal, octal, with numbers left out
    *("127.1", "127.0.1", "0", "0x0", "2130706433", "0x7f000001", "0X7F000001", "0x7f.0.0.1", "0x7f.1", "127.0x1"),
    *("017700000001", "0177.0.0.1", "0177.1", "00000177.0.0.01", "127.0.0.01", "3232235521", "0xa9fea9fe"),
    # With dots behind, and with users before
    *("127.0.0.1.", "127.0.0.1..", "127.1.", "2130706433.", "0x7f.1.", "someone@127.0.0.1", "a:b@127.0.0.1"),
    *("a.example@127.0.0.1", "a.example:80@127.0.0.1", "a%40b@[::1]", "@127.0.0.1", ":@127.1"),
]


# httpx cannot hold these in a URL at all: such a name does not exist, and such a redirect leads nowhere.
NO_URL = ("0177.0.0.1", "127.0.0.01", "00000177.0.0.01")


@pytest.mark.parametrize("host", LITERALS)
def test_literals(listener: Listener, plainly: Ask, host: str) -> None:
    seen = plainly(f"{host}:{listener.port}")
    assert seen.cause == ("dns_nxdomain" if host in NO_URL else "guard"), seen.detail
    assert listener.knocks() == 0


@pytest.mark.parametrize("host", [host for host in LITERALS if host != WEB])
def test_redirects_to_literals(listener: Listener, web: Web, lured: Ask, host: str) -> None:
    web.on("lure.example", redirect(f"http://{host}:{listener.port}/robots.txt"))
    seen = lured("lure.example")
    assert seen.cause == ("redirect_limit" if host in NO_URL else "guard"), seen.detail
    assert len(web.asked("lure.example")) >= 1
    assert listener.knocks() == 0


@pytest.mark.parametrize(
    "location",
    [
        *("//127.0.0.1:{}/", "http:/\\127.0.0.1:{}/", "http:\\\\127.0.0.1:{}\\", "http://127.0.0.1:{}\\@a.example/"),
        *("http://a.example\\@127.0.0.1:{}/", "http://a.example@127.0.0.1:{}/", "http://127。0。0。1:{}/"),
        *("http://１２７.0.0.1:{}/", "http://①②⑦.⓪.⓪.①:{}/", "http://%31%32%37.0.0.1:{}/", "\t http://127.0.0.1:{}/"),
        *("gopher://127.0.0.1:{}/", "HTTP://127.0.0.1:{}", "http://[::ffff:127.0.0.1]:{}/\r\n", "http:127.0.0.1:{}"),
        *("http://127.0.0.1%00.a.example:{}/", "http://127.0.0.1%2f@a.example:{}/", "http://127.0.0.1?:{}/"),
    ],
)
def test_redirects_that_confuse_parsers(listener: Listener, web: Web, lured: Ask, location: str) -> None:
    target = location.format(listener.port).encode()
    web.on("maze.example", raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + target + b"\r\n\r\n"))
    seen = lured("maze.example")
    assert not seen.answers or seen.cause == "http_404"
    assert listener.knocks() == 0


def test_a_late_hop_is_vetted_too(listener: Listener, web: Web, lured: Ask) -> None:
    web.on("late.example", redirect("http://later.example/robots.txt"))
    web.on("later.example", redirect("/here"))
    web.on("later.example", redirect(f"http://127.0.0.1:{listener.port}/"), path="/here")
    assert lured("late.example").cause == "guard"
    assert listener.knocks() == 0


def test_localhost_by_name(listener: Listener, transport: str) -> None:
    assert look(f"localhost:{listener.port}", transport=transport).cause == "guard"
    assert listener.knocks() == 0


def test_a_name_that_changes_between_requests(listener: Listener, web: Web, transport: str) -> None:
    """DNS rebinding: allowed when first asked, loopback when redirects come back to the same name."""
    web.on("turn.example", redirect(f"http://via.example:{web.http}/x"))
    web.on("via.example", redirect(f"http://turn.example:{listener.port}/x"), path="/x")
    with Dns({"turn.example": [[WEB], ["127.0.0.1"]], "via.example": [WEB]}) as dns:
        host = f"turn.example:{web.https}"
        seen = look(host, resolver=dns.address, allow_private=ONLY_WEB, ca_file=web.ca_file, transport=transport)
        assert dns.asked["turn.example"] == 2
    assert (seen.cause, seen.url) == ("guard", f"https://{host}/robots.txt")
    assert listener.knocks() == 0


def test_a_name_cannot_change_on_the_way(web: Web, transport: str) -> None:
    """What is asked of one host in a row goes to the addresses that were vetted."""
    web.on("steady.example", redirect(f"http://steady.example:{web.http}/x"))
    web.on("steady.example", page(b"User-agent: *\n"), path="/x")
    with Dns({"steady.example": [[WEB], ["127.0.0.1"]]}) as dns:
        host = f"steady.example:{web.https}"
        seen = look(host, resolver=dns.address, allow_private=ONLY_WEB, ca_file=web.ca_file, transport=transport)
        assert dns.asked["steady.example"] == 1
    assert str(seen.outcome) == "ok", seen.detail
    assert seen.exchange is not None
    assert (seen.exchange.address, len(seen.exchange.hops)) == (WEB, 1)


MIXED = {
    "private-first": ["127.0.0.1", "10.0.0.1", WEB],
    "private-last": [WEB, "127.0.0.1", "169.254.169.254"],
    "private-around": ["127.0.0.1", WEB, "127.0.0.3", "10.0.0.1"],
    "other-family": ["::1", WEB, "fd00::1"],
    "embedded": ["64:ff9b::7f00:1", "::ffff:127.0.0.1", "2002:7f00:1::", WEB],
}


@pytest.mark.parametrize("addresses", MIXED.values(), ids=MIXED)
def test_only_the_public_addresses_of_a_mixed_name_are_tried(
    listener: Listener, web: Web, transport: str, addresses: list[str]
) -> None:
    web.on("mixed.example", page(b"User-agent: *\n"))
    asking = {"allow_private": ONLY_WEB, "ca_file": web.ca_file, "transport": transport}
    with Dns({"mixed.example": addresses}) as dns:
        seen = look(f"mixed.example:{web.https}", resolver=dns.address, **asking)
        assert str(seen.outcome) == "ok", seen.detail
        # Where the public one does not answer, the others are no way out.
        look(f"mixed.example:{listener.port}", resolver=dns.address, **asking, **BRIEFLY)
    assert set(listener.reached()) == {f"::ffff:{WEB}"}


@pytest.mark.parametrize("addresses", [["127.0.0.1", "10.0.0.1"], ["::1", "127.0.0.1"], ["::ffff:127.0.0.1", "::1"]])
def test_a_name_with_nothing_but_private_addresses(listener: Listener, transport: str, addresses: list[str]) -> None:
    with Dns({"inside.example": addresses}) as dns:
        seen = look(f"inside.example:{listener.port}", resolver=dns.address, transport=transport)
    assert seen.cause == "guard"
    assert all(address in seen.detail for address in addresses)
    assert listener.knocks() == 0


@pytest.mark.parametrize("then", [["127.0.0.1"], ["::1"], ["127.0.0.1", WEB], ["::ffff:127.0.0.1"]])
def test_a_name_that_changes_between_look_up_and_connect(listener: Listener, transport: str, then: list[str]) -> None:
    """DNS rebinding: public when it is vetted, and loopback ever after. Both attempts, https and http, are made."""
    with Dns({"rebinds.example": [[WEB], then]}) as dns:
        asking = {"resolver": dns.address, "allow_private": ONLY_WEB, "transport": transport}
        seen = look(f"rebinds.example:{listener.port}", **asking, **BRIEFLY)
        assert dns.asked["rebinds.example"] == 1
    assert str(seen.outcome) == "error"
    assert listener.reached() == [f"::ffff:{WEB}"] * 2


PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.32.0.1", "192.0.1.1"]
PUBLIC += ["223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888", "2a00:1450::1", "2001:200::1"]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    assert Guard().refusal(address) is None


@pytest.mark.parametrize(
    ("network", "inside", "outside"),
    [
        ("127.0.0.0/8", "127.9.9.9", "10.0.0.1"),
        ("10.1.0.0/16", "10.1.2.3", "10.2.0.1"),
        ("::1/128", "::1", "127.0.0.1"),
        ("0.0.0.0/0", "127.0.0.1", "::ffff:127.0.0.1"),
        ("fd00::/8", "fd12::1", "fc00::1"),
    ],
)
def test_allow_private_opens_what_it_names(network: str, inside: str, outside: str) -> None:
    guard = Guard([ip_network(network)])
    guard.check(inside)
    with pytest.raises(AddressRefused, match=outside):
        guard.check(outside)


@pytest.mark.parametrize(
    "host", ["example.org", "xn--bcher-kva.example", "1and1.example", "a.0x7f", "3.example", "cafe"]
)
def test_names_are_not_taken_for_addresses(host: str) -> None:
    Guard().check_host(host)


def test_text_that_is_no_address_is_refused() -> None:
    assert Guard().refusal("example.org") == "not an address"
