"""`tracker warc`: evidence as a web archive."""

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import print_json
from tracker.cli.site import host_of
from tracker.errors import UsageError


def warc(
    target: Annotated[
        str | None, typer.Argument(help="A site, or a SELECT whose columns include body_sha256.", show_default=False)
    ] = None,
    query: Annotated[str | None, typer.Option("--query", help="The SELECT, instead of a site.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file.", show_default="SITE.warc.gz or captures.warc.gz")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write captures as a WARC 1.1 file with a manifest of SHA-256, for any web archive's tools to read.

    Example: tracker warc nytimes.com --out nytimes.warc.gz
    """
    from tracker.publish.warc import captures_of_query, captures_of_site, write_warc
    from tracker.settings import load
    from tracker.store.query import Reader

    if (target is None) == (query is None):
        raise UsageError("give a site or a query: tracker warc SITE, or tracker warc --query 'SELECT …'")
    is_query = target is None or len(target.split()) > 1
    settings = load(database=database)
    with Reader(settings.history) as reader:
        if is_query:
            captures = captures_of_query(reader, query or target or "")
            path = out or Path("captures.warc.gz")
        else:
            host = host_of(target or "")
            captures = captures_of_site(reader, host)
            path = out or Path(f"{host}.warc.gz")
        report = write_warc(reader, captures, path, operator=settings.contact)
    if as_json:
        print_json(report.as_json())
        return
    print(
        f"{report.warc}: {report.resources} files, {report.revisits} seen again, {report.absences} absences, "
        f"{report.bytes:,} bytes, sha256 {report.sha256}"
    )
    print(f"{report.manifest}: one line a capture")
