"""From the lines of a list to a panel: every row a member, or refused with its line."""

import csv
import re
from array import array
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path

from tracker.core.hosts import NotAHost, normalise_host
from tracker.core.panels import Member, Panel
from tracker.errors import PanelError
from tracker.reference.panels.lines import Lines, opened
from tracker.reference.panels.shapes import BadRow, Shape, label, shape_of

_TRUE_OR_FALSE = {"true": True, "yes": True, "false": False, "no": False}
_HEADER = re.compile(r"#\s*([a-z_]+)\s*:\s*(.+)")
_LABELS = ("sector", "country", "language")


@dataclass(frozen=True, slots=True)
class Skipped:
    """Lines that were left out for one reason: how many, and the first of them."""

    lines: int
    first: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A panel read from a list, and what did not become a member of it.

    skipped: by reason in a word, only where bad lines were to be skipped. merged: origins that name a site a second
    time, by its other scheme. labelled: members that the file of categories says something of. strangers: hosts in it
    that are no members.
    """

    panel: Panel
    skipped: Mapping[str, Skipped] = field(default_factory=dict)
    merged: int = 0
    labelled: int = 0
    strangers: int = 0


def read_list(
    source: Path | bytes,
    facts: Panel,
    *,
    label: str,
    skip_bad: bool = False,
    categories: Path | None = None,
    limit: int | None = None,
) -> Listed:
    """The panel that a list is. `facts` holds what is known of it without; its `# key: value` lines come over that.

    label: what messages call the list. skip_bad: leave bad rows out instead of refusing the list. categories: CSV with
    columns host, sector and perhaps country, language, which fills what the list does not say. limit: read no more
    rows. Raises PanelError, with the line.
    """
    with opened(source, label) as lines:
        members = _Members(lines, skip_bad)
        about = members.read(limit)
        digest = lines.digest
    if not members.found:
        raise PanelError(f"{label} names no site: write one host a line, such as example.com")
    labelled, strangers = members.label(categories) if categories else (0, 0)
    panel = replace(
        facts,
        title=about.get("title", facts.title),
        source=about.get("source", facts.source),
        list_id=about.get("list_id", facts.list_id or f"sha256:{digest[:16]}"),
        compiled=about.get("compiled", facts.compiled),
        population=about.get("population", facts.population),
        is_sample=_TRUE_OR_FALSE[about["is_sample"]] if "is_sample" in about else facts.is_sample,
        members=tuple(members.found),
    )
    skipped = {kind: Skipped(*counts) for kind, counts in sorted(members.skipped.items())}
    return Listed(panel, skipped, members.merged, labelled, strangers)


def rows(lines: Lines, about: dict[str, str] | None = None) -> Iterator[tuple[int, list[str]]]:
    """Line number and stripped cells of each row that is neither blank nor a comment.

    `about` takes the `# key: value` lines above the first row. Raises PanelError where the quotation marks are amiss,
    and for the first line that a reader of CSV cannot part from the others.
    """
    given = iter(lines)
    first = _preface(lines, given, {} if about is None else about)
    line = lines.number
    try:
        for raw in csv.reader(chain(first, given), strict=True):
            cells = [cell.strip() for cell in raw]
            if cells not in ([], [""]) and not cells[0].startswith("#"):
                yield line, cells
            line = lines.number + 1
    except csv.Error as reason:
        raise lines.error(f"not valid CSV ({reason}): check the quotation marks", line) from None


def _preface(lines: Lines, given: Iterator[str], about: dict[str, str]) -> list[str]:
    """Take the lines above the first row, and that row's first line."""
    first: list[str] = []
    for text in given:
        if text.strip() and not text.lstrip().startswith("#"):
            first.append(text)
            break
        if found := _HEADER.fullmatch(text.strip()):
            about[found[1]] = _checked(lines, found[1], found[2].strip())
    if about.get("population", "none").startswith("none"):
        about.pop("population", None)
    if _TRUE_OR_FALSE[about.get("is_sample", "false")] and "population" not in about:
        raise PanelError(f"{lines.label}: a sample needs its population, add a line '# population: ...'")
    return first


def _checked(lines: Lines, key: str, value: str) -> str:
    if lines.broken == lines.number:
        raise lines.error("not UTF-8 text: save the list as UTF-8")
    if key == "compiled" and not _is_date(value):
        raise lines.error(f"compiled: {value!r} is no date, write it as 2026-11-22")
    if key == "is_sample" and value not in _TRUE_OR_FALSE:
        raise lines.error(f"is_sample: {value!r} is unknown, write true or false")
    return value


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class _Members:
    """The members of a list as they come, each host once. skipped: reason to count and first line."""

    def __init__(self, lines: Lines, skip_bad: bool) -> None:
        self.found: list[Member] = []
        self.skipped: dict[str, list[int]] = {}
        self.merged = 0
        self._lines, self._skip_bad = lines, skip_bad
        self._places: dict[str, int] = {}
        self._at = array("L")  # the line of each member
        self._schemes = bytearray()  # by which schemes each is listed, in lists of origins

    def read(self, limit: int | None) -> dict[str, str]:
        """Read the list, at most `limit` rows; gives its `# key: value` lines."""
        about: dict[str, str] = {}
        shape: Shape | None = None
        left = -1 if limit is None else limit
        for line, cells in rows(self._lines, about):
            if shape is None:
                shape = self._shape(line, cells)
                if shape.has_header:
                    continue
            if left == 0:
                break
            left -= 1
            try:
                self._add(shape, line, cells)
            except (BadRow, NotAHost) as reason:
                self._refuse(line, reason)
        return about

    def _shape(self, line: int, cells: list[str]) -> Shape:
        try:
            return shape_of(cells)
        except BadRow as reason:
            raise self._lines.error(reason, line) from None

    def _add(self, shape: Shape, line: int, cells: list[str]) -> None:
        if self._lines.broken >= line:
            raise BadRow("not UTF-8 text (save the list as UTF-8)", "encoding")
        member, scheme = shape.member(cells)
        place = self._places.setdefault(member.host, len(self.found))
        if place < len(self.found):
            # http and https of one host are one site; CrUX lists by rank, so the first has the better one.
            if scheme and scheme & ~self._schemes[place]:
                self._schemes[place] |= scheme
                self.merged += 1
                return
            raise BadRow(f"{member.host} stands on line {self._at[place]} already", "duplicate")
        self.found.append(member)
        self._at.append(line)
        if shape.origins:
            self._schemes.append(scheme)

    def _refuse(self, line: int, reason: BadRow | NotAHost) -> None:
        if not self._skip_bad:
            mend = "correct or delete the line; `tracker panel import --skip-bad` leaves such lines out"
            raise self._lines.error(f"{reason}; {mend}", line)
        counts = self.skipped.setdefault(reason.kind, [0, line])
        counts[0] += 1

    def label(self, categories: Path) -> tuple[int, int]:
        """Fill in what a file of categories says; gives how many members it knows, and hosts that are none."""
        known: set[str] = set()
        strangers = 0
        with ExitStack() as stack:
            lines = stack.enter_context(opened(categories, str(categories)))
            columns: dict[str, int] | None = None
            for line, cells in rows(lines):
                if columns is None:
                    columns = _label_columns(lines, line, cells)
                    continue
                try:
                    host, labels = _labels(lines, line, columns, cells)
                    if host in known:
                        raise BadRow(f"{host} stands twice", "duplicate")
                except (BadRow, NotAHost) as reason:
                    raise lines.error(f"{reason}; correct or delete the line", line) from None
                place = self._places.get(host)
                if place is None:
                    strangers += 1
                    continue
                known.add(host)
                member = self.found[place]
                missing = {name: value for name, value in labels.items() if not getattr(member, name)}
                self.found[place] = replace(member, **missing)
        return len(known), strangers


def _label_columns(lines: Lines, line: int, cells: list[str]) -> dict[str, int]:
    names = [cell.lower() for cell in cells]
    columns = {name: names.index(name) for name in ("host", *_LABELS) if name in names}
    if "host" not in columns or len(columns) < 2:
        raise lines.error("a file of categories begins with a header: host,sector and perhaps country,language", line)
    return {**columns, "": len(names)}


def _labels(lines: Lines, line: int, columns: Mapping[str, int], cells: list[str]) -> tuple[str, dict[str, str]]:
    if lines.broken >= line:
        raise BadRow("not UTF-8 text (save the file as UTF-8)", "encoding")
    if len(cells) != columns[""]:
        raise BadRow(f"{len(cells)} cells where {columns['']} belong", "cells")
    labels = {name: label(name, cells[columns[name]]) for name in _LABELS if name in columns}
    return normalise_host(cells[columns["host"]]), labels
