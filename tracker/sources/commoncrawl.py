"""Backfill from Common Crawl: its index server says where each capture lies, and a ranged read fetches that record.

Each crawl is asked for each site once and for all: a crawl, once published, does not change.
"""

import io
import json
import re
from collections.abc import Sequence
from urllib.parse import urlencode

from tracker.errors import SourceError, UsageError
from tracker.net.archive import Archive
from tracker.sources.cdx import CdxRow, cdx_records, robots_rows, rows_at
from tracker.sources.intake import Intake, OnProgress, Report, Scope
from tracker.sources.listed import Listed, Patient, Unfetched
from tracker.sources.payload import HttpAnswer
from tracker.sources.terms import Terms, TermsIntake
from tracker.sources.terms_listed import TermsListed, at_place
from tracker.sources.urls import is_server
from tracker.sources.warc_records import PageRecord, read_stream, require_archive_extra
from tracker.store.captures import SourceFacts
from tracker.store.query import Reader
from tracker.store.write import Writer

INDEX_SERVER = "https://index.commoncrawl.org"
DATA_SERVER = "https://data.commoncrawl.org"

_CRAWL = re.compile(r"CC-MAIN-\d{4}(-[0-9A-Za-z]+)+")
_LIST_CAP = 8 * 1024 * 1024
_RECORD_CAP = 4 * 1024 * 1024
_RECORD_TRIES = 3


def crawl_names(archive: Archive, index_server: str, names: Sequence[str], last: int | None) -> list[str]:
    """The crawls to ask: those named, else the newest `last` ones (one if None) that the index server knows.

    Raises UsageError for what is no name of a crawl, SourceError if the server does not list its crawls.
    """
    for name in names:
        if not _CRAWL.fullmatch(name):
            raise UsageError(f"--crawl {name!r} is no crawl; write it as CC-MAIN-2024-10")
    if names:
        return list(dict.fromkeys(names))
    reply = archive.get(f"{_base(index_server, '--index-server')}/collinfo.json", cap=_LIST_CAP)
    try:
        if reply.status != 200:
            raise ValueError(reply.status)
        listed = [item["id"] for item in json.loads(reply.data) if _CRAWL.fullmatch(item["id"])]
        if not listed:
            raise ValueError("none")
    except (ValueError, TypeError, KeyError, RecursionError):
        raise SourceError(
            f"{index_server} gave no list of its crawls; name them with --crawl CC-MAIN-2024-10"
        ) from None
    return listed[: last or 1]


def backfill_commoncrawl(
    writer: Writer,
    reader: Reader,
    archive: Archive,
    scope: Scope,
    crawls: Sequence[str],
    index_server: str = INDEX_SERVER,
    data_server: str = DATA_SERVER,
    on_progress: OnProgress | None = None,
    *,
    terms: Terms | None = None,
    only_terms: bool = False,
) -> Report:
    """Bring in what crawls hold of the robots.txt of each site of the scope, and of its terms, crawl by crawl.

    What a former run has finished is passed over. Raises SourceError that says what was imported if a server stops
    answering; a second run goes on where it stopped.
    """
    require_archive_extra()
    intake = Intake(writer, SourceFacts("commoncrawl", "commoncrawl", "commoncrawl"), scope)
    taking = terms and terms.intake(writer, reader, intake)
    servers = _base(index_server, "--index-server"), _base(data_server, "--data-server")
    work = _Backfill(intake, reader, archive, *servers, taking)
    pairs = [(crawl, site) for crawl in crawls for site in sorted(scope.sites)]
    for done, (crawl, site) in enumerate(pairs):
        if on_progress:
            on_progress(done, len(pairs))
        try:
            if not only_terms:
                work.take(crawl, site)
            work.take_terms(crawl, site)
        except SourceError as error:
            intake.flush()
            if taking:
                taking.flush()
            raise SourceError(
                f"{error}. {intake.report.summary()}; run it again to go on with {site} in {crawl}"
            ) from None
    if on_progress:
        on_progress(len(pairs), len(pairs))
    return intake.report


class _Backfill:
    """One run over crawls and sites."""

    def __init__(
        self,
        intake: Intake,
        reader: Reader,
        archive: Archive,
        index_server: str,
        data_server: str,
        terms: TermsIntake | None,
    ) -> None:
        self._intake = intake
        self._archive = archive
        self._index_server = index_server
        self._data_server = data_server
        fetch = Patient(self._fetch)
        self._listed = Listed(intake, reader, fetch, lambda row: f"{row.filename}@{row.offset}")
        self._terms = terms and TermsListed(terms, fetch)

    def take(self, crawl: str, site: str) -> None:
        """Import the captures of a site in a crawl, unless a former run has."""
        unit = f"{crawl} {site}"
        if self._intake.is_known(unit):
            self._intake.report.known += 1
            return
        self._intake.begin(unit)
        rows = list(robots_rows(self._records(crawl, f"{site}/robots.txt"), site, self._intake.unusable))
        if self._listed.take(site, rows):
            self._intake.end()
        else:
            self._intake.flush()

    def take_terms(self, crawl: str, site: str) -> None:
        """Import the captures in a crawl of the terms pages that the history knows of a site."""
        if self._terms is None:
            return
        intake = self._terms.intake
        for place in intake.places.of(site):
            unit = f"{crawl} terms {place.url}"
            if self._intake.is_known(unit):
                self._intake.report.known += 1
                continue
            self._intake.begin(unit)
            records = self._records(crawl, place.url.partition("://")[2])
            whole = self._terms.take(place, rows_at(records, at_place(place), intake.skip))
            intake.flush()
            if whole:
                self._intake.end()

    def _records(self, crawl: str, url: str) -> list[dict[str, object]]:
        query = urlencode({"url": url, "output": "json"})
        reply = self._archive.get(f"{self._index_server}/{crawl}-index?{query}", cap=_LIST_CAP)
        if reply.status == 404:
            if b"captures" not in reply.data.lower():
                raise SourceError(f"{self._index_server} does not know the crawl {crawl}; `--last 1` takes the newest")
            return []
        if reply.status != 200 or reply.truncated:
            what = f"status {reply.status}" if reply.status != 200 else f"more than {_LIST_CAP} bytes"
            raise SourceError(f"{self._index_server} gave no list of the captures of {url} in {crawl} ({what})")
        return cdx_records(reply.data, self._index_server)

    def _fetch(self, row: CdxRow) -> HttpAnswer:
        if not row.filename or row.offset < 0 or not 0 < row.length <= _RECORD_CAP:
            raise Unfetched("the index does not say where it lies, or it is of more than 4 MiB")
        span = f"bytes={row.offset}-{row.offset + row.length - 1}"
        url = f"{self._data_server}/{row.filename}"
        reply = self._archive.get(url, cap=row.length, headers={"Range": span}, raw=True, tries=_RECORD_TRIES)
        if reply.status == 200:
            raise SourceError(
                f"{self._data_server} does not serve parts of files (it ignores Range); use another server"
            )
        if reply.status != 206:
            raise Unfetched(f"the index lists it and its file answers {reply.status}")
        if (
            len(reply.data) != row.length
            or reply.truncated
            or not _is_range(reply.headers.get("content-range", ""), row)
        ):
            raise Unfetched("the server gave another range than the one asked for")
        return _record(reply.data, row)


def _record(data: bytes, row: CdxRow) -> HttpAnswer:
    """The answer in one packed record, which must be the one that the index means."""
    records: list[PageRecord] = []
    reasons: list[str] = []
    try:
        stream = io.BytesIO(data)
        records.extend(read_stream(stream, row.filename, row.filename, reasons.append, wanted=lambda _url: True))
    except SourceError:
        raise Unfetched("the record is cut off or damaged") from None
    if reasons:
        raise Unfetched(reasons[0])
    if not records or (records[0].url, records[0].at) != (row.url, row.at) or not _same_digest(records[0], row):
        raise Unfetched("the record is not the one that the index means")
    if records[0].revisit or records[0].answer is None:
        raise Unfetched("a revisit whose original the index does not list")
    return records[0].answer


def _same_digest(record: PageRecord, row: CdxRow) -> bool:
    named = record.digest.upper().removeprefix("SHA1:")
    return not named or not row.digest or named == row.digest


def _is_range(value: str, row: CdxRow) -> bool:
    return value.replace(" ", "").startswith(f"bytes{row.offset}-{row.offset + row.length - 1}/")


def _base(url: str, flag: str) -> str:
    if not is_server(url):
        raise UsageError(f"{flag} {url!r} is no http(s) address of a server")
    return url.rstrip("/")
