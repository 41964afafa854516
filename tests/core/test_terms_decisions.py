"""A person's word goes before the classifier's."""

from tracker.core.terms import Category, Finding, Stance
from tracker.core.terms.decisions import DECIDED, Decision, decided
from tracker.core.terms.standing import standing

TEXT = "Terms\nDo not scrape us.\nBots that ask first are welcome.\n"


def found(category: Category, quote: str, score: float = 0.9, stance: Stance = Stance.PROHIBIT) -> Finding:
    start = TEXT.index(quote)
    return Finding(category, stance, start, start + len(quote), quote, score, "rule")


def decision(category: Category, stance: Stance, quote: str = "") -> Decision:
    return Decision("acme.example", "0" * 64, category, stance, "ada", "2026-11-25", "read it", quote)


SCRAPING = found(Category.NO_SCRAPING, "Do not scrape us.")
DOUBTFUL = found(Category.CONDITIONAL_ALLOW, "Bots that ask first", 0.55)
SILENT = found(Category.SILENT, "Terms", stance=Stance.NONE)


def test_without_a_decision_all_stays():
    assert decided([SCRAPING, DOUBTFUL], [], TEXT) == [SCRAPING, DOUBTFUL]


def test_what_is_confirmed_keeps_the_place_of_the_best_finding_and_is_certain():
    weaker = found(Category.CONDITIONAL_ALLOW, "are welcome", 0.51)
    (first, second) = decided([SCRAPING, DOUBTFUL, weaker], [decision(DOUBTFUL.category, Stance.CONDITIONAL)], TEXT)
    assert first == SCRAPING
    assert (second.quote, second.stance, second.score, second.rule) == (
        DOUBTFUL.quote,
        Stance.CONDITIONAL,
        1.0,
        DECIDED,
    )


def test_what_is_denied_is_gone():
    assert decided([SCRAPING, DOUBTFUL], [decision(Category.NO_SCRAPING, Stance.NONE)], TEXT) == [DOUBTFUL]


def test_what_nobody_found_stands_where_its_words_stand():
    (one,) = decided([], [decision(Category.PERMISSION_REQUIRED, Stance.NEEDS_PERMISSION, "ask first")], TEXT)
    assert TEXT[one.start : one.end] == one.quote == "ask first"
    (one,) = decided([], [decision(Category.PERMISSION_REQUIRED, Stance.NEEDS_PERMISSION, "not in there")], TEXT)
    assert (one.start, one.end, one.quote) == (0, 0, "")


def test_a_text_with_a_decided_ban_is_not_silent_any_more():
    after = decided([SILENT], [decision(Category.NO_SCRAPING, Stance.PROHIBIT, "Do not scrape us.")], TEXT)
    assert not standing(after).silent
    assert standing(after).dpi_class == 2
    still = decided([SILENT], [decision(Category.NO_COMPETE, Stance.PROHIBIT, "Terms")], TEXT)
    assert standing(still).silent


def test_a_person_can_say_that_an_unclear_text_is_silent():
    doubts = decision(DOUBTFUL.category, Stance.NONE)
    after = decided([DOUBTFUL], [doubts, decision(Category.SILENT, Stance.NONE)], TEXT)
    assert standing(after).silent
    assert standing(after).dpi_class == 5
