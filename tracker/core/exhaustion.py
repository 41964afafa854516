"""When demand for text first reaches the supply: the equations of the projection and their solver.

Everything is in logarithms and in years since the scenario's start, so that straight lines stay straight and
a year keeps its digits. Per draw, with y = t - 2024 (Villalobos et al. 2024, arXiv 2211.04325v2, sections
2.2-2.5):

    stock        S(t) = tokens * quality * epochs * growth^y
    access       A(t) = leg (1 - k rho r(t)) + (1 - leg) (1 - k r(t)),   leg = S(block year) / S(t)
    restricted   r(t) = min(b(t) w, 0.98) (1 - relicensed)
    tracked      b(t) = b_inf + (b_now - b_inf) exp(-rate (t - observed)),   b_now until it was observed
    synthetic    1 + value * g(t) * s / (1 - s)
    supply       S A (1 + synthetic) + licensed
    demand       D0 gD^(t - anchor)   or   20 sqrt(C(t) / 120), both times sqrt(overtraining) from 2025

Access and synthetic text are ours; Epoch's model holds neither. `Curves` takes numbers and arrays alike: an
input that is certain stays a number, which costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from math import ceil, log, pi
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Number = float | Array
Part = TypeVar("Part", bound="Access | Synthetic | Curves | _Bracket")

REFERENCE_YEAR = 2024.0
"""The year in which stock, compute and licensed tokens are stated."""
OVERTRAINING_FROM = 2025.0
"""The year from which overtraining multiplies demand."""
SYNTHETIC_SINCE = 2022.0
"""The year from which generations of model output on the web are counted."""
RESTRICTED_CAP = 0.98
"""No more than this share of tokens can be restricted: something always stays open."""

_GAP_TOLERANCE = 1e-11
_ROUNDS = 60
_GENERATIONS = np.arange(1.0, 201.0)
_ACCUMULATED = 1.0 / np.cumsum(_GENERATIONS**-2)


@dataclass(frozen=True)
class Access:
    """What restrictions take: the tracked share over time, and how tracked sites become lost tokens."""

    now: Number
    settled: Number
    rate: Number
    seen: Number
    weight: Number
    effect: Number
    retroactivity: Number
    block: Number

    def kept(self, t: Number, stock_slope: Number) -> Array:
        """The share of the stock that stays usable `t` years after the start."""
        tracked = self.settled + (self.now - self.settled) * np.exp(
            -self.rate * np.maximum(t - self.seen, 0.0)
        )
        lost = np.minimum(tracked * self.weight, RESTRICTED_CAP) * self.effect
        # Copies of what was published before the block year are lost only as far as bans work backwards.
        old = np.minimum(np.exp(stock_slope * np.minimum(self.block - t, 0.0)), 1.0)
        return np.asarray(1.0 - lost * (1.0 - old * (1.0 - self.retroactivity)))


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

    If model output accumulates beside human text the loss is bounded: 1 / sum of i^-2, down to 6 / pi^2. If
    it replaces human text, worth falls as 1 / n. Linear theory of Gerstgrasser et al. 2024 (arXiv
    2404.01413); between whole years by linear interpolation.
    """
    n = np.maximum(years, 1.0)
    return np.interp(n, _GENERATIONS, _ACCUMULATED, right=6 / pi**2) if accumulate else np.asarray(1.0 / n)


@dataclass(frozen=True)
class Curves:
    """Log demand and log supply of every draw, as functions of the years since the start.

    Demand is straight on either side of the bend (the compute slow-down): level + late t + extra min(t,
    bend).
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
        return np.asarray(
            self.level + self.late * t + self.extra * np.minimum(t, self.bend) + self.boost * boosted
        )

    def log_stock(self, t: Number) -> Array:
        """ln of the effective stock of human text, nothing restricted."""
        return np.asarray(self.stock + self.stock_slope * t)

    def log_supply(self, t: Number) -> Array:
        """ln of what a run can use: accessible stock, synthetic and licensed text."""
        supply = self.log_stock(t)
        factor: Number = 1.0
        if self.access is not None:
            factor = self.access.kept(t, self.stock_slope)
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

    def boosted(self, t: float) -> bool:
        """Whether overtraining counts `t` years after the start."""
        return self.start + t >= OVERTRAINING_FROM


def _take(part: Part, which: Mask) -> Part:
    """The same with the draws of `which` only; numbers hold for all draws and stay."""
    chosen: dict[str, Any] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, np.ndarray) and value.ndim:
            chosen[field.name] = value[which]
        elif isinstance(value, Access | Synthetic):
            chosen[field.name] = _take(value, which)
        elif field.name == "draws":
            chosen[field.name] = int(np.count_nonzero(which))
    return replace(part, **chosen)


def curves(
    inputs: Mapping[str, Number], *, draws: int, start: float, demand: str, access: bool, regime: str
) -> Curves:
    """The curves of drawn `inputs`, whose keys are the numeric fields of a scenario.

    `demand` is historical, compute or mixture; `regime` off, accumulate or replace.
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
    return Access(
        now=inputs["restricted_share"],
        settled=inputs["long_run_share"],
        rate=inputs["settling_rate"],
        seen=inputs["observed_year"] - start,
        weight=inputs["token_weight"],
        effect=inputs["compliance"] * (1.0 - inputs["relicensed"]),
        retroactivity=inputs["retroactivity"],
        block=inputs["block_year"] - start,
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
        "level": log(20.0)
        - log(120.0) / 2
        + half * (inputs["compute_now"] + early * (start - REFERENCE_YEAR)),
        "late": half * late,
        "extra": half * (early - late),
        "bend": inputs["compute_slowdown_year"] - start,
    }
    if kind != "mixture":
        return historical if kind == "historical" else compute
    # Every second draw instead of a coin toss: exactly half each, one noise less.
    even = np.arange(draws) % 2 == 0
    return {key: np.where(even, historical[key], compute[key]) for key in historical}


def solve(c: Curves, horizon: float) -> Array:
    """Years in which each draw's demand first reaches its supply, shape (c.draws,).

    +inf if not before `horizon`, the start year if already. A walk over whole years brackets the first
    crossing, then regula falsi closes in on the curves themselves.
    """
    bracket = _first_crossing(c, _nodes(c, horizon))
    met = np.isfinite(bracket.left)
    years = np.full(c.draws, np.inf)
    years[met] = c.start + _close_in(_take(c, met), _take(bracket, met))
    return years


def _nodes(c: Curves, horizon: float) -> list[float]:
    """Years since the start at which the walk looks; overtraining is a jump, so its year is one of them."""
    end = horizon - c.start
    nodes = {float(year) for year in range(ceil(end))} | {end}
    jump = OVERTRAINING_FROM - c.start
    return sorted(nodes | {jump} if 0 < jump < end else nodes)


@dataclass(frozen=True)
class _Bracket:
    """Per draw: the step of the walk in which demand overtakes supply, and the gap at either end of it."""

    left: Array
    right: Array
    gap_left: Array
    gap_right: Array
    boosted: Mask


def _first_crossing(c: Curves, nodes: list[float]) -> _Bracket:
    """The first step of each draw in which the gap closes; `left` is +inf where it never does."""
    n = c.draws
    b = _Bracket(np.full(n, np.inf), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n, dtype=bool))
    index, waiting = np.arange(n), np.ones(n, dtype=bool)
    before = c.gap(0.0, c.boosted(0.0))
    for left, right in pairwise(nodes):
        boosted = c.boosted(left)
        if c.start + left == OVERTRAINING_FROM:
            before = c.gap(left, boosted)
        after = c.gap(right, boosted)
        hit = waiting & ((before >= 0) | (after >= 0))
        draws = index[hit]
        b.left[draws], b.right[draws], b.boosted[draws] = left, right, boosted
        b.gap_left[draws], b.gap_right[draws] = before[hit], after[hit]
        waiting, before = waiting & ~hit, after
        remaining = int(np.count_nonzero(waiting))
        if remaining == 0:
            break
        # Most draws cross within a few years: leaving them out afterwards is what makes the walk cheap.
        if remaining < waiting.size / 2:
            c, index, before = _take(c, waiting), index[waiting], before[waiting]
            waiting = np.ones(remaining, dtype=bool)
    return b


def _close_in(c: Curves, b: _Bracket) -> Array:
    """Roots within their brackets by the Illinois rule; one round is exact where the curves are straight."""
    roots = b.left.copy()
    # A gap closed at the left end already (a jump, or used up at the start) has its root there.
    open_ = b.gap_left < 0
    index, c, b = np.flatnonzero(open_), _take(c, open_), _take(b, open_)
    side = np.zeros(index.size, dtype=np.int8)
    for _ in range(_ROUNDS):
        x = b.left - b.gap_left * (b.right - b.left) / (b.gap_right - b.gap_left)
        gap = c.gap(x, b.boosted)
        roots[index] = x
        going = np.abs(gap) > _GAP_TOLERANCE
        remaining = np.count_nonzero(going)
        if remaining == 0:
            break
        b, side = _narrowed(b, x, gap, side)
        if remaining < going.size / 2:
            index, c, b, side = index[going], _take(c, going), _take(b, going), side[going]
    return roots


def _narrowed(b: _Bracket, x: Array, gap: Array, last: NDArray[np.int8]) -> tuple[_Bracket, NDArray[np.int8]]:
    """The bracket with `x` for the end of its sign; an end kept twice running counts half, to move too."""
    below = gap < 0
    side = np.where(below, -1, 1).astype(np.int8)
    stuck = np.where(side == last, 0.5, 1.0)
    narrowed = _Bracket(
        left=np.where(below, x, b.left),
        right=np.where(below, b.right, x),
        gap_left=np.where(below, gap, b.gap_left * stuck),
        gap_right=np.where(below, b.gap_right * stuck, gap),
        boosted=b.boosted,
    )
    return narrowed, side
