"""The rules by which terms pages are read: `data/reference/terms_rules.toml` as lexicons of core/terms."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from tracker.core.terms.finding import DOUBTFUL, Category, Stance
from tracker.core.terms.lexicon import Lexicon, Pattern, Rule
from tracker.core.terms.polarity import Cues, Polarity
from tracker.reference import rows
from tracker.reference.rows import Place, Schema

BEFORE = (Polarity.OWN, Polarity.PROHIBIT, Polarity.RESERVE, Polarity.PERMIT)
"""In the order in which they are tried at one place of the text."""


class Role(StrEnum):
    """What a row of the file is for; the head of the file explains them."""

    STOP_WORDS = "stop_words"
    WORDS = "words"
    GATE = "gate"
    PROHIBIT = "prohibit"
    RESERVE = "reserve"
    OWN = "own"
    PERMIT = "permit"
    AFTER = "after"
    AFTER_PERMIT = "after_permit"
    LEAD = "lead"
    OPENER = "opener"
    SEQUEL = "sequel"
    HEADING = "heading"
    CONSENT = "consent"
    MACHINE = "machine"
    HARMLESS = "harmless"
    RULE = "rule"


NEEDED = tuple(role for role in Role if role not in (Role.WORDS, Role.RULE))
"""What a language has one row of each."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file as it stands there."""

    language: str
    role: Role
    any: tuple[str, ...]
    name: str = ""
    category: Category | None = None
    polarity: tuple[Polarity, ...] = ()
    near: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    score: float = 0.0
    stance: Stance | None = None
    note: str = ""


_SCHEMA = Schema(
    Row,
    language=rows.text,
    role=rows.one_of(Role),
    any=rows.list_of(rows.text),
    name=rows.text,
    category=rows.one_of(Category),
    polarity=rows.list_of(rows.one_of(Polarity)),
    near=rows.list_of(rows.text),
    unless=rows.list_of(rows.text),
    score=rows.number,
    stance=rows.one_of(Stance),
    note=rows.text,
)


def terms_rules_path() -> Path:
    """The shipped file."""
    return rows.reference_file("terms_rules.toml")


@cache
def terms_rules(path: Path | None = None) -> Mapping[str, Lexicon]:
    """The lexicons by language (ISO 639-1). Raises ReferenceDataError for a row that is bad or missing."""
    path = path or terms_rules_path()
    drafts: dict[str, _Draft] = {}
    for place, fields in rows.toml_rows(path, "pattern"):
        row = _SCHEMA.build(place, fields)
        drafts.setdefault(row.language, _Draft(row.language, place)).add(place, row)
    return {language: draft.lexicon() for language, draft in drafts.items()}


@dataclass
class _Draft:
    """A language while its rows are read."""

    language: str
    place: Place
    words: dict[str, str] = field(default_factory=dict)
    parts: dict[Role, str] = field(default_factory=dict)
    stop_words: frozenset[str] = frozenset()
    rules: dict[str, Rule] = field(default_factory=dict)

    def add(self, place: Place, row: Row) -> None:
        """Take one row in; raises ReferenceDataError."""
        if row.role is Role.RULE:
            rule = self._rule(place, row)
            if rule.name in self.rules:
                raise place.error("name", f"{row.name} is another rule already, choose another name")
            self.rules[rule.name] = rule
        elif row.role is Role.STOP_WORDS:
            self.stop_words = frozenset(row.any)
        elif row.role is Role.WORDS:
            if not row.name:
                raise place.error("name", "is missing, add it")
            self.words[row.name] = self._either(place, "any", row.any)
        elif row.role in self.parts:
            raise place.error("role", f"{self.language} has {row.role} already, put both into one row")
        else:
            self.parts[row.role] = self._either(place, "any", row.any)

    def lexicon(self) -> Lexicon:
        """All of it; raises ReferenceDataError if something is missing."""
        missing = [role for role in NEEDED if role not in self.parts and role is not Role.STOP_WORDS]
        if missing or not self.stop_words:
            lacking = (missing or [Role.STOP_WORDS])[0]
            raise self.place.error("role", f"{self.language} has no row {lacking}, add it")
        part = {role: re.compile(pattern) for role, pattern in self.parts.items()}
        before = "|".join(f"(?P<{polarity}>{self.parts[Role(polarity)]})" for polarity in BEFORE)
        return Lexicon(
            self.language,
            self.stop_words,
            gate=part[Role.GATE],
            cues=Cues(re.compile(before), part[Role.AFTER], part[Role.AFTER_PERMIT]),
            lead=part[Role.LEAD],
            opener=part[Role.OPENER],
            sequel=part[Role.SEQUEL],
            heading=part[Role.HEADING],
            consent=part[Role.CONSENT],
            machine=part[Role.MACHINE],
            harmless=part[Role.HARMLESS],
            rules=tuple(self.rules.values()),
        )

    def _rule(self, place: Place, row: Row) -> Rule:
        for name in ("name", "category", "polarity"):
            if not getattr(row, name):
                raise place.error(name, "is missing, add it")
        if not DOUBTFUL <= row.score <= 1:
            raise place.error("score", f"{row.score:g} is no score, write one from {DOUBTFUL:g} to 1")
        assert row.category is not None
        return Rule(
            f"{self.language}-{row.name}",
            row.category,
            re.compile(self._either(place, "any", row.any)),
            frozenset(row.polarity),
            row.score,
            self._all(place, "near", row.near),
            self._all(place, "unless", row.unless),
            row.stance,
        )

    def _all(self, place: Place, name: str, patterns: Iterable[str]) -> tuple[Pattern, ...]:
        return tuple(re.compile(self._either(place, name, [pattern])) for pattern in patterns)

    def _either(self, place: Place, name: str, patterns: Iterable[str]) -> str:
        """One pattern for all, their %words% filled in; raises ReferenceDataError for one that is none."""
        filled = []
        for pattern in patterns:
            for word in re.findall(r"%(\w+)%", pattern):
                if word not in self.words:
                    raise place.error(name, f"%{word}% is not among the words above, define it or mend the name")
            pattern = re.sub(r"%(\w+)%", lambda word: self.words[word[1]], pattern)
            try:
                compiled = re.compile(pattern)
            except re.error as reason:
                raise place.error(name, f"{pattern!r} is no regular expression: {reason}") from None
            if compiled.groups or compiled.search(""):
                reason = "has a group, write (?:...)" if compiled.groups else "matches nothing at all, make it longer"
                raise place.error(name, f"{pattern!r} {reason}")
            filled.append(pattern)
        if not filled:
            raise place.error(name, "is empty, write at least one")
        return "|".join(filled)
