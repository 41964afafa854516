"""Sites that take their time: every look ends, and what arrived by then is no answer unless it is whole."""

import gzip
import zlib

import pytest

from tests.net.hostile import Case, Seen, cut_off, denied, error, hold, ok
from tests.web import RULES, drip, endless, hang, head, page, redirect

OK = b"HTTP/1.1 200 OK\r\n"
PLAIN = head("200 OK", {"Content-Type": "text/plain"})
SIZED = head("200 OK", {"Content-Length": "99"})
CHUNKED = head("200 OK", {"Transfer-Encoding": "chunked"})
PACKED = head("200 OK", {"Content-Encoding": "gzip"})
NO_MEMBER = gzip.compress(b"")
NAMELESS = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"
"""The start of a gzip member with a file name, which does not end."""
RESET = ("error", "reset")
SILENT = ("error", "read_timeout")
BAD = ("error", "bad_encoding")


def flushes() -> bytes:
    """The start of a gzip stream, and blocks of it that hold nothing, without an end."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return deflater.compress(RULES) + deflater.flush(zlib.Z_FULL_FLUSH)


TABLE: dict[str, Case] = {
    # Silence
    "silent": error(hang(), "read_timeout"),
    "silent-in-the-status-line": error(hang(b"HTTP/1."), "read_timeout"),
    "silent-in-the-header": error(hang(OK + b"Content-"), "read_timeout"),
    "silent-after-the-header": error(hang(SIZED), "read_timeout"),
    "silent-in-the-body": error(hang(SIZED + RULES), "read_timeout"),
    "silent-in-an-open-body": error(hang(PLAIN + RULES), "read_timeout"),
    "silent-between-chunks": error(hang(CHUNKED + b"5\r\nUser-\r\n"), "read_timeout"),
    "silent-before-the-last-chunk": error(hang(CHUNKED + b"%x\r\n%s\r\n" % (len(RULES), RULES)), "read_timeout"),
    "silent-after-hints": error(hang(b"HTTP/1.1 103 Early Hints\r\n\r\n"), "total_timeout", likewise=SILENT),
    "silent-in-gzip": error(hang(PACKED + gzip.compress(RULES)[:-9]), "read_timeout"),
    "silent-in-a-refusal": denied(hang(head("403 Forbidden", {"Content-Length": "9"})), "http_403"),
    "silent-in-a-challenge": denied(hang(head("503 Busy", {}) + b"<title>Just a moment...</title>"), "challenge"),
    "silent-in-an-error": error(hang(head("500 Oops", {"Content-Length": "9"})), "http_500"),
    "silent-in-an-absence": Case(hang(head("404 No", {"Content-Length": "9"})), "absent", "http_404"),
    "silent-in-a-redirect": ok(
        hang(head("302 Found", {"Location": "/b", "Content-Length": "9"})), paths={"/b": page(RULES)}
    ),
    "silent-after-a-redirect": error(redirect("/b"), "read_timeout", paths={"/b": hang()}),
    "silent-over-http": error(hang(), "read_timeout", https="closed", http="web"),
    # Drips, each byte soon enough. The fast transport's read time-out is for a whole head, or the next bytes of a body.
    "dripping-status-line": error(drip(b"H", 0.05), "total_timeout", likewise=RESET, fast=SILENT),
    "dripping-header": error(drip(b"X-A: b\r\n", 0.05, OK), "total_timeout", fast=SILENT),
    "dripping-field": error(drip(b"x", 0.05, OK + b"X-A: "), "total_timeout", fast=SILENT),
    "dripping-body": error(drip(RULES, 0.05, PLAIN), "total_timeout"),
    "dripping-sized-body": error(drip(b"#", 0.05, head("200 OK", {"Content-Length": "9999"})), "total_timeout"),
    "dripping-chunks": error(drip(b"1\r\n#\r\n", 0.05, CHUNKED), "total_timeout"),
    "dripping-chunk-size": error(drip(b"0", 0.05, CHUNKED), "total_timeout", fast=SILENT),
    "dripping-chunk-extension": error(drip(b"x", 0.05, CHUNKED + b"5;"), "total_timeout", fast=SILENT),
    "dripping-trailers": error(
        drip(b"X-A: b\r\n", 0.05, CHUNKED + b"1\r\n#\r\n0\r\n"),
        "total_timeout",
        likewise=("ok", "ok"),
        fast=SILENT,
        body=None,
    ),
    "dripping-refusal": denied(drip(b" ", 0.05, head("403 Forbidden", {})), "http_403"),
    # Storms of what is no body
    "interim-storm": error(drip(b"HTTP/1.1 100 Continue\r\n\r\n", 0.005), "total_timeout", likewise=RESET, fast=SILENT),
    "hint-storm": error(
        endless(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", b"", 0.05),
        "total_timeout",
        likewise=RESET,
        fast=SILENT,
    ),
    # gzip that never comes to anything
    "gzip-of-nothing-for-ever": error(drip(NO_MEMBER, 0.005, PACKED), "total_timeout", likewise=BAD),
    "gzip-name-for-ever": error(drip(b"name", 0.02, PACKED + NAMELESS), "total_timeout", likewise=BAD),
    "gzip-flushes-for-ever": error(drip(b"\0\0\0\xff\xff", 0.005, PACKED + flushes()), "total_timeout", likewise=BAD),
    # The cap comes before the clock
    "as-fast-as-it-goes": cut_off(endless(b"Disallow: /x\n", PLAIN + b"User-agent: *\n")),
    "fast-enough": cut_off(endless(b"Disallow: /x\n" * 20, PLAIN + b"User-agent: *\n", 0.005)),
    "not-fast-enough": error(endless(b"D\n", PLAIN + b"User-agent: *\n", 0.05), "total_timeout"),
}
# A gap of half a second is nothing on a busy machine, so that drips need a read time-out well above it.
CHANGES = {"read_timeout": 0.8, "total_timeout": 2, "connect_timeout": 1}


@pytest.mark.parametrize("name", TABLE)
def test_the_outcome(seen: Seen, name: str, transport: str) -> None:
    """The total time bounds a look (two of them where http is asked too), whatever trickles in."""
    hold(TABLE[name].on(transport), seen[name], within=4.5)


@pytest.mark.parametrize("name", [name for name, case in TABLE.items() if case.cause == "read_timeout"])
def test_silence_is_noticed_before_the_total_time_is_up(seen: Seen, name: str) -> None:
    assert hold(TABLE[name], seen[name]).seconds < 1.7
