"""From the controls of the projection page to figures, sentences and frames for its charts. Pure."""

from dataclasses import dataclass, replace
from math import ceil, isfinite, isnan

import numpy as np
import pandas as pd

from tracker.core.distributions import Distribution, Uniform, Value
from tracker.core.projection import Projection, year_words
from tracker.core.scenarios import FIELDS, AccessLayer, Scenario

DOTS = 20
CLOSED, OPEN = "with restrictions", "nothing closed"
_TRILLION = 1e12
_SHORTEST_AXIS = 12
_PERCENT_UNIT = "share"


@dataclass(frozen=True, slots=True)
class Measured:
    """A share of a panel's sites that shut an agent out, as measured: value and bounds in 0..1, when, of what."""

    agent: str
    panel: str
    day: str
    n: int
    value: float
    low: float
    high: float

    @property
    def year(self) -> float:
        """The day as a decimal year."""
        day = pd.Timestamp(self.day)
        return day.year + (day.day_of_year - 1) / (366 if day.is_leap_year else 365)

    @property
    def share(self) -> Value:
        """A number, or uniform between the bounds if sites are unknown."""
        return Uniform(self.low, self.high) if self.high > self.low else self.value


def restricted(base: Scenario, measured: Measured) -> Scenario:
    """The scenario with what was measured as its restricted share on that day; what follows is the scenario's."""
    return replace(base, access=AccessLayer.ROBOTS, restricted_share=measured.share, observed_year=measured.year)


def chance_words(share: float) -> str:
    """A share of draws in per cent, never rounded to nothing or all."""
    if 0 < share < 0.005:
        return "less than 1 %"
    return "more than 99 %" if 0.995 < share < 1 else f"{100 * share:.0f} %"


def interval_words(projection: Projection, level: float = 0.8) -> str:
    """`early 2027 to early 2032`."""
    low, high = (year_words(year) for year in projection.interval(level))
    return f"{low} to {high}"


def median_words(years: np.ndarray) -> str:
    """The median of some draws in words: `late 2028`."""
    return year_words(_quantile(years, 0.5))


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def forward_words(projection: Projection) -> str:
    """By how much restrictions bring the date forward, paired: `2 months (80 % interval 1 to 5 months)`."""
    forward = projection.forward
    if isnan(forward.median):
        return "nothing, for no draw runs out before the horizon"
    low, high = forward.interval(0.8)
    return f"{_months(forward.median)} (80 % interval {_span(low, high)})"


def _months(years: float) -> str:
    if not isfinite(years):
        return "more than can be dated"
    months = round(12 * years)
    if months == 0:
        return "less than a month"
    return "1 month" if months == 1 else f"{months} months"


def _span(low: float, high: float) -> str:
    if not isfinite(high):
        return f"{_months(low)} or more"
    return f"{round(12 * low)} to {round(12 * high)} months"


def _quantile(years: np.ndarray, p: float) -> float:
    ordered = np.sort(years)
    return float(ordered[min(len(ordered) - 1, int(p * len(ordered)))])


def dots(projection: Projection) -> tuple[pd.DataFrame, int]:
    """Twenty dots a case, each one chance in twenty, in bins of a year; and the bin that means "later or never".

    Columns: case, year (start of the bin), place (1, 2, ... up for restrictions, down without), when (words).
    """
    cases = {OPEN: projection.unrestricted}
    if projection.scenario.restricts:
        cases[CLOSED] = projection.years
    spread = {case: [_quantile(years, (place + 0.5) / DOTS) for place in range(DOTS)] for case, years in cases.items()}
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
                    year_words(year),
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
    unit = FIELDS[name].unit if name in FIELDS else "year"
    if unit.startswith("tokens"):
        return f"{value / _TRILLION:,.4g}T{unit.removeprefix('tokens')}"
    if unit == _PERCENT_UNIT:
        return f"{100 * value:g} %"
    return f"{value:g}" if unit == "year" else f"{value:g} {unit}"
