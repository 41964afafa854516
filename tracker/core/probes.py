"""What one probe of a site saw: its home page asked for twice, under an AI crawler's name and under our own."""

from dataclasses import dataclass
from enum import StrEnum

WEEK = 7 * 86_400
"""Seconds for which a probed site is not probed again, under whatever name."""

UNASKED = "unasked"
"""Cause of a request that was not made (or not seen to its end)."""

_REFUSALS = frozenset({"http_401", "http_402", "paid_402", "http_403", "http_429", "http_451", "challenge"})


class Reading(StrEnum):
    """What a probe says of how a site treats a name: it gets the page, is refused it, or nothing follows."""

    SERVED = "served"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The two answers of a site.

    agent: name of the crawler whose User-Agent was sent. at: UTC seconds of the probe. status_*: HTTP status of the
    answer, None without one. cause_*: as for robots.txt (core/outcomes.py), `http_NNN` also for redirects, which are
    not followed, or `UNASKED`.
    """

    host: str
    agent: str
    at: int
    status_agent: int | None = None
    status_neutral: int | None = None
    cause_agent: str = UNASKED
    cause_neutral: str = UNASKED

    @property
    def reading(self) -> Reading:
        """Served where the name got the page; refused where it was denied what our own name got.

        Where both were denied, the site refuses strangers, machines or our address: nothing follows for the name.
        """
        if self.cause_agent == "ok":
            return Reading.SERVED
        if self.cause_neutral == "ok" and self.cause_agent in _REFUSALS:
            return Reading.REFUSED
        return Reading.UNKNOWN
