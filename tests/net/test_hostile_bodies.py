"""Hostile bodies and statuses: what is inside, what it is said to be, and how it is packed."""

import gzip
import zlib
from email.utils import formatdate
from random import Random
from time import time

import pytest

from tests.net.hostile import (
    Case,
    Seen,
    absent,
    cut_off,
    denied,
    error,
    foreign,
    hold,
    no_redirect,
    ok,
)
from tests.web import RULES, Answer, Web, bomb, brotli_bomb, endless, head, look, nested_bomb, packed, page, raw

HTML = b"<!doctype html><html><body>Welcome</body></html>"
CHALLENGE = b"<html><head><title>Just a moment...</title></head></html>"
MB = 1 << 20
GZIPPED = head("200 OK", {"Content-Encoding": "gzip"})
EMPTY_BLOCK = b"\0\0\0\xff\xff"
NOISE = RULES + b"#" + Random(1).randbytes(500_000).translate(None, b"\0\r\n")


def typed(body: bytes, kind: str) -> Answer:
    return page(body, Content_Type=kind)


def encoded(body: bytes, encoding: str) -> Answer:
    return page(body, Content_Encoding=encoding)


def status(line: str, body: bytes = b"", **headers: str) -> Answer:
    return page(body, line, **headers)


def corrupt(data: bytes) -> bytes:
    """A gzip member whose checksum is wrong."""
    return data[:-8] + bytes(8)


BOMBS: dict[str, Case] = {
    "bomb-of-zeros": cut_off(bomb(RULES)),
    "bomb-of-comments": cut_off(bomb(RULES, filler=b"#")),
    "bomb-of-lines": cut_off(bomb(RULES, filler=b"\n")),
    "bomb-of-members": cut_off(nested_bomb(RULES)),
    "bomb-of-small-members": cut_off(nested_bomb(RULES, megabytes=200, members=200)),
    "bomb-of-nothing": foreign(bomb(b"")),
    "bomb-of-spaces": cut_off(bomb(b"", filler=b" "), flags="truncated no_groups"),
    "bomb-of-html": foreign(bomb(HTML, filler=b"x")),
    "bomb-of-brotli": error(brotli_bomb(), "bad_encoding"),
    # Gzip that inflates to nothing, for ever; and some that does so for long, but not too long.
    "endless-empty-members": error(endless(gzip.compress(b""), GZIPPED), "bad_encoding"),
    "endless-empty-blocks": error(endless(EMPTY_BLOCK, GZIPPED + gzip.compress(RULES)[:10]), "bad_encoding"),
    "endless-empty-members-after-rules": error(
        endless(gzip.compress(b""), GZIPPED + gzip.compress(RULES)), "bad_encoding"
    ),
    "endless-padding": error(endless(b"\0" * 50, GZIPPED + gzip.compress(RULES)), "bad_encoding"),
    "endless-gzip-of-lines": cut_off(endless(gzip.compress(b"Disallow: /x\n" * 9), GZIPPED + gzip.compress(RULES))),
    "endless-gzip-of-a-refusal": denied(
        endless(gzip.compress(b""), head("403 Forbidden", {"Content-Encoding": "gzip"})), "http_403"
    ),
    "many-empty-members": ok(encoded(gzip.compress(b"") * 20_000 + gzip.compress(RULES), "gzip")),
    "unpackable": ok(encoded(gzip.compress(NOISE), "gzip"), NOISE),
    "unpackable-and-too-long": cut_off(encoded(gzip.compress(2 * NOISE), "gzip")),
    "padded": ok(encoded(gzip.compress(RULES) + bytes(100_000), "gzip")),
    "bomb-in-a-bomb": foreign(packed(gzip.compress(bytes(50 * MB)))),
    "bomb-in-a-refusal": denied(
        page(gzip.compress(CHALLENGE + b" " * (20 * MB)), "403 Forbidden", Content_Encoding="gzip"), "challenge"
    ),
    "bomb-in-an-error": error(page(gzip.compress(bytes(20 * MB)), "500 Oops", Content_Encoding="gzip"), "http_500"),
    "bomb-in-an-absence": absent(page(gzip.compress(bytes(20 * MB)), "404 No", Content_Encoding="gzip")),
}

ENCODINGS: dict[str, Case] = {
    "gzip-shouted": ok(encoded(gzip.compress(RULES), "GZIP")),
    "gzip-spaced": ok(encoded(gzip.compress(RULES), "  gzip  ")),
    "gzip-with-a-tail": ok(encoded(gzip.compress(RULES) + b"tail", "gzip")),
    "gzip-unsaid": foreign(page(gzip.compress(RULES))),
    "identity-said": ok(encoded(RULES, "identity")),
    "gzip-said-of-text": error(encoded(RULES, "gzip"), "bad_encoding"),
    "gzip-said-of-html": error(encoded(HTML, "gzip"), "bad_encoding"),
    "gzip-of-a-wrong-sum": error(encoded(corrupt(gzip.compress(RULES)), "gzip"), "bad_encoding"),
    "gzip-of-one-byte": error(encoded(b"\x1f", "gzip"), "bad_encoding"),
    "gzip-then-half": error(encoded(gzip.compress(RULES) + gzip.compress(RULES)[:-9], "gzip"), "bad_encoding"),
    "deflate": error(encoded(zlib.compress(RULES), "deflate"), "bad_encoding"),
    "zstd": error(encoded(b"\x28\xb5\x2f\xfd" + RULES, "zstd"), "bad_encoding"),
    "compress": error(encoded(b"\x1f\x9d" + RULES, "compress"), "bad_encoding"),
    "nonsense": error(encoded(RULES, "rot13"), "bad_encoding"),
    "two-encodings": error(encoded(gzip.compress(RULES), "gzip, br"), "bad_encoding"),
    "brotli-of-a-refusal": denied(page(b"\x0b\x02\x80", "403 Forbidden", Content_Encoding="br"), "http_403"),
}

TYPES: dict[str, Case] = {
    "rules-as-png": ok(typed(RULES, "image/png")),
    "rules-as-bytes": ok(typed(RULES, "application/octet-stream")),
    "rules-as-html": ok(typed(RULES, "text/html; charset=utf-8")),
    "rules-as-parts": ok(typed(RULES, "multipart/mixed")),
    "rules-as-nothing": ok(typed(RULES, "")),
    "rules-as-noise": ok(typed(RULES, ";;=;\xff/\xfe;charset")),
    "rules-as-utf16": ok(typed(RULES, "text/plain; charset=utf-16")),
    "rules-as-no-charset": ok(typed(RULES, "text/plain; charset=klingon")),
    "rules-as-endless-charset": ok(typed(RULES, "text/plain; charset=" + "x" * 5000)),
    "html-as-text": foreign(typed(HTML, "text/plain")),
    "json-as-text": foreign(typed(b'{"error": "not found"}', "text/plain")),
    "list-as-text": foreign(typed(b'[{"error": 1}]', "text/plain")),
    "xml-as-text": foreign(typed(b"<?xml version='1.0'?><r/>", "text/plain")),
    "comment-as-text": foreign(typed(b"<!-- hello --> hello", "text/plain")),
    "late-html-as-text": foreign(typed(b"\n" * 1000 + HTML, "text/plain")),
    "marked-html-as-text": foreign(typed(b"\xef\xbb\xbf" + HTML, "text/plain")),
    "png-as-text": foreign(typed(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "text/plain")),
    "pdf-as-text": foreign(typed(b"%PDF-1.7\n1 0 obj", "text/plain")),
    "zip-as-text": foreign(typed(b"PK\x03\x04\x14\0", "text/plain")),
    "noise-as-text": foreign(typed(bytes(range(256)) * 20, "text/plain")),
    "sentence": ok(typed(b"File not found.", "text/plain"), b"File not found.", "no_groups"),
    "nothing": ok(page(b""), b"", "no_groups"),
    "blank-lines": ok(page(b"\r\n \t\r\n"), b"\r\n \t\r\n", "no_groups"),
}

LETTERS: dict[str, Case] = {
    "nul-between": ok(page(RULES + bytes(9) + b"\n" + RULES), RULES + bytes(9) + b"\n" + RULES),
    "nul-only": foreign(page(bytes(200))),
    "nul-first": foreign(page(b"\0" + b"Sitemap: x\n")),
    "utf16-marked": ok(page(RULES.decode().encode("utf-16")), RULES.decode().encode("utf-16"), "no_groups"),
    "utf16-unmarked": foreign(page(RULES.decode().encode("utf-16-le"))),
    "utf32-marked": foreign(page(RULES.decode().encode("utf-32"))),
    "latin-1": ok(page(b"# \xe9t\xe9 \xff\xfe\n" + RULES), b"# \xe9t\xe9 \xff\xfe\n" + RULES),
    "marked-twice": ok(page(b"\xef\xbb\xbf" * 2 + RULES), b"\xef\xbb\xbf" * 2 + RULES, "no_groups"),
    "carriage-returns": ok(page(RULES.replace(b"\n", b"\r")), RULES.replace(b"\n", b"\r")),
    "escapes": ok(page(RULES + b"# \x1b[2J\x1b]0;title\x07\n"), RULES + b"# \x1b[2J\x1b]0;title\x07\n"),
    "one-long-line": ok(page(b"#" * 400_000 + b"\n" + RULES), b"#" * 400_000 + b"\n" + RULES),
}

STATUSES: dict[str, Case] = {
    **{f"rules-in-{code}": ok(status(f"{code} x", RULES)) for code in (201, 202, 203, 206, 207, 226, 299)},
    "html-in-201": foreign(status("201 Created", HTML)),
    "ranged": ok(status("206 Partial Content", RULES, Content_Range=f"bytes 0-{len(RULES) - 1}/{len(RULES)}")),
    **{f"bodiless-{code}": ok(raw(f"HTTP/1.1 {code} x\r\n\r\n".encode()), b"", "no_groups") for code in (204, 205)},
    **{f"moved-nowhere-{code}": no_redirect(status(f"{code} x")) for code in (300, 301, 302, 303, 305, 307, 308, 399)},
    "unasked-304": no_redirect(raw(b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n')),
    "choices": no_redirect(status("300 Multiple Choices", Location="/other")),
    **{
        f"absent-{code}": absent(status(f"{code} x", HTML), f"http_{code}")
        for code in (400, 404, 405, 406, 408, 410, 414, 418, 421, 425, 426, 431, 444, 494, 499)
    },
    "rules-in-404": absent(status("404 Not Found", RULES)),
    "challenge-in-404": absent(status("404 Not Found", CHALLENGE)),
    "401": denied(status("401 Unauthorized", WWW_Authenticate='Basic realm="x"'), "http_401"),
    "challenge-in-401": denied(status("401 Unauthorized", CHALLENGE), "http_401"),
    "402": denied(status("402 Payment Required"), "http_402"),
    "402-priced": denied(status("402 Payment Required", crawler_price="USD 0.001"), "paid_402"),
    "402-long-price": denied(status("402 Payment Required", Crawler_Price="9" * 9000), "paid_402"),
    "402-empty-price": denied(status("402 Payment Required", CRAWLER_PRICE=""), "paid_402"),
    "403": denied(status("403 Forbidden", RULES), "http_403"),
    "403-challenge": denied(status("403 Forbidden", CHALLENGE), "challenge"),
    "403-late-challenge": denied(status("403 Forbidden", b" " * 70_000 + CHALLENGE), "http_403"),
    "407": denied(status("407 Proxy Auth", Proxy_Authenticate="Basic"), "http_407"),
    "429": denied(status("429 Too Many Requests"), "http_429"),
    "429-challenge": denied(status("429 Too Many Requests", CHALLENGE), "challenge"),
    "429-mitigated": denied(status("429 Too Many Requests", cf_mitigated="challenge"), "challenge"),
    "451": denied(status("451 Unavailable", Link='<https://a.example>; rel="blocked-by"'), "http_451"),
    "503-challenge": denied(status("503 Refused", CHALLENGE), "challenge"),
    "503-rules": error(status("503 Busy", RULES), "http_503"),
    "challenge-in-200": foreign(status("200 OK", CHALLENGE)),
    "priced-200": ok(status("200 OK", RULES, crawler_price="USD 1")),
    **{
        f"broken-{code}": error(status(f"{code} x"), f"http_{code}")
        for code in (500, 502, 504, 511, 520, 530, 599, 600, 999)
    },
}

TABLE = {**BOMBS, **ENCODINGS, **TYPES, **LETTERS, **STATUSES}


@pytest.mark.parametrize("name", TABLE)
def test_the_outcome(seen: Seen, name: str) -> None:
    hold(TABLE[name], seen[name])


LATER = formatdate(time() + 7200, usegmt=True)
EARLIER = formatdate(time() - 3600, usegmt=True)


@pytest.mark.parametrize("line", ["429 Too Many Requests", "503 Busy"])
@pytest.mark.parametrize(
    ("said", "least", "most"),
    [("120", 120, 120), ("0", 0, 0), (" 7 ", 7, 7), (LATER, 3600, 7300), ("99999999", 3600, 99_999_999)],
    ids=["seconds", "none", "spaced", "date", "years"],
)
def test_how_long_a_site_asks_to_be_left_alone(
    web: Web, transport: str, line: str, said: str, least: int, most: int
) -> None:
    web.on("busy.example", page(b"", line, Retry_After=said))
    asked = look(web, "busy.example", transport=transport).retry_after
    assert asked is not None
    assert least <= asked <= most


@pytest.mark.parametrize(
    "said",
    ["", "soon", "-5", "1e9", "1.5", "½", "9" * 400, EARLIER, "Wed, 99 Foo 2026", "\xff"],
    ids=["empty", "word", "negative", "power", "fraction", "half", "digits", "past", "no-date", "noise"],
)
def test_a_retry_after_that_says_nothing(web: Web, transport: str, said: str) -> None:
    """Whatever stands there, the look ends as without it, and no wait is longer than a history can hold."""
    web.on("odd.example", page(b"", "429 Too Many Requests", Retry_After=said))
    seen = look(web, "odd.example", transport=transport)
    assert (str(seen.outcome), seen.cause) == ("denied", "http_429")
    assert seen.retry_after is None or 0 <= seen.retry_after < 2**31
