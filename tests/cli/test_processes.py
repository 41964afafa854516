"""`tracker up`: one process tree, on an address of its own, that one signal ends."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from tracker.cli.processes import Child, run_together
from tracker.errors import DatabaseError
from tracker.store.query import Reader

pytestmark = pytest.mark.browser


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_for(condition, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


def crawled(database: Path) -> bool:
    try:
        with Reader(database) as reader:
            return any(crawl["finished"] for crawl in reader.crawls())
    except DatabaseError:
        return False  # not there yet, or only just being made


def descendants(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}
    found = [child for child, parent in parents.items() if parent == pid]
    return found + [further for child in found for further in descendants(child)]


def test_up_crawls_serves_and_ends_cleanly(tmp_path: Path) -> None:
    (tmp_path / "panel.txt").write_text("one.example\n")
    database, port = tmp_path / "history.sqlite", free_port()
    environment = os.environ | {
        "TRACKER_DATABASE": str(database),
        "TRACKER_PANEL": str(tmp_path / "panel.txt"),
        "TRACKER_PORT": str(port),
        "TRACKER_OPEN_BROWSER": "false",
        "TRACKER_RESOLVER": "127.0.0.1:1",
    }
    command = [sys.executable, "-m", "tracker", "up"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, start_new_session=True) as up:
        try:
            assert wait_for(lambda: answers(f"http://127.0.0.1:{port}/"), 60)
            assert wait_for(lambda: crawled(database), 60)
            tree = descendants(up.pid)
            assert len(tree) >= 2
            up.send_signal(signal.SIGINT)
            assert up.wait(20) == 0
        finally:
            for pid in [*descendants(up.pid), up.pid]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    assert not any(Path(f"/proc/{pid}").exists() for pid in tree)
    assert not answers(f"http://127.0.0.1:{port}/")


def test_a_child_that_fails_ends_the_others_with_its_code() -> None:
    environment = dict(os.environ)
    assert run_together([Child(["verify", "--database", "/nowhere/h.sqlite"], environment)]) == 1
