"""Dates as people write them."""

from datetime import date

import pytest

from tracker.core.dates import decimal_year, moment, since

NOW = date(2024, 3, 31)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("7d", "2024-03-24"),
        ("4w", "2024-03-03"),
        ("1m", "2024-02-29"),
        ("13m", "2023-02-28"),
        ("1y", "2023-03-31"),
        ("0d", "2024-03-31"),
        (" 1Y ", "2023-03-31"),
        ("2024-02-29", "2024-02-29"),
        ("2025-01-01", "2025-01-01"),
    ],
)
def test_a_day(text: str, day: str) -> None:
    assert since(text, NOW).isoformat() == day


@pytest.mark.parametrize("text", ["", "7", "d", "-7d", "7 days", "2024-2-1", "2023-02-29", "99999y", "20240301", "３d"])
def test_what_is_no_day_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it as 2024-03-01|before the year 1"):
        since(text, NOW)


def test_a_moment_is_the_end_of_its_day() -> None:
    assert moment("2024-03-01", NOW) == "2024-03-01T23:59:59Z"
    assert moment("2024-03-01T06:00:00Z", NOW) == "2024-03-01T06:00:00Z"
    assert moment("1y", NOW) == f"{since('1y', NOW)}T23:59:59Z"
    for bad in ("2024-02-30T06:00:00Z", "2024-03-01T06:00", "yesterday"):
        with pytest.raises(ValueError, match="no date"):
            moment(bad, NOW)


def test_a_day_as_a_decimal_year() -> None:
    assert decimal_year(date(2024, 1, 1)) == 2024
    assert decimal_year(date(2024, 7, 1)) == 2024 + 182 / 366
    assert decimal_year(date(2023, 12, 31)) == 2023 + 364 / 365
