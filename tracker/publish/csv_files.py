"""Rows to CSV files, batch by batch."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tracker.publish.files import whole


def write(
    path: Path,
    columns: Sequence[str],
    batches: Iterable[Sequence[Sequence[Any]]],
    _types: Mapping[str, str] | None = None,
) -> int:
    """Write rows with a header line (RFC 4180, UTF-8; NULL is an empty cell); gives their number.

    Raises DrywellError where the file cannot be written.
    """
    rows = 0
    with whole(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for batch in batches:
            writer.writerows(batch)
            rows += len(batch)
    return rows
