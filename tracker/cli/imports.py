"""`tracker import …`: past captures from elsewhere."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.options import AgentsFile, AsJson, Database
from tracker.cli.output import Advance, note, print_json, progress, shown
from tracker.cli.past_terms import PAGES, Pages, Wanted, read_new, tell_terms

if TYPE_CHECKING:
    from tracker.sources.intake import Report, Scope
    from tracker.store.query import Reader
    from tracker.store.write import Writer

Panel = Annotated[
    str | None,
    typer.Option(
        "--panel",
        "-p",
        help="A panel by name or file: only its sites. A new name: the panel that the sites found form.",
        show_default="named after the source",
    ),
]
Sites = Annotated[list[str] | None, typer.Option("--site", help="Only this site; may be given more than once.")]

app = typer.Typer(help="Bring past captures into the history.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Bring past captures into the history."""


@app.command("git")
def git(
    repository: Annotated[Path, typer.Argument(help="A cloned git-scraping repository.")],
    path: Annotated[
        str, typer.Option("--path", help="Where the files are; {site} stands for the host name.")
    ] = "robots/{site}.txt",
    panel: Annotated[
        str | None,
        typer.Option("--panel", "-p", help="Name of the panel they form.", show_default="folder name"),
    ] = None,
    database: Database = None,
    agents_file: AgentsFile = None,
    as_json: AsJson = False,
) -> None:
    """Import the history of a git-scraping repository: each commit that touches the files is one crawl.

    Running it again adds only new commits. Example:
    tracker import git ../robots-history --path 'robots/{site}.txt'
    """
    from tracker.cli.writing import open_writer
    from tracker.settings import load
    from tracker.sources.git import carry_over, read_history

    settings = load(database=database, agents=agents_file)
    history = settings.history
    # Read before the history is opened, so that a mistyped path leaves no empty file behind.
    past = read_history(repository, path)
    with open_writer(settings) as writer, progress("commits") as advance:
        report = carry_over(writer, past, panel, advance)
    for name, reason in list(report.skipped.items())[:5]:
        note(f"skipped {name}: {reason}")
    if len(report.skipped) > 5:
        note(f"skipped {len(report.skipped) - 5} more files whose names are no hosts")
    if as_json:
        print_json({"database": shown(history), **report.as_json()})
    else:
        print(
            f"{report.new_commits} of {report.commits} commits imported ({report.commits - report.new_commits} were "
            f"there already), {report.sites} sites, panel {report.panel}, into {shown(history)}"
        )


@app.command("warc")
def warc(
    files: Annotated[list[Path], typer.Argument(help="WARC files: plain, gzip, or gzip by record.")],
    panel: Panel = None,
    site: Sites = None,
    pages: Pages = PAGES,
    database: Database = None,
    agents_file: AgentsFile = None,
    as_json: AsJson = False,
) -> None:
    """Import what WARC files hold of robots.txt files, revisit records included, and of terms pages.

    Terms: at the addresses known from crawls, and at paths such as /terms. Files that were imported whole are passed
    over, but with --pages terms. A damaged file is imported as far as it goes.

    Example: tracker import warc crawl-2024.warc.gz --site example.com

    Example: tracker import warc crawl-2024.warc.gz --pages terms
    """
    from tracker.sources.intake import require_files
    from tracker.sources.warc import import_warcs
    from tracker.sources.warc_records import require_archive_extra

    require_archive_extra()
    require_files(files)
    wanted = Wanted(pages)
    broken: list[Exception] = []

    def bring_in(writer: "Writer", reader: "Reader", scope: "Scope", advance: Advance) -> "Report":
        done = import_warcs(writer, reader, files, scope, advance, terms=wanted.terms, only_terms=wanted.only_terms)
        broken.extend(done.broken)
        return done.report

    import_past("warc", panel, site or [], database, agents_file, as_json, bring_in)
    for error in broken[1:6]:
        note(str(error))
    if broken:
        raise broken[0]


@app.command("csv")
def csv(
    files: Annotated[list[str], typer.Argument(help="CSV files with a header line; - reads stdin.")],
    panel: Panel = None,
    site: Sites = None,
    database: Database = None,
    agents_file: AgentsFile = None,
    as_json: AsJson = False,
) -> None:
    """Import captures from CSV tables.

    Columns: site, at (ISO 8601 in UTC, or Unix seconds), and what was seen: status, body, path (of a file beside the
    table) or body_base64.

    Example: tracker import csv captures.csv --panel my-list
    """
    _import_tables("csv", files, panel, site or [], database, agents_file, as_json)


@app.command("jsonl")
def jsonl(
    files: Annotated[list[str], typer.Argument(help="JSON Lines files, an object a line; - reads stdin.")],
    panel: Panel = None,
    site: Sites = None,
    database: Database = None,
    agents_file: AgentsFile = None,
    as_json: AsJson = False,
) -> None:
    """Import captures from JSON Lines, with the keys that `tracker import csv` has as columns.

    Example: zcat captures.jsonl.gz | tracker import jsonl -
    """
    _import_tables("jsonl", files, panel, site or [], database, agents_file, as_json)


def _import_tables(
    form: str,
    files: list[str],
    panel: str | None,
    sites: list[str],
    database: str | None,
    agents_file: Path | None,
    as_json: bool,
) -> None:
    from tracker.sources.intake import require_files
    from tracker.sources.tables import STDIN, import_tables

    require_files(Path(file) for file in files if file != STDIN)

    def bring_in(writer: "Writer", _reader: "Reader", scope: "Scope", advance: Advance) -> "Report":
        return import_tables(writer, files, form, scope, sys.stdin.buffer, advance)

    import_past("csv", panel, sites, database, agents_file, as_json, bring_in)


def import_past(
    kind: str,
    panel: str | None,
    sites: list[str],
    database: str | None,
    agents_file: Path | None,
    as_json: bool,
    bring_in: "Callable[[Writer, Reader, Scope, Advance], Report]",
) -> None:
    """Open the history, let `bring_in` import into it, and print its report."""
    from tracker.cli.writing import open_writer
    from tracker.settings import load
    from tracker.sources.scope import scope_of
    from tracker.store.query import Reader

    settings = load(database=database, agents=agents_file)
    history = settings.history
    with open_writer(settings) as writer, Reader(history) as reader, progress(f"importing {kind}") as advance:
        scope = scope_of(reader, kind, panel, sites)
        report = bring_in(writer, reader, scope, advance)
        read_new(writer, report.terms, advance)
    print_report(report, history, as_json)


def print_report(report: "Report", history: str, as_json: bool) -> None:
    """Print what an import did; what it left out goes to stderr."""
    for reason, count in report.skipped.most_common():
        note(f"skipped {count}: {reason}")
    if as_json:
        print_json({"database": shown(history), **report.as_json()})
        return
    tell_terms(report.terms)
    known = f"; {report.known} were there already" if report.known else ""
    print(f"{report.summary()}, panel {report.panel}, into {shown(history)}{known}")
