"""`tracker thin`: old failures made one row a month."""

import time
from typing import Annotated

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json
from tracker.errors import UsageError


def thin(
    older_than: Annotated[str, typer.Option("--older-than", help="Only months that ended so long ago.")] = "90d",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    vacuum: Annotated[bool, typer.Option("--vacuum", help="Give the freed space back to the disk.")] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make one row a month of old failed attempts, by site, source and cause; no verdict and no share changes.

    Pages of terms go too once their text has not been seen for as long; the text and all found in it stay.

    Failures that archives report stay as they are: nothing else in the history holds them.

    Example: tracker thin --older-than 90d --dry-run
    """
    from tracker.settings import load
    from tracker.store.thin import days
    from tracker.store.thin import thin as thin_history

    try:
        before = int(time.time()) - days(older_than)
    except ValueError as error:
        raise UsageError(f"--older-than {older_than!r}: {error}") from error
    note("going through the failed attempts")
    report = thin_history(load(database=database).history, before, dry_run=dry_run, vacuum=vacuum)
    if as_json:
        print_json(report.as_json())
        return
    would = "would become" if dry_run else "are now"
    print(
        f"{report.before:,} runs of failures {would} {report.after:,}: {report.months:,} months of a site in a row each"
    )
    if report.kept:
        print(f"{report.kept:,} older runs stay: no crawl's bitmap holds their moments")
    if report.pages:
        print(
            f"{report.pages:,} texts of terms {'would lose' if dry_run else 'have lost'} the page they were read from"
        )
    if vacuum and not dry_run:
        print(f"{report.bytes_before:,} bytes of file are now {report.bytes_after:,}")
