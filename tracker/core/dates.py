"""Dates as people write them: 2024-03-01, or 7d, 4w, 6m and 1y before a day."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

_AGO = re.compile(r"([0-9]{1,5})([dwmy])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")


def since(text: str, horizon: date) -> date:
    """The day that `text` means: an ISO date, or so many days, weeks, months or years before `horizon`.

    Raises ValueError that says how to write it.
    """
    if found := _AGO.fullmatch(text.strip().lower()):
        try:
            return _ago(int(found[1]), found[2], horizon)
        except (OverflowError, ValueError):
            raise ValueError(f"{text!r} is before the year 1") from None
    return iso_day(text)


def _ago(number: int, unit: str, horizon: date) -> date:
    if unit in "dw":
        return horizon - timedelta(days=number * (7 if unit == "w" else 1))
    months = horizon.year * 12 + horizon.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    # A month ago of 31 March is the last day of February.
    return date(year, month + 1, min(horizon.day, monthrange(year, month + 1)[1]))


def iso_day(text: str) -> date:
    """The day that an ISO date names; raises ValueError that says how to write it."""
    if _DAY.fullmatch(text.strip()):
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            pass
    raise ValueError(f"{text!r} is no date, write it as 2024-03-01 (or 7d, 4w, 6m, 1y where a stretch is meant)")


def moment(text: str, horizon: date) -> str:
    """An ISO time in UTC, as the views have it; of a date, or a stretch before `horizon`, the end of the day.

    Raises ValueError that says how to write it.
    """
    if _TIME.fullmatch(text.strip()):
        iso_day(text.strip()[:10])
        return text.strip()
    return f"{since(text, horizon).isoformat()}T23:59:59Z"


def iso(at: int) -> str:
    """UTC seconds as ISO 8601 text: 2026-11-25T04:30:00Z."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def decimal_year(day: date) -> float:
    """The beginning of a day as a decimal year: 2 July 2023 is 2023.4986."""
    start = date(day.year, 1, 1)
    return day.year + (day - start).days / (date(day.year + 1, 1, 1) - start).days
