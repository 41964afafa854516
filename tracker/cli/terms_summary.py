"""`tracker terms summary`: how many sites of a panel say what in their terms, of how many that could be read."""

from typing import Annotated, Any

import typer

from tracker.cli.options import AsJson, Database

_WORDS = {"not_looked": "nobody has looked", "not_read": "not read yet"}


def summary(
    panel: Annotated[
        str | None, typer.Option("--panel", "-p", help="Panel of this history.", show_default="the one looked at last")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Count what the terms of a panel's sites say: forbid AI training, scraping, ..., of those that could be read.

    A category counts where it is forbidden, needs permission or is reserved (conditional_allow, silent: where it is
    said); "otherwise" are sites that speak of it and forbid nothing. What could not be read is unknown, and counted
    apart.

    Example: tracker terms summary

    Example: tracker terms summary --panel starter --json
    """
    from tracker.cli.ask import open_reader
    from tracker.cli.output import print_json
    from tracker.store.asking import find_panel
    from tracker.store.terms_summary import summary as counted

    with open_reader(database) as reader:
        row = find_panel(reader, panel)
        found = counted(reader, row["panel"], bool(row["is_sample"]))
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    from tracker.cli.output import print_table

    print(
        f"{found['panel']} on {found['date']}: n = {found['n']} {found['denominator']}, of {found['members']} members"
    )
    if found["unknown"]:
        reasons = ", ".join(f"{_WORDS.get(name, name)} {sites}" for name, sites in found["unknown_because"].items())
        print(f"unknown: {found['unknown']} ({reasons})")
    print(f"bounds: {found['bounds']}")
    columns = ("category", "sites", "of n %", "bounds %", "otherwise", "doubtful")
    table = []
    for row in found["categories"]:
        percent = "" if row["percent"] is None else f"{row['percent']:.1f}"
        interval = "" if row["low"] is None else f"{row['low']:.1f}-{row['high']:.1f}"
        table.append((row["category"], row["sites"], percent, interval, row["otherwise"], row["doubtful"]))
    print_table(columns, table)
