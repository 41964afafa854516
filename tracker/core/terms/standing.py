"""How a text stands as a whole, from the findings in it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tracker.core.terms.finding import ASSERTED, DOUBTFUL, Category, Finding, Stance
from tracker.core.terms.text import TRUNCATED

Stances = frozenset[tuple[Category, Stance]]
"""What a text says, without its words: two texts of the same stances are the same policy."""

MACHINES = frozenset(
    {Category.NO_SCRAPING, Category.NO_AI_TRAINING, Category.TDM_RESERVATION, Category.CONDITIONAL_ALLOW}
)
"""The categories that speak of machines: a text with none of them may be silent."""

FORBIDS = frozenset({Stance.PROHIBIT, Stance.NEEDS_PERMISSION, Stance.RESERVE})
"""The stances that forbid: without permission is forbidden, and so is what somebody reserves."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a text says. stances: of its asserted findings, without `silent`.

    silent: it is proven to say nothing of machines. unclear: it speaks of them, and nobody can yet say what. Of a text
    that is neither and has none of `MACHINES` nothing is known.
    """

    stances: Stances
    silent: bool
    unclear: bool

    @property
    def dpi_class(self) -> int | None:
        """The five-way class of the Data Provenance Initiative's reading of terms; None if it is not known.

        1 scraping and AI training forbidden, 2 scraping only, 3 AI training only, 4 scraping allowed or forbidden under
        conditions, 5 neither. Forbidden without permission counts as forbidden, a reservation of text and data mining
        as a ban on scraping (https://github.com/Data-Provenance-Initiative/Data-Provenance-Collection).
        """
        said = {(category, stance) for category, stance in self.stances if category in MACHINES}
        forbidden = {category for category, stance in said if stance in FORBIDS}
        scraping = bool(forbidden & {Category.NO_SCRAPING, Category.TDM_RESERVATION})
        if Category.NO_AI_TRAINING in forbidden:
            return 1 if scraping else 3
        if any(category is Category.CONDITIONAL_ALLOW or stance is Stance.CONDITIONAL for category, stance in said):
            return 4
        if scraping:
            return 2
        return 5 if said or self.silent else None


def of_page(findings: Iterable[Finding], flags: Collection[str]) -> list[Finding]:
    """What a classifier found, for a page with these flags: one of which only a part is read is not silent."""
    return [one for one in findings if TRUNCATED not in flags or one.category is not Category.SILENT]


def standing(findings: Iterable[Finding]) -> Standing:
    """How a text stands, from all its findings of a score of `DOUBTFUL` and above."""
    given = list(findings)
    asserted = [finding for finding in given if finding.score >= ASSERTED]
    stances = frozenset(
        (finding.category, finding.stance) for finding in asserted if finding.category is not Category.SILENT
    )
    speaks = any(category in MACHINES for category, _ in stances)
    doubtful = any(DOUBTFUL <= finding.score < ASSERTED and finding.category in MACHINES for finding in given)
    silent = not speaks and not doubtful and any(finding.category is Category.SILENT for finding in asserted)
    return Standing(stances, silent, doubtful and not speaks)
