"""How good forecasts are: scores of draws against what came, in percentage points.

CRPS: the continuous ranked probability score (Gneiting and Raftery, JASA 102 (2007) 359-378), which is the absolute
error where a forecast is one number; smaller is better, and neither too wide nor too narrow a forecast gains by it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from tracker.core.forecast.histories import Floats

RESAMPLES = 2_000


class Score(NamedTuple):
    """One forecast against what came: errors and width of the 80 % interval in percentage points."""

    agent: str
    error: float
    crps: float
    inside_80: bool
    inside_90: bool
    width_80: float


class AgentScore(NamedTuple):
    """The forecasts of one agent at one horizon: how many, how many of them the 80 % interval covered, mean errors.

    `error` and `crps` in percentage points; `ratio` is the CRPS to that of persistence at the same origins, None where
    that has none.
    """

    agent: str
    months: int
    n: int
    inside_80: int
    error: float
    crps: float
    ratio: float | None


def by_agent(forecasts: Iterable[Mapping[str, Any]]) -> list[AgentScore]:
    """Scored forecasts, as `Backtest.forecasts` has them, agent by agent and horizon by horizon."""
    rows = sorted(forecasts, key=_place)
    return [_together(*place, list(of_place)) for place, of_place in groupby(rows, key=_place)]


def _place(one: Mapping[str, Any]) -> tuple[str, int]:
    return one["agent"], one["months"]


def _together(agent: str, months: int, rows: Sequence[Mapping[str, Any]]) -> AgentScore:
    n, beside = len(rows), [one for one in rows if one["persistence"] is not None]
    base = sum(one["persistence"] for one in beside)
    return AgentScore(
        agent,
        months,
        n,
        sum(one["inside_80"] for one in rows),
        sum(one["error"] for one in rows) / n,
        sum(one["crps"] for one in rows) / n,
        sum(one["crps"] for one in beside) / base if base > 0 else None,
    )


def score(agent: str, draws: Floats, truth: float) -> Score:
    """The score of drawn shares; an end of an interval belongs to it."""
    ordered = np.sort(draws)
    low_90, low_80, middle, high_80, high_90 = np.quantile(ordered, [0.05, 0.1, 0.5, 0.9, 0.95])
    # A share is a fraction of whole sites: rounding of the division must not put it outside.
    slack = 1e-9
    return Score(
        agent,
        100 * abs(middle - truth),
        100 * crps(ordered, truth),
        bool(low_80 - slack <= truth <= high_80 + slack),
        bool(low_90 - slack <= truth <= high_90 + slack),
        100 * (high_80 - low_80),
    )


def crps(ordered: Floats, truth: float) -> float:
    """Mean distance of the draws, in ascending order, from the truth, less half their mean distance from each other."""
    n = ordered.size
    ranks = np.arange(1, n + 1)
    between = float(((2 * ranks - n - 1) * ordered).sum()) / (n * n)
    return float(np.abs(ordered - truth).mean()) - between


def ratio_interval(ours: Sequence[Score], theirs: Sequence[Score], seed: int = 0) -> tuple[float, float] | None:
    """The 95 % interval of the ratio of mean CRPS, agents drawn with replacement: forecasts of one agent go together.

    None for less than two agents.
    """
    agents = sorted({one.agent for one in ours})
    if len(agents) < 2:
        return None
    place = {agent: number for number, agent in enumerate(agents)}
    sums = np.zeros((2, len(agents)))
    for row, scores in enumerate((ours, theirs)):
        for one in scores:
            sums[row, place[one.agent]] += one.crps
    chosen = np.random.default_rng((seed, len(agents))).multinomial(
        len(agents), np.full(len(agents), 1 / len(agents)), RESAMPLES
    )
    top, bottom = chosen @ sums[0], chosen @ sums[1]
    ratios = top[bottom > 0] / bottom[bottom > 0]
    if not ratios.size:
        return None
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)
