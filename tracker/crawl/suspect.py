"""When a crawl says more about our own connection than about the web.

A changed route, a bot wall for our network or a fault of ours can make a tenth of a panel look different in one night.
Such a crawl is marked, its flipped sites are looked at once more after an hour, and nothing is withheld.
"""

from tracker.core.dates import iso
from tracker.crawl.report import CrawlReport
from tracker.store.rounds import Round

FLIPS = 0.10
"""Share of a panel whose verdicts may change in one round before it is doubted."""

FAILURES = 0.15
"""How much larger a share of a panel may fail than in the round before."""


def doubt(one: Round, flips: int, before: Round | None) -> str:
    """Why a finished round with so many flipped sites is suspect, for people; "" if it is not.

    Judged by its first looks, before any retry; the first round of a panel never is suspect.
    """
    if before is None or not one.asked:
        return ""
    reasons = []
    if flips > FLIPS * one.asked:
        reasons.append(
            f"{flips} of {one.asked} sites ({100 * flips / one.asked:.1f} %) changed their verdict "
            f"since the round of {iso(before.at)}"
        )
    now, then = _failed_at_first(one), _failed_at_first(before)
    if now is not None and then is not None and now - then > FAILURES:
        reasons.append(f"{100 * now:.1f} % of the sites failed, {100 * then:.1f} % in the round of {iso(before.at)}")
    return "; ".join(reasons)


def settle(of: Round, recheck: CrawlReport, flipped: int) -> str:
    """The mark of a suspect round with what the second look at its `flipped` sites found."""
    if not flipped:
        return f"{of.suspect}; no verdict had changed, so none was looked at again"
    return (
        f"{of.suspect}; at the second look at {iso(recheck.at)} {recheck.answered} of {flipped} sites answered, "
        f"{recheck.changes} of them unlike the first time"
    )


def _failed_at_first(one: Round) -> float | None:
    """The share of the sites asked that failed at their first look in a round; None where none was recorded."""
    looks = one.first_looks
    seen = sum(part.answered + part.failed for part in looks)
    return sum(part.failed for part in looks) / seen if seen else None
