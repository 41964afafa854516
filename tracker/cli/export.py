"""`tracker export`: a history as a folder of files for DuckDB, polars, R and spreadsheets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json

if TYPE_CHECKING:
    from tracker.publish.export import Report


def export(
    parquet: Annotated[Path | None, typer.Option("--parquet", help="Folder for Parquet files.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Folder for CSV files.")] = None,
    view: Annotated[
        list[str] | None, typer.Option("--view", help="Only this view; may be repeated. Else all but costly ones.")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write the views to a folder, or bring one up to date: only files that differ are written again.

    Beside the files: views.sql, which opens them in DuckDB, and manifest.json with the rows and SHA-256 of each.

    Example: tracker export --parquet export

    Example: tracker export --csv changes --view changes --view agents
    """
    from tracker.cli.ask import open_reader
    from tracker.cli.formats import only_one
    from tracker.errors import UsageError
    from tracker.publish import export as exporting
    from tracker.store.dictionary import views

    only_one({"--parquet": parquet, "--csv": csv})
    folder = parquet or csv
    if folder is None:
        raise UsageError("say where to: --parquet DIR or --csv DIR")
    with open_reader(database) as reader:
        report = exporting.export(reader, folder, "parquet" if parquet else "csv", view or [])
    if not view and (left := [one.name for one in views().values() if one.costly]):
        note(f"left out, for they take long: {', '.join(left)} (ask for one with --view)")
    _print(report, folder, as_json)


def _print(report: "Report", folder: Path, as_json: bool) -> None:
    written, kept = len(report.written), len(report.kept)
    if as_json:
        facts = {"folder": str(folder), "written": [one.path for one in report.written], "kept": kept}
        print_json(facts | {"removed": report.removed, "rows": sum(one.rows for one in report.files)})
        return
    size = sum(one.bytes for one in report.written)
    removed = f", {len(report.removed)} removed" if report.removed else ""
    print(f"{folder}: {written} files written ({size:,} bytes), {kept} unchanged{removed}")
