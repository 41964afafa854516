"""No site can cost more bytes, time or sockets than it is given."""

import asyncio
import gzip
import os
import socket
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.web import (
    RULES,
    Answer,
    Ask,
    Request,
    Web,
    chunked,
    drip,
    endless,
    hang,
    head,
    look,
    packed,
    page,
    raw,
    settings_for,
)
from tracker.core.outcomes import BODY_CAP
from tracker.net.fetch import Fetcher
from tracker.net.loop import run

ENDLESS_HEAD = head("200 OK", {"Content-Type": "text/plain"}) + b"User-agent: *\n"


def fill(before: bytes, size: int) -> bytes:
    return before + b"#" * (size - len(before))


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
    assert (str(seen.outcome), set(seen.flags), len(seen.body or b"")) == ("ok", {"truncated"}, BODY_CAP)


def cost(web: Web, transport: str, host: str, count: int, patience: float = 2) -> tuple[set[str], float]:
    """What so many looks at once at a site see, and the MB that they take: measured in a process of its own."""
    script = f"""
        import asyncio, re
        from pathlib import Path
        from tests.web import LOOPBACK
        from tracker.net.fetch import Fetcher, FetchSettings
        from tracker.net.loop import run
        from tracker.net.resolve import FixedResolver, make_resolver

        settings = FetchSettings(
            resolver=FixedResolver({{80: {web.http}, 443: {web.https}}}),
            read_timeout={patience}, total_timeout={2 * patience},
            ca_file=Path({str(web.ca_file)!r}), allow_private=LOOPBACK, transport={transport!r})

        def peak():  # ru_maxrss may be of whoever started this process
            return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

        async def main():
            async with Fetcher(settings) as fetcher:
                await fetcher.robots("plain.example")
                before = peak()
                seen = await asyncio.gather(*(fetcher.robots({host!r}) for _ in range({count})))
                print(peak() - before, *{{s.cause + "".join(s.flags) for s in seen}})

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
    megabytes, *causes = done.stdout.split()
    return set(causes), float(megabytes)


MEASURED = pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="measures through /proc")


@MEASURED
def test_a_bomb_costs_no_memory(web: Web, transport: str) -> None:
    """20 bombs of 20 MB at once may not cost 20 MB in all."""
    bomb = gzip.compress(fill(RULES, 20 << 20), 9)
    web.on("bomb.example", page(bomb, Content_Encoding="gzip"))
    causes, megabytes = cost(web, transport, "bomb.example", 20)
    assert causes == {"oktruncated"}
    assert megabytes < 60, "MB for 20 bombs, whose kept bytes alone are 10 MB"


OK = b"HTTP/1.1 200 OK\r\n"
FIELDS = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 65_000) for number in range(400))
HEADS = {
    "huge": raw(OK + FIELDS + b"\r\n"),
    "endless": endless(b"X-A: " + b"b" * 1_000 + b"\r\n", OK),
    "interim": endless(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", b""),
    "trailers": chunked(b"1\r\n#\r\n0\r\n" + FIELDS + b"\r\n"),
}


@MEASURED
@pytest.mark.parametrize("name", HEADS)
def test_heads_cost_no_memory(web: Web, transport: str, name: str) -> None:
    """10 heads of 26 MB, or without an end, at once."""
    web.on("heads.example", HEADS[name])
    # Interim answers go by in the fast transport, until the read time-out.
    ends = "read_timeout" if (transport, name) == ("fast", "interim") else "reset"
    causes, megabytes = cost(web, transport, "heads.example", 10, patience=2 if ends == "read_timeout" else 12)
    assert causes == {ends}
    assert megabytes < 40


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
def test_slow_sites_end(web: Web, answer: Answer, cause: str, transport: str) -> None:
    web.on("slow.example", answer)
    seen = look(web, "slow.example", read_timeout=0.4, total_timeout=0.8, transport=transport)
    if transport == "fast" and cause == "total_timeout":
        cause = seen.cause if seen.cause == "read_timeout" else cause  # there it spans the whole head of an answer
    assert (str(seen.outcome), seen.cause, seen.body) == ("error", cause, None)
    assert seen.seconds < 2


def deaf(answer: Answer) -> Answer:
    """The same from a server that reads nothing any more, not even that the client is leaving."""

    async def deafened(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await answer(request, writer)

    return deafened


def connections_to(port: int) -> int:
    """Sockets of this process that are connected to a port."""
    count = 0
    for descriptor in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            copy = os.dup(int(descriptor))
            try:
                end = socket.socket(fileno=copy)
            except OSError:
                os.close(copy)
                raise
            with end:
                count += end.family == socket.AF_INET and end.getpeername()[1] == port
    return count


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts sockets through /proc")
@pytest.mark.parametrize(
    "answer",
    [
        hang(),
        hang(ENDLESS_HEAD),
        hang(head("404 Not Found", {"Content-Length": "9"})),
        endless(b"Disallow: /x\n", ENDLESS_HEAD),
        drip(RULES, 0.01, before=ENDLESS_HEAD),
    ],
)
def test_an_answer_not_read_to_its_end_is_hung_up_on(web: Web, answer: Answer, transport: str) -> None:
    """An orderly end of TLS would wait for the other side, and read what it still sends, for up to 30 s."""
    web.on("talker.example", deaf(answer))

    async def main() -> None:
        async with Fetcher(settings_for(web, transport=transport, read_timeout=0.3, total_timeout=0.5)) as fetcher:
            await fetcher.robots("talker.example")
            await asyncio.sleep(0.05)
            assert connections_to(web.https) == 0

    run(main())


def test_the_total_time_spans_redirects(web: Web, transport: str) -> None:
    for n in range(5):
        before = head("302 Found", {"Location": f"/{n + 1}", "Content-Length": "0"})
        web.on("crawling.example", drip(before, 0.02), path="/robots.txt" if n == 0 else f"/{n}")
    seen = look(web, "crawling.example", total_timeout=1.5, transport=transport)
    assert (seen.cause, seen.url) == ("total_timeout", "https://crawling.example/robots.txt")
