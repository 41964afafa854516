"""Demand for text and its supply over time: the equations of the projection.

Everything is in logarithms and in years since the scenario's start, so that straight lines stay straight and a year
keeps its digits. Per draw, with y = t - 2024 (Villalobos et al. 2024, arXiv 2211.04325v2, sections 2.2-2.5):

    stock        S(t) = tokens * quality * epochs * growth^y
    access       A(t) = leg (1 - k rho r(t)) + (1 - leg) (1 - k r(t)),   leg = S(block year) / S(t)
    restricted   r(t) = min(b(t) w, 0.98) (1 - relicensed)
    tracked      b(t) = b_inf + (b_now - b_inf) exp(-rate (t - observed)) once observed; up to then it rises in
                 a straight line from none in the block year. Without b_inf it is b_now at all times.
    synthetic    1 + value * g(t) * s / (1 - s)
    supply       S A (1 + synthetic) + licensed
    demand       D0 gD^(t - anchor)   or   20 sqrt(C(t) / 120), both times sqrt(overtraining) from 2025

Access and synthetic text are ours; Epoch's model holds neither. `Curves` takes numbers and arrays alike: an
input that is certain stays a number, which costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from math import log
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Indices = NDArray[np.intp]
Number = float | Array
Part = TypeVar("Part", bound="Access | Synthetic | Curves")

REFERENCE_YEAR = 2024.0
"""The year in which stock, compute and licensed tokens are stated."""
OVERTRAINING_FROM = 2025.0
"""The year from which overtraining multiplies demand."""
SYNTHETIC_SINCE = 2022.0
"""The year from which generations of model output on the web are counted."""
RESTRICTED_CAP = 0.98
"""No more than this share of tokens can be restricted: something always stays open."""

# A share observed no later than the block year rises at once.
_INSTANT = 1e-6
_GENERATIONS = 400
# By number of generations; the first entry stands for none and is never read.
_ACCUMULATED = np.concatenate(([1.0], 1.0 / np.cumsum(np.arange(1.0, _GENERATIONS + 2.0) ** -2)))
_ACCUMULATED_STEP = np.diff(_ACCUMULATED)


@dataclass(frozen=True)
class Access:
    """What restrictions take: the tracked share over time, and how tracked sites become lost tokens."""

    settled: Number
    passing: Number
    rate: Number
    observed: Number
    rise: Number
    weight: Number
    effect: Number
    spared: Number
    block: Number
    ageing: Number

    def kept(self, t: Number) -> Array:
        """The share of the stock that stays usable `t` years after the start."""
        since = t - self.observed
        tracked = self.settled + self.passing * np.exp(-self.rate * np.maximum(since, 0.0))
        tracked = tracked * np.maximum(1.0 + self.rise * np.minimum(since, 0.0), 0.0)
        lost = np.minimum(tracked * self.weight, RESTRICTED_CAP) * self.effect
        # Copies of what was published before the block year are spared as far as bans do not work backwards.
        old = np.exp(self.ageing * np.minimum(self.block - t, 0.0))
        return np.asarray(1.0 - lost * (1.0 - self.spared * old))


@dataclass(frozen=True)
class Synthetic:
    """Model-written text: its worth in human tokens before collapse, and how fast collapse eats it."""

    worth: Number
    accumulate: bool
    since: float

    def factor(self, t: Number) -> Array:
        """What the supply is multiplied by `t` years after the start."""
        return np.asarray(1.0 + self.worth * collapse(t - self.since, self.accumulate))


def collapse(years: Number, accumulate: bool) -> Array:
    """What is left of a synthetic token's worth after `years` of generations, one a year (at least one).

    If model output accumulates beside human text the loss is bounded: 1 / sum of i^-2, down to 6 / pi^2. If it
    replaces human text, worth falls as 1 / n. Linear theory of Gerstgrasser et al. 2024 (arXiv 2404.01413);
    between whole years by linear interpolation.
    """
    n = np.clip(years, 1.0, _GENERATIONS)
    if not accumulate:
        return np.asarray(1.0 / n)
    # A table of whole years read by index: np.interp would search, which takes ten times as long.
    whole = np.asarray(n).astype(np.intp)
    return np.asarray(_ACCUMULATED[whole] + (n - whole) * _ACCUMULATED_STEP[whole])


@dataclass(frozen=True)
class Curves:
    """Log demand and log supply of every draw, as functions of the years since the start.

    Demand is straight on either side of the bend (the compute slow-down): level + late t + extra min(t, bend).
    """

    start: float
    draws: int
    stock: Number
    stock_slope: Number
    level: Number
    late: Number
    extra: Number
    bend: Number
    boost: Number
    licensed: Number
    licensed_slope: Number
    access: Access | None = None
    synthetic: Synthetic | None = None

    def log_demand(self, t: Number, boosted: bool | Mask) -> Array:
        """ln of the tokens that one run wants; `boosted` says whether overtraining counts yet."""
        return np.asarray(self.level + self.late * t + self.extra * np.minimum(t, self.bend) + self.boost * boosted)

    def log_stock(self, t: Number) -> Array:
        """ln of the effective stock of human text, nothing restricted."""
        return np.asarray(self.stock + self.stock_slope * t)

    def log_supply(self, t: Number) -> Array:
        """ln of what a run can use: accessible stock, synthetic and licensed text."""
        supply = self.log_stock(t)
        factor: Number = 1.0
        if self.access is not None:
            factor = self.access.kept(t)
        if self.synthetic is not None:
            factor = factor * self.synthetic.factor(t)
        if self.access is not None or self.synthetic is not None:
            supply = supply + np.log(factor)
        if np.any(self.licensed) or np.any(self.licensed_slope):
            supply = np.log(np.exp(supply) + np.maximum(self.licensed + self.licensed_slope * t, 0.0))
        return supply

    def gap(self, t: Number, boosted: bool | Mask) -> Array:
        """ln demand - ln supply, one per draw: the text is used up where this is not negative."""
        return np.broadcast_to(self.log_demand(t, boosted) - self.log_supply(t), self.draws)

    @property
    def jump(self) -> float:
        """Years from the start to the year from which overtraining counts."""
        return OVERTRAINING_FROM - self.start

    @property
    def breaks(self) -> list[float]:
        """Years from the start in which all draws bend at once."""
        bends = [self.bend] if self.access is None else [self.bend, self.access.observed, self.access.block]
        return [float(bend) for bend in bends if np.ndim(bend) == 0]

    @property
    def straight(self) -> bool:
        """Whether log supply is a straight line: nothing restricted, nothing added."""
        added = np.any(self.licensed) or np.any(self.licensed_slope)
        return self.access is None and self.synthetic is None and not added


def take(part: Part, draws: Indices | slice) -> Part:
    """The same with these draws only; numbers hold for all draws and stay."""
    chosen: dict[str, Any] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, np.ndarray) and value.ndim:
            chosen[field.name] = value[draws]
        elif isinstance(value, Access | Synthetic):
            chosen[field.name] = take(value, draws)
    if isinstance(part, Curves):
        chosen["draws"] = draws.stop - draws.start if isinstance(draws, slice) else draws.size
    return replace(part, **chosen)


def curves(inputs: Mapping[str, Number], *, draws: int, start: float, demand: str, access: bool, regime: str) -> Curves:
    """The curves of drawn `inputs`, whose keys are the numeric fields of a scenario.

    `demand` is historical, compute or mixture; `regime` off, accumulate or replace. A `long_run_share` left out means
    that the restricted share does not change.
    """
    since = start - REFERENCE_YEAR
    slope = np.log(inputs["stock_growth"])
    stock = np.log(inputs["stock_tokens"]) + np.log(inputs["quality"]) + np.log(inputs["epochs"])
    certain = demand != "mixture" and all(np.ndim(value) == 0 for value in inputs.values())
    return Curves(
        start=start,
        draws=1 if certain else draws,
        stock=stock + slope * since,
        stock_slope=slope,
        **_demand(inputs, start, demand, draws),
        boost=np.log(inputs["overtraining"]) / 2,
        licensed=inputs["licensed_tokens"] + inputs["licensed_growth"] * since,
        licensed_slope=inputs["licensed_growth"],
        access=_access(inputs, start) if access else None,
        synthetic=None if regime == "off" else _synthetic(inputs, start, regime),
    )


def _access(inputs: Mapping[str, Number], start: float) -> Access:
    now = inputs["restricted_share"]
    # Without a long-run share it stands still, before as after.
    settled = inputs.get("long_run_share", now)
    moves = "long_run_share" in inputs
    return Access(
        settled=settled,
        passing=now - settled,
        rate=inputs["settling_rate"],
        observed=inputs["observed_year"] - start,
        rise=1.0 / np.maximum(inputs["observed_year"] - inputs["block_year"], _INSTANT) if moves else 0.0,
        weight=inputs["token_weight"],
        effect=inputs["compliance"] * (1.0 - inputs["relicensed"]),
        spared=1.0 - inputs["retroactivity"],
        block=inputs["block_year"] - start,
        # The old text cannot be more than all of a stock that shrinks.
        ageing=np.maximum(np.log(inputs["stock_growth"]), 0.0),
    )


def _synthetic(inputs: Mapping[str, Number], start: float, regime: str) -> Synthetic:
    share = inputs["synthetic_share"]
    worth = inputs["synthetic_value"] * share / (1.0 - share)
    return Synthetic(worth, regime == "accumulate", SYNTHETIC_SINCE - start)


def _demand(inputs: Mapping[str, Number], start: float, kind: str, draws: int) -> dict[str, Number]:
    slope = np.log(inputs["dataset_growth"])
    level = np.log(inputs["dataset_tokens"]) + slope * (start - inputs["dataset_year"])
    historical: dict[str, Number] = {"level": level, "late": slope, "extra": 0.0, "bend": 0.0}
    # D = 20 sqrt(C / 120): 20 tokens a parameter at C = 6 N D (Hoffmann et al. 2022, arXiv 2203.15556).
    half = log(10.0) / 2
    early, late = inputs["compute_growth"], inputs["compute_growth_after"]
    compute: dict[str, Number] = {
        "level": log(20.0) - log(120.0) / 2 + half * (inputs["compute_now"] + early * (start - REFERENCE_YEAR)),
        "late": half * late,
        "extra": half * (early - late),
        "bend": inputs["compute_slowdown_year"] - start,
    }
    if kind != "mixture":
        return historical if kind == "historical" else compute
    # Every second draw instead of a coin toss: exactly half each, one noise less.
    even = np.arange(draws) % 2 == 0
    return {key: np.where(even, historical[key], compute[key]) for key in historical}
