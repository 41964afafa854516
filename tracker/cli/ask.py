"""`tracker status`, and how a reading command opens the history."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json, print_table, shown

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
        print_json({"database": shown(history), "about": about, "panels": panels, "crawls": crawls})
        return
    print(f"{shown(history)}: {about['kind']} history, {about['sites']} sites, {about['bodies']} distinct files")
    columns = ("panel", "members", "crawls", "first_crawl", "last_crawl", "answered", "next_due")
    print_table(columns, [[panel[name] for name in columns] for panel in panels], title="Panels")
    seen = ("crawl_id", "started", "finished", "panel", "source", "sites", "answered", "failed")
    print_table(seen, [[crawl[name] for name in seen] for crawl in crawls], title="Newest crawls")


def _panel_status(reader: "Reader", panel: dict[str, Any]) -> dict[str, Any]:
    """A panel with the coverage of its newest crawl and the time from which our next one is due."""
    from tracker.core.visits import Target
    from tracker.schedule import next_due

    last = reader.last_finished(panel["panel"], Target.ROBOTS)
    newest = reader.newest_crawl(panel["panel"])
    started = None if last is None else datetime.fromtimestamp(last, UTC)
    due = None if started is None else next_due(started, started).strftime("%Y-%m-%dT%H:%M:%SZ")
    answered = f"{newest['answered']} of {newest['sites']}" if newest else None
    running = bool(newest and newest["finished"] is None)
    return panel | {"answered": answered, "unfinished": running, "next_due": due}
