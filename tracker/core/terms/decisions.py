"""What a person decided about a text, which goes before whatever a classifier says of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tracker.core.terms.finding import Category, Finding, Stance
from tracker.core.terms.standing import MACHINES

DECIDED = "decision"
"""The rule of a finding that a person decided."""


EVERY_SITE = "*"
"""In place of a site: the decision is about the text wherever it stands."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How a text of a site stands to a category, by a person's word.

    site: a host, or `EVERY_SITE`. text: SHA-256 (hex) of the text. stance: `none` says that the text has nothing of the
    category; of `silent`, that it is silent. who: a name or a mark of whoever decided, when: YYYY-MM-DD. quote: words
    of the text that say so, "" for those that the classifier found.
    """

    site: str
    text: str
    category: Category
    stance: Stance
    who: str
    when: str
    why: str
    quote: str = ""


def decided(findings: Sequence[Finding], decisions: Iterable[Decision], text: str) -> list[Finding]:
    """The findings in a text with the decisions about it put in place of what was found of their categories.

    A decided finding has score 1 and rule `DECIDED`. It stands where its quote stands in the text, else where the best
    finding of its category stood, else at the beginning without words. In order of place.
    """
    given = {decision.category: decision for decision in decisions}
    kept = [finding for finding in findings if finding.category not in given]
    if any(_asserts(decision) for category, decision in given.items() if category in MACHINES):
        kept = [finding for finding in kept if finding.category is not Category.SILENT]
    for decision in given.values():
        if _asserts(decision):
            kept.append(_finding(decision, findings, text))
    return sorted(kept, key=lambda finding: (finding.start, finding.end, finding.category))


def _asserts(decision: Decision) -> bool:
    return decision.stance is not Stance.NONE or decision.category is Category.SILENT


def _finding(decision: Decision, findings: Sequence[Finding], text: str) -> Finding:
    found = [finding for finding in findings if finding.category is decision.category]
    if decision.quote and (start := text.find(decision.quote)) >= 0:
        end = start + len(decision.quote)
        return Finding(decision.category, decision.stance, start, end, decision.quote, 1.0, DECIDED)
    if found:
        best = max(found, key=lambda finding: finding.score)
        return replace(best, stance=decision.stance, score=1.0, rule=DECIDED)
    return Finding(decision.category, decision.stance, 0, 0, "", 1.0, DECIDED)
