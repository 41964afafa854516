"""Lines that were wrapped by hand, or by a printer, put together again as paragraphs."""

import re
from collections.abc import Sequence

FULL = 60
"""Characters from which on a line may have been wrapped for its length."""

_BEGINS = re.compile(
    r"[•●○▪■◦‣∙·*–—-]\s|\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivxIVX]{1,5})[.)]\s"
    r"|§\s?\d|(?:Art(?:icle|ikel|\.)?|Section)\s+\d"
)
_ENDED = tuple(".:;!?。！？…”»")


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
        elif _is_parted(last, line):
            paragraphs[-1][-1] = last[:-1] + line
        else:
            paragraphs[-1].append(line)
        last = line
    return [" ".join(paragraph) for paragraph in paragraphs]


def _goes_on(last: str, line: str) -> bool:
    if last.endswith(_ENDED) or _BEGINS.match(line):
        return False
    return len(last) >= FULL or line[0].islower()


def _is_parted(last: str, line: str) -> bool:
    """Whether a word was parted at the end of the line."""
    return last[-1] == "-" and last[-2:-1].islower() and line[0].islower()
