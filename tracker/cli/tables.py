"""How rows are laid out: as a table that keeps words and numbers whole, with footnotes if need be, or as records."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

_SHORT = 12  # columns: a text that is never wrapped
_LONGEST = 40  # columns: what is longer is no word but an address or a digest, which may be folded
_LONG = 25  # columns: texts that are as long on the whole may become footnotes
_LINES = 4  # that the longest text of a column may take up: beyond them a record is easier to read
_NOTES = 200  # footnotes below one table, at most
_GAPS = (3, 2)  # columns between two of a table, as there is room
_SIDES = 2  # columns that the edges of a table take up


class Column(NamedTuple):
    """A column with its widths: the least in which its words stay whole, and the one in which nothing is wrapped."""

    name: str
    cells: tuple[str, ...]
    is_numeric: bool
    least: int
    full: int


def measured(name: str, cells: Sequence[str], is_numeric: bool, may_be_long: bool) -> Column:
    """A column and its widths; `may_be_long`: its texts may take up as many lines as they need."""
    longest = max((cell_len(line) for cell in cells for line in cell.split("\n")), default=0)
    word = max((cell_len(word) for text in (name, *cells) for word in text.split()), default=0)
    kept = longest if longest <= _SHORT else 0 if may_be_long else -(-longest // _LINES)
    return Column(name, tuple(cells), is_numeric, max(min(word, _LONGEST), kept, 1), max(longest, cell_len(name), 1))


def narrowest(columns: Sequence[Column]) -> int:
    """The least width of a table of these columns."""
    return sum(one.least for one in columns) + _beside(columns, _GAPS[-1])


def footnoted(columns: Sequence[Column], width: int) -> tuple[list[Column], list[str]]:
    """The columns, long texts replaced by numbers until a table of them fits the width, and these texts in order."""
    shown, texts = list(columns), list[str]()
    while narrowest(shown) > width:
        at = max(range(len(shown)), key=lambda at: _usual(shown[at]))
        found = [text for text in dict.fromkeys(shown[at].cells) if len(text) > _SHORT and text not in texts]
        if _usual(shown[at]) <= _LONG or len(texts) + len(found) > _NOTES:
            break
        texts += found
        numbers = [f"[{texts.index(text) + 1}]" if text in texts else text for text in shown[at].cells]
        shown[at] = measured(shown[at].name, numbers, False, False)
    return shown, texts


def _usual(column: Column) -> int:
    """How long a text of this column is on the whole."""
    filled = [len(cell) for cell in column.cells if cell]
    return sum(filled) // max(1, len(filled))


def footnotes(texts: Sequence[str], width: int) -> Table:
    """The texts of the numbers in a table."""
    number = len(f"[{len(texts)}]")
    shown = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    shown.add_column(width=number)
    shown.add_column(overflow="fold", width=max(1, width - number - 1))
    for at, text in enumerate(texts, 1):
        shown.add_row(f"[{at}]", Text(text))
    return shown


def table(columns: Sequence[Column], width: int, title: str | None) -> Table:
    """A table of at most this width, which must be no less than `narrowest`; numbers stand on the right."""
    full = sum(one.full for one in columns)
    gap = next((gap for gap in _GAPS if full + _beside(columns, gap) <= width), _GAPS[-1])
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=gap < 3)
    for one, wide in zip(columns, _shared(columns, width - _beside(columns, gap)), strict=True):
        justify = "right" if one.is_numeric else "left"
        shown.add_column(Text(one.name), justify=justify, overflow="fold", width=wide)
    for row in zip(*(one.cells for one in columns), strict=True):
        shown.add_row(*map(Text, row))
    return shown


def records(columns: Sequence[Column], width: int, title: str | None) -> Table:
    """The rows one below the other, each as lines of a name and its value; empty cells are left out."""
    label = min(max(cell_len(one.name) for one in columns), max(1, width // 3))
    shown = Table(title=title, title_justify="left", box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    shown.add_column(style="bold", overflow="fold", width=label)
    shown.add_column(overflow="fold", width=max(1, width - label - 2))
    for row in zip(*(one.cells for one in columns), strict=True):
        filled = [(one.name, cell) for one, cell in zip(columns, row, strict=True) if cell]
        for name, cell in filled or [(columns[0].name, "")]:
            shown.add_row(Text(name), Text(cell))
        shown.add_row()
    return shown


def _beside(columns: Sequence[Column], gap: int) -> int:
    return gap * (len(columns) - 1) + _SIDES


def _shared(columns: Sequence[Column], room: int) -> list[int]:
    """The room dealt out: the widest columns give way first, none below its least."""

    def capped(cap: int) -> list[int]:
        return [max(one.least, min(one.full, cap)) for one in columns]

    return capped(bisect_right(range(1, room + 1), room, key=lambda cap: sum(capped(cap))))
