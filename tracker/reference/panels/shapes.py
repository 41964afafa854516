"""What the first row of a list gives away of all its rows, and how such a row becomes a member.

Recognised: one host a line; `rank,host` without a header (Tranco, Cisco Umbrella); CSV with a header that names a
column of hosts (our own, Majestic's Million, Cloudflare Radar's) or of origins (CrUX).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.hosts import normalise_host
from tracker.core.panels import Member

# Our column: what lists call it, in lower case; the first that is there counts.
_NAMES = {
    "host": ("host", "site", "domain", "origin"),
    "rank": ("rank", "globalrank"),
    "sector": ("sector", "category", "categories"),
    "country": ("country",),
    "language": ("language",),
}
_RANK = re.compile(r"[0-9]{1,9}")
_LONGEST_LABEL = 80
_HTTP, _HTTPS = 1, 2


class BadRow(ValueError):
    """A row that is no member: the message says why; `kind` is the reason in a word.

    Kinds: cells (their number), rank, url (of an origin), label, encoding, duplicate.
    """

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Shape:
    """How to read the rows of a list: its columns, and at which place each of ours stands.

    has_header: the first row is no site. origins: sites are written as `https://example.com`.
    """

    columns: tuple[str, ...]
    host: int
    rank: int | None = None
    labels: tuple[tuple[str, int], ...] = ()
    has_header: bool = False
    origins: bool = False

    def member(self, cells: Sequence[str]) -> tuple[Member, int]:
        """The member that a row names, and by which scheme (a bit each; 0 where the list has hosts).

        Raises BadRow, or NotAHost.
        """
        if len(cells) != len(self.columns):
            reason = f"{len(cells)} cells where {len(self.columns)} belong ({', '.join(self.columns)})"
            raise BadRow(reason, "cells")
        rank = cells[self.rank] if self.rank is not None else ""
        if rank and not (_RANK.fullmatch(rank) and int(rank)):
            raise BadRow(f"rank {rank[:32]!r} is no whole number from 1 to 999,999,999", "rank")
        text, scheme = cells[self.host], 0
        if self.origins:
            text, scheme = _origin(text)
        host = normalise_host(text)
        if not self.labels:
            return Member(host, int(rank) if rank else None), scheme
        return Member(host, int(rank) if rank else None, **self._labels(cells)), scheme

    def _labels(self, cells: Sequence[str]) -> dict[str, str]:
        return {name: label(name, cells[place]) for name, place in self.labels}


def shape_of(cells: Sequence[str]) -> Shape:
    """What the first row of a list says of its shape; BadRow where it is that of no list."""
    names = [cell.lower() for cell in cells]
    places = {ours: names.index(theirs[0]) for ours, theirs in _found(names).items()}
    if "host" in places:
        labels = tuple((ours, places[ours]) for ours in ("sector", "country", "language") if ours in places)
        columns = tuple(names)
        is_origin = names[places["host"]] == "origin"
        return Shape(columns, places["host"], places.get("rank"), labels, has_header=True, origins=is_origin)
    if len(cells) == 1 and (mark := next((mark for mark in ";\t|" if mark in cells[0]), None)):
        raise BadRow(f"{mark!r} parts the cells of this list: part them by commas", "cells")
    if len(cells) == 2 and cells[0].isdecimal():
        return Shape(("rank", "host"), 1, 0)
    return Shape(("host",), 0)


def _found(names: Sequence[str]) -> dict[str, list[str]]:
    found = {ours: [name for name in theirs if name in names] for ours, theirs in _NAMES.items()}
    return {ours: theirs for ours, theirs in found.items() if theirs}


def label(name: str, text: str) -> str:
    """A sector, country or language; of several categories (`Search Engines;Technology`) the first, in lower case."""
    if name == "sector":
        text = text.partition(";")[0].strip().lower()
    if len(text) > _LONGEST_LABEL or not text.isprintable():
        raise BadRow(f"{name} {text[:32]!r} is no word or two of printable text", "label")
    return text


def _origin(text: str) -> tuple[str, int]:
    scheme, mark, host = text.partition("://")
    if not mark or scheme.lower() not in ("http", "https"):
        raise BadRow(f"{text[:64]!r} is no origin: write it as https://example.com", "url")
    return host, _HTTPS if scheme.lower() == "https" else _HTTP
