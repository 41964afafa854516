"""Real pywb, the software behind Common Crawl's index and many web archives, in an environment of its own."""

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# pywb wants pkg_resources, which setuptools has dropped; the rest follows from its own pins.
REQUIREMENTS = ("pywb==2.10.0", "setuptools<81", "warcio==1.8.1")
PATIENCE = 60  # seconds for a server to come up


class Pywb:
    """The programs of an installed pywb."""

    def __init__(self, environment: Path) -> None:
        self._programs = environment / "bin"

    def run(self, folder: Path, *arguments: str) -> None:
        """Run wb-manager in a folder of collections."""
        command = [str(self._programs / "wb-manager"), *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, env=self._environment)

    def collection(self, folder: Path, name: str, *warcs: Path) -> None:
        """Make a collection of WARC files."""
        self.run(folder, "init", name)
        self.run(folder, "add", name, *map(str, warcs))

    @contextmanager
    def serve(self, folder: Path, config: str = "") -> Iterator[str]:
        """Serve the collections of a folder on loopback; gives the address."""
        (folder / "config.yaml").write_text(config)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [str(self._programs / "wayback"), "-b", "127.0.0.1", "-p", str(port)]
        with (folder / "pywb.log").open("wb") as log:
            server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=self._environment)
        try:
            _await(port, server, folder / "pywb.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(10)

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": f"{self._programs}{os.pathsep}{os.environ['PATH']}", "PYTHONWARNINGS": "ignore"}


def _await(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"pywb did not come up: {log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def pywb() -> Pywb:
    """pywb, installed once for all runs and workers of this machine."""
    mark = f"{sys.version_info[:2]} {REQUIREMENTS}"
    folder = Path(tempfile.gettempdir()) / f"drywell-pywb-{hashlib.sha256(mark.encode()).hexdigest()[:12]}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            _install(folder / "env")
            (folder / "ready").touch()
    return Pywb(folder / "env")


def _install(environment: Path) -> None:
    shutil.rmtree(environment, ignore_errors=True)
    uv, python = shutil.which("uv"), str(environment / "bin" / "python")
    commands = (
        [
            [uv, "venv", "--quiet", "--python", sys.executable, str(environment)],
            [uv, "pip", "install", "--quiet", "--python", python, *REQUIREMENTS],
        ]
        if uv
        else [
            [sys.executable, "-m", "venv", str(environment)],
            [python, "-m", "pip", "install", "--quiet", *REQUIREMENTS],
        ]
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"pywb cannot be installed: {done.stderr[-2000:]}")
