"""Training data sets against what the projection has runs demand in their year, and what is known of synthetic text."""

from collections.abc import Iterable, Sequence
from math import exp, log
from typing import Any

from tracker.core.claims import period
from tracker.core.dates import decimal_year
from tracker.core.projection import project
from tracker.reference import Dataset, Modality
from tracker.reference.scenarios import NamedScenario

_LEVEL = (0.1, 0.5, 0.9)


def data_sets(
    known: Iterable[Dataset], chosen: NamedScenario, draws: int = 20_000, seed: int = 0
) -> list[dict[str, Any]]:
    """Training data sets of text, oldest first, each beside the 80 % band of demand of its day (tokens).

    Demand is that of the largest run, so most sets lie below it. Before the scenario starts there is no band (None). Of
    a month the band is that of its middle.
    """
    bands = project(chosen.scenario, draws, seed).bands
    years = [float(year) for year in bands.years]
    curves = [[float(value) for value in bands.demand[bands.levels.index(level)]] for level in _LEVEL]
    found = []
    for row in known:
        if row.modality is not Modality.TEXT:
            continue
        first, last = period(row.day, row.precision)
        band = [_at(decimal_year(first + (last - first) / 2), years, curve) for curve in curves]
        tokens = row.tokens_t * 1e12
        said = {"day": row.day, "precision": str(row.precision), "model": row.model}
        said |= {"organisation": row.organisation, "tokens": tokens}
        said |= dict(zip(("low", "median", "high"), band, strict=True)) | {"stands": _stands(tokens, band[0], band[2])}
        found.append(
            said | {"confidence": str(row.confidence), "source": row.source, "note": row.note, "checked": row.checked}
        )
    return sorted(found, key=lambda one: (one["day"], one["model"]))


def _stands(tokens: float, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "no band"
    return "below" if tokens < low else "above" if tokens > high else "within"


def _at(year: float, years: Sequence[float], values: Sequence[float]) -> float | None:
    """A curve between the years it is given for, which grows by a factor: log-linear."""
    for (before, low), (after, high) in zip(
        zip(years, values, strict=True), zip(years[1:], values[1:], strict=True), strict=False
    ):
        if before <= year <= after:
            return exp(log(low) + (log(high) - log(low)) * (year - before) / (after - before))
    return None
