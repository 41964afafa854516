"""The year in which one training run would use all accessible human text, and what blocking moves of it.

Epoch's model (Villalobos et al. 2024, arXiv 2211.04325v2), which knows no blocking, reproduced; access as a
layer on top that can be switched off; both answered on the same draws, so that what blocking moves has an
interval of its own.

    projection = project(Scenario(access="robots", restricted_share=0.25), draws=20_000, seed=0)
    projection.median, projection.interval(0.8), projection.forward.median

Inputs may be distributions, which can be had from here too: `Scenario(epochs=lognormal95(2, 5))`, lognormal90,
normal(mean, sd), uniform(low, high), triangular(low, value, high), beta(a, b).

The equations are in `tracker.core.exhaustion`. Years are decimal (2028.5 is the middle of 2028); for people
`year_words` says "mid 2028". A draw that does not run out before the horizon is +inf and counts in every
quantile.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import ceil, floor, inf, isfinite, isnan, log, sqrt
from operator import index

import numpy as np

from tracker.core.crossing import solve
from tracker.core.distributions import (
    Array,
    beta,
    lognormal90,
    lognormal95,
    median_of,
    normal,
    triangular,
    uniform,
)
from tracker.core.exhaustion import OVERTRAINING_FROM, REFERENCE_YEAR, RESTRICTED_CAP, Curves, curves
from tracker.core.scenarios import FIELDS, Demand, Regime, Scenario, sample

__all__ = [
    "Bands",
    "Forward",
    "Projection",
    "Scenario",
    "beta",
    "closed_form",
    "lognormal90",
    "lognormal95",
    "normal",
    "project",
    "triangular",
    "uniform",
    "year_words",
]


@dataclass(frozen=True)
class Quantiles:
    """Sorted draws in years, +inf included."""

    values: Array

    def at(self, p: float) -> float:
        """The p-quantile, linear between draws; +inf where it touches "never", nan if there are no draws."""
        if not self.values.size:
            return float("nan")
        position = p * (self.values.size - 1)
        low, high = float(self.values[floor(position)]), float(self.values[ceil(position)])
        return low if low == high else low + (high - low) * (position - floor(position))

    def share_by(self, year: float) -> float:
        """The share of the draws that are not above `year`."""
        return float(np.searchsorted(self.values, year, side="right") / self.values.size)

    def interval(self, level: float = 0.8) -> tuple[float, float]:
        """The central interval of probability `level`."""
        if not 0 < level < 1:
            raise ValueError(f"level must lie between 0 and 1, got {level:g}")
        return self.at((1 - level) / 2), self.at((1 + level) / 2)


@dataclass(frozen=True)
class Forward:
    """By how many years restrictions bring the date forward, draw by draw.

    `years` is unrestricted minus restricted: +inf where only restrictions make text run out before the
    horizon, nan where it does not run out either way; the latter say nothing about a date and are left out of
    the quantiles.
    """

    years: Array

    @cached_property
    def _quantiles(self) -> Quantiles:
        return Quantiles(np.sort(self.years[~np.isnan(self.years)]))

    @property
    def median(self) -> float:
        """Median years brought forward; nan if no draw has a date."""
        return self._quantiles.at(0.5)

    def interval(self, level: float = 0.8) -> tuple[float, float]:
        """Central interval of the paired years."""
        return self._quantiles.interval(level)


@dataclass(frozen=True)
class Bands:
    """Yearly quantiles, in tokens: arrays of shape (levels, years).

    `stock` is the effective stock with nothing restricted, `accessible` what a run can use: after
    restrictions, with synthetic and licensed text.
    """

    years: Array
    levels: tuple[float, ...]
    demand: Array
    stock: Array
    accessible: Array


BAND_LEVELS = (0.05, 0.1, 0.5, 0.9, 0.95)


@dataclass(frozen=True, eq=False)
class Projection:
    """The answer to one scenario; `years` is the exhaustion year of each draw, +inf for "never"."""

    scenario: Scenario
    draws: int
    seed: int
    years: Array
    curves: Curves

    @cached_property
    def _quantiles(self) -> Quantiles:
        return Quantiles(np.sort(self.years))

    @property
    def median(self) -> float:
        """Median exhaustion year, +inf if not before the horizon."""
        return self._quantiles.at(0.5)

    def interval(self, level: float = 0.8) -> tuple[float, float]:
        """Central interval of the exhaustion year."""
        return self._quantiles.interval(level)

    def probability_by(self, year: float) -> float:
        """Probability that text has run out at `year`."""
        return self._quantiles.share_by(year)

    @property
    def never_before_horizon(self) -> float:
        """Probability that text does not run out before the horizon."""
        return float(np.mean(np.isinf(self.years)))

    @cached_property
    def unrestricted(self) -> Array:
        """The exhaustion years of the same draws with access off."""
        if self.curves.access is None:
            return self.years
        return _solved(replace(self.curves, access=None), self.scenario.horizon, self.draws)

    @cached_property
    def forward(self) -> Forward:
        """What restrictions move, paired on the same draws."""
        with np.errstate(invalid="ignore"):
            return Forward(self.unrestricted - self.years)

    @cached_property
    def bands(self) -> Bands:
        """Quantiles of demand, stock and accessible stock for the years of a chart."""
        c = self.curves
        end = self.scenario.horizon - c.start
        times = [*map(float, range(ceil(end))), end]
        stock = _levels(c.log_stock, times, c.draws)
        return Bands(
            years=c.start + np.array(times),
            levels=BAND_LEVELS,
            demand=_levels(lambda t: c.log_demand(t, t >= c.jump), times, c.draws),
            stock=stock,
            accessible=stock if c.straight else _levels(c.log_supply, times, c.draws),
        )

    def summary(self) -> dict[str, object]:
        """The figures as JSON-able values; a year that is not before the horizon is None."""
        return {
            "median": finite(self.median),
            "interval_80": [finite(year) for year in self.interval(0.8)],
            "interval_90": [finite(year) for year in self.interval(0.9)],
            "never_before_horizon": self.never_before_horizon,
            "forward_median": finite(self.forward.median),
            "forward_interval_80": [finite(years) for years in self.forward.interval(0.8)],
            "scenario": self.scenario.as_dict(),
            "draws": self.draws,
            "seed": self.seed,
        }


def finite(value: float) -> float | None:
    """A year, or years, as JSON has them: None for never (inf) and for unknown (nan)."""
    return value if isfinite(value) else None


def _levels(curve: Callable[[float], Array], times: Sequence[float], draws: int) -> Array:
    # float32 halves the sort and still carries more digits than a chart shows; what is certain needs no sort.
    rows = np.empty((len(times), draws), dtype=np.float64 if draws == 1 else np.float32)
    for row, t in zip(rows, times, strict=True):
        row[:] = curve(t)
    rows.sort(axis=1)
    positions = np.array(BAND_LEVELS) * (draws - 1)
    low, high = rows[:, np.floor(positions).astype(int)], rows[:, np.ceil(positions).astype(int)]
    return np.asarray(np.exp(low + (high - low) * (positions - np.floor(positions))).T)


def project(scenario: Scenario, draws: int = 20_000, seed: int = 0) -> Projection:
    """The exhaustion year of `scenario` over `draws` draws; the same arguments give the same bytes.

    Raises ValueError if `draws` is not positive or `seed` negative, TypeError if either is no whole number.
    """
    draws, seed = index(draws), index(seed)
    if draws < 1 or seed < 0:
        raise ValueError(f"draws must be at least 1 and seed at least 0, got {draws} and {seed}")
    drawn = curves(
        sample(scenario, draws, seed),
        draws=draws,
        start=scenario.start_year,
        demand=scenario.demand,
        access=scenario.restricts,
        regime=scenario.synthetic_regime,
    )
    return Projection(scenario, draws, seed, _solved(drawn, scenario.horizon, draws), drawn)


def _solved(drawn: Curves, horizon: float, draws: int) -> Array:
    # A scenario without any distribution is solved once.
    years = np.broadcast_to(solve(drawn, horizon), draws).copy()
    years.setflags(write=False)
    return years


def closed_form(scenario: Scenario) -> float:
    """The exhaustion year by algebra, every distribution taken at its median; +inf if not before the horizon.

    t = t0 + ln(S0 A m / (sqrt(k) D0)) / (ln gD - ln gS), piece by piece: overtraining starts in 2025 and
    compute bends at its slow-down. It holds where supply is a straight line in logarithms, and raises
    ValueError where it is not: mixed demand, synthetic or licensed text, and restrictions that change over
    time or spare old copies.
    """
    _check_closed(scenario)
    v = {name: median_of(getattr(scenario, name)) for name in FIELDS if getattr(scenario, name) is not None}
    kept = 1.0
    if scenario.restricts:
        lost = min(v["restricted_share"] * v["token_weight"], RESTRICTED_CAP) * (1 - v["relicensed"])
        kept = 1.0 - v["compliance"] * lost
    supply = log(v["stock_tokens"] * v["quality"] * v["epochs"] * kept), log(v["stock_growth"])
    for left, right in _pieces(scenario, v):
        demand, slope = _demand_at(scenario, v, left)
        gap = demand - supply[0] - supply[1] * (left - REFERENCE_YEAR)
        if gap >= 0:
            return left
        closing = slope - supply[1]
        if closing > 0 and left - gap / closing <= right:
            return left - gap / closing
    return inf


def _check_closed(scenario: Scenario) -> None:
    if scenario.demand is Demand.MIXTURE:
        raise ValueError("no closed form for mixed demand: choose historical or compute")
    if scenario.synthetic_regime is not Regime.OFF or scenario.licensed_tokens != 0 or scenario.licensed_growth != 0:
        raise ValueError("no closed form with synthetic or licensed text")
    if scenario.restricts and (scenario.long_run_share is not None or median_of(scenario.retroactivity) != 1):
        raise ValueError("no closed form for restrictions that change over time or spare old copies")


def _pieces(scenario: Scenario, v: dict[str, float]) -> Iterator[tuple[float, float]]:
    """The stretches on which demand is straight."""
    breaks = {OVERTRAINING_FROM}
    if scenario.demand is Demand.COMPUTE:
        breaks.add(v["compute_slowdown_year"])
    inside = sorted(year for year in breaks if scenario.start_year < year < scenario.horizon)
    edges = [scenario.start_year, *inside, scenario.horizon]
    return pairwise(edges)


def _demand_at(scenario: Scenario, v: dict[str, float], year: float) -> tuple[float, float]:
    """ln demand at `year` and its slope from there on."""
    boost = log(sqrt(v["overtraining"])) if year >= OVERTRAINING_FROM else 0.0
    if scenario.demand is Demand.HISTORICAL:
        slope = log(v["dataset_growth"])
        return log(v["dataset_tokens"]) + slope * (year - v["dataset_year"]) + boost, slope
    bend = v["compute_slowdown_year"]
    flop = v["compute_now"] + v["compute_growth"] * (min(year, bend) - REFERENCE_YEAR)
    flop += v["compute_growth_after"] * max(year - bend, 0.0)
    growth = v["compute_growth"] if year < bend else v["compute_growth_after"]
    return log(20 * sqrt(10**flop / 120)) + boost, growth * log(10) / 2


def year_words(year: float) -> str:
    """A decimal year for people, by thirds: 2028.89 is "late 2028"; no finer, since no forecast is."""
    if isnan(year) or year == inf:
        return "not before the horizon"
    part = ("early", "mid", "late")[floor((year - floor(year)) * 3)]
    return f"{part} {floor(year)}"
