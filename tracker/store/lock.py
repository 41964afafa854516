"""One writing command at a time: an advisory lock on a file beside the history, let go by the kernel on any end."""

import fcntl
import os
from pathlib import Path

from tracker.errors import DatabaseError


class WriterLock:
    """Held from construction to `release`. Raises DatabaseError naming the process that has it."""

    def __init__(self, database: Path) -> None:
        path = database.with_name(f"{database.name}.lock")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._file, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise DatabaseError(f"{database} is being written by process {holder}: wait for it or stop it") from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode("ascii"), 0)

    def release(self) -> None:
        """Let the next writer in."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
