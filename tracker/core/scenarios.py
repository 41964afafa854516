"""The inputs of a projection: which there are, their units and ranges, and how a file writes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from math import isfinite
from numbers import Real
from reprlib import Repr
from typing import Any

import numpy as np

from tracker.core.distributions import (
    Beta,
    Distribution,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
    Value,
    draw,
    lognormal90,
    lognormal95,
)
from tracker.core.exhaustion import REFERENCE_YEAR, Number
from tracker.core.nearest import did_you_mean


class Demand(StrEnum):
    """How the largest run's data set grows: as data sets did, as compute does, or half the draws each."""

    HISTORICAL = "historical"
    COMPUTE = "compute"
    MIXTURE = "mixture"


class AccessLayer(StrEnum):
    """Where the restricted share was measured; `off` is Epoch's own assumption: all text stays usable."""

    OFF = "off"
    ROBOTS = "robots"
    TERMS = "terms"
    EDGE = "edge"
    UNION = "union"


class Regime(StrEnum):
    """Whether model-written text comes beside human text, replaces it, or is left out."""

    OFF = "off"
    ACCUMULATE = "accumulate"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Field:
    """Unit and range of one number; `column` is the column of normals it owns, never given to another."""

    column: int
    unit: str
    low: float
    high: float


_YEAR = ("year", 1950.0, 2200.0)
_SHARE = ("share", 0.0, 1.0)
FIELDS: dict[str, Field] = {
    "stock_tokens": Field(0, "tokens", 1e-6, 1e24),
    "quality": Field(1, "share", 1e-9, 1.0),
    "epochs": Field(2, "x", 1e-6, 1e6),
    "stock_growth": Field(3, "x/y", 1e-3, 1e3),
    "dataset_tokens": Field(4, "tokens", 1e-6, 1e24),
    "dataset_year": Field(5, *_YEAR),
    "dataset_growth": Field(6, "x/y", 1e-3, 1e3),
    "compute_now": Field(7, "log10 FLOP", 0.0, 60.0),
    "compute_growth": Field(8, "OOM/y", -2.0, 3.0),
    "compute_slowdown_year": Field(9, *_YEAR),
    "compute_growth_after": Field(10, "OOM/y", -2.0, 3.0),
    "overtraining": Field(11, "x", 1e-6, 1e6),
    "restricted_share": Field(12, *_SHARE),
    "token_weight": Field(13, "x", 0.0, 1e3),
    "compliance": Field(14, *_SHARE),
    "retroactivity": Field(15, *_SHARE),
    "relicensed": Field(16, *_SHARE),
    "block_year": Field(17, *_YEAR),
    "long_run_share": Field(18, *_SHARE),
    "observed_year": Field(19, *_YEAR),
    "settling_rate": Field(20, "1/y", 0.0, 100.0),
    "synthetic_share": Field(21, "share", 0.0, 0.999),
    "synthetic_value": Field(22, "x", 0.0, 1e3),
    "licensed_tokens": Field(23, "tokens", 0.0, 1e24),
    "licensed_growth": Field(24, "tokens/y", -1e24, 1e24),
}
"""Every field that may be a distribution. `start_year` and `horizon` are always numbers, in years."""


def unit_of(name: str) -> str:
    """The unit of a field that holds a number."""
    return FIELDS[name].unit if name in FIELDS else _YEAR[0]


# Epoch's published intervals; what of them is calibrated says data/reference/scenarios.toml.
_STOCK = Lognormal(130e12, 2100e12, 0.95, 510e12)
_QUALITY = lognormal95(0.10, 0.40)
_EPOCHS = lognormal95(2.0, 5.0)
_STOCK_GROWTH = Normal(1.029, 1.134, 0.95)
_DATASET = lognormal90(3e12, 13e12)
_DATASET_GROWTH = lognormal95(1.862, 3.020)
_COMPUTE = Normal(24.57, 26.53, 0.95)
_COMPUTE_GROWTH = Normal(0.465, 0.935, 0.95)
_SLOWDOWN = Normal(2027.08, 2034.92, 0.95)


@dataclass(frozen=True, slots=True)
class Scenario:
    """All inputs of a projection; the defaults are Epoch 2024 (compute leg calibrated), nothing restricted.

    Each is a number (numpy's too), which is certain, a distribution of `tracker.core.distributions`, or a table as a
    scenario file has it: `Scenario(epochs={"dist": "lognormal", "low": 2, "high": 5, "level": 0.95})`. Units are in
    `FIELDS`: tokens are tokens (510e12, not 510), data grows by a factor a year, compute is log10 FLOP at
    2024.0 and grows by orders of magnitude a year. A draw outside a field's range counts as its nearest end.

    Without `long_run_share`, `restricted_share` holds at all times. With it, it is the share at `observed_year`, up
    to which it rose from none in `block_year`; from then on it moves towards `long_run_share` at `settling_rate`, the
    sum of the block and the unblock hazard. A plain 0 means that nothing is restricted, now or later.

    Raises ValueError, in one line, for a value that cannot be meant.
    """

    stock_tokens: Value = _STOCK
    quality: Value = _QUALITY
    epochs: Value = _EPOCHS
    stock_growth: Value = _STOCK_GROWTH
    dataset_tokens: Value = _DATASET
    dataset_year: Value = 2024.0
    dataset_growth: Value = _DATASET_GROWTH
    compute_now: Value = _COMPUTE
    compute_growth: Value = _COMPUTE_GROWTH
    compute_slowdown_year: Value = _SLOWDOWN
    compute_growth_after: Value = 0.20
    demand: Demand = Demand.MIXTURE
    overtraining: Value = 1.0
    access: AccessLayer = AccessLayer.OFF
    restricted_share: Value = 0.0
    token_weight: Value = 1.0
    compliance: Value = 1.0
    retroactivity: Value = 1.0
    relicensed: Value = 0.0
    block_year: Value = 2023.6
    long_run_share: Value | None = None
    observed_year: Value = 2026.9
    settling_rate: Value = 0.23
    synthetic_share: Value = 0.0
    synthetic_value: Value = 1.0
    synthetic_regime: Regime = Regime.OFF
    licensed_tokens: Value = 0.0
    licensed_growth: Value = 0.0
    start_year: float = REFERENCE_YEAR
    horizon: float = 2054.0

    def __post_init__(self) -> None:
        for name, words in CHOICES.items():
            object.__setattr__(self, name, _word(name, getattr(self, name), words))
        for name, field in FIELDS.items():
            if name != "long_run_share" or self.long_run_share is not None:
                object.__setattr__(self, name, _checked(name, field, getattr(self, name)))
        for name in ("start_year", "horizon"):
            object.__setattr__(self, name, _checked(name, Field(-1, *_YEAR), getattr(self, name), certain=True))
        if self.start_year >= self.horizon:
            raise InputError("horizon", f"{self.horizon:g} is not after start_year {self.start_year:g}")

    @property
    def restricts(self) -> bool:
        """Whether the access layer takes anything away."""
        takes = self.restricted_share != 0 and self.token_weight != 0 and self.compliance != 0 and self.relicensed != 1
        return self.access is not AccessLayer.OFF and takes

    def as_dict(self) -> dict[str, Any]:
        """All fields as JSON-able values, in the form that `read` takes."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: v.as_dict() if isinstance(v, Distribution) else v for name, v in values.items()}


CHOICES: dict[str, type[StrEnum]] = {"demand": Demand, "access": AccessLayer, "synthetic_regime": Regime}
"""Fields that hold a word."""


class InputError(ValueError):
    """One input cannot be meant; `field` is its name, the message begins with it."""

    def __init__(self, field: str, reason: object) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


def _word(name: str, value: str, words: type[StrEnum]) -> StrEnum:
    try:
        return words(value)
    except ValueError:
        raise InputError(name, f"{_said(value)} is none of {', '.join(words)}") from None


_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 100


def _said(value: object) -> str:
    """What was written, for a message: on one line, cut if it is long."""
    return _SHORT.repr(value)


def _checked(name: str, field: Field, value: object, certain: bool = False) -> Value:
    if isinstance(value, Mapping):
        value = _table(name, field, value)
    elif isinstance(value, Real):
        value = _number(name, "value", value)
    if isinstance(value, Distribution) and not certain:
        ends: tuple[float, ...] = value.span
    elif isinstance(value, float):
        ends = (value,)
    else:
        raise InputError(name, f"{_said(value)} is no number" + ("" if certain else " and no distribution"))
    for end in ends:
        if not field.low <= end <= field.high:
            raise InputError(name, f"{end:g} is outside {field.low:g} to {field.high:g} ({field.unit})")
    return value


def _number(name: str, key: str, value: object) -> float:
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:  # a whole number of hundreds of digits
            raise InputError(name, f"{key} is a number without end, write it as 510e12") from None
        if isfinite(number):
            return number
    raise InputError(name, f"{key} {_said(value)} is no number{_as_share(value)}")


def _as_share(value: object) -> str:
    """How a share in per cent is written, where that is what was written."""
    share = re.fullmatch(r"\s*([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%\s*", value) if isinstance(value, str) else None
    return f", write it as {float(share[1]) / 100:g}" if share else ""


def sample(scenario: Scenario, draws: int, seed: int) -> dict[str, Number]:
    """Every number of the scenario by field name: one float if it is certain, else an array (draws,); no None.

    The draws of a field depend on its own distribution and on (draws, seed) alone.
    """
    inputs: dict[str, Number] = {}
    for name, field in FIELDS.items():
        value = getattr(scenario, name)
        if value is None:
            continue
        drawn = draw(value, draws, seed, field.column)
        inputs[name] = drawn if isinstance(drawn, float) else np.clip(drawn, field.low, field.high)
    return inputs


FORMS: dict[str, tuple[type[Distribution], tuple[str, ...], tuple[str, ...]]] = {
    "lognormal": (Lognormal, ("low", "high", "level"), ("value",)),
    "normal": (Normal, ("low", "high", "level"), ()),
    "uniform": (Uniform, ("low", "high"), ()),
    "triangular": (Triangular, ("low", "value", "high"), ()),
    "beta": (Beta, ("a", "b"), ()),
}
"""What each distribution is written with: the parts it needs, in order, then those that may be left out."""
ORIGIN = ("unit", "source", "date", "note")
"""Keys of an input that say where it comes from; they do not enter the calculation."""


def read(inputs: Mapping[str, Any], base: Scenario | None = None) -> Scenario:
    """`base` (else Epoch 2024) with `inputs` in place of its own: number, word or table by field name.

    A table is `{value = 510e12, unit = "tokens"}` or a distribution, as
    `{dist = "lognormal", low = 2.0, high = 5.0, level = 0.95}`; a lognormal may add its published median as
    `value`. `unit`, if given, has to be the field's own. Raises InputError in one line that names the field.
    """
    known = {field.name for field in fields(Scenario)}
    for name in inputs:
        if name not in known:
            raise InputError(name, f"unknown input{did_you_mean(name, known)}, use one of: {', '.join(sorted(known))}")
    return replace(base or Scenario(), **inputs)


def _table(name: str, field: Field, written: Mapping[str, Any]) -> Value:
    if written.get("unit", field.unit) != field.unit:
        raise InputError(name, f"wrong unit {_said(written['unit'])}, convert it to {field.unit}")
    parts = {key: part for key, part in written.items() if key not in ORIGIN}
    form = parts.pop("dist", None)
    if form is None:
        if set(parts) == {"value"}:
            return _number(name, "value", parts["value"])
        raise InputError(name, f"has no dist: a value alone, or dist = one of {', '.join(FORMS)}")
    if not isinstance(form, str) or form not in FORMS:
        raise InputError(name, f"unknown dist {_said(form)}, use one of: {', '.join(FORMS)}")
    cls, needed, optional = FORMS[form]
    for key in parts:
        if key not in needed + optional:
            raise InputError(name, f"unknown key {_said(key)}, a {form} has: {', '.join(needed + optional)}")
    for key in needed:
        if key not in parts:
            raise InputError(name, f"{key} is missing, a {form} needs: {', '.join(needed)}")
    numbers = {key: _number(name, key, part) for key, part in parts.items()}
    try:
        return cls(**numbers)
    except ValueError as reason:
        raise InputError(name, reason) from None
