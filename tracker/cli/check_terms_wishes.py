"""What a user expects a page of terms to say: `--expect no_ai_training=prohibit`, with `--terms`."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.terms import Category, Finding, Stance
from tracker.core.terms.finding import ASSERTED
from tracker.core.terms.standing import Standing
from tracker.errors import UsageError

SAID, UNSAID = "said", "unsaid"


@dataclass(frozen=True, slots=True)
class TermsWish:
    """That a page says something of a category, in this stance (`word` is a `Stance`), in any (said), or not."""

    category: Category
    word: str


def parse_terms_wish(text: str) -> TermsWish:
    """Read `CATEGORY=STANCE`; UsageError if it cannot be read."""
    name, _, word = (part.strip().lower() for part in text.partition("="))
    words = (SAID, UNSAID) if name == Category.SILENT else (SAID, UNSAID, *(one for one in Stance if one != "none"))
    if name not in set(Category):
        raise UsageError(f"--expect {text!r}: write CATEGORY=STANCE with one of {', '.join(Category)}")
    if word not in words:
        raise UsageError(f"--expect {text!r}: write {name}= with one of {', '.join(words)}")
    return TermsWish(Category(name), word)


def unmet(wish: TermsWish, findings: Sequence[Finding], stands: Standing) -> dict[str, str | None] | None:
    """What is said in place of what was wished for; None if the wish is met.

    What is only doubtful is neither said nor unsaid: no wish is met by it.
    """
    if wish.category is Category.SILENT:
        found = SAID if stands.silent else UNSAID
        doubtful = stands.unclear
    else:
        of_category = [finding for finding in findings if finding.category is wish.category]
        stances = sorted({str(finding.stance) for finding in of_category if finding.score >= ASSERTED})
        doubtful = bool(of_category) and not stances
        found = "+".join(stances) or UNSAID
    is_met = not doubtful and (wish.word in found.split("+") or (wish.word == SAID and found != UNSAID))
    if is_met:
        return None
    found = "doubtful" if doubtful else found
    says = f"{wish.category} is {found}, expected {wish.word}"
    return {"category": str(wish.category), "expected": wish.word, "found": found, "says": says}
