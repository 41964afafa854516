"""A round of a panel over time: the first crawl, the rest after an interruption, retry waves, and the second look.

A *round* is one pass over a panel. Its first crawl asks every site; the crawls after it, its parts, ask only whom they
must. Each is dated by its own beginning: an interrupted one is gone on with under its date for `SAME` seconds, after
that what is left of it is a part of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracker.core.dates import iso
from tracker.core.panels import Panel
from tracker.core.retries import is_transient, wished_pause
from tracker.core.terms import Classifier
from tracker.core.visits import Target
from tracker.crawl.report import LISTED, CrawlReport
from tracker.crawl.run import POLITE, Crawl, Manner, OnDone, crawl_ref
from tracker.crawl.suspect import doubt, settle
from tracker.errors import PanelError
from tracker.net.fetch import FetchSettings
from tracker.store.captures import OWN
from tracker.store.pending import Failing
from tracker.store.rounds import CONFIRM, END, RECHECK, REST, Part, Round, retry
from tracker.store.write import Writer

SAME = 6 * 3600
"""Seconds after its beginning for which what is seen may bear a crawl's date."""

RESUMED_FOR = 24 * 3600
"""Seconds for which an interrupted round is gone on with unasked; after that its answers are too old for one round."""


class Rounds:
    """The rounds of one panel in a history. Moments are UTC seconds, and date what is seen.

    panel: stored if it is new; or the name of one that the history holds (PanelError if it does not). doubting: whether
    rounds in which too much changed are marked suspect. Ctrl-C and SIGTERM stop a crawl within seconds with everything
    that ended recorded; its report then says `finished` False; on_stop is called at the signal. classifier: makes who
    reads the terms that are new after a crawl, and what earlier crawls have left unread; on_read(done, total) counts
    texts. left_out: members of the stored panel that are not in the list given, and are not asked.
    """

    def __init__(
        self,
        writer: Writer,
        panel: Panel | str,
        fetch: FetchSettings,
        manner: Manner = POLITE,
        *,
        on_done: OnDone | None = None,
        on_stop: Callable[[], None] | None = None,
        doubting: bool = True,
        classifier: Callable[[], Classifier] | None = None,
        on_read: Callable[[int, int], None] | None = None,
    ) -> None:
        self._writer = writer
        self._fetch = fetch
        self._manner = manner
        self._on_done = on_done
        self._on_stop = on_stop
        self._doubting = doubting
        self._classifier = classifier
        self._on_read = on_read
        self.panel = panel if isinstance(panel, str) else panel.name
        self._panel_id, self._members = self._stored(panel)
        self._source_id = writer.source(OWN)
        # Who is no longer in the list that was given is not asked, though a member of what is stored.
        listed = () if isinstance(panel, str) else panel.members
        self._only = [member.host for member in listed] if 0 < len(listed) < self._members else None
        self._asked = self._members if self._only is None else len(self._only)
        self.left_out = self._members - self._asked

    def newest(self, before: int = END) -> Round | None:
        """The newest round of the panel (that began before a moment)."""
        return self._writer.latest_round(self._panel_id, self._source_id, before)

    def interrupted(self, at: int, targets: Sequence[Target]) -> Round | None:
        """The newest round, if it was interrupted less than `RESUMED_FOR` before `at`, and asks as many the same."""
        newest = self.newest()
        return newest if newest is not None and goes_on(newest, at, targets, self._asked) else None

    def begin(self, at: int, targets: Sequence[Target] = (Target.ROBOTS,)) -> CrawlReport:
        """Ask every site of the panel once, in a new round."""
        report = self._crawl(_Job(at, targets, self._asked, self._only))
        return self._judged(report, report.at)

    def rest(self, one: Round, at: int) -> CrawlReport:
        """Ask the sites that an interrupted round has not recorded."""
        left = max(0, one.asked - sum(part.answered + part.failed for part in one.first_looks))
        begun = _unfinished(one.first_looks, at)
        part = REST if begun is None else begun.part
        return self._judged(self._crawl(_Job(at, one.targets, left, self._only, one, part, begun)), one.at)

    def wave(self, one: Round, number: int, at: int) -> CrawlReport:
        """Ask the sites again that all of a round failed at, as its retry wave `number`.

        Only where the cause may pass, and not before the time that a site asked to be left alone for.
        """
        hosts = asked_again(one, self._writer.failing(one), at)
        return self._again(one, retry(number), self._listed(hosts), at)

    def recheck(self, one: Round, at: int) -> CrawlReport:
        """Look once more at the sites that flipped in a suspect round, and say what came of it in its mark."""
        flipped = self._listed(self._writer.flipped_in(one))
        # New terms are seen again after hours, not after one.
        targets = tuple(target for target in one.targets if target is not Target.TERMS)
        report = self._again(one, RECHECK, flipped, at, targets)
        if report.finished:
            report.suspect = settle(one, report, len(flipped))
            self._writer.note_suspect(one.crawl_id, report.suspect)
        return report

    def confirm(self, one: Round, at: int) -> CrawlReport:
        """Look again at the sites whose terms are new, as a part of a round: the same again, and they have changed."""
        hosts = sorted({seen.host for seen in self._writer.unconfirmed_terms(self._panel_id, self._source_id, at)})
        return self._again(one, CONFIRM, self._listed(hosts), at, (Target.ROBOTS, Target.TERMS))

    def _listed(self, hosts: Sequence[str]) -> Sequence[str]:
        return hosts if self._only is None else sorted(set(hosts) & set(self._only))

    def _again(
        self, one: Round, part: str, hosts: Sequence[str], at: int, targets: Sequence[Target] | None = None
    ) -> CrawlReport:
        """A second look at some sites of a round; one that was interrupted a short while ago is gone on with."""
        begun = _unfinished([known for known in one.parts if known.part == part], at)
        return self._crawl(_Job(at, targets or one.targets, len(hosts), hosts, one, part, begun))

    def _crawl(self, job: "_Job") -> CrawlReport:
        """Run one crawl, dated `job.at` or the next second that is free; or go on with the one begun before."""
        at = self._free(job.at) if job.begun is None else job.begun.at
        crawl = self._writer.begin_crawl(
            self._source_id,
            self._panel_id,
            at,
            crawl_ref(self.panel, at) if job.begun is None else job.begun.ref,
            job.asked,
            self._manner.vantage,
            targets=job.targets,
            parent=job.of.crawl_id if job.of and job.part else None,
            part=job.part,
        )
        report = CrawlReport(self.panel, crawl.at, job.asked, crawl.crawl_id, job.part, tuple(job.targets))
        if job.of is not None:
            report.round_asked, report.round_answered = job.of.asked, job.of.answered
        Crawl(self._writer, crawl, self._fetch, self._manner, job.only).run(
            report, max(at, job.at), self._on_done, self._on_stop
        )
        if report.finished and self._classifier is not None:
            report.terms_read = self._writer.read_terms(self._classifier(), self._on_read)
        changed = self._writer.flipped(crawl.crawl_id)
        report.changed, report.changes = changed[:LISTED], len(changed)
        return report

    def _free(self, at: int) -> int:
        known = self._writer.known_refs(self._source_id, unfinished=True)
        # Two crawls within one second are two crawls.
        while crawl_ref(self.panel, at) in known:
            at += 1
        return at

    def _judged(self, report: CrawlReport, round_at: int) -> CrawlReport:
        """A report of a round whose sites have been asked once each, with the doubts about it."""
        one = self.newest(before=round_at + 1)
        if one is None or not report.finished:
            return report
        self._tell_failing(report, one)
        if self._doubting:
            report.suspect = doubt(one, len(self._writer.flipped_in(one)), self._answered_before(one))
            if report.suspect:
                self._writer.note_suspect(one.crawl_id, report.suspect)
            self._settle_before(one)
        return report

    def _settle_before(self, one: Round) -> None:
        """Say in the mark of a suspect round what a whole new one saw, if that came before its second look."""
        before = self.newest(before=one.at)
        if before is None or not before.suspect or any(part.part == RECHECK for part in before.parts):
            return
        flipped = self._writer.flipped_in(before)
        back = len(set(flipped) & set(self._writer.flipped_in(one)))
        self._writer.note_suspect(
            before.crawl_id,
            f"{before.suspect}; the round of {iso(one.at)} found {back} of the {len(flipped)} sites changed again",
        )

    def _answered_before(self, one: Round) -> Round | None:
        """The newest finished round before one that any site answered: of the others nothing can be expected."""
        before = self.newest(before=one.at)
        while before is not None and (before.finished_at is None or not before.answered):
            before = self.newest(before=before.at)
        return before

    def _tell_failing(self, report: CrawlReport, one: Round) -> None:
        found = self._writer.newly_failing(one, LISTED)
        if found.total:
            causes = {site.host: site.kind for site in self._writer.failing(one)}
            report.newly_failing = [(host, causes.get(host, "")) for host in found.hosts]
        report.new_failures = found.total
        report.new_answers = self._writer.changed(one, LISTED).total

    def _stored(self, panel: Panel | str) -> tuple[int, int]:
        if not isinstance(panel, str):
            self._writer.panel(panel)
        found = self._writer.stored_panel(self.panel)
        if found is None:
            raise PanelError(f"the history has no panel {self.panel}: `tracker status` lists those it has")
        return found


def goes_on(one: Round, at: int, targets: Sequence[Target], asked: int) -> bool:
    """Whether a round was interrupted less than `RESUMED_FOR` before `at`, and asks as many sites for the same."""
    recent = one.finished_at is None and 0 <= at - one.at < RESUMED_FOR
    return recent and set(one.targets) == set(targets) and one.asked == asked


def asked_again(one: Round, failing: Sequence[Failing], at: int) -> list[str]:
    """Of the sites that fail in a round those that a retry wave at `at` asks."""
    # When in its crawl a site answered is not kept: its wish counts from the end of that.
    ended = {part.at: part.finished_at or part.at for part in (one.first, *one.parts)}
    return [
        site.host
        for site in failing
        if is_transient(site.kind) and ended.get(site.at, site.at) + wished_pause(site.detail) <= at
    ]


@dataclass(frozen=True, slots=True)
class _Job:
    """A crawl to be run from `at` on, of a round or `of` none yet. begun: the interrupted crawl to go on with."""

    at: int
    targets: Sequence[Target]
    asked: int
    only: Sequence[str] | None
    of: Round | None = None
    part: str = ""
    begun: Part | None = None


def _unfinished(parts: Sequence[Part], at: int) -> Part | None:
    """The newest of these, if it was interrupted so short a while before `at` that its date holds."""
    last = parts[-1] if parts else None
    return last if last is not None and last.finished_at is None and 0 <= at - last.at < SAME else None
