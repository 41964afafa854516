"""What was found in a terms text: a category, the stance taken, and the words that say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Category(StrEnum):
    """What a clause is about; docs/method.md has the codebook. Each is of what users or third parties may do."""

    NO_SCRAPING = "no_scraping"
    NO_AI_TRAINING = "no_ai_training"
    TDM_RESERVATION = "tdm_reservation"
    NONCOMMERCIAL_ONLY = "noncommercial_only"
    NO_REDISTRIBUTION = "no_redistribution"
    PERMISSION_REQUIRED = "permission_required"
    CONDITIONAL_ALLOW = "conditional_allow"
    NO_COMPETE = "no_compete"
    SILENT = "silent"


CATEGORIES = tuple(category for category in Category if category is not Category.SILENT)
"""The eight that clauses fall in. `silent` is of a whole text in which none of them speaks of machines."""


class Stance(StrEnum):
    """How a clause stands to what it is about."""

    PROHIBIT = "prohibit"
    NEEDS_PERMISSION = "needs_permission"
    CONDITIONAL = "conditional"
    ALLOW = "allow"
    RESERVE = "reserve"
    NONE = "none"
    """Of `silent` only: neither forbidden nor allowed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause of a text. start, end: its characters in the text, which `quote` repeats. score: 0 to 1.

    rule: what found it: the name of a rule, of a person's decision or of a model. The quote of `silent` is the passage
    that shows the text to be terms.
    """

    category: Category
    stance: Stance
    start: int
    end: int
    quote: str
    score: float
    rule: str


ASSERTED = 0.6
"""Findings of this score and above are shown as what the text says."""

DOUBTFUL = 0.5
"""Findings of this score and above, below `ASSERTED`, are for a person to decide."""


class Classifier(Protocol):
    """Whoever reads terms: our rules, or a model that a user plugs in."""

    @property
    def version(self) -> str:
        """What tells its findings from those of another classifier, or of another edition of the same."""

    def classify(self, text: str, language: str | None = None) -> Sequence[Finding]:
        """All findings of a score of `DOUBTFUL` and above, in the order of their place in the text."""
