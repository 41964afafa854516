"""Which pieces of a page are its terms: the deepest container of nearly all its prose, less menus and the like."""

import re
from itertools import accumulate

from tracker.crawl.extraction.contract import is_contractual
from tracker.crawl.extraction.dates import stated_dates
from tracker.crawl.extraction.walk import PROSE, Container, Part, Piece, Walked

ENOUGH = 0.9
"""Share of the prose that the container of the terms holds."""

SPARED = {Part.CHROME: 0.3, Part.CONSENT: 0.5}
"""Share of the prose from which on a part of the page is kept whatever it is called: the terms stand in it."""

MENU = 0.6
"""Share of a block's characters that are of links, from which on it is an entry of a menu."""

_COOKIES = re.compile(r"cookies?\b|newsletter", re.IGNORECASE)


def chosen(walked: Walked) -> list[Piece]:
    """The pieces that are the terms, in order."""
    kept = _without_parts(walked)
    _drop_menus(walked.pieces, kept)
    first, last = _container(walked, kept)
    outside = [index for index, keep in enumerate(kept) if keep and not first <= index < last]
    for index in outside:
        kept[index] = _belongs(walked.pieces[index], index < first)
    return [piece for piece, keep in zip(walked.pieces, kept, strict=True) if keep]


def _belongs(piece: Piece, before: bool) -> bool:
    """Whether a piece outside the container is of the terms: their title, their date, or words of a contract."""
    if before and ((piece.kind == "heading" and piece.level == 1) or stated_dates([piece.text], None)):
        return True
    return piece.is_prose and not _COOKIES.search(piece.text) and is_contractual(piece.text)


def _mass(walked: Walked, kept: list[bool]) -> list[int]:
    """Characters of prose before each piece, and in all as the last."""
    masses = (
        len(piece.text) if keep and piece.is_prose else 0 for piece, keep in zip(walked.pieces, kept, strict=True)
    )
    return list(accumulate(masses, initial=0))


def _without_parts(walked: Walked) -> list[bool]:
    kept = [True] * len(walked.pieces)
    mass = _mass(walked, kept)
    for container in walked.containers:
        share = SPARED.get(container.part)
        if share is not None and mass[container.end] - mass[container.start] < share * mass[-1]:
            kept[container.start : container.end] = [False] * (container.end - container.start)
    return kept


def _container(walked: Walked, kept: list[bool]) -> tuple[int, int]:
    mass = _mass(walked, kept)
    best = Container(Part.CONTENT, 0, len(walked.pieces))
    for container in walked.containers:
        if mass[container.end] - mass[container.start] >= ENOUGH * mass[-1]:
            best = container
    return best.start, best.end


def _drop_menus(pieces: list[Piece], kept: list[bool]) -> None:
    """Entries of menus come in runs; a link that stands alone may belong to the text."""
    entries = [keep and _is_entry(piece) for piece, keep in zip(pieces, kept, strict=True)]
    for index, entry in enumerate(entries):
        if entry and (entries[index - 1 : index] == [True] or entries[index + 1 : index + 2] == [True]):
            kept[index] = False


def _is_entry(piece: Piece) -> bool:
    return piece.links >= MENU * len(piece.text) and not (len(piece.text) >= 2 * PROSE and piece.text.endswith("."))
