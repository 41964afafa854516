"""What the forecast is held against: peers that see only the monthly shares. Those with statsmodels are elsewhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np

from tracker.core.distributions import normal_cdf
from tracker.core.forecast.histories import Floats


class Series(NamedTuple):
    """Shares blocked at the ends of the months up to an origin, the last one at it, and of how many known sites."""

    shares: Floats
    known: Floats


Ask = Callable[[Series, Sequence[int], int, int], Floats | None]
"""From a series, whole months ahead, draws and seed to a row of drawn shares for each horizon; None: it has none."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer by name, asked from `least` monthly shares on.

    `at_most` so many origins in all are put to it, evenly spread over those that would have been shown (None: all).
    """

    name: str
    ask: Ask
    least: int = 2
    at_most: int | None = None


def persistence(series: Series, months: Sequence[int], draws: int, seed: int) -> Floats:
    """The last share, plus as many past monthly differences as there are months, with either sign.

    The differences are raw ones of the share, drawn with replacement.
    """
    differences = np.diff(series.shares)
    normals = np.random.default_rng((seed, 0)).standard_normal((2, max(months), draws))
    which = np.minimum((normal_cdf(normals[0]) * differences.size).astype(np.int64), differences.size - 1)
    walk = np.cumsum(differences[which] * np.sign(normals[1]), axis=0)
    return np.asarray(np.clip(series.shares[-1] + walk[np.array(months) - 1], 0.0, 1.0))


def drift(series: Series, months: Sequence[int], draws: int, seed: int) -> Floats:
    """A random walk of the logit with the mean of its past differences."""
    blocked = series.shares * series.known
    logits = np.log((blocked + 0.5) / (series.known - blocked + 0.5))
    differences = np.diff(logits)
    z = np.random.default_rng((seed, 1)).standard_normal(draws)
    mean, deviation = differences.mean(), differences.std(ddof=1)
    # The second term: the mean itself is known from so many differences only.
    rows = [mean * h + deviation * sqrt(h + h * h / differences.size) * z for h in months]
    return np.asarray(1 / (1 + np.exp(-(logits[-1] + np.array(rows)))))


PERSISTENCE = Peer("persistence", persistence)
DRIFT = Peer("drift", drift, least=3)
