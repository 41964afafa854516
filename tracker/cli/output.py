"""Printing: tables for people, JSON and CSV for programs, progress on stderr."""

import csv
import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

WIDE = 240  # columns of a table that goes into a pipe or a file: no word is cut
_NARROWEST = 20  # columns that prose has at the least
_STEERING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""What a cell written by a stranger could steer a terminal with."""


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


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None, spare: Sequence[str] = ()
) -> None:
    """Print rows as an aligned table; None is shown as an empty cell.

    In a terminal a table keeps words and numbers whole. Where the width does not allow that, long texts become
    footnotes, then the columns of `spare` are left out one after the other, which a note says; if even that does not
    help, rows are printed as records. Into a pipe or a file goes the whole table, `WIDE` or as wide as its words need.
    """
    from rich.console import Console

    from tracker.cli.tables import footnoted, footnotes, measured, narrowest, records, table

    cells = [["" if cell is None else _cell(cell) for cell in row] for row in rows]
    is_terminal = sys.stdout.isatty()
    whole = []
    for at, name in enumerate(columns):
        is_numeric = all(isinstance(row[at], int | float) or row[at] is None for row in rows)
        whole.append(measured(name, [row[at] for row in cells], is_numeric, not is_terminal))
    console = Console() if is_terminal else Console(width=max(WIDE, narrowest(whole)))
    for left_out in range(len(spare) + 1):
        kept, texts = footnoted([one for one in whole if one.name not in spare[:left_out]], console.width)
        if narrowest(kept) <= console.width:
            break
    else:
        console.print(records(whole, console.width, title))
        return
    console.print(table(kept, console.width, title))
    if texts:
        console.print(footnotes(texts, console.width))
    if left_out:
        note(f"left out for want of width: {', '.join(spare[:left_out])}")


def say(text: str = "", hang: int = 0) -> None:
    """Print prose: on a terminal no line is longer than it is wide, and none is broken within a word.

    What goes over stands as far in as the line, or `hang` columns in. Into a pipe or a file every line goes as it is.
    """
    print(_wrapped(text, hang) if sys.stdout.isatty() else text)


def _wrapped(text: str, hang: int = 0) -> str:
    width = max(shutil.get_terminal_size().columns, hang + _NARROWEST)
    lines = []
    for line in text.split("\n"):
        indent = " " * (hang or len(line) - len(line.lstrip()))
        wrapper = textwrap.TextWrapper(width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        lines += [line] if len(line) <= width else wrapper.wrap(line)
    return "\n".join(lines)


def printable(value: object) -> str:
    """A value that a stranger wrote, without what would steer a terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(value))


def _cell(value: Any) -> str:
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", str(value).expandtabs())


def note(text: str) -> None:
    """Say something on stderr, as `say` does."""
    print(_wrapped(text) if sys.stderr.isatty() else text, file=sys.stderr)


@contextmanager
def working(what: str) -> Iterator[None]:
    """A sign of life on stderr for as long as something takes; nothing is drawn where stderr is no terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield


@contextmanager
def progress(what: str, *, erased: bool = False) -> Iterator[Advance]:
    """A progress bar on stderr, `erased` at its end if so wished; nothing is drawn where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=erased) as bars:
        task = bars.add_task(what, total=None)

        def advance(done: int, total: int, what: str | None = None) -> None:
            bars.update(task, description=what, completed=done, total=total)

        yield advance
