"""Names: the hosts file, DNS that answers no, and DNS that does not answer."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from tests.web import LOOPBACK, RULES, Dns, Web, look, page, redirect
from tracker.errors import UsageError
from tracker.net.resolve import make_resolver


@pytest.fixture(scope="module")
def dns() -> Iterator[Dns]:
    names: dict[str, Any] = {
        "there.example": ["127.0.0.1"],
        **{kind + ".example": kind for kind in ("nxdomain", "empty", "servfail", "refused", "silent")},
    }
    with Dns(names) as dns:
        yield dns


@pytest.mark.parametrize(
    ("host", "cause"),
    [
        ("nxdomain.example", "dns_nxdomain"),
        ("empty.example", "dns_nxdomain"),
        ("x" * 64 + ".example", "dns_nxdomain"),
        ("servfail.example", "dns_timeout"),
        ("refused.example", "dns_timeout"),
        ("silent.example", "dns_timeout"),
    ],
)
def test_names_without_an_address(web: Web, dns: Dns, host: str, cause: str, transport: str) -> None:
    seen = look(web, host, resolver=dns.address, dns_timeout=0.5, transport=transport)
    assert (str(seen.outcome), seen.cause, seen.url) == ("error", cause, f"https://{host}/robots.txt")
    assert seen.seconds < 1.5
    assert "after" not in seen.detail


def test_no_name_server(web: Web, transport: str) -> None:
    seen = look(web, "there.example", resolver=f"127.0.0.1:{web.closed_port}", dns_timeout=0.5, transport=transport)
    assert seen.cause == "dns_timeout"


def test_a_name_resolves_through_dns(web: Web, dns: Dns, transport: str) -> None:
    web.on("start.example", redirect(f"http://there.example:{web.http}/robots.txt"))
    web.on("there.example", page(RULES))
    with Dns({"start.example": ["127.0.0.1"], "there.example": ["127.0.0.1"]}) as both:
        seen = look(web, f"there.example:{web.https}", resolver=both.address, transport=transport)
    assert (str(seen.outcome), seen.body) == ("ok", RULES)


def test_the_hosts_file_is_honoured(web: Web, dns: Dns, transport: str) -> None:
    web.on("localhost", page(RULES))
    seen = look(web, f"localhost:{web.https}", resolver=dns.address, transport=transport)
    assert str(seen.outcome) == "ok", seen.detail
    assert not dns.asked["localhost"]


def test_search_domains_are_not_tried(web: Web, dns: Dns, transport: str) -> None:
    dns.asked.clear()
    look(web, "nxdomain.example", resolver=dns.address, dns_timeout=0.5, transport=transport)
    assert set(dns.asked) == {"nxdomain.example"}


@pytest.mark.parametrize("text", ["", "8.8.8", "dns.example", "127.0.0.1:0", "127.0.0.1:x", "[::1", "1.2.3.4:70000"])
def test_a_bad_resolver_setting_is_named(text: str) -> None:
    with pytest.raises(UsageError, match="resolver"):
        make_resolver(text, timeout=1)


@pytest.mark.parametrize("dead", [["::1"], ["127.0.0.77"], ["127.0.0.77", "127.0.0.78"]])
def test_another_address_is_tried_where_one_does_not_connect(web: Web, dead: list[str], transport: str) -> None:
    web.on("several.example", page(RULES))
    here = (*LOOPBACK, ip_network("::1/128"))
    with Dns({"several.example": [*dead, "127.0.0.1"]}) as dns:
        host = f"several.example:{web.https}"
        seen = look(web, host, resolver=dns.address, allow_private=here, transport=transport)
    assert str(seen.outcome) == "ok", seen.detail
    assert seen.exchange is not None
    assert seen.exchange.address == "127.0.0.1"
