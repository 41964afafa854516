"""Rows of TOML and CSV files turned into frozen objects, every field checked."""

import csv
import io
import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar

from tracker.core.agents import Precision
from tracker.errors import DrywellError, ReferenceDataError

Row = TypeVar("Row")
# Takes what stands in the file (a text in CSV, any TOML value else); raises ValueError with reason and mend.
Check = Callable[[Any], object]


def data_folder() -> Path:
    """`data/` beside the package in a checkout, `tracker/_data` inside a wheel."""
    package = Path(__file__).parents[1]
    inside = package / "_data"
    return inside if inside.is_dir() else package.parent / "data"


def reference_file(name: str) -> Path:
    """A shipped table of facts."""
    return data_folder() / "reference" / name


def read_text(path: Path, error: type[DrywellError]) -> str:
    """The file as UTF-8 text without byte order mark; raises `error` if it cannot be read as such."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise error(f"{path} is not UTF-8 text: unpack it or save it as UTF-8") from None
    except OSError as reason:
        raise error(f"{path} cannot be read: {reason.strerror}") from None


def csv_cells(text: str, path: Path, error: type[DrywellError]) -> Iterator[tuple[int, list[str]]]:
    """Line number and stripped cells of each row that is neither blank nor a `#` comment."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for raw in reader:
            cells = [cell.strip() for cell in raw]
            if cells not in ([], [""]) and not cells[0].startswith("#"):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as reason:
        raise error(f"{path}:{line}: not valid CSV ({reason}): check the quotation marks") from None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row begins, and where each field of it stands if that is known, for messages."""

    path: Path
    line: int
    fields: Mapping[str, int] = field(default_factory=dict)

    def error(self, field: str, reason: object) -> ReferenceDataError:
        """What is wrong with one field of the row."""
        return ReferenceDataError(f"{self.path}:{self.fields.get(field, self.line)}: {field}: {reason}")


def toml_document(path: Path, text: str) -> dict[str, Any]:
    """What a TOML text says; raises ReferenceDataError that names file and line."""
    try:
        return tomllib.loads(text)
    except ValueError as reason:  # also for a whole number of thousands of digits
        # The reader says "(at line 3, column 7)" or "(at end of document)".
        found = re.search(r"at line (\d+)", str(reason))
        line = int(found[1]) if found else text.count("\n") + 1
        raise ReferenceDataError(f"{path}:{line}: not valid TOML: {' '.join(str(reason).split())}") from None


def toml_rows(path: Path, table: str, text: str | None = None) -> list[tuple[Place, dict[str, Any]]]:
    """The `[[table]]` entries of a TOML file that holds nothing else; `text` stands in for what the file holds."""
    text = read_text(path, ReferenceDataError) if text is None else text
    document = toml_document(path, text)
    places = _places(path, table, text)
    rows = document.pop(table, [])
    if document or not isinstance(rows, list) or len(rows) != len(places):
        stray = next(iter(document), table)
        raise Place(path, 1).error(stray, f"write every row as its own table headed [[{table}]], nothing else")
    return list(zip(places, rows, strict=True))


def _places(path: Path, table: str, text: str) -> list[Place]:
    """Where each `[[table]]` and its fields stand; by their looks, for the reader of TOML does not say."""
    found: list[tuple[int, dict[str, int]]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(rf"\s*\[\[\s*{table}\s*\]\]", line):
            found.append((number, {}))
        elif found and (key := re.match(r"\s*([\w-]+)\s*=", line)):
            found[-1][1].setdefault(key[1], number)
    return [Place(path, number, lines) for number, lines in found]


def csv_rows(path: Path) -> list[tuple[Place, dict[str, Any]]]:
    """The rows of a CSV file with a header line; empty cells are left out."""
    text = read_text(path, ReferenceDataError)
    header: list[str] | None = None
    rows: list[tuple[Place, dict[str, Any]]] = []
    for line, cells in csv_cells(text, path, ReferenceDataError):
        place = Place(path, line)
        if header is None:
            header = cells
            continue
        if len(cells) != len(header):
            reason = f"{len(cells)} cells under {len(header)} columns: quote cells that hold a comma"
            raise place.error("row", reason)
        rows.append((place, {key: cell for key, cell in zip(header, cells, strict=True) if cell}))
    return rows


class Schema(Generic[Row]):
    """How a row becomes an object of a dataclass: a check a field; fields without a default are required."""

    def __init__(self, cls: Callable[..., Row], **checks: Check) -> None:
        self._cls = cls
        self._checks = checks
        declared = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
        if declared.keys() != checks.keys():
            raise TypeError(f"checks do not fit the fields of {cls}: {declared.keys() ^ checks.keys()}")
        self._required = [
            name for name, field in declared.items() if field.default is MISSING and field.default_factory is MISSING
        ]

    def build(self, place: Place, row: Mapping[str, Any]) -> Row:
        """The object; raises ReferenceDataError that names the first bad field."""
        values, errors = self._checked(place, row)
        for error in errors.values():
            raise error
        return self._cls(**values)

    def errors(self, place: Place, row: Mapping[str, Any]) -> dict[str, ReferenceDataError]:
        """What is wrong with the row, by field: first those that stand there, then those that are missing."""
        return self._checked(place, row)[1]

    def _checked(self, place: Place, row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, ReferenceDataError]]:
        values: dict[str, Any] = {}
        errors: dict[str, ReferenceDataError] = {}
        for key, value in row.items():
            if key not in self._checks:
                reason = f"unknown field, remove it or use one of: {', '.join(self._checks)}"
                errors[key] = place.error(key, reason)
                continue
            try:
                values[key] = self._checks[key](value)
            except ValueError as amiss:
                errors[key] = place.error(key, amiss)
        errors |= {key: place.error(key, "is missing, add it") for key in self._required if key not in row}
        return values, errors


def text(value: Any) -> str:
    """A text that is not empty, on one line."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"{value!r} is no line of text, write one between quotation marks")
    return value


def optional_text(value: Any) -> str:
    """Like `text`, or empty."""
    return "" if value == "" else text(value)


def url(value: Any) -> str:
    """A web address, or empty."""
    if value != "" and not re.match(r"https?://[^\s/]+", text(value)):
        raise ValueError(f"{value!r} is no web address, write one that starts with https://")
    return str(value)


def day(value: Any) -> str:
    """An ISO date, quoted or not."""
    if type(value) is date:
        return value.isoformat()
    try:
        # Python also reads 20230807 and 2023-W32-1: one spelling only, or dates do not sort as texts.
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise ValueError(f"{value!r} is no date, write it as 2026-11-22")


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false, write one of them without quotation marks")
    return value


def number(value: Any) -> float:
    """A number, at least 0."""
    try:
        result = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        result = math.nan
    if not 0 <= result < math.inf:
        raise ValueError(f"{value!r} is no number of at least 0, write one such as 12.5")
    return result


def one_of(choices: type[StrEnum]) -> Check:
    """One of the values of an enumeration."""

    def check(value: Any) -> StrEnum:
        try:
            return choices(value)
        except ValueError:
            raise ValueError(f"{value!r} is unknown, write one of: {', '.join(choices)}") from None

    return check


def list_of(check: Check) -> Check:
    """A list whose items all pass, without doubles; becomes a tuple."""

    def check_all(value: Any) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise ValueError(f'{value!r} is no list, write it as ["one", "two"]')
        items = tuple(check(item) for item in value)
        if len(set(items)) != len(items):
            raise ValueError(f"{value!r} names something twice, delete one of the two")
        return items

    return check_all


def check_precision(place: Place, field: str, date_text: str, precision: Precision) -> None:
    """Raise ReferenceDataError unless `date_text` is written as its precision asks."""
    if not fits_precision(date_text, precision):
        raise place.error(field, f"a date known to the {precision} is written as its first day, {date_text} is not")


def fits_precision(date_text: str, precision: Precision) -> bool:
    """Whether a date known to the month or year is written as the first day of it."""
    return date_text.endswith({Precision.DAY: "", Precision.MONTH: "-01", Precision.YEAR: "-01-01"}[precision])
