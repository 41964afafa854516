"""Hostile framing: status lines, header fields, interim answers, chunks and lengths that lie."""

import asyncio
from dataclasses import replace

import pytest

from tests.net.hostile import Case, Seen, absent, cut_off, denied, error, hold, no_redirect, ok
from tests.web import (
    RULES,
    Answer,
    Request,
    chunked,
    cut,
    drip,
    endless,
    hang,
    head,
    page,
    raw,
    reset,
)

OK = b"HTTP/1.1 200 OK\r\n"
TYPED = OK + b"Content-Type: text/plain\r\n"
HTML = b"<!doctype html><html><body>Welcome</body></html>"


def lengths(*said: str, body: bytes = RULES) -> Answer:
    """A body with these values of Content-Length."""
    return raw(TYPED + b"".join(f"Content-Length: {one}\r\n".encode() for one in said) + b"\r\n" + body)


def fields(data: bytes) -> Answer:
    """A good answer with this in its header."""
    return raw(TYPED + data + f"Content-Length: {len(RULES)}\r\n\r\n".encode() + RULES)


def line(data: bytes) -> Answer:
    """A good answer with this for its status line."""
    return raw(data + f"\r\nContent-Length: {len(RULES)}\r\n\r\n".encode() + RULES)


def after(*interim: bytes, body: bytes = RULES) -> Answer:
    """A good answer after interim ones."""
    return raw(b"".join(interim) + SIZED + body)


def as_chunks(body: bytes, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


def in_pieces(data: bytes, size: int) -> Answer:
    """In order, but a few bytes at a time, each in a packet of its own."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        for at in range(0, len(data), size):
            writer.write(data[at : at + size])
            await writer.drain()
            await asyncio.sleep(0)

    return answer


def later(*parts: bytes) -> Answer:
    """Each part in a packet of its own, a moment after the one before."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.05)

    return answer


WHOLE = as_chunks(RULES, 9)
ZERO = b"0\r\n\r\n"
SIZED = head("200 OK", {"Content-Length": str(len(RULES)), "Connection": "keep-alive"})
OPEN = head("200 OK", {"Transfer-Encoding": "chunked"})
NOISE = bytes(range(256)) * 50
REFUSED = ("error", "reset")

STATUS_LINES: dict[str, Case] = {
    "no-reason": ok(line(b"HTTP/1.1 200")),
    "http-1.0": ok(line(b"HTTP/1.0 200 OK")),
    "long-reason": ok(line(b"HTTP/1.1 200 " + b"O" * 5000)),
    "latin-reason": ok(line(b"HTTP/1.1 200 D'accord \xe9")),
    "reason-that-lies": absent(line(b"HTTP/1.1 404 OK")),
    "http-0.9": error(raw(RULES), "reset"),
    "http-0.9-html": error(raw(HTML), "reset"),
    "http-2-in-clear": error(raw(b"\0\0\x12\x04\0\0\0\0\0\0\3\0\0\0\x64" + bytes(12)), "reset"),
    "http-2.0": error(line(b"HTTP/2.0 200 OK"), "reset", likewise=("ok", "ok")),
    "http-7.3": error(line(b"HTTP/7.3 200 OK"), "reset", likewise=("ok", "ok")),
    "shoutcast": error(line(b"ICY 200 OK"), "reset"),
    "ssh": error(raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "reset"),
    "smtp": error(raw(b"220 mail.example ESMTP\r\n"), "reset"),
    "binary": error(raw(bytes(range(256)) * 8), "reset"),
    "two-digits": error(line(b"HTTP/1.1 20 OK"), "reset"),
    "four-digits": error(line(b"HTTP/1.1 2000 OK"), "reset"),
    "no-digits": error(line(b"HTTP/1.1 OK"), "reset"),
    "minus": error(line(b"HTTP/1.1 -200 OK"), "reset"),
    "zero": error(line(b"HTTP/1.1 000 OK"), "reset", likewise=("error", "http_0")),
    "blank-line-first": ok(line(b"\r\nHTTP/1.1 200 OK"), likewise=REFUSED),
    "status-line-only": error(raw(b"HTTP/1.1 200 OK"), "reset"),
    "half-a-header": error(raw(TYPED + b"Content-Len"), "reset"),
    "header-without-end": error(raw(TYPED), "reset"),
    "reset-in-status-line": error(reset(b"HTTP/1."), "reset"),
    "reset-in-header": error(reset(TYPED + b"X-"), "reset"),
    "reset-after-header": error(reset(head("200 OK", {"Content-Length": "99"})), "reset"),
    "reset-in-body": error(reset(head("200 OK", {"Content-Length": "999"}) + RULES), "reset"),
    "reset-at-once": error(reset(), "reset"),
    "closed-at-once": error(raw(b""), "reset"),
}

HEADERS: dict[str, Case] = {
    "no-fields": ok(raw(OK + b"\r\n" + RULES)),
    "bare-line-feeds": ok(raw(b"HTTP/1.1 200 OK\nContent-Length: %d\n\n%s" % (len(RULES), RULES)), likewise=REFUSED),
    "many-fields": ok(fields(b"".join(b"X-%d: y\r\n" % n for n in range(90)))),
    "long-field": ok(fields(b"X-Policy: " + b"y" * 20_000 + b"\r\n")),
    "latin-field": ok(fields(b"X-Name: \xe9t\xe9 \xff\r\n")),
    "folded-field": ok(fields(b"X-A: b\r\n c\r\n\td\r\n"), likewise=REFUSED),
    "empty-name": error(fields(b": empty\r\n"), "reset", likewise=("ok", "ok")),
    "no-colon": error(fields(b"nothing here\r\n"), "reset", likewise=("ok", "ok")),
    "space-before-colon": error(fields(b"X-A : b\r\n"), "reset", likewise=("ok", "ok")),
    "nul-in-field": error(fields(b"X-A: b\0c\r\n"), "reset", likewise=("ok", "ok")),
    "flood-of-fields": error(raw(OK + b"X-A: b\r\n" * 100_000 + b"\r\n" + RULES), "reset"),
    "flood-of-cookies": error(raw(OK + b"Set-Cookie: a=%s\r\n" % (b"x" * 4000) * 2000 + b"\r\n" + RULES), "reset"),
    "giant-field": error(fields(b"X-A: " + b"b" * 3_000_000 + b"\r\n"), "reset"),
    "giant-name": error(fields(b"X" * 3_000_000 + b": b\r\n"), "reset"),
    "giant-status-line": error(line(b"HTTP/1.1 200 " + b"O" * 3_000_000), "reset"),
    "endless-field": error(endless(b"b" * 10, OK + b"X-A: "), "reset"),
    "endless-fields": error(endless(b"X-A: b\r\n", OK), "reset"),
    "endless-name": error(endless(b"X" * 10, OK), "reset"),
    "endless-status-line": error(endless(b"O" * 10, b"HTTP/1.1 200 "), "reset"),
    "endless-noise": error(endless(b"\xfe\xed", b""), "reset"),
    # 256 KiB of fields are the most, however they are cut.
    "head-of-240-kib": ok(fields(b"X-A: %s\r\n" % (b"b" * 60_000) * 4)),
    "head-of-270-kib": error(fields(b"X-A: %s\r\n" % (b"b" * 67_500) * 4), "reset"),
    "head-of-500-kib": error(fields(b"X-A: %s\r\n" % (b"b" * 50_000) * 10), "reset"),
    "head-of-30-mb": error(fields(b"X-A: %s\r\n" % (b"b" * 65_000) * 460), "reset"),
    "head-of-270-kib-and-a-refusal": error(
        raw(head("403 Forbidden", {"Content-Length": "0"})[:-2] + b"X-A: %s\r\n" % (b"b" * 67_500) * 4 + b"\r\n"),
        "reset",
    ),
    "field-of-200-kib": ok(fields(b"X-A: %s\r\n" % (b"b" * 200_000))),
    "95-fields": ok(fields(b"".join(b"X-%d: y\r\n" % n for n in range(93)))),
    # hyper takes 100 fields at the most, and pyreqwest cannot tell it to take more.
    "200-fields": ok(fields(b"".join(b"X-%d: y\r\n" % n for n in range(198))), fast=REFUSED),
    "cookies-from-everywhere": ok(fields(b"Set-Cookie: a=b; Domain=.example; Path=/\r\n" * 20)),
    "upgrade-offered": ok(fields(b"Upgrade: h2c, websocket\r\nConnection: Upgrade\r\n")),
    "strict-transport": ok(fields(b"Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n")),
    "refresh": ok(fields(b"Refresh: 0; url=https://refresh.example/\r\n")),
}

INTERIM: dict[str, Case] = {
    "continue": ok(after(b"HTTP/1.1 100 Continue\r\n\r\n")),
    "continue-50-times": ok(after(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)),
    "processing": ok(after(b"HTTP/1.1 102 Processing\r\n\r\n" * 5)),
    "hints": ok(after(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" * 20)),
    "hints-and-a-refusal": denied(
        raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" + head("403 Forbidden", {"Content-Length": "0"})), "http_403"
    ),
    "hints-and-a-redirect": ok(
        raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" + head("302 Found", {"Location": "/b", "Content-Length": "0"})),
        paths={"/b": page(RULES)},
    ),
    "hints-and-the-end": error(raw(b"HTTP/1.1 103 Early Hints\r\n\r\n"), "reset"),
    # hyper drops interim answers as they come: what does not end is a read time-out, and what ends has been read.
    "endless-interim": error(
        endless(b"HTTP/1.1 103 Early Hints\r\n\r\n", b""), "reset", fast=("error", "read_timeout")
    ),
    "interim-of-1-mb": error(
        after(b"HTTP/1.1 103 Early Hints\r\nX-A: %s\r\n\r\n" % (b"b" * 1_000) * 1_000), "reset", fast=("ok", "ok")
    ),
    "unknown-interim": ok(after(b"HTTP/1.1 177 Whatever\r\n\r\n" * 3)),
    "switching": error(
        raw(head("101 Switching Protocols", {"Upgrade": "websocket", "Connection": "Upgrade"}) + b"\x81\x05hello"),
        "http_101",
        likewise=REFUSED,
    ),
    "switching-to-nothing": error(raw(head("101 Switching Protocols", {})), "http_101", likewise=REFUSED),
}

CHUNKS: dict[str, Case] = {
    "chunks": ok(chunked(WHOLE + ZERO)),
    "chunks-of-one": ok(chunked(as_chunks(RULES, 1) + ZERO)),
    "chunks-in-pieces": ok(in_pieces(head("200 OK", {"Transfer-Encoding": "chunked"}) + WHOLE + ZERO, 3)),
    "chunks-shouted": ok(chunked(WHOLE + ZERO, Transfer_Encoding="Chunked")),
    "chunk-extension": ok(chunked(WHOLE.replace(b"9\r\n", b'9;name="x"\r\n', 1) + ZERO)),
    "leading-zeros": ok(chunked(WHOLE.replace(b"9\r\n", b"0009\r\n", 1) + ZERO)),
    "trailers": ok(chunked(WHOLE + b"0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n")),
    "trailer-that-lies": ok(chunked(WHOLE + b"0\r\nContent-Length: 5\r\n\r\n"), likewise=REFUSED),
    "trailers-of-10-kb": ok(chunked(WHOLE + b"0\r\nX-A: %s\r\n\r\n" % (b"b" * 10_000))),
    "trailers-of-3-mb": error(chunked(WHOLE + b"0\r\n" + b"X-A: %s\r\n" % (b"b" * 60_000) * 50 + b"\r\n"), "reset"),
    "endless-trailer": error(endless(b"b" * 10, OPEN + WHOLE + b"0\r\nX-A: "), "reset"),
    "endless-extension": error(endless(b"b" * 10, OPEN + WHOLE + b"9;x="), "reset"),
    "extensions": error(chunked(as_chunks(RULES, 1).replace(b"1\r\n", b"1;%s\r\n" % (b"x" * 100_000)) + ZERO), "reset"),
    "100-kb-in-chunks-of-one": ok(chunked(as_chunks(RULES * 3_000, 1) + ZERO), RULES * 3_000),
    "empty-chunks": ok(chunked(ZERO), b"", "no_groups"),
    "bad-size": error(chunked(b"zz\r\n" + WHOLE + ZERO), "reset"),
    "negative-size": error(chunked(b"-9\r\n" + WHOLE + ZERO), "reset"),
    "hexed-size": error(chunked(b"0x9\r\n" + WHOLE[3:] + ZERO), "reset"),
    "no-size": error(chunked(b"\r\n" + WHOLE + ZERO), "reset"),
    "huge-size": error(chunked(b"fffffffffffffffff\r\n" + RULES), "reset"),
    "large-size": error(chunked(b"7fffffff\r\n" + RULES), "reset"),
    "size-too-small": error(chunked(b"5\r\n" + RULES + b"\r\n" + ZERO), "reset"),
    "size-too-large": error(chunked(b"%x\r\n" % (len(RULES) + 3) + RULES + b"\r\n" + ZERO), "reset"),
    "bad-size-later": error(later(OPEN, b"zz\r\n" + WHOLE + ZERO), "reset"),
    "bad-size-in-the-middle": error(later(OPEN + WHOLE, b"zz\r\n" + WHOLE + ZERO), "reset"),
    "bad-trailer-later": error(later(OPEN + WHOLE, b"0\r\nno trailer\0\r\n\r\n"), "reset", likewise=("ok", "ok")),
    "noise-instead-of-more": error(later(OPEN + WHOLE, NOISE), "reset"),
    "no-last-chunk": error(chunked(WHOLE), "reset"),
    "half-a-chunk": error(chunked(WHOLE[:-9]), "reset"),
    "half-an-end": error(chunked(WHOLE + b"0\r\n"), "reset"),
    "not-chunked-at-all": error(chunked(RULES), "reset"),
    "reset-between-chunks": error(reset(head("200 OK", {"Transfer-Encoding": "chunked"}) + WHOLE), "reset"),
    "endless-chunks": cut_off(endless(b"32\r\n%s\r\n" % (b"#" * 0x32), OPEN + WHOLE + b"2\r\n#\n\r\n")),
    "endless-chunk": cut_off(
        endless(b"#####", head("200 OK", {"Transfer-Encoding": "chunked"}) + b"fffffff\r\n" + RULES)
    ),
    # The fast transport's read time-out is for the next bytes of a body, and these are none.
    "endless-size": error(
        endless(b"0", head("200 OK", {"Transfer-Encoding": "chunked"}), 0.01),
        "total_timeout",
        likewise=REFUSED,
        fast=("error", "read_timeout"),
    ),
    "twice-chunked": error(chunked(WHOLE + ZERO, transfer_encoding="chunked"), "reset", likewise=("ok", "ok")),
    "gzip-in-transfer": error(chunked(WHOLE + ZERO, Transfer_Encoding="gzip, chunked"), "reset", likewise=("ok", "ok")),
}

LENGTHS: dict[str, Case] = {
    "no-length": ok(raw(TYPED + b"\r\n" + RULES)),
    "exact": ok(lengths(str(len(RULES)))),
    "too-small": ok(lengths("13"), RULES[:13]),
    "zero": ok(lengths("0"), b"", "no_groups"),
    "too-large": error(lengths(str(len(RULES) + 1)), "reset"),
    "far-too-large": error(lengths(str(10**15)), "reset"),
    "beyond-64-bits": error(lengths("9" * 40), "reset"),
    "below-zero": error(lengths("-1"), "reset"),
    "no-number": error(lengths("many"), "reset"),
    "empty-length": error(lengths(""), "reset", likewise=("ok", "ok")),
    "signed": error(lengths(f"+{len(RULES)}"), "reset", likewise=("ok", "ok")),
    "listed": error(lengths("5, 7"), "reset"),
    "twice-the-same": ok(lengths(str(len(RULES)), str(len(RULES))), likewise=REFUSED),
    "twice-another": error(lengths(str(len(RULES)), "5"), "reset"),
    "length-and-chunks": ok(chunked(WHOLE + ZERO, Content_Length="5"), likewise=REFUSED),
    "empty-and-more": error(cut(b"", 10), "reset"),
    "in-pieces": ok(in_pieces(SIZED + RULES, 2)),
    "promised-and-endless": cut_off(endless(b"#" * 10, head("200 OK", {"Content-Length": str(10**12)}) + RULES)),
    "endless": cut_off(endless(b"Disallow: /x\n", TYPED + b"\r\nUser-agent: *\n")),
    "endless-slowly": cut_off(endless(b"Disallow: /x\n" * 20, TYPED + b"\r\nUser-agent: *\n", 0.05)),
}

AFTERWARDS: dict[str, Case] = {
    "kept": ok(page(RULES, Connection="keep-alive")),
    "kept-and-silent": ok(
        hang(head("200 OK", {"Content-Length": str(len(RULES)), "Connection": "keep-alive"}) + RULES)
    ),
    "kept-and-talking": ok(
        drip(b"x", 0.01, head("200 OK", {"Content-Length": str(len(RULES)), "Connection": "keep-alive"}) + RULES)
    ),
    "kept-without-length": error(hang(head("200 OK", {"Connection": "keep-alive"}) + RULES), "read_timeout"),
    "keep-alive-lies": ok(page(RULES, Keep_Alive="timeout=-5, max=99999999999999999999")),
    "chunks-and-silent": ok(hang(head("200 OK", {"Transfer-Encoding": "chunked"}) + WHOLE + ZERO)),
    "two-answers": ok(raw(2 * (SIZED + RULES))),
    "another-answer": ok(raw(SIZED + RULES + head("500 Oops", {"Content-Length": "0"}))),
    "noise-after-it": ok(raw(SIZED + RULES + NOISE)),
    "noise-later": ok(later(SIZED + RULES, NOISE)),
    "noise-after-the-last-byte": ok(later(SIZED + RULES[:9], RULES[9:] + NOISE)),
    "noise-after-chunks": ok(raw(OPEN + WHOLE + ZERO + NOISE)),
    "noise-after-later-chunks": ok(later(OPEN, WHOLE + ZERO + NOISE)),
    "noise-after-hints-and-it": ok(after(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3, body=RULES + NOISE)),
    "noise-after-a-farewell": ok(page(RULES + NOISE, Connection="close", Content_Length=str(len(RULES)))),
    "noise-after-a-refusal": denied(raw(head("403 Forbidden", {"Content-Length": "0"}) + NOISE), "http_403"),
    "noise-after-an-absence": absent(raw(head("404 Not Found", {"Content-Length": "0"}) + NOISE)),
    "noise-after-a-redirect": ok(
        raw(head("302 Found", {"Location": "/b", "Content-Length": "0"}) + NOISE), paths={"/b": page(RULES)}
    ),
    "body-of-a-204": ok(raw(b"HTTP/1.1 204 No Content\r\n\r\n" + RULES), b"", "no_groups"),
    "lines-after-it": ok(raw(SIZED + RULES + b"\r\n\r\n" * 9)),
    "lines-and-noise-after-it": ok(raw(SIZED + RULES + b"\r\n\r\n" * 9 + NOISE)),
    "http-0.9-after-it": ok(raw(SIZED + RULES + HTML)),
    "endless-after-it": ok(endless(b"noise", SIZED + RULES)),
    "reset-after-it": ok(reset(SIZED + RULES)),
    "absent-with-a-long-body": absent(endless(b"x" * 10, head("404 No", {"Content-Length": str(10**12)}))),
    "redirect-with-a-long-body": ok(
        endless(b"x" * 10, head("302 Found", {"Location": "/b", "Content-Length": str(10**12)})),
        paths={"/b": page(RULES)},
    ),
    "redirect-without-end": no_redirect(endless(b"x" * 10, head("302 Found", {"Location": "/robots.txt"}))),
    "refusal-without-end": denied(endless(b"x" * 10, head("403 Forbidden", {})), "http_403"),
    "error-without-end": error(hang(head("500 Oops", {"Content-Length": "9"})), "http_500"),
}

# Without TLS, the end of a connection comes sooner behind what was sent over it.
PLAIN = {
    name: replace(case, https="closed", http="web")
    for name, case in {**CHUNKS, **AFTERWARDS}.items()
    if name.startswith(("noise", "lines", "bad", "half", "reset", "kept", "chunk", "another"))
}

TABLE: dict[str, Case] = {}
for part, rows in {
    "line": STATUS_LINES,
    "header": HEADERS,
    "interim": INTERIM,
    "chunks": CHUNKS,
    "length": LENGTHS,
    "after": AFTERWARDS,
    "plain": PLAIN,
}.items():
    TABLE.update({f"{part}.{name}": case for name, case in rows.items()})

CHANGES = {"read_timeout": 1, "total_timeout": 3}


@pytest.mark.parametrize("name", TABLE)
def test_the_outcome(seen: Seen, name: str, transport: str) -> None:
    hold(TABLE[name].on(transport), seen[name])
