"""`tracker panel …`: the lists of sites that shares are of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json, print_table
from tracker.cli.panel_import import bring, fetch
from tracker.errors import NoHistory, PanelError, UsageError

if TYPE_CHECKING:
    from tracker.core.panels import Member
    from tracker.store.members import Comparison
    from tracker.store.query import Reader

ROWS = 50

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="""The lists of sites that shares are of: list, show, fetch, import and compare them.

    Example: tracker panel list
    """,
)
app.command("fetch")(fetch)
app.command("import")(bring)


@app.command("list")
def listing(database: Database = None, as_json: AsJson = False) -> None:
    """List the panels of the history, and those that ship with Drywell.

    Example: tracker panel list --json
    """
    from tracker import reference

    with _reader(database) as reader:
        stored = reader.panels()
    names = {row["panel"] for row in stored}
    shipped = [name for name in reference.panel_names() if name not in names]
    if as_json:
        print_json({"panels": stored, "shipped": shipped})
        return
    columns = ("panel", "title", "members", "list_id", "crawls", "first_crawl", "last_crawl")
    print_table(columns, [[row[name] for name in columns] for row in stored], title="Panels of the history")
    if shipped:
        print(f"shipped, not crawled yet: {', '.join(shipped)}")


@app.command("show")
def show(
    name: Annotated[
        str, typer.Argument(help="A panel of the history, NAME@DATE for a past day; else shipped or a file.")
    ],
    every: Annotated[bool, typer.Option("--all", help=f"All members, not only the first {ROWS}.")] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show the members of a panel.

    Example: tracker panel show starter

    Example: tracker panel show my-sites@2024-06-30 --json
    """
    from dataclasses import asdict

    with _maybe_reader(database) as reader:
        members = _members(reader, name)
        editions = _editions(reader, name)
    if as_json:
        print_json({"panel": name, "editions": editions, "members": [asdict(one) for one in members]})
        return
    columns = ("rank", "host", "sector", "country", "language")
    shown = members if every else members[:ROWS]
    print_table(
        columns, [[getattr(one, column) for column in columns] for one in shown], title=f"{name}: {len(members)} sites"
    )
    if editions:
        print(f"other members or ranks since: {', '.join(editions[-10:])}")
    if len(shown) < len(members):
        note(f"the first {ROWS} of {len(members)}; --all and --json have all")


@app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="A panel, NAME@DATE for a past day, or a file.")],
    after: Annotated[str, typer.Argument(help="Another.")],
    every: Annotated[bool, typer.Option("--all", help=f"All sites, not only the first {ROWS} of each kind.")] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Compare two panels, or two editions of one: who entered, who left, who moved.

    Example: tracker panel diff top@2024-06-30 top

    Example: tracker panel diff starter my-sites.csv --json
    """
    from tracker.store.members import compare

    with _maybe_reader(database) as reader:
        found = compare(_members(reader, before), _members(reader, after))
    if as_json:
        moved = [{"host": host, "before": old, "after": new} for host, old, new in found.moved]
        facts = {"before": before, "after": after, "stayed": found.stayed, "moved": moved}
        print_json(facts | {name: [_entry(one) for one in getattr(found, name)] for name in ("entered", "left")})
        return
    _print_difference(found, before, after, None if every else ROWS)


def _entry(member: "Member") -> dict[str, Any]:
    return {"host": member.host, "rank": member.rank}


def _print_difference(found: "Comparison", before: str, after: str, most: int | None) -> None:
    counts = f"{len(found.entered)} entered, {len(found.left)} left, {len(found.moved)} moved, {found.stayed} in both"
    print(f"{before} -> {after}: {counts}")
    for title, sites in (("Entered", found.entered), ("Left", found.left)):
        _print_some(title, ("rank", "host"), [(one.rank, one.host) for one in sites], most)
    moved = sorted(found.moved, key=lambda one: (min(one[1] or 10**9, one[2] or 10**9), one[0]))
    _print_some("Moved", ("host", "rank before", "rank after"), moved, most)


def _print_some(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], most: int | None) -> None:
    if rows:
        more = f", the first {most}" if most is not None and len(rows) > most else ""
        print(f"\n{title} ({len(rows)}{more})")
        print_table(columns, rows[:most])


def _reader(database: str | None) -> "Reader":
    from tracker.cli.ask import open_reader

    return open_reader(database)


@contextmanager
def _maybe_reader(database: str | None) -> "Iterator[Reader | None]":
    """The history, or None where there is none yet: shipped panels and files can be read all the same."""
    try:
        opened = _reader(database)
    except NoHistory:
        yield None
        return
    with opened:
        yield opened


def _members(reader: "Reader | None", text: str) -> "tuple[Member, ...]":
    """The members that `text` stands for: NAME or NAME@DATE of the history, else a shipped panel or a file."""
    from tracker import reference
    from tracker.store.members import members

    name, day = _split(text)
    if reader is not None and name in {row["panel"] for row in reader.panels()}:
        return members(reader, name, day)
    if day is not None:
        raise PanelError(f"no panel {name} in this history, so none of {day}; `tracker panel list` names them")
    return reference.panel(text).members


def _editions(reader: "Reader | None", text: str) -> list[str]:
    from tracker.store.members import editions

    return [] if reader is None else editions(reader, _split(text)[0])


def _split(text: str) -> tuple[str, str | None]:
    from tracker.core.dates import iso_day

    name, at, day = text.rpartition("@")
    if not at:
        return text, None
    try:
        return name, date.isoformat(iso_day(day))
    except ValueError as error:
        raise UsageError(f"{text}: {error}") from error
