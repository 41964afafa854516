"""Adding a row to a TOML file of the user's own: what stands there is kept byte for byte."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tracker.errors import ReferenceDataError
from tracker.reference import rows


def append_row(path: Path, table: str, facts: Mapping[str, Any], errors: Callable[[Path, str], Iterable[str]]) -> None:
    """Append `[[table]]` with these facts to the file, made if missing, in one step.

    errors: what is wrong with the file if it holds this text; the first is raised as ReferenceDataError, with the file
    unchanged.
    """
    before = path.read_bytes() if path.exists() else b""
    text = rows.read_text(path, ReferenceDataError) if before else ""
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    row = f"{gap}[[{table}]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in facts.items())
    for error in errors(path, text + row):
        raise ReferenceDataError(error)
    _write(path, before + row.encode())


def _toml(value: Any) -> str:
    """A text or a list of texts; what passed the checks is printable, so JSON's quoting is TOML's too."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return json.dumps(str(value), ensure_ascii=False)


def _write(path: Path, data: bytes) -> None:
    """Put `data` in place of the file in one step, so that nobody ever reads half of it."""
    target = path.resolve()  # a link stays one
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as new:
            try:
                new.write(data)
                new.flush()
                os.fsync(new.fileno())
                os.chmod(new.name, target.stat().st_mode & 0o7777 if target.exists() else 0o644)
                os.replace(new.name, target)
            except BaseException:
                os.unlink(new.name)
                raise
    except OSError as error:
        raise ReferenceDataError(f"{path} cannot be written: {error.strerror or error}") from error
