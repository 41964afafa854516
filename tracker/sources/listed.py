"""From the rows of a capture index to captures of one site: what need not be fetched is not.

A refusal is what its status says. Of the answers each distinct digest is fetched once a run, and not at all if the
history holds those bytes; a revisit is the row that it repeats. The bytes come from whichever archive lists them.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tracker.core.outcomes import Classification, classify_file
from tracker.errors import ArchiveUnavailable
from tracker.sources.cdx import CdxRow
from tracker.sources.history import bodies_of
from tracker.sources.intake import Intake, capture_of
from tracker.sources.payload import HttpAnswer, Judged, judge
from tracker.sources.warc_records import base32_sha1
from tracker.store.query import Reader

FAILURES_IN_A_ROW = 3  # then it is the archive that is down, and not one capture that it cannot give
_MOST_DIGESTS = 200_000  # remembered: some 60 MB
REDIRECT = "a redirect, which is no answer of the site"


class Unfetched(Exception):
    """Why the bytes of a capture cannot be had: for good, or for now."""

    def __init__(self, reason: str, for_good: bool = True) -> None:
        super().__init__(reason)
        self.for_good = for_good


Fetch = Callable[[CdxRow], HttpAnswer]
"""Gives the archived answer of a row. Raises Unfetched, or ArchiveUnavailable for what may work another time."""


@dataclass
class Patient:
    """A fetch that takes what fails for that capture's fault (Unfetched, for now), until several fail in a row.

    Then the archive is plainly down: ArchiveUnavailable.
    """

    fetch: Fetch
    _failed_in_a_row: int = 0

    def __call__(self, row: CdxRow) -> HttpAnswer:
        """The archived answer of a row; Unfetched and ArchiveUnavailable as above."""
        try:
            answer = self.fetch(row)
        except ArchiveUnavailable:
            self._failed_in_a_row += 1
            if self._failed_in_a_row >= FAILURES_IN_A_ROW:
                raise
            raise Unfetched("could not be fetched this time", for_good=False) from None
        self._failed_in_a_row = 0
        return answer


@dataclass
class Listed:
    """Turns the rows of one archive into captures; remembers, over a run, what each digest stands for."""

    intake: Intake
    reader: Reader
    fetch: Fetch
    ref: Callable[[CdxRow], str]
    _known: dict[str, tuple[Classification, str | None]] = field(default_factory=dict)

    def take(self, site: str, rows: Sequence[CdxRow]) -> bool:
        """Add the captures of a site; False if some could not be fetched now and may be another time.

        Raises ArchiveUnavailable once the archive is plainly down.
        """
        self._recall(site if rows else None)
        statuses = _statuses(rows)
        whole = True
        for row in rows:
            self.intake.wants(site)
            status = row.status if row.status is not None else statuses.get(row.digest)
            if status is not None and 300 <= status < 400:
                self.intake.skip(REDIRECT)
                continue
            try:
                judged = self._judged(row, status)
            except Unfetched as reason:
                whole = whole and reason.for_good
                self.intake.skip(str(reason))
            else:
                self.intake.add(row.at, capture_of(site, judged.seen, judged.body, self.ref(row)))
        return whole

    def _recall(self, site: str | None) -> None:
        """Remember what the history has of a site."""
        if len(self._known) > _MOST_DIGESTS:
            self._known.clear()
        for body in () if site is None else bodies_of(self.reader, site):
            self._known[base32_sha1(body)] = (classify_file(body), hashlib.sha256(body).hexdigest())

    def _judged(self, row: CdxRow, status: int | None) -> Judged:
        if status is not None and not 200 <= status < 300:
            return judge(HttpAnswer(status, {}, b""))
        if row.digest in self._known:
            seen, sha256 = self._known[row.digest]
            return Judged(seen, None if sha256 is None else self._body(sha256))
        answer = self.fetch(row)
        if 300 <= answer.status < 400:
            raise Unfetched(REDIRECT)
        judged = judge(answer)
        if row.digest and 200 <= answer.status < 300:
            sha256 = None if judged.body is None else hashlib.sha256(judged.body).hexdigest()
            self._known[row.digest] = (judged.seen, sha256)
        return judged

    def _body(self, sha256: str) -> bytes:
        pending = self.intake.pending_body(sha256)
        return self.reader.body(sha256) if pending is None else pending


def _statuses(rows: Sequence[CdxRow]) -> dict[str, int | None]:
    """The status of each digest; None where it came with several, as the empty body does."""
    found: dict[str, int | None] = {}
    for row in rows:
        if row.status is not None and row.digest:
            found[row.digest] = row.status if found.get(row.digest, row.status) == row.status else None
    return found
