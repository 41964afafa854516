"""Redirects by hand, and https first, then http once."""

import pytest

from tests.web import RULES, Answer, Ask, Web, cut, hang, head, look, page, raw, redirect, reset
from tracker.net.resolve import FixedResolver


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


@pytest.mark.parametrize("fault", ["expired", "stranger", "elsewhere"])
def test_a_bad_certificate_falls_back_to_http(web: Web, fault: str, transport: str) -> None:
    host = f"{fault}.example"
    web.certificates[host] = fault
    web.on(host, page(RULES))
    seen = look(web, host, transport=transport)
    assert (str(seen.outcome), seen.url) == ("ok", f"http://{host}/robots.txt")
    assert [request.secure for request in web.asked(host)] == [False]
    seen = look(web, host, resolver=web.resolver(http=web.closed_port), transport=transport)
    assert (str(seen.outcome), seen.cause, seen.url) == (
        "error",
        "tls_certificate",
        f"https://{host}/robots.txt",
    )


@pytest.mark.parametrize(
    ("port", "cause"),
    [("closed_port", "refused"), ("mute_port", "connect_timeout"), ("noise_port", "tls_other")],
)
def test_no_connection_for_https_falls_back_to_http(web: Web, port: str, cause: str, transport: str) -> None:
    web.on("old.example", page(RULES))
    bad = getattr(web, port)
    seen = look(web, "old.example", resolver=web.resolver(https=bad), connect_timeout=0.4, transport=transport)
    assert (str(seen.outcome), seen.url) == ("ok", "http://old.example/robots.txt")
    seen = look(
        web,
        "old.example",
        resolver=web.resolver(https=bad, http=web.closed_port),
        connect_timeout=0.4,
        transport=transport,
    )
    assert (str(seen.outcome), seen.cause, seen.url) == ("error", cause, "https://old.example/robots.txt")


def test_a_port_outside_the_table_is_refused(web: Web, transport: str) -> None:
    web.on("only.example", page(RULES))
    assert (
        look(web, "only.example", resolver=FixedResolver({80: web.http}), transport=transport).url
        == "http://only.example/robots.txt"
    )


@pytest.mark.parametrize(
    ("answer", "cause"), [(page(b"", "503 Busy"), "http_503"), (redirect("/robots.txt"), "redirect_limit")]
)
def test_any_http_answer_beats_the_https_failure(web: Web, answer: Answer, cause: str, transport: str) -> None:
    web.on("half.example", answer)
    seen = look(web, "half.example", resolver=web.resolver(https=web.closed_port), transport=transport)
    assert (seen.cause, seen.url) == (cause, "http://half.example/robots.txt")


@pytest.mark.parametrize(("answer", "cause"), [(reset(), "reset"), (hang(), "read_timeout")])
def test_what_http_saw_says_more_than_a_refused_https(web: Web, answer: Answer, cause: str, transport: str) -> None:
    web.on("silent.example", answer)
    seen = look(
        web, "silent.example", resolver=web.resolver(https=web.closed_port), read_timeout=0.4, transport=transport
    )
    assert (str(seen.outcome), seen.cause) == ("error", cause)


def test_http_that_leads_back_to_a_dead_https_reports_https(web: Web, transport: str) -> None:
    web.on("back.example", redirect("https://back.example/robots.txt"))
    seen = look(web, "back.example", resolver=web.resolver(https=web.closed_port), transport=transport)
    assert (seen.cause, seen.url) == ("refused", "https://back.example/robots.txt")


@pytest.mark.parametrize("answer", [page(b"", "500 Oops"), page(b"", "404 No"), cut(b"x", 9), hang()])
def test_no_second_try_once_https_was_connected(web: Web, answer: Answer, transport: str) -> None:
    web.on("once.example", answer)
    web.requests.clear()
    look(web, "once.example", read_timeout=0.4, transport=transport)
    assert [request.secure for request in web.asked("once.example")] == [True]
