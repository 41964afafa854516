"""The only writer of a history: panels, crawls and imported captures go in here, one transaction a batch."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from tracker.core.claims import Claim
from tracker.core.panels import Panel
from tracker.core.policy import RULESET
from tracker.core.probes import ProbeResult
from tracker.core.terms import Classifier
from tracker.core.terms.decisions import Decision
from tracker.core.terms.looks import TermsLook
from tracker.core.visits import PageSeen, Target
from tracker.store import bitmap, evidence, models, rounds
from tracker.store.batches import BatchRow, adopt_batches, note_batch, note_captures
from tracker.store.bitmap import SiteSet
from tracker.store.bulk import add_one, chunks, run_many, table
from tracker.store.captures import OWN, Answer, Capture, Failure, PastCrawl, PastPage, Seen, SourceFacts, Unchanged
from tracker.store.claims import sync_claims
from tracker.store.crawls import body_ids, looks_row, note_crawls, site_ids
from tracker.store.database import spare_memory
from tracker.store.exchanges import note_exchanges, note_validators, validators_told
from tracker.store.forget import Forgotten, forget
from tracker.store.meta import get_meta, put_meta
from tracker.store.opened import OpenCrawl
from tracker.store.pages import Key, note_pages, note_runs
from tracker.store.panels import Revision, revise_panel, store_panel, stored_list
from tracker.store.picture import Picture
from tracker.store.probes import note_probes
from tracker.store.queueing import Queued, in_order, pages_of, queued
from tracker.store.rounds import REST
from tracker.store.terms import Given, note_terms
from tracker.store.terms_meaning import RULESET as TERMS_RULESET
from tracker.store.terms_reading import AT_A_TIME, OnRead, note_findings, read, replace_decisions, texts_of, unread_ids
from tracker.store.trouble import note_failures, running
from tracker.store.writer_asking import WriterQuestions

__all__ = ["OpenCrawl", "Writer"]

CRAWL = table(models.Crawl)
_NOTE_LOOKS = update(CRAWL).where(CRAWL.c.crawl_id == bindparam("id"))


class Writer(WriterQuestions):
    """The one writing connection to a history, as a context manager. Every method commits before it returns.

    `kind` is "live" or "demo": a file of one kind refuses the other, so that made-up sites never mix with real ones.
    Raises DatabaseError and its kin; after one nothing of the failed batch is left in the file.
    """

    def panel(self, facts: Panel) -> int:
        """Store a panel, or add the members that a stored one of this name lacks; gives its id."""
        with self._transaction() as connection:
            return store_panel(connection, self._tally, facts)

    def revise_panel(self, facts: Panel, at: int) -> Revision:
        """Make `facts` the edition of a stored panel from `at` (UTC seconds, a midnight) on, see `revise_panel`."""
        with self._transaction() as connection:
            return revise_panel(connection, self._tally, facts, at)

    def adopt_batches(self, source_id: int, batches: Sequence[BatchRow], instead_of: str) -> None:
        """Take over the names of batches whose captures were imported `instead_of` them under one name."""
        with self._transaction() as connection:
            adopt_batches(connection, source_id, batches, instead_of)
            self._expire()

    def list_of(self, panel: str) -> tuple[str, tuple[int, ...]] | None:
        """Which list a panel of this name is, and from when on its editions hold (UTC seconds); None without one."""
        with self._transaction() as connection:
            return stored_list(connection, panel)

    def forget(self, source: str) -> Forgotten:
        """Remove a source, by name or key, with all that it saw; the sites are derived again from what others saw.

        Raises SourceError if there is no such source, or more than one of this name.
        """
        with self._transaction() as connection:
            forgotten = forget(connection, self._derive, self._signals, self._terms, source)
        self._start()  # what is remembered of rows that are gone would be wrong
        return forgotten

    def source(self, facts: SourceFacts, panel_id: int | None = None) -> int:
        """The id of a source of captures, by its key; stored if it is new."""
        with self._transaction() as connection:
            sources = table(models.Source)
            found = select(sources.c.source_id).where(sources.c.key == facts.key)
            source_id = connection.execute(found).scalar_one_or_none()
            if source_id is None:
                row = {"kind": facts.kind, "name": facts.name, "key": facts.key, "rank": facts.rank}
                source_id = add_one(connection, models.Source, row | {"panel_id": panel_id})
            return int(source_id)

    def begin_crawl(
        self,
        source_id: int,
        panel_id: int,
        at: int,
        ref: str,
        asked: int,
        vantage: str = "",
        *,
        targets: Sequence[Target] = (Target.ROBOTS,),
        parent: int | None = None,
        part: str = "",
    ) -> OpenCrawl:
        """Open a crawl of our own, or go on with the one of this `ref`. `at` (UTC seconds) dates all its checks.

        `targets`: what it is for; robots.txt is asked in any case. A `part` (tracker.store.rounds) of the round that
        crawl `parent` began names both.
        """
        if (parent is None) != (part == ""):
            raise ValueError("a part of a round names the crawl that began it, and only a part does")
        with self._transaction() as connection:
            same = (CRAWL.c.source_id == source_id, CRAWL.c.ref == ref)
            row = connection.execute(select(CRAWL).where(*same)).one_or_none()
            at = at if row is None else row.at
            others = select(CRAWL.c.crawl_id).where(CRAWL.c.at >= at, ~and_(*same)).limit(1)
            late = connection.execute(others).first() is not None
            if row is not None:
                answered, failed = (SiteSet(bitmap.unpack(blob)) for blob in (row.answered, row.failed))
                rest = (rounds.targets_of(row.targets), row.parent, row.part)
                return OpenCrawl(row.crawl_id, source_id, panel_id, at, late, answered, failed, *rest)
            values = {"source_id": source_id, "panel_id": panel_id, "at": at, "ref": ref, "asked": asked}
            values |= {"targets": rounds.words_of(targets), "parent": parent, "part": part}
            crawl_id = add_one(connection, models.Crawl, values | {"vantage": vantage, "ruleset": RULESET})
            return OpenCrawl(crawl_id, source_id, panel_id, at, late, targets=tuple(targets), parent=parent, part=part)

    def queue(
        self, crawl: OpenCrawl, *, seed: int, size: int = 1_000, only: Sequence[str] | None = None
    ) -> Iterator[list[Queued]]:
        """The members of the panel that a crawl has still to ask, in pages of at most `size`.

        Ranks up to 1,000 first, the others in an order that `seed` gives. Left out is what the crawl has recorded, and
        what the round has of which it is the rest. `only`: no others than these hosts. Between two pages the crawl may
        be recorded and anything else be done; the pages and `record` belong in one thread.
        """
        with self._asking() as connection:
            spare_memory(connection)
            ids = in_order(connection, crawl, seed, only)
        crawl.queued = True
        self._pictures = {} if crawl.late else {crawl.crawl_id: Picture()}
        for some in pages_of(ids, size):
            with self._asking() as connection:
                page = queued(connection, some, crawl.targets, crawl.source_id)
                # Gone if anything else was written meanwhile: then `record` looks for itself.
                if picture := self._pictures.get(crawl.crawl_id):
                    picture.add(connection, crawl.source_id, crawl.at, self._hold, some)
            yield page

    def record(
        self,
        crawl: OpenCrawl,
        captures: Iterable[Seen],
        pages: Iterable[tuple[str, PageSeen]] = (),
        terms: Iterable[tuple[str, TermsLook]] = (),
    ) -> None:
        """Write a batch of a crawl's results. A site that this crawl has already recorded is passed over.

        `pages`: (host, what was seen of a page) of the same sites, `terms`: (host, a look at its terms) likewise.

        Raises ValueError, with nothing written, for an unchanged site or page whose body the history does not hold.
        """
        given = {capture.host: capture for capture in captures}
        known = self._pictures.get(crawl.crawl_id)
        with self._transaction() as connection:
            picture = known or self._picture_for(connection, crawl)
            if not picture.is_whole:
                picture.add_hosts(connection, crawl.source_id, crawl.at, self._hold, given)
            found = picture.sort(given.values())
            ids = found.ids | site_ids(connection, {capture.host for capture in found.others} - found.ids.keys())
            fresh = {ids[capture.host]: capture for capture in found.others if not crawl.has(ids[capture.host])}
            answers = {site: capture for site, capture in fresh.items() if not isinstance(capture, Failure)}
            failures = {site: capture for site, capture in fresh.items() if isinstance(capture, Failure)}
            answered = crawl.answered.plus([*found.same, *answers])
            failed = crawl.failed.plus([*found.failed, *failures])
            run_many(connection, _NOTE_LOOKS, [looks_row(answered, failed) | {"id": crawl.crawl_id}])
            runs = picture.running(found.failed, (*found.same, *found.ids.values()))
            note_failures(connection, crawl.source_id, crawl.at, found.failed, runs)
            self._derive.stay(found.same, found.failed, crawl.at)
            note_validators(connection, self._bodies, validators_told(connection, found.told))
            if fresh:
                self._change(connection, crawl, answers, failures)
            self._see_pages(connection, crawl, pages)
            self._see_terms(connection, crawl, terms)
        # Only now: a batch that failed can be given again.
        crawl.answered, crawl.failed = answered, failed
        self._pictures = {crawl.crawl_id: picture}

    def _picture_for(self, connection: Connection, crawl: OpenCrawl) -> Picture:
        if crawl.late or crawl.queued:
            return Picture(is_whole=crawl.late)
        return Picture.of(connection, crawl.source_id, crawl.panel_id, crawl.at, self._hold)

    def _change(
        self,
        connection: Connection,
        crawl: OpenCrawl,
        answers: dict[int, Answer | Unchanged],
        failures: dict[int, Failure],
    ) -> None:
        """Write what may change how its site stands."""
        bodies = body_ids(self._bodies, answers)
        tips = self._derive.tips([*answers, *failures])
        if crawl.late:
            evidence.pin(connection, crawl.source_id, crawl.at, answers)
        # What this source saw in the same second counts as before: the later given replaces it.
        before = evidence.last_answers(connection, crawl.source_id, crawl.at + 1, answers)
        changed = [
            (site, crawl.at, body, answers[site].ref) for site, body in bodies.items() if before.get(site) != body
        ]
        evidence.see(connection, crawl.source_id, changed)
        exchanges = {site: answers[site].exchange for site, *_ in changed}
        note_exchanges(connection, crawl.source_id, crawl.at, exchanges, replacing=crawl.late)
        if not crawl.late:
            note_validators(connection, self._bodies, validators_told(connection, answers))
        tries = {site: tips[site].last_try for site in failures if site in tips}
        runs = running(connection, crawl.source_id, crawl.at, tries)
        note_failures(connection, crawl.source_id, crawl.at, failures, runs)
        if crawl.late:
            self._derive.rebuild([*answers, *failures])
        else:
            self._derive.forward(tips, bodies, failures, crawl.at, crawl.source_id)

    def _see_pages(self, connection: Connection, crawl: OpenCrawl, pages: Iterable[tuple[str, PageSeen]]) -> None:
        given = list(pages)
        if not given:
            return
        ids = site_ids(connection, {host for host, _ in given})
        seen = {Key(ids[host], page.target): page for host, page in given if not crawl.has(ids[host])}
        self._signals.follow(note_pages(connection, crawl.source_id, crawl.at, seen), crawl.late)

    def _see_terms(self, connection: Connection, crawl: OpenCrawl, terms: Iterable[tuple[str, TermsLook]]) -> None:
        given = list(terms)
        if not given:
            return
        ids = site_ids(connection, {host for host, _ in given})
        fresh = [Given(ids[host], crawl.at, look) for host, look in given if not crawl.has(ids[host])]
        self._terms.follow(note_terms(connection, crawl.source_id, fresh), crawl.late)

    def finish_crawl(self, crawl: OpenCrawl, at: int | None) -> None:
        """Close a crawl (`at` None: it was interrupted and stays unfinished) and let overdue answers expire.

        A rest that ends has asked all that was left: with it end the crawls that it went on with.
        """
        with self._transaction() as connection:
            connection.execute(update(CRAWL).where(CRAWL.c.crawl_id == crawl.crawl_id).values(finished_at=at))
            if crawl.part == REST and at is not None:
                gone_on = or_(
                    CRAWL.c.crawl_id == crawl.parent, and_(CRAWL.c.parent == crawl.parent, CRAWL.c.part == REST)
                )
                connection.execute(update(CRAWL).where(gone_on, CRAWL.c.finished_at.is_(None)).values(finished_at=at))
            self._expire()

    def note_suspect(self, crawl_id: int, why: str) -> None:
        """Say why a crawl is not to be trusted too soon. What it saw stays as it is."""
        with self._transaction() as connection:
            connection.execute(update(CRAWL).where(CRAWL.c.crawl_id == crawl_id).values(suspect=why))

    def import_pages(self, source_id: int, runs: Sequence[PastPage]) -> None:
        """Write what another history saw of pages, and derive what they signal; the same again changes nothing."""
        with self._transaction() as connection:
            ids = site_ids(connection, {run.host for run in runs})
            self._signals.rebuild(note_runs(connection, source_id, ids, runs))

    def import_terms(self, source_id: int, looks: Iterable[tuple[str, int, TermsLook]]) -> None:
        """Write (host, UTC seconds, look) at pages of terms in any order; all or nothing.

        The same looks again, in any order, change nothing. Raises ValueError as `record`.
        """
        given = list(looks)
        with self._transaction() as connection:
            ids = site_ids(connection, {host for host, _, _ in given})
            fresh = [Given(ids[host], at, look) for host, at, look in given]
            self._terms.follow(note_terms(connection, source_id, fresh))

    def read_terms(self, classifier: Classifier, on_done: OnRead | None = None) -> int:
        """Have every text of terms read that this version of the classifier has not read; gives how many those were.

        `on_done(done, total)` counts texts. Some are read at a time and written, so that a kill costs little. A new
        version counts from when it has read them all. Raises TermsError for findings that no text can have.
        """
        ruleset = classifier.version
        with self._asking() as connection:
            unread = unread_ids(connection, ruleset)
        for number, some in enumerate(chunks(unread, AT_A_TIME)):
            with self._asking() as connection:
                texts = texts_of(connection, some)
            found = read(classifier, texts)  # between transactions: it may take long
            with self._transaction() as connection:
                note_findings(connection, ruleset, found)
                if get_meta(connection, TERMS_RULESET) == ruleset:
                    self._terms.rebuild_texts(found)
            if on_done:
                on_done(number * AT_A_TIME + len(some), len(unread))
        with self._transaction() as connection:
            if get_meta(connection, TERMS_RULESET) != ruleset:
                put_meta(connection, TERMS_RULESET, ruleset)
                self._terms.rebuild_all()
        return len(unread)

    def decide(self, decisions: Iterable[Decision]) -> int:
        """Make these all that persons decided about terms; gives of how many texts others counted before.

        Raises TermsError for a decision that cannot be, or two about the same.
        """
        with self._transaction() as connection:
            changed = replace_decisions(connection, list(decisions))
            self._terms.rebuild_texts(changed)
        return len(changed)

    def know_claims(self, claims: Sequence[Claim]) -> None:
        """Make these the published figures that the view `claims_check` counts again."""
        with self._transaction() as connection:
            sync_claims(connection, claims)

    def note_probes(self, results: Sequence[ProbeResult], source_id: int | None = None) -> None:
        """Write probes, of our own if no source is named; one of the same site, agent and moment is written over."""
        source_id = self.source(OWN) if source_id is None else source_id
        with self._transaction() as connection:
            note_probes(connection, source_id, results)

    def import_crawls(self, source_id: int, panel_id: int | None, crawls: Sequence[PastCrawl]) -> None:
        """Write looks of the past, in time order, and derive the sites they touch again; all or nothing."""
        with self._transaction() as connection:
            touched = note_crawls(connection, self._bodies, source_id, panel_id, crawls)
            self._derive.rebuild(touched)
            self._expire()

    def import_captures(self, source_id: int, panel_id: int | None, ref: str, captures: Sequence[Capture]) -> None:
        """Write past captures of one source, each at its own time, and derive the sites they touch; all or nothing.

        `ref` names the batch (a file, a query of an archive): it stands in the view `crawls`, and from now on in
        `known_refs`. The same captures again, in any order, change nothing.
        """
        with self._transaction() as connection:
            touched = note_captures(connection, self._bodies, source_id, captures)
            note_batch(connection, source_id, panel_id, ref, captures)
            self._derive.rebuild(touched)
            self._expire()
