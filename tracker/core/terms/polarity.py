"""Whether a clause forbids, allows, or speaks of what the site itself does, at a given word of it."""

import re
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
class Cues:
    """The cues of a language.

    before: one group a polarity, named as it is; a cue counts for what follows it. after: prohibits what stands before
    it ("... is prohibited").
    """

    before: re.Pattern[str]
    after: re.Pattern[str]

    def at(self, clause: str, place: int) -> Polarity:
        """The polarity at a place of a clause: of the last cue before it, or of a prohibition behind it."""
        last = Polarity.NONE
        for cue in self.before.finditer(clause):
            if cue.start() > place:
                break
            last = Polarity(cue.lastgroup or Polarity.NONE)
        if last in (Polarity.NONE, Polarity.PERMIT) and self.after.search(clause, place):
            return Polarity.PROHIBIT
        return last

    def of_lead_in(self, sentence: str) -> Polarity:
        """What a list inherits from its lead-in: a prohibition before other cues ("you may not, unless you have our
        permission:"), but for a permission that ends it ("you may not sell them, but you may:").
        """
        last, forbids = Polarity.NONE, False
        for cue in self.before.finditer(sentence):
            last = Polarity(cue.lastgroup or Polarity.NONE)
            forbids = forbids or last is Polarity.PROHIBIT
            if last is Polarity.PERMIT and len(sentence) - cue.end() < _ENDS:
                return last
        if last is Polarity.NONE:
            forbids = bool(self.after.search(sentence))
        return Polarity.PROHIBIT if forbids else last
