"""Import of tables of captures: CSV with a header line, or JSON Lines with an object a line.

Columns: site, at, and what was seen there: status, body, path (a file in the table's folder) or body_base64.
A table is read row by row and never whole. A bad row ends it: the rows before it are imported, and a second run, once
the row is mended, brings in the rest.
"""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from tracker.errors import SourceError
from tracker.sources.intake import Intake, OnProgress, Report, Scope
from tracker.sources.rows import COLUMNS, BadRow, RowReader
from tracker.store.captures import SourceFacts
from tracker.store.write import Writer

LONGEST_LINE = 16 * 1024 * 1024
"""Characters of one line; a longer one is no row of a table of robots.txt files."""

STDIN = "-"
Row = tuple[int, dict[str, Any]]
Rows = Callable[[Iterator[str]], Iterator[Row]]


class _Unreadable(Exception):
    """What is wrong, and in which line."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def import_tables(
    writer: Writer,
    paths: Sequence[str],
    form: str,
    scope: Scope,
    stdin: IO[bytes],
    on_progress: OnProgress | None = None,
) -> Report:
    """Bring in tables; `form` is csv or jsonl, a path of `-` reads stdin. `on_progress(done, total)` counts files.

    Raises SourceError that names file, line and column of the first bad row; what stands before it is imported.
    """
    name = scope.panel.name
    intake = Intake(writer, SourceFacts("csv", name, f"csv:{name}"), scope)
    for number, path in enumerate(paths, 1):
        if path == STDIN:
            _take(intake, stdin, "stdin", form, RowReader(None))
        else:
            try:
                with Path(path).open("rb") as stream:
                    _take(intake, stream, path, form, RowReader(Path(path).parent))
            except OSError as error:
                raise SourceError(f"{path} cannot be read: {error.strerror or error}") from None
        if on_progress:
            on_progress(number, len(paths))
    return intake.report


def _take(intake: Intake, stream: IO[bytes], called: str, form: str, reader: RowReader) -> None:
    """Import one table: always whole, for the files that it names may have changed while it has not."""
    name = Path(called).name
    intake.begin(name)
    line = 1
    try:
        for line, row in _FORMS[form](_lines(stream)):
            read = reader.read(row, f"{name}:{line}")
            if read is None:
                intake.unusable("status 3xx: a redirect is no answer of the site")
            elif intake.wants(read[1].host):
                intake.add(*read)
    except (BadRow, _Unreadable) as error:
        intake.flush()
        line = error.line if isinstance(error, _Unreadable) else line
        done = intake.report.summary()
        raise SourceError(f"{called}:{line}: {error} ({done}; mend the row and run it again for the rest)") from None
    intake.flush()


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """The lines of a stream as text, ends included; none longer than a row can be."""
    number = 0
    while data := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(data) > LONGEST_LINE:
            raise _Unreadable(number, f"a line of more than {LONGEST_LINE} bytes; is this a table of captures?")
        try:
            yield data.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise _Unreadable(number, "not UTF-8 text: save it as UTF-8, or give the bytes as body_base64") from None


def _csv_rows(lines: Iterator[str]) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(lines, strict=True)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            here, line = line, reader.line_num + 1
            if not header:
                header = _header(cells)
            elif cells:
                yield here, _named(header, cells, here)
    except csv.Error as reason:
        raise _Unreadable(line, f"not valid CSV ({reason}): check the quotation marks") from None
    if not header:
        raise _Unreadable(1, f"empty: a table begins with a header line such as {','.join(COLUMNS[:4])}")


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    for name in ("site", "at"):
        if name not in names:
            raise _Unreadable(1, f"no column {name}: begin with a header line such as {','.join(COLUMNS[:4])}")
    for name in names:
        if name not in COLUMNS or names.count(name) > 1:
            what = "stands twice" if name in COLUMNS else "is unknown"
            raise _Unreadable(1, f"column {name!r} {what}, use {', '.join(COLUMNS)}")
    return names


def _named(header: list[str], cells: list[str], line: int) -> dict[str, Any]:
    """The cells by name. An empty cell says nothing, but an empty body beside a 2xx status is an empty file."""
    if len(cells) != len(header):
        raise _Unreadable(line, f"{len(cells)} cells where {len(header)} belong ({', '.join(header)})")
    row = dict(zip(header, cells, strict=True))
    kept = {name: value for name, value in row.items() if value != ""}
    if "body" in row and kept.get("status", "").startswith("2") and not kept.keys() & {"path", "body_base64"}:
        kept.setdefault("body", "")
    return kept


def _jsonl_rows(lines: Iterator[str]) -> Iterator[Row]:
    for line, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except (ValueError, RecursionError) as reason:
            raise _Unreadable(line, f"not valid JSON ({reason}): write one object a line") from None
        if not isinstance(row, dict):
            raise _Unreadable(line, f"no object: write one a line, with {', '.join(COLUMNS[:4])}")
        yield line, {name: value for name, value in row.items() if value is not None}


_FORMS: dict[str, Rows] = {"csv": _csv_rows, "jsonl": _jsonl_rows}
