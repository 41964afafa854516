"""A brief as one Markdown file: CommonMark with GitHub's tables, charts as images in the text itself."""

import base64
import re

from tracker.publish.brief.blocks import (
    Block,
    Cell,
    Code,
    Document,
    Figure,
    Fold,
    Items,
    Link,
    Listing,
    Paragraph,
    Quote,
    Strong,
    Table,
    clean,
)
from tracker.publish.brief.svg import png

_SIGNS = re.compile(r"[\\`*_{}\[\]<>#|~&$!^]")
_ADDRESS = re.compile(r"(?i)\b(?:https?|ftp)(?=://)|\bwww(?=\.)")
"""Of what looks like an address GitHub makes a link by itself."""
_NO_ADDRESS = re.compile(r"[<>\s\\]")
_START = re.compile(r"^([-+=:]|\d+[.)])")


def markdown(brief: Document) -> str:
    """The text. What others wrote is escaped so that it shows as it is: no markup, link or HTML comes of it."""
    parts = [f"# {_escaped(brief.title)}", _line(brief.subtitle)]
    for section in brief.sections:
        parts.append(f"## {_escaped(section.title)}")
        parts += [_block(block) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            text = _line(block.text)
            return f"> {text}" if block.note else text
        case Items():
            return "\n".join(f"- {_line(item)}" for item in block.items)
        case Fold():
            return "\n".join([_inline(Strong(block.label)), "", *(f"- {_line(item)}" for item in block.items)])
        case Quote():
            return f"> {_line((block.words,))}\n>\n> — {_inline(block.source)}"
        case Table():
            return _table(block)
        case Figure():
            return f"![{_escaped(block.alt)}]({_image(block.svg)})\n\n{_line(block.caption)}\n\n{_table(block.table)}"
        case Listing():
            lines = [f"{'  ' * line.startswith('  ')}{clean(line)}" for line in block.lines]
            fence = "`" * max(3, 1 + _longest_ticks("\n".join(lines)))
            return "\n".join([f"{_line(block.label)}:", "", fence, *lines, fence])


def _table(table: Table) -> str:
    rule = ["---:" if right else "---" for right in table.numeric]
    rows = [[_inline(cell, in_table=True) for cell in row] for row in table.rows]
    lines = [[_escaped(name) for name in table.columns], rule, *rows]
    return "\n".join([_line(table.caption), "", *(f"| {' | '.join(cells)} |" for cells in lines)])


def _line(text: Cell) -> str:
    """A piece that begins a line, where a mark could begin a list or a heading."""
    return _START.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], _inline(text).strip())


def _inline(text: Cell, in_table: bool = False) -> str:
    match text:
        case None:
            return ""
        case str():
            return _escaped(text)
        case int() | float():
            return f"{text:,}"
        case Code():
            return _code(text.text, in_table)
        case Strong():
            inner = _escaped(text.text).strip()
            return f"**{inner}**" if inner else ""
        case Link():
            return f"[{_escaped(text.text)}](<{_NO_ADDRESS.sub('', text.url)}>)"
    return "".join(_inline(part, in_table) for part in text)


def _escaped(text: str) -> str:
    inner = _SIGNS.sub(r"\\\g<0>", clean(text))
    inner = _ADDRESS.sub(r"\g<0>\\", inner)
    return f"{' ' if text[:1].isspace() else ''}{inner}{' ' if inner and text[-1:].isspace() else ''}"


def _code(text: str, in_table: bool) -> str:
    inner = clean(text) or " "
    ticks = "`" * (1 + _longest_ticks(inner))
    pad = " " if "`" in (inner[0], inner[-1]) else ""
    shown = f"{ticks}{pad}{inner}{pad}{ticks}"
    # In a table a bar ends the cell, even in code; the reader takes the backslash away again.
    return shown.replace("|", r"\|") if in_table else shown


def _longest_ticks(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _image(svg: str) -> str:
    """The chart as a data address. A PNG: of an SVG many readers of Markdown make no image, but a page of base64."""
    return f"data:image/png;base64,{base64.b64encode(png(svg)).decode('ascii')}"
