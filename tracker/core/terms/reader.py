"""The reading itself: sentence by sentence, with what the headings and list lead-ins before it said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from tracker.core.terms.finding import Category, Finding, Stance
from tracker.core.terms.lexicon import Lexicon, Rule
from tracker.core.terms.lists import Lists
from tracker.core.terms.polarity import Polarity, Said
from tracker.core.terms.segments import Span, clauses, fold, paragraphs, plain, sentences

TEXT_CAP = 500_000
"""Characters that are read of a text: four times the longest terms page we know of."""
_HITS = 8  # of a rule in a clause, before it is left
_CLAUSES = 60  # of a sentence that are read apart


class Sentence(NamedTuple):
    """A sentence that is worth reading, and what it inherits."""

    span: Span
    inherited: Polarity
    in_heading: bool


class Clause(NamedTuple):
    """A clause to read: its folded words, those of the stem that it is enumerated under, and what it inherits."""

    span: Span
    words: str
    stem: str
    said: Said
    inherited: Polarity

    def polarity(self, place: int) -> Polarity:
        """The polarity at a place of its words: by its own cues, else inherited, else by what allows it afterwards."""
        polarity = self.said.at(place)
        polarity = self.inherited if polarity is Polarity.NONE else polarity
        if polarity is Polarity.NONE and self.said.allowed >= place:
            return Polarity.PERMIT
        return polarity


@dataclass
class Reader:
    """One text under one lexicon."""

    text: str
    lexicon: Lexicon
    plain: str = field(init=False)
    folded: str = field(init=False)

    def __post_init__(self) -> None:
        self.plain = plain(self.text[:TEXT_CAP])
        self.folded = fold(self.plain)

    def findings(self) -> list[Finding]:
        """All that the rules find, doubtful or not, in the order of the text; one a rule's category and clause."""
        found: list[Finding] = []
        for sentence in self._sentences():
            found += self._read(sentence)
        return found

    def _sentences(self) -> Iterator[Sentence]:
        lists = Lists(self.folded, self.lexicon)
        gate = self.lexicon.gate
        before: Span | None = None
        for paragraph in paragraphs(self.plain):
            lists.paragraph(self.plain, paragraph)
            # Most paragraphs hold nothing to read, and no list follows them.
            if not (lists.may_lead_in(paragraph) or gate.search(self.folded, *paragraph)):
                before = None
                continue
            for sentence in sentences(self.plain, paragraph):
                if gate.search(self.folded, *sentence):
                    inherited = self._carried(before, sentence) or lists.inherited
                    yield Sentence(sentence, inherited, lists.in_heading)
                lists.sentence(sentence)
                before = sentence

    def _carried(self, before: Span | None, sentence: Span) -> Polarity | None:
        """What a sentence that goes on with the one before takes from it."""
        if before is None or not self.lexicon.sequel.match(self.folded, *sentence):
            return None
        said = self.lexicon.cues.of_lead_in(self._words(before))
        return None if said is Polarity.NONE else said

    def _read(self, sentence: Sentence) -> Iterator[Finding]:
        inherits: dict[Span, Polarity] = {}
        for span, parent in clauses(self.folded, sentence.span, _CLAUSES):
            words = self._words(span)
            said = self.lexicon.cues.of(words)
            clause = Clause(span, words, self._words(parent), said, inherits.get(parent, sentence.inherited))
            # A heading names what it is about; it says something only if it has words for that.
            if not sentence.in_heading or said.marks or said.forbidden >= 0:
                yield from self._clause(clause)
            left = said.end()
            inherits[span] = clause.inherited if left is Polarity.NONE else left

    def _words(self, span: Span) -> str:
        return self.folded[span.start : span.end]

    def _clause(self, clause: Clause) -> Iterator[Finding]:
        best: dict[Category, tuple[Rule, Polarity]] = {}
        for rule in self.lexicon.rules:
            if rule.category not in best or best[rule.category][0].score < rule.score:
                polarity = self._fits(rule, clause)
                if polarity:
                    best[rule.category] = rule, polarity
        for rule, polarity in best.values():
            yield self._finding(rule, polarity, clause)

    def _fits(self, rule: Rule, clause: Clause) -> Polarity | None:
        """The polarity with which a rule finds something in a clause, None if it does not."""
        for hit in islice(rule.hit.finditer(clause.words), _HITS):
            polarity = clause.polarity(hit.start())
            if polarity in rule.polarities:
                return polarity if _around(rule, clause) else None
        return None

    def _finding(self, rule: Rule, polarity: Polarity, clause: Clause) -> Finding:
        start = clause.span.start
        end = start + len(clause.words.rstrip())
        stance = self._stance(rule, polarity, clause)
        return Finding(rule.category, stance, start, end, self.text[start:end], rule.score, rule.name)

    def _stance(self, rule: Rule, polarity: Polarity, clause: Clause) -> Stance:
        if rule.stance:
            return rule.stance
        if rule.category is Category.PERMISSION_REQUIRED:
            return Stance.NEEDS_PERMISSION
        if polarity is Polarity.RESERVE or rule.category is Category.TDM_RESERVATION:
            return Stance.RESERVE
        consent = self.lexicon.consent
        return (
            Stance.NEEDS_PERMISSION if consent.search(clause.words) or consent.search(clause.stem) else Stance.PROHIBIT
        )

    def machine_sentences(self) -> Iterator[Span]:
        """The sentences with a word of machines that read; what the site itself does by machine is none."""
        for paragraph in paragraphs(self.plain):
            if self.lexicon.machine.search(self.folded, *paragraph):
                for sentence in sentences(self.plain, paragraph):
                    if self._speaks_of_machines(sentence):
                        yield sentence

    def _speaks_of_machines(self, sentence: Span) -> bool:
        hits = list(self.lexicon.machine.finditer(self.folded, *sentence))
        if not hits or self.lexicon.harmless.search(self.folded, *sentence):
            return False
        return any(self._foreign(hit, sentence) for hit in hits)

    def _foreign(self, hit: re.Match[str], sentence: Span) -> bool:
        if not hit[0].startswith("automat"):
            return True
        return self.lexicon.cues.of(self._words(sentence)).at(hit.start() - sentence.start) is not Polarity.OWN

    def subject(self, sentence: Span) -> Category:
        """What a sentence with a word of machines speaks of, whatever it says."""
        words = self._words(sentence)
        for category in (Category.TDM_RESERVATION, Category.NO_AI_TRAINING):
            if any(rule.hit.search(words) for rule in self.lexicon.rules if rule.category is category):
                return category
        return Category.NO_SCRAPING


def _around(rule: Rule, clause: Clause) -> bool:
    if any(pattern.search(clause.words) for pattern in rule.unless):
        return False
    return all(pattern.search(clause.words) or pattern.search(clause.stem) for pattern in rule.near)
