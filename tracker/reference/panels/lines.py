"""The lines of a list: from a plain file, gzip, or a zip that holds one; bounded in bytes, lines and line length."""

import gzip
import hashlib
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from tracker.errors import PanelError

# What one list may come to, unpacked: a million lines of the widest ranking are 80 MB.
MOST_BYTES = 1 << 30
MOST_LINES = 5_000_000
LONGEST_LINE = 1 << 16

_BUFFER = 1 << 18
_BOM = b"\xef\xbb\xbf"
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_LISTS = (".csv", ".txt")
# Bytes that were no UTF-8, as `surrogateescape` leaves them.
_ESCAPED = re.compile("[\udc80-\udcff]")
_UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, NotImplementedError)


class Lines:
    """The lines of one list, each with its end; a line ends at LF, CRLF or CR.

    label: what messages call the list. number: lines given so far. broken: the last line that held bytes other than
    UTF-8. Iterating raises PanelError where the file is damaged or passes a bound.
    """

    def __init__(self, stream: IO[bytes], label: str, *, packed: bool = False) -> None:
        self.label, self.number, self.broken = label, 0, 0
        self._packed = packed
        inner = io.BufferedReader(stream, _BUFFER)  # type: ignore[arg-type]
        try:
            if inner.peek(len(_BOM)).startswith(_BOM):
                inner.read(len(_BOM))
        except _UNREADABLE as error:
            raise self._unreadable(error) from None
        self._counted = _Counted(inner, label)
        self._text = io.TextIOWrapper(
            io.BufferedReader(self._counted, _BUFFER), encoding="utf-8", errors="surrogateescape", newline=""
        )

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what was read so far, unpacked and without byte order mark."""
        return self._counted.digest.hexdigest()

    def __iter__(self) -> Iterator[str]:
        readline = self._text.readline
        while True:
            try:
                line = readline(LONGEST_LINE + 1)
            except _UNREADABLE as error:
                raise self._unreadable(error) from None
            if not line:
                return
            self.number += 1
            if len(line) > LONGEST_LINE:
                raise self.error("the line is longer than any list has them: is this a list of sites?")
            if self.number > MOST_LINES:
                raise PanelError(f"{self.label} has more than {MOST_LINES:,} lines: import the part that you mean")
            if not line.isascii() and _ESCAPED.search(line):
                self.broken = self.number
            yield line

    def error(self, reason: object, line: int | None = None) -> PanelError:
        """What is wrong with a line, by default the last one given."""
        return PanelError(f"{self.label}:{line or self.number}: {reason}")

    def _unreadable(self, error: BaseException) -> PanelError:
        if isinstance(error, PanelError):
            return error
        said = getattr(error, "strerror", None) or str(error) or "it ends too early"
        mend = ": download or pack it again" if self._packed else ""
        return PanelError(f"{self.label} cannot be read: {said}{mend}")


class _Counted(io.RawIOBase):
    """What passes through is hashed, and ends in an error beyond the bound."""

    def __init__(self, inner: io.BufferedReader, label: str) -> None:
        self._inner, self._label, self._left = inner, label, MOST_BYTES
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._inner.readinto1(buffer)
        self._left -= count
        if self._left < 0:
            raise _TooMuch(f"it comes to more than {MOST_BYTES >> 20} MB unpacked")
        self.digest.update(buffer[:count])
        return count


class _TooMuch(RuntimeError):
    """More than a list can be."""


@contextmanager
def opened(source: Path | bytes, label: str) -> Iterator[Lines]:
    """The lines of a file, or of bytes that came by another way; PanelError if they cannot be had."""
    with ExitStack() as stack:
        try:
            file = source.open("rb") if isinstance(source, Path) else io.BufferedReader(io.BytesIO(source))
            stream: IO[bytes] = stack.enter_context(file)
            start = file.peek(len(_ZIP))
            if start.startswith(_GZIP):
                stream = stack.enter_context(gzip.GzipFile(fileobj=file))
            elif start.startswith(_ZIP):
                stream = _only_list(stack, file, label)
        except _UNREADABLE as error:
            said = getattr(error, "strerror", None) or str(error)
            raise PanelError(f"{label} cannot be read: {said}") from None
        yield Lines(stream, label, packed=stream is not file)


def _only_list(stack: ExitStack, file: IO[bytes], label: str) -> IO[bytes]:
    packed = stack.enter_context(zipfile.ZipFile(file))
    names = [info.filename for info in packed.infolist() if not _is_noise(info)]
    lists = [name for name in names if name.lower().endswith(_LISTS)] or names
    if len(lists) != 1:
        found = ", ".join(lists[:3]) or "nothing"
        raise PanelError(f"{label} is a zip with {len(lists)} lists in it ({found}): unpack the one that you mean")
    return stack.enter_context(packed.open(lists[0]))


def _is_noise(info: zipfile.ZipInfo) -> bool:
    """Folders, and what macOS adds."""
    return info.is_dir() or info.filename.startswith("__MACOSX/") or info.filename.rpartition("/")[2].startswith(".")
