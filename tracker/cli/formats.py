"""Answers as people and programs want them: a table, JSON, CSV, Markdown or a Parquet file."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracker.errors import UsageError

Batches = Iterable[Sequence[Sequence[Any]]]


def only_one(options: Mapping[str, Any]) -> None:
    """Raise UsageError if more than one of these options is given."""
    given = [name for name, value in options.items() if value not in (None, False)]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} cannot go together: choose one")


def write_csv(columns: Sequence[str], batches: Batches) -> None:
    """CSV with a header line (RFC 4180) on stdout, batch by batch; bytes as hex."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for batch in batches:
        writer.writerows(map(_plain, batch))


def write_json(columns: Sequence[str], batches: Batches) -> None:
    """A JSON list of objects on stdout, batch by batch; bytes as hex."""
    separator = "["
    for batch in batches:
        for row in batch:
            values = dict(zip(columns, _plain(row), strict=True))
            print(f"{separator}\n  {json.dumps(values, ensure_ascii=False, default=str)}", end="")
            separator = ","
    print("[]" if separator == "[" else "\n]")


def write_markdown(columns: Sequence[str], batches: Batches) -> None:
    """A Markdown table on stdout."""
    print(_line(columns))
    print(_line(["---"] * len(columns)))
    for batch in batches:
        for row in batch:
            print(_line(_plain(row)))


def _line(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())


def _plain(row: Sequence[Any]) -> list[Any]:
    return [value.hex() if isinstance(value, bytes) else value for value in row]
