"""Which changes of a terms page are events: confirmed candidates, never the flapping of a page."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.intervals import DAY
from tracker.core.terms import Category, Stance
from tracker.core.terms.changes import CONFIRMED_AFTER, FLAP_WITHIN, ChangeKind, Says, TermsChange, changes

HOUR = 3_600
BAN = (Category.NO_AI_TRAINING, Stance.PROHIBIT)
NOTHING = frozenset[tuple[Category, Stance]]()
BANNED = frozenset({BAN})
SAYS = {
    "A": Says(NOTHING, NOTHING),
    "B": Says(BANNED, BANNED),
    "C": Says(BANNED, BANNED),
    # As a person corrected it: the classifier found the ban, too.
    "D": Says(NOTHING, BANNED, frozenset({Category.NO_AI_TRAINING})),
    "E": Says(BANNED, NOTHING, frozenset({Category.NO_AI_TRAINING})),
}


def seen(letters: str, step: int = DAY) -> list[TermsChange]:
    """The changes of a page that shows these texts at looks so many seconds apart; a blank is no look."""
    return changes([(n * step, letter) for n, letter in enumerate(letters) if letter != " "], SAYS.get)


def events(letters: str, step: int = DAY) -> list[tuple[str, str, str, int]]:
    """The events among them, and when they were confirmed, in steps."""
    return [
        (change.before, change.after, str(change.kind), change.confirmed_at // step)
        for change in seen(letters, step)
        if change.confirmed_at is not None
    ]


def test_nothing_seen_and_one_text() -> None:
    assert seen("") == seen("A") == seen("AAAA") == []


def test_candidate_waits_for_its_second_look() -> None:
    (change,) = seen("AAB")
    assert (change.kind, change.confirmed_at, change.is_event) == (ChangeKind.POLICY, None, False)
    assert (change.not_before, change.first_seen) == (DAY, 2 * DAY)
    assert change.added == {BAN}
    assert change.removed == frozenset()


def test_confirmed_after_six_hours_and_not_before() -> None:
    assert events("ABB") == [("A", "B", "policy", 2)]
    assert events("ABBBBBB", HOUR) == []
    assert events("ABBBBBBB", HOUR) == [("A", "B", "policy", 7)]
    assert CONFIRMED_AFTER == 6 * HOUR


def test_other_words_of_the_same_policy() -> None:
    assert events("BBCC") == [("B", "C", "wording", 3)]
    assert seen("BBCC")[0].added == frozenset()


def test_lifted() -> None:
    assert seen("BBAA")[0].removed == {BAN}


def test_unread_text_is_no_claim() -> None:
    assert [change.kind for change in seen("AAXX")] == [ChangeKind.UNREAD]


def test_persons_word_on_one_text_is_no_change_of_the_page() -> None:
    assert [change.kind for change in seen("BBDD")] == [ChangeKind.WORDING]
    assert [change.kind for change in seen("AAEE")] == [ChangeKind.WORDING]
    assert [change.kind for change in seen("AADD")] == [ChangeKind.WORDING]
    assert [change.kind for change in seen("AABB")] == [ChangeKind.POLICY]
    assert [change.kind for change in seen("DDBB")] == [ChangeKind.WORDING]


def test_persons_word_on_both_texts_is() -> None:
    (change,) = seen("DDEE")
    assert (change.kind, change.added) == (ChangeKind.POLICY, {BAN})


def test_single_look_at_another_text_is_no_event_nor_is_the_return() -> None:
    assert events("AABAAAA") == []
    assert [change.kind for change in seen("AABAAAA")] == [ChangeKind.POLICY, ChangeKind.FLAP]


def test_glitch_does_not_hide_a_change_for_half_a_year() -> None:
    assert events("AABABBB") == [("A", "B", "policy", 5)]


def test_alternation_is_no_series_of_reversals() -> None:
    assert events("AB" * 100) == []
    assert len(events("AABB" * 50)) == 1
    assert {change.kind for change in seen("AABB" * 50)[1:]} == {ChangeKind.FLAP}


def test_reversal_that_stays_is_reported_late() -> None:
    kept = "AABB" + "A" * (FLAP_WITHIN // DAY)
    assert events(kept) == [("A", "B", "policy", 3)]
    assert events(kept + "A") == [("A", "B", "policy", 3), ("B", "A", "policy", 4 + FLAP_WITHIN // DAY)]


def test_forgotten_text_is_new_again() -> None:
    assert events("A" + "B" * 180 + "AA")[-1] == ("B", "A", "policy", 182)
    assert events("A" + "B" * 179 + "AA")[-1][1] == "B"


@given(st.text("ABC ", max_size=60), st.sampled_from([HOUR, 12 * HOUR, DAY, 30 * DAY, 200 * DAY]))
def test_events_lead_from_the_first_text_each_to_another(letters: str, step: int) -> None:
    stands = letters.strip()[:1]
    for change in seen(letters, step):
        assert change.before == stands
        assert change.not_before < change.first_seen
        if change.confirmed_at is not None:
            assert change.confirmed_at - change.first_seen >= CONFIRMED_AFTER
            assert change.after != stands
            stands = change.after


@given(st.text("AB", min_size=20, max_size=400))
def test_two_texts_within_the_memory_make_one_event(letters: str) -> None:
    # 400 looks an hour apart are no half year.
    assert len(events(letters, HOUR)) <= 1
