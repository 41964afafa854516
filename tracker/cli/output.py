"""Printing: tables for people, JSON and CSV for programs, progress on stderr."""

import csv
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

WIDE = 240  # columns of a table that goes into a pipe or a file: nothing is cut


class Advance(Protocol):
    """Moves a progress bar to `done` of `total`, of something else if that is said."""

    def __call__(self, done: int, total: int, what: str | None = None) -> None:
        """Show that `done` of `total` are finished."""


def shown(database: str) -> str:
    """A database setting as people may see it: a URL without its password."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", database)


def print_json(value: Any) -> None:
    """Print a value as JSON, for programs."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows as CSV with a header line (RFC 4180)."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None) -> None:
    """Print rows as an aligned table; None is shown as an empty cell."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    numeric = [all(isinstance(row[n], int | float) or row[n] is None for row in rows) for n in range(len(columns))]
    for name, right in zip(columns, numeric, strict=True):
        table.add_column(Text(name), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else _cell(cell)) for cell in row))
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    console.print(table)


def _cell(value: Any) -> str:
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else str(value)


def printable(value: object) -> str:
    """A value that a stranger wrote, without what would steer a terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(value))


def note(text: str) -> None:
    """Say something on stderr."""
    print(text, file=sys.stderr)


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """A progress bar on stderr; nothing is drawn where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(what, total=None)

        def advance(done: int, total: int, what: str | None = None) -> None:
            bars.update(task, description=what, completed=done, total=total)

        yield advance
