"""Rows as DataFrames, of pandas or polars: dates are dates, whole numbers stay whole beside gaps."""

import re
from datetime import date, datetime
from typing import Any

from tracker.errors import UsageError
from tracker.publish.extras import needs
from tracker.store.dictionary import views
from tracker.store.rows import Rows

KINDS = ("pandas", "polars")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def default_kind() -> str:
    """pandas if it is installed, else polars."""
    from importlib.util import find_spec

    return "pandas" if find_spec("pandas") or not find_spec("polars") else "polars"


def checked_kind(kind: str) -> str:
    """The kind, if there is such; raises UsageError."""
    if kind not in KINDS:
        raise UsageError(f"unknown frame {kind!r}, use one of: {', '.join(KINDS)}")
    return kind


def frame(rows: Rows, kind: str) -> Any:
    """The rows as a DataFrame. Dates and times (UTC) of the views' columns become such where all values are."""
    columns = [[row[n] for row in rows.rows] for n in range(len(rows.columns))]
    dated = {
        name: _when(values) for name, values in zip(rows.columns, columns, strict=True) if name in _dated_columns()
    }
    if kind == "polars":
        return _polars(rows.columns, columns, dated)
    return _pandas(rows.columns, columns, dated)


def _dated_columns() -> set[str]:
    return {one.name for view in views().values() for one in view.columns if one.type in ("date", "time")}


def _when(values: list[Any]) -> type | None:
    """What the values are all of: days, times, or neither."""
    found = [value for value in values if value is not None]
    for form, kind in ((_DAY, date), (_TIME, datetime)):
        if found and all(isinstance(value, str) and form.fullmatch(value) for value in found):
            return kind
    return None


def _pandas(names: tuple[str, ...], columns: list[list[Any]], dated: dict[str, type | None]) -> Any:
    with needs("pandas", "a pandas DataFrame", "dashboard"):
        import pandas as pd

    def series(name: str, values: list[Any]) -> Any:
        if kind := dated.get(name):
            return pd.to_datetime(pd.Series(values, dtype=object), utc=kind is datetime)
        numbers = {type(value) for value in values}
        return pd.Series(values, dtype="Int64" if numbers == {int, type(None)} else None)

    # Not a dictionary: a query may give two columns one name.
    made = [series(name, values) for name, values in zip(names, columns, strict=True)]
    return pd.concat(made, axis=1, keys=list(names)) if made else pd.DataFrame()


def _polars(names: tuple[str, ...], columns: list[list[Any]], dated: dict[str, type | None]) -> Any:
    with needs("polars", "a polars DataFrame"):
        import polars as pl

    if len(set(names)) < len(names):
        raise UsageError("two columns have one name: name each of them with AS")
    made = []
    for name, values in zip(names, columns, strict=True):
        one = pl.Series(name, values, strict=False)
        if kind := dated.get(name):
            one = one.str.to_date() if kind is date else one.str.to_datetime(time_zone="UTC")
        made.append(one)
    return pl.DataFrame(made)
