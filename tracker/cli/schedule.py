"""`tracker schedule`: the crawls of a panel, each when it is due, as long as it runs."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.options import AgentsFile, Contact, Database, Every, NoRetryWaves, Panel, Schedule
from tracker.cli.output import note, shown

if TYPE_CHECKING:
    from tracker.cli.processes import Child
    from tracker.schedule.due import Due
    from tracker.settings import Settings


def schedule(
    panel: Panel = None,
    database: Database = None,
    contact: Contact = None,
    agents_file: AgentsFile = None,
    times: Schedule = None,
    every: Every = None,
    no_retry_waves: NoRetryWaves = False,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
) -> None:
    """Crawl a panel when that is due, as long as it runs: by default robots.txt daily and pages weekly.

    What is due is asked of the history, so restarts, missed days and a `crawl --if-due` beside it are harmless. One
    scheduler runs to a history. Ctrl-C or SIGTERM ends it and the crawl under way; `tracker status` says what is next.

    Example: tracker schedule --panel starter --contact you@example.org

    Example: tracker schedule --schedule "15 3 * * *" --every home=14d,llms.txt=never
    """
    from tracker import reference
    from tracker.cli.crawl_settings import panel_to_crawl
    from tracker.cli.processes import Child, run_together, settings_environment
    from tracker.settings import NONE, load

    waves = NONE if no_retry_waves else None
    settings = load(
        panel=panel,
        database=database,
        contact=contact,
        agents=agents_file,
        schedule=times,
        every=every,
        retry_waves=waves,
    )
    # A panel or a registry that cannot be read is an error now, not every day.
    name = panel_to_crawl(settings).name
    reference.agents(settings.agents_file)
    # A crawl is a process of its own: what a daemon of years must not do is to grow.
    child = Child(["crawl", "--if-due"], settings_environment(settings))
    if once:
        raise typer.Exit(run_together([child]))
    _stand(settings, name, child)


def _stand(settings: "Settings", panel: str, child: "Child") -> None:
    """Be the scheduler of this history until a signal comes."""
    from tracker.schedule.daemon import run, signalled
    from tracker.schedule.lock import only_scheduler, writer_of
    from tracker.schedule.rules import Rules

    rules = Rules.of(settings)

    def asked() -> "Due | None":
        from tracker.errors import DatabaseError
        from tracker.schedule.history import due_in

        try:
            return due_in(settings.history, panel, int(time.time()), rules)
        except DatabaseError as error:
            _say(str(error))
            return None

    def look() -> "Due | None":
        found = asked()
        if not found:
            return found
        _say("; ".join(found.why))
        if (holder := writer_of(settings.history)) is not None:
            _say(f"waiting: {holder} writes the history")
            return found
        code = child.run()
        if code:
            _say(f"the crawl ended with exit code {code}")
        return asked()

    stop = signalled()  # before others can see that we hold the lock
    with only_scheduler(settings.history):
        _say(f"scheduler of panel {panel} in {shown(settings.history)}: {rules.timetable}; stop with Ctrl-C")
        run(rules.timetable, look, on_stop=child.stop, stop=stop)
        _say("scheduler stopped")


def _say(text: str) -> None:
    from tracker.core.dates import iso

    note(f"{iso(int(time.time()))} {text}")
