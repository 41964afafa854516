"""Lines that were wrapped by hand, or by a printer, put together again as paragraphs."""

import re
from collections.abc import Sequence
from itertools import pairwise

FULL = 60
"""Characters from which on a line may have been wrapped for its length."""

_BEGINS = re.compile(
    r"[•●○▪■◦‣∙·*–—-]\s|\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivxIVX]{1,5})[.)]\s"
    r"|§\s?\d|(?:Art(?:icle|ikel|\.)?|Section)\s+\d"
)
_ENDED = tuple(":;!?。！？…”»")
# Words before a hyphen that is written, and not the printer's.
_HYPHENATED = re.compile(
    r"(?:-\w+|\b(?:non|self|third|opt|co|machine|text|pre|anti|multi|sub|cross|re|e))-\Z", re.IGNORECASE
)


def joined(lines: Sequence[str]) -> list[str]:
    """The paragraphs of lines that hold no white space at their ends; an empty line parts two of them.

    A line goes on in the next one unless it ends a sentence, the next begins like an item of a list, or it is too short
    to have been wrapped and the next begins like a sentence.
    """
    paragraphs: list[list[str]] = []
    last = ""
    for line in lines:
        if not line or not last or not _goes_on(last, line):
            paragraphs += [[line]] if line else []
        else:
            paragraphs[-1].append(line)
        last = line
    return [_one(paragraph) for paragraph in paragraphs]


WRAPPED = 0.3
"""Share of the lines that begin in small letters amid a sentence, from which on all lines are wrapped ones."""


FEWEST = 3
"""Such lines, below which it may be chance."""


def are_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines that each stand in an element of their own, as some converters leave them, are cut paragraphs."""
    pairs = [(last, line) for last, line in pairwise(lines) if last and line]
    cut = sum(line[0].islower() and _goes_on(last, line) for last, line in pairs)
    return cut >= FEWEST and cut > WRAPPED * len(pairs)


def _one(lines: list[str]) -> str:
    text = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        text += [line[:-1] if _is_parted(line, after) else line, "" if _is_compound(line, after) else " "]
    return "".join(text).rstrip()


def _is_compound(line: str, after: str) -> bool:
    return line[-1] == "-" and line[-2:-1].isalpha() and after[:1].isalpha()


def _goes_on(last: str, line: str) -> bool:
    if last.endswith(_ENDED) or _BEGINS.match(line):
        return False
    # A full stop before a small letter is that of an abbreviation.
    return line[0].islower() or (len(last) >= FULL and last[-1] != ".")


def _is_parted(line: str, after: str) -> bool:
    """Whether a word was parted at the end of the line."""
    return _is_compound(line, after) and after[0].islower() and not _HYPHENATED.search(line[-40:])
