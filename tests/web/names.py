"""A name server on loopback."""

import asyncio
import struct
from collections import Counter
from ipaddress import ip_address
from typing import Any, ClassVar

from tests.web.threads import Threaded


class Dns(Threaded):
    """A name server on UDP. names: host to addresses, or "nxdomain", "servfail", "refused", "empty",
    "silent".

    A list of lists is answered one list after the other, the last for ever (rebinding). `asked` counts the
    questions for A records.
    """

    _CODES: ClassVar = {"empty": 0, "servfail": 2, "nxdomain": 3, "refused": 5}

    def __init__(self, names: dict[str, str | list[str] | list[list[str]]]) -> None:
        self._names = names
        self.asked: Counter[str] = Counter()

    async def start(self) -> None:
        server = self

        class Protocol(asyncio.DatagramProtocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.transport = transport

            def datagram_received(self, data: bytes, address: Any) -> None:
                if answer := server._answer(data):
                    self.transport.sendto(answer, address)

        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(Protocol, local_addr=("127.0.0.1", 0))
        self.address = "127.0.0.1:{}".format(self._transport.get_extra_info("sockname")[1])

    async def finish(self) -> None:
        self._transport.close()

    def _answer(self, data: bytes) -> bytes | None:
        labels, at = [], 12
        while length := data[at]:
            labels.append(data[at + 1 : at + 1 + length].decode())
            at += 1 + length
        question, kind = data[12 : at + 5], data[at + 1 : at + 3]
        name = ".".join(labels).lower()
        known = self._names.get(name, "nxdomain")
        addresses = self._addresses(name, known, count=kind == b"\0\1")
        if known == "silent":
            return None
        code = self._CODES[known] if isinstance(known, str) else 0
        records = b"".join(
            b"\xc0\x0c" + kind + b"\0\1" + struct.pack("!IH", 0, len(packed)) + packed
            for packed in (ip_address(a).packed for a in addresses)
            if (len(packed) == 4) == (kind == b"\0\1")
        )
        count = records.count(b"\xc0\x0c" + kind)
        return data[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, count, 0, 0) + question + records

    def _addresses(self, name: str, known: Any, *, count: bool) -> list[str]:
        turn = self.asked[name]
        self.asked[name] += count
        if isinstance(known, str) or not known:
            return []
        return known[min(turn, len(known) - 1)] if isinstance(known[0], list) else known
