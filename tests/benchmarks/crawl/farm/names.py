"""The farm's name server, on UDP: answers by what a name says (`farm.sites`), after a set delay.

python -m tests.benchmarks.crawl.farm.names ADDRESS PORT DELAY_MS
"""

import asyncio
import socket
import struct
import sys

from tests.benchmarks.crawl.farm import sites

_SERVFAIL, _NXDOMAIN = 2, 3
_A = b"\0\1"
_FAILING_SECONDS = 2.0


def question(packet: bytes) -> tuple[str, bytes, int]:
    """Name, type and end of the question in a DNS message."""
    labels, at = [], 12
    while length := packet[at]:
        labels.append(packet[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels).lower(), packet[at + 1 : at + 3], at + 5


def answer(packet: bytes) -> bytes:
    """The response to a query; names without the kind asked for have an empty one."""
    name, kind, end = question(packet)
    code, record = 0, b""
    if sites.kind_of(name) == "sf":
        code = _SERVFAIL
    elif (address := sites.address_of(name)) is None:
        code = _NXDOMAIN
    elif kind == _A:
        record = b"\xc0\x0c\0\1\0\1" + struct.pack("!IH", 300, 4) + socket.inet_aton(address)
    return packet[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, bool(record), 0, 0) + packet[12:end] + record


class _Server(asyncio.DatagramProtocol):
    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._later = asyncio.get_running_loop().call_later

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._send = transport.sendto

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        kind = sites.kind_of(question(data)[0])
        if kind == "dt":
            return
        delay = _FAILING_SECONDS if kind == "sf" else self._delay
        if delay:
            self._later(delay, self._send, answer(data), addr)
        else:
            self._send(answer(data), addr)


async def _serve(address: str, port: int, delay: float) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Server(delay), local_addr=(address, port))
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1000))
