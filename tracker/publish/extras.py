"""Packages that only some answers need."""

from collections.abc import Iterator
from contextlib import contextmanager

from tracker.errors import DrywellError


@contextmanager
def needs(package: str, what: str, extra: str = "analytics") -> Iterator[None]:
    """Turn a failed import of `package` into one line that says how to get it. `what`: what needs it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        raise DrywellError(f"{what} needs {package}: pip install 'drywell[{extra}]'") from error
