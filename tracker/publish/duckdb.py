"""SQL with which DuckDB sees the public views: over the file of a history, or over an export of it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tracker.store.dictionary import View, views
from tracker.store.questions import literal

_TYPES = {"integer": "BIGINT", "flag": "BIGINT", "real": "DOUBLE"}


def over_sqlite(path: Path) -> str:
    """Statements for a connection that has loaded DuckDB's sqlite extension; SQLite itself runs the views.

    Each view is read whole, whatever is asked of it: for more than a look, export to Parquet.
    """
    file = literal(str(path.resolve()))
    found = (_statement(view, f"sqlite_scan({file}, {literal(view.name)})") for view in views().values())
    # A column of a view has no declared type in SQLite, and DuckDB would take it for bytes.
    return "".join(["SET GLOBAL sqlite_all_varchar = true;\n", *found])


def over_files(globs: Mapping[str, str], form: str) -> str:
    """Statements for DuckDB in the folder of an export (or with its setting `file_search_path` on it)."""
    read: Callable[[str], str] = {
        "parquet": lambda files: f"read_parquet({files}, hive_partitioning = false)",
        "csv": lambda files: f"read_csv({files}, header = true, all_varchar = true, hive_partitioning = false)",
    }[form]
    return "".join(_statement(views()[name], read(literal(files))) for name, files in globs.items())


def _statement(view: View, relation: str) -> str:
    # Neither SQLite nor CSV tells of what type the values of a column are.
    columns = (f'CAST("{one.name}" AS {_TYPES.get(one.type, "VARCHAR")}) AS "{one.name}"' for one in view.columns)
    return f'CREATE OR REPLACE VIEW "{view.name}" AS SELECT {", ".join(columns)} FROM {relation};\n'
