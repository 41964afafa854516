"""A text cut into what can be read alone: paragraphs, sentences and the clauses of an enumeration.

Everything works on a copy of the text that has as many characters (`fold`), so that places hold in the text itself.
"""

import re
from collections.abc import Iterator
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


# A line that was wrapped by the width of a page: it ends amid a sentence, and the next goes on in lower case.
_WRAPPED = 40
_LINE_END = re.compile(r"[.:;!?]\W{0,3}$")
MARKER = re.compile(r"[-*•·◦‣▪●○–+]\s*|\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]{1,2}\s*")
"""What an item of a list begins with."""


def paragraphs(text: str) -> Iterator[Span]:
    """The lines of a plain text that are not blank; lines that a page's width has broken are put together."""
    open_start = open_end = -1
    place = 0
    for line in text.split("\n"):
        start, place = place, place + len(line) + 1
        words = line.strip()
        if not words:
            continue
        start += len(line) - len(line.lstrip())
        if open_end >= 0:
            if _goes_on(text, open_start, open_end, words):
                open_end = start + len(words)
                continue
            yield Span(open_start, open_end)
        open_start, open_end = start, start + len(words)
    if open_end >= 0:
        yield Span(open_start, open_end)


def _goes_on(text: str, start: int, end: int, words: str) -> bool:
    """Whether a line continues the one before it, which ends at `end`."""
    last = text.rfind("\n", start, end) + 1 or start
    if end - start > SENTENCE_CAP or end - last < _WRAPPED or end - last > 140 or MARKER.match(words):
        return False
    return words[0].islower() and not _LINE_END.search(text, max(start, end - 4), end)


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
