"""Starts and stops the farm, and tells the clients in a file where it is."""

import json
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.benchmarks.crawl.farm import nginx, pages, sites

_ROOT = Path(__file__).parents[4]
_NAMES = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a farm is. https, http: its ports. names: IP:PORT of its name server. ca, bundle: PEM files."""

    https: int
    http: int
    names: str
    ca: str
    bundle: str

    @classmethod
    def read(cls, path: Path) -> "Place":
        """From the file that `write` made."""
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path) -> Path:
        """As JSON; gives the path back."""
        path.write_text(json.dumps(asdict(self)))
        return path

    def url(self, host: str, path: str) -> str:
        """An address for clients that cannot be told other ports."""
        port = "" if self.https == 443 else f":{self.https}"
        return f"https://{host}{port}{path}"


class Farm:
    """The farm's processes, as a context manager; `place` says where it is.

    folder: empty; pages and certificates come there. slow: of the mix `real` (else `clean`). delay: of the name server,
    in milliseconds. served: "nginx" or "python".
    """

    def __init__(self, folder: Path, *, slow: bool, delay: int) -> None:
        self._folder = folder
        self._slow = slow
        self._delay = delay
        self._processes: list[subprocess.Popen[bytes]] = []
        self._hole: list[socket.socket] = []

    def __enter__(self) -> Self:
        pages.write(self._folder)
        https, http, dns = _free(socket.SOCK_STREAM), _free(socket.SOCK_STREAM), _free(socket.SOCK_DGRAM)
        self.place = Place(
            https, http, f"{_NAMES}:{dns}", str(self._folder / "ca.pem"), str(self._folder / "bundle.pem")
        )
        self._dig_hole(https, http)
        self._start_python("names", _NAMES, str(dns), str(self._delay))
        command = None if self._slow else nginx.command(self._folder, https, http)
        self.served = "nginx" if command else "python"
        if command:
            self._processes.append(subprocess.Popen(command))
        else:
            self._start_python("server", str(self._folder), str(https), str(http))
        for address in sites.ANSWERING:
            _await(address, https)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(10)
        for one in self._hole:
            one.close()

    def _start_python(self, module: str, *arguments: str) -> None:
        program = [sys.executable, "-m", f"{__package__}.{module}", *arguments]
        self._processes.append(subprocess.Popen(program, cwd=_ROOT))

    def _dig_hole(self, *ports: int) -> None:
        """An address that answers nothing: the queue of a socket that never accepts is full, so SYNs are dropped."""
        for port in ports:
            listener = socket.create_server((sites.BLACK_HOLE, port), backlog=0)
            self._hole.append(listener)
            for _ in range(3):
                waiting = socket.socket()
                waiting.setblocking(False)
                waiting.connect_ex((sites.BLACK_HOLE, port))
                self._hole.append(waiting)


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind((sites.ANSWERING[0] if kind == socket.SOCK_STREAM else _NAMES, 0))
        return int(one.getsockname()[1])


def _await(address: str, port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection((address, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the farm does not listen at {address}:{port}")
