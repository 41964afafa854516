"""From the controls of the projection page to figures, sentences and frames for its charts. Pure."""

from math import ceil, isfinite

import numpy as np
import pandas as pd

from tracker.core.distributions import Distribution
from tracker.core.projection import Projection, Quantiles
from tracker.core.scenarios import unit_of
from tracker.publish.projection_words import interval_words, months_span, months_words, year_words

DOTS = 20
CLOSED, OPEN = "with restrictions", "nothing closed"
_TRILLION = 1e12
_SHORTEST_AXIS = 12
_PERCENT_UNIT = "share"


def interval(projection: Projection) -> str:
    """The 80 % interval of the year: `early 2027 to early 2032`."""
    return interval_words(projection.interval(0.8), projection.scenario.horizon)


def median_words(years: np.ndarray, horizon: float) -> str:
    """The median of some draws in words: `late 2028`."""
    return year_words(Quantiles(np.sort(years)).at(0.5), horizon)


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def forward_words(projection: Projection) -> str:
    """By how much restrictions bring the date forward, paired: `1.4 months (80 % interval 0.4 to 4.6 months)`."""
    forward = projection.forward
    return f"{months_words(forward.median)} (80 % interval {months_span(forward.interval(0.8))})"


def dots(projection: Projection) -> tuple[pd.DataFrame, int]:
    """Twenty dots a case, each one chance in twenty, in bins of a year; and the bin that means "later or never".

    Columns: case, year (start of the bin), place (1, 2, ... up for restrictions, down without), when (words).
    """
    cases = {OPEN: projection.unrestricted}
    if projection.scenario.restricts:
        cases[CLOSED] = projection.years
    ordered = {case: Quantiles(np.sort(years)) for case, years in cases.items()}
    spread = {case: [years.at((place + 0.5) / DOTS) for place in range(DOTS)] for case, years in ordered.items()}
    usual = [year for years in spread.values() for year in years[: int(0.9 * DOTS)] if isfinite(year)]
    first = projection.scenario.start_year
    later = ceil(min(projection.scenario.horizon, max([*usual, first + _SHORTEST_AXIS]) + 1))
    rows = []
    for case, years in spread.items():
        heights: dict[int, int] = {}
        for year in years:
            bin_ = min(int(year), later) if isfinite(year) else later
            heights[bin_] = heights.get(bin_, 0) + 1
            rows.append(
                (
                    case,
                    bin_,
                    heights[bin_] * (-1 if case == OPEN and len(cases) == 2 else 1),
                    year_words(year, projection.scenario.horizon),
                )
            )
    return pd.DataFrame(rows, columns=["case", "year", "place", "when"]), later


def bands(projection: Projection) -> pd.DataFrame:
    """Demand, stock and what stays open of it by year in tokens: series, year, low, median, high (80 %)."""
    found = projection.bands
    low, middle, high = (found.levels.index(level) for level in (0.1, 0.5, 0.9))
    series = {"demand": found.demand, "stock": found.stock}
    if projection.scenario.restricts:
        series["stock still open"] = found.accessible
    return pd.concat(
        pd.DataFrame(
            {
                "series": name,
                "year": found.years,
                "low": values[low],
                "median": values[middle],
                "high": values[high],
            }
        )
        for name, values in series.items()
    ).reset_index(drop=True)


def value_words(name: str, value: object) -> str:
    """An input for people: `130T to 2,100T (95 %)`, `10 % to 40 % (95 %)`, `2.4 x/y`."""
    if value is None:
        return "stays as it is"
    if isinstance(value, Distribution):
        form = value.as_dict()
        if "low" in form:
            level = f" ({float(form['level']):.0%})".replace("%", " %") if "level" in form else f" ({form['dist']})"
            return f"{_number(name, float(form['low']))} to {_number(name, float(form['high']))}{level}"
        return f"{form['dist']}({form.get('a', '')}, {form.get('b', '')}), median {_number(name, value.median)}"
    return str(value) if isinstance(value, str) else _number(name, float(str(value)))


def _number(name: str, value: float) -> str:
    unit = unit_of(name)
    if unit.startswith("tokens"):
        return f"{value / _TRILLION:,.4g}T{unit.removeprefix('tokens')}"
    if unit == _PERCENT_UNIT:
        return f"{100 * value:g} %"
    return f"{value:g}" if unit == "year" else f"{value:g} {unit}"
