"""Path patterns of RFC 9309 section 2.2.3: `*` is any run of octets, `$` at the end anchors, all else is
literal.

Matching never backtracks: the text between two stars is searched from left to right, and the leftmost hit is
always good enough, so the cost is about the length of the path. Patterns and paths are octets, in the escaped
form that Google's matcher compares (`normalise`).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_TO_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}|[\x80-\xff]")
ROBOTS_TXT = b"/robots.txt"
_STAR = ord("*")
_STARS = re.compile(rb"\*+")
_FEW = 32  # patterns that are tried faster than they are looked up


class Work:
    """A budget of elementary steps, so that no file, however hostile, takes longer than about a second.

    Steps are counted and not timed: the same bytes give the same answer on every machine.
    """

    __slots__ = ("left",)

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take steps off the budget; it may go below zero."""
        self.left -= steps

    @property
    def exhausted(self) -> bool:
        """Whether more has been spent than there was."""
        return self.left < 0


def normalise(pattern: bytes) -> bytes:
    """Upper-case the digits of percent escapes and escape octets over 0x7F, as Google's `MaybeEscapePattern`.

    Nothing is decoded: `%61` and `a` stay different (deliberate, and without effect on a degree).
    """
    if b"%" not in pattern and pattern.isascii():
        return pattern
    return _TO_ESCAPE.sub(_escaped, pattern)


def _escaped(match: re.Match[bytes]) -> bytes:
    octets = match.group()
    return octets.upper() if len(octets) == 3 else b"%%%02X" % octets[0]


def witnesses(pattern: bytes) -> tuple[bytes, ...]:
    """Paths that stand for all paths of a pattern: a rule that loses on them loses everywhere.

    `*` itself is the filler: as an octet of a path it can be matched only by a star or by the open end of a
    pattern, for no pattern can name it. So whatever matches a witness matches every path that the pattern
    matches. A pattern that begins with neither `/` nor `*` matches nothing and has none. /robots.txt, which
    is always allowed, is none.
    """
    if pattern.startswith(b"/"):
        found = [pattern]
    elif pattern.startswith(b"*"):
        rest = pattern.lstrip(b"*")
        found = [b"/" + pattern, rest] if rest.startswith(b"/") else [b"/" + pattern]
    else:
        return ()
    filled = (text[:-1] if text.endswith(b"$") else text + b"*" for text in found)
    return tuple(path for path in filled if path != ROBOTS_TXT)


def overlaps(one: bytes, other: bytes, work: Work) -> Iterator[bytes]:
    """Paths that stand for all paths which two patterns share: a rule that matches one of them matches them all.

    As with `witnesses`, `*` is the filler. Every order in which the texts between the stars can follow one another, or
    run into one another, is tried; each step is taken off the budget, and it ends where that does.
    """
    for a in witnesses(one):
        for b in witnesses(other):
            yield from _merged(_STARS.sub(b"*", a), _STARS.sub(b"*", b), work)


def _merged(a: bytes, b: bytes, work: Work) -> Iterator[bytes]:
    """All paths of two patterns whose ends are open only where they end in a star; none of them holds two in a row."""
    todo = [(0, 0, b"")]
    while todo and not work.exhausted:
        i, j, path = todo.pop()
        work.spend(1)
        if i == len(a) or j == len(b):
            if path != ROBOTS_TXT and not (a[i:] + b[j:]).strip(b"*"):
                yield path
        elif a[i] == b[j] == _STAR:
            path += b"" if path.endswith(b"*") else b"*"
            todo += [(i + 1, j, path), (i, j + 1, path)]
        elif a[i] == _STAR:
            todo += [(i + step, at, path + b[j:at]) for step, at in _ends(a[i + 1 : i + 2], b, j)]
        elif b[j] == _STAR:
            todo += [(at, j + step, path + a[i:at]) for step, at in _ends(b[j + 1 : j + 2], a, i)]
        elif a[i] == b[j]:
            todo.append((i + 1, j + 1, path + a[i : i + 1]))


def _ends(following: bytes, text: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Where a star that stands for text up to the next star may end: before what follows it, or there (not yet)."""
    end = text.find(b"*", start)
    end = len(text) if end < 0 else end
    yield (0 if end < len(text) else 1), end
    at = text.find(following, start, end) if following else -1
    while at >= 0:
        yield 1, at
        at = text.find(following, at + 1, end)


class Wild(NamedTuple):
    """A pattern with stars: its length (with `*` and `$`), the literals around the stars, its end."""

    length: int
    literals: list[bytes]
    anchored: bool

    def matches(self, path: bytes) -> bool:
        """Whether the pattern matches the path from its beginning."""
        literals = self.literals
        if not path.startswith(literals[0]):
            return False
        at = len(literals[0])
        for literal in literals[1:-1]:
            at = path.find(literal, at)
            if at < 0:
                return False
            at += len(literal)
        last = literals[-1]
        if self.anchored:
            return len(path) - len(last) >= at and path.endswith(last)
        return path.find(last, at) >= 0


def wild(pattern: bytes) -> Wild:
    """Take a pattern that holds a star apart."""
    anchored = pattern.endswith(b"$")
    parts = (pattern[:-1] if anchored else pattern).split(b"*")
    return Wild(len(pattern), [parts[0], *filter(None, parts[1:-1]), parts[-1]], anchored)


def matches(pattern: bytes, path: bytes) -> bool:
    """Whether one pattern matches a path."""
    if b"*" in pattern:
        return wild(pattern).matches(path)
    return path == pattern[:-1] if pattern.endswith(b"$") else path.startswith(pattern)


def cost(pattern: bytes) -> int:
    """The steps that trying one pattern takes: one for each piece between its stars."""
    return 1 + pattern.count(b"*")


class Matcher:
    """All patterns of one kind (the Allows, or the Disallows, of an agent) asked together.

    Literal patterns are looked up by their length, so that a file with thousands of them costs no more than
    the number of different lengths. Patterns with stars are tried from the longest down; of many only those
    whose longest literal stands in the path.
    """

    __slots__ = ("_exact", "_lengths", "_literals", "_open", "_wild", "_work", "lengths", "longest_pattern")

    def __init__(self, patterns: Iterable[bytes], work: Work) -> None:
        usable = {pattern for pattern in patterns if pattern.startswith((b"/", b"*"))}
        literal = {pattern for pattern in usable if b"*" not in pattern}
        self._work = work
        self._exact = {pattern[:-1] for pattern in literal if pattern.endswith(b"$")}
        self._open = {pattern for pattern in literal if not pattern.endswith(b"$")}
        self._lengths = sorted(set(map(len, self._open)))
        self._wild = sorted(map(wild, usable - literal), reverse=True)
        self._literals = _Literals(self._wild) if len(self._wild) > _FEW else None
        self.lengths = frozenset(map(len, usable))
        self.longest_pattern = max(self.lengths, default=0)
        work.spend(len(usable))

    def longest(self, path: bytes) -> int:
        """Length of the longest pattern that matches the path, 0 if none does."""
        best = self._longest_literal(path, 1)
        return self._longest_wild(path, best + 1) or best

    def covers(self, path: bytes, at_least: int) -> bool:
        """Whether some pattern of at least that length is seen to match the path; no once work runs out."""
        if at_least > self.longest_pattern or self._work.exhausted:
            return False
        return bool(self._longest_literal(path, at_least) or self._longest_wild(path, at_least))

    def _longest_wild(self, path: bytes, at_least: int) -> int:
        for pattern in self._likely(path):
            if pattern.length < at_least:
                break
            literals = pattern.literals
            self._work.spend(len(literals) if path.startswith(literals[0]) else 1)
            if pattern.matches(path):
                return pattern.length
        return 0

    def _likely(self, path: bytes) -> Sequence[Wild]:
        """The patterns with stars that may match, longest first."""
        if self._literals is None or self._literals.look_up_cost(path) > len(self._wild):
            return self._wild
        self._work.spend(self._literals.look_up_cost(path))
        return self._literals.found_in(path)

    def _longest_literal(self, path: bytes, at_least: int) -> int:
        if path in self._exact and len(path) + 1 >= at_least:
            return len(path) + 1
        shortest, end = bisect_left(self._lengths, at_least), bisect_right(self._lengths, len(path))
        for tried, length in enumerate(reversed(self._lengths[shortest:end]), 1):
            if path[:length] in self._open:
                self._work.spend(tried)
                return length
        self._work.spend(max(0, end - shortest))
        return 0


class _Literals:
    """Patterns with stars by their longest literal, which a path must hold for the pattern to match it."""

    __slots__ = ("_by_literal", "_lengths")

    def __init__(self, patterns: Iterable[Wild]) -> None:
        self._by_literal: dict[bytes, list[Wild]] = {}
        for pattern in patterns:
            self._by_literal.setdefault(max(pattern.literals, key=len), []).append(pattern)
        self._lengths = sorted(set(map(len, self._by_literal)))

    def look_up_cost(self, path: bytes) -> int:
        """The steps that `found_in` takes."""
        return len(path) * len(self._lengths)

    def found_in(self, path: bytes) -> list[Wild]:
        """The patterns whose longest literal stands in the path, longest first."""
        pieces = {path[at : at + size] for size in self._lengths for at in range(len(path) - size + 1)}
        found = (pattern for piece in pieces & self._by_literal.keys() for pattern in self._by_literal[piece])
        return sorted(found, reverse=True)
