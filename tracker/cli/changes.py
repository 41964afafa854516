"""`tracker changes`: who closed and who reopened, and when."""

from typing import Annotated

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_table

TABLE_ROWS = 1_000


def changes(
    since: Annotated[
        str | None,
        typer.Option("--since", help="From this day on: 2024-03-01, or 7d, 4w, 6m, 1y before the newest look."),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Up to this day, included.")] = None,
    agent: Annotated[str | None, typer.Option("--agent", help="Of one agent, by name or token.")] = None,
    site: Annotated[str | None, typer.Option("--site", help="Of one site.")] = None,
    panel: Annotated[str | None, typer.Option("--panel", "-p", help="Of the sites of one panel.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="closed, reopened, narrowed or widened.")] = None,
    cause: Annotated[
        str | None, typer.Option("--cause", help="site, source (another one looked) or parser (a better ruleset).")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Show who changed what they say to whom, newest first (view `changes`).

    Without --since all of the history. "Now" is its newest look.

    Example: tracker changes --since 7d

    Example: tracker changes --since 1y --agent GPTBot --kind closed --csv
    """
    from tracker.cli import formats
    from tracker.cli.ask import open_reader
    from tracker.cli.site import host_of
    from tracker.store import asking
    from tracker.store.streaming import stream

    formats.only_one({"--json": as_json, "--csv": as_csv})
    host = None if site is None else host_of(site)
    with open_reader(database) as reader:
        asked = asking.changes(
            reader, since=since, until=until, agent=agent, site=host, panel=panel, kind=kind, cause=cause
        )
        back = f" ({since} before the newest look, {asking.horizon(reader)})" if since and "-" not in since else ""
        note(f"changes from {asked.since or 'the beginning'} to {asked.until}{back}")
        limit = None if as_json or as_csv else TABLE_ROWS
        with stream(reader, asked.sql, asked.values, limit=limit) as answer:
            if as_json:
                formats.write_json(answer.columns, answer.batches())
            elif as_csv:
                formats.write_csv(answer.columns, answer.batches())
            else:
                rows = [_without_bodies(answer.columns, row) for batch in answer.batches() for row in batch]
                print_table(_without_bodies(answer.columns, answer.columns), rows)
    if answer.cut:
        note(f"cut at {TABLE_ROWS} rows: narrow it, or use --csv or --json")


def _without_bodies(columns: tuple[str, ...], row: tuple[object, ...]) -> tuple[object, ...]:
    """A row for people: `tracker site --diff` shows the files."""
    return tuple(value for name, value in zip(columns, row, strict=True) if not name.startswith("body_"))
