"""`tracker backup`: a checked copy of the history, and the way back."""

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json
from tracker.errors import UsageError


def backup(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder for the backups; with --restore the new file.", show_default="backups, beside it"),
    ] = None,
    keep: Annotated[str, typer.Option("--keep", help="How many days, weeks and months keep a backup.")] = "7,4,12",
    from_file: Annotated[Path | None, typer.Option("--restore", help="Unpack this backup to a new file.")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Copy the history into one compressed, checked file, also while a crawl writes; older backups are thinned out.

    Only files named like its own backups are ever deleted. `tracker backup --restore FILE TO` unpacks one.

    Example: tracker backup /mnt/backups --keep 7,4,12
    """
    from tracker.settings import load
    from tracker.store.backup import Keep, back_up, restore

    if from_file is not None:
        if folder is None:
            raise UsageError("name the new file: tracker backup --restore FILE TO")
        restore(from_file, folder)
        if as_json:
            print_json({"restored": str(folder), "from": str(from_file)})
        else:
            print(f"restored to {folder}: use it with --database {folder}")
        return
    wanted = Keep.parse(keep)
    note("copying, checking and compressing the history")
    report = back_up(load(database=database).history, folder, wanted)
    if as_json:
        print_json(report.as_json())
        return
    print(f"{report.file}: {report.bytes:,} bytes of {report.raw_bytes:,}, sha256 {report.sha256}")
    print(f"backups kept: {report.kept}, deleted: {len(report.deleted)}")
