"""What all clients share: their arguments, the clock, and the line they print."""

import argparse
import json
import re
import resource
import socket
import struct
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.crawl.farm import sites
from tests.benchmarks.crawl.farm.farm import Place

AGENT = "DrywellBench/1 (+https://drywell.example/bot)"
TIMEOUTS = (5.0, 10.0, 20.0)
"""Seconds to connect, between two reads, in all."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run took: seconds of CPU of the process with its threads and of the clock, its peak memory.

    found: sites whose robots.txt was read. statuses: what came of the requests.
    """

    cpu: float
    wall: float
    rss_mb: float
    sites: int
    found: int
    statuses: dict[str, int]

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU a site."""
        return 1_000 * self.cpu / self.sites


def arguments(parser: argparse.ArgumentParser | None = None, *, listed: bool = True) -> argparse.Namespace:
    """What to ask of whom, with `place`, `paths` and, if they are to be `listed`, `hosts` read from it."""
    parser = parser or argparse.ArgumentParser()
    parser.add_argument("farm", type=Path)
    parser.add_argument("--mix", choices=tuple(sites.MIXES), default="clean")
    parser.add_argument("--sites", type=int, default=500)
    parser.add_argument("--workers", type=int, default=100)
    parser.add_argument("--pages", type=int, default=1, help="1: robots.txt; 4: home page, tdmrep.json and a text too")
    given = parser.parse_args()
    given.place = Place.read(given.farm)
    given.hosts = list(sites.hosts(given.mix, given.sites)) if listed else []
    given.paths = sites.PATHS[: given.pages]
    return given


class Stopwatch:
    """Runs from its making."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), _cpu()

    def tell(self, count: int, found: int, statuses: Counter[str]) -> None:
        """Print the line."""
        cpu, wall = _cpu() - self._cpu, time.perf_counter() - self._wall
        print(json.dumps(asdict(Measured(cpu, wall, peak_mb(), count, found, dict(statuses)))))


def peak_mb() -> float:
    """The most memory that this process has had, in MB; `ru_maxrss` may be of whoever started it."""
    if found := re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii")):
        return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def look_up(server: str, host: str, timeout: float = 2.5, tries: int = 2) -> str:
    """A name's address from the farm's name server, blocking, as the system's resolver would; raises gaierror.

    The system's own cannot be led to another port. This costs a client less than that would.
    """
    address, _, port = server.rpartition(":")
    labels = b"".join(bytes([len(label)]) + label.encode() for label in host.split("."))
    query = b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(timeout)
        for _ in range(tries):
            one.sendto(query, (address, int(port)))
            try:
                return _address(one.recv(512), len(query))
            except TimeoutError:
                continue
    raise socket.gaierror(socket.EAI_AGAIN, "no answer")


def _address(reply: bytes, question_end: int) -> str:
    code, answers = reply[3] & 15, struct.unpack_from("!H", reply, 6)[0]
    if code == 3:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    if code or not answers:
        raise socket.gaierror(socket.EAI_AGAIN, f"code {code}")
    return socket.inet_ntoa(reply[question_end + 12 : question_end + 16])


def count_found(seen: Sequence[str]) -> int:
    """Distinct live sites among those seen."""
    return len({host for host in seen if sites.is_live(host)})
