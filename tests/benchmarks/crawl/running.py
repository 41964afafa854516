"""Running the clients, each in a process of its own, and holding what they took against each other."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from tests.benchmarks.crawl.clients.common import Measured
from tests.benchmarks.crawl.farm.farm import Place

ROOT = Path(__file__).parents[3]
_LIMIT = Path(__file__).parent / "clients" / "limit.c"


class Runner:
    """Runs a client to its end. folder: for the farm's description and the compiled limit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._limit: Path | None = None

    def run(self, client: str, place: Place, **options: object) -> Measured:
        """A module of `clients`, its options by name: True stands for a flag, a list for several values."""
        command = [sys.executable, "-m", f"tests.benchmarks.crawl.clients.{client}"]
        command.append(str(place.write(self._folder / "farm.json")))
        for name, value in options.items():
            if value is not False:
                values = [] if value is True else value if isinstance(value, list) else [value]
                command += [f"--{name}", *map(str, values)]
        return _measured(command)

    def limit(self, place: Place, sites: int, workers: int, pages: int) -> Measured | None:
        """The client in C; None where there is no compiler or no OpenSSL to compile against."""
        if self._limit is None:
            compiler = shutil.which("cc")
            program = self._folder / "limit"
            build = [compiler or "", "-O2", "-o", str(program), str(_LIMIT), "-lssl", "-lcrypto"]
            if compiler is None or subprocess.run(build, capture_output=True, check=False).returncode:
                return None
            self._limit = program
        return _measured([str(self._limit), *map(str, (sites, workers, place.https, place.bundle, pages))])


def _measured(command: Sequence[str]) -> Measured:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=1_800)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2_000:]}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def missing(*packages: str) -> str:
    """Which peers are not installed, and how to have them; empty if all are."""
    absent = [name for name in packages if find_spec(name) is None]
    return f"{', '.join(absent)} not installed: uv run --group bench pytest …" if absent else ""


Rounds = Sequence[Mapping[str, Measured]]


def middle(rounds: Rounds, name: str) -> Measured:
    """The run of the median CPU time."""
    return sorted((one[name] for one in rounds), key=lambda run: run.cpu_ms)[len(rounds) // 2]


def ratio(rounds: Rounds, name: str, peer: str, target: str = "") -> str:
    """How many times the peer's CPU time is ours, in the median of the rounds, with its range."""
    if any(peer not in one for one in rounds):
        return ""
    each = sorted(one[peer].cpu_ms / one[name].cpu_ms for one in rounds)
    text = f"{median(each):.2f}" if median(each) < 1 else f"{median(each):.1f}"
    return f"{peer} ÷ {text} ({each[0]:.1f} to {each[-1]:.1f}{target and f'; target {target}'})"
