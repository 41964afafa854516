"""Past captures of terms pages, from whichever archive, on their way into the history.

Taken are answers of status 200 at addresses where the history knows terms of a site, and at those where terms often
stand (the `paths` of data/reference/terms_links.toml): of the latter only what proves to be terms. Archives are not
asked for pages at addresses that nobody knows.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tracker.core.exchange import Exchange
from tracker.core.terms.looks import FoundBy, SourceKind, TermsLook, TermsState
from tracker.core.visits import PAGE_CAP
from tracker.sources.history import terms_places_of
from tracker.sources.intake import Intake, TermsReport
from tracker.sources.payload import Damaged, HttpAnswer, undone
from tracker.sources.urls import site_of
from tracker.store.query import Reader
from tracker.store.write import Writer

ReadTerms = Callable[[TermsLook, bytes, bool], TermsLook]
"""Completes a look by what the bytes of its page say; whether they were cut (tracker.crawl.terms_visit.read_look)."""

_BATCH_LOOKS = 1_000
_BATCH_BYTES = 32 * 1024 * 1024
_REMEMBERED = 50  # texts: an archive holds the same page again and again
_DIGESTS = 100_000


@dataclass(frozen=True, slots=True)
class TermsPlace:
    """An address where terms of a site may stand. is_known: the history has it as a source of the site's terms."""

    site: str
    url: str
    kind: SourceKind = SourceKind.TERMS
    is_known: bool = True


class TermsPlaces:
    """Where terms stand: the sources that a history knows, and paths at which they often do."""

    def __init__(self, reader: Reader, well_known: Sequence[str] = ()) -> None:
        self._known: dict[str, list[TermsPlace]] = {}
        for site, url, kind in terms_places_of(reader):
            self._known.setdefault(_key(url), []).append(TermsPlace(site, url, SourceKind(kind)))
        self._well_known = frozenset(path.casefold() for path in well_known)

    def of(self, site: str) -> list[TermsPlace]:
        """The known places of a site, by address."""
        found = [place for places in self._known.values() for place in places if place.site == site]
        return sorted(found, key=lambda place: place.url)

    def wanted(self, url: str) -> bool:
        """Whether a URL may be one of them; cheap enough for every record of an archive."""
        return _key(url) in self._known or _path(url) in self._well_known

    def at(self, url: str) -> list[TermsPlace]:
        """The places at a URL: more than one where sites share a page of terms."""
        if known := self._known.get(_key(url)):
            return known
        if _path(url) not in self._well_known:
            return []
        try:
            return [TermsPlace(site_of(url), url, is_known=False)]
        except ValueError:
            return []


@dataclass(frozen=True, slots=True)
class Terms:
    """How terms pages are imported: who reads them, and at which paths of any site they often stand."""

    read: ReadTerms
    well_known: Sequence[str] = ()

    def intake(self, writer: Writer, reader: Reader, captures: Intake) -> "TermsIntake":
        """What takes those of the source of other captures, and stands in their report."""
        taking = TermsIntake(writer, captures.source_id, TermsPlaces(reader, self.well_known), self.read)
        captures.report.terms = taking.report
        return taking


class TermsIntake:
    """Takes archived answers of terms pages and writes them as looks, in batches that are bounded in memory."""

    def __init__(self, writer: Writer, source_id: int, places: TermsPlaces, read: ReadTerms) -> None:
        self.report = TermsReport()
        self.places = places
        self._writer = writer
        self._source_id = source_id
        self._read = read
        self._waiting: list[tuple[str, int, TermsLook]] = []
        self._bytes = 0
        self._texts: OrderedDict[str, TermsLook] = OrderedDict()
        self._by_digest: OrderedDict[str, str] = OrderedDict()

    def take(self, place: TermsPlace, at: int, answer: HttpAnswer, digest: str = "") -> None:
        """Take a capture (`at`: UTC seconds) of a place. digest: by which later ones say that they hold the same."""
        self.report.captures += 1
        if answer.status != 200:
            self.skip("a terms page that answered with something else than 200")
            return
        try:
            data, more = undone(answer.payload, answer.headers, PAGE_CAP)
        except Damaged as why:
            self.skip(f"a terms page that is damaged: {why}")
            return
        exchange = Exchange(place.url, answer.status, tuple(answer.headers.items()))
        look = TermsLook(place.url, place.kind, FoundBy.ARCHIVE, TermsState.OK, exchange=exchange)
        seen = self._seen(look, data[:PAGE_CAP], more or answer.cut or len(data) > PAGE_CAP)
        if digest:
            self._by_digest[digest] = f"{seen.sha256} {seen.url}"
            while len(self._by_digest) > _DIGESTS:
                self._by_digest.popitem(last=False)
        self._add(place, at, seen)

    def take_again(self, place: TermsPlace, at: int, digest: str) -> bool:
        """Take a capture of the same bytes as one taken before; False if that is not known (any more)."""
        seen = self._texts.get(self._by_digest.get(digest, ""))
        if seen is None or seen.url != place.url:
            return False
        self.report.captures += 1
        self._add(place, at, seen)
        return True

    def skip(self, reason: str) -> None:
        """Count a capture that says nothing of the terms."""
        self.report.skipped[reason] += 1

    def flush(self) -> None:
        """Write what has gathered."""
        if self._waiting:
            self._writer.import_terms(self._source_id, self._waiting)
        self._waiting, self._bytes = [], 0

    def _seen(self, look: TermsLook, data: bytes, is_cut: bool) -> TermsLook:
        """The look with what the page says, which is read once for the same bytes at the same address."""
        sha256 = hashlib.sha256(data).hexdigest()
        look = replace(look, sha256=sha256, size=len(data))
        key = f"{sha256} {look.url}"
        known = self._texts.pop(key, None) or self._read(look, data, is_cut)
        self._texts[key] = known
        while len(self._texts) > _REMEMBERED:
            self._texts.popitem(last=False)
        return replace(known, exchange=look.exchange)

    def _add(self, place: TermsPlace, at: int, look: TermsLook) -> None:
        if look.state is not TermsState.OK and not place.is_known:
            self.skip(f"no terms at an address where they often stand ({look.state})")
            return
        self._waiting.append((place.site, at, look))
        self._bytes += len(look.html or b"")
        self.report.imported += 1
        self.report.sites.add(place.site)
        if look.text is not None:
            self.report.texts.add(look.text.sha256)
        if len(self._waiting) >= _BATCH_LOOKS or self._bytes >= _BATCH_BYTES:
            self.flush()


def _key(url: str) -> str:
    """A URL without its scheme, host and path as they are compared: http and https are one page to an archive."""
    rest = url.partition("://")[2].partition("#")[0]
    host, slash, path = rest.partition("/")
    return f"{host.casefold()}{slash}{path}".rstrip("/")


def _path(url: str) -> str:
    return ("/" + url.partition("://")[2].partition("/")[2].partition("#")[0]).rstrip("/").casefold()
