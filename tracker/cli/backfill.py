"""`tracker backfill …`: the past of the sites of a panel, from web archives."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.imports import Sites, print_report
from tracker.cli.options import AgentsFile, AllowPrivate, AsJson, CaFile, Contact, Database, Resolver
from tracker.cli.output import Advance, note, progress
from tracker.cli.past_terms import PAGES, Pages, Wanted, read_new

if TYPE_CHECKING:
    from tracker.net.archive import Archive
    from tracker.settings import Settings
    from tracker.sources.intake import Report, Scope
    from tracker.store.query import Reader
    from tracker.store.write import Writer

app = typer.Typer(help="Bring in the past of sites from web archives.", no_args_is_help=True)

Panel = Annotated[
    str | None,
    typer.Option("--panel", "-p", help="The sites to ask for: a panel by name, or a file. With --site: its new panel."),
]
Rate = Annotated[
    float, typer.Option("--rate", min=0.01, max=1000, help="Requests a second; public archives ask for patience.")
]


@app.callback()
def _group() -> None:
    """Bring in the past of sites from web archives."""


@app.command("wayback")
def wayback(
    panel: Panel = None,
    site: Sites = None,
    since: Annotated[str | None, typer.Option("--from", help="The first day asked for, as 2023-01-01.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="The last day asked for.")] = None,
    server: Annotated[
        str | None,
        typer.Option(
            "--server",
            help="Another archive: its address; with a path, a pywb collection.",
            show_default="https://web.archive.org",
        ),
    ] = None,
    collapse: Annotated[
        bool, typer.Option("--collapse", help="Have equal captures left out: cheaper, but long runs end in unknown.")
    ] = False,
    pages: Pages = PAGES,
    rate: Rate = 1.0,
    database: Database = None,
    contact: Contact = None,
    agents_file: AgentsFile = None,
    ca_file: CaFile = None,
    allow_private: AllowPrivate = None,
    resolver: Resolver = None,
    as_json: AsJson = False,
) -> None:
    """Bring in what the Wayback Machine holds of the robots.txt of sites, and of terms pages that crawls have found.

    One request at a time, each distinct file fetched once; of a terms page a capture a week. Ctrl-C keeps what was
    imported, and the next run goes on.

    Example: tracker backfill wayback --panel starter-100 --from 2023-01-01 --contact you@example.org
    """
    from tracker.settings import load
    from tracker.sources.wayback import SERVER, WaybackServer, Window, backfill_wayback

    window = Window(_day("--from", since), _day("--to", until))
    address = server or SERVER
    WaybackServer(address)
    wanted = Wanted(pages)
    settings = load(
        panel=panel,
        database=database,
        contact=contact,
        agents=agents_file,
        ca_file=ca_file,
        allow_private=allow_private,
        resolver=resolver,
    )

    def bring_in(writer: "Writer", reader: "Reader", archive: "Archive", scope: "Scope", advance: Advance) -> "Report":
        return backfill_wayback(
            writer,
            reader,
            archive,
            scope,
            address,
            window,
            collapse=collapse,
            on_progress=advance,
            terms=wanted.terms,
            only_terms=wanted.only_terms,
        )

    _backfill("wayback", settings, site or [], rate, as_json, bring_in)


@app.command("commoncrawl")
def commoncrawl(
    panel: Panel = None,
    site: Sites = None,
    crawl: Annotated[
        list[str] | None, typer.Option("--crawl", help="A crawl, as CC-MAIN-2024-10; may be given more than once.")
    ] = None,
    last: Annotated[
        int | None, typer.Option("--last", min=1, help="The newest N crawls.", show_default="1, without --crawl")
    ] = None,
    index_server: Annotated[
        str | None, typer.Option("--index-server", show_default="https://index.commoncrawl.org")
    ] = None,
    data_server: Annotated[
        str | None, typer.Option("--data-server", show_default="https://data.commoncrawl.org")
    ] = None,
    pages: Pages = PAGES,
    rate: Rate = 1.0,
    database: Database = None,
    contact: Contact = None,
    agents_file: AgentsFile = None,
    ca_file: CaFile = None,
    allow_private: AllowPrivate = None,
    resolver: Resolver = None,
    as_json: AsJson = False,
) -> None:
    """Bring in what Common Crawl's crawls hold of the robots.txt of sites, and of terms pages that crawls have found.

    One query a page and crawl, and one ranged read for each distinct file. Ctrl-C keeps what was imported.

    Example: tracker backfill commoncrawl --site example.com --last 4 --contact you@example.org
    """
    from tracker.errors import UsageError
    from tracker.settings import load
    from tracker.sources.commoncrawl import DATA_SERVER, INDEX_SERVER, backfill_commoncrawl, crawl_names
    from tracker.sources.warc_records import require_archive_extra

    require_archive_extra()
    if crawl and last:
        raise UsageError("give --crawl or --last, not both")
    wanted = Wanted(pages)
    settings = load(
        panel=panel,
        database=database,
        contact=contact,
        agents=agents_file,
        ca_file=ca_file,
        allow_private=allow_private,
        resolver=resolver,
    )
    index, data = index_server or INDEX_SERVER, data_server or DATA_SERVER

    def bring_in(writer: "Writer", reader: "Reader", archive: "Archive", scope: "Scope", advance: Advance) -> "Report":
        crawls = crawl_names(archive, index, crawl or [], last)
        return backfill_commoncrawl(
            writer,
            reader,
            archive,
            scope,
            crawls,
            index,
            data,
            advance,
            terms=wanted.terms,
            only_terms=wanted.only_terms,
        )

    _backfill("commoncrawl", settings, site or [], rate, as_json, bring_in)


def _backfill(
    kind: str,
    settings: "Settings",
    sites: list[str],
    rate: float,
    as_json: bool,
    bring_in: "Callable[[Writer, Reader, Archive, Scope, Advance], Report]",
) -> None:
    """Open the history and the archive, let `bring_in` import, and print its report."""
    from tracker.cli.crawl_settings import fetch_settings
    from tracker.cli.writing import open_writer
    from tracker.errors import UsageError
    from tracker.net.archive import Archive, Pace
    from tracker.sources.scope import scope_of
    from tracker.store.query import Reader

    if not settings.panel and not sites:
        raise UsageError("whose past? Name a panel (--panel starter-100) or sites (--site example.com)")
    if not settings.contact:
        note("no contact is set: the archive cannot reach you about this; set one with --contact you@example.org")
    history = settings.history
    with (
        open_writer(settings) as writer,
        Reader(history) as reader,
        Archive(fetch_settings(settings), Pace(per_second=rate)) as archive,
        progress(f"backfill {kind}") as advance,
    ):
        scope = scope_of(reader, kind, settings.panel or None, sites, asked_alone=True)
        if not scope.sites:
            raise UsageError(f"there is no panel {settings.panel}: name its sites with --site example.com")
        report = bring_in(writer, reader, archive, scope, advance)
        read_new(writer, report.terms, advance)
    print_report(report, history, as_json)


def _day(flag: str, text: str | None) -> date | None:
    from tracker.errors import UsageError

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{flag} {text!r} is no date; write it as 2023-01-01") from None
