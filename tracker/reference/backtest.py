"""The backtest that ships with a release: our own scores, as `tracker backtest --json` prints them."""

import json
from pathlib import Path
from typing import Any

from tracker.errors import ReferenceDataError
from tracker.reference.rows import read_text, reference_file


def stored_backtest(path: Path | None = None) -> dict[str, Any]:
    """The keys of `tracker backtest --json`; `path` reads another file in place of ours.

    Raises ReferenceDataError for a file that is no backtest.
    """
    file = path or reference_file("backtest.json")
    try:
        found = json.loads(read_text(file, ReferenceDataError))
    except ValueError as reason:
        raise ReferenceDataError(f"{file} is not JSON ({reason}): make it by tracker backtest --json") from None
    if not isinstance(found, dict) or not {"run_on", "rows", "forecasts"} <= found.keys():
        raise ReferenceDataError(f"{file} is not a backtest: make it by tracker backtest --json")
    return found
