"""Two texts of terms for people: side by side where the terminal is wide, else a unified diff."""

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby

from tracker.cli.output import WIDE, printable
from tracker.core.terms.compare import Compared, Fate, TooDifferent, compare, words_changed
from tracker.core.textdiff import text_diff

SIDE_BY_SIDE = 120
"""Columns from which on a terminal holds both texts beside each other."""
_LONGEST_BLOCK = 100_000
_CONTEXT = 1
_MARKS = {Fate.SAME: " ", Fate.CHANGED: "~", Fate.ADDED: "+", Fate.REMOVED: "-"}


def is_wide() -> bool:
    """Whether people read this in a terminal that holds two texts."""
    from shutil import get_terminal_size

    return sys.stdout.isatty() and get_terminal_size().columns >= SIDE_BY_SIDE


def unified(before: str, after: str) -> list[str]:
    """The lines of a unified diff, a block a line; [] for equal texts."""
    old, new = (text.encode("utf-8", "surrogatepass") for text in (before, after))
    return text_diff(old, new, longest=_LONGEST_BLOCK)


def print_diff(before: str, after: str, *, side_by_side: bool) -> None:
    """Print what changed, block by block."""
    if not side_by_side:
        for line in unified(before, after):
            print(line)
        return
    try:
        found = compare(before, after)
    except TooDifferent as error:
        print(f"(too much has changed to show: {error})")
        return
    _print_beside(found)


def _print_beside(found: Sequence[Compared]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("")
    table.add_column("before", ratio=1, overflow="fold")
    table.add_column("after", ratio=1, overflow="fold")
    for row in _rows(found):
        table.add_row(*row)
    console.print(table)


def _rows(found: Sequence[Compared]) -> Iterator[tuple[object, ...]]:
    from rich.text import Text

    for is_same, run in groupby(found, key=lambda one: one.fate is Fate.SAME):
        blocks = list(run)
        if is_same:
            yield from _context(blocks, blocks[0] is found[0], blocks[-1] is found[-1])
            continue
        for one in blocks:
            if one.fate is Fate.CHANGED:
                left, right = words_changed(one.before, one.after)
                yield "~", _marked(left, "red"), _marked(right, "green")
            else:
                yield _MARKS[one.fate], Text(printable(one.before), "red"), Text(printable(one.after), "green")


def _context(blocks: Sequence[Compared], is_first: bool, is_last: bool) -> Iterator[tuple[object, ...]]:
    """The blocks beside a change; of those between only how many they are."""
    from rich.text import Text

    head = 0 if is_first else _CONTEXT
    tail = 0 if is_last else _CONTEXT
    if len(blocks) <= head + tail:
        head, tail = len(blocks), 0
    for one in blocks[:head]:
        yield " ", Text(printable(one.before)), Text(printable(one.after))
    if left := len(blocks) - head - tail:
        yield " ", Text(f"… {left:,} block{'' if left == 1 else 's'} the same", "dim"), ""
    for one in blocks[len(blocks) - tail :]:
        yield " ", Text(printable(one.before)), Text(printable(one.after))


def _marked(pieces: Sequence[tuple[str, bool]], colour: str) -> object:
    from rich.text import Text

    text = Text()
    for piece, is_changed in pieces:
        text.append(printable(piece), f"bold {colour} underline" if is_changed else "")
    return text
