"""What changed in the words of a robots.txt, as a diff that the bytes of strangers neither slow down nor disfigure."""

from difflib import unified_diff
from itertools import islice

MOST_LINES = 4_000
"""Of both files together, beside what they share at their ends: the search for what moved is quadratic."""
LONGEST_LINE = 400
_CONTEXT = 3


def text_diff(before: bytes | None, after: bytes | None, most: int = 2_000, longest: int = LONGEST_LINE) -> list[str]:
    """Unified diff of two files (None: there was none), at most `most` lines without the headers; [] for equal texts.

    longest: octets of a line that are looked at and shown. Bad octets and control characters are shown as U+FFFD.
    """
    old, new = _lines(before, longest), _lines(after, longest)
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    if len(old) + len(new) - 2 * (start + end) > MOST_LINES:
        return [f"(too much has changed to show: {len(old):,} lines before, {len(new):,} after)"]
    # The context, and the numbers of the lines, are right only if what is shared stays in; it costs next to nothing.
    lines = list(islice(unified_diff(old, new, lineterm="", n=_CONTEXT), 2, most + 3)) if old != new else []
    return [*lines[:most], "(and more)"] if len(lines) > most else lines


def _lines(data: bytes | None, longest: int) -> list[str]:
    return [_legible(line, longest) for line in (data or b"").splitlines()]


def _shared(old: list[str], new: list[str]) -> int:
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _legible(line: bytes, longest: int) -> str:
    text = line[:longest].decode("utf-8", "replace").replace("\t", "    ")
    cut = "…" if len(line) > longest else ""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text) + cut
