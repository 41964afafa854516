"""What a brief is made of: sections of paragraphs, tables, quotes and charts, free of any format.

Text is text here, whoever wrote it: the renderers escape every piece of it, and nothing else becomes markup.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

_FIGURE = re.compile(r"[-+]?\d[\d,.]*(?: %)?(?: to [-+]?\d[\d,.]*(?: %)?)?(?: \([^)]*\))?\Z")
SHOWN = 400
"""Characters of a quote before it is cut."""


@dataclass(frozen=True, slots=True)
class Code:
    """A host, a rule line, a command, a hash: shown as it is."""

    kind: ClassVar[str] = "code"
    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that matter most."""

    kind: ClassVar[str] = "strong"
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a source of ours; what a site gave as its address is `Code`."""

    kind: ClassVar[str] = "link"
    text: str
    url: str


Inline = str | Code | Strong | Link
Text = tuple[Inline, ...]
Cell = Inline | int | float | None | Text


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `note` is one that stands out."""

    kind: ClassVar[str] = "paragraph"
    text: Text
    note: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    kind: ClassVar[str] = "items"
    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of somebody else, and who says so where."""

    kind: ClassVar[str] = "quote"
    words: str
    source: Text


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the caption says what is counted of what and when."""

    kind: ClassVar[str] = "table"
    caption: Text
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers alone, and are to be aligned so."""
        found = []
        for place in range(len(self.columns)):
            cells = [row[place] for row in self.rows if row[place] is not None]
            found.append(bool(cells) and all(_is_figure(cell) for cell in cells))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart (a tidied SVG), what it shows in words, and the same numbers as a table."""

    kind: ClassVar[str] = "figure"
    svg: str
    alt: str
    caption: Text
    table: Table


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines to copy."""

    kind: ClassVar[str] = "listing"
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Details that few will read: folded away where the format can."""

    kind: ClassVar[str] = "fold"
    label: str
    items: tuple[Text, ...]


Block = Paragraph | Items | Quote | Table | Figure | Listing | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it; `id` is its anchor."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole brief."""

    title: str
    subtitle: Text
    sections: tuple[Section, ...]


def prose(*parts: Inline) -> Text:
    """A text of several pieces."""
    return parts


def clean(raw: str) -> str:
    """Text from anywhere as one line of printable characters, without controls and marks that turn its direction."""
    flat = " ".join(raw.split())
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in flat)


def shortened(raw: str, most: int = SHOWN) -> str:
    """The beginning of a quote."""
    flat = clean(raw)
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def some(parts: Sequence[str], most: int) -> str:
    """`a, b and 3 more`."""
    more = len(parts) - most
    return ", ".join(parts[:most]) + (f" and {more:,} more" if more > 0 else "")


def _is_figure(cell: Cell) -> bool:
    return isinstance(cell, int | float) or (isinstance(cell, str) and _FIGURE.match(cell) is not None)
