"""What terms pages say about crawling, scraping and AI training: categories, stances and the proving sentences."""

from tracker.core.terms.finding import CATEGORIES, Category, Classifier, Finding, Stance
from tracker.core.terms.text import Block, TermsText

__all__ = ["CATEGORIES", "Block", "Category", "Classifier", "Finding", "Stance", "TermsText"]
