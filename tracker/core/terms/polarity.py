"""Whether a clause forbids, allows, or speaks of what the site itself does, at a given word of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Polarity(StrEnum):
    """How the words around one stand to it."""

    PROHIBIT = "prohibit"
    RESERVE = "reserve"
    PERMIT = "permit"
    OWN = "own"  # of the site itself, or of what users let it do
    NONE = "none"


_ENDS = 4  # characters from the end of a lead-in in which a cue is its last word


@dataclass(frozen=True, slots=True)
class Said:
    """The cues of one clause. marks: place and polarity of those that count for what follows them, in order.

    forbidden, allowed: the last place at which something stands that forbids or allows what precedes it, or -1.
    """

    marks: tuple[tuple[int, Polarity], ...]
    forbidden: int
    allowed: int

    def at(self, place: int) -> Polarity:
        """The polarity at a place: of the last cue before it, or of a prohibition behind it."""
        last = Polarity.NONE
        for start, polarity in self.marks:
            if start > place:
                break
            last = polarity
        if last in (Polarity.NONE, Polarity.PERMIT) and self.forbidden >= place:
            return Polarity.PROHIBIT
        return last

    def end(self) -> Polarity:
        """What the clause leaves behind for clauses under it."""
        return self.marks[-1][1] if self.marks else Polarity.NONE


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of a language.

    before: one group a polarity, named as it is; a cue counts for what follows it. after: prohibits what stands before
    it ("... is prohibited"), after_permit allows it.
    """

    before: re.Pattern[str]
    after: re.Pattern[str]
    after_permit: re.Pattern[str]

    def of(self, clause: str) -> Said:
        """All cues of a clause."""
        cues = list(self.before.finditer(clause))
        marks = tuple((cue.start(), Polarity(cue.lastgroup or "none")) for cue in cues)
        # "You may copy them without permission": the words of a permission forbid nothing.
        allowed = [cue.span() for cue in cues if cue.lastgroup == Polarity.PERMIT]
        return Said(marks, _last(self.after, clause, allowed), _last(self.after_permit, clause))

    def of_lead_in(self, sentence: str) -> Polarity:
        """What a list inherits from its lead-in: a prohibition before other cues ("you may not, unless you have our
        permission:"), but for a permission that ends it ("you may not sell them, but you may:").
        """
        last, forbids = Polarity.NONE, False
        for cue in self.before.finditer(sentence):
            last = Polarity(cue.lastgroup or "none")
            forbids = forbids or last is Polarity.PROHIBIT
            if last is Polarity.PERMIT and len(sentence) - cue.end() < _ENDS:
                return last
        if last is Polarity.NONE:
            forbids = bool(self.after.search(sentence))
        return Polarity.PROHIBIT if forbids else last


def _last(pattern: re.Pattern[str], clause: str, but: Iterable[tuple[int, int]] = ()) -> int:
    """Where the last of a pattern stands that does not begin within one of the spans, or -1."""
    place = -1
    for found in pattern.finditer(clause):
        if not any(start <= found.start() < end for start, end in but):
            place = found.start()
    return place
