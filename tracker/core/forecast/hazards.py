"""The two hazards of the panel: how often an open site blocks, and how often a blocked one reopens, per site-month.

Events are Poisson in the exposure, so a gamma prior gives a gamma posterior: `shape` counts events, `rate` site-months.
The prior of an agent seen for long is half an event in 50 site-months; that of one seen for less than half a year is
shared across agents (empirical Bayes by moments: Marshall, Biometrics 47 (1991) 283-294).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import lgamma, log, sqrt
from typing import ClassVar, NamedTuple

import numpy as np

from tracker.core.distributions import Array, Distribution, normal_cdf
from tracker.core.intervals import DAY

MONTH = 2_629_800
"""Seconds in a twelfth of a year of 365.25 days."""
MONTH_DAYS = MONTH / DAY
PRIOR_EVENTS = 0.5
PRIOR_SITE_MONTHS = 50.0


@dataclass(frozen=True, slots=True)
class Gamma(Distribution):
    """Gamma by shape and rate; of a hazard: events, and the site-months that they took."""

    shape: float
    rate: float
    name: ClassVar[str] = "gamma"

    def __post_init__(self) -> None:
        if not (0.05 <= self.shape < 1e9 and 0 < self.rate < np.inf):
            raise ValueError(f"a gamma needs a shape from 0.05 and a positive rate, got {self.shape:g}, {self.rate:g}")

    def at(self, z: Array) -> Array:
        """Quantiles at the normal scores `z`, by a table (relative error below 1e-3 within four deviations)."""
        scores, logs = _gamma_table(self.shape)
        return np.asarray(np.exp(np.interp(z, scores, logs)) / self.rate)

    @property
    def mean(self) -> float:
        """Its mean."""
        return self.shape / self.rate

    @property
    def span(self) -> tuple[float, float]:
        """All that is positive."""
        return 0.0, np.inf

    def as_dict(self) -> dict[str, float | str]:
        """The scenario file's form."""
        return {"dist": self.name, "shape": self.shape, "rate": self.rate}

    def after(self, events: float, site_months: float) -> "Gamma":
        """The posterior once so many events were seen in so many site-months."""
        return Gamma(self.shape + events, self.rate + site_months)


@lru_cache(maxsize=256)
def _gamma_table(shape: float) -> tuple[Array, Array]:
    """Normal scores, and the logarithms of the quantiles of a gamma of rate 1 there.

    The logarithm of a gamma variate has the smooth density exp(s u - e^u) for every shape s; it is integrated by the
    trapezoid rule between its quantiles 1e-9 (from the leading term x^s / Γ(s + 1)) and 1 - 1e-9.
    """
    if shape < 20:
        low, high = (log(1e-9) + lgamma(shape + 1)) / shape, log(shape + 9 * sqrt(shape) + 25)
    else:
        low, high = log(shape) - 9 / sqrt(shape), log(shape) + 9 / sqrt(shape)
    logs = np.linspace(low, high, 4097)
    exponent = shape * logs - np.exp(logs)
    density = np.exp(exponent - exponent.max())
    cdf = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    scores = np.linspace(-5.0, 5.0, 1001)
    return scores, np.interp(normal_cdf(scores), cdf / cdf[-1], logs)


class Prior(NamedTuple):
    """What is believed of both hazards before the sites are looked at."""

    block: Gamma = Gamma(PRIOR_EVENTS, PRIOR_SITE_MONTHS)
    unblock: Gamma = Gamma(PRIOR_EVENTS, PRIOR_SITE_MONTHS)


class Count(NamedTuple):
    """Events of one kind, and the site-months in which they could have happened."""

    events: float
    site_months: float


def shared_prior(blocks: Iterable[Count], unblocks: Iterable[Count]) -> Prior:
    """The prior that the histories of other agents give, one count each."""
    return Prior(_across(list(blocks)), _across(list(unblocks)))


def _across(counts: list[Count]) -> Gamma:
    """The gamma whose mean is the pooled hazard and whose spread is that between agents.

    It never weighs less than the prior of one agent alone, nor more than the mean exposure of the others.
    """
    seen = [count for count in counts if count.site_months > 0]
    months = sum(count.site_months for count in seen)
    if not seen:
        return Gamma(PRIOR_EVENTS, PRIOR_SITE_MONTHS)
    mean = (sum(count.events for count in seen) + PRIOR_EVENTS) / (months + PRIOR_SITE_MONTHS)
    spread = sum(count.site_months * (count.events / count.site_months - mean) ** 2 for count in seen) / months
    each = months / len(seen)
    between = spread - mean / each
    widest = max(PRIOR_SITE_MONTHS, each)
    rate = widest if between <= 0 else min(max(mean / between, PRIOR_SITE_MONTHS), widest)
    return Gamma(max(mean * rate, 0.05), rate)


def two_state(share: Array | float, block: Array | float, unblock: Array | float, months: float) -> Array:
    """The expected share blocked after `months`, from `share` now and the hazards per month.

    b(t) = b_inf + (b_0 - b_inf) exp(-(a + c) t) with b_inf = a / (a + c).
    """
    total = np.add(block, unblock)
    # (1 - exp(-x t)) / x, which is t where nothing ever happens.
    reach = np.where(total > 0, -np.expm1(-total * months) / np.where(total > 0, total, 1.0), months)
    return np.asarray(share + (np.multiply(block, np.subtract(1, share)) - np.multiply(unblock, share)) * reach)
