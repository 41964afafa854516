"""Years, months and chances of the projection as people say them: no finer than they are known."""

from math import inf, isinf, isnan

from tracker.core import projection


def year_words(year: float, horizon: float, start: float = -inf) -> str:
    """`late 2028`; `not before 2054` for a year past the horizon; `2030 or before` at the start, before which none is.

    Where all is used up at the start, the model says no more than that.
    """
    if isnan(year) or isinf(year):
        return f"not before {horizon:.0f}"
    if year <= start:
        return f"{start:.0f} or before" if start == int(start) else f"{projection.year_words(start)} or before"
    return projection.year_words(year)


def interval_words(interval: tuple[float, float], horizon: float, start: float = -inf) -> str:
    """`early 2027 to early 2032`; one end alone where both are past the horizon, or at the start."""
    low, high = interval
    if isinf(low) or high <= start:
        return year_words(low, horizon, start)
    return f"{year_words(low, horizon, start)} to {year_words(high, horizon, start)}"


def months_words(years: float) -> str:
    """`1.4 months`, from ten on without decimals; a time so long or short that it has no date is said so."""
    if isnan(years):
        return "no date to move"
    if isinf(years):
        return "from never to a date" if years > 0 else "from a date to never"
    return f"{_number(12 * years)} months"


def months_span(interval: tuple[float, float]) -> str:
    """`0.4 to 4.6 months`."""
    low, high = (12 * end for end in interval)
    if isnan(low):
        return "unknown"
    return f"{_number(low)} months or more" if high == inf else f"{_number(low)} to {_number(high)} months"


def _number(months: float) -> str:
    return f"{months:.0f}" if abs(months) >= 10 else f"{months + 0.0:.1f}"


def chance_words(share: float) -> str:
    """A share of draws in per cent, never rounded to nothing or all."""
    if 0 < share < 0.005:
        return "less than 1 %"
    return "more than 99 %" if 0.995 < share < 1 else f"{100 * share:.0f} %"
