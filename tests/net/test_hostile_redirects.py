"""Hostile redirects: loops, chains, and Locations that are no place to go."""

import asyncio

import pytest

from tests.net.hostile import Case, Seen, absent, error, foreign, hold, host_of, no_redirect, ok
from tests.web import RULES, Answer, Request, Web, head, look, page, raw, redirect

EMPTY = {"Content-Length": "0"}


def to(location: bytes, status: str = "302 Found") -> Answer:
    """A redirect with exactly these bytes for its Location."""
    return raw(head(status, EMPTY)[:-2] + b"Location: " + location + b"\r\n\r\n")


def chain(hops: int, status: str = "302 Found", last: Answer | None = None) -> Case:
    paths = {f"/hop{n}": redirect(f"/hop{n + 1}", status) for n in range(1, hops)}
    make = ok if hops <= 5 else no_redirect
    return make(redirect("/hop1", status), paths={**paths, f"/hop{hops}": last or page(RULES)})


async def growing(request: Request, writer: asyncio.StreamWriter) -> None:
    """To itself, with a query that grows."""
    writer.write(head("302 Found", {**EMPTY, "Location": request.path + ("&" if "?" in request.path else "?") + "a"}))


async def deepening(request: Request, writer: asyncio.StreamWriter) -> None:
    """To itself, one folder deeper."""
    writer.write(head("302 Found", {**EMPTY, "Location": "x/robots.txt"}))


async def doubling(request: Request, writer: asyncio.StreamWriter) -> None:
    """To itself, with a path of twice the length, without bounds."""
    writer.write(head("302 Found", {**EMPTY, "Location": request.path * 2}))


HERE = {"/here": page(RULES)}
# pyreqwest hands on no field that is not ASCII, in no form: what it cannot tell of is not followed, and no answer.
LOST = ("redirect_limit", "redirect_limit")
# Whether a host exists whose A-label stands for nothing is for DNS to say, which here knows all; pyreqwest refuses it.
UNNAMED = ("error", "dns_nxdomain")
TABLE: dict[str, Case] = {
    # Chains and loops
    **{f"chain-of-{hops}": chain(hops) for hops in (1, 4, 5, 6, 100)},
    **{f"chain-of-{code}": chain(3, f"{code} x") for code in (301, 302, 303, 307, 308)},
    "chain-to-404": absent(chain(2).answer, paths={**chain(2).paths, "/hop2": page(b"", "404 No")}),
    "chain-to-html": foreign(chain(2).answer, paths={**chain(2).paths, "/hop2": page(b"<html></html>")}),
    "loop-of-one": no_redirect(redirect("/robots.txt")),
    "loop-of-one-shouted": no_redirect(redirect("HTTPS://LOOP-OF-ONE-SHOUTED.EXAMPLE/robots.txt")),
    "loop-with-the-port": no_redirect(redirect("https://loop-with-the-port.example:443/robots.txt")),
    "loop-of-two": no_redirect(redirect("/a"), paths={"/a": redirect("/robots.txt")}),
    "loop-of-two-hosts": no_redirect(
        redirect("https://other-half.example/robots.txt"),
        hosts={"other-half.example": redirect("https://loop-of-two-hosts.example/robots.txt")},
    ),
    "loop-with-a-query": no_redirect(growing, paths={"*": growing}),
    "loop-into-the-deep": no_redirect(deepening, paths={"*": deepening}),
    "loop-that-doubles": no_redirect(doubling, paths={"*": doubling}),
    "loop-by-fragment": no_redirect(redirect("#a")),
    "loop-by-nothing": no_redirect(redirect("")),
    "loop-by-dots": no_redirect(redirect("/a/../robots.txt"), paths={"*": redirect("/a/../robots.txt")}),
    # Relative and odd, but a place
    "relative": ok(redirect("here"), paths=HERE),
    "absolute-path": ok(redirect("/here"), paths=HERE),
    "dotted": ok(redirect("./a/../here"), paths=HERE),
    "above-the-root": ok(redirect("/../../here"), paths=HERE),
    "query-only": ok(redirect("?x=1"), paths={"/robots.txt?x=1": page(RULES)}),
    "no-scheme": ok(redirect("//there.example/here"), hosts={"there.example": page(RULES)}),
    "shouted": ok(redirect("HTTPS://SHOUTED.EXAMPLE/here"), paths=HERE),
    "fragment": ok(redirect("/here#User-agent"), paths=HERE),
    "spaced": ok(to(b"   /here  \t"), paths=HERE),
    "space-inside": ok(redirect("/he re"), paths={"/he%20re": page(RULES)}),
    "umlaut": ok(to("/hére".encode()), paths={"/h%C3%A9re": page(RULES)}, fast=LOST),
    "latin-umlaut": ok(to(b"/h\xe9re"), paths={"/h%E9re": page(RULES)}, fast=LOST),
    "usual-port": ok(redirect("https://usual-port.example:443/here"), paths=HERE),
    "dotted-host": ok(redirect("https://dotted-host.example./here"), hosts={"dotted-host.example.": page(RULES)}),
    "user": ok(redirect("https://user:secret@user.example/here"), paths=HERE),
    "idn-octets": ok(
        to("https://bücher.idn.example/".encode()), hosts={"xn--bcher-kva.idn.example": page(RULES)}, fast=LOST
    ),
    "idn-ascii": ok(redirect("https://xn--bcher-kva.asc.example/"), hosts={"xn--bcher-kva.asc.example": page(RULES)}),
    "idn-emoji": ok(redirect("http://xn--i-7iq.ws/here"), hosts={"xn--i-7iq.ws": page(RULES)}),
    **{
        f"idn-{name}": absent(redirect(f"http://{host}/here"), fast=UNNAMED)
        for name, host in {
            "one-letter": "xn--a",
            "no-letter": "xn--.example",
            "space": "xn--%20.example",
            "64-letters": "xn--" + "a" * 60,
            "41-labels": "xn--a." * 40 + "example",
        }.items()
    },
    "far-and-long": absent(redirect("/" + "x" * 30_000)),
    "twice": ok(raw(head("302 Found", EMPTY)[:-2] + b"Location: /here\r\nLocation: /here\r\n\r\n"), paths=HERE),
    # No place at all
    **{
        f"to-{name}": no_redirect(redirect(location))
        for name, location in {
            "data": "data:text/plain,User-agent:%20*",
            "javascript": "javascript:alert(1)",
            "file": "file:///etc/passwd",
            "ftp": "ftp://there.example/robots.txt",
            "gopher": "gopher://there.example/",
            "about": "about:blank",
            "blob": "blob:https://there.example/1",
            "mail": "mailto:a@there.example",
            "websocket": "wss://there.example/",
            "app": "intent://scan/#Intent;scheme=zxing;end",
            "view-source": "view-source:https://there.example/",
            "no-host": "https://",
            "no-host-but-a-path": "https:///robots.txt",
            "port-0": "https://there.example:0/robots.txt",
            "port-99999": "https://there.example:99999/robots.txt",
            "port-minus": "https://there.example:-1/robots.txt",
            "port-word": "https://there.example:https/robots.txt",
            "open-bracket": "https://[::1/robots.txt",
            "bad-bracket": "https://[zz]/robots.txt",
        }.items()
    },
    "location-of-64-kib": no_redirect(redirect("/" + "x" * 66_000), likewise=("error", "reset")),
    "location-of-1-mb": no_redirect(redirect("/" + "x" * 1_000_000), likewise=("error", "reset")),
    "location-of-nuls": no_redirect(to(b"/\0\0\0"), likewise=("error", "reset")),
    "location-of-noise": no_redirect(to(bytes(range(128, 256))), likewise=("absent", "http_404")),
    "line-feed": no_redirect(to(b"/a\nSet-Cookie: a=b"), likewise=("absent", "http_404")),
    "new-header": absent(to(b"/a\r\nSet-Cookie: a=b")),
    "escaped-line-feed": absent(redirect("/a%0d%0aHost:%20private.example%0d%0a")),
    "port-22": error(redirect("https://there.example:22/"), "refused"),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_outcome(seen: Seen, name: str, transport: str) -> None:
    hold(TABLE[name].on(transport), seen[name])


def test_six_requests_are_the_most(web: Web, seen: Seen, transport: str) -> None:
    for name, case in TABLE.items():
        hold(case.on(transport), seen[name])
        assert 1 <= len([r for r in web.asked(host_of(name)) if r.secure]) <= 6 * 2, name


def test_nothing_is_told_to_the_place_a_redirect_leads_to(web: Web, transport: str) -> None:
    """No name, cookie or origin is carried along: neither what the first site set nor what the Location says."""
    first = head(
        "302 Found", {**EMPTY, "Location": "https://me:pw@told.example/x", "Set-Cookie": "a=b; Domain=example"}
    )
    web.on("teller.example", raw(first))
    web.on("told.example", page(RULES), "/x")
    seen = look(web, "teller.example", transport=transport)
    assert seen.url == "https://told.example/x"
    sent = set(web.asked("told.example")[-1].headers)
    assert not sent & {"authorization", "cookie", "referer", "origin", "proxy-authorization"}
