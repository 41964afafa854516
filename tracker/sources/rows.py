"""One row of a table of captures: site, at, status, body | path | body_base64, every field checked."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.core.hosts import normalise_host
from tracker.sources.intake import capture_of
from tracker.sources.moments import moment
from tracker.sources.payload import STORED_CAP, HttpAnswer, judge
from tracker.store.captures import Answer, Failure

COLUMNS = ("site", "at", "status", "body", "path", "body_base64")
_CONTENT = ("body", "path", "body_base64")


class BadRow(Exception):
    """What is wrong with one column, and the mend."""

    def __init__(self, column: str, reason: object) -> None:
        super().__init__(f"{column}: {reason}")


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows; `folder` is where the files of column `path` lie, None if there is none (a table from stdin)."""

    folder: Path | None

    def read(self, row: Mapping[str, Any], ref: str) -> tuple[int, Answer | Failure] | None:
        """Time and capture of a row; None for a status 3xx, which says nothing of the site. Raises BadRow."""
        unknown = [name for name in row if name not in COLUMNS]
        if unknown:
            raise BadRow(str(unknown[0]), f"unknown column, use {', '.join(COLUMNS)}")
        site, at = _site(row.get("site")), _moment(row.get("at"))
        status = _status(row.get("status"))
        given = [name for name in _CONTENT if row.get(name) is not None]
        if len(given) > 1:
            raise BadRow(given[1], f"give only one of {', '.join(_CONTENT)}")
        if not given and (status is None or 200 <= status < 300):
            raise BadRow(
                "body", "nothing says what was seen: give a body, a path, body_base64, or a status such as 404"
            )
        data = self._bytes(given[0], row[given[0]]) if given else b""
        status = 200 if status is None else status
        if 300 <= status < 400:
            return None
        judged = judge(HttpAnswer(status, {}, data))
        return at, capture_of(site, judged.seen, judged.body, ref)

    def _bytes(self, column: str, value: Any) -> bytes:
        if not isinstance(value, str):
            raise BadRow(column, f"{value!r} is no text")
        if column == "path":
            return self._file(value)
        if column == "body":
            # What cannot be encoded (half of a surrogate pair in JSON) is no text that any server sent.
            return value.encode("utf-8", "replace")
        try:
            return base64.b64decode("".join(value.split()), validate=True)
        except (binascii.Error, ValueError) as reason:
            raise BadRow(column, f"no base64 ({reason})") from None

    def _file(self, name: str) -> bytes:
        if self.folder is None:
            raise BadRow("path", "a table from stdin has no folder: put the text into body")
        try:
            path = (self.folder / name).resolve()
            if not path.is_relative_to(self.folder.resolve()):
                raise BadRow("path", f"{name!r} leads out of the table's folder; put the file into it")
            if not path.is_file():
                raise BadRow("path", f"{name!r} is no file in {self.folder}")
            with path.open("rb") as stream:
                return stream.read(STORED_CAP)
        except (OSError, ValueError) as error:
            raise BadRow("path", f"{name!r} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _site(value: Any) -> str:
    if not isinstance(value, str):
        raise BadRow("site", "missing, write a host such as example.com")
    try:
        return normalise_host(value)
    except ValueError as reason:
        raise BadRow("site", reason) from None


def _moment(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadRow("at", "missing, write a time such as 2024-05-01T12:00:00Z")
    try:
        return moment(str(value))
    except ValueError as reason:
        raise BadRow("at", reason) from None


def _status(value: Any) -> int | None:
    if value is None:
        return None
    text = str(value).strip()
    if isinstance(value, bool) or len(text) != 3 or not text.isascii() or not text.isdecimal() or text[0] not in "2345":
        raise BadRow("status", f"{value!r} is no final HTTP status, such as 200 or 404")
    return int(text)
