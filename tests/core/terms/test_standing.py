"""How a text stands: its stances, silence, and the five-way class of the Data Provenance Initiative."""

import pytest

from tracker.core.terms import Category, Finding, Stance
from tracker.core.terms.standing import standing

SCRAPING, AI, TDM = Category.NO_SCRAPING, Category.NO_AI_TRAINING, Category.TDM_RESERVATION
ALLOW, COPY, SILENT = Category.CONDITIONAL_ALLOW, Category.NO_REDISTRIBUTION, Category.SILENT


def found(*categories: Category, score: float = 0.9) -> list[Finding]:
    """Findings of these categories."""
    return [Finding(category, Stance.PROHIBIT, 0, 1, "x", score, "made up") for category in categories]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([SCRAPING, AI], 1),
        ([TDM, AI], 1),
        ([AI, SCRAPING, ALLOW], 1),
        ([SCRAPING], 2),
        ([TDM, COPY], 2),
        ([AI], 3),
        ([AI, ALLOW], 3),
        ([ALLOW], 4),
        ([SCRAPING, ALLOW], 4),
        ([SILENT], 5),
        ([COPY, SILENT], 5),
        ([COPY], None),
        ([], None),
    ],
)
def test_five_ways(said: list[Category], expected: int | None) -> None:
    assert standing(found(*said)).dpi_class == expected


@pytest.mark.parametrize(
    ("category", "stance", "expected"),
    [
        (SCRAPING, Stance.NEEDS_PERMISSION, 2),
        (TDM, Stance.RESERVE, 2),
        (SCRAPING, Stance.CONDITIONAL, 4),
        (AI, Stance.CONDITIONAL, 4),
        (SCRAPING, Stance.ALLOW, 5),
        (AI, Stance.ALLOW, 5),
        (COPY, Stance.ALLOW, None),
    ],
)
def test_what_is_allowed_is_not_forbidden(category: Category, stance: Stance, expected: int | None) -> None:
    said = [Finding(category, stance, 0, 1, "x", 1.0, "a person")]
    assert standing(said).dpi_class == expected


def test_doubt_is_neither_silence_nor_a_ban() -> None:
    doubted = standing([*found(SILENT, COPY), *found(SCRAPING, score=0.55)])
    assert (doubted.silent, doubted.unclear, doubted.dpi_class) == (False, True, None)
    assert doubted.stances == {(COPY, Stance.PROHIBIT)}


def test_doubt_beside_what_is_clear() -> None:
    clear = standing([*found(AI), *found(SCRAPING, score=0.55)])
    assert (clear.unclear, clear.dpi_class) == (False, 3)


def test_too_low_a_score_counts_for_nothing() -> None:
    assert standing(found(SCRAPING, score=0.3)) == standing([])
