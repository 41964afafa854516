"""Token counts per domain from a user's CSV, of any length: it is read line by line, and of it only sums are kept.

The format is in docs/tokens.md: a header line, one column of domains and one of tokens, one domain a line.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from tracker.core.hosts import NotAHost, normalise_host
from tracker.core.nearest import did_you_mean
from tracker.core.tokens import Number, TokenCounts, names_of, parents
from tracker.errors import ReferenceDataError

LONGEST_LINE = 1 << 16
"""Bytes of one line; a longer one is none of a list of domains."""
MOST_TOKENS = 10**18
"""Of one domain: more than all text there is."""

_DOMAINS = ("domain", "host", "site", "url", "origin")
_WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)
# As pandas and R write whole numbers: 12345.0, 1.5e+09. A 1.234 may mean a thousand, so it means nothing here.
_FLOAT = re.compile(r"[0-9]{1,19}\.0|[0-9](?:\.[0-9]{1,18})?[eE]\+?[0-9]{1,4}", re.ASCII)
_ORIGIN = re.compile(r"https?://", re.IGNORECASE)
_TOO_MANY = "more tokens than a domain can have (at most 1e18)"
_EVERY = 100_000  # lines between two moves of a progress bar

Advance = Callable[[int, int], None]


class _Columns(NamedTuple):
    """The header, and at which places domain and tokens stand."""

    names: Sequence[str]
    domain: int
    tokens: int


def read_token_counts(
    path: Path, hosts: Sequence[str], *, column: str | None = None, advance: Advance | None = None
) -> TokenCounts:
    """The tokens that a CSV file has for the hosts of a panel, see `TokenCounts`.

    column: the column of tokens, by name; without it the one that is called tokens, or the only one that speaks of
    tokens. `advance(done, total)` counts bytes. Memory is bounded by the panel, not by the file.
    Raises ReferenceDataError with file and line for a line that cannot be read, a number that is none, and a file in
    which no row names a site.
    """
    try:
        with path.open("rb") as stream:
            size = path.stat().st_size
            return _Reading(path, names_of(hosts)).counted(stream, column, size, advance)
    except OSError as reason:
        raise ReferenceDataError(f"{path} cannot be read: {reason.strerror or reason}") from None


class _Reading:
    def __init__(self, path: Path, names: Mapping[str, str]) -> None:
        self._path, self._names = path, names
        self._tokens: dict[str, Number] = {}
        self._total = self._beneath = self._nameless = 0
        self._nameless_rows = self._repeated = self._rows = self._line = 0
        self._first_nameless: int | None = None

    def counted(self, stream: IO[bytes], column: str | None, size: int, advance: Advance | None) -> TokenCounts:
        """Read it all."""
        lines = self._cells(stream)
        header = next(lines, None)
        if header is None:
            raise ReferenceDataError(f"{self._path} is empty: begin with a header line such as domain,tokens")
        columns = self._columns(header, column)
        for cells in lines:
            self._take(cells, columns)
            if advance and self._line % _EVERY == 0:
                advance(stream.tell(), size)
        if self._rows == self._nameless_rows:
            reason = f"none of its {self._rows:,} rows names a site" if self._rows else "no row follows the header line"
            raise self._error(f"{reason}: write one domain a line, such as example.com,12345", self._first_nameless)
        if not self._total:
            raise ReferenceDataError(f"{self._path}: all tokens are 0 in column {header[columns.tokens]!r}")
        return TokenCounts(
            source=self._path.name,
            column=header[columns.tokens],
            tokens=self._tokens,
            total=self._total,
            rows=self._rows,
            beneath=self._beneath,
            nameless=self._nameless_rows,
            nameless_tokens=self._nameless,
            first_nameless=self._first_nameless,
            repeated=self._repeated,
        )

    def _cells(self, stream: IO[bytes]) -> Iterator[list[str]]:
        """The cells of each line that is neither blank nor a comment; a row is one line."""
        while data := stream.readline(LONGEST_LINE + 1):
            self._line += 1
            if len(data) > LONGEST_LINE:
                raise self._error(f"a line of more than {LONGEST_LINE:,} bytes: is this a list of domains?")
            try:
                text = data.decode("utf-8-sig" if self._line == 1 else "utf-8")
            except UnicodeDecodeError:
                raise self._error("not UTF-8 text: unpack the file, or save it as UTF-8") from None
            if text.isspace() or text.startswith("#") or not text:
                continue
            yield self._quoted(text) if '"' in text else [cell.strip() for cell in text.split(",")]

    def _quoted(self, text: str) -> list[str]:
        try:
            return [cell.strip() for cell in next(csv.reader([text.rstrip("\r\n")], strict=True))]
        except csv.Error as reason:
            raise self._error(f"not valid CSV ({reason}): check the quotation marks") from None

    def _columns(self, header: list[str], column: str | None) -> _Columns:
        names = [name.lower() for name in header]
        if len(names) == 1 and (mark := next((mark for mark in ";\t|" if mark in names[0]), None)):
            raise self._error(f"{mark!r} parts the cells of this file: part them by commas")
        domain = next((names.index(name) for name in _DOMAINS if name in names), None)
        if domain is None:
            raise self._error(f"no column {' or '.join(_DOMAINS)}: begin with a header line such as domain,tokens")
        return _Columns(header, domain, self._tokens_column(header, names, column))

    def _tokens_column(self, header: list[str], names: list[str], column: str | None) -> int:
        there = ", ".join(header)
        if column is not None:
            wanted = column.strip().lower()
            if names.count(wanted) != 1:
                many = (
                    f"no column {column!r}{did_you_mean(wanted, names)}" if wanted not in names else "two columns of it"
                )
                raise self._error(f"{many}; there are {there}")
            return names.index(wanted)
        found = [name for name in names if name == "tokens"] or [name for name in names if "token" in name]
        if len(found) > 1:
            raise self._error(f"several columns of tokens ({', '.join(found)}): choose one with --tokens-column")
        if not found:
            raise self._error(f"no column tokens: name the column with --tokens-column; there are {there}")
        return names.index(found[0])

    def _take(self, cells: list[str], columns: _Columns) -> None:
        if len(cells) != len(columns.names):
            more = " (no separators of thousands?)" if len(cells) > len(columns.names) else ""
            raise self._error(f"{len(cells)} cells where {len(columns.names)} belong{more}")
        tokens = self._number(cells[columns.tokens], columns.names[columns.tokens])
        self._rows += 1
        self._total += tokens
        name = cells[columns.domain]
        site = self._names.get(name)
        if site is None:
            host = _host(name)
            if host is None:
                self._nameless_rows += 1
                self._nameless += tokens
                self._first_nameless = self._first_nameless or self._line
                return
            site = self._names.get(host)
            if site is None:
                self._beneath += tokens if any(parent in self._names for parent in parents(host)) else 0
                return
        self._repeated += site in self._tokens
        self._tokens[site] = self._tokens.get(site, 0) + tokens

    def _number(self, text: str, column: str) -> int:
        if _WHOLE.fullmatch(text):
            value = int(text)
        elif _FLOAT.fullmatch(text) and (rounded := float(text)) <= MOST_TOKENS and rounded.is_integer():
            value = int(rounded)
        else:
            raise self._error(f"{column}: {_why(text)}")
        if value > MOST_TOKENS:
            raise self._error(f"{column}: {_TOO_MANY}")
        return value

    def _error(self, reason: str, line: int | None = None) -> ReferenceDataError:
        return ReferenceDataError(f"{self._path}:{line or self._line}: {reason}")


def _host(text: str) -> str | None:
    """The host that a cell names, also as an origin (https://example.com/); None for anything else."""
    if _ORIGIN.match(text):
        text = text.partition("://")[2].removesuffix("/")
    try:
        return normalise_host(text)
    except NotAHost:
        return None


def _why(text: str) -> str:
    shown = repr(text[:40])
    if not text:
        return "empty: write the number of tokens, or leave the row out"
    if text.startswith("-"):
        return f"{shown} is negative: tokens are at least 0"
    if re.fullmatch(r"[0-9]{1,3}(?:[,. '\u00a0\u202f][0-9]{3}){1,9}", text):
        return f"{shown} has separators of thousands: write the digits alone"
    if _FLOAT.fullmatch(text) and float(text) > MOST_TOKENS:
        return _TOO_MANY
    return f"{shown} is no whole number: write digits, such as 12345"
