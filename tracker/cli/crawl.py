"""`tracker crawl`: looking at the sites of a panel, once, or at what is due."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.crawl_report import judge, print_report, reports_as_json
from tracker.cli.crawl_settings import Chosen, fetch_settings, manner_of, panel_to_crawl
from tracker.cli.options import (
    AgentsFile,
    AllowPrivate,
    AsJson,
    CaFile,
    Contact,
    Database,
    GateLimits,
    NoRetryWaves,
    OptOutFile,
    Panel,
    Resolver,
    Threshold,
    Transport,
    Vantage,
    Workers,
)
from tracker.cli.output import note, print_json, progress, shown
from tracker.cli.probe import ProbeAgent, Yes, print_results, probed_as_json
from tracker.cli.writing import carry_facts_over
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.core.visits import Target
    from tracker.crawl.report import CrawlReport
    from tracker.crawl.rounds import Rounds
    from tracker.schedule.work import Work
    from tracker.settings import Settings


class RoundOf(StrEnum):
    """What a round asks each site for."""

    ROBOTS = "robots"
    WEEKLY = "weekly"
    ALL = "all"

    @property
    def targets(self) -> "tuple[Target, ...]":
        """The targets of such a round. robots.txt says which pages may be asked for, so it is asked with them."""
        from tracker.core.visits import Target

        return (Target.ROBOTS,) if self is RoundOf.ROBOTS else tuple(Target)


def crawl(
    panel: Panel = None,
    database: Database = None,
    contact: Contact = None,
    round_of: Annotated[
        RoundOf,
        typer.Option("--round", help="robots: robots.txt alone. weekly, all: pages as well, see above."),
    ] = RoundOf.ROBOTS,
    if_due: Annotated[
        bool, typer.Option("--if-due", help="Only what the history says is due, which may be nothing: for cron.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Stay for the retry waves, 10 min and 1 h after the round.")
    ] = False,
    no_retry_waves: NoRetryWaves = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew, even if a round of the last 24 h was interrupted.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked of whom; ask nobody.")] = False,
    probe: ProbeAgent = None,
    yes: Yes = False,
    agents_file: AgentsFile = None,
    opt_out: OptOutFile = None,
    ca_file: CaFile = None,
    allow_private: AllowPrivate = None,
    resolver: Resolver = None,
    workers: Workers = None,
    transport: Transport = None,
    gate: GateLimits = None,
    vantage: Vantage = None,
    coverage_threshold: Threshold = None,
    as_json: AsJson = False,
) -> None:
    """Record what every site of a panel says now.

    Asks each site for its robots.txt, and with --round weekly or all also for its home page, tdmrep.json, llms.txt,
    ai.txt, trust.txt and its terms pages where its robots.txt permits; terms that are new are read at the end. Ctrl-C
    keeps all that was seen; the next crawl asks the rest. Who failed for a cause that may pass is due again after 10
    minutes and after an hour, new terms are looked at again after 6 hours: --wait, --if-due or `tracker schedule` see
    to it.

    Example: tracker crawl --panel starter --contact you@example.org

    Example: tracker crawl --panel mine.csv --round weekly --wait --json

    Example: tracker crawl --panel starter --if-due
    """
    from tracker.settings import NONE, load

    if fresh and if_due:
        raise UsageError("--fresh begins a round whatever is due: leave out --if-due, or --fresh")
    settings = load(
        panel=panel,
        database=database,
        contact=contact,
        agents=agents_file,
        opt_out=opt_out,
        ca_file=ca_file,
        allow_private=allow_private,
        resolver=resolver,
        workers=workers,
        transport=transport,
        gate=gate,
        vantage=vantage,
        coverage_threshold=coverage_threshold,
        retry_waves=NONE if no_retry_waves else None,
    )
    chosen = panel_to_crawl(settings)
    work = _work(settings, chosen)
    targets = round_of.targets
    if dry_run:
        from tracker.cli.crawl_plan import show_plan

        found = work.found() if if_due else None
        show_plan(settings, chosen, found, targets, fresh=fresh, probe=probe, as_json=as_json)
        return
    if probe:
        from tracker.cli.probe import agent_to_probe, consent

        consent(agent_to_probe(probe, settings), settings, yes)
    reports: list[CrawlReport] = []
    for report in _crawls(settings, chosen, work, None if if_due else targets, fresh, wait):
        reports.append(report)
        if not as_json:
            print_report(report, shown(settings.history))
    if reports and not wait:
        _tell_repeats(work)
    probed = None
    if probe and all(report.finished for report in reports):
        from tracker.cli.probe import run_probe

        probed = run_probe(settings, chosen.name, probe)
    if as_json:
        print_json(reports_as_json(reports) | ({} if probed is None else {"probes": probed_as_json(probed)}))
    elif probed is not None:
        print_results(probed, probe or "")
    judge(reports, settings)


def _work(settings: "Settings", chosen: Chosen) -> "Work":
    from tracker.schedule.rules import Rules
    from tracker.schedule.work import Work

    return Work(settings.history, chosen.name, Rules.of(settings), lambda: _open(settings, chosen))


@contextmanager
def _open(settings: "Settings", chosen: Chosen) -> Iterator["Rounds"]:
    """The history, ready to be written into, with a progress bar for its crawls."""
    from tracker import reference
    from tracker.cli.classifiers import classifier_of
    from tracker.crawl.rounds import Rounds
    from tracker.net.fetch import Fetcher
    from tracker.store.write import Writer

    manner, fetch = manner_of(settings), fetch_settings(settings)
    Fetcher(fetch)  # a setting that is wrong leaves no crawl in the history
    _tell_new(settings)
    with (
        Writer(settings.history, reference.agents(settings.agents_file)) as writer,
        progress(f"crawling {chosen.name}") as advance,
    ):

        def count(report: "CrawlReport") -> None:
            advance(report.ended, report.asked)

        rounds = Rounds(
            writer,
            chosen.panel or chosen.name,
            fetch,
            manner,
            on_done=count,
            on_stop=_stopping,
            classifier=lambda: classifier_of(None),
            on_read=lambda done, total: advance(done, total, "reading new terms"),
        )
        if rounds.left_out:
            note(
                f"{rounds.left_out} sites of panel {chosen.name} are not in this list and are not asked; "
                f"`tracker panel import {settings.panel} --replace` makes the list its new edition"
            )
        carry_facts_over(writer, settings)
        yield rounds


def _tell_new(settings: "Settings") -> None:
    """A disk that is not mounted, or a misspelt path, would begin a history anew without a word."""
    from tracker.store.database import place_of

    path = place_of(settings.history).path
    if path is not None and not path.exists():
        note(f"{shown(settings.history)} is not there yet: a new history begins")


def _stopping() -> None:
    note("stopping: what is being asked has 4 s to end; all that was seen is kept")


def _crawls(
    settings: "Settings",
    chosen: Chosen,
    work: "Work",
    targets: "tuple[Target, ...] | None",
    fresh: bool,
    wait: bool,
) -> Iterator["CrawlReport"]:
    """The crawls to be done, each as it ends. targets None: what is due."""
    found = _due(work, chosen) if targets is None else iter([_one(settings, chosen, targets, fresh)])
    finished = True
    while finished:
        for report in found:
            finished = report.finished
            yield report
        if not finished or not wait or (again := work.repeats()) is None:
            return
        try:
            _sleep(again.at, again.failing)
        except KeyboardInterrupt:
            note("not waited for any longer: `tracker crawl --if-due` or `tracker schedule` ask the rest")
            return
        found = _unless_busy(work.all_due(repeats=True))


def _one(settings: "Settings", chosen: Chosen, targets: "tuple[Target, ...]", fresh: bool) -> "CrawlReport":
    with _open(settings, chosen) as rounds:
        now = int(time.time())
        begun = None if fresh else rounds.interrupted(now, targets)
        if begun is None:
            return rounds.begin(now, targets)
        note(f"going on with the round of {begun.ref.rpartition('@')[2]}, which was interrupted (--fresh: begin anew)")
        return rounds.rest(begun, now)


def _tell_repeats(work: "Work") -> None:
    from tracker.core.dates import iso

    if (again := work.repeats()) is not None:
        what = f"{again.failing} sites that failed" if again.failing else "the sites that flipped"
        note(f"{what} are asked again from {iso(again.at)} on: by --wait, --if-due or `tracker schedule`")


def _due(work: "Work", chosen: Chosen) -> Iterator["CrawlReport"]:
    found = work.found()
    if not found:
        note(f"nothing is due for panel {chosen.name}: {'; '.join(found.why)}")
    return _unless_busy(work.all_due())


def _unless_busy(reports: Iterator["CrawlReport"]) -> Iterator["CrawlReport"]:
    from tracker.errors import BusyError

    try:
        yield from reports
    except BusyError as error:
        note(f"left to the process that is at it: {error}")


def _sleep(until: int, failing: int) -> None:
    """Wait, a few seconds at the least: what is due already may be another process's at the moment."""
    from tracker.core.dates import iso

    least = 5.0
    note(f"waiting until {iso(until)} to ask {failing or 'the flipped'} sites again; Ctrl-C leaves that to --if-due")
    while (left := max(until - time.time(), least)) > 0:
        time.sleep(min(left, 60.0))
        least = 0.0
