"""Commands that read the history: `status` and `site`."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json, print_table

if TYPE_CHECKING:
    from tracker.store.query import Reader


def open_reader(database: str | None) -> "Reader":
    """The history that a command reads; says so where it is an older one."""
    from tracker.settings import load
    from tracker.store.query import Reader

    reader = Reader(load(database=database).history)
    if not reader.is_read_anew():
        note(
            "a history of an older Drywell: its signals are unknown until the next crawl or import reads its files anew"
        )
    return reader


def status(database: Database = None, as_json: AsJson = False) -> None:
    """Show what the history holds and what is due.

    Example: tracker status --json
    """
    from tracker.settings import load

    history = load(database=database).history
    with open_reader(database) as reader:
        about = reader.about()
        panels = [_panel_status(reader, panel) for panel in reader.panels()]
        crawls = reader.crawls(limit=5)
    if as_json:
        print_json({"database": history, "about": about, "panels": panels, "crawls": crawls})
        return
    print(f"{history}: {about['kind']} history, {about['sites']} sites, {about['bodies']} distinct files")
    columns = ("panel", "members", "crawls", "first_crawl", "last_crawl", "answered", "next_due")
    print_table(columns, [[panel[name] for name in columns] for panel in panels], title="Panels")
    seen = ("crawl_id", "started", "finished", "panel", "source", "sites", "answered", "failed")
    print_table(seen, [[crawl[name] for name in seen] for crawl in crawls], title="Newest crawls")


def _panel_status(reader: "Reader", panel: dict[str, Any]) -> dict[str, Any]:
    """A panel with the coverage of its newest crawl and the time from which our next one is due."""
    from tracker.schedule import next_due

    last = reader.last_finished_crawl(panel["panel"])
    newest = reader.newest_crawl(panel["panel"])
    started = None if last is None else datetime.fromtimestamp(last, UTC)
    due = None if started is None else next_due(started, started).strftime("%Y-%m-%dT%H:%M:%SZ")
    answered = f"{newest['answered']} of {newest['sites']}" if newest else None
    running = bool(newest and newest["finished"] is None)
    return panel | {"answered": answered, "unfinished": running, "next_due": due}


def site(
    host: Annotated[str, typer.Argument(help="The host, as in nytimes.com.")],
    every: Annotated[
        bool, typer.Option("--all", help="All agents of the registry, not only the headline ones.")
    ] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show what one site says to each agent.

    Now, since when, in which signals beside the rules, and the answers seen of it.

    Example: tracker site nytimes.com
    """
    from tracker.core.hosts import normalise_host
    from tracker.errors import UsageError

    try:
        name = normalise_host(host)
    except ValueError as error:
        raise UsageError(f"{host!r} is no host: {error}") from error
    with open_reader(database) as reader:
        registry = reader.agents()
        headline = {agent["agent"] for agent in registry if agent["headline"]}
        access = reader.site_access(name).dicts()
        captures, failures = reader.captures(name), reader.failures(name)
        history = reader.site_history(name).dicts()
        signals, conflicts = reader.signals(name).dicts(), reader.signal_conflicts(name).dicts()
        horizon = reader.about()["horizon"]
    if not access:
        raise UsageError(f'{name} is in no panel of this history; `tracker query "SELECT site FROM sites"` lists them')
    if as_json:
        found = {"site": name, "access": access, "history": history, "signals": signals, "conflicts": conflicts}
        print_json(found | {"captures": captures.dicts(), "failures": failures.dicts()})
        return
    shown = [row for row in access if every or row["agent"] in headline]
    columns = ("agent", "verdict", "named", "root_blocked", "since", "stale", "last_checked")
    print_table(
        columns,
        [[row[column] for column in columns] for row in shown],
        title=f"{name} as of {horizon}, the newest look of this history",
    )
    _print_signals(signals, registry)
    _print_conflicts(conflicts, headline)
    newest = f"the newest 10 of {len(captures.rows)}, --json has all" if len(captures.rows) > 10 else "all"
    print_table(captures.columns, captures.rows[-10:], title=f"Answers seen ({newest})")
    if failures.rows:
        print_table(failures.columns, failures.rows[-10:], title=f"Failed attempts ({len(failures.rows)})")


def _print_signals(signals: Sequence[Mapping[str, Any]], registry: Sequence[Mapping[str, Any]]) -> None:
    from tracker.core.wording import in_force, some

    spelled = {token.lower(): token for agent in registry for token in json.loads(agent["tokens"])}
    found = in_force(signals, spelled)
    if found:
        rows = [(one.kind, one.says, some(one.agents), one.path, one.flags, one.since) for one in found]
        print_table(("signal", "says", "to", "path", "flags", "since"), rows, title="Signals in force beside the rules")


def _print_conflicts(conflicts: Sequence[Mapping[str, Any]], headline: set[str]) -> None:
    from tracker.core.wording import disagreements

    if conflicts:
        print("Words and rules disagree")
        for line in disagreements(conflicts, headline):
            print(f"- {line}")
        print()
