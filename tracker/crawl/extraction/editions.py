"""Whether a page holds more than one edition of its terms: two jurisdictions, or the present and the coming ones."""

import re
from collections.abc import Sequence
from itertools import accumulate

from tracker.crawl.extraction.walk import Piece

PARTED = 3_000
"""Characters that stand between the beginnings of two editions, and after the second."""

ANNOUNCED = 160
"""Characters of a block that may announce an edition."""

COPIED = 0.15
"""Share of the prose that stands there for a second time, from which on the page holds two editions of a text."""

DOUBLED = 0.45
"""The same share, from which on the page holds one text twice, as for a narrow and for a wide screen."""

# Terms for those who live here, and terms for those who live elsewhere, said in one block each.
_WHOSE = re.compile(r"\b(?:terms|agreement|conditions)\b", re.IGNORECASE)
_FOR_WHOM = re.compile(
    r"\b(?:live|living|reside|residents?|residing|located|based|users|customers|consumers)\b.{0,30}?"
    r"\b(?P<side>in|within|inside|outside|other than)\b.{0,30}?"
    r"\b(?:eu|eea|european|europe|united|uk|u\.s|us|usa|switzerland|california|india|china)\b",
    re.IGNORECASE,
)
_OUTSIDE = frozenset({"outside", "other than"})


def copied(pieces: Sequence[Piece]) -> float:
    """The share of the prose, in characters, that stands on the page for the second time or more."""
    seen, again, total = set[str](), 0, 0
    for piece in pieces:
        if piece.is_prose:
            total += len(piece.text)
            again += len(piece.text) if piece.text in seen else 0
            seen.add(piece.text)
    return again / total if total else 0.0


def once(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, or of a text that stands there twice from beginning to end, the first of equal ones."""
    if copied(pieces) < DOUBLED:
        return list(pieces)
    seen = set[str]()
    kept = []
    for piece in pieces:
        if not (piece.is_prose and piece.text in seen):
            kept.append(piece)
        seen.add(piece.text)
    return kept


def has_editions(pieces: Sequence[Piece], stated: Sequence[tuple[int, bool, str]]) -> bool:
    """Whether there are several. stated: as `dates.stated_dates` finds them."""
    if copied(pieces) >= COPIED:
        return True
    places = list(accumulate((len(piece.text) for piece in pieces), initial=0))
    short = [index for index, piece in enumerate(pieces) if len(piece.text) <= ANNOUNCED]
    days = [(index, in_force, day) for index, in_force, day in stated if len(pieces[index].text) <= ANNOUNCED]
    return (
        _parted([(places[index], index) for index, in_force, _ in days if in_force], places[-1])
        or _parted([(places[index], day) for index, _, day in days], places[-1])
        or _parted([(places[index], side) for index in short if (side := _side(pieces[index].text))], places[-1])
    )


def _side(text: str) -> str | None:
    found = _FOR_WHOM.search(text) if _WHOSE.search(text) else None
    return None if found is None else "outside" if found["side"].lower() in _OUTSIDE else "inside"


def _parted(told: Sequence[tuple[int, object]], length: int) -> bool:
    """Whether two of what is told at a place differ, far from one another, and each with a text behind it."""
    told = [(place, what) for place, what in told if length - place >= PARTED]
    return any(what != told[0][1] and place - told[0][0] >= PARTED for place, what in told)
