"""`tracker demo`, `up` and `dashboard`: the history on the screen."""

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.options import AgentsFile, Contact, Database, Host, NoBrowser, Panel, Port
from tracker.cli.output import note, print_table, progress

if TYPE_CHECKING:
    from tracker.store.query import Reader


def demo(
    database: Database = None,
    agents_file: AgentsFile = None,
    port: Port = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the table.")] = False,
    no_browser: NoBrowser = False,
) -> None:
    """Crawl a made-up web on this machine and show the result.

    The real crawl code over a small loopback web in several dated versions, into a database of its own; needs no
    network. Ends with the dashboard, unless --no-serve.

    Example: tracker demo --no-serve
    """
    from tracker import reference
    from tracker.demo.run import PANEL, build
    from tracker.errors import CrawlError
    from tracker.settings import load
    from tracker.store.query import Reader

    settings = load(database=database, agents=agents_file, port=port, open_browser=False if no_browser else None)
    agents = reference.agents(settings.agents_file)
    history = settings.database_or("demo.sqlite")
    with progress("crawling the made-up web") as advance:
        reports = build(history, agents, advance)
    if reports and not reports[-1].finished:
        raise CrawlError("the demo was stopped; `tracker demo` goes on where it ended")
    with Reader(history) as reader:
        _print_league(reader, PANEL.name)
    print(f"\nDEMO: made-up sites, in {history}")
    print("Ask it:       tracker query \"SELECT date, percent_blocked FROM shares WHERE agent='GPTBot'")
    print(f"                AND definition='effective_full'\" --database {history}")
    print(f"Its terms:    tracker terms herald.example --database {history}")
    print("Real sites:   tracker crawl")
    if not no_serve:
        _serve(history, settings.host, settings.port, settings.open_browser)


def _print_league(reader: "Reader", panel: str) -> None:
    """The league table of a panel's last day, each share with its n and bounds."""
    from tracker.core.definitions import DEFINITIONS, HEADLINE
    from tracker.core.estimate import Counts, share

    rows = [row for row in reader.league(panel, HEADLINE).dicts() if row["headline"]]
    if not rows:
        return
    first = rows[0]
    table = []
    for row in rows:
        counted = share(Counts(row["members"], row["readable"], row["absent"], row["unknown"], row["blocked"]))
        bounds = counted.interval
        span = f"{100 * bounds.low:.0f}-{100 * bounds.high:.0f} %" if bounds else ""
        percent = f"{row['percent_blocked']:.1f} %"
        table.append((row["agent"], row["purpose"], percent, span, row["blocked_named"], row["blocked_wildcard"]))
    columns = ("agent", "purpose", "blocked", "bounds", "by name", "by *")
    print_table(columns, table, title=f"Who is shut out, {first['date']}")
    print(
        f"of {first['readable'] + first['absent']} sites with a known answer, of {first['members']} in panel {panel} "
        f"({first['unknown']} unknown: the bounds are the shares if none or all of them block)"
    )
    print(f"blocked: {DEFINITIONS[HEADLINE].sentence} ({HEADLINE})")


def dashboard(database: Database = None, host: Host = None, port: Port = None, no_browser: NoBrowser = False) -> None:
    """Serve the dashboard on this machine.

    Example: tracker dashboard --port 8600 --no-browser
    """
    from tracker.settings import load

    opened = False if no_browser else None
    settings = load(database=database, host=host, port=port, open_browser=opened)
    _serve(settings.history, settings.host, settings.port, settings.open_browser)


def _serve(history: str, host: str, port: int, open_browser: bool) -> None:
    from tracker.errors import UsageError

    try:
        from dashboard.server import serve
    except ModuleNotFoundError as error:
        raise UsageError(f"the dashboard is not installed ({error.name}): pip install 'drywell[dashboard]'") from error
    note(f"dashboard: http://{host}:{port} (Ctrl-C stops it)")
    serve(history, host=host, port=port, open_browser=open_browser)


def up(
    panel: Panel = None,
    database: Database = None,
    contact: Contact = None,
    agents_file: AgentsFile = None,
    port: Port = None,
    no_browser: NoBrowser = False,
) -> None:
    """Crawl, schedule and dashboard in one go, until Ctrl-C.

    Makes the history, crawls the panel if that is due, and goes on once a day while the dashboard is served.

    Example: tracker up --panel starter --contact you@example.org
    """
    from tracker import reference
    from tracker.cli.crawl_settings import panel_to_crawl
    from tracker.cli.processes import Child, run_together, settings_environment
    from tracker.settings import load

    opened = False if no_browser else None
    settings = load(panel=panel, database=database, contact=contact, agents=agents_file, port=port, open_browser=opened)
    # A panel or a registry that cannot be read is an error before anything is started.
    panel_to_crawl(settings)
    reference.agents(settings.agents_file)
    environment = settings_environment(settings)
    code = run_together([Child(["schedule"], environment), Child(["dashboard"], environment)])
    raise typer.Exit(code)
