"""One scheduler to a history, and who holds what: locks that end with their process, however it ends."""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tracker.core.dates import iso
from tracker.errors import CrawlError
from tracker.settings import data_folder
from tracker.store.database import explained, place_of
from tracker.store.lock import taken
from tracker.store.place import Place


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a lock, as far as it has said; since: UTC seconds."""

    pid: int | None = None
    since: int | None = None

    def __str__(self) -> str:
        """As people may read it."""
        since = f" since {iso(self.since)}" if self.since is not None else ""
        return f"process {self.pid or 'unknown'}{since}"


@contextmanager
def only_scheduler(database: str) -> Iterator[None]:
    """Be the one scheduler of a history on this machine. Raises CrawlError naming the process that is it already."""
    place = place_of(database)
    path = _scheduler_file(place)
    with explained(place):
        if path.parent == data_folder():
            path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not taken(file):
            raise CrawlError(f"{place} has a scheduler already ({_read(file)}): leave it to that one, or stop it first")
        os.ftruncate(file, 0)
        os.pwrite(file, json.dumps({"pid": os.getpid(), "since": int(time.time())}).encode("ascii"), 0)
        yield
    finally:
        os.close(file)  # the file stays: a new one could be locked beside the old


def scheduler_of(database: str) -> Holder | None:
    """The scheduler of a history that runs on this machine, None without one."""
    return _holder(_scheduler_file(place_of(database)))


def writer_of(database: str) -> Holder | None:
    """The command that writes a history in a file, None without one. Of a server's history it is not known here."""
    path = place_of(database).path
    return None if path is None else _holder(path.with_name(f"{path.name}.lock"))


def _scheduler_file(place: Place) -> Path:
    if place.path:
        return place.path.with_name(f"{place.path.name}.schedule.lock")
    return data_folder() / f"{hashlib.sha256(str(place).encode()).hexdigest()[:16]}.schedule.lock"


def _holder(path: Path) -> Holder | None:
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(file)
    finally:
        os.close(file)
    return None


def _read(file: int) -> Holder:
    """What a lock file says: a number, as the writer's lock does, or pid and time."""
    try:
        said = json.loads(os.pread(file, 200, 0))
        return Holder(said) if isinstance(said, int) else Holder(int(said["pid"]), int(said["since"]))
    except (ValueError, TypeError, KeyError):
        return Holder()
