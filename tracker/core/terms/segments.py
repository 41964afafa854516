"""A text cut into what can be read alone: paragraphs, sentences and the clauses of an enumeration.

Everything works on a copy of the text that has as many characters (`fold`), so that places hold in the text itself.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

SENTENCE_CAP = 6_000
"""Characters after which a sentence is cut, wherever that is: what is longer was written by no lawyer."""

# One character for one character: typographic quotes, spaces, hyphens, and whatever breaks a line.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ′´`", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t", " "),
        **dict.fromkeys("‐‑‒–—", "-"),
        **dict.fromkeys("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\n"),
    }
)


class Span(NamedTuple):
    """text[start:end], without white space at its ends."""

    start: int
    end: int


def plain(text: str) -> str:
    """The text with one kind of quotes, spaces, hyphens and line breaks; as long as before."""
    return text.translate(_PLAIN)


def fold(text: str) -> str:
    """A plain text in lower case on one line; as long as before."""
    lowered = text.lower()
    if len(lowered) != len(text):  # "İ" becomes two characters
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lowered.replace("\n", " ")


_WRAPPED = 40  # characters of a line that a page's width may have broken
_WIDEST = 140  # of a line of a page
_SAMPLE = 2_000  # lines by which that is told
_BREAKS = 4  # lines that end amid a sentence, from which the text counts as broken by a page's width
_LINE_END = re.compile(r"[.:;!?]\W{0,3}$")
MARKER = re.compile(r"[-*•·◦‣▪●○–+]\s*|\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]{1,2}\s*")
"""What an item of a list begins with."""


def paragraphs(text: str) -> Iterator[Span]:
    """The lines of a plain text that are not blank; lines that a page's width has broken are put together."""
    width = _width(text)
    start = end = last = -1
    for line in _lines(text):
        if start >= 0 and line.end - start < SENTENCE_CAP and _goes_on(text, Span(last, end), line, width):
            last, end = line
            continue
        if start >= 0:
            yield Span(start, end)
        start, end = line
        last = start
    if start >= 0:
        yield Span(start, end)


def _lines(text: str) -> Iterator[Span]:
    place = 0
    for line in text.split("\n"):
        if words := line.strip():
            start = place + len(line) - len(line.lstrip())
            yield Span(start, start + len(words))
        place += len(line) + 1


def _goes_on(text: str, last: Span, line: Span, width: int) -> bool:
    """Whether a line continues the one before it: that one ends amid a sentence, and this begins in lower case or, in
    a text of a page's width, with a word that had no room there.
    """
    length = last.end - last.start
    if not _WRAPPED <= length <= _WIDEST or MARKER.match(text, *line):
        return False
    if _LINE_END.search(text, max(last.start, last.end - 4), last.end):
        return False
    if text[line.start].islower():
        return True
    word = text.find(" ", line.start, line.end)
    return bool(width) and length + 1 + (line.end if word < 0 else word) - line.start > width


def _width(text: str) -> int:
    """The width of the page that has broken the lines of a text, 0 for a text whose lines are whole."""
    breaks = longest = 0
    last: Span | None = None
    for line in islice(_lines(text), _SAMPLE):
        length = line.end - line.start
        if length > _WIDEST:
            return 0
        longest = max(longest, length)
        if last and length and text[line.start].islower() and _goes_on(text, last, line, 0):
            breaks += 1
        last = line
    return longest if breaks >= _BREAKS else 0


# A full stop that ends no sentence stands after one of these, or after a single letter or number.
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        "e.g i.e etc cf no nos nr art arts abs inc ltd corp co vs mr mrs ms dr st sec para u.s u.k d.h z.b bzw ggf ca "
        "usw bspw ziff lit gem i.v.m sr sra ss pág num núm p.ej ej resp incl approx viz lett",
    )
)
_STOP = re.compile(r"[.!?][\"')\]]{0,3}(?:[ \n]{1,9}(?=[\"'(\[¿¡]{0,2}[^\W_a-zà-öø-ÿß])|(?=[A-ZÄÖÜÉÈ][a-zäöüéè]{2}))")
_LAST_WORD = re.compile(r"[^\s(]*$")


def sentences(text: str, paragraph: Span) -> Iterator[Span]:
    """The sentences of a paragraph of a plain text, none longer than `SENTENCE_CAP`."""
    start, end = paragraph
    for stop in _STOP.finditer(text, start, end):
        word = _LAST_WORD.search(text, max(start, stop.start() - 12), stop.start())
        before = word[0].lower().lstrip("\"'") if word else ""
        if before in _ABBREVIATIONS or (len(before) < 3 and (len(before) == 1 or before.isdigit())):
            continue
        if text[stop.start()] == "." and not stop[0][-1].isspace() and not before[-1:].isalpha():
            continue
        yield from _cut(text, start, stop.end())
        start = stop.end()
    yield from _cut(text, start, end)


def _cut(text: str, start: int, end: int) -> Iterator[Span]:
    for begin in range(start, end, SENTENCE_CAP):
        words = text[begin : min(begin + SENTENCE_CAP, end)]
        if bare := words.strip():
            begin += len(words) - len(words.lstrip())
            yield Span(begin, begin + len(bare))


_ENUMERATOR = re.compile(
    r"(?:^|(?<=[ ;,:.]))(?:\((?:[a-z]|[ivx]{1,5}|\d{1,2})\)|(?:[a-z]|[ivx]{1,5}|\d{1,2})\)) ?(?=\w)"
)
_FIRST = frozenset({"a", "i", "1"})


class Clause(NamedTuple):
    """An enumerated clause. parent: the clause or stem that it is enumerated under."""

    span: Span
    parent: Span


def clauses(folded: str, sentence: Span, most: int) -> list[Clause]:
    """A sentence cut at its enumeration, the stem first: "you may not (a) copy, (b) sell". A clause without a parent
    has an empty one; an enumeration within another has the clause before it as its parent.

    Fewer than two enumerators are none: the sentence is then its only clause. After `most` the rest is one clause.
    """
    start, end = sentence
    marks = [(mark.start(), mark[0].strip("() ")) for mark in _ENUMERATOR.finditer(folded, start, end)][:most]
    nothing = Span(start, start)
    if len(marks) < 2:
        return [Clause(sentence, nothing)]
    found = [Clause(Span(start, marks[0][0]), nothing)] if marks[0][0] > start else []
    parents: dict[str, Span] = {}  # by the kind of the enumerator
    last = found[0].span if found else nothing
    kind = label = ""
    for (begin, mark), (stop, _next) in zip(marks, [*marks[1:], (end, "")], strict=True):
        before, kind = kind, _kind(mark, kind, label)
        label = mark
        if kind not in parents or (mark in _FIRST and kind != before):
            parents[kind] = last
        last = Span(begin, stop)
        found.append(Clause(last, parents[kind]))
    return found


def _kind(mark: str, before: str, label: str) -> str:
    """Of an enumerator; a single "i" is the letter after "h", else the Roman one."""
    if mark.isdigit():
        return "number"
    if set(mark) <= set("ivx") and not (before == "letter" and len(mark) == 1 and ord(mark) == ord(label[0]) + 1):
        return "roman"
    return "letter"
