"""The fast way of sending (extra `fast`): httpx's API over pyreqwest, with the vetted addresses pinned.

A pyreqwest client knows its hosts from the start and costs milliseconds, so that ways are made in batches: hosts that
are found within a moment of each other share a client, which is closed when the last of them is released.
"""

import asyncio
import atexit
import os
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import certifi
import httpx
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError
from pyreqwest.http import HeaderMap, Url

from tracker.net.failures import Explained, Failure
from tracker.net.guard import AddressRefused
from tracker.net.resolve import DnsFailure, Resolver
from tracker.net.way import Way

if TYPE_CHECKING:
    from pyreqwest.request import StreamRequest
    from pyreqwest.response import ResponseBodyReader

Got = TypeVar("Got")

BATCH = 100
MOMENT = 0.03
_OTHER_MAY_HELP = frozenset({"refused", "connect_timeout"})
# A connection left open by a visit that went elsewhere cannot be closed by itself: it must not linger.
_IDLE = timedelta(seconds=1)
_THREAD = "pyreqwest"


class Batches:
    """Makes ways whose requests go through clients that many hosts share.

    connect, read: time-outs in seconds. ca_file: PEM of further roots.
    """

    def __init__(self, resolver: Resolver, connect: float, read: float, ca_file: Path | None) -> None:
        self.resolver = resolver
        self._connect = timedelta(seconds=connect)
        self._read = timedelta(seconds=read)
        self._roots = _certificates(ca_file) if ca_file else []
        self._filling: _Batch | None = None
        self._closing: set[asyncio.Task[None]] = set()
        _trust_certifi()
        _end_quietly()

    async def way(self, host: str, addresses: tuple[str, ...]) -> Way:
        """The way to vetted addresses of a host, once its batch is complete."""
        batch = self._filling
        if batch is None or host in batch.addresses:
            batch = self._filling = _Batch(self)
            asyncio.get_running_loop().call_later(MOMENT, self._filled, batch)
        line = _Line(batch, host, addresses)
        if len(batch.addresses) >= BATCH:
            self._filled(batch)
        try:
            await batch.complete.wait()
        except BaseException:
            line.close()
            raise
        return Way(host, addresses, line)

    def _filled(self, batch: "_Batch") -> None:
        batch.complete.set()
        if self._filling is batch:
            self._filling = None

    def client(self, addresses: dict[str, str], port: int) -> Client:
        """A client that knows these hosts. port: where they are, 0 for where their URLs say."""
        builder = (
            ClientBuilder()
            .http1_only()
            .no_proxy()
            .follow_redirects(False)
            .referer(False)
            .default_cookie_store(False)
            .gzip(False)
            .brotli(False)
            .zstd(False)
            .deflate(False)
            .connect_timeout(self._connect)
            .read_timeout(self._read)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(_IDLE)
            # As lenient as the default transport: a robots.txt is no worse for an odd header beside it.
            .http1_ignore_invalid_headers_in_responses(True)
            .http1_allow_obsolete_multiline_headers_in_responses(True)
            .http1_allow_spaces_after_header_name_in_responses(True)
        )
        for root in self._roots:
            builder = builder.add_root_certificate_pem(root)
        for host, address in addresses.items():
            builder = builder.resolve(host, address, port)
        return builder.build()

    def end(self, client: Client) -> None:
        """Close a client in the background."""
        task = asyncio.get_running_loop().create_task(client.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def aclose(self) -> None:
        """Wait for what is being closed."""
        if self._closing:
            await asyncio.wait(self._closing)


class _Batch:
    """Hosts and their clients: one for each port that the resolver makes of a usual one, nearly always just one."""

    def __init__(self, owner: Batches) -> None:
        self.addresses: dict[str, str] = {}
        self.complete = asyncio.Event()
        self.lines = 0
        self.owner = owner
        self._clients: dict[int, Client] = {}

    def client(self, url: Url) -> Client:
        """The client for a URL; raises Explained for a port that the resolver does not serve."""
        number = url.port_or_known_default or 0
        try:
            real = self.owner.resolver.port(number)
        except ConnectionRefusedError as error:
            raise Explained(Failure("refused", str(error), before_request=True)) from None
        if real != number and url.port is not None:
            raise Explained(Failure("refused", f"port {number} is elsewhere", before_request=True))
        port = 0 if real == number else real
        if port not in self._clients:
            self._clients[port] = self.owner.client(self.addresses, port)
        return self._clients[port]

    def close(self) -> None:
        for client in self._clients.values():
            self.owner.end(client)
        self._clients.clear()


class _Line:
    """A `Line` through the client of a batch."""

    def __init__(self, batch: _Batch, host: str, addresses: tuple[str, ...]) -> None:
        self.kept = False
        self._host = host
        self._open = ""  # the origin whose connection was left open
        # A client knows one address of a host. Where that fails, the next is tried.
        first, *self._others = addresses
        self._join(batch, first)

    def _join(self, batch: _Batch, address: str) -> None:
        self.address = address
        self._batch: _Batch | None = batch
        batch.addresses[self._host] = address
        batch.lines += 1

    async def send(self, request: httpx.Request) -> httpx.Response:
        url = _url(request)
        if (url.host_str or "").strip("[]") != self._host:
            # The client would ask the system's resolver, which nobody vets.
            raise AddressRefused(f"{request.url} refused: {url.host_str} is not {self._host}")
        origin = url.origin_ascii
        self.kept = origin == self._open
        self._open = ""
        while True:
            try:
                response = await self._attempt(request, url)
            except Explained as error:
                if error.failure.cause not in _OTHER_MAY_HELP or not error.failure.before_request or not self._others:
                    raise
                self._turn_to(self._others.pop(0))
            else:
                self._open = "" if request.headers["connection"] == "close" else origin
                return response

    async def _attempt(self, request: httpx.Request, url: Url) -> httpx.Response:
        assert self._batch is not None
        asking = self._batch.client(url).request("GET", url).headers(request.headers.multi_items())
        # Without reading ahead: it would hold back the head of an answer whose body does not come.
        streamed = asking.streamed_read_buffer_limit(0).build_streamed()
        try:
            answer = await _heeding(streamed.__aenter__())
        except PyreqwestError as error:
            raise Explained(_explain(error)) from error
        body = _Body(streamed, answer.body_reader)
        return httpx.Response(answer.status, headers=_fields(answer.headers), stream=body, request=request)

    def _turn_to(self, address: str) -> None:
        """Leave the batch for one of our own, where the host has another address."""
        assert self._batch is not None
        own = _Batch(self._batch.owner)
        own.complete.set()
        self.close()
        self._join(own, address)

    def close(self) -> None:
        batch, self._batch = self._batch, None
        if batch is not None:
            batch.lines -= 1
            if not batch.lines and batch.complete.is_set():
                batch.close()


class _Body(httpx.AsyncByteStream):
    """The body of an answer as it comes."""

    def __init__(self, streamed: "StreamRequest", reader: "ResponseBodyReader") -> None:
        self._streamed = streamed
        self._reader = reader

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while (chunk := await _heeding(self._reader.read_chunk())) is not None:
                yield bytes(chunk)
        except PyreqwestError as error:
            raise Explained(_explain(error)) from error

    async def aclose(self) -> None:
        with suppress(PyreqwestError):
            await _heeding(self._streamed.__aexit__(None, None, None))


async def _heeding(work: Awaitable[Got]) -> Got:
    """Await something of pyreqwest's, and heed a cancellation.

    It forgets one when its result comes at the same moment. Then a time-out has passed for nothing, and no other comes.
    """
    task = asyncio.current_task()
    assert task is not None
    before = task.cancelling()
    try:
        return await work
    finally:
        if task.cancelling() > before:
            raise asyncio.CancelledError


def _fields(headers: HeaderMap) -> list[tuple[str, str]]:
    """The header fields, names in lower case; without those that pyreqwest cannot hand on: not all of it is ASCII."""
    try:
        return list(headers.items())
    except ValueError:
        fields = []
        for name in dict.fromkeys(headers.keys()):
            with suppress(ValueError):
                fields += [(name, value) for value in headers.getall(name)]
        return fields


def _url(request: httpx.Request) -> Url:
    try:
        return Url(str(request.url))
    except ValueError as error:
        raise DnsFailure("dns_nxdomain", f"no such name: {error}") from None


# What stands in the chain of causes, all of it text, and what it means.
_OF_THE_SYSTEM = (
    ("Connection refused", "refused"),
    ("Connection reset", "reset"),
    ("Broken pipe", "reset"),
    ("timed out", "connect_timeout"),
    ("unreachable", "connect_timeout"),
    ("No route to host", "connect_timeout"),
    ("eof", "reset"),
)


def _explain(error: PyreqwestError) -> Failure:
    """The failure behind an error of pyreqwest, from its causes: the types do not tell a refusal from a bad name."""
    details = getattr(error, "details", None) or {}
    causes = [cause["message"] for cause in details.get("causes") or ()]
    said = " / ".join(causes)
    line = f"{type(error).__name__}: {causes[-1] if causes else error}"
    if "(Connect)" in said:
        if "invalid peer certificate" in said:
            return Failure("tls_certificate", line, before_request=True)
        if "dns error" in said:
            return Failure("guard", f"a name that was not vetted: {line}")
        cause = next((cause for words, cause in _OF_THE_SYSTEM if words in said), "tls_other")
        return Failure(cause, line, before_request=True)
    if "timed out" in said:
        return Failure("read_timeout")
    if "fatal alert" in said:  # TLS 1.3 refuses a client that shows no certificate only after the handshake
        return Failure("tls_other", line)
    return Failure("reset", line)


def _certificates(ca_file: Path) -> list[bytes]:
    """The certificates of a PEM file that has been found readable, one by one."""
    end = b"-----END CERTIFICATE-----"
    return [part[part.index(b"-----BEGIN") :] + end for part in ca_file.read_bytes().split(end)[:-1]]


def _trust_certifi() -> None:
    """Make certifi's roots those that rustls trusts: it would take the system's, which are others everywhere."""
    os.environ["SSL_CERT_FILE"] = certifi.where()
    os.environ.pop("SSL_CERT_DIR", None)


_ending: list[bool] = []


def _end_quietly() -> None:
    if not _ending:
        _ending.append(True)
        atexit.register(_await_rest)


def _await_rest() -> None:
    """Let the thread of pyreqwest come to rest before Python ends.

    If it still lets go of an object just then, the process aborts (PyO3 and CPython's finalisation). While we sleep
    here nobody keeps it from the interpreter, so that asleep means idle.
    """
    deadline = time.monotonic() + 5
    quiet = 0
    while quiet < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
        quiet = 0 if _is_busy() else quiet + 1


def _is_busy() -> bool:
    """Whether a thread of pyreqwest is running or about to (Linux; elsewhere a pause must do)."""
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        time.sleep(0.1)
        return False
    for task in tasks.iterdir():
        with suppress(OSError):  # the thread has ended
            name, _, rest = (task / "stat").read_text().partition("(")[2].rpartition(")")
            if name.startswith(_THREAD) and rest.split()[0] != "S":
                return True
    return False
