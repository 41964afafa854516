"""One writing command at a time, whoever starts it; let go at any end of a process."""

import contextlib
import fcntl
import os
import time
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from tracker.errors import BusyError
from tracker.store import postgres
from tracker.store.place import Place

_PATIENCE = 1.0  # whoever only asks for the holder has the lock for a moment


def taken(file: int) -> bool:
    """Lock an open file for this process alone; False if another one keeps it."""
    end = time.monotonic() + _PATIENCE
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)


class WriterLock:
    """Held from construction to `release`: for a file a lock on a file beside it, on a server one of the server's.

    Raises BusyError if somebody else writes, naming the process where it is known.
    """

    def __init__(self, place: Place, engine: Engine) -> None:
        self._file = -1
        self._connection: Connection | None = None
        if place.path:
            self._file = _locked(place.path)
            return
        self._connection = engine.connect()
        if not postgres.take_lock(self._connection):
            self._connection.close()
            raise BusyError(f"{place} is being written by another process: wait for it or stop it")
        self._connection.commit()

    def check(self) -> None:
        """Raise BusyError if the lock is no longer ours: a server lets go of it when it ends our connection."""
        if self._connection is None:
            return
        try:
            # SQLAlchemy would connect anew, without the lock.
            lost = self._connection.invalidated
            if not lost:
                self._connection.execute(text("SELECT 1"))
                self._connection.commit()
        except DBAPIError:
            lost = True
        if lost:
            raise BusyError("the server ended the connection that kept other writers out: start the command again")

    def release(self) -> None:
        """Let the next writer in."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        if self._connection is not None:
            postgres.drop_lock(self._connection)
            self._connection.invalidate()
            self._connection.close()


def _locked(database: Path) -> int:
    path = database.with_name(f"{database.name}.lock")
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    if not taken(file):
        holder = os.pread(file, 20, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(file)
        raise BusyError(f"{database} is being written by process {holder}: wait for it or stop it")
    os.ftruncate(file, 0)
    os.pwrite(file, str(os.getpid()).encode("ascii"), 0)
    return file
