"""`tracker schedule` as a process: it does what is due, there is one of it, and it ends within seconds."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.cli.conftest import Result
from tests.web import Dns
from tracker.errors import DatabaseError
from tracker.schedule.lock import scheduler_of, writer_of
from tracker.store.query import Reader

HOSTS = [f"site{number}.example" for number in range(2_000)]


@pytest.fixture(scope="module")
def silent() -> Iterator[Dns]:
    """A name server that answers nothing: a crawl of all hosts takes half a minute."""
    with Dns(dict.fromkeys(HOSTS, "silent")) as server:
        yield server


@pytest.fixture(scope="module")
def nobody() -> Iterator[Dns]:
    """A name server that knows no name: a crawl ends at once, without an answer."""
    with Dns({}) as server:
        yield server


def settings(resolver: str, hosts: list[str]) -> dict[str, str]:
    Path("panel.txt").write_text("".join(f"{host}\n" for host in hosts))
    chosen = {"DATABASE": "h.sqlite", "PANEL": "panel.txt", "RESOLVER": resolver, "CONTACT": "me@example.org"}
    return os.environ | {f"TRACKER_{name}": value for name, value in chosen.items()}


@contextmanager
def scheduler(environment: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tracker", "schedule", *arguments]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def until(condition: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def begun() -> bool:
    with suppress(DatabaseError), Reader("h.sqlite") as reader:
        return reader.latest_round("panel") is not None
    return False


def told(environment: dict[str, str]) -> dict[str, object]:
    command = [sys.executable, "-m", "tracker", "status", "--json"]
    return json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_the_crawl_under_way_within_seconds(silent: Dns, number: signal.Signals) -> None:
    environment = settings(silent.address, HOSTS)
    with scheduler(environment) as process:
        until(begun)
        found = told(environment)
        assert found["scheduler"]["pid"] == process.pid
        assert found["last_round"]["state"] == "running"
        assert (found["running"]["pid"], found["running"]["of"]) == (writer_of("h.sqlite").pid, len(HOSTS))
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(20) == 0
        assert time.monotonic() - began < 8  # the crawl has 5 s of grace
        assert "scheduler stopped" in process.stderr.read()
    assert (scheduler_of("h.sqlite"), writer_of("h.sqlite")) == (None, None)
    after = told(environment)
    assert (after["last_round"]["state"], after["running"], after["scheduler"]) == ("interrupted", None, None)
    assert after["due"]["now"]
    assert "was interrupted" in after["due"]["why"][0]


def test_a_second_one_is_one_line_and_a_killed_one_does_not_block(nobody: Dns) -> None:
    environment = settings(nobody.address, ["one.example"])
    with scheduler(environment) as first:
        until(lambda: scheduler_of("h.sqlite") is not None)
        with scheduler(environment) as second:
            assert second.wait(20) == 1
            lines = second.stderr.read().splitlines()
        assert len(lines) == 1
        assert f"has a scheduler already (process {first.pid} since" in lines[0]
        first.kill()
        first.wait()
    with scheduler(environment) as third:
        until(lambda: scheduler_of("h.sqlite") is not None)
        assert scheduler_of("h.sqlite").pid == third.pid
        third.terminate()
        assert third.wait(20) == 0


def test_once_does_what_is_due_and_ends(nobody: Dns) -> None:
    environment = settings(nobody.address, ["one.example"])
    with scheduler(environment, "--once") as process:
        assert process.wait(20) == 3  # no site answered
    assert told(environment)["last_round"]["asked"] == 1
    with scheduler(environment, "--once") as process:
        assert process.wait(20) == 0  # not due again for half an hour
        assert "nothing is due for panel panel" in process.stderr.read()


def test_cron_ticks_that_overlap_and_a_scheduler_make_one_round(nobody: Dns) -> None:
    environment = settings(nobody.address, HOSTS[:200])
    tick = [sys.executable, "-m", "tracker", "crawl", "--if-due"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with scheduler(environment) as daemon, ExitStack() as stack:
        ticks = [stack.enter_context(subprocess.Popen(tick, env=environment, **quiet)) for _ in range(3)]
        for one in ticks:
            assert one.wait(60) in (0, 3), one.stderr.read()
        until(lambda: scheduler_of("h.sqlite") is not None and writer_of("h.sqlite") is None, 60)
        daemon.terminate()
        assert daemon.wait(20) == 0
    with Reader("h.sqlite") as reader:
        assert [one.asked for one in reader.rounds("panel", 9)] == [200]


def test_a_bad_setting_ends_it_before_it_stands(run: Callable[..., Result]) -> None:
    Path("panel.txt").write_text("one.example\n")
    result = run("schedule", "--panel", "panel.txt", "--schedule", "every day")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "setting schedule (flag): 'every day' is neither five cron fields" in result.err
    assert run("schedule", "--panel", "panel.txt", "--every", "hom=1d").code == 2
