"""SQL with which DuckDB sees the public views: over the file of a history, or over an export of it."""

from collections.abc import Callable
from pathlib import Path

from tracker.store.dictionary import View, views
from tracker.store.questions import literal

_TYPES = {"integer": "BIGINT", "flag": "BIGINT", "real": "DOUBLE"}


def over_sqlite(path: Path) -> str:
    """Statements for a connection that has loaded DuckDB's sqlite extension; SQLite itself runs the views.

    Each view is read whole, whatever is asked of it: for more than a look, export to Parquet.
    """
    return _statements(lambda view: f"sqlite_scan({literal(str(path.resolve()))}, {literal(view.name)})")


def over_parquet(glob_of: Callable[[str], str], names: list[str]) -> str:
    """Statements for a connection whose working folder, or whose `file_search_path`, is that of the export."""
    return _statements(lambda view: f"read_parquet({literal(glob_of(view.name))})", names)


def _statements(relation: Callable[[View], str], names: list[str] | None = None) -> str:
    chosen = [view for view in views().values() if names is None or view.name in names]
    return "".join(_statement(view, relation(view)) for view in chosen)


def _statement(view: View, relation: str) -> str:
    # An engine that stores what it likes in a column has no types to tell.
    columns = ", ".join(
        f'CAST("{one.name}" AS {_TYPES.get(one.type, "VARCHAR")}) AS "{one.name}"' for one in view.columns
    )
    return f'CREATE OR REPLACE VIEW "{view.name}" AS SELECT {columns} FROM {relation};\n'
