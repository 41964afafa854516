"""The farm's web server for sites that take their time: raw asyncio, HTTPS and HTTP.

    python -m tests.benchmarks.crawl.farm.server FOLDER HTTPS_PORT HTTP_PORT

Where nginx is missing it serves the sites that answer at once as well.
"""

import asyncio
import math
import ssl
import sys
from functools import cache
from pathlib import Path

from tests.benchmarks.crawl.farm import hostile, sites
from tracker.net.loop import run

_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nnot found"
_BACKLOG = 4096


@cache
def _file(folder: Path, name: str, gzipped: bool) -> bytes:
    """A whole answer."""
    body = (folder / "www" / (name + (".gz" if gzipped else ""))).read_bytes()
    kind = "text/plain" if name.endswith(".txt") else "text/html"
    encoding = "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n" if gzipped else ""
    length = f'Content-Length: {len(body)}\r\n{encoding}ETag: "{len(body)}"'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{length}\r\n\r\n"
    return head.encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, folder: Path, scheme: str) -> None:
        self._folder = folder
        self._scheme = scheme
        self._got = b""
        self._room = asyncio.Event()
        self._room.set()
        self._attack: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._attack:
            self._attack.cancel()

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    def data_received(self, data: bytes) -> None:
        self._got += data
        while b"\r\n\r\n" in self._got:
            head, _, self._got = self._got.partition(b"\r\n\r\n")
            self._answer(head.decode("latin-1"))

    def _answer(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        path, authority = first.split(" ")[1], headers.get("host", "")
        host = authority.partition(":")[0].lower()
        if attack := hostile.ATTACKS.get(sites.kind_of(host)):
            self._attack = asyncio.ensure_future(attack(self._transport, self._room))
            return
        wait = sites.first_byte(host, path)
        closes = headers.get("connection", "").lower() == "close"
        if wait < math.inf:
            said = self._said(host, authority, path, "gzip" in headers.get("accept-encoding", ""))
            asyncio.get_running_loop().call_later(wait, self._write, said, closes)

    def _said(self, host: str, authority: str, path: str, gzipped: bool) -> bytes:
        if sites.kind_of(host) == "red" and not host.startswith("www-"):
            target = f"{self._scheme}://www-{authority}{path}"
            return f"HTTP/1.1 301 Moved Permanently\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
        files = {"/robots.txt": f"robots{sites.number_of(host) % 10}.txt", "/": "home.html", "/llms.txt": "terms.txt"}
        files["/terms"] = "terms.html"
        return _file(self._folder, files[path], gzipped) if path in files else _NOT_FOUND

    def _write(self, said: bytes, closes: bool) -> None:
        if not self._transport.is_closing():
            self._transport.write(said)
            if closes:
                self._transport.close()


async def _serve(folder: Path, https: int, http: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    context.set_alpn_protocols(["http/1.1"])
    loop = asyncio.get_running_loop()
    for address in sites.ANSWERING:
        for scheme, port, tls in (("https", https, context), ("http", http, None)):
            await loop.create_server(
                lambda scheme=scheme: _Connection(folder, scheme),  # type: ignore[misc]
                address,
                port,
                ssl=tls,
                backlog=_BACKLOG,
            )
    await asyncio.Event().wait()


if __name__ == "__main__":
    run(_serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
