"""Import of WARC files: every look at a robots.txt in them, revisits included, and at terms pages.

What counts of robots.txt files: responses and revisits of http(s) URLs whose path is exactly /robots.txt, on the
default port. A redirect to the same host says nothing of its own, the record it leads to does; one to another host's
robots.txt counts as what the file holds of that within ten minutes, and is skipped if it holds nothing. What counts of
terms pages: sources/terms.py.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urljoin

from tracker.errors import SourceError
from tracker.sources.echoes import Echoes
from tracker.sources.history import bodies_of
from tracker.sources.intake import Intake, OnProgress, Report, Scope, capture_of
from tracker.sources.payload import Judged, judge
from tracker.sources.terms import Terms, TermsIntake
from tracker.sources.urls import is_robots, site_of
from tracker.sources.warc_records import (
    OnOffset,
    PageRecord,
    file_digest,
    file_size,
    read_file,
    require_archive_extra,
)
from tracker.store.captures import SourceFacts
from tracker.store.query import Reader
from tracker.store.write import Writer

UNRESOLVED = "a revisit whose original is neither in these files nor in the history"


@dataclass(frozen=True)
class ImportedWarcs:
    """What was imported, and what is wrong with the files that could not be read to their end."""

    report: Report
    broken: list[SourceError]


def import_warcs(
    writer: Writer,
    reader: Reader,
    paths: Sequence[Path],
    scope: Scope,
    on_progress: OnProgress | None = None,
    *,
    terms: Terms | None = None,
    only_terms: bool = False,
) -> ImportedWarcs:
    """Bring in WARC files; those that a former run has finished are passed over, unless it is for the terms alone.

    A file that cannot be read to its end is imported as far as it goes, the others all the same.
    `on_progress(done, total)` counts bytes of files. Raises SourceError without the library that reads WARCs.
    """
    require_archive_extra()
    name = scope.panel.name
    intake = Intake(writer, SourceFacts("warc", name, f"warc:{name}"), scope)
    work = _Import(intake, reader, terms and terms.intake(writer, reader, intake), only_terms)
    total, done = sum(file_size(path) for path in paths), 0
    advance = on_progress or (lambda _done, _total: None)
    for path in paths:
        work.take(path, lambda offset, done=done: advance(done + offset, total))  # type: ignore[misc]
        done += file_size(path)
        advance(done, total)
    work.finish()
    return ImportedWarcs(intake.report, work.broken)


class _Import:
    """One run over some files."""

    def __init__(self, intake: Intake, reader: Reader, terms: TermsIntake | None, only_terms: bool) -> None:
        self.broken: list[SourceError] = []
        self.terms = terms
        self._only_terms = only_terms
        self._intake = intake
        self._reader = reader
        self._echoes = Echoes(self._body, lambda site: bodies_of(reader, site))
        self._revisits: list[PageRecord] = []
        self._redirects: list[tuple[PageRecord, str]] = []
        self._passed_over: list[Path] = []
        self._unsettled: dict[str, list[PageRecord]] = {}

    def take(self, path: Path, on_offset: OnOffset) -> None:
        """Import a file, unless a former run has."""
        try:
            unit = f"{path.name} sha256:{file_digest(path)}{self._filter()}"
        except SourceError as error:
            self.broken.append(error)
            return
        if not self._only_terms and (self._intake.is_known(unit) or self._intake.is_known(f"{unit} revisits")):
            self._intake.report.known += 1
            self._passed_over.append(path)
            return
        if self._only_terms:
            self._read(path, on_offset)
            return
        self._intake.begin(unit)
        whole = self._read(path, on_offset)
        self._settle()
        self._echoes.end_of_file()
        if self._revisits:
            self._unsettled[unit] = self._revisits
        if self._revisits or not whole:
            self._intake.flush()
        elif self._intake.has_any:
            self._intake.end()

    def finish(self) -> None:
        """Settle the revisits that waited for other files, or for the history."""
        if self._unsettled:
            for path in self._passed_over:
                for record in read_file(path, lambda _reason: None):
                    self._learn(record)
        for unit, waiting in self._unsettled.items():
            by_site = sorted(waiting, key=lambda record: record.site)
            answers = ((record, self._echoes.revisited(record, ask_history=True)) for record in by_site)
            found = [(record, judged) for record, judged in answers if judged is not None]
            self._intake.skip(UNRESOLVED, len(waiting) - len(found))
            if found:
                part = "" if len(found) == len(waiting) else f", {len(found)} of {len(waiting)}"
                self._intake.begin(f"{unit} revisits{part}")
                for record, judged in found:
                    self._add(record, judged)
                self._intake.end()

    def _read(self, path: Path, on_offset: OnOffset) -> bool:
        """Whether the file could be read to its end."""
        self._revisits, self._redirects = [], []
        try:
            for record in read_file(path, self._intake.unusable, on_offset, self._wanted):
                if is_robots(record.url):
                    self._see(record)
                else:
                    self._see_terms(record)
        except SourceError as error:
            self.broken.append(error)
            return False
        finally:
            if self.terms:
                self.terms.flush()
        return True

    def _wanted(self, url: str) -> bool:
        if is_robots(url):
            return not self._only_terms
        return self.terms is not None and self.terms.places.wanted(url)

    def _see_terms(self, record: PageRecord) -> None:
        assert self.terms is not None
        for place in self.terms.places.at(record.url):
            if not self._intake.passes(place.site):
                continue
            if record.revisit:
                if not self.terms.take_again(place, record.at, record.digest):
                    self.terms.skip("a revisit of a terms page whose original is not in the file before it")
            elif record.answer is not None:
                self.terms.take(place, record.at, record.answer, record.digest)

    def _see(self, record: PageRecord) -> None:
        if not self._intake.wants(record.site):
            self._learn(record)
        elif record.answer is not None and 300 <= record.answer.status < 400 and record.answer.status != 304:
            self._redirected(record, record.answer.headers.get("location", ""))
        elif record.revisit:
            self._revisit(record)
        elif (judged := self._learn(record)) is not None:
            self._add(record, judged)
        else:
            self._intake.skip("status 304 without a revisit record")

    def _learn(self, record: PageRecord) -> Judged | None:
        """What an original counts as, remembered for what refers to it; None for what is no original."""
        if record.revisit or record.answer is None or 300 <= record.answer.status < 400:
            return None
        judged = judge(record.answer)
        self._echoes.learn(record, record.answer.status, judged)
        return judged

    def _revisit(self, record: PageRecord) -> None:
        if (judged := self._echoes.revisited(record)) is None:
            self._revisits.append(_light(record))
        else:
            self._add(record, judged)

    def _redirected(self, record: PageRecord, location: str) -> None:
        try:
            target = urljoin(record.url, location)
            site = site_of(target) if is_robots(target) else ""
        except ValueError:
            site = ""
        if site == record.site:
            self._intake.skip("a redirect within the site, whose own record counts")
        elif site:
            self._redirects.append((_light(record), site))
        else:
            self._intake.skip("a redirect to something else than a robots.txt")

    def _settle(self) -> None:
        """Add what redirects and revisits say whose originals came after them in the file."""
        for record, site in self._redirects:
            if (judged := self._echoes.redirected(site, record.at)) is None:
                self._intake.skip("a redirect whose target is not in the file")
            else:
                self._add(record, judged)
        waiting, self._revisits = self._revisits, []
        for record in waiting:
            self._revisit(record)

    def _add(self, record: PageRecord, judged: Judged) -> None:
        self._intake.add(record.at, capture_of(record.site, judged.seen, judged.body, record.ref))

    def _body(self, sha256: str) -> bytes:
        pending = self._intake.pending_body(sha256)
        return self._reader.body(sha256) if pending is None else pending

    def _filter(self) -> str:
        """What tells an import of some sites from one of all, so that the second is not passed over."""
        if not self._intake.wanted:
            return ""
        names = "\n".join(sorted(self._intake.wanted))
        return f" of sites {hashlib.sha256(names.encode()).hexdigest()[:16]}"


def _light(record: PageRecord) -> PageRecord:
    """Without the payload, which says nothing of a capture that waits for another."""
    return record if record.answer is None else replace(record, answer=replace(record.answer, payload=b""))
