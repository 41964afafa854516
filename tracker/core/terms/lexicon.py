"""What the reading of terms knows of a language: its cues and its rules."""

import re
from dataclasses import dataclass, field

from tracker.core.terms.finding import Category, Stance
from tracker.core.terms.polarity import Cues, Polarity

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A clause is a finding of `category` if `hit` is in it with one of the polarities, and the rest fits.

    near: all of these are in the clause or in the stem before it. unless: none of these is in the clause.
    stance: given only where it does not follow from polarity and consent.
    """

    name: str
    category: Category
    hit: Pattern
    polarities: frozenset[Polarity]
    score: float
    near: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    stance: Stance | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A language. All patterns are for folded text (core/terms/segments.py).

    stop_words: by which the language is told. gate: is in every sentence that a rule can find something in. lead: ends
    a sentence whose list follows, without a colon. opener: begins a paragraph that is no item of a list. sequel:
    begins a sentence that goes on with what the one before it said. heading: of a
    section of prohibitions. consent: somebody's leave is asked for. machine: a word that bars `silent`, but in a
    sentence with what is harmless.
    """

    language: str
    stop_words: frozenset[str]
    gate: Pattern
    cues: Cues
    lead: Pattern
    opener: Pattern
    sequel: Pattern
    heading: Pattern
    consent: Pattern
    machine: Pattern
    harmless: Pattern
    rules: tuple[Rule, ...] = field(repr=False)
