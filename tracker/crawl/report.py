"""What a crawl saw, in numbers that people act on: coverage by cause, what changed, who fails, who was slowest."""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.core.dates import iso
from tracker.core.outcomes import Outcome
from tracker.core.terms.looks import TermsState
from tracker.core.visits import Target, Visit

SLOWEST = 10
LISTED = 100
"""Sites named in each list of a report; the counts beside them are whole."""


@dataclass
class CrawlReport:
    """One crawl: of a whole panel, or a part of its round.

    at: UTC seconds that date what it saw. asked: sites it set out to ask. round_asked, round_answered: of the round
    before this crawl, so that `coverage` is of the round. part: "" for the crawl that begins a round. targets: what
    each site was asked for. seconds: wall time. changed: sites of which another verdict for a headline agent was found
    than the last known one, `changes` in all. newly_failing: (site, cause) of those that fail now and answered before,
    `new_failures` in all. new_answers: sites whose file is another than the one before. suspect: why its round is not
    to be trusted too soon, "" if it is. terms: looks at terms pages by what was there; a site that links to none counts
    as one `not_found`, and one whose home page could not be seen as what came of that. terms_unchanged: of those that
    are `ok`, the same bytes as before. terms_read: texts that were new and have been read.
    """

    panel: str
    at: int
    asked: int
    crawl_id: int = 0
    part: str = ""
    targets: tuple[Target, ...] = (Target.ROBOTS,)
    round_asked: int = 0
    round_answered: int = 0
    finished: bool = False
    seconds: float = 0.0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    pages: dict[Target, Counter[str]] = field(default_factory=dict)
    terms: Counter[TermsState] = field(default_factory=Counter)
    terms_unchanged: int = 0
    terms_read: int = 0
    changed: Sequence[str] = ()
    changes: int = 0
    newly_failing: Sequence[tuple[str, str]] = ()
    new_failures: int = 0
    new_answers: int = 0
    suspect: str = ""
    _slowest: list[tuple[float, str]] = field(default_factory=list)

    def count(self, visit: Visit) -> None:
        """Take one finished visit into account."""
        seen = visit.robots
        self.outcomes[seen.outcome] += 1
        self.causes[seen.cause] += 1
        self.unchanged += seen.unchanged
        for page in visit.pages:
            self.pages.setdefault(page.target, Counter())[page.cause] += 1
        for look in visit.terms:
            self.terms[look.state] += 1
            self.terms_unchanged += look.unchanged
        keep = heapq.heappush if len(self._slowest) < SLOWEST else heapq.heappushpop
        keep(self._slowest, (seen.seconds, seen.host))

    @property
    def ended(self) -> int:
        """Sites of which this crawl knows how it went."""
        return sum(self.outcomes.values())

    @property
    def answered(self) -> int:
        """Sites whose policy this crawl saw: a robots.txt, or that there is none."""
        return self.outcomes[Outcome.OK] + self.outcomes[Outcome.ABSENT]

    @property
    def coverage(self) -> float:
        """answered / asked, of the round so far."""
        asked = self.round_asked or self.asked
        return (self.round_answered + self.answered) / asked if asked else 0.0

    @property
    def slowest(self) -> list[tuple[str, float]]:
        """The sites whose robots.txt took longest, with seconds, slowest first."""
        return [(host, round(seconds, 2)) for seconds, host in sorted(self._slowest, reverse=True)]

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            "panel": self.panel,
            "at": iso(self.at),
            "crawl_id": self.crawl_id,
            "part": self.part,
            "targets": list(self.targets),
            "asked": self.asked,
            "answered": self.answered,
            "coverage": round(self.coverage, 4),
            "finished": self.finished,
            "seconds": round(self.seconds, 1),
            "outcomes": {str(outcome): count for outcome, count in self.outcomes.most_common()},
            "causes": dict(self.causes.most_common()),
            "unchanged": self.unchanged,
            "pages": {str(target): dict(causes.most_common()) for target, causes in self.pages.items()},
            "terms": {str(state): count for state, count in self.terms.most_common()},
            "terms_unchanged": self.terms_unchanged,
            "terms_read": self.terms_read,
            "new_answers": self.new_answers,
            "changes": self.changes,
            "changed": list(self.changed),
            "new_failures": self.new_failures,
            "newly_failing": [{"site": host, "cause": cause} for host, cause in self.newly_failing],
            "slowest": [{"site": host, "seconds": seconds} for host, seconds in self.slowest],
            "suspect": self.suspect,
        }
