"""Sites that asked to be left alone: they are never asked anything, and recorded with the cause `opt_out`.

example.com            # asked by e-mail, 2026-11-20
.example.org           # the domain and all names under it; *.example.org says the same
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from tracker.core.hosts import NotAHost, normalise_host
from tracker.errors import UsageError
from tracker.reference.rows import read_text, reference_file

_NO_REASON = "on the opt-out list"


class OptOut:
    """Lists of hosts that are not asked. A look-up costs as many steps as the host has labels."""

    def __init__(self) -> None:
        self._hosts: dict[str, str] = {}
        self._domains: dict[str, str] = {}

    @classmethod
    def load(cls, own: Path | None = None) -> Self:
        """The project's list and, if there is one, a file of the user's own.

        Raises UsageError, with the line, where a list cannot be read: who cannot tell who opted out may ask nobody.
        """
        loaded = cls()
        for path in (reference_file("opt_out.txt"), *([own] if own else [])):
            loaded.add(path)
        return loaded

    def add(self, path: Path) -> None:
        """Add the hosts of a file; UsageError, with the line, for what names no host."""
        for number, name, reason in _entries(read_text(path, UsageError).splitlines()):
            where = f"{path.name}:{number}"
            try:
                domain, host = _entry(name)
            except NotAHost as error:
                raise UsageError(f"{path}:{number}: {error}; correct or delete the line") from None
            (self._domains if domain else self._hosts).setdefault(host, f"{reason or _NO_REASON} ({where})")

    def reason(self, host: str) -> str | None:
        """Why a host (normalised) must not be asked, with the line that says so; None if it may be."""
        if not self._hosts and not self._domains:
            return None
        if found := self._hosts.get(host):
            return found
        rest = host
        while rest:
            if found := self._domains.get(rest):
                return found
            rest = rest.partition(".")[2]
        return None

    def __len__(self) -> int:
        return len(self._hosts) + len(self._domains)


def _entries(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """Line number, name and reason of each line that names somebody."""
    for number, line in enumerate(lines, 1):
        name, _mark, reason = line.partition("#")
        if name.strip():
            yield number, name.strip(), " ".join(reason.split())


def _entry(name: str) -> tuple[bool, str]:
    """Whether all names under it are meant too, and the host; a top-level domain can only be meant so."""
    if not name.startswith((".", "*.")):
        return False, normalise_host(name)
    return True, normalise_host(f"x.{name.removeprefix('*').removeprefix('.')}").removeprefix("x.")
