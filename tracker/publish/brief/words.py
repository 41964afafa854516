"""Figures, days, commands and citations as people read or copy them."""

import re
import shlex
from collections.abc import Sequence
from datetime import date
from typing import Any

from tracker.publish.brief.blocks import Code, Listing, Text, clean
from tracker.publish.brief.facts import Frame

PUBLISHED_AT: str | None = None
"""Where the project is published, as a citation names it; None while it has no address."""
HISTORY_SET = "export TRACKER_DATABASE=PATH_OR_URL"
"""The line that tells each command where the history is: the reader's place, never that of who made the brief."""
_TICKED = re.compile("`([^`]+)`")
_TEX = re.compile(r"[{}\\~^&%$#_]")
_TEX_WORDS = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_TEX_BRACES = {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
_UNSAFE = re.compile(r'["$`\\!]')
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(iso: str) -> str:
    """A day for people, without the locale of a machine: `22 November 2026`."""
    one = date.fromisoformat(iso[:10])
    return f"{one.day} {_MONTHS[one.month - 1]} {one.year}"


def sites(count: int) -> str:
    """`1 site`, `804 sites`."""
    return f"{count:,} site" if count == 1 else f"{count:,} sites"


def percent(value: float | None) -> str:
    """`61.2 %`; unknown is a word."""
    return "unknown" if value is None else f"{value:.1f} %"


def span(low: float | None, high: float | None) -> str:
    """`56.8 to 63.6 %`; `56.8 %` where that is the same."""
    if low is None or high is None:
        return "unknown"
    least, most = f"{low:.1f}", f"{high:.1f}"
    return f"{least} %" if least == most else f"{least} to {most} %"


def points(value: float | None) -> str | None:
    """A change in percentage points; None where one of the two figures is unknown."""
    return None if value is None else f"{value:+.1f}" if abs(value) >= 0.05 else "0.0"


def sentence(words: str) -> str:
    """Words of ours that begin as a sentence does."""
    return words[:1].upper() + words[1:]


def command(*words: str) -> str:
    """A command line to copy into a shell."""
    return " ".join(shlex.quote(clean(word)) for word in words)


def sql_text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + clean(text).replace("'", "''") + "'"


def query(statement: str) -> str:
    """A command that asks the history; in the quotes that are easier to read, where nothing in it forbids them."""
    if _UNSAFE.search(statement):
        return command("tracker", "query", statement)
    return f'tracker query "{clean(statement)}"'


def citation(frame: Frame) -> str:
    """The citation of the brief as a sentence."""
    made = f"{frame.software}, {PUBLISHED_AT}" if PUBLISHED_AT else frame.software
    return (
        f"The Drywell authors, “Who lets AI crawlers in: {clean(frame.title)}, {day(frame.date)}”. Made with "
        f"{made}; panel {clean(frame.panel)} (list {clean(frame.list_id)}), n = {frame.n:,} "
        f"{frame.of_sites}, definition {frame.definition}; history {frame.history_id}, generation {frame.generation}."
    )


def bibtex(frame: Frame) -> tuple[str, ...]:
    """The same as a BibTeX entry, line by line."""
    key = re.sub(r"[^A-Za-z0-9]+", "-", frame.panel).strip("-") or "panel"
    note = (
        f"{frame.software}; panel {frame.panel}, list {frame.list_id}; n = {frame.n}; definition {frame.definition}, "
        f"denominator {frame.denominator}; history {frame.history_id}, generation {frame.generation}"
    )
    return (
        f"@misc{{drywell-{key}-{frame.date},",
        "  author = {{The Drywell authors}},",
        f"  title = {{{{Who lets AI crawlers in: {_latex(frame.title)}, {day(frame.date)}}}}},",
        f"  year = {{{frame.date[:4]}}},",
        f"  note = {{{_latex(note)}}}{',' if PUBLISHED_AT else ''}",
        *([f"  url = {{{PUBLISHED_AT}}}"] if PUBLISHED_AT else []),
        "}",
    )


def _latex(text: str) -> str:
    """Text in which nothing is a command of TeX. BibTeX counts braces, escaped or not: lone ones become words."""
    plain = clean(text)
    named = _TEX_WORDS if _nested(plain) else _TEX_WORDS | _TEX_BRACES
    return _TEX.sub(lambda found: named.get(found[0], "\\" + found[0]), plain)


def _nested(text: str) -> bool:
    """Whether each brace that opens is closed, and none closes what was not opened."""
    depth = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def claim_day(row: dict[str, Any]) -> str:
    """A date no more exactly than it is known."""
    return str(row["claimed_on"])[: {"year": 4, "month": 7}.get(row["precision"], 10)]


def ticked(sentence: str) -> Text:
    """A sentence of ours in which back-quotes mark what is to be shown as code."""
    pieces = _TICKED.split(sentence)
    return tuple(Code(piece) if place % 2 else piece for place, piece in enumerate(pieces) if piece)


def again(*lines: str, more: str = "") -> Listing:
    """Commands that count it again; `HISTORY_SET` comes before any of them."""
    return Listing(f"Again{more}, with TRACKER_DATABASE set", lines)


def listed(names: Sequence[str]) -> str:
    """Names in SQL's brackets."""
    return f"({', '.join(map(sql_text, names))})"
