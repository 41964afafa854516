"""Every row of the outcome table, seen through the real client against a loopback web that misbehaves."""

import asyncio
import gzip
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvloop

from tests.web import (
    LOOPBACK,
    Answer,
    Dns,
    Web,
    cut,
    drip,
    endless,
    hang,
    head,
    packed,
    page,
    raw,
    redirect,
    reset,
)
from tracker.core.outcomes import BODY_CAP, Observation
from tracker.errors import UsageError
from tracker.net.fetch import Fetcher, FetchSettings, request_headers
from tracker.net.loop import run
from tracker.net.resolve import FixedResolver

RULES = b"User-agent: *\nDisallow: /private\n"
HTML = b"<!doctype html><html><body>Welcome</body></html>"
CHALLENGE = b"<html><title>Just a moment...</title></html>"
ENDLESS_HEAD = head("200 OK", {"Content-Type": "text/plain"}) + b"User-agent: *\n"
GZIP_HEAD = head("200 OK", {"Content-Encoding": "gzip"})


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


def settings_for(web: Web, **changes: Any) -> FetchSettings:
    settings = FetchSettings(
        resolver=web.resolver(),
        ca_file=web.ca_file,
        allow_private=LOOPBACK,
        connect_timeout=2,
        read_timeout=2,
        total_timeout=4,
    )
    return replace(settings, **changes)


def look(web: Web, host: str, **changes: Any) -> Observation:
    async def main() -> Observation:
        async with Fetcher(settings_for(web, **changes)) as fetcher:
            return await fetcher.robots(host)

    return run(main())


@pytest.fixture(scope="module", params=[uvloop, asyncio], ids=["uvloop", "asyncio"])
def ask(web: Web, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Observation]]:
    """One Fetcher for many questions, as in a crawl, on each kind of loop."""
    with asyncio.Runner(loop_factory=request.param.new_event_loop) as runner:
        fetcher = runner.run(Fetcher(settings_for(web)).__aenter__())
        yield lambda host: runner.run(fetcher.robots(host))
        runner.run(fetcher.__aexit__(None, None, None))


Ask = Callable[[str], Observation]


def fill(before: bytes, size: int) -> bytes:
    return before + b"#" * (size - len(before))


# host label: (what it answers, outcome, cause)
TABLE: dict[str, tuple[Answer, str, str]] = {
    "plain": (page(RULES), "ok", "ok"),
    "gzipped": (packed(RULES), "ok", "ok"),
    "two-members": (page(gzip.compress(RULES) + gzip.compress(RULES), Content_Encoding="gzip"), "ok", "ok"),
    "padded-gzip": (page(gzip.compress(RULES) + b"\0" * 9, Content_Encoding="x-gzip"), "ok", "ok"),
    "html-with-rules": (page(b"<pre>\n" + RULES, Content_Type="text/html"), "ok", "ok"),
    "bom": (page(b"\xef\xbb\xbf" + RULES), "ok", "ok"),
    "empty": (page(b""), "ok", "ok"),
    "empty-gzip": (page(b"", Content_Encoding="gzip"), "ok", "ok"),
    "no-content": (page(b"", "204 No Content"), "ok", "ok"),
    "no-groups": (page(b"# nothing\n"), "ok", "ok"),
    "until-close": (raw(head("200 OK", {}) + RULES), "ok", "ok"),
    "chunked": (
        raw(head("200 OK", {"Transfer-Encoding": "chunked"}) + b"5\r\nUser-\r\n8\r\nagent: a\r\n0\r\n\r\n"),
        "ok",
        "ok",
    ),
    "long-header": (page(RULES, Content_Security_Policy="x" * 20_000), "ok", "ok"),
    "early-hints": (
        raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3 + head("200 OK", {}) + RULES),
        "ok",
        "ok",
    ),
    "not-found": (page(HTML, "404 Not Found"), "absent", "http_404"),
    "gone": (page(HTML, "410 Gone"), "absent", "http_410"),
    "teapot": (page(b"", "418 Teapot"), "absent", "http_418"),
    "html": (page(HTML, Content_Type="text/html"), "not_robots", "not_robots"),
    "html-as-text": (page(HTML), "not_robots", "not_robots"),
    "json": (page(b'{"message": "not found"}'), "not_robots", "not_robots"),
    "binary": (page(b"\x89PNG\r\n\x1a\n\0\0\0"), "not_robots", "not_robots"),
    "html-bomb": (packed(fill(HTML, 4_000_000)), "not_robots", "not_robots"),
    "401": (page(b"", "401 Unauthorized"), "denied", "http_401"),
    "402": (page(b"", "402 Payment Required"), "denied", "http_402"),
    "priced": (page(b"", "402 Payment Required", crawler_price="USD 0.01"), "denied", "paid_402"),
    "403": (page(HTML, "403 Forbidden"), "denied", "http_403"),
    "403-hanging": (hang(head("403 Forbidden", {"Content-Length": "9"})), "denied", "http_403"),
    "403-odd-encoding": (page(b"x", "403 Forbidden", Content_Encoding="br"), "denied", "http_403"),
    "407": (page(b"", "407 Proxy Authentication Required"), "denied", "http_407"),
    "429": (page(b"", "429 Too Many Requests", Retry_After="60"), "denied", "http_429"),
    "451": (page(b"", "451 Unavailable For Legal Reasons"), "denied", "http_451"),
    "challenge-403": (page(CHALLENGE, "403 Forbidden"), "denied", "challenge"),
    "challenge-cut": (
        raw(head("403 Forbidden", {"Content-Length": "999"}) + CHALLENGE),
        "denied",
        "challenge",
    ),
    "challenge-gzip": (
        page(gzip.compress(CHALLENGE), "503 Busy", Content_Encoding="gzip"),
        "denied",
        "challenge",
    ),
    "challenge-header": (page(b"", "429 Too Many", cf_mitigated="challenge"), "denied", "challenge"),
    "500": (page(b"", "500 Internal Server Error"), "error", "http_500"),
    "503": (page(HTML, "503 Service Unavailable"), "error", "http_503"),
    "999": (page(b"", "999 Request denied"), "error", "http_999"),
    "reset-at-once": (reset(), "error", "reset"),
    "reset-in-headers": (reset(b"HTTP/1.1 200 OK\r\nContent-"), "error", "reset"),
    "reset-in-body": (reset(head("200 OK", {"Content-Length": "500"}) + RULES), "error", "reset"),
    "closed-at-once": (raw(b""), "error", "reset"),
    "closed-early": (cut(RULES, declared=500), "error", "reset"),
    "chunks-cut": (
        raw(head("200 OK", {"Transfer-Encoding": "chunked"}) + b"20\r\nUser-agent"),
        "error",
        "reset",
    ),
    "chunks-lie": (
        raw(head("200 OK", {"Transfer-Encoding": "chunked"}) + b"zz\r\nUser-agent: *\r\n"),
        "error",
        "reset",
    ),
    "noise": (raw(b"\x00\x01\x02 not HTTP at all\r\n\r\n"), "error", "reset"),
    "http-0.9": (raw(b"User-agent: *\nDisallow: /\n"), "error", "reset"),
    "header-flood": (raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 3000 + b"\r\n"), "error", "reset"),
    "not-gzip": (page(RULES, Content_Encoding="gzip"), "error", "bad_encoding"),
    "half-gzip": (page(gzip.compress(RULES)[:-9], Content_Encoding="gzip"), "error", "bad_encoding"),
    "brotli": (page(b"\x0b\x02\x80", Content_Encoding="br"), "error", "bad_encoding"),
    "twice-gzip": (
        page(gzip.compress(gzip.compress(RULES)), Content_Encoding="gzip, gzip"),
        "error",
        "bad_encoding",
    ),
    "moved-nowhere": (page(b"", "302 Found"), "redirect_limit", "redirect_limit"),
    "unasked-304": (page(b"", "304 Not Modified"), "redirect_limit", "redirect_limit"),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_outcome_table(web: Web, ask: Ask, name: str) -> None:
    answer, outcome, cause = TABLE[name]
    host = f"{name}.example"
    web.on(host, answer)
    seen = ask(host)
    assert (seen.host, str(seen.outcome), seen.cause) == (host, outcome, cause), seen.detail
    assert (seen.body is not None) == (outcome == "ok")
    assert seen.url == f"https://{host}/robots.txt"
    assert len(seen.detail) <= 200
    assert {request.host for request in web.asked(host)} == {host}


@pytest.mark.parametrize("name", ["plain", "gzipped", "html-with-rules", "bom", "until-close", "long-header"])
def test_bodies_arrive_byte_for_byte(web: Web, ask: Ask, name: str) -> None:
    web.on("bytes.example", TABLE[name][0])
    seen = ask("bytes.example")
    assert seen.body is not None
    assert seen.body.endswith(RULES)
    assert seen.flags == frozenset()
    assert seen.status == 200


@pytest.mark.parametrize("name", ["empty", "empty-gzip", "no-content", "no-groups"])
def test_files_without_groups_are_flagged(web: Web, ask: Ask, name: str) -> None:
    web.on("groups.example", TABLE[name][0])
    assert ask("groups.example").flags == {"no_groups"}


def test_gzip_members_are_joined(web: Web, ask: Ask) -> None:
    web.on("members.example", TABLE["two-members"][0])
    assert ask("members.example").body == RULES * 2


# --- Limits of size and time ---


@pytest.mark.parametrize(
    ("size", "truncated"),
    [(BODY_CAP - 1, False), (BODY_CAP, False), (BODY_CAP + 1, True), (4 * BODY_CAP, True)],
)
@pytest.mark.parametrize("answer", [page, packed])
def test_the_cap(web: Web, ask: Ask, answer: Any, size: int, truncated: bool) -> None:
    data = fill(RULES, size)
    web.on("size.example", answer(data))
    seen = ask("size.example")
    assert seen.body == data[:BODY_CAP]
    assert seen.flags == ({"truncated"} if truncated else set())


def test_an_endless_body_is_cut(web: Web, ask: Ask) -> None:
    web.on("endless.example", endless(b"Disallow: /x\n", ENDLESS_HEAD))
    seen = ask("endless.example")
    assert (str(seen.outcome), seen.flags, len(seen.body or b"")) == ("ok", {"truncated"}, BODY_CAP)


def test_a_bomb_costs_no_memory(web: Web) -> None:
    """20 bombs of 20 MB at once may not cost 20 MB in all: measured in a process of its own."""
    bomb = gzip.compress(fill(RULES, 20 << 20), 9)
    web.on("bomb.example", page(bomb, Content_Encoding="gzip"))
    script = f"""
        import asyncio, resource
        from pathlib import Path
        from tests.web import LOOPBACK
        from tracker.net.fetch import Fetcher, FetchSettings
        from tracker.net.loop import run
        from tracker.net.resolve import FixedResolver

        settings = FetchSettings(
            resolver=FixedResolver({{80: {web.http}, 443: {web.https}}}),
            ca_file=Path({str(web.ca_file)!r}), allow_private=LOOPBACK)

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

        async def main():
            async with Fetcher(settings) as fetcher:
                await fetcher.robots("plain.example")
                before = peak()
                seen = await asyncio.gather(*(fetcher.robots("bomb.example") for _ in range(20)))
                assert all(s.flags == {{"truncated"}} for s in seen), seen[0].detail
                print(peak() - before)

        run(main())
    """
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 60, "MB for 20 bombs, whose kept bytes alone are 10 MB"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (hang(), "read_timeout"),
        (hang(head("200 OK", {"Content-Length": "99"})), "read_timeout"),
        (hang(ENDLESS_HEAD), "read_timeout"),
        (drip(RULES, 0.05, before=ENDLESS_HEAD), "total_timeout"),
        (drip(b"X-A: b\r\n", 0.05, before=b"HTTP/1.1 200 OK\r\n"), "total_timeout"),
        (drip(b"HTTP/1.1 100 Continue\r\n\r\n", 0.01), "total_timeout"),
    ],
)
def test_slow_sites_end(web: Web, answer: Answer, cause: str) -> None:
    web.on("slow.example", answer)
    seen = look(web, "slow.example", read_timeout=0.4, total_timeout=0.8)
    assert (str(seen.outcome), seen.cause, seen.body) == ("error", cause, None)
    assert seen.seconds < 2


def test_the_total_time_spans_redirects(web: Web) -> None:
    for n in range(5):
        before = head("302 Found", {"Location": f"/{n + 1}", "Content-Length": "0"})
        web.on("crawling.example", drip(before, 0.02), path="/robots.txt" if n == 0 else f"/{n}")
    seen = look(web, "crawling.example", total_timeout=1.5)
    assert (seen.cause, seen.url) == ("total_timeout", "https://crawling.example/robots.txt")


# --- Redirects ---


def chain(web: Web, host: str, hops: int) -> None:
    for n in range(hops):
        web.on(host, redirect(f"/hop{n + 1}"), path=f"/hop{n}" if n else "/robots.txt")
    web.on(host, page(RULES), path=f"/hop{hops}")


@pytest.mark.parametrize("hops", [1, 2, 5])
def test_redirects_are_followed(web: Web, ask: Ask, hops: int) -> None:
    chain(web, f"chain{hops}.example", hops)
    seen = ask(f"chain{hops}.example")
    assert (str(seen.outcome), seen.body) == ("ok", RULES)
    assert seen.url == f"https://chain{hops}.example/hop{hops}"


def test_the_sixth_redirect_is_one_too_many(web: Web, ask: Ask) -> None:
    chain(web, "chain6.example", 6)
    web.requests.clear()
    seen = ask("chain6.example")
    assert (str(seen.outcome), seen.cause, seen.status) == ("redirect_limit", "redirect_limit", 302)
    assert len(web.asked("chain6.example")) == 6


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
@pytest.mark.parametrize(
    "location",
    [
        "https://www.move.example/robots.txt",
        "http://www.move.example/robots.txt",
        "//www.move.example/robots.txt",
        "HTTPS://WWW.MOVE.EXAMPLE/robots.txt#top",
        "  https://www.move.example/robots.txt",
        "https://someone:secret@www.move.example/robots.txt",
    ],
)
def test_another_host_answers_for_the_host_asked(web: Web, ask: Ask, status: str, location: str) -> None:
    web.on("move.example", redirect(location, status))
    web.on("www.move.example", page(RULES))
    seen = ask("move.example")
    assert (seen.host, str(seen.outcome)) == ("move.example", "ok")
    assert seen.url.partition("://")[2] == "www.move.example/robots.txt"
    headers = web.asked("www.move.example")[-1].headers
    assert not {"authorization", "referer", "cookie"} & set(headers)


@pytest.mark.parametrize(
    "location",
    ["/robots.txt", "https://loop.example/robots.txt", "https://loop.example/robots.txt#again", "?", ""],
)
def test_loops(web: Web, ask: Ask, location: str) -> None:
    web.on("loop.example", redirect(location))
    web.on("loop.example", redirect("/robots.txt"), path="*")
    seen = ask("loop.example")
    assert (str(seen.outcome), seen.cause) == ("redirect_limit", "redirect_limit")


@pytest.mark.parametrize(
    "location",
    [
        "ftp://files.example/robots.txt",
        "javascript:alert(1)",
        "data:text/plain,User-agent",
        "file:///etc/passwd",
        "https://",
        "http://[::1",
        "https://host:port/",
        "http://a.example:99999/",
        "mailto:a@b.example",
    ],
)
def test_redirects_that_lead_nowhere(web: Web, ask: Ask, location: str) -> None:
    web.on("nowhere.example", redirect(location))
    seen = ask("nowhere.example")
    assert (str(seen.outcome), seen.cause) == ("redirect_limit", "redirect_limit"), seen.detail


@pytest.mark.parametrize(
    "location",
    [
        "https://" + "x" * 70 + ".example/",
        "https://a..example/",
        "http://\udcff\udcfe/",
    ],
)
def test_redirects_to_impossible_names_end_quietly(web: Web, ask: Ask, location: str) -> None:
    web.on(
        "odd.example",
        raw(
            head("302 Found", {"Content-Length": "0"})[:-2]
            + b"Location: "
            + location.encode("utf-8", "surrogateescape")
            + b"\r\n\r\n"
        ),
    )
    assert str(ask("odd.example").outcome) in ("error", "redirect_limit", "absent")


def test_a_failing_redirect_target_is_named(web: Web, ask: Ask) -> None:
    web.on("leads.example", redirect("https://cut.example/robots.txt"))
    web.on("cut.example", cut(RULES, declared=500))
    seen = ask("leads.example")
    assert (seen.cause, seen.url) == ("reset", "https://leads.example/robots.txt")
    assert "cut.example" in seen.detail


# --- https first, then http once ---


@pytest.mark.parametrize("fault", ["expired", "stranger", "elsewhere"])
def test_a_bad_certificate_falls_back_to_http(web: Web, fault: str) -> None:
    host = f"{fault}.example"
    web.certificates[host] = fault
    web.on(host, page(RULES))
    seen = look(web, host)
    assert (str(seen.outcome), seen.url) == ("ok", f"http://{host}/robots.txt")
    assert [request.secure for request in web.asked(host)] == [False]
    seen = look(web, host, resolver=web.resolver(http=web.closed_port))
    assert (str(seen.outcome), seen.cause, seen.url) == (
        "error",
        "tls_certificate",
        f"https://{host}/robots.txt",
    )


@pytest.mark.parametrize(
    ("port", "cause"),
    [("closed_port", "refused"), ("mute_port", "connect_timeout"), ("noise_port", "tls_other")],
)
def test_no_connection_for_https_falls_back_to_http(web: Web, port: str, cause: str) -> None:
    web.on("old.example", page(RULES))
    bad = getattr(web, port)
    seen = look(web, "old.example", resolver=web.resolver(https=bad), connect_timeout=0.4)
    assert (str(seen.outcome), seen.url) == ("ok", "http://old.example/robots.txt")
    seen = look(web, "old.example", resolver=web.resolver(https=bad, http=web.closed_port), connect_timeout=0.4)
    assert (str(seen.outcome), seen.cause, seen.url) == ("error", cause, "https://old.example/robots.txt")


def test_a_port_outside_the_table_is_refused(web: Web) -> None:
    web.on("only.example", page(RULES))
    assert look(web, "only.example", resolver=FixedResolver({80: web.http})).url == "http://only.example/robots.txt"


@pytest.mark.parametrize(
    ("answer", "cause"), [(page(b"", "503 Busy"), "http_503"), (redirect("/robots.txt"), "redirect_limit")]
)
def test_any_http_answer_beats_the_https_failure(web: Web, answer: Answer, cause: str) -> None:
    web.on("half.example", answer)
    seen = look(web, "half.example", resolver=web.resolver(https=web.closed_port))
    assert (seen.cause, seen.url) == (cause, "http://half.example/robots.txt")


def test_http_that_leads_back_to_a_dead_https_reports_https(web: Web) -> None:
    web.on("back.example", redirect("https://back.example/robots.txt"))
    seen = look(web, "back.example", resolver=web.resolver(https=web.closed_port))
    assert (seen.cause, seen.url) == ("refused", "https://back.example/robots.txt")


@pytest.mark.parametrize("answer", [page(b"", "500 Oops"), page(b"", "404 No"), cut(b"x", 9), hang()])
def test_no_second_try_once_https_was_connected(web: Web, answer: Answer) -> None:
    web.on("once.example", answer)
    web.requests.clear()
    look(web, "once.example", read_timeout=0.4)
    assert [request.secure for request in web.asked("once.example")] == [True]


# --- Names ---


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
def test_names_without_an_address(web: Web, dns: Dns, host: str, cause: str) -> None:
    seen = look(web, host, resolver=dns.address, dns_timeout=0.5)
    assert (str(seen.outcome), seen.cause, seen.url) == ("error", cause, f"https://{host}/robots.txt")
    assert seen.seconds < 1.5
    assert "after" not in seen.detail


def test_no_name_server(web: Web) -> None:
    seen = look(web, "there.example", resolver=f"127.0.0.1:{web.closed_port}", dns_timeout=0.5)
    assert seen.cause == "dns_timeout"


def test_a_name_resolves_through_dns(web: Web, dns: Dns) -> None:
    web.on("start.example", redirect(f"http://there.example:{web.http}/robots.txt"))
    web.on("there.example", page(RULES))
    with Dns({"start.example": ["127.0.0.1"], "there.example": ["127.0.0.1"]}) as both:
        seen = look(web, f"there.example:{web.https}", resolver=both.address)
    assert (str(seen.outcome), seen.body) == ("ok", RULES)


def test_the_hosts_file_is_honoured(web: Web, dns: Dns) -> None:
    web.on("localhost", page(RULES))
    seen = look(web, f"localhost:{web.https}", resolver=dns.address)
    assert str(seen.outcome) == "ok", seen.detail
    assert not dns.asked["localhost"]


def test_search_domains_are_not_tried(web: Web, dns: Dns) -> None:
    dns.asked.clear()
    look(web, "nxdomain.example", resolver=dns.address, dns_timeout=0.5)
    assert set(dns.asked) == {"nxdomain.example"}


@pytest.mark.parametrize("text", ["", "8.8.8", "dns.example", "127.0.0.1:0", "127.0.0.1:x", "[::1", "1.2.3.4:70000"])
def test_a_bad_resolver_setting_is_named(web: Web, text: str) -> None:
    with pytest.raises(UsageError, match="resolver"):
        look(web, "a.example", resolver=text)


# --- Manners ---


def test_requests_say_who_asks_and_nothing_else(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    web.on("manners.example", page(RULES, Set_Cookie="id=1; Domain=manners.example; Path=/"))
    settings = settings_for(web, contact="crawl@uni.example")

    async def main() -> None:
        async with Fetcher(settings) as fetcher:
            await fetcher.robots("manners.example")
            await fetcher.robots("manners.example")

    run(main())
    first, second = web.asked("manners.example")
    assert first.headers == second.headers
    assert set(first.headers) == {"host", "user-agent", "from", "accept", "accept-encoding", "connection"}
    assert first.headers["user-agent"].startswith("DrywellBot/")
    assert first.headers["user-agent"].endswith(" (+crawl@uni.example)")
    assert first.headers["from"] == "crawl@uni.example"
    assert first.headers["accept-encoding"] == "gzip"


def test_a_url_as_contact_is_not_sent_as_from() -> None:
    headers = request_headers("https://uni.example/bot")
    assert headers["User-Agent"].endswith("(+https://uni.example/bot)")
    assert "From" not in headers
    assert "(+https://" in request_headers(None)["User-Agent"]


@pytest.mark.parametrize("contact", ["", "me", "a@b", "a@b.example\r\nX: y", "https://a.example/ b", "x) (y@z.example"])
def test_a_bad_contact_is_named(contact: str) -> None:
    with pytest.raises(UsageError, match="contact"):
        request_headers(contact)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_bad_ca_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"ca_file.*ca\.pem"):
        Fetcher(FetchSettings(ca_file=file))


def test_an_unopened_fetcher_is_a_mistake_of_the_program() -> None:
    with pytest.raises(RuntimeError):
        run(Fetcher().robots("a.example"))
