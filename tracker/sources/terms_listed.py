"""From the rows of a capture index to looks at a terms page: one a week at most, each distinct page fetched once.

A page of terms changes its bytes with every advertisement on it, so that an archive that looks at it ten times a day
has thousands of distinct captures, of few distinct texts. A look a week finds when a text changed to the week.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from tracker.sources.cdx import CdxRow
from tracker.sources.listed import Fetch, Unfetched
from tracker.sources.terms import TermsIntake, TermsPlace

WEEK = 7 * 86_400


@dataclass
class TermsListed:
    """Turns the rows of one archive into looks at terms pages."""

    intake: TermsIntake
    fetch: Fetch

    def take(self, place: TermsPlace, rows: Iterable[CdxRow]) -> bool:
        """Add looks at a place; False if some could not be fetched now and may be another time.

        Raises ArchiveUnavailable once the archive is plainly down.
        """
        whole = True
        for row in one_a_week(rows):
            if row.digest and self.intake.take_again(place, row.at, row.digest):
                continue
            try:
                answer = self.fetch(row)
            except Unfetched as reason:
                whole = whole and reason.for_good
                self.intake.skip(str(reason))
            else:
                self.intake.take(place, row.at, answer, row.digest)
        return whole


def one_a_week(rows: Iterable[CdxRow]) -> Iterator[CdxRow]:
    """The first capture of each week (from Thursdays on, as UTC seconds count them) that may be a page."""
    usable = sorted((row for row in rows if row.status in (200, None)), key=lambda row: row.at)
    for _week, group in groupby(usable, key=lambda row: row.at // WEEK):
        yield next(group)


def at_place(place: TermsPlace) -> Callable[[str], bool]:
    """Whether a URL is the address of a place, by http or https."""
    wanted = place.url.partition("://")[2]
    return lambda url: url.partition("://")[2] == wanted
