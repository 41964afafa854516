"""What changed from one text of terms to the next, block by block: paragraphs that came, went, or say other words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MOST_BLOCKS = 4_000
"""Of both texts together, beside what they share at their ends: the search for what moved is quadratic."""

MOST_WORDS = 2_000
"""Of two blocks together, above which their words are not compared: all of them count as changed."""

_ALIKE = 0.3
"""Share of their words that two blocks have in common, from which on one is the other changed."""
_REACH = 12
"""How many blocks ahead the changed one of a block is looked for."""


class Fate(StrEnum):
    """What became of a block."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Compared:
    """A block of the text before, the one after, or both; "" where there is none."""

    fate: Fate
    before: str
    after: str


class TooDifferent(ValueError):
    """More has changed than can be compared in a moment."""


def compare(before: str, after: str) -> list[Compared]:
    """The blocks of both texts in order, each with its fate. Blocks are parted by newlines, empty ones left out.

    Raises TooDifferent for more than `MOST_BLOCKS` blocks.
    """
    old, new = ([block for block in text.split("\n") if block] for text in (before, after))
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if len(middle_old) + len(middle_new) > MOST_BLOCKS:
        raise TooDifferent(f"{len(middle_old):,} blocks before, {len(middle_new):,} after")
    return [
        *(Compared(Fate.SAME, block, block) for block in old[:start]),
        *_middle(middle_old, middle_new),
        *(Compared(Fate.SAME, block, block) for block in old[len(old) - end :]),
    ]


def words_changed(before: str, after: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both blocks in pieces, each with whether it is in that block alone; joined, the pieces are the block."""
    old, new = _words(before), _words(after)
    if len(old) + len(new) > MOST_WORDS:
        return [(before, True)], [(after, True)]
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for side, piece in ((left, "".join(old[a:b])), (right, "".join(new[c:d]))):
            if piece:
                side.append((piece, tag != "equal"))
    return left, right


def _middle(old: Sequence[str], new: Sequence[str]) -> Iterator[Compared]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            yield from (Compared(Fate.SAME, block, block) for block in old[a:b])
        else:
            yield from _paired(old[a:b], new[c:d])


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[Compared]:
    """Blocks that went and those that came in their place, of which some are the same block changed."""
    sets = [frozenset(block.split()) for block in new]
    at = 0
    for block in old:
        words = frozenset(block.split())
        near = range(at, min(at + _REACH, len(new)))
        best = max(near, key=lambda index: _alike(words, sets[index]), default=at)
        if not near or _alike(words, sets[best]) < _ALIKE:
            yield Compared(Fate.REMOVED, block, "")
            continue
        yield from (Compared(Fate.ADDED, "", other) for other in new[at:best])
        yield Compared(Fate.CHANGED, block, new[best])
        at = best + 1
    yield from (Compared(Fate.ADDED, "", other) for other in new[at:])


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _words(block: str) -> list[str]:
    """The words of a block, each with the space after it."""
    words = block.split(" ")
    return [f"{word} " for word in words[:-1]] + words[-1:]
