"""`tracker crawl` and `tracker schedule`: looking at the sites of a panel, once or every day."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.options import (
    AgentsFile,
    AllowPrivate,
    AsJson,
    CaFile,
    Contact,
    Database,
    Panel,
    Resolver,
    Threshold,
    Workers,
)
from tracker.cli.output import note, print_json, print_table, progress, shown

if TYPE_CHECKING:
    from tracker.core.panels import Panel as PanelList
    from tracker.crawl.run import CrawlReport
    from tracker.net.fetch import FetchSettings
    from tracker.settings import Settings

IfDue = Annotated[bool, typer.Option("--if-due", help="Do nothing if the last daily crawl is recent: for cron.")]


def crawl(
    panel: Panel = None,
    database: Database = None,
    contact: Contact = None,
    agents_file: AgentsFile = None,
    ca_file: CaFile = None,
    allow_private: AllowPrivate = None,
    resolver: Resolver = None,
    workers: Workers = None,
    coverage_threshold: Threshold = None,
    if_due: IfDue = False,
    as_json: AsJson = False,
) -> None:
    """Record what every site of a panel says now.

    Asks each site for its robots.txt once. Ctrl-C keeps all that was seen.

    Example: tracker crawl --panel starter --contact you@example.org
    """
    from tracker.settings import load

    settings = load(
        panel=panel,
        database=database,
        contact=contact,
        agents=agents_file,
        ca_file=ca_file,
        allow_private=allow_private,
        resolver=resolver,
        workers=workers,
        coverage_threshold=coverage_threshold,
    )
    members = panel_to_crawl(settings)
    now = datetime.now(UTC)
    if if_due and not _due(settings, members.name, now):
        note(f"not due: panel {members.name} was crawled less than a day ago")
        return
    report = _crawl(settings, members, int(time.time()))
    if as_json:
        print_json(report.as_json())
    else:
        _print(report, settings)
    _judge(report, settings)


def panel_to_crawl(settings: "Settings") -> "PanelList":
    """The panel that the settings name, else the starter panel as far as it may be asked without a contact."""
    from tracker import reference

    if settings.panel:
        found = reference.panel(settings.panel)
        if len(found.members) > 100 and not settings.contact:
            note("no contact is set: sites cannot reach you about this crawl; set one with --contact you@example.org")
        return found
    if settings.contact:
        return reference.panel("starter")
    note(
        "no contact is set: crawling the 100 sites of panel starter-100. "
        "To crawl all: tracker crawl --panel starter --contact you@example.org"
    )
    return reference.panel("starter-100")


def _due(settings: "Settings", panel: str, now: datetime) -> bool:
    from tracker.core.visits import Target
    from tracker.errors import DatabaseError
    from tracker.schedule import is_due
    from tracker.store.database import place_of
    from tracker.store.query import Reader

    place = place_of(settings.history)
    if place.path and not place.path.exists():
        return True
    try:
        with Reader(settings.history) as reader:
            last = reader.last_finished(panel, Target.ROBOTS)
    except DatabaseError:
        return True  # the crawl itself says what is wrong with the file
    return is_due(None if last is None else datetime.fromtimestamp(last, UTC), now)


def _crawl(settings: "Settings", members: "PanelList", at: int) -> "CrawlReport":
    from tracker import reference
    from tracker.crawl.run import crawl_panel
    from tracker.store.write import Writer

    done = 0
    with (
        Writer(settings.history, reference.agents(settings.agents_file)) as writer,
        progress(f"crawling {members.name}") as advance,
    ):

        def count(_observation: object) -> None:
            nonlocal done
            done += 1
            advance(done, len(members.members))

        fetch = fetch_settings(settings)
        return crawl_panel(writer, members, fetch, at=at, workers=settings.workers, on_done=count)


def fetch_settings(settings: "Settings") -> "FetchSettings":
    """How the fetcher is to ask, from the settings."""
    from ipaddress import ip_network

    from tracker.net.fetch import FetchSettings

    return FetchSettings(
        contact=settings.contact or None,
        ca_file=settings.ca_file,
        allow_private=tuple(ip_network(network) for network in settings.allow_private),
        resolver=settings.resolver,
        transport=settings.transport,
    )


def _print(report: "CrawlReport", settings: "Settings") -> None:
    ended = sum(report.causes.values())
    rows = [(cause, count, f"{100 * count / ended:.1f} %") for cause, count in report.causes.most_common()]
    print_table(("cause", "sites", "of these"), rows)
    state = "" if report.finished else f"stopped after {ended} of {report.asked} sites: "
    where = shown(settings.history)
    print(f"{state}{report.answered} of {ended} sites of panel {report.panel} answered, recorded in {where}")


def _judge(report: "CrawlReport", settings: "Settings") -> None:
    from tracker.errors import CoverageError, CrawlError

    if not report.finished:
        raise CrawlError(f"the crawl was stopped after {sum(report.causes.values())} of {report.asked} sites")
    if report.coverage < settings.coverage_threshold:
        cause, count = report.causes.most_common(1)[0]
        what = (
            "no site answered" if report.answered == 0 else f"only {report.answered} of {report.asked} sites answered"
        )
        raise CoverageError(
            f"{what} ({count} x {cause}): check the network of this machine; "
            "failures are recorded as such and give no verdict"
        )


def schedule(
    panel: Panel = None,
    database: Database = None,
    contact: Contact = None,
    agents_file: AgentsFile = None,
    once: Annotated[bool, typer.Option("--once", help="Crawl if due, then end.")] = False,
) -> None:
    """Crawl a panel once a day, as long as it runs.

    What is due is asked of the history, so restarts and missed days are harmless.

    Example: tracker schedule --panel starter --contact you@example.org
    """
    from tracker import reference
    from tracker.cli.processes import Child, settings_environment
    from tracker.schedule import run_daily
    from tracker.settings import load

    settings = load(panel=panel, database=database, contact=contact, agents=agents_file)
    # A panel or a registry that cannot be read is an error now, not every day.
    panel_to_crawl(settings)
    reference.agents(settings.agents_file)
    environment = settings_environment(settings)
    # A crawl is a process of its own: what a daemon of years must not do is to grow.
    child = Child(["crawl", "--if-due"], environment)
    if once:
        raise typer.Exit(child.run())
    note("scheduler: one crawl a day, if due; stop with Ctrl-C")
    run_daily(child.run, on_stop=child.stop)
