"""What is asked of a site in one visit: its robots.txt, always first, and in some rounds pages beside it."""

from dataclasses import dataclass
from enum import StrEnum

from tracker.core.exchange import Exchange
from tracker.core.outcomes import Observation, Outcome
from tracker.core.signals import Signal


class Target(StrEnum):
    """What can be asked for. The value is the word in the history's columns."""

    ROBOTS = "robots"
    HOME = "home"
    TDMREP = "tdmrep"
    LLMS = "llms.txt"
    AI = "ai.txt"
    TRUST = "trust.txt"
    TERMS = "terms"


PATHS = {
    Target.ROBOTS: "/robots.txt",
    Target.HOME: "/",
    Target.TDMREP: "/.well-known/tdmrep.json",
    Target.LLMS: "/llms.txt",
    Target.AI: "/ai.txt",
    Target.TRUST: "/trust.txt",
}
"""Where each target is on its site."""

PAGES = tuple(target for target in Target if target in PATHS and target is not Target.ROBOTS)
"""The targets that have an address of their own, without robots.txt, in the order in which a visit asks for them."""

PAGE_CAP = 2 * 1024 * 1024
"""Inflated bytes read of a page."""

DISALLOWED = "robots_disallow"
"""Cause of a page that was not asked for, because the site's robots.txt does not let DrywellBot."""

UNASKED = "robots_unknown"
"""Cause of a page that was not asked for, because the robots.txt could not be read: unknown is no permission."""

NOT_FILE = "not_file"
"""Cause of a well-known file whose address answers with an HTML page: the site has no such file."""


@dataclass(frozen=True, slots=True)
class PageSeen:
    """One look at a page, or that it was not asked for (causes `DISALLOWED` and `UNASKED`).

    outcome and cause as for robots.txt (core/outcomes.py). sha256 (hex) and size: of the inflated body. kept: the bytes
    that the signals were read from (of a home page its <head>). signals: what page and headers say. links: absolute
    URLs that a home page points to, for finding terms pages.
    """

    target: Target
    outcome: Outcome
    cause: str
    exchange: Exchange | None = None
    sha256: str = ""
    size: int = 0
    kept: bytes | None = None
    signals: tuple[Signal, ...] = ()
    links: tuple[str, ...] = ()
    detail: str = ""

    @property
    def answers(self) -> bool:
        """Whether the look says what the page says: its content, or that there is none."""
        return self.outcome in (Outcome.OK, Outcome.ABSENT)


@dataclass(frozen=True, slots=True)
class Visit:
    """All that one visit to a site saw."""

    robots: Observation
    pages: tuple[PageSeen, ...] = ()

    @property
    def size(self) -> int:
        """About how many bytes it holds."""
        size = 1_000 + len(self.robots.body or b"")
        for page in self.pages:
            size += 1_000 + len(page.kept or b"") + sum(map(len, page.links))
        return size
