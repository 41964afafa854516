"""Backups of a history: one compressed, checked file each, the older ones thinned out.

A copy is made by `VACUUM INTO` (consistent while a crawl writes, and without the holes of the file), opened and
checked, compressed with zstd and read back; only then does it get its name. So a file with a backup's name is whole,
whatever happened: a full disk or a kill leaves at most a hidden `.partial` file, which a later run clears away.
"""

import hashlib
import os
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from tracker.errors import DatabaseCorrupt, DatabaseError, NoHistory, NotADatabase, UsageError
from tracker.store.database import explained, place_of
from tracker.store.sqlite import APPLICATION_ID, BUSY_SECONDS

_LEVEL = 9  # a body is compressed already: more gains nothing
_PIECE = 1 << 20
_STALE = 86_400  # seconds after which nobody can still be writing a partial file
_WINDOW = 1 << 27  # octets: what we write needs far less, and a hostile file may not ask for gigabytes
_STAMP = "%Y-%m-%dT%H%M%SZ"
_SUFFIX = ".sqlite.zst"


@dataclass(frozen=True, slots=True)
class Keep:
    """How many backups stay: the newest of each of so many days, weeks (ISO) and months (UTC) that have one."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 12

    @classmethod
    def parse(cls, text: str) -> "Keep":
        """From `7,4,12`. Raises UsageError."""
        if not re.fullmatch(r"\d{1,4},\d{1,4},\d{1,4}", text):
            raise UsageError(f"--keep {text!r}: give three numbers, days, weeks and months, as in 7,4,12")
        return cls(*map(int, text.split(",")))


@dataclass(frozen=True, slots=True)
class BackupReport:
    """The new backup, its SHA-256 and its size in bytes before (`raw_bytes`) and after; what was deleted."""

    file: str
    sha256: str
    bytes: int
    raw_bytes: int
    kept: int
    deleted: list[str]

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return asdict(self)


def back_up(
    database: str | Path, folder: Path | None = None, keep: Keep | None = None, now: datetime | None = None
) -> BackupReport:
    """Make a backup of a history in `folder` (`backups` beside it) and delete those that `keep` has no place for.

    Raises UsageError (no SQLite), NoHistory, NotADatabase, DatabaseCorrupt, DatabaseError; then nothing was deleted.
    """
    path = sqlite_path(database)
    if not path.is_file() or path.stat().st_size == 0:
        raise NoHistory(f"no history at {path}: nothing to back up")
    folder = folder or path.parent / "backups"
    now = now or datetime.now(UTC)
    target = folder / f"{_stem(path)}-{now.strftime(_STAMP)}{_SUFFIX}"
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise DatabaseError(f"{target} is there already; wait a second")
        _clear_stale(folder, path)
        with _partial(target, ".sqlite.partial") as raw, _partial(target, ".zst.partial") as packed:
            _copy(path, raw)
            _check(raw, path)
            digest = _pack(raw, packed)
            if _digest_unpacked(packed) != _digest(raw):
                raise DatabaseError(f"{folder} does not give back what was written to it; choose another folder")
            sizes = packed.stat().st_size, raw.stat().st_size
            packed.rename(target)
            _write_sidecar(target, digest)
            _sync(folder)
        deleted = _rotate(folder, path, keep or Keep(), target)
    return BackupReport(str(target), digest, *sizes, len(backups_of(path, folder)), deleted)


def restore(backup: Path, target: Path) -> None:
    """Unpack a backup to a new file, checked. Raises DatabaseError and its kin; an existing file is never replaced."""
    beside = [target, *(target.with_name(f"{target.name}-{end}") for end in ("wal", "shm"))]
    for there in beside:
        if there.exists():
            raise DatabaseError(f"{there} is there already: restore to another name (nothing was changed)")
    if not backup.is_file():
        raise DatabaseError(f"no backup at {backup}")
    with _explained(target.parent), _partial(target, ".restore.partial") as raw:
        target.parent.mkdir(parents=True, exist_ok=True)
        _verify_sidecar(backup)
        _unpack(backup, raw)
        _check(raw, backup)
        os.link(raw, target)  # unlike a renaming, this never replaces a file
        _sync(target.parent)


def backups_of(path: Path, folder: Path) -> dict[Path, datetime]:
    """The backups of a history in a folder with their dates, newest first; by their names alone."""
    pattern = re.compile(re.escape(_stem(path)) + r"-(\d{4}-\d\d-\d\dT\d{6}Z)" + re.escape(_SUFFIX))
    found: dict[Path, datetime] = {}
    for each in folder.iterdir():
        if (match := pattern.fullmatch(each.name)) and each.is_file():
            with suppress(ValueError):
                found[each] = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
    return dict(sorted(found.items(), key=lambda item: item[1], reverse=True))


def kept(dates: Iterable[datetime], keep: Keep) -> set[datetime]:
    """Of some dates those that stay: the newest of each of the last days, weeks and months that have one."""
    newest_first = sorted(dates, reverse=True)
    stay: set[datetime] = set(newest_first[:1])
    for count, form in ((keep.daily, "%Y-%m-%d"), (keep.weekly, "%G-%V"), (keep.monthly, "%Y-%m")):
        chosen: dict[str, datetime] = {}
        for date in newest_first:
            chosen.setdefault(date.strftime(form), date)
        stay.update(list(chosen.values())[:count])
    return stay


def sqlite_path(database: str | Path) -> Path:
    """The file of an SQLite history. Raises UsageError for a URL of another engine, naming what to use there."""
    place = place_of(database)
    if place.path is None:
        raise UsageError(f"back up {place} by its own tools: pg_dump --format=custom --file=FILE {place}")
    return place.path


def _rotate(folder: Path, path: Path, keep: Keep, fresh: Path) -> list[str]:
    found = backups_of(path, folder)
    stay = kept(found.values(), keep)
    deleted = []
    for each, date in found.items():
        if date not in stay and each != fresh:
            each.unlink()
            _sidecar(each).unlink(missing_ok=True)
            deleted.append(each.name)
    return sorted(deleted)


def _copy(path: Path, raw: Path) -> None:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    try:
        with explained(path):
            _refuse_strangers(connection, path)
        connection.execute("VACUUM INTO ?", (str(raw),))
    except sqlite3.DatabaseError as error:
        said = _damage(connection) or (str(error) if "malformed" in str(error) else "")
        if said:
            raise DatabaseCorrupt(
                f"{path} is damaged ({said}): `tracker verify` says more; keep the backups"
            ) from error
        raise
    finally:
        connection.close()


def _check(raw: Path, of: Path) -> None:
    """Open a copy as a history and let SQLite check it."""
    connection = sqlite3.connect(f"{raw.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        with explained(of):
            _refuse_strangers(connection, of)
            said = _damage(connection)
    finally:
        connection.close()
    if said:
        raise DatabaseCorrupt(f"{of} is damaged ({said}): `tracker verify` says more; keep the backups")


def _damage(connection: sqlite3.Connection) -> str:
    """What is wrong with a file, empty if nothing is: a copy may fail for its pages and blame the folder."""
    try:
        said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0]).splitlines()[-1]
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if said == "ok" else said


def _refuse_strangers(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise NotADatabase(f"{path} is an SQLite file of another program, no history")


def _pack(raw: Path, packed: Path) -> str:
    """Compress a file into a new one, on the disk when this returns; the SHA-256 of the new one in hex."""
    with raw.open("rb") as source, packed.open("xb") as out:
        zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).copy_stream(source, out, size=raw.stat().st_size)
        _flush(out)
    return _digest(packed)


def _unpacked(packed: BinaryIO) -> Iterator[bytes]:
    reader = zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(packed)
    while piece := reader.read(_PIECE):
        yield piece


def _unpack(backup: Path, raw: Path) -> None:
    try:
        with backup.open("rb") as packed, raw.open("xb") as out:
            promised = zstandard.get_frame_parameters(packed.read(18)).content_size
            packed.seek(0)
            for piece in _unpacked(packed):
                out.write(piece)
            _flush(out)
            if out.tell() != promised:
                raise DatabaseCorrupt(f"{backup} breaks off after {out.tell():,} bytes; take another backup")
    except zstandard.ZstdError as error:
        raise DatabaseCorrupt(f"{backup} cannot be unpacked ({error}); take another backup") from error


def _digest_unpacked(packed: Path) -> str:
    sha = hashlib.sha256()
    with packed.open("rb") as file:
        for piece in _unpacked(file):
            sha.update(piece)
    return sha.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sidecar(target: Path) -> Path:
    return target.with_name(f"{target.name}.sha256")


def _write_sidecar(target: Path, digest: str) -> None:
    """What `sha256sum --check` reads."""
    _sidecar(target).write_text(f"{digest}  {target.name}\n", encoding="utf-8")


def _verify_sidecar(backup: Path) -> None:
    sidecar = _sidecar(backup)
    if sidecar.is_file() and sidecar.read_text(encoding="utf-8", errors="replace").split()[:1] != [_digest(backup)]:
        raise DatabaseCorrupt(f"{backup} is not what {sidecar.name} says; take another backup")


@contextmanager
def _partial(target: Path, end: str) -> Iterator[Path]:
    """A hidden name beside the target for a file in the making; nothing of it is left afterwards."""
    path = target.with_name(f".{target.name}{end}")
    try:
        yield path
    finally:
        for each in (path, path.with_name(f"{path.name}-journal")):
            each.unlink(missing_ok=True)


def _clear_stale(folder: Path, path: Path) -> None:
    """Remove what a killed run has left behind."""
    for each in folder.glob(f".{_glob(_stem(path))}-*{_SUFFIX}.*.partial*"):
        if each.is_file() and time.time() - each.stat().st_mtime > _STALE:
            each.unlink()


def _glob(text: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", text)


def _stem(path: Path) -> str:
    return path.name.removesuffix(".sqlite")


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Have the new name on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """What goes wrong in a folder as one line; the history and the backups that were there are untouched."""
    try:
        yield
    except sqlite3.Error as error:
        raise DatabaseError(f"cannot write to {folder}: {error}; make room there or choose another folder") from error
    except OSError as error:
        said = error.strerror or error
        raise DatabaseError(f"cannot write to {folder}: {said}; make room there or choose another folder") from error
