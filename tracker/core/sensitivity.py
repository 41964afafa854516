"""Which input the exhaustion year hangs on: conditional deciles of the draws that are there already.

For each uncertain input the median year among the draws in the lowest tenth of its values is held against that among
the draws in the highest tenth (a tornado that needs no further runs). Mixed demand uses the inputs of either leg in
half of the draws only; the tenths are taken among those, or the other half would drown what the input does.
"""

from dataclasses import dataclass
from math import inf, isinf, isnan, nan

import numpy as np
from numpy.typing import NDArray

from tracker.core.distributions import Array
from tracker.core.exhaustion import Mask
from tracker.core.projection import Projection
from tracker.core.scenarios import FIELDS, Demand, Regime, Scenario, sample

_TENTH = 0.1
_HISTORICAL = frozenset({"dataset_tokens", "dataset_year", "dataset_growth"})
_COMPUTE = frozenset({"compute_now", "compute_growth", "compute_slowdown_year", "compute_growth_after"})
_RESTRICTIONS = frozenset({"restricted_share", "token_weight", "compliance", "retroactivity", "relicensed"})
_OLD_COPIES = frozenset({"block_year"})
_SETTLING = frozenset({"long_run_share", "observed_year", "settling_rate"})
_SYNTHETIC = frozenset({"synthetic_share", "synthetic_value"})


@dataclass(frozen=True, slots=True)
class Swing:
    """What one input moves: the median years at its lowest and highest tenth, and the years between (>= 0).

    A year is +inf where the median draw does not run out before the horizon. `swing` is then +inf if that is so at
    one end only, and nan, which is unknown, if at both. `share` is the part of the draws that use the input.
    """

    field: str
    low: float
    high: float
    swing: float
    share: float = 1.0


def swings(projection: Projection) -> list[Swing]:
    """The uncertain inputs that are in play, those that move the year most first.

    Inputs that are certain are left out, and so are those that the scenario does not use. Draws that share the value
    at the edge of a tenth all count.
    """
    scenario = projection.scenario
    inputs = sample(scenario, projection.draws, projection.seed)
    used = in_play(scenario)
    legs = _legs(scenario, projection.draws)
    found = []
    for name, values in inputs.items():
        own = getattr(scenario, name)
        # A long-run share left out is the restricted share again, no input of its own.
        if name not in used or own is None or not isinstance(values, np.ndarray):
            continue
        leg = legs.get(name)
        years = projection.years
        swing = _swing(name, values, years) if leg is None else _swing(name, values[leg], years[leg], float(leg.mean()))
        found.append(swing)
    return sorted(found, key=lambda one: (isnan(one.swing), -one.swing if not isnan(one.swing) else 0.0, one.field))


def in_play(scenario: Scenario) -> frozenset[str]:
    """The inputs that can move the year of this scenario: those of demand and access that it does not use are not."""
    idle: frozenset[str] = frozenset()
    if scenario.demand is Demand.HISTORICAL:
        idle |= _COMPUTE
    if scenario.demand is Demand.COMPUTE:
        idle |= _HISTORICAL
    if not scenario.restricts:
        idle |= _RESTRICTIONS | _OLD_COPIES | _SETTLING
    if scenario.long_run_share is None:
        idle |= _SETTLING - {"long_run_share"}
    if scenario.retroactivity == 1:
        idle |= _OLD_COPIES
    if scenario.synthetic_regime is Regime.OFF:
        idle |= _SYNTHETIC
    return frozenset(FIELDS) - idle


def _legs(scenario: Scenario, draws: int) -> dict[str, Mask]:
    """Of mixed demand the draws that use an input; `tracker.core.exhaustion` gives every second one to either leg."""
    if scenario.demand is not Demand.MIXTURE:
        return {}
    even = np.arange(draws) % 2 == 0
    return dict.fromkeys(_HISTORICAL, even) | dict.fromkeys(_COMPUTE, ~even)


def _swing(name: str, values: Array, years: Array, share: float = 1.0) -> Swing:
    if not values.size:
        return Swing(name, nan, nan, nan, share)
    # Selected by value, not by place: draws that tie (clipped to the end of a range) are alike.
    count = max(1, round(_TENTH * values.size))
    edges = np.partition(values, (count - 1, values.size - count))
    low = _median(years[values <= edges[count - 1]])
    high = _median(years[values >= edges[values.size - count]])
    if isinf(low) and isinf(high):
        return Swing(name, low, high, nan, share)
    return Swing(name, low, high, inf if isinf(low) or isinf(high) else abs(high - low), share)


def _median(years: NDArray[np.float64]) -> float:
    """The lower middle draw: a mean of two would make "never" of one that is."""
    return float(np.partition(years, (years.size - 1) // 2)[(years.size - 1) // 2])
