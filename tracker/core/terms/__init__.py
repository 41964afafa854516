"""What terms pages say about crawling, scraping and AI training: categories, stances and the proving sentences.

`read(text)` is what a text says, `review(text)` what a person should decide; the rules are data
(`data/reference/terms_rules.toml`), `RULESET` their edition.
"""

from typing import TYPE_CHECKING, Any

from tracker.core.terms.finding import CATEGORIES, Category, Classifier, Finding, Stance
from tracker.core.terms.reading import RuleClassifier, classify, read, review, ruleset
from tracker.core.terms.text import Block, TermsText

__all__ = [
    "CATEGORIES",
    "RULESET",
    "Block",
    "Category",
    "Classifier",
    "Finding",
    "RuleClassifier",
    "Stance",
    "TermsText",
    "classify",
    "read",
    "review",
]

if TYPE_CHECKING:
    RULESET: str


def __getattr__(name: str) -> Any:
    # Only when it is asked for: who needs no more than the types must not pay for reading the rules.
    if name == "RULESET":
        return ruleset()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
