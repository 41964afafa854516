"""What terms pages say about crawling, scraping and AI training: categories, stances and the proving sentences.

`read(text)` is what a text says, `review(text)` what a person should decide; the rules are data
(`data/reference/terms_rules.toml`), `RULESET` their edition.
"""

from tracker.core.terms.finding import CATEGORIES, Category, Classifier, Finding, Stance
from tracker.core.terms.reading import RULESET, RuleClassifier, classify, read, review
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
