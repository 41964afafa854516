"""`tracker schema`: the views of a history and what their columns mean."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import print_json, print_table

if TYPE_CHECKING:
    from tracker.store.dictionary import View


def schema(
    view: Annotated[str | None, typer.Argument(help="A view, such as shares; all if none is named.")] = None,
    as_json: AsJson = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    for_datasette: Annotated[
        bool, typer.Option("--datasette", help="Print metadata.yaml for Datasette, with the sixteen questions.")
    ] = False,
    for_duckdb: Annotated[
        bool, typer.Option("--duckdb", help="Print SQL that opens the history's file in DuckDB, view by view.")
    ] = False,
    database: Database = None,
) -> None:
    """Show the views of a history: what they hold, and what each column means.

    Example: tracker schema shares

    Example: tracker schema --datasette > metadata.yaml
    """
    from tracker.cli.formats import only_one

    only_one({"--json": as_json, "--markdown": as_markdown, "--datasette": for_datasette, "--duckdb": for_duckdb})
    if for_datasette or for_duckdb:
        _refuse_a_view(view, "--datasette" if for_datasette else "--duckdb")
        print(_for_datasette(database) if for_datasette else _for_duckdb(database), end="")
        return
    chosen = _chosen(view)
    if as_json:
        print_json([_facts(one) for one in chosen])
    elif as_markdown:
        from tracker.publish.pages import views_page

        print(views_page(*([one.name for one in chosen] if view else [])))
    elif view:
        _print_view(chosen[0])
    else:
        print_table(("view", "what it holds"), [(one.name, one.about) for one in chosen])


def _refuse_a_view(view: str | None, option: str) -> None:
    from tracker.errors import UsageError

    if view is not None:
        raise UsageError(f"{option} describes all views: leave {view!r} out")


def _chosen(name: str | None) -> "list[View]":
    from tracker.core.nearest import did_you_mean
    from tracker.errors import UsageError
    from tracker.store.dictionary import views

    if name is None:
        return list(views().values())
    if name not in views():
        raise UsageError(f"no view {name!r}{did_you_mean(name, views())}; `tracker schema` lists them")
    return [views()[name]]


def _facts(view: "View") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(view)


def _print_view(view: "View") -> None:
    from tracker.publish.pages import range_of

    print(f"{view.name}: {view.about}\n{view.use}")
    print_table(
        ("column", "meaning", "type", "unit or values"),
        [(column.name, column.means, column.type, range_of(column)) for column in view.columns],
    )
    if view.note:
        print(" ".join(view.note.split()))


def _for_datasette(database: str | None) -> str:
    from sqlmodel import SQLModel

    from tracker.publish.datasette import as_yaml, metadata
    from tracker.settings import load
    from tracker.store import models  # noqa: F401 (declares the tables)
    from tracker.store.database import path_of
    from tracker.store.query import Reader
    from tracker.store.questions import defaults

    history = load(database=database).history
    with Reader(history) as reader:
        found = metadata(path_of(history).stem, SQLModel.metadata.tables, defaults(reader))
    return as_yaml(found, path_of(history).stem)


def _for_duckdb(database: str | None) -> str:
    from tracker.publish.duckdb import over_sqlite
    from tracker.settings import load
    from tracker.store.database import path_of
    from tracker.store.query import Reader

    path = path_of(load(database=database).history)
    Reader(path).close()  # or it says that there is none
    return f"INSTALL sqlite;\nLOAD sqlite;\n{over_sqlite(path)}"
