"""An uncertain input: a named distribution, drawn from one fixed column of standard normals.

Every input owns a column of normals per (draws, seed). A distribution only *transforms* its column (common
random numbers), so that moving one slider leaves every other draw where it was and a curve never jitters.
Columns are drawn once and cached, and so are their transforms.

Published intervals are kept as published: `low` and `high` are the central interval of probability `level`.
No scipy: the normal distribution function is Zelen and Severo's polynomial (Abramowitz & Stegun 26.2.17,
absolute error below 7.5e-8), the inverse of the beta distribution is a table.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, log
from statistics import NormalDist
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Distribution(ABC):
    """A distribution of one input; `name` is its word in a scenario file."""

    name: ClassVar[str]

    @abstractmethod
    def at(self, z: Array) -> Array:
        """Its quantiles at the standard normal scores `z`, same shape."""

    @property
    def median(self) -> float:
        """Its median."""
        return float(self.at(np.zeros(1))[0])

    @property
    @abstractmethod
    def span(self) -> tuple[float, float]:
        """The lowest and highest values it is specified by, for range checks."""

    @abstractmethod
    def as_dict(self) -> dict[str, float | str]:
        """The form a scenario file uses; JSON-able."""


def _check_order(low: float, high: float) -> None:
    if not (isfinite(low) and isfinite(high)):
        raise ValueError(f"bounds must be finite numbers, got {low:g} and {high:g}")
    if low > high:
        raise ValueError(f"swapped bounds: low {low:g} is above high {high:g}; exchange them")
    if low == high:
        raise ValueError(f"low and high are both {low:g}; write the number alone")


def _score(level: float) -> float:
    """How many standard deviations reach from the centre to either end of a central interval."""
    # So near to 1 that it is 1 once halved is not between either.
    if not 0.5 < (1 + level) / 2 < 1:
        raise ValueError(f"level must lie between 0 and 1 (0.95 for a 95 % interval), got {level:g}")
    return NormalDist().inv_cdf((1 + level) / 2)


@dataclass(frozen=True, slots=True)
class Lognormal(Distribution):
    """Lognormal with the central interval [low, high] of probability `level`.

    `value` is the published median where it is not the geometric middle: each side then has a scale of its
    own, so that median and both bounds are as printed.
    """

    low: float
    high: float
    level: float = 0.95
    value: float | None = None
    name: ClassVar[str] = "lognormal"

    def __post_init__(self) -> None:
        _check_order(self.low, self.high)
        _score(self.level)
        if self.low <= 0:
            raise ValueError(f"a lognormal is positive, got low {self.low:g}")
        if self.value is not None and not self.low < self.value < self.high:
            raise ValueError(f"value {self.value:g} is outside {self.low:g} to {self.high:g}")

    def at(self, z: Array) -> Array:
        """Quantiles at the normal scores `z`."""
        low, high = log(self.low), log(self.high)
        middle = (low + high) / 2 if self.value is None else log(self.value)
        below, above = (middle - low) / _score(self.level), (high - middle) / _score(self.level)
        # max/min instead of a choice per draw: one of the two terms is always zero.
        return np.exp(middle + below * np.minimum(z, 0.0) + above * np.maximum(z, 0.0))

    @property
    def span(self) -> tuple[float, float]:
        """Its bounds."""
        return self.low, self.high

    def as_dict(self) -> dict[str, float | str]:
        """The scenario file's form."""
        form: dict[str, float | str] = {
            "dist": self.name,
            "low": self.low,
            "high": self.high,
            "level": self.level,
        }
        return form if self.value is None else {**form, "value": self.value}


@dataclass(frozen=True, slots=True)
class Normal(Distribution):
    """Normal with the central interval [low, high] of probability `level`."""

    low: float
    high: float
    level: float = 0.95
    name: ClassVar[str] = "normal"

    def __post_init__(self) -> None:
        _check_order(self.low, self.high)
        _score(self.level)

    def at(self, z: Array) -> Array:
        """Quantiles at the normal scores `z`."""
        return (self.low + self.high) / 2 + (self.high - self.low) / 2 / _score(self.level) * z

    @property
    def span(self) -> tuple[float, float]:
        """Its bounds."""
        return self.low, self.high

    def as_dict(self) -> dict[str, float | str]:
        """The scenario file's form."""
        return {"dist": self.name, "low": self.low, "high": self.high, "level": self.level}


@dataclass(frozen=True, slots=True)
class Uniform(Distribution):
    """Uniform on [low, high]."""

    low: float
    high: float
    name: ClassVar[str] = "uniform"

    def __post_init__(self) -> None:
        _check_order(self.low, self.high)

    def at(self, z: Array) -> Array:
        """Quantiles at the normal scores `z`."""
        return self.low + (self.high - self.low) * normal_cdf(z)

    @property
    def span(self) -> tuple[float, float]:
        """Its ends."""
        return self.low, self.high

    def as_dict(self) -> dict[str, float | str]:
        """The scenario file's form."""
        return {"dist": self.name, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Triangular(Distribution):
    """Triangular on [low, high] with its peak (mode) at `value`."""

    low: float
    value: float
    high: float
    name: ClassVar[str] = "triangular"

    def __post_init__(self) -> None:
        _check_order(self.low, self.high)
        if not self.low <= self.value <= self.high:
            raise ValueError(f"value {self.value:g} is outside {self.low:g} to {self.high:g}")

    def at(self, z: Array) -> Array:
        """Quantiles at the normal scores `z`."""
        u, width = normal_cdf(z), self.high - self.low
        rising = self.low + np.sqrt(u * width * (self.value - self.low))
        falling = self.high - np.sqrt((1 - u) * width * (self.high - self.value))
        return np.where(u * width < self.value - self.low, rising, falling)

    @property
    def span(self) -> tuple[float, float]:
        """Its ends."""
        return self.low, self.high

    def as_dict(self) -> dict[str, float | str]:
        """The scenario file's form."""
        return {"dist": self.name, "low": self.low, "value": self.value, "high": self.high}


@dataclass(frozen=True, slots=True)
class Beta(Distribution):
    """Beta(a, b) on [0, 1], for shares; a and b at least 0.5."""

    a: float
    b: float
    name: ClassVar[str] = "beta"

    def __post_init__(self) -> None:
        if not (0.5 <= self.a < 1e4 and 0.5 <= self.b < 1e4):
            raise ValueError(f"a beta needs a and b from 0.5 to 10000, got {self.a:g} and {self.b:g}")

    def at(self, z: Array) -> Array:
        """Quantiles at the normal scores `z`, by the table (absolute error below 1e-4)."""
        scores, values = _beta_table(self.a, self.b)
        return np.interp(z, scores, values)

    @property
    def span(self) -> tuple[float, float]:
        """The unit interval."""
        return 0.0, 1.0

    def as_dict(self) -> dict[str, float | str]:
        """The scenario file's form."""
        return {"dist": self.name, "a": self.a, "b": self.b}


Value = float | Distribution


def lognormal95(low: float, high: float) -> Lognormal:
    """Lognormal with the 95 % interval [low, high]."""
    return Lognormal(low, high, 0.95)


def lognormal90(low: float, high: float) -> Lognormal:
    """Lognormal with the 90 % interval [low, high]."""
    return Lognormal(low, high, 0.90)


def normal(mean: float, sd: float) -> Normal:
    """Normal by mean and standard deviation, kept as its 95 % interval."""
    reach = _score(0.95) * sd
    return Normal(mean - reach, mean + reach, 0.95)


def uniform(low: float, high: float) -> Uniform:
    """Uniform on [low, high]."""
    return Uniform(low, high)


def triangular(low: float, value: float, high: float) -> Triangular:
    """Triangular on [low, high] with the peak at `value`."""
    return Triangular(low, value, high)


def beta(a: float, b: float) -> Beta:
    """Beta(a, b) on [0, 1]."""
    return Beta(a, b)


_LEAST, _MOST = 0.5, 9_999.0  # of a and b of a beta


def beta_like(draws: Array) -> Value:
    """The beta with the mean and variance of draws in [0, 1]; the number itself if they are all the same.

    Where such a beta would have a or b below 0.5 or above 9,999, it keeps the mean and comes as near to the variance as
    a `Beta` can.
    """
    mean, variance = float(draws.mean()), float(draws.var())
    if variance == 0:
        return mean
    mean = min(max(mean, 1e-4), 1 - 1e-4)
    narrow = min(mean, 1 - mean)
    size = max(mean * (1 - mean) / variance - 1, _LEAST / narrow)
    size = min(size, _MOST / (1 - narrow))
    return Beta(max(mean * size, _LEAST), max((1 - mean) * size, _LEAST))


def lognormal_like(draws: Array) -> Value:
    """The lognormal with the mean and variance of the logarithms of positive draws; the number if all are the same."""
    logs = np.log(draws)
    middle, reach = float(logs.mean()), _score(0.95) * float(logs.std())
    low, high = float(np.exp(middle - reach)), float(np.exp(middle + reach))
    return Lognormal(low, high, 0.95) if low < high else low


def median_of(value: Value) -> float:
    """The number itself, or the distribution's median."""
    return value.median if isinstance(value, Distribution) else float(value)


def draw(value: Value, draws: int, seed: int, column: int) -> float | Array:
    """`draws` values of the input that owns `column`; a plain number stays one number.

    The array is cached and read-only.
    """
    return _drawn(value, draws, seed, column) if isinstance(value, Distribution) else float(value)


@lru_cache(maxsize=64)
def _drawn(distribution: Distribution, draws: int, seed: int, column: int) -> Array:
    values = distribution.at(_normals(draws, seed, column))
    values.setflags(write=False)
    return values


@lru_cache(maxsize=64)
def _normals(draws: int, seed: int, column: int) -> Array:
    """One column of the matrix of normals, a stream of its own: a new column leaves the others alone."""
    normals = np.random.default_rng((seed, column)).standard_normal(draws)
    normals.setflags(write=False)
    return normals


# Abramowitz & Stegun 26.2.17.
_TAIL = (0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429)


def normal_cdf(z: Array) -> Array:
    """The standard normal distribution function, absolute error below 7.5e-8."""
    size = np.abs(z)
    t = 1 / (1 + 0.2316419 * size)
    series = np.zeros_like(t)
    for coefficient in reversed(_TAIL):
        series = (series + coefficient) * t
    tail = np.exp(-size * size / 2) * 0.3989422804014327 * series
    return np.where(z < 0, tail, 1 - tail)


@lru_cache(maxsize=32)
def _beta_table(a: float, b: float) -> tuple[Array, Array]:
    """Normal scores and the beta's quantiles there.

    With x = sin²θ the density is smooth at both ends for a, b >= 0.5; it is integrated by the trapezoid rule.
    """
    theta = np.linspace(0.0, np.pi / 2, 4097)
    tiny = np.finfo(np.float64).tiny
    sine, cosine = np.log(np.maximum(np.sin(theta), tiny)), np.log(np.maximum(np.cos(theta), tiny))
    exponent = (2 * a - 1) * sine + (2 * b - 1) * cosine
    density = np.exp(exponent - exponent.max())
    cdf = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    cdf /= cdf[-1]
    scores = np.linspace(-5.0, 5.0, 1001)
    values = np.sin(np.interp(normal_cdf(scores), cdf, theta)) ** 2
    return scores, values
