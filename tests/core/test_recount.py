"""Published figures held against counts: the verdict, the panel, and every reason for a gap."""

from dataclasses import replace

import pytest

from tracker.core.agents import Precision
from tracker.core.claims import Obstacle, period
from tracker.core.estimate import Counts, Denominator
from tracker.core.recount import Figure, Seen, Verdict, answer, best

FIGURE = Figure(
    "GPTBot",
    20.0,
    "the 100 most visited",
    "a rule of theirs",
    "readable files",
    "named_root",
    Denominator.READABLE,
    100,
)
THEIRS, OURS = Counts(100, 80, 10, 10, 16), Counts(100, 80, 10, 10, 27)
SEEN = Seen(
    "top", "The top", False, None, "", "2024-01-10", 9, 100, 10, THEIRS, OURS, ("GPTBot",), "2023-08-07", ranked=True
)


def test_both_rules_on_the_same_sites() -> None:
    found = answer(FIGURE, SEEN)
    assert found.theirs is not None
    assert found.ours is not None
    assert (found.theirs.n, found.theirs.value, found.difference) == (80, 0.2, 0.0)
    assert (found.ours.n, found.ours.value) == (90, 0.3)
    assert found.verdict is Verdict.WITHIN
    text = " ".join(found.reasons)
    for words in (
        "theirs is the 100 most visited, ours panel top (The top), 100 sites",
        "9 days after theirs",
        "(a rule of theirs) is taken as named_root",
        "(readable files) is taken as sites with a readable robots.txt",
        "10 of 100 sites (10.0 %) are unknown",
        "definition and denominator make +10.0 points",
    ):
        assert words in text, words


@pytest.mark.parametrize(
    ("percent", "verdict"),
    [
        (17, Verdict.BELOW),
        (17.7, Verdict.BELOW),
        (17.8, Verdict.WITHIN),
        (28.9, Verdict.WITHIN),
        (29.0, Verdict.WITHIN),
        (29.1, Verdict.ABOVE),
        (30, Verdict.ABOVE),
    ],
)
def test_a_census_leaves_open_what_its_unknown_sites_do(percent: float, verdict: Verdict) -> None:
    """16 of 80 readable ones block: of 90, 17.8 % if none of the ten unknown does, 28.9 % if all do. 29 may be 28.9."""
    assert answer(replace(FIGURE, percent=percent), SEEN).verdict is verdict


def test_a_sample_has_the_interval_of_a_sample() -> None:
    found = answer(FIGURE, replace(SEEN, sample=True)).theirs
    assert found is not None
    assert found.interval is not None
    assert "Wilson" in found.interval.kind
    assert (found.interval.low, found.interval.high) == (
        pytest.approx(0.127, abs=0.001),
        pytest.approx(0.300, abs=0.001),
    )


@pytest.mark.parametrize("obstacle", list(Obstacle))
def test_what_no_panel_can_check_says_why(obstacle: Obstacle) -> None:
    found = answer(replace(FIGURE, obstacle=obstacle), None)
    assert (found.verdict, found.theirs, found.ours, found.difference) == (Verdict.UNCHECKED, None, None, None)
    assert found.reasons == (obstacle.words,)


def test_the_year_of_the_article_is_sent_to_the_projection() -> None:
    assert "tracker project article" in Obstacle.PROJECTION.words
    assert "token counts" in Obstacle.TOKENS.words


@pytest.mark.parametrize(
    ("figure", "seen", "verdict", "words"),
    [
        ({"percent": None}, SEEN, Verdict.UNCHECKED, "no figure that"),
        ({}, None, Verdict.NO_DATA, "no panel of which anything is known"),
        ({}, replace(SEEN, theirs=None, ours=None), Verdict.NO_DATA, "do not include GPTBot"),
        ({}, replace(SEEN, theirs=None, ours=None, unknown=100), Verdict.NO_DATA, "100 of 100 sites (100.0 %)"),
        ({"counted_as": ""}, replace(SEEN, theirs=None), Verdict.OURS_ONLY, "only ours is counted"),
        ({"subject": "any"}, SEEN, Verdict.WITHIN, "taken as any of GPTBot"),
        ({}, replace(SEEN, top=100), Verdict.WITHIN, "of it the first 100 by rank"),
        ({}, replace(SEEN, ranked=False), Verdict.WITHIN, "ours bears no ranks"),
        ({"top": None, "sector": "news"}, replace(SEEN, sector="news"), Verdict.WITHIN, "of it sector news"),
        ({}, replace(SEEN, day="2023-08-01", days=-3), Verdict.WITHIN, "only what * says is counted"),
        ({}, replace(SEEN, days=-3), Verdict.WITHIN, "3 days before theirs"),
        (
            {"day": "2024-02-01", "precision": Precision.MONTH},
            replace(SEEN, days=-22),
            Verdict.WITHIN,
            "2024-01-10, 22 days before their month (2024-02)",
        ),
    ],
)
def test_other_reasons(figure: dict[str, object], seen: Seen | None, verdict: Verdict, words: str) -> None:
    found = answer(replace(FIGURE, **figure), seen)  # type: ignore[arg-type]
    assert found.verdict is verdict
    assert any(words in reason for reason in found.reasons), found.reasons


@pytest.mark.parametrize(
    ("figure", "seen", "words"),
    [
        ({"sector": "news"}, SEEN, "it names no site of sector news"),
        ({"top": 1_000}, SEEN, "it holds no ranking of 1,000 sites"),
        ({"top": 49}, SEEN, "it holds no ranking of 49 sites"),
        (
            {},
            replace(SEEN, ranked=False, population="none (a convenience list)"),
            "it is no ranking (its population: none",
        ),
        ({"top": None}, SEEN, "theirs is a list of its own"),
        ({}, replace(SEEN, days=93), "no data within 92 days of theirs"),
        ({}, replace(SEEN, days=-93), "no data within 92 days of theirs"),
        ({"counted_as": ""}, replace(SEEN, theirs=None, days=-93), "no data within 92 days of theirs"),
    ],
)
def test_a_panel_unlike_theirs_gives_counts_and_no_verdict(figure: dict[str, object], seen: Seen, words: str) -> None:
    found = answer(replace(FIGURE, **figure), seen)  # type: ignore[arg-type]
    assert found.verdict is Verdict.UNLIKE
    assert found.reasons[0].startswith("this panel cannot check it: ")
    assert words in found.reasons[0]
    assert found.ours is not None
    assert (found.theirs is None) is (seen.theirs is None)
    assert found.reasons[1].startswith("another list")


@pytest.mark.parametrize(
    ("figure", "seen", "start", "words"),
    [
        (
            {},
            SEEN,
            "This history bears it out: 20.0 % here by the rule we take for theirs (named_root), 20 % claimed",
            "rounding tell; 30.0 % by ours (effective_full). The list here is not theirs: a gap may come of that alone",
        ),
        ({"percent": 60.0}, SEEN, "This history does not bear it out: 20.0 % here", "60 % claimed, 40.0 points less"),
        ({"percent": 10.0}, SEEN, "This history does not bear it out: 20.0 % here", "10 % claimed, 10.0 points more"),
        ({"percent": 29.1}, SEEN, "This history does not bear it out", "9.1 points less"),
        (
            {"percent": 20.7},
            replace(SEEN, theirs=Counts(90, 80, 10, 0, 16)),
            "This history comes near it",
            "0.7 points",
        ),
        ({}, replace(SEEN, ranked=False), "This history bears it out", "is not known"),
        ({}, replace(SEEN, days=93), "It cannot be checked with this panel (top): ", "no data within 92 days"),
        ({"counted_as": ""}, replace(SEEN, theirs=None), "This history cannot say: ", "by ours"),
        ({}, None, "This history cannot say: ", "no panel"),
        ({}, replace(SEEN, theirs=None, ours=None), "This history cannot say: ", "do not include GPTBot"),
        (
            {"obstacle": Obstacle.TOKENS},
            SEEN,
            "It cannot be checked with any panel of sites: it is a share of tokens",
            "per domain.",
        ),
        ({"percent": None}, SEEN, "It cannot be checked with any panel of sites: it is no figure", "held against."),
    ],
)
def test_so_is_it_true(figure: dict[str, object], seen: Seen | None, start: str, words: str) -> None:
    said = answer(replace(FIGURE, **figure), seen).plainly  # type: ignore[arg-type]
    assert said.startswith(start)
    assert words in said


@pytest.mark.parametrize("days", [92, -92])
def test_a_date_as_near_as_an_answer_counts(days: int) -> None:
    assert answer(FIGURE, replace(SEEN, days=days)).verdict is Verdict.WITHIN


def test_the_panel_that_fits_best() -> None:
    top, long, news = (
        replace(SEEN, panel="top", members=900, days=40),
        replace(SEEN, panel="long", members=10_000),
        replace(SEEN, panel="news", members=60, sector="news"),
    )
    assert best(replace(FIGURE, top=1_000), [long, news, top]) == top
    assert best(replace(FIGURE, top=10_000), [top, long]) == long
    assert best(replace(FIGURE, top=None, sector="news"), [top, long, news]) == news
    assert best(replace(FIGURE, top=None), [replace(long, days=4), replace(top, days=-2)]) == replace(top, days=-2)
    # Nearness in time is the same either way.
    assert best(replace(FIGURE, top=None), [replace(long, days=4), replace(top, days=-9)]) == replace(long, days=4)
    assert best(FIGURE, []) is None


@pytest.mark.parametrize(
    ("day", "precision", "last"),
    [
        ("2024-02-29", Precision.DAY, "2024-02-29"),
        ("2024-02-01", Precision.MONTH, "2024-02-29"),
        ("2023-12-01", Precision.MONTH, "2023-12-31"),
        ("2023-01-01", Precision.YEAR, "2023-12-31"),
    ],
)
def test_what_a_date_names(day: str, precision: Precision, last: str) -> None:
    assert [str(one) for one in period(day, precision)] == [day, last]
