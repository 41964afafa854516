"""Rankings of sites from their publishers: Tranco's daily lists, each with a permanent ID.

Le Pochat et al., "Tranco: A Research-Oriented Top Sites Ranking Hardened Against Manipulation", NDSS 2019.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tracker.core.dates import iso_day
from tracker.core.panels import Panel
from tracker.errors import PanelError, SourceError, UsageError
from tracker.net.archive import Archive, Pace, Reply
from tracker.reference.panels import Listed, read_list

SERVER = "https://tranco-list.eu"
PACE = Pace(per_second=1.0, tries=4)
"""Tranco's API asks for at most one request a second."""

LARGEST = 1_000_000
"""Sites of a daily list."""

# Up to here the first rows alone are asked for; beyond, the packed list of a million is the smaller download.
_UNPACKED = 100_000
_META_CAP = 64 * 1024
_LIST_CAP = 64 * 1024 * 1024
_LIST_ID = re.compile(r"[0-9A-Za-z]{3,12}")
_GONE = (403, 404)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which list, and how much of it: the newest, the one of a day (ISO date), or the one with an ID."""

    size: int = 1000
    list_id: str | None = None
    day: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.size <= LARGEST:
            raise UsageError(f"--size {self.size}: a Tranco list has 1 to {LARGEST:,} sites")
        if self.list_id is not None and self.day is not None:
            raise UsageError("give --list or --date, not both: a list has its date")
        if self.list_id is not None and not _LIST_ID.fullmatch(self.list_id):
            raise UsageError(f"--list {self.list_id!r} is no ID of a Tranco list: they look like K25GW")
        if self.day is not None:
            try:
                iso_day(self.day)
            except ValueError as error:
                raise UsageError(f"--date {error}") from None


def fetch_tranco(
    archive: Archive,
    wanted: Wanted,
    *,
    name: str | None = None,
    skip_bad: bool = False,
    categories: Path | None = None,
    server: str = SERVER,
) -> Listed:
    """The panel of the first sites of a Tranco list: two requests, the second for the list itself.

    Raises PanelError where there is no such list or what comes is none, ArchiveUnavailable where nothing comes.
    skip_bad, categories: as for `read_list`.
    """
    found = _described(archive, wanted, server)
    data, url = _download(archive, wanted.size, found.list_id, server)
    size = f"{wanted.size:,}"
    facts = Panel(
        name=name or f"tranco-{wanted.size}",
        title=f"Tranco, the first {size}",
        source=f"{SERVER}/list/{found.list_id}/{wanted.size}",
        list_id=found.list_id,
        compiled=found.compiled,
        population=f"the {size} highest ranked sites of Tranco",
        is_sample=False,
        members=(),
    )
    listed = read_list(data, facts, label=url, skip_bad=skip_bad, categories=categories, limit=wanted.size)
    _check_ranks(listed, wanted.size, url)
    return listed


@dataclass(frozen=True, slots=True)
class _Described:
    """What the API says of a list."""

    list_id: str
    compiled: str


def _described(archive: Archive, wanted: Wanted, server: str) -> _Described:
    which = f"id/{wanted.list_id}" if wanted.list_id else f"date/{wanted.day or 'latest'}"
    what = f"list {wanted.list_id}" if wanted.list_id else f"list of {wanted.day}" if wanted.day else "newest list"
    url = f"{server}/api/lists/{which}"
    reply = archive.get(url, cap=_META_CAP)
    if reply.status == 404:
        raise PanelError(f"Tranco has no {what}: {url} gives status 404")
    facts = _json(reply)
    if facts.get("failed") or not facts.get("available", True):
        raise PanelError(f"Tranco's {what} is not available ({url}): take another, or try again later")
    list_id, created = facts.get("list_id"), str(facts.get("created_on", ""))[:10]
    if not isinstance(list_id, str) or not _LIST_ID.fullmatch(list_id):
        raise SourceError(f"{url} names no list: it is no longer Tranco's API as we know it")
    return _Described(list_id, _compiled(created, wanted.day, url))


def _compiled(created: str, asked: str | None, url: str) -> str:
    for text in (created, asked or ""):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            continue
    raise SourceError(f"{url} does not say when the list was made: it is no longer Tranco's API as we know it")


def _json(reply: Reply) -> Mapping[str, Any]:
    _refuse_status(reply)
    try:
        facts = json.loads(reply.data)
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        raise SourceError(f"{reply.url} answers with {_kind(reply.data)} instead of JSON")
    return facts


def _download(archive: Archive, size: int, list_id: str, server: str) -> tuple[bytes, str]:
    rows = f"{server}/download/{list_id}/{size}"
    packed = f"{server}/download_daily/{list_id}"
    # Lists that users had made are not kept packed.
    urls = (rows,) if size <= _UNPACKED else (packed, rows)
    for url in urls:
        reply = archive.get(url, cap=_LIST_CAP)
        if reply.status not in _GONE or url == urls[-1]:
            break
    _refuse_status(reply)
    if reply.truncated:
        raise PanelError(f"{url} is longer than {_LIST_CAP >> 20} MB: no list of {size:,} sites is")
    if _kind(reply.data) != "a text":
        raise PanelError(f"{url} answers with {_kind(reply.data)} instead of a list")
    return reply.data, url


def _refuse_status(reply: Reply) -> None:
    if reply.status != 200:
        raise SourceError(f"{reply.url} gives status {reply.status}")


def _kind(data: bytes) -> str:
    start = data.lstrip()[:1]
    return {b"": "nothing", b"<": "an HTML page", b"{": "JSON"}.get(start, "a text")


def _check_ranks(listed: Listed, size: int, url: str) -> None:
    """A list cut short or of another kind would be another population than the one we name."""
    members = listed.panel.members
    left_out = sum(one.lines for one in listed.skipped.values())
    if (found := len(members) + left_out) < size:
        raise PanelError(f"{url} has {found:,} sites where {size:,} were asked for: give --size {found}")
    last = 0
    for member in members:
        if member.rank is None or member.rank <= last:
            raise PanelError(f"{url} is no ranking: {member.host} has rank {member.rank} after {last}")
        last = member.rank
    if last > size:
        raise PanelError(f"{url} is no list of the first {size:,}: {members[-1].host} has rank {last:,}")
