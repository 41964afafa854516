"""The blocks of a PDF file: its lines without what every page repeats, put together again as paragraphs."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from tracker.core.visits import PAGE_CAP
from tracker.crawl.extraction.lines import joined
from tracker.crawl.extraction.walk import Piece
from tracker.errors import PdfError

MAX_PAGES = 300
MAX_SECONDS = 10
"""CPU seconds for one file; twice as many of the clock."""

MAX_OCTETS = 1024 * 1024 * 1024
"""Memory for one file. Needed is a tenth of it."""

_CHILD = Path(__file__).with_name("pdf_child.py")
_BULLET = re.compile(r"[•●○▪■◦‣∙·]\s*")
_DIGITS = re.compile(r"\d+")
_EDGE = 2  # lines at the top and the bottom of a page that may be its header and footer


def pdf_pieces(data: bytes) -> tuple[list[Piece], bool]:
    """The blocks of a PDF file, and whether it has more of them; PdfError if it cannot be read, or has no text.

    data: the file; a process of its own reads it, for at most `MAX_SECONDS`.
    """
    if find_spec("pypdf") is None:
        raise PdfError("PDF files are not read without pypdf: pip install 'drywell[pdf]'")
    state, text = _read(data[: PAGE_CAP + 1])
    if state not in ("ok", "truncated"):
        raise PdfError(f"this PDF file cannot be read: {state}")
    pieces = [_piece(paragraph) for paragraph in joined(_lines(text))]
    if not pieces:
        raise PdfError("this PDF file has no text; it may be a scan")
    return pieces, state == "truncated"


def _read(data: bytes) -> tuple[str, str]:
    limits = map(str, (MAX_PAGES, PAGE_CAP, MAX_SECONDS, MAX_OCTETS))
    command = [sys.executable, "-P", str(_CHILD), *limits]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=2 * MAX_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"reading it took over {2 * MAX_SECONDS} s", ""
    state, _, text = done.stdout.decode("utf-8", "replace").partition("\n")
    return state or f"reading it took over {MAX_SECONDS} s, or too much memory", text


def _lines(text: str) -> list[str]:
    pages = [[" ".join(line.split()) for line in page.splitlines()] for page in text.split("\f")]
    pages = [[line for line in page if line] for page in pages]
    repeated = _repeated(pages)
    return [line for page in pages for line in _without(page, repeated)]


def _repeated(pages: list[list[str]]) -> frozenset[str]:
    """The headers and footers: lines at the edges of half of the pages, but for their numbers."""
    count = Counter(mask for page in pages for mask in {_mask(page[index]) for index in _edges(page)})
    return frozenset(mask for mask, times in count.items() if times >= 3 and times * 2 >= len(pages))


def _without(page: list[str], repeated: Iterable[str]) -> Iterator[str]:
    edges = _edges(page)
    return (line for index, line in enumerate(page) if not (index in edges and _mask(line) in repeated))


def _edges(page: list[str]) -> set[int]:
    return {index for index in range(len(page)) if index < _EDGE or index >= len(page) - _EDGE}


def _mask(line: str) -> str:
    return _DIGITS.sub("0", line)


def _piece(paragraph: str) -> Piece:
    bullet = _BULLET.match(paragraph)
    if bullet and bullet.end() < len(paragraph):
        return Piece(paragraph[bullet.end() :], "item", 1, 0)
    return Piece(paragraph, "paragraph", 0, 0)
