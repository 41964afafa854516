"""Backfill from the Wayback Machine, or any web archive with a CDX server and raw (`id_`) replay, such as pywb's.

Every capture counts as a sighting, also where its bytes are those of the one before: an answer is held to be true for
92 days after it was *last* seen. Asking the server to collapse by digest (`collapse`) is cheaper for it and gives the
first capture of each run of equal ones only. The states begin as they would, but a run that lasted longer than the hold
after its first capture then ends in `unknown`, where the full list would have carried it on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urlsplit

from tracker.errors import SourceError, UsageError
from tracker.net.archive import Archive, Reply
from tracker.sources.cdx import CdxRow, cdx_records, robots_rows, rows_at
from tracker.sources.intake import Intake, OnProgress, Report, Scope
from tracker.sources.listed import Listed, Patient, Unfetched
from tracker.sources.payload import STORED_CAP, HttpAnswer
from tracker.sources.terms import Terms, TermsIntake
from tracker.sources.terms_listed import TermsListed, at_place
from tracker.sources.urls import is_server
from tracker.sources.warc_records import payload_matches
from tracker.store.captures import SourceFacts
from tracker.store.query import Reader
from tracker.store.write import Writer

SERVER = "https://web.archive.org"
PAGE = 5_000
"""Captures asked for at once. The next page begins with the second that the last ended in, which every server can."""

ASK_AGAIN_AFTER = timedelta(days=7)
"""A query up to now that is younger has been asked: a run that takes days is to go on and not to begin anew."""

_ONE_A_DAY = {"collapse": "timestamp:8"}
_LIST_CAP = 32 * 1024 * 1024
_BODY_TRIES = 3
_EXCLUDED = re.compile(rb"AccessControl|Blocked|excluded", re.IGNORECASE)
# Headers of the transfer to us, and not of the archived answer.
_OF_THE_HOP = frozenset({"transfer-encoding", "content-length", "connection"})


@dataclass(frozen=True, slots=True)
class Window:
    """The days asked for, both included; None: from the first, or to the newest."""

    first: date | None = None
    last: date | None = None

    @property
    def is_over(self) -> bool:
        """Whether no new captures can be made in it."""
        return self.last is not None and self.last.isoformat() < _today()

    def parameters(self) -> dict[str, str]:
        """As the CDX server takes it."""
        found = {}
        if self.first:
            found["from"] = f"{self.first:%Y%m%d}000000"
        if self.last:
            found["to"] = f"{self.last:%Y%m%d}235959"
        return found


class WaybackServer:
    """The addresses of an archive. A server without a path is the Wayback Machine's kind, one with a path a collection
    of pywb. Raises UsageError for what is no http(s) URL.
    """

    def __init__(self, url: str) -> None:
        if not is_server(url):
            raise UsageError(f"--server {url!r} is no address of a web archive, such as {SERVER}")
        parts, base = urlsplit(url), url.rstrip("/")
        self.host = parts.netloc
        self.is_pywb = bool(parts.path.strip("/"))
        self._cdx = f"{base}/cdx" if self.is_pywb else f"{base}/cdx/search/cdx"
        self._replay = base if self.is_pywb else f"{base}/web"

    def list_url(self, page: str, parameters: dict[str, str]) -> str:
        """Where the captures of a page are listed; page: its URL without the scheme."""
        asked = {"url": page, "output": "json", **parameters}
        if not self.is_pywb:
            asked["fl"] = "timestamp,original,mimetype,statuscode,digest"
        return f"{self._cdx}?{urlencode(asked)}"

    def replay_url(self, row: CdxRow) -> str:
        """Where a capture's bytes are, as they were stored."""
        return f"{self._replay}/{row.stamp}id_/{row.url}"


def backfill_wayback(
    writer: Writer,
    reader: Reader,
    archive: Archive,
    scope: Scope,
    server: str = SERVER,
    window: Window | None = None,
    *,
    collapse: bool = False,
    on_progress: OnProgress | None = None,
    terms: Terms | None = None,
    only_terms: bool = False,
) -> Report:
    """Bring in what an archive holds of the robots.txt of each site of the scope, and of its terms, site by site.

    Sites that a former run has finished are passed over. Raises SourceError that says what was imported if the archive
    stops answering; a second run goes on with the site it stopped at.
    """
    at = WaybackServer(server)
    intake = Intake(writer, SourceFacts("wayback", "wayback", f"wayback:{at.host}"), scope)
    taking = terms and terms.intake(writer, reader, intake)
    work = _Backfill(intake, reader, archive, at, window or Window(), collapse, taking)
    sites = sorted(scope.sites)
    for done, site in enumerate(sites):
        if on_progress:
            on_progress(done, len(sites))
        try:
            if not only_terms:
                work.take(site)
            work.take_terms(site)
        except SourceError as error:
            intake.flush()
            if taking:
                taking.flush()
            raise SourceError(f"{error}. {intake.report.summary()}; run it again to go on with {site}") from None
    if on_progress:
        on_progress(len(sites), len(sites))
    return intake.report


class _Backfill:
    """One run over the sites of one archive."""

    def __init__(
        self,
        intake: Intake,
        reader: Reader,
        archive: Archive,
        server: WaybackServer,
        window: Window,
        collapse: bool,
        terms: TermsIntake | None,
    ) -> None:
        self._intake = intake
        self._archive = archive
        self._server = server
        self._window = window
        self._extra = {"collapse": "digest"} if collapse else {}
        fetch = Patient(self._fetch)
        self._listed = Listed(intake, reader, fetch, server.replay_url)
        self._recent = set(_recent_queries(intake.known_units()))
        self._terms = terms and TermsListed(terms, fetch)

    def take(self, site: str) -> None:
        """Import the captures of a site, unless a former run has."""
        if not self._begin(f"{site} {self._days}{' collapsed' if self._extra else ''}"):
            return
        records = self._records(f"{site}/robots.txt", self._extra)
        rows = list(robots_rows(records, site, self._intake.unusable))
        if self._listed.take(site, rows):
            self._intake.end()
        else:
            self._intake.flush()

    def take_terms(self, site: str) -> None:
        """Import the captures of the terms pages that the history knows of a site, unless a former run has."""
        if self._terms is None:
            return
        intake = self._terms.intake
        for place in intake.places.of(site):
            if not self._begin(f"terms {place.url} {self._days}"):
                continue
            records = self._records(place.url.partition("://")[2], _ONE_A_DAY)
            whole = self._terms.take(place, rows_at(records, at_place(place), intake.skip))
            intake.flush()
            if whole:
                self._intake.end()

    @property
    def _days(self) -> str:
        return f"{self._window.first or ''}..{self._window.last or ''}"

    def _begin(self, query: str) -> bool:
        """Begin a query as a unit of the import; False if a former run has finished it."""
        if self._intake.is_known(query) or query in self._recent:
            self._intake.report.known += 1
            return False
        self._intake.begin(query if self._window.is_over else f"{query} asked {_today()}")
        return True

    def _records(self, url: str, extra: dict[str, str]) -> Iterator[dict[str, object]]:
        """All rows of the index for a page, part by part."""
        parameters = {**self._window.parameters(), **extra, "limit": str(PAGE)}
        seen: list[dict[str, object]] = []
        while True:
            page = self._page(url, parameters)
            yield from (record for record in page if record not in seen)
            last = str(page[-1].get("timestamp", "")) if page else ""
            if len(page) < PAGE:
                return
            if last <= parameters.get("from", ""):
                raise SourceError(f"{self._server.host} lists more than {PAGE} captures of {url} at {last}")
            parameters["from"] = last
            seen = [record for record in page if record.get("timestamp") == last]

    def _page(self, url: str, parameters: dict[str, str]) -> list[dict[str, object]]:
        reply = self._archive.get(self._server.list_url(url, parameters), cap=_LIST_CAP)
        if reply.status == 404:
            return []
        if reply.status in (403, 451) and _EXCLUDED.search(reply.data):
            self._intake.skip("the archive excludes the site")
            return []
        if reply.status != 200 or reply.truncated:
            what = f"status {reply.status}" if reply.status != 200 else f"more than {_LIST_CAP} bytes"
            raise SourceError(f"{self._server.host} gave no list of the captures of {url} ({what})")
        return cdx_records(reply.data, self._server.host)

    def _fetch(self, row: CdxRow) -> HttpAnswer:
        reply = self._archive.get(self._server.replay_url(row), cap=STORED_CAP, raw=True, tries=_BODY_TRIES)
        headers = {name: value for name, value in reply.headers.items() if name not in _OF_THE_HOP}
        answer = HttpAnswer(reply.status, headers, reply.data, cut=reply.truncated)
        if not reply.is_memento and reply.status != 200:
            raise Unfetched(f"the archive lists it and answers {reply.status}")
        if row.digest and not reply.truncated and payload_matches(f"sha1:{row.digest}", answer):
            return answer
        # Some archives undo encodings, which changes the digest; then the time must be the one asked for.
        if _memento_time(reply) == row.at:
            return answer
        raise Unfetched("the archive gave another capture than the one asked for")


def _recent_queries(units: frozenset[str]) -> Iterator[str]:
    """The queries up to now that were finished lately."""
    oldest = datetime.now(UTC).date() - ASK_AGAIN_AFTER
    for unit in units:
        query, asked, day = unit.rpartition(" asked ")
        if asked and re.fullmatch(r"\d{4}-\d\d-\d\d", day) and date.fromisoformat(day) >= oldest:
            yield query


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _memento_time(reply: Reply) -> int | None:
    try:
        return int(parsedate_to_datetime(reply.headers.get("memento-datetime", "")).timestamp())
    except (ValueError, TypeError, OverflowError):
        return None
