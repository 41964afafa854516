"""Every row of the outcome table, seen through the real client against a loopback web that misbehaves."""

import gzip
from pathlib import Path

import pytest

from tests.web import RULES, Answer, Ask, Web, cut, hang, head, packed, page, raw, reset, settings_for
from tracker.errors import UsageError
from tracker.net.fetch import Fetcher, FetchSettings, request_headers
from tracker.net.loop import run

HTML = b"<!doctype html><html><body>Welcome</body></html>"
CHALLENGE = b"<html><title>Just a moment...</title></html>"


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


def test_requests_say_who_asks_and_nothing_else(web: Web, monkeypatch: pytest.MonkeyPatch, transport: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    host = f"{transport}.manners.example"
    web.on(host, page(RULES, Set_Cookie=f"id=1; Domain={host}; Path=/"))
    settings = settings_for(web, transport=transport, contact="crawl@uni.example")

    async def main() -> None:
        async with Fetcher(settings) as fetcher:
            await fetcher.robots(host)
            await fetcher.robots(host)

    run(main())
    first, second = web.asked(host)
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


@pytest.mark.parametrize(
    "contact",
    [
        "",
        "me",
        "mé@b.example",
        "https://é.example",
        "a@b",
        "a@b.example\r\nX: y",
        "https://a.example/ b",
        "x) (y@z.example",
    ],
)
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
