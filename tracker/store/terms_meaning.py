"""How the texts of terms stand: what the newest classifier found in them, and what persons decided."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from tracker.core.terms import CATEGORIES, Category, Finding, Stance
from tracker.core.terms.changes import Says
from tracker.core.terms.decisions import EVERY_SITE, Decision, decided
from tracker.core.terms.standing import Standing, standing
from tracker.store import models
from tracker.store.bulk import chunks, rows_where, table
from tracker.store.meta import get_meta

RULESET = "terms_ruleset"
"""The fact in `meta` that names the classifier version whose findings count: the newest that has read every text."""

_STRICTEST = (Stance.PROHIBIT, Stance.RESERVE, Stance.NEEDS_PERMISSION, Stance.CONDITIONAL, Stance.ALLOW)
_AT_A_TIME = 500

SameWords = tuple[int, ...]
"""Texts of the same words that a page showed, by their ids: what is decided of one holds for all. The first stands."""


class Meanings:
    """The standing of some texts, by their ids."""

    def __init__(self, connection: Connection, text_ids: Iterable[int]) -> None:
        ids = sorted(set(text_ids))
        self.ruleset = get_meta(connection, RULESET) or ""
        self._digests = _digests(connection, ids)
        self._decisions = decisions_of(connection)
        self._findings = findings_of(connection, self.ruleset, ids)
        self._known: dict[tuple[SameWords, str], Standing | None] = {}

    def of(self, texts: SameWords, site: str) -> Standing | None:
        """How texts stand at a site; None while nobody has read them."""
        key = (texts, site)
        if key not in self._known:
            found = self._findings.get(texts[0])
            self._known[key] = None if found is None else standing(decided(found, self._word_on(texts, site), ""))
        return self._known[key]

    def says(self, texts: SameWords, site: str) -> Says | None:
        """What texts say at a site, as changes are judged by; None while nobody has read them."""
        stands, found = self.of(texts, site), self._findings.get(texts[0])
        if stands is None or found is None:
            return None
        word = self._word_on(texts, site)
        by_classifier = standing(found).stances if word else stands.stances
        return Says(stands.stances, by_classifier, frozenset(decision.category for decision in word))

    def _word_on(self, texts: SameWords, site: str) -> list[Decision]:
        if not self._decisions:
            return []
        given = [one for text_id in texts for one in self._decisions.get(self._digests[text_id], ())]
        return for_site(given, site, self._digests[texts[0]].hex())


def _digests(connection: Connection, ids: list[int]) -> dict[int, bytes]:
    text = table(models.TermsText).c
    found: dict[int, bytes] = {}
    for some in chunks(ids, _AT_A_TIME):
        rows = connection.execute(select(text.terms_text_id, text.sha256).where(text.terms_text_id.in_(some)))
        found |= {row.terms_text_id: bytes(row.sha256) for row in rows}
    return found


def findings_of(connection: Connection, ruleset: str, text_ids: Iterable[int]) -> dict[int, list[Finding]]:
    """What a classifier version found in texts; those that it has not read have no entry."""
    ids = list(text_ids)
    read = table(models.TermsReading).c.ruleset == ruleset
    rows = rows_where(connection, models.TermsReading, "terms_text_id", ids, read)
    found: dict[int, list[Finding]] = {row.terms_text_id: [] for row in rows}
    of_ruleset = table(models.TermsFinding).c.ruleset == ruleset
    for row in rows_where(connection, models.TermsFinding, "terms_text_id", found, of_ruleset):
        found[row.terms_text_id].append(_finding(row))
    return found


def _finding(row: Any) -> Finding:
    place = (row.start_char, row.end_char, row.quote, row.score, row.rule)
    return Finding(Category(row.category), Stance(row.stance), *place)


def decisions_of(connection: Connection) -> dict[bytes, list[Decision]]:
    """All decisions, by the SHA-256 of their text."""
    found: dict[bytes, list[Decision]] = {}
    for row in connection.execute(select(table(models.TermsDecision))):
        about = (row.site, bytes(row.sha256).hex(), Category(row.category), Stance(row.stance))
        found.setdefault(bytes(row.sha256), []).append(Decision(*about, row.who, row.decided, row.why, row.quote))
    return found


def for_site(decisions: Iterable[Decision], site: str, sha256: str) -> list[Decision]:
    """Those decisions about a text, or others of its words, that count for a site (as in the view `terms_decided`).

    The site's own go before those of every site, then those about the very text (its SHA-256 in hex), then later ones.
    """
    weakest_first = sorted(decisions, key=lambda one: one.text, reverse=True)
    weakest_first.sort(key=lambda one: (one.site != EVERY_SITE, one.text == sha256, one.when))
    return list({one.category: one for one in weakest_first if one.site in (EVERY_SITE, site)}.values())


def standing_columns(stands: Standing | None, ruleset: str) -> dict[str, Any]:
    """How a text stands, as the columns of `terms_standing`: of each category its strictest stance."""
    said: dict[Category, Stance] = {}
    for stance in reversed(_STRICTEST):
        said |= {category: one for category, one in (stands.stances if stands else ()) if one is stance}
    columns: dict[str, Any] = {str(category): said.get(category) for category in CATEGORIES}
    return {name: None if stance is None else str(stance) for name, stance in columns.items()} | {
        "ruleset": ruleset if stands else "",
        "dpi_class": stands.dpi_class if stands else None,
        "silent": int(stands.silent) if stands else 0,
        "unclear": int(stands.unclear) if stands else 0,
    }
