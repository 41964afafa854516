import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.forecast.simulated import START
from tracker.core.forecast import Histories, Stretch, fit
from tracker.core.forecast.breaks import evidence
from tracker.core.intervals import DAY


def days(*stretches, until=100):
    rows = [
        Stretch(site, START + a * DAY, None if b is None else START + b * DAY, *more) for site, a, b, *more in stretches
    ]
    return Histories.of_stretches(rows, START + until * DAY)


def at(*numbers):
    return np.array([START + number * DAY for number in numbers])


@st.composite
def panels(draw):
    """Any panel: stretches that touch or leave gaps, known or not."""
    rows = []
    for site in range(draw(st.integers(1, 5))):
        end = draw(st.integers(0, 20))
        for _ in range(draw(st.integers(0, 6))):
            start = end + draw(st.sampled_from([0, 0, 3]))
            end = start + draw(st.integers(1, 30))
            rows.append((f"s{site}", start, end, draw(st.sampled_from([True, False, None]))))
    return rows


def test_exposure_is_counted_while_a_state_is_known_and_events_where_known_states_touch():
    histories = days(
        ("a", 0, 40, False), ("a", 40, None, True), ("b", 10, 30, True), ("b", 30, 50, None), ("b", 50, 60, False)
    )
    assert histories.exposure(False, at(100)).tolist() == [40 + 10]
    assert histories.exposure(True, at(100)).tolist() == [60 + 20]
    assert histories.events.at.tolist() == at(40).tolist()
    assert histories.events.blocks.tolist() == [True]
    assert histories.exposure(True, at(45)).tolist() == [5 + 20]


def test_a_change_across_an_unknown_stretch_or_a_gap_is_no_event():
    assert days(("a", 0, 10, False), ("a", 10, 20, None), ("a", 20, None, True)).events.at.size == 0
    assert days(("a", 0, 10, False), ("a", 11, None, True)).events.at.size == 0


def test_the_share_is_of_the_known_sites():
    histories = days(("a", 0, 40, False), ("a", 40, None, True), ("b", 10, 30, True), ("c", 0, None, None))
    assert histories.shares(at(0, 10, 35, 50)).tolist() == [0.0, 0.5, 0.0, 1.0]
    assert histories.known(at(0, 10, 35, 50)).tolist() == [1, 2, 1, 1]
    assert np.isnan(histories.shares(at(-1))).all()


def test_as_of_and_from_are_what_was_known_then_and_since():
    histories = days(("a", 0, 40, False), ("a", 40, None, True), ("b", 10, 30, True))
    then = histories.as_of(START + 20 * DAY)
    assert (then.now(True).size, then.now(False).size) == (1, 1)
    assert then.exposure(True, at(100)).tolist() == [10]
    assert histories.as_of(START + 40 * DAY).events.at.size == 1
    later = histories.from_(START + 40 * DAY)
    assert later.events.at.size == 0
    assert later.since == START + 40 * DAY
    never = histories.from_(histories.until + DAY)
    assert (never.weeks, never.known(at(200)).tolist(), evidence(never).blocks.site_months) == (0, [0], 0)


def test_a_look_holds_until_the_next_but_no_longer_than_92_days():
    looks = [("a", START, False), ("a", START + 80 * DAY, False), ("a", START + 280 * DAY, True)]
    histories = Histories.of_observations(looks, START + 300 * DAY)
    assert histories.exposure(False, at(300)).tolist() == [80 + 92]
    assert histories.exposure(True, at(300)).tolist() == [20]
    assert histories.events.at.size == 0
    assert Histories.of_observations([("a", START, False)], START + 93 * DAY).known(at(93)).tolist() == [0]


def test_a_look_that_tells_nothing_ends_what_is_known():
    histories = Histories.of_observations([("a", START, False), ("a", START + DAY, None), ("a", START + 3 * DAY, True)])
    assert histories.exposure(False, at(9)).tolist() == [1]
    assert histories.events.at.size == 0


def test_two_looks_in_one_second_count_once():
    for pair in ([True, False], [False, True], [None, True]):
        histories = Histories.of_observations([("a", START, state) for state in pair])
        assert histories.shares(at(0)).tolist() == [1.0]
    for pair in ([None, False], [False, None]):
        assert Histories.of_observations([("a", START, state) for state in pair]).shares(at(0)).tolist() == [0.0]


def test_overlapping_stretches_are_refused():
    with pytest.raises(ValueError, match=r"stretches of a overlap: one ends at \d+, the next starts at \d+; give each"):
        days(("a", 0, 40, False), ("a", 39, None, True))


@pytest.mark.parametrize("weight", [-1.0, float("inf"), float("nan")])
def test_weights_that_are_none_are_refused(weight):
    with pytest.raises(ValueError, match=r"weight .* of a: give a number of at least 0"):
        fit(days(("a", 0, None, False)), weights={"a": weight})


@given(panels(), st.randoms(use_true_random=False))
def test_order_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    one, other = days(*rows), days(*shuffled)
    assert evidence(one) == evidence(other)
    assert (one.events.at.tolist(), one.since) == (other.events.at.tolist(), other.since)


@given(panels(), st.integers(0, 120), st.integers(0, 120))
def test_exposure_and_events_add_up(rows, one, other):
    histories = days(*rows)
    first, second = min(one, other), max(one, other)
    whole = histories.exposure(False, at(first, second))
    part = histories.from_(START + first * DAY).exposure(False, at(second))
    assert whole[1] - whole[0] == pytest.approx(part[0])
    by_hand = sum(max(0, min(end, second, 100) - max(start, first)) for _, start, end, state in rows if state is False)
    assert whole[1] - whole[0] == pytest.approx(by_hand if second > first else 0)
    then = histories.as_of(START + first * DAY)
    assert then.exposure(False, at(100))[0] == pytest.approx(whole[0])
    after = (histories.events.at > START + first * DAY).sum()
    assert then.events.at.size + after == histories.events.at.size


@given(panels())
def test_splitting_a_stretch_changes_nothing(rows):
    halves = []
    for site, start, end, state in rows:
        middle = (start + end) // 2
        halves += (
            [(site, start, middle, state), (site, middle, end, state)]
            if middle > start
            else [(site, start, end, state)]
        )
    assert evidence(days(*halves)) == evidence(days(*rows))


@pytest.mark.parametrize("moment", [1.5, float("nan"), "2024-01-01", None])
def test_a_look_is_at_a_whole_second(moment):
    with pytest.raises(ValueError, match=r"a look at a is at .*: give whole seconds since 1970-01-01 UTC"):
        fit([("a", moment, True)])


def test_a_change_is_not_later_than_the_look_that_saw_it():
    """Whatever a caller says of the look before."""
    histories = days(("a", 0, 40, False), ("a", 40, None, True, START + 60 * DAY))
    assert histories.events.not_before.tolist() == histories.events.at.tolist() == at(40).tolist()
