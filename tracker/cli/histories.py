"""`tracker merge`, `forget` and `copy`: histories as a whole."""

from typing import Annotated

import typer

from tracker.cli.options import AgentsFile, AsJson, Database
from tracker.cli.output import note, print_json, progress, shown


def merge(
    other: Annotated[str, typer.Argument(help="Another history: a file path or an SQLAlchemy URL.")],
    database: Database = None,
    agents_file: AgentsFile = None,
    as_json: AsJson = False,
) -> None:
    """Bring another history into this one: its panels, its crawls, and what it imported.

    The other one stays as it is. Its own crawls become a source of their own; merging it again adds only what is new.

    Example: tracker merge colleague.sqlite
    """
    from contextlib import suppress

    from tracker.cli.past_terms import read_texts
    from tracker.cli.writing import open_writer
    from tracker.errors import NoHistory
    from tracker.settings import load
    from tracker.sources.merge import merge as bring_in
    from tracker.store.query import Reader

    settings = load(database=database, agents=agents_file)
    # Read before the history is opened, so that a mistyped path leaves no empty file behind.
    with Reader(other) as reader:
        kind = reader.about()["kind"]
    with suppress(NoHistory), Reader(settings.history) as reader:
        kind = reader.about()["kind"]
    with open_writer(settings, kind) as writer, progress("crawls") as advance:
        report = bring_in(writer, other, settings.history, advance)
        if report.terms:
            read_texts(writer, advance)
    if report.unfinished:
        note(f"{report.unfinished} crawls are not finished there: merge again when they are")
    if as_json:
        print_json({"database": shown(settings.history), **report.as_json()})
    else:
        print(
            f"{report.crawls} crawls and {report.captures} captures of {report.sources} sources merged into "
            f"{shown(settings.history)} ({report.known} crawls and batches were there already)"
        )


def forget(
    source: Annotated[str, typer.Argument(help="A source by name or key, as the view crawls has it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    database: Database = None,
    agents_file: AgentsFile = None,
    as_json: AsJson = False,
) -> None:
    """Undo an import: remove a source with all that it saw, and derive the history again from what others saw.

    Panels and sites stay. Our own crawls (own) go too if you say so, and nothing brings them back but a backup.

    Example: tracker forget wayback --yes
    """
    from tracker.cli.writing import open_writer
    from tracker.errors import UsageError
    from tracker.settings import load
    from tracker.store.query import Reader

    settings = load(database=database, agents=agents_file)
    with Reader(settings.history) as reader:
        kind = reader.about()["kind"]
    if not yes and not _asked(source):
        raise UsageError(f"nothing was removed: confirm with `tracker forget {source} --yes`")
    with open_writer(settings, kind) as writer:
        gone = writer.forget(source)
    if as_json:
        print_json({"database": shown(settings.history), **gone._asdict()})
    else:
        print(
            f"{gone.source} is forgotten: {gone.crawls} crawls, {gone.sightings} sightings, {gone.failures} runs of "
            f"failures, and {gone.bodies} files that nobody else saw"
        )


def _asked(source: str) -> bool:
    import sys

    return sys.stdin.isatty() and typer.confirm(f"Remove {source} and all that it saw?", err=True)


def copy(
    origin: Annotated[str, typer.Argument(help="The history: a file path or an SQLAlchemy URL.")],
    target: Annotated[str, typer.Argument(help="Where it goes: a place without a history.")],
    as_json: AsJson = False,
) -> None:
    """Copy a history to another place as it is, row by row: from a file to PostgreSQL, or back.

    Example: tracker copy data/history.sqlite postgresql://drywell@db.example/drywell
    """
    from tracker.store.copying import copy_history
    from tracker.store.database import place_of

    with progress("rows") as advance:
        rows = copy_history(origin, target, advance)
    if as_json:
        print_json({"target": str(place_of(target)), "rows": rows})
    else:
        print(f"{sum(rows.values())} rows of {len(rows)} tables copied to {place_of(target)}")
