"""What a list item inherits: from the sentence that leads in the list, from a list around it, from the heading."""

import re
from dataclasses import dataclass

from tracker.core.terms.lexicon import Lexicon
from tracker.core.terms.polarity import Polarity
from tracker.core.terms.segments import MARKER, Span

_ITEMS = 120  # of a list, after which it is taken for something else
_HEADING = 90  # characters
_SHORT = 4  # words of a heading that is no title
_NUMBERED_TITLE = re.compile(
    r"(?:(?:section|article|artikel|art\.|§|\d{1,2}(?:\.\d{1,2}){0,3}[.):]?|[IVX]{1,5}\.|[a-z][.)])\s*)[^\W\da-z_]"
)
_KINDS = (
    ("number", re.compile(r"\(?\d")),
    ("roman", re.compile(r"\(?(?:[ivx]{2,5}|[IVX]{2,5})[.)]")),
    ("letter", re.compile(r"\(?[a-zA-Z][.)]")),
    ("bullet", re.compile(r"[-*•·◦‣▪●○–+]")),
)


_TAIL = 160  # characters of a sentence in which its last words are looked for
_FIRST_ITEM = re.compile(r";(?: \w{1,3})?$")
_GOES_ON = re.compile(r"[;,](?: (?:and|or|and/or))?$")


@dataclass
class _List:
    polarity: Polarity
    marker: str | None = None  # of its items; None before the first
    items: int = 0
    closed: bool = False  # the last item ended in a full stop
    goes_on: bool = False  # it ended in a semicolon or comma: another one follows


class Lists:
    """The lists that are open at a place of the text; tell it every paragraph, and every sentence of those read."""

    def __init__(self, folded: str, lexicon: Lexicon) -> None:
        self._folded = folded
        self._lexicon = lexicon
        self._heading = Polarity.NONE
        self.in_heading = False
        self._open: list[_List] = []

    @property
    def inherited(self) -> Polarity:
        """What holds for a clause without cues of its own."""
        return self._open[-1].polarity if self._open else self._heading

    def paragraph(self, text: str, span: Span) -> None:
        """A paragraph begins."""
        words = text[span.start : span.end]
        marker = _marker(words)
        if self._is_heading(words, marker):
            self._open.clear()
            forbids = self._lexicon.heading.search(self._folded, *span)
            self._heading = Polarity.PROHIBIT if forbids else Polarity.NONE
            self.in_heading = True
            return
        self.in_heading = False
        if not self._open:
            return
        if (
            len(self._open) > 1
            and self._open[-1].items
            and marker
            and self._open[-1].marker != marker == self._open[-2].marker
        ):
            self._open.pop()
        current = self._open[-1]
        current.items += 1
        if current.items == 1:
            current.marker = marker
        elif current.items > _ITEMS or self._ends(span, marker, current):
            self._open.clear()
            return
        current.closed = words[-1] in ".!?"
        current.goes_on = bool(_GOES_ON.search(words[-8:]))

    def may_lead_in(self, span: Span) -> bool:
        """Whether a paragraph ends as one that a list follows."""
        ending = self._folded[max(span.start, span.end - _TAIL) : span.end]
        return ending[-1] == ":" or bool(_FIRST_ITEM.search(ending) or self._lexicon.lead.search(ending))

    def sentence(self, span: Span) -> None:
        """A sentence has been read; it may lead in a list."""
        words = self._folded[span.start : span.end]
        if self.in_heading or not (lead_in := self._lead_in(words)):
            return
        polarity = self._lexicon.cues.of_lead_in(lead_in)
        if polarity is Polarity.NONE:
            polarity = self.inherited
        if len(self._open) > 3:
            del self._open[0]
        self._open.append(_List(polarity))

    def _lead_in(self, words: str) -> str:
        """The part of a sentence that leads in a list, or nothing."""
        if words[-1] == ":" or self._lexicon.lead.search(words[-_TAIL:]):
            return words
        # The first item stands in the paragraph of the lead-in: "You may not: copy the pages;".
        return "" if self._open or not _FIRST_ITEM.search(words[-8:]) else words[: words.find(":") + 1] or words

    def _ends(self, span: Span, marker: str | None, current: _List) -> bool:
        if marker and marker == current.marker:
            return False
        if marker is None and current.marker:
            return current.closed and bool(self._lexicon.opener.match(self._folded, *span))
        return not current.goes_on and bool(self._lexicon.opener.match(self._folded, *span))

    def _is_heading(self, words: str, marker: str | None) -> bool:
        if len(words) > _HEADING or words[-1] in ".,;:" or "\n" in words:
            return False
        if words.isupper() and len(words) > 3:
            return True
        if self._open and self._open[-1].marker == marker and (marker or self._open[-1].items):
            # German writes every noun with a capital: there a title is told by what ends before it.
            titles = self._lexicon.language != "de" or self._open[-1].closed
            return titles and _title(words) and marker in (None, "number")
        if self._open and not self._open[-1].items:
            return False
        if self._heading is Polarity.PROHIBIT and not marker and not _title(words):
            # Items without full stops look like headings; few of them are as short as one.
            return words[0].isupper() and words.count(" ") < _SHORT
        return words[0].isupper() or bool(_NUMBERED_TITLE.match(words))


def _marker(words: str) -> str | None:
    if MARKER.match(words):
        for kind, pattern in _KINDS:
            if pattern.match(words):
                return kind
    return None


def _title(words: str) -> bool:
    """Whether the words are written as a title: at least two of them, all long ones with a capital."""
    long = [word for word in re.findall(r"[^\W\d_]+", words) if len(word) > 3]
    return len(long) > 1 and all(word[0].isupper() for word in long)
