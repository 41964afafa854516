"""Captures that say "as over there": revisit records, and redirects to another host's robots.txt.

What they mean is looked up among the records of the same file, then of the other files, then in the history; it is
never guessed. An archive of our own times writes a revisit for each unchanged file, so this is most of what it holds.
"""

import hashlib
from bisect import bisect_left, insort
from dataclasses import dataclass
from functools import lru_cache

from tracker.core.outcomes import Classification, classify_status
from tracker.sources.history import BodiesOf, BodyOf
from tracker.sources.payload import HttpAnswer, Judged, judge
from tracker.sources.warc_records import PageRecord, matches

REDIRECT_SECONDS = 600
"""A crawler follows a redirect at once; a capture of the target that is further away may be of another visit."""

MOST_ORIGINALS = 1_000_000  # remembered for revisits: some 500 MB


@dataclass(frozen=True, slots=True)
class Held:
    """What a record turned out to be, without its bytes: they are in the history, by SHA-256 (None: no body)."""

    status: int
    seen: Classification
    sha256: str | None


class Echoes:
    """Remembers originals, and answers for what refers to them."""

    def __init__(self, body_of: BodyOf, bodies_of: BodiesOf) -> None:
        self._body_of = body_of
        self._bodies_of = lru_cache(maxsize=16)(bodies_of)
        self._by_digest: dict[tuple[str, int], Held] = {}
        self._statuses: dict[str, int | None] = {}  # None: this digest came with several
        self._by_moment: dict[tuple[str, int], Held] = {}
        self._in_file: dict[str, list[tuple[int, Held]]] = {}

    def learn(self, record: PageRecord, status: int, judged: Judged) -> None:
        """Remember an original."""
        digest = hashlib.sha256(judged.body).hexdigest() if judged.body is not None else None
        held = Held(status, judged.seen, digest)
        insort(self._in_file.setdefault(record.site, []), (record.at, held), key=_when)
        if len(self._by_moment) < MOST_ORIGINALS:
            self._by_moment[record.site, record.at] = held
            if key := _key(record.digest):
                self._by_digest[key, status] = held
                self._statuses[key] = status if self._statuses.get(key, status) == status else None

    def end_of_file(self) -> None:
        """Forget what only redirects of the same file lead to."""
        self._in_file.clear()

    def redirected(self, site: str, at: int) -> Judged | None:
        """What a redirect to another site's robots.txt came to: what the file holds of that at about the time."""
        seen = self._in_file.get(site, [])
        index = bisect_left(seen, at, key=_when)
        near = [item for item in seen[max(index - 1, 0) : index + 1] if abs(item[0] - at) <= REDIRECT_SECONDS]
        return self._judged(min(near, key=lambda item: abs(item[0] - at))[1]) if near else None

    def revisited(self, record: PageRecord, *, ask_history: bool = False) -> Judged | None:
        """What a revisit says; None if its original is not known (yet)."""
        status = record.answer.status if record.answer is not None else None
        held = self._original(record, None if status == 304 else status)
        if held is not None:
            return self._judged(held)
        if record.answer is not None and not 200 <= record.answer.status < 400:
            # The status says it all, but for the marks of a challenge page, which stand in the original's bytes.
            return Judged(classify_status(record.answer.status, record.answer.headers))
        return self._from_history(record) if ask_history and status is not None and record.digest else None

    def _original(self, record: PageRecord, status: int | None) -> Held | None:
        """The record that a revisit with this status (None: any) repeats, by its digest, else by site and time."""
        key = _key(record.digest)
        meant = self._statuses.get(key) if status is None else status
        if key and meant is not None and (held := self._by_digest.get((key, meant))) is not None:
            return held
        held = self._by_moment.get(record.refers_to) if record.refers_to is not None else None
        return held if held is not None and status in (None, held.status) else None

    def _from_history(self, record: PageRecord) -> Judged | None:
        """The site's stored body with this digest: found where the original came without encodings."""
        for body in self._bodies_of(record.site):
            if matches(record.digest, body):
                return judge(HttpAnswer(200, {}, body))
        return None

    def _judged(self, held: Held) -> Judged:
        return Judged(held.seen, None if held.sha256 is None else self._body_of(held.sha256))


def _when(item: tuple[int, Held]) -> int:
    return item[0]


def _key(digest: str) -> str:
    return digest.strip().lower()
