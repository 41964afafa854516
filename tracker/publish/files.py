"""Files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.errors import DrywellError


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place once everything is written; else nothing is left.

    A device, a pipe or a link is written to as it is: a file in its place would be the end of it.
    Raises DrywellError, naming the file and the mend, where it cannot be written.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            yield path
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield draft
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise DrywellError(f"cannot write {path}: {reason}; choose another place, or free some space") from error
