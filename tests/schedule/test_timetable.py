"""At what times rounds may begin, and which of these a period asks for."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.schedule.timetable import Timetable

DAY, WEEK = 86_400, 7 * 86_400


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("expression", "after", "first"),
    [
        ("30 4 * * *", "2026-11-22T04:30:01", "2026-11-23T04:30:00"),
        ("30 4 * * *", "2026-11-22T04:30:00", "2026-11-22T04:30:00"),
        ("0 5 * * 0", "2026-11-23T00:00:00", "2026-11-29T05:00:00"),  # cron's 0 is Sunday
        ("0 5 * * 7", "2026-11-23T00:00:00", "2026-11-29T05:00:00"),
        ("0 5 * * 1-5", "2026-11-21T00:00:00", "2026-11-23T05:00:00"),
        ("0 5 * * 6,0", "2026-11-23T00:00:00", "2026-11-28T05:00:00"),
        ("0 5 * * */2", "2026-11-23T00:00:00", "2026-11-24T05:00:00"),  # Sunday, Tuesday, Thursday, Saturday
        ("0 5 * * wed", "2026-11-23T00:00:00", "2026-11-25T05:00:00"),
        ("0 0 29 2 *", "2026-11-22T00:00:00", "2028-02-29T00:00:00"),
        ("6h", "2026-11-22T04:30:00", "2026-11-22T06:00:00"),
        ("7d", "2026-11-22T04:30:00", "2026-11-23T00:00:00"),
    ],
)
def test_the_next_time(expression: str, after: str, first: str) -> None:
    assert Timetable(expression).following(at(after)) == at(first)


@pytest.mark.parametrize(
    ("expression", "every", "now", "slot", "following"),
    [
        ("30 4 * * *", DAY, "2026-11-25T04:29:59", "2026-11-24T04:30:00", "2026-11-25T04:30:00"),
        ("30 4 * * *", DAY, "2026-11-25T04:30:00", "2026-11-25T04:30:00", "2026-11-26T04:30:00"),
        ("30 4 * * *", WEEK, "2026-11-25T12:00:00", "2026-11-23T04:30:00", "2026-11-30T04:30:00"),
        ("*/30 * * * *", DAY, "2026-11-25T12:00:00", "2026-11-25T00:00:00", "2026-11-26T00:00:00"),
        ("6h", DAY, "2026-11-25T12:00:00", "2026-11-25T00:00:00", "2026-11-26T00:00:00"),
        ("6h", 21_600, "2026-11-25T12:00:00", "2026-11-25T12:00:00", "2026-11-25T18:00:00"),
        ("0 5 * * 1-5", DAY, "2026-11-22T12:00:00", "2026-11-20T05:00:00", "2026-11-23T05:00:00"),
        ("0 5 1 * *", DAY, "2026-11-22T12:00:00", "2026-11-01T05:00:00", "2026-12-01T05:00:00"),
        ("0 0 29 2 *", DAY, "2026-11-22T12:00:00", "2024-02-29T00:00:00", "2028-02-29T00:00:00"),
    ],
)
def test_a_round_is_due_at_the_first_time_of_each_period(
    expression: str, every: int, now: str, slot: str, following: str
) -> None:
    timetable = Timetable(expression)
    assert timetable.slot(at(now), every) == at(slot)
    assert timetable.next_slot(at(now), every) == at(following)


@given(
    st.sampled_from(["30 4 * * *", "*/30 * * * *", "15 */5 * * *", "0 6 * * 1", "0 5 1 * *", "6h", "7h", "45m"]),
    st.sampled_from([3_600, 21_600, DAY, 3 * DAY, WEEK]),
    st.integers(at("2020-01-01T00:00:00"), at("2038-06-01T00:00:00")),
)
def test_slots_follow_each_other_without_gap_or_overlap(expression: str, every: int, now: int) -> None:
    timetable = Timetable(expression)
    slot, following = timetable.slot(now, every), timetable.next_slot(now, every)
    assert slot is not None
    assert slot <= now < following
    assert timetable.following(slot) == slot
    assert timetable.slot(following - 1, every) == slot
    assert timetable.slot(following, every) == following


def test_the_spacing_is_that_of_the_next_two_times() -> None:
    assert Timetable("30 4 * * *").spacing(0) == DAY
    assert Timetable("45m").spacing(100) == 2_700
