"""The one door of all imports of captures: which sites are wanted, batches bounded in memory, and what was counted."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tracker.core.outcomes import Classification, Outcome
from tracker.core.panels import Member, Panel
from tracker.errors import SourceError
from tracker.store.captures import Answer, Capture, Failure, SourceFacts
from tracker.store.write import Writer

BATCH_CAPTURES = 50_000  # a site is derived once a batch, from all its evidence
BATCH_BYTES = 64 * 1024 * 1024
OnProgress = Callable[[int, int], None]


@dataclass
class TermsReport:
    """What an import of terms pages met and did: captures met, those imported, their texts, the others by reason."""

    captures: int = 0
    imported: int = 0
    texts: set[str] = field(default_factory=set)
    sites: set[str] = field(default_factory=set)
    skipped: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, object]:
        """The report as plain values."""
        counts = {"captures": self.captures, "imported": self.imported}
        return counts | {
            "texts": len(self.texts),
            "sites": len(self.sites),
            "skipped": dict(self.skipped.most_common()),
        }

    def summary(self) -> str:
        """The report in one line."""
        return (
            f"{self.imported} of {self.captures} captures of terms pages imported, "
            f"{len(self.texts)} texts of {len(self.sites)} sites"
        )


@dataclass
class Report:
    """What an import met and did.

    captures: past looks at a robots.txt that were met. imported: of these handed to the history, as answers, absences
    or failures; those the history has already change nothing. skipped: the others, by reason. known: files or queries
    that a former run has finished and this one passed over. terms: of terms pages, if these were asked for.
    """

    source: str
    panel: str
    captures: int = 0
    imported: int = 0
    answers: int = 0
    absences: int = 0
    failures: int = 0
    known: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    sites: set[str] = field(default_factory=set)
    terms: TermsReport | None = None

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        plain = {name: value for name, value in vars(self).items() if name not in ("skipped", "sites", "terms")}
        terms = {} if self.terms is None else {"terms": self.terms.as_json()}
        return plain | {"sites": len(self.sites), "skipped": dict(self.skipped.most_common())} | terms

    def summary(self) -> str:
        """The report in one line."""
        counts = f"{self.answers} answers, {self.absences} absences, {self.failures} failures"
        return f"{self.imported} of {self.captures} captures imported ({counts}) of {len(self.sites)} sites"


@dataclass(frozen=True)
class Scope:
    """Which captures are wanted: those of a panel's members, or of the sites named, or of any site.

    A `fixed` panel is a list made elsewhere: what is outside of it is skipped. Any other is made of what is imported.
    """

    panel: Panel
    fixed: bool
    only: frozenset[str] = frozenset()

    @property
    def sites(self) -> frozenset[str]:
        """The sites wanted; empty: any."""
        members = frozenset(member.host for member in self.panel.members) if self.fixed else frozenset[str]()
        return self.only or members


class Intake:
    """Takes the captures of one source, unit by unit (a file, a query of an archive), and writes them in batches.

    A unit is known once it was ended by `end`; what a killed run has written of it is not written again.
    """

    def __init__(self, writer: Writer, source: SourceFacts, scope: Scope) -> None:
        self.report = Report(source.key, scope.panel.name)
        self.wanted = scope.sites
        self._writer = writer
        self._scope = scope
        self.source_id = writer.source(source)
        self._panel_id = writer.panel(scope.panel)
        self._known = writer.known_refs(self.source_id)
        self._members = {member.host for member in scope.panel.members}
        self._unit = ""
        self._clear()

    def passes(self, site: str) -> bool:
        """Whether a site is asked for; nothing is counted."""
        return not self.wanted or site in self.wanted

    def is_known(self, unit: str) -> bool:
        """Whether a former run has ended this unit."""
        return unit in self._known

    def known_units(self) -> frozenset[str]:
        """The units, and parts of units, that are in the history."""
        return frozenset(self._known)

    @property
    def has_any(self) -> bool:
        """Whether anything of this unit waits to be written."""
        return bool(self._batch)

    def pending_body(self, sha256: str) -> bytes | None:
        """A body that was taken and is not written yet, by its SHA-256 in hexadecimal digits."""
        return self._pending.get(sha256)

    def begin(self, unit: str) -> None:
        """Start a unit; what an interrupted one left unwritten is dropped."""
        self._unit = unit
        self._clear()

    def wants(self, site: str) -> bool:
        """Count a capture that was met, and say whether its site is asked for."""
        self.report.captures += 1
        if not self.passes(site):
            self.report.skipped["another site"] += 1
            return False
        return True

    def unusable(self, reason: str) -> None:
        """Count a capture that was met and cannot be used."""
        self.report.captures += 1
        self.report.skipped[reason] += 1

    def skip(self, reason: str, count: int = 1) -> None:
        """Count captures that say nothing of a site."""
        if count:
            self.report.skipped[reason] += count

    def add(self, at: int, seen: Answer | Failure) -> None:
        """Take a capture; writes what has gathered before it if that is much."""
        # Before and not after: what is left for `end` is never nothing if the unit had anything.
        if len(self._batch) >= BATCH_CAPTURES or self._bytes >= BATCH_BYTES:
            self.flush()
        self._batch.append(Capture(at, seen))
        self.report.sites.add(seen.host)
        self.report.imported += 1
        if isinstance(seen, Failure):
            self.report.failures += 1
        elif seen.body is None:
            self.report.absences += 1
        else:
            self.report.answers += 1
            sha256 = hashlib.sha256(seen.body).hexdigest()
            self._bytes += 0 if sha256 in self._pending else len(seen.body)
            self._pending[sha256] = seen.body

    def flush(self) -> None:
        """Write what has gathered as a part of the unit, unless a killed run has written just that."""
        if self._batch:
            self._write(f"{self._unit} part {_fingerprint(self._batch)}")

    def end(self) -> None:
        """Write the rest of the unit; from now on it is known.

        A unit without captures is remembered by its place in time, so not before there is anything else.
        """
        if self._batch or self._known:
            self._write(self._unit)

    def _write(self, ref: str) -> None:
        batch = self._batch
        self._clear()
        if ref in self._known:
            return
        if not self._scope.fixed:
            self._join({capture.seen.host for capture in batch} - self._members)
        self._writer.import_captures(self.source_id, self._panel_id, ref, batch)
        self._known.add(ref)

    def _join(self, hosts: set[str]) -> None:
        """Make sites members of a panel that is formed of what is imported."""
        if hosts:
            self._writer.panel(replace(self._scope.panel, members=tuple(Member(host) for host in sorted(hosts))))
            self._members |= hosts

    def _clear(self) -> None:
        self._batch: list[Capture] = []
        self._pending: dict[str, bytes] = {}
        self._bytes = 0


def _fingerprint(batch: Sequence[Capture]) -> str:
    """Twelve hexadecimal digits that tell one batch from another."""
    digest = hashlib.sha256()
    for capture in batch:
        seen = capture.seen
        if isinstance(seen, Failure):
            says = seen.kind
        else:
            says = "absent" if seen.body is None else hashlib.sha256(seen.body).hexdigest()
        digest.update(f"{capture.at} {seen.host} {says}\n".encode())
    return digest.hexdigest()[:12]


def require_files(paths: Iterable[Path]) -> None:
    """Raise SourceError for a path that is no file: a mistyped one is to leave nothing behind."""
    for path in paths:
        if not path.is_file():
            raise SourceError(f"{path} is no file; nothing was imported")


def capture_of(site: str, seen: Classification, body: bytes | None, ref: str) -> Answer | Failure:
    """What is handed to the history for a classified look."""
    if seen.outcome is Outcome.OK:
        return Answer(site, body, ref)
    if seen.outcome is Outcome.ABSENT:
        return Answer(site, None, ref)
    return Failure(site, seen.cause, seen.detail)
