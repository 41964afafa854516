"""Another history brought into this one: its panels, its crawls and what archives it asked, with who saw what.

The other's own crawls become a source of their own, known by the other history's id; all other sources are known by
their keys, so that a repository or an archive which both have read stays one. What is evidence there is evidence here,
through the same door as any import; what it means is derived here. So merging again adds nothing, and two histories
merged either way round say the same.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from tracker.core.exchange import Exchange
from tracker.core.hosts import normalise_host
from tracker.core.intervals import DAY
from tracker.core.outcomes import BODY_CAP, Outcome
from tracker.core.panels import Panel
from tracker.core.probes import ProbeResult
from tracker.core.visits import PAGE_CAP, Target
from tracker.errors import SourceError
from tracker.sources.merge_terms import TermsLooks
from tracker.store import bitmap
from tracker.store.batches import BatchRow
from tracker.store.bulk import chunks
from tracker.store.captures import OWN, Answer, Capture, Failure, PastCrawl, PastPage, SourceFacts
from tracker.store.database import place_of
from tracker.store.exchanges import exchange_of, fields_of
from tracker.store.gaps import unpacked
from tracker.store.members import editions, members
from tracker.store.packed import NotWhole, unpack
from tracker.store.query import Reader
from tracker.store.write import Writer

CRAWLS_AT_A_TIME = 100
CAPTURES_AT_A_TIME = 20_000
PAGES_AT_A_TIME = 500
TERMS_AT_A_TIME = 5_000
_ID_SHOWN = 8
EARLIEST = 631_152_000  # 1990: there was no web before
OnProgress = Callable[[int, int], None]


@dataclass
class MergeReport:
    """What was brought in: panels and sources met, crawls, captures, pages, terms and probes written; and what was not.

    pages: runs of looks, terms: looks at pages of terms.

    `known`: crawls that were here already, `unfinished`: those left out because they have not ended.
    """

    other: str
    panels: int = 0
    sources: int = 0
    crawls: int = 0
    known: int = 0
    captures: int = 0
    pages: int = 0
    terms: int = 0
    probes: int = 0
    unfinished: int = 0

    def as_json(self) -> dict[str, object]:
        """The report as plain values."""
        return asdict(self)


def merge(
    writer: Writer, other: str | Path, database: str | Path, on_progress: OnProgress | None = None
) -> MergeReport:
    """Bring the history `other` into the one at `database` that `writer` has open.

    `on_progress(done, total)` counts crawls. Raises SourceError for a history merged with itself or of another kind,
    and DatabaseError and its kin for one that cannot be read.
    """
    if place_of(other) == place_of(database):
        raise SourceError(f"{place_of(other)} is the history itself; give another one")
    # Somebody may be writing it.
    with Reader(other) as reader, reader.snapshot():
        about = reader.about()
        if about["kind"] != writer.kind:
            raise SourceError(
                f"{place_of(other)} holds {about['kind']} data, not {writer.kind} data; nothing was merged"
            )
        work = _Merge(writer, reader, about.get("history_id", ""), MergeReport(str(place_of(other))))
        work.refuse_nonsense()
        work.run(on_progress or (lambda _done, _total: None))
    return work.report


class _Merge:
    """The work of one merge."""

    def __init__(self, writer: Writer, reader: Reader, history_id: str, report: MergeReport) -> None:
        self._writer, self._reader, self._id, self.report = writer, reader, history_id, report
        self._hosts: dict[int, str] = dict(reader.sql("SELECT site_id, host FROM site").rows)  # type: ignore[arg-type]
        self._body = lru_cache(maxsize=2_000)(self._load)

    def refuse_nonsense(self) -> None:
        """Raise SourceError where the other history holds what no import lets in; nothing is merged then."""
        for name in self._hosts.values():
            try:
                is_host = normalise_host(name) == name
            except ValueError:
                is_host = False
            if not is_host:
                raise self._refused(f"{name[:60]!r} is no host name")
        moments = "SELECT at FROM crawl UNION SELECT seen_at FROM sighting UNION SELECT first_seen FROM trouble "
        moments += "UNION SELECT first_seen FROM page UNION SELECT last_seen FROM page UNION SELECT at FROM probe "
        moments += "UNION SELECT first_seen FROM terms_fetch UNION SELECT last_seen FROM terms_fetch"
        first, last = self._reader.sql(
            f"SELECT MIN(at), MAX(at) FROM ({moments} UNION SELECT last_seen FROM trouble) m"
        ).rows[0]
        if first is not None and not EARLIEST <= first <= last <= time.time() + DAY:
            raise self._refused("it has looks from before the web, or from the future")

    def _refused(self, why: str) -> SourceError:
        return SourceError(f"{self.report.other}: {why}; `tracker verify --database {self.report.other}` says more")

    def run(self, on_progress: OnProgress) -> None:
        """Panels first, then source by source."""
        panels: dict[str | None, int | None] = {None: None}
        panels |= {name: self._panel(name) for (name,) in self._reader.sql("SELECT name FROM panel").rows}
        self.report.panels = len(panels) - 1
        terms = TermsLooks(self._reader, self._hosts, self._kept, self._refused)
        (total,) = self._reader.sql("SELECT COUNT(*) FROM crawl").rows[0]
        done = 0
        for source_id, kind, name, key in self._reader.sql("SELECT source_id, kind, name, key FROM source").rows:
            self.report.sources += 1
            ours = self._writer.source(self._facts(kind, name, key))
            known = self._writer.known_refs(ours)
            for panel, crawls in self._crawls(source_id, known):
                self._writer.import_crawls(ours, panels[panel], crawls)
                self.report.crawls += len(crawls)
                done += len(crawls)
                on_progress(done, total)
            self._captures(source_id, ours, known, panels)
            for some in chunks(self._pages(source_id), PAGES_AT_A_TIME):
                self._writer.import_pages(ours, some)
                self.report.pages += len(some)
            for looks in chunks(terms.of(source_id), TERMS_AT_A_TIME):
                self._writer.import_terms(ours, looks)
                self.report.terms += len(looks)
            for probes in chunks(self._probes(source_id), PAGES_AT_A_TIME):
                self._writer.note_probes(probes, ours)
                self.report.probes += len(probes)

    def _facts(self, kind: str, name: str, key: str) -> SourceFacts:
        if key == OWN.key:
            key, name = f"own:{self._id}", f"own of {self._id[:_ID_SHOWN]}"
        return OWN if key == f"own:{self._writer.history_id}" else SourceFacts(kind, name, key)

    def _panel(self, name: str) -> int:
        """The id here of a panel there, with its editions; one of the same name that is another list gets a name."""
        title, source, list_id, population, is_sample = self._reader.sql(
            "SELECT title, source, list_id, population, is_sample FROM panel WHERE name = :name", {"name": name}
        ).rows[0]
        dates = editions(self._reader, name)
        first = members(self._reader, name, _day_before(dates[0]) if dates else None)
        facts = Panel(name, title, source, list_id, "", population, bool(is_sample), first)
        stored = self._writer.list_of(name)
        if stored is not None and stored != (list_id, tuple(map(_midnight, dates))):
            facts = replace(facts, name=f"{name} of {self._id[:_ID_SHOWN]}")
            stored = self._writer.list_of(facts.name)
        panel_id = self._writer.panel(facts)
        if stored is None:
            for day in dates:
                self._writer.revise_panel(replace(facts, members=members(self._reader, name, day)), _midnight(day))
        return panel_id

    def _crawls(self, source_id: int, known: set[str]) -> Iterator[tuple[str | None, list[PastCrawl]]]:
        """The finished crawls of a source that are not known here, in batches of one panel."""
        rows = self._reader.sql(
            "SELECT k.at, k.ref, k.vantage, k.finished_at, k.answered, k.failed, p.name, "
            "k.targets, f.ref, k.part, k.suspect, k.parent IS NOT NULL AND f.finished_at IS NULL FROM crawl k "
            "LEFT JOIN panel p ON p.panel_id = k.panel_id LEFT JOIN crawl f ON f.crawl_id = k.parent "
            "WHERE k.source_id = :source AND k.whole = 1 "
            "ORDER BY k.at, k.crawl_id",
            {"source": source_id},
        ).rows
        sightings = _Sightings(self._reader, source_id)
        troubles = _Troubles(self._reader, source_id)
        batch: list[PastCrawl] = []
        panel: str | None = None
        stated: dict[int, int | None] = {}
        for at, ref, vantage, finished_at, answered, failed, name, targets, first, part, suspect, is_open in rows:
            sightings.advance(at)
            # The parts of a round come with the crawl that began it, or after it.
            is_unfinished = finished_at is None or is_open
            if is_unfinished or ref in known:
                self.report.known += not is_unfinished
                self.report.unfinished += is_unfinished
                stated = {}  # what was not handed over cannot be referred to
                continue
            if batch and (name != panel or len(batch) == CRAWLS_AT_A_TIME):
                yield panel, batch
                batch, stated = [], {}
            panel = name
            last = sightings.last
            present = [site for site in self._sites(answered) if site in last]
            changed = [site for site in present if site not in stated or stated[site] != last[site][0]]
            stated.update((site, last[site][0]) for site in changed)
            answers = [self._answer(source_id, site, at, *last[site]) for site in changed]
            failures = [Failure(self._hosts[s], *troubles.cause(s, at)) for s in self._sites(failed)]
            hosts = frozenset(self._hosts[site] for site in present)
            of_round = (targets, first or "", part, suspect)
            batch.append(PastCrawl(ref, at, hosts, answers, failures, vantage, finished_at, *of_round))
        if batch:
            yield panel, batch

    def _answer(self, source_id: int, site: int, at: int, body: int | None, ref: str, seen_at: int) -> Answer:
        """An answer of a crawl, with its exchange if it is this crawl that saw it first."""
        exchange = self._exchange(source_id, site, at) if seen_at == at else None
        return Answer(self._hosts[site], self._bytes(body), ref, exchange)

    def _exchange(self, source_id: int, site: int, at: int) -> Exchange | None:
        rows = self._reader.sql(
            "SELECT url, status, address, headers, hops FROM exchange "
            "WHERE site_id = :site AND source_id = :source AND seen_at = :at",
            {"site": site, "source": source_id, "at": at},
        ).rows
        try:
            return exchange_of(*rows[0]) if rows else None
        except ValueError as error:
            raise self._refused(f"{self._hosts[site]} has an HTTP answer that cannot be read ({error})") from None

    def _captures(self, source_id: int, ours: int, known: set[str], panels: Mapping[str | None, int | None]) -> None:
        """What a source holds in batches of captures; their names too, so that nothing is asked for twice."""
        rows = self._reader.sql(
            "SELECT k.ref, k.at, k.asked, k.answered_sites, k.failed_sites, p.name FROM crawl k "
            "LEFT JOIN panel p ON p.panel_id = k.panel_id WHERE k.source_id = :source AND k.whole = 0 "
            "ORDER BY k.crawl_id",
            {"source": source_id},
        ).rows
        fresh = [BatchRow(*row[:-1], panels[row[-1]]) for row in rows if row[0] not in known]
        self.report.known += len(rows) - len(fresh)
        if not fresh:
            return
        # One name until all is here: a merge that was killed is done again.
        name = f"merged from {self._id}"
        for some in chunks(self._past(source_id), CAPTURES_AT_A_TIME):
            self._writer.import_captures(ours, fresh[0].panel_id, name, some)
            self.report.captures += len(some)
        self._writer.adopt_batches(ours, fresh, name)

    def _pages(self, source_id: int) -> Iterator[PastPage]:
        """What a source saw of pages beside robots.txt."""
        kept = lru_cache(maxsize=200)(self._kept)
        rows = self._reader.sql(
            "SELECT site_id, target, first_seen, last_seen, checks, outcome, cause, status, url, sha256, size, detail, "
            "page_body_id, headers, gaps FROM page WHERE source_id = :source ORDER BY site_id, target, first_seen",
            {"source": source_id},
        ).rows
        for site, target, first, last, checks, outcome, cause, status, *newest, body, headers, gaps in rows:
            url, digest, size, detail = newest
            try:
                seen = (Target(target), first, last, checks, Outcome(outcome), cause, status)
                fields, looks = fields_of(headers), unpacked(first, last, checks, gaps)
            except ValueError as error:
                raise self._refused(f"{self._hosts[site]} has a page that cannot be read ({error})") from None
            sha256 = "" if digest is None else digest.hex()
            data = None if body is None else kept(body)
            yield PastPage(self._hosts[site], *seen, url, sha256, size, detail, data, fields, looks)

    def _probes(self, source_id: int) -> Iterator[ProbeResult]:
        """What a source's probes were answered."""
        rows = self._reader.sql(
            "SELECT site_id, agent, at, status_agent, status_neutral, cause_agent, cause_neutral FROM probe "
            "WHERE source_id = :source ORDER BY at, site_id, agent",
            {"source": source_id},
        ).rows
        return (ProbeResult(self._hosts[site], *rest) for site, *rest in rows)

    def _kept(self, body_id: int) -> bytes:
        rows = self._reader.sql(
            "SELECT sha256, size, data FROM page_body WHERE page_body_id = :body", {"body": body_id}
        ).rows
        return self._whole(rows, PAGE_CAP)

    def _past(self, source_id: int) -> Iterator[Capture]:
        where = {"source": source_id}
        seen = "SELECT site_id, seen_at, body_id, ref FROM sighting WHERE source_id = :source ORDER BY site_id, seen_at"
        for site, at, body, ref in self._reader.sql(seen, where).rows:
            yield Capture(at, Answer(self._hosts[site], self._bytes(body), ref))
        failed = "SELECT site_id, first_seen, last_seen, kind, detail FROM trouble WHERE source_id = :source"
        for site, first, last, kind, detail in self._reader.sql(failed, where).rows:
            for at in {first, last}:
                yield Capture(at, Failure(self._hosts[site], kind, detail))

    def _bytes(self, body_id: int | None) -> bytes | None:
        return None if body_id is None else self._body(body_id)

    def _load(self, body_id: int) -> bytes:
        """The octets of a body, if they are what they are said to be: what is evidence here is looked at."""
        rows = self._reader.sql(
            "SELECT b.sha256, b.size, d.data FROM body b JOIN body_data d ON d.body_id = b.body_id "
            "WHERE b.body_id = :body",
            {"body": body_id},
        ).rows
        return self._whole(rows, BODY_CAP)

    def _whole(self, rows: Sequence[Sequence[Any]], most: int) -> bytes:
        """The octets of a row (SHA-256, size, packed octets), if they are what they are said to be."""
        try:
            sha256, size, data = rows[0]
            found = unpack(data, size)
        except (IndexError, NotWhole):
            raise self._refused("a file is missing or damaged") from None
        if hashlib.sha256(found).digest() != sha256 or size > most:
            raise self._refused(f"the file {sha256.hex()} is not what its SHA-256 says, or too large")
        return found

    def _sites(self, packed: bytes) -> list[int]:
        try:
            found: list[int] = bitmap.unpack(packed, most=max(self._hosts, default=0)).tolist()
        except ValueError as error:
            raise self._refused(f"a crawl says who answered in a way that cannot be read ({error})") from None
        if not self._hosts.keys() >= set(found):
            raise self._refused("a crawl says that sites answered which are not there")
        return found


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _midnight(day: str) -> int:
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * DAY


class _Sightings:
    """What a source last saw of each site, (body, ref, since when), followed through time."""

    def __init__(self, reader: Reader, source_id: int) -> None:
        self.last: dict[int, tuple[int | None, str, int]] = {}
        self._rows = iter(
            reader.sql(
                "SELECT seen_at, site_id, body_id, ref FROM sighting WHERE source_id = :source ORDER BY seen_at",
                {"source": source_id},
            ).rows
        )
        self._next = next(self._rows, None)

    def advance(self, at: int) -> None:
        """Up to and with a moment."""
        while self._next is not None and self._next[0] <= at:
            seen_at, site, body, ref = self._next
            self.last[site] = (body, ref, seen_at)
            self._next = next(self._rows, None)


class _Troubles:
    """Why a source failed at a site at a moment."""

    def __init__(self, reader: Reader, source_id: int) -> None:
        self._runs: dict[int, list[tuple[int, int, str, str]]] = {}
        rows = reader.sql(
            "SELECT site_id, first_seen, last_seen, kind, detail FROM trouble WHERE source_id = :source "
            "ORDER BY site_id, first_seen",
            {"source": source_id},
        ).rows
        for site, *run in rows:
            self._runs.setdefault(site, []).append(tuple(run))  # type: ignore[arg-type]

    def cause(self, site: int, at: int) -> tuple[str, str]:
        """(kind, detail) of the run that the moment lies in; of several the one that began last."""
        runs: Sequence[tuple[int, int, str, str]] = self._runs.get(site, ())
        found = [run for run in runs if run[0] <= at <= run[1]] or list(runs)
        return found[-1][2:] if found else ("unrecorded", "")
