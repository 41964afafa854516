"""Shares and their intervals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.estimate import Counts, Denominator, Interval, bounds, share, wilson

COUNTS = Counts(members=100, readable=60, absent=20, unknown=20, blocked=15)


@pytest.mark.parametrize(
    ("kind", "n", "value"),
    [
        (Denominator.READABLE_OR_ABSENT, 80, 15 / 80),
        (Denominator.READABLE, 60, 15 / 60),
        (Denominator.MEMBERS, 100, 15 / 100),
    ],
)
def test_denominators(kind: Denominator, n: int, value: float) -> None:
    found = share(COUNTS, kind)
    assert (found.blocked, found.n, found.value) == (15, n, value)


def test_of_the_sites_that_answered() -> None:
    """The held sites leave both parts of the fraction, and any of them may have changed its mind."""
    counts = Counts(members=100, readable=60, absent=20, unknown=20, blocked=15, held=8, blocked_held=3)
    found = share(counts, Denominator.ANSWERED)
    assert (found.blocked, found.n, found.value) == (12, 72, 12 / 72)
    assert found.interval == Interval(12 / 100, 40 / 100, "bounds by the unknown sites")
    assert share(counts).blocked == 15


@pytest.mark.parametrize("kind", Denominator)
def test_every_denominator_is_told_in_words(kind: Denominator) -> None:
    assert kind.sites.startswith("sites ")


def test_the_bounds_of_a_census_are_the_unknown_sites() -> None:
    found = share(COUNTS)
    assert found.interval == Interval(15 / 100, 35 / 100, "bounds by the unknown sites")
    assert share(COUNTS, Denominator.MEMBERS).interval == found.interval


def test_without_unknown_sites_the_bounds_are_the_share() -> None:
    found = share(Counts(10, 8, 2, 0, 3))
    assert found.interval is not None
    assert found.interval.low == found.interval.high == found.value


def test_nothing_known_is_no_share() -> None:
    found = share(Counts(members=5, readable=0, absent=0, unknown=5, blocked=0))
    assert (found.value, found.interval) == (None, None)
    assert bounds(0, 0, 0) is None


def test_only_a_sample_gets_wilson() -> None:
    found = share(COUNTS, sample=True)
    assert found.interval == wilson(15, 80)
    assert "Wilson" in wilson(15, 80).kind


# Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(successes: int, n: int, low: float, high: float) -> None:
    found = wilson(successes, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_no_proportion(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        wilson(successes, n)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.data())
def test_the_share_lies_within_its_interval(readable: int, absent: int, unknown: int, data: st.DataObject) -> None:
    counts = Counts(readable + absent + unknown, readable, absent, unknown, data.draw(st.integers(0, readable)))
    for sample in (False, True):
        found = share(counts, sample=sample)
        if found.value is not None and found.interval is not None:
            assert 0 <= found.interval.low <= found.value + 1e-12
            assert found.value - 1e-12 <= found.interval.high <= 1
