"""Which pieces of a page are its terms: the deepest container of nearly all that speaks like a contract, and what else
of the page does, less menus and the like."""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from tracker.core.terms.phrases import phrases_of, spoken
from tracker.crawl.extraction.dates import stated_dates
from tracker.crawl.extraction.walk import PROSE, Container, Part, Piece, Walked

ENOUGH = 0.9
"""Share of the weight that the container of the terms holds."""

SPARED = {Part.CHROME: 0.3, Part.CONSENT: 0.5}
"""Share of the weight from which on a part of the page is kept whatever it is called: the terms stand in it."""

CONTRACTUAL = 2
"""Different phrases of contracts from which on a passage speaks like one."""

HEARD = 600
"""Characters of a passage that are listened to: a contract does not hide what it is for longer."""

PROVEN = 400
"""Characters of such passages from which on they are what is weighed, and not all prose."""

ANOTHER = 300
"""Characters of prose in a container beside that of the terms, from which on it may be another part of them."""

ALIKE = 0.2
"""Share of its prose that has a phrase of contracts, from which on it is one. Of articles it is a twentieth."""

MENU = 0.6
"""Share of a block's characters that are of links, from which on it is an entry of a menu."""

_COOKIES = re.compile("[Cc]ookie|[Nn]ewsletter")


def chosen(walked: Walked, languages: Iterable[str | None]) -> list[Piece]:
    """The pieces that are the terms, in order.

    languages: in which they may be (ISO 639-1), the likeliest first: a page can speak another one than its terms.
    """
    choice = _Choice(walked)
    for language in dict.fromkeys(languages):
        choice.listen(phrases_of(language))
        if choice.is_proven:
            break
    return choice.made()


class _Choice:
    """What of a page is kept, and what each of its pieces weighs."""

    def __init__(self, walked: Walked) -> None:
        self.pieces, self.containers = walked.pieces, walked.containers
        self.kept = [True] * len(self.pieces)
        self.prose = [len(piece.text) if piece.is_prose else 0 for piece in self.pieces]
        self.said = [0] * len(self.pieces)
        self.is_proven = False

    def listen(self, phrases: tuple[str, ...]) -> None:
        """How many of the phrases each piece has, up to `CONTRACTUAL`."""
        self.said = [_said(phrases, piece) for piece in self.pieces]
        self.is_proven = sum(self._strong()) >= PROVEN

    def _strong(self) -> list[int]:
        return [length if said >= CONTRACTUAL else 0 for length, said in zip(self.prose, self.said, strict=True)]

    def made(self) -> list[Piece]:
        """The pieces that are kept."""
        self._drop_parts()
        self._drop_menus()
        first, last = self._container()
        beside = self._beside(first, last)
        for index, piece in enumerate(self.pieces):
            if self.kept[index] and not first <= index < last and index not in beside:
                self.kept[index] = self._belongs(index, piece, index < first)
        return [piece for piece, keep in zip(self.pieces, self.kept, strict=True) if keep]

    def _weight(self) -> list[int]:
        """What stands before each piece, and in all as the last: characters of contract, or of prose without any."""
        strong = self._sums(self._strong())
        return strong if strong[-1] >= PROVEN else self._sums(self.prose)

    def _sums(self, lengths: Sequence[int]) -> list[int]:
        kept = (length if keep else 0 for length, keep in zip(lengths, self.kept, strict=True))
        return list(accumulate(kept, initial=0))

    def _drop_parts(self) -> None:
        """Navigation, footers and the like, unless the terms stand in them."""
        weight = self._weight()
        for container in self.containers:
            share = SPARED.get(container.part)
            if share is not None and weight[container.end] - weight[container.start] < share * weight[-1]:
                self.kept[container.start : container.end] = [False] * (container.end - container.start)
        left = sum(after - before for before, after, keep in zip(weight, weight[1:], self.kept, strict=False) if keep)
        if left < weight[-1] / 2:  # a text that is cut into many such parts
            self.kept = [True] * len(self.pieces)

    def _drop_menus(self) -> None:
        """Entries of menus come in runs; a link that stands alone may belong to the text."""
        entries = [keep and _is_entry(piece) for piece, keep in zip(self.pieces, self.kept, strict=True)]
        for index, entry in enumerate(entries):
            if entry and (entries[index - 1 : index] == [True] or entries[index + 1 : index + 2] == [True]):
                self.kept[index] = False

    def _container(self) -> tuple[int, int]:
        weight = self._weight()
        best = Container(Part.CONTENT, 0, len(self.pieces))
        for container in self.containers:  # a deeper one begins later
            if weight[container.end] - weight[container.start] >= ENOUGH * weight[-1]:
                best = container
        return best.start, best.end

    def _beside(self, first: int, last: int) -> set[int]:
        """The pieces of containers beside that of the terms which speak like them too."""
        prose = self._sums(self.prose)
        alike = self._sums([length if said else 0 for length, said in zip(self.prose, self.said, strict=True)])
        found, done = set[int](), 0
        for start, end in ((container.start, container.end) for container in self.containers):
            if start < done or not (end <= first or start >= last):
                continue
            length = prose[end] - prose[start]
            if length >= ANOTHER and alike[end] - alike[start] >= ALIKE * length:
                found.update(range(start, end))
                done = end
        return found

    def _belongs(self, index: int, piece: Piece, before: bool) -> bool:
        """Whether a piece outside is of the terms: their title, their date, or words of a contract."""
        if before and ((piece.kind == "heading" and piece.level == 1) or stated_dates([piece.text], None)):
            return True
        return self.said[index] >= CONTRACTUAL


def _said(phrases: tuple[str, ...], piece: Piece) -> int:
    """How much like a contract a piece speaks; the question about cookies does, and is none."""
    start = piece.text[:HEARD]
    if not piece.is_prose or _COOKIES.search(start):
        return 0
    return spoken(phrases, start, CONTRACTUAL)


def _is_entry(piece: Piece) -> bool:
    return piece.links >= MENU * len(piece.text) and not (len(piece.text) >= 2 * PROSE and piece.text.endswith("."))
