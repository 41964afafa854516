"""One scheduler to a history: a second one is told, a killed one does not block."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tracker.errors import CrawlError, DatabaseError
from tracker.schedule.lock import Holder, only_scheduler, scheduler_of, writer_of
from tracker.store.write import Writer

HOLD = """
import sys, time
from tracker.schedule.lock import only_scheduler
with only_scheduler(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(database: Path):
    """A process that is the scheduler of `database`."""
    command = [sys.executable, "-c", HOLD, str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_scheduler_is_told_which_process_is_the_first(database: Path, other) -> None:
    found = scheduler_of(str(database))
    assert found is not None
    assert found.pid == other.pid
    assert abs(time.time() - (found.since or 0)) < 60
    said = rf"{database} has a scheduler already \(process {other.pid} since 20"
    with pytest.raises(CrawlError, match=said), only_scheduler(str(database)):
        pytest.fail("two schedulers")


def test_a_killed_scheduler_does_not_block(database: Path, other) -> None:
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert scheduler_of(str(database)) is None
    with only_scheduler(str(database)):
        found = scheduler_of(str(database))
        assert found is not None
        assert found.pid == os.getpid()
    assert scheduler_of(str(database)) is None


def test_two_histories_have_a_scheduler_each(database: Path, fresh_file) -> None:
    with only_scheduler(str(database)), only_scheduler(str(fresh_file())):
        pass


def test_what_a_lock_file_says_is_not_trusted(database: Path, other) -> None:
    file = database.with_name(f"{database.name}.schedule.lock")
    for noise in (b"", b"{", b"[1]", b'{"pid": "x"}', b"\xff\xfe" * 100):
        file.write_bytes(noise)
        assert scheduler_of(str(database)) == Holder()
    with pytest.raises(CrawlError, match="process unknown"), only_scheduler(str(database)):
        pass


def test_the_writer_of_a_history_is_known(database: Path, agents) -> None:
    assert writer_of(str(database)) is None
    with Writer(database, agents):
        assert writer_of(str(database)) == Holder(os.getpid())
    assert writer_of(str(database)) is None


def test_a_history_on_a_server_has_its_lock_in_the_data_folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tracker.schedule.lock.data_folder", lambda: tmp_path)
    url = "postgresql://me:secret@127.0.0.1/history"
    with only_scheduler(url):
        assert scheduler_of(url) is not None
        with pytest.raises(CrawlError, match=r"has a scheduler already") as error, only_scheduler(url):
            pass
    assert "secret" not in str(error.value)
    assert len(list(tmp_path.glob("*.schedule.lock"))) == 1


def test_a_folder_that_is_not_there_is_one_line() -> None:
    with pytest.raises(DatabaseError, match=r"cannot use /nowhere/h\.sqlite"), only_scheduler("/nowhere/h.sqlite"):
        pass
