"""From looks at a terms page to the changes of its text: which are events, and which only the flapping of a page.

A page that shows other words than before has a *candidate*, which is confirmed when it is still there six hours later
or more, with nothing else seen in between; then it *stands*. Every third recorded "change" of terms pages is a return
to words that the page had before (7,834 of 23,342 in five collections of Open Terms Archive), as sites serve two
variants in turn. Those are *flaps* and no events.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from tracker.core.intervals import DAY
from tracker.core.terms.finding import Category
from tracker.core.terms.standing import Stances

CONFIRMED_AFTER = 6 * 3_600
"""Seconds after which a second look at the same words confirms them."""

FLAP_WITHIN = 180 * DAY
"""Seconds for which a page's words are remembered. A return to words that stood is a flap until they have stood as long
again without a break: then it was a reversal, reported half a year late and not never."""


class Says(NamedTuple):
    """What a text says: by the word that counts, and by the classifier alone. decided: the categories of which a person
    had the word."""

    stances: Stances
    found: Stances
    decided: frozenset[Category] = frozenset()


class ChangeKind(StrEnum):
    """What a change is of."""

    POLICY = "policy"
    """Of what the page says: the set of categories with their stances."""
    WORDING = "wording"
    FLAP = "flap"
    UNREAD = "unread"
    """One of the two texts has not been read yet."""


@dataclass(frozen=True, slots=True)
class TermsChange:
    """That a page shows other words than it did.

    before and after: the texts. not_before: the last look at other words (UTC seconds), first_seen: the first at these.
    confirmed_at: the look that made it an event; None of a candidate, and of a flap always. added and removed: what the
    text after says and the one before does not, and the reverse; empty unless kind is policy.
    """

    before: str
    after: str
    not_before: int
    first_seen: int
    confirmed_at: int | None
    kind: ChangeKind
    added: Stances = frozenset()
    removed: Stances = frozenset()

    @property
    def is_event(self) -> bool:
        """Whether it is to be reported."""
        return self.confirmed_at is not None


@dataclass(slots=True)
class _Stretch:
    """Looks in a row at the same text."""

    text: str
    looks: list[int]

    def confirmed(self, after: int) -> int | None:
        """The first look that lies so many seconds after the first."""
        return next((at for at in self.looks if at - self.looks[0] >= after), None)


def changes(looks: Iterable[tuple[int, str]], says: Callable[[str], Says | None]) -> list[TermsChange]:
    """The changes of a page, in order of their first look.

    looks: (UTC seconds, text) of the looks that could be read, in order of time; texts by an identity that is the same
    for the same words. says: what a text says, None while it is unread. A person's word on one of two texts
    of which the classifier found the same corrects a reading, and is no change of the page.
    """
    found: list[TermsChange] = []
    stretches = _stretches(looks)
    standing = stretches[0].text if stretches else ""
    have_stood = {standing}
    last_seen: dict[str, int] = {}
    for before, stretch in pairwise(stretches):
        last_seen[before.text] = before.looks[-1]
        text, first = stretch.text, stretch.looks[0]
        is_known = text in last_seen and first - last_seen[text] <= FLAP_WITHIN
        confirmed = stretch.confirmed(FLAP_WITHIN if is_known and text in have_stood else CONFIRMED_AFTER)
        if text == standing or (is_known and confirmed is None):
            found.append(TermsChange(standing, text, before.looks[-1], first, None, ChangeKind.FLAP))
            continue
        compared = _compared(says(standing), says(text))
        found.append(TermsChange(standing, text, before.looks[-1], first, confirmed, *compared))
        if confirmed is not None:
            standing = text
            have_stood.add(text)
    return found


def _stretches(looks: Iterable[tuple[int, str]]) -> list[_Stretch]:
    found: list[_Stretch] = []
    for at, text in looks:
        if found and found[-1].text == text:
            found[-1].looks.append(at)
        else:
            found.append(_Stretch(text, [at]))
    return found


def _compared(before: Says | None, after: Says | None) -> tuple[ChangeKind, Stances, Stances]:
    if before is None or after is None:
        return ChangeKind.UNREAD, frozenset(), frozenset()
    judged = (after.stances ^ before.stances) - _corrected(before, after)
    if not judged:
        return ChangeKind.WORDING, frozenset(), frozenset()
    return ChangeKind.POLICY, judged & after.stances, judged & before.stances


def _corrected(before: Says, after: Says) -> Stances:
    """What differs only because a person had the word on one of two texts of which the classifier found the same."""
    corrected = before.decided ^ after.decided
    differing = {category for category, _ in before.found ^ after.found}
    return frozenset(one for one in before.stances | after.stances if one[0] in corrected - differing)
