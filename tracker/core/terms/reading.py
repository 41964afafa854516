"""Terms texts read by rules: findings with the clauses that prove them, `silent`, and what a person should look at."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256

from tracker.core.terms.finding import ASSERTED, DOUBTFUL, Category, Finding, Stance
from tracker.core.terms.lexicon import Lexicon
from tracker.core.terms.phrases import first, phrases_of, speaks_like_terms
from tracker.core.terms.reader import TEXT_CAP, Reader
from tracker.core.terms.standing import MACHINES

_ENGINE = 4
"""Raise it with every change of this package by which a text may be read otherwise."""

MENTION = "mention"
"""The rule of a finding that says no more than that a word of reading machines stands there."""
TERMS_PAGE = "terms-page"
"""The rule of `silent`."""

SHORTEST_SILENT = 1_000
"""Characters of a text below which it is not proven to be silent."""

_MENTIONS = 20  # of a text that are shown
_SAMPLE = 20_000  # characters by which the language is told
_SHARE = 0.2  # of the stop words of the commonest language, from which another is read too
_FEW = 3  # stop words without which a text is of none of our languages
_WORD = re.compile(r"[^\W\d_]+")


def read(text: str, language: str | None = None) -> list[Finding]:
    """What a terms text says: findings of a score of `ASSERTED` and above, in the order of the text.

    language: ISO 639-1; None to tell it by the text. A text in a language without rules yields nothing. One finding of
    `Category.SILENT` stands alone: a proven terms page without any word of reading machines. Of a text at most
    `TEXT_CAP` characters are read, and a sentence is cut after `SENTENCE_CAP`.
    """
    return [finding for finding in classify(text, language) if finding.score >= ASSERTED]


def review(text: str, language: str | None = None) -> list[Finding]:
    """What a person should decide: findings from `DOUBTFUL` up to `ASSERTED`.

    A text in which a word of reading machines stands but nothing is asserted of them is unclear, never silent: its
    sentences are here, by the rule `MENTION`.
    """
    return [finding for finding in classify(text, language) if finding.score < ASSERTED]


def classify(text: str, language: str | None = None) -> list[Finding]:
    """Both: all findings from `DOUBTFUL`, in the order of the text."""
    readers = [Reader(text, lexicon) for lexicon in _fitting(text, language)]
    found = [finding for reader in readers for finding in reader.findings() if finding.score >= DOUBTFUL]
    found = _distinct(found)
    if not any(finding.category in MACHINES and finding.score >= ASSERTED for finding in found):
        mentions = [mention for reader in readers for mention in _mentions(reader)][:_MENTIONS]
        found += mentions or (_silent(readers) if not any(f.category in MACHINES for f in found) else [])
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.category))


@cache
def ruleset() -> str:
    """The edition of engine and rules file together: what was found under it would be found again."""
    from tracker.reference.terms_rules import terms_rules_path

    return f"{_ENGINE}-{sha256(terms_rules_path().read_bytes()).hexdigest()[:12]}"


class RuleClassifier:
    """These rules as a `Classifier`."""

    @property
    def version(self) -> str:
        """`RULESET`."""
        return ruleset()

    def classify(self, text: str, language: str | None = None) -> list[Finding]:
        """All findings from `DOUBTFUL`, in the order of the text."""
        return classify(text, language)


@cache
def _lexicons() -> Mapping[str, Lexicon]:
    # The loader makes its objects of this package, so neither can wait for the other when they are imported.
    from tracker.reference.terms_rules import terms_rules

    return terms_rules()


def _fitting(text: str, language: str | None) -> list[Lexicon]:
    """The lexicons of the languages that a text is in."""
    lexicons = _lexicons()
    if language is not None:
        known = lexicons.get(language.lower().partition("-")[0])
        return [known] if known else []
    words = Counter(_WORD.findall(text[:_SAMPLE].lower()))
    votes = {code: sum(words[word] for word in lexicon.stop_words) for code, lexicon in lexicons.items()}
    least = max(_FEW, _SHARE * max(votes.values()))
    total = sum(words.values())
    if max(votes.values()) < 0.1 * total:
        return []
    return [lexicon for code, lexicon in lexicons.items() if votes[code] >= least]


def _distinct(found: list[Finding]) -> list[Finding]:
    """One finding of a category for the same words: the surest, of two languages too."""
    best: dict[tuple[Category, int, int], Finding] = {}
    for finding in found:
        place = (finding.category, finding.start, finding.end)
        if place not in best or best[place].score < finding.score:
            best[place] = finding
    return list(best.values())


def _mentions(reader: Reader) -> Iterator[Finding]:
    for span in reader.machine_sentences():
        quote = reader.text[span.start : span.end]
        yield Finding(reader.subject(span), Stance.NONE, *span, quote, DOUBTFUL, MENTION)


def _silent(readers: list[Reader]) -> list[Finding]:
    for reader in readers:
        if len(reader.text) > TEXT_CAP:  # nobody knows what the rest says
            return []
        language = reader.lexicon.language
        place = first(phrases_of(language), reader.folded)
        if place and len(reader.plain.strip()) >= SHORTEST_SILENT and speaks_like_terms(reader.folded, language):
            return [Finding(Category.SILENT, Stance.NONE, *place, reader.text[slice(*place)], 0.8, TERMS_PAGE)]
    return []
