"""Where `tracker check` gets a robots.txt from: a file, standard input, or the site itself."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.core.hosts import normalise_host
from tracker.core.outcomes import BODY_CAP, Observation, Outcome, classify_file, one_line
from tracker.errors import NoVerdict, UsageError

if TYPE_CHECKING:
    from tracker.settings import Settings

STDIN = "-"
_LOOKS_LIKE = {"html": "HTML or XML", "json": "JSON", "binary": "a binary file"}
_KINDS = "give a robots.txt file, a domain, a URL, or - for standard input"


@dataclass(frozen=True, slots=True)
class Source:
    """A robots.txt and where it came from.

    data: its bytes, a little more than the parser reads at most; None if the site has no robots.txt. url and cause:
    of the answer of a site (see `tracker.core.outcomes`), None for a file.
    """

    name: str
    data: bytes | None
    url: str | None = None
    cause: str | None = None


def read(name: str, settings: "Settings") -> Source:
    """Get what `name` stands for: standard input, else a file of that name, else the site of that name or URL.

    Raises UsageError for a name that is none of these, NoVerdict for what is no robots.txt and for a site that does
    not answer with one.
    """
    if name == STDIN:
        return Source(name, _checked(name, sys.stdin.buffer.read(BODY_CAP + 1)))
    if os.path.exists(name):  # Path.exists raises for a name that is too long
        return Source(name, _checked(name, _of_file(name)))
    return _of_site(name, _host(name), settings)


def shown(name: str) -> str:
    """What a source is called in texts for people."""
    return "standard input" if name == STDIN else name


def refuse_two_of_standard_input(names: Sequence[str]) -> None:
    """UsageError if standard input is to be read twice, which would be empty the second time."""
    if names.count(STDIN) > 1:
        raise UsageError("standard input (-) can be read once: give the other as a file")


def _of_file(name: str) -> bytes:
    try:
        with open(name, "rb") as file:
            return file.read(BODY_CAP + 1)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}; {_KINDS}") from error


def _host(name: str) -> str:
    """The host that a domain or URL names; UsageError for what looks like a file or is neither."""
    if "://" not in name:
        if os.sep in name or name.endswith(".txt"):
            raise UsageError(f"cannot read {one_line(name)}: no such file; {_KINDS}")
        try:
            return normalise_host(name)
        except ValueError as error:
            raise UsageError(f"cannot read {one_line(name)}: no such file, and no domain, for {error}") from error
    try:
        parts = urlsplit(name)
        port, host = parts.port, normalise_host(parts.hostname or "")
    except ValueError as error:
        raise UsageError(f"cannot ask {one_line(name)}: {error}") from error
    if parts.scheme not in ("http", "https") or port not in (None, {"http": 80, "https": 443}.get(parts.scheme)):
        raise UsageError(
            f"cannot ask {one_line(name)}: only http and https on their own ports; try `curl URL | tracker check -`"
        )
    return host


def _of_site(name: str, host: str, settings: "Settings") -> Source:
    seen = _look(host, settings)
    if not seen.answers:
        detail = f": {seen.detail}" if seen.detail else ""
        says = f"{name} is no file here, and the site gave no verdict ({seen.cause}{detail})"
        if seen.outcome is Outcome.NOT_ROBOTS:
            says = f"what {seen.url} answers is no robots.txt: {_looks_like(seen.detail)}"
        raise NoVerdict(says, seen.outcome, seen.cause, seen.url)
    return Source(name, seen.body, seen.url, seen.cause)


def _look(host: str, settings: "Settings") -> Observation:
    from tracker.cli.crawl_settings import fetch_settings
    from tracker.net.fetch import Fetcher
    from tracker.net.loop import run

    async def ask() -> Observation:
        async with Fetcher(fetch_settings(settings)) as fetcher:
            return await fetcher.robots(host)

    return run(ask())


def _checked(name: str, data: bytes) -> bytes:
    seen = classify_file(data[:BODY_CAP])
    if seen.outcome is not Outcome.OK:
        says = f"{shown(name)} is no robots.txt: {_looks_like(seen.detail)}"
        raise NoVerdict(says, seen.outcome, seen.cause)
    return data


def _looks_like(detail: str) -> str:
    """What an answer that is no robots.txt is, from the detail of its classification (`kind=html`)."""
    kind = _LOOKS_LIKE.get(detail.rpartition("kind=")[2], "something else")
    return f"it looks like {kind} and has no user-agent line, so that it says nothing to any crawler"
