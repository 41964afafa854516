"""Commands run as child processes that end with us: one process tree, stopped by one Ctrl-C."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.settings import Settings

STOP_SECONDS = 10.0


class Child:
    """A `tracker` command in a process of its own."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = [sys.executable, "-m", "tracker", *arguments]
        self._environment = dict(environment)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def start(self) -> None:
        """Start the command in a session of its own: the terminal's Ctrl-C reaches it once, through us."""
        with self._lock:
            if not self._stopping:
                self._process = subprocess.Popen(self._command, env=self._environment, start_new_session=True)

    def run(self) -> int:
        """Start the command and wait for its exit code."""
        self.start()
        return self._process.wait() if self._process else 1

    def exit_code(self) -> int | None:
        """The exit code, None while it runs."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        """Ask it to end (SIGTERM), insist after `STOP_SECONDS`."""
        with self._lock:
            self._stopping = True
            process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_together(children: Sequence[Child]) -> int:
    """Start all, wait until one ends or a signal comes, stop the rest; the exit code of the one that ended first."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    for child in children:
        child.start()
    ended: int | None = None
    try:
        while not stop.is_set() and ended is None:
            time.sleep(0.2)
            ended = next((code for child in children if (code := child.exit_code()) is not None), None)
    finally:
        for child in children:
            child.stop()
    return 0 if ended is None else ended


def settings_environment(settings: "Settings") -> dict[str, str]:
    """The environment in which a child sees the same settings as we do."""
    from tracker.settings import NONE

    environment = dict(os.environ)
    for name in type(settings).model_fields:
        value = settings.history if name == "database" else getattr(settings, name)
        if name == "retry_waves" and not value:
            value = NONE  # no words at all would be no setting
        if value not in (None, "", ()):
            text = ",".join(value) if isinstance(value, tuple) else str(value)
            environment[f"TRACKER_{name.upper()}"] = text
    return environment
