"""The projection as the command line and files show it: figures with their words, their inputs and their sources."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import ceil, isfinite, isnan
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from tracker import reference
from tracker.core.assignments import assignments
from tracker.core.dates import decimal_year
from tracker.core.distributions import Distribution
from tracker.core.nearest import did_you_mean
from tracker.core.projection import Projection, Quantiles, finite, project
from tracker.core.scenarios import CHOICES, FIELDS, InputError, read, sample, unit_of
from tracker.core.sensitivity import in_play, swings
from tracker.errors import DrywellError, UsageError
from tracker.publish import csv_files
from tracker.publish.projection_words import interval_words, year_words
from tracker.reference.rows import reference_file
from tracker.reference.scenarios import NamedScenario, Origin, load_scenarios, scenarios

DEFAULT_SCENARIO = "epoch-2024-access"
MEANING = "the year in which one training run would use the whole accessible stock of human text, if trends go on"
EPOCH = "Villalobos et al. 2024, arXiv 2211.04325v2 (Epoch AI)"
CORRECTION = (
    "Epoch's paper contains no blocking: its 2026 to 2032 take all indexed text as usable. The article's sentence that "
    "has these years follow from blocking is wrong."
)
"""Shown with the scenarios that carry the article's years."""
_CORRECTED = frozenset({"epoch-2024", "article"})
# What a title says at its end of where its restrictions are from.
_OF_WHAT = re.compile(r" \((?:a published measure|measured here|set here): .*\)$")
_MONTHS = 12
_FEW_TOKENS = 1e9
_ALL_BUT_CERTAIN = 0.99
_EVERY_YEAR = 10
_BATCH = 10_000
# Normal scores: of the lowest and the highest tenth, and of the ends of a 95 % interval.
_TENTHS = np.array([NormalDist().inv_cdf(p) for p in (0.1, 0.9)])
_ENDS_95 = np.array([NormalDist().inv_cdf(p) for p in (0.025, 0.975)])


def find(name: str, own: Path | None = None) -> NamedScenario:
    """A scenario of ours or of one's own file by its id; raises UsageError for an id that is not there."""
    known = scenarios(own)
    if name not in known:
        near = did_you_mean(name, known)
        raise UsageError(f"unknown scenario {name!r}{near}, use one of: {', '.join(known)}, or --scenarios FILE")
    return known[name]


def changed(chosen: NamedScenario, texts: Sequence[str]) -> NamedScenario:
    """The scenario with inputs set as people type them; raises UsageError that names the input and the mend."""
    try:
        inputs = assignments(texts)
        scenario = read(inputs, chosen.scenario)
    except InputError as reason:
        raise UsageError(f"--set {reason}") from None
    here = Origin("", "set on the command line", "")
    own = {name: replace(here, unit=unit_of(name)) for name in inputs if name not in CHOICES}
    title = chosen.title
    named = {text.partition("=")[0].strip(): text.strip() for text in texts}
    closing = [named[name] for name in ("access", "restricted_share") if name in named]
    if closing and _OF_WHAT.search(title):
        title = retitled(title, f"set here: {', '.join(closing)}")
    return replace(chosen, title=title, scenario=scenario, origins={**chosen.origins, **own})


def retitled(title: str, words: str) -> str:
    """A title with where its restrictions are from now, in place of what it said of that."""
    return f"{_OF_WHAT.sub('', title)} ({words})"


def written_by(chosen: NamedScenario, own: Path | None) -> tuple[str, ...]:
    """The inputs that the user's own file sets in this scenario; none where the scenario is one of ours."""
    return chosen.written if own is not None and scenarios().get(chosen.id) != chosen else ()


def idle(chosen: NamedScenario, texts: Iterable[str], written: Sequence[str] = ()) -> list[str]:
    """Why inputs that were set by hand, or `written` in a file, move nothing: a sentence for each reason."""
    scenario, used = chosen.scenario, in_play(chosen.scenario)
    names = dict.fromkeys([*written, *assignments(texts)])
    reasons: dict[str, list[str]] = {}
    for name in names:
        if name in FIELDS.keys() - used:
            reasons.setdefault(_why_idle(name, chosen), []).append(name)
    found = [
        f"{', '.join(group)} {'is' if len(group) == 1 else 'are'} not in play: {why}" for why, group in reasons.items()
    ]
    if "access" in names and scenario.access != "off" and not scenario.restricts:
        found.append(f"access={scenario.access} closes nothing: restricted_share is 0, --set restricted_share=0.25 too")
    if scenario.synthetic_regime != "off" and "synthetic_regime" in names and scenario.synthetic_share == 0:
        found.append("synthetic_regime adds nothing: synthetic_share is 0, --set synthetic_share=0.3 too")
    return found


def forgotten(chosen: NamedScenario, texts: Iterable[str], written: Sequence[str] = ()) -> list[str]:
    """Inputs in tokens that were set so low that a T was meant, a sentence for each."""
    found = []
    for name in dict.fromkeys([*written, *assignments(texts)]):
        value = getattr(chosen.scenario, name)
        size = value.median if isinstance(value, Distribution) else value
        if unit_of(name) == "tokens" and 0 < size < _FEW_TOKENS:
            found.append(f"{name} is {size:g} tokens, far below any stock or run; {size:g}T are {size:g}e12")
    return found


def _why_idle(name: str, chosen: NamedScenario) -> str:
    scenario = chosen.scenario
    if name.startswith(("dataset_", "compute_")):
        return f"demand is {scenario.demand}, --set demand=mixture uses it"
    if name.startswith("synthetic_"):
        return "there is no synthetic text, --set synthetic_regime=accumulate adds it"
    if scenario.access == "off":
        return "nothing is closed, --set access=robots switches it on"
    if not scenario.restricts:
        return "restricted_share is 0"
    if name == "block_year":
        return "retroactivity is 1, so old copies are lost too"
    return "long_run_share is none, so the share stays as it is"


def report(
    chosen: NamedScenario, draws: int = 20_000, seed: int = 0, set_here: Sequence[str] = ()
) -> tuple[dict[str, Any], Projection]:
    """The figures of a scenario, JSON-able, and the projection they are from; years that never come are None.

    The keys of `Projection.summary`, of which `scenario` is the id and `inputs` what it holds; title, note, meaning,
    source, remarks; set (what was changed by hand, `set_here`); words (years as people say them); unrestricted (the
    same draws, nothing closed); forward_months; probability_by (by the end of a year); given_not_yet (see
    `_given_not_yet`); sensitivity (years between the lowest and highest tenth of each input).
    """
    projection = project(chosen.scenario, draws, seed)
    found = projection.summary()
    start, horizon = chosen.scenario.start_year, chosen.scenario.horizon
    free = Quantiles(np.sort(projection.unrestricted))
    low, high = projection.forward.interval(0.8)
    return {
        **found,
        "scenario": chosen.id,
        "title": chosen.title,
        "note": chosen.note,
        "set": list(set_here),
        "words": {
            "median": year_words(projection.median, horizon, start),
            "interval_80": interval_words(projection.interval(0.8), horizon, start),
            "interval_90": interval_words(projection.interval(0.9), horizon, start),
            "unrestricted_median": year_words(free.at(0.5), horizon, start),
        },
        "forward_months": {
            "median": _months(projection.forward.median),
            "interval_80": [_months(low), _months(high)],
        },
        "unrestricted": {
            "median": finite(free.at(0.5)),
            "interval_80": [finite(year) for year in free.interval(0.8)],
            "never_before_horizon": float(np.mean(np.isinf(projection.unrestricted))),
        },
        "horizon": horizon,
        "given_not_yet": _given_not_yet(projection),
        "probability_by": list(_probabilities(projection, free)),
        "sensitivity": [_swing(one, chosen) for one in swings(projection)],
        "meaning": MEANING,
        "source": EPOCH,
        "remarks": [CORRECTION] if chosen.id in _CORRECTED else [],
        "inputs": found["scenario"],
    }, projection


def known_until() -> float:
    """The day on which a training set was looked up last, as a decimal year: none known by then has used all text."""
    return round(decimal_year(date.fromisoformat(max(row.checked for row in reference.datasets()))), 1)


def _given_not_yet(projection: Projection) -> dict[str, Any]:
    """The year from the draws that do not lie before `known_until`, which the model knows nothing of.

    probability_before is the share of those left out; median and interval_80 are None if nothing is left.
    """
    year = known_until()
    later = Quantiles(np.sort(projection.years[projection.years > year]))
    return {
        "year": year,
        "probability_before": projection.probability_by(year),
        "median": finite(later.at(0.5)),
        "interval_80": [finite(end) for end in later.interval(0.8)],
    }


def _months(years: float) -> float | None:
    return round(_MONTHS * years, 2) if isfinite(years) else None


def _probabilities(projection: Projection, free: Quantiles) -> Iterator[dict[str, Any]]:
    """By the end of each year until it is all but certain, after ten years of every fifth, and the last."""
    first, last = int(projection.scenario.start_year), ceil(projection.scenario.horizon) - 1
    for year in range(first, last + 1):
        by = min(year + 1.0, projection.scenario.horizon)
        chance = projection.probability_by(by)
        if year - first < _EVERY_YEAR or year % 5 == 0 or year == last:
            yield {"end_of": year, "probability": chance, "unrestricted": free.share_by(by)}
            if chance >= _ALL_BUT_CERTAIN:
                return


def _swing(one: Any, chosen: NamedScenario) -> dict[str, Any]:
    scenario = chosen.scenario
    own = getattr(scenario, one.field)
    return {
        "input": one.field,
        "lowest_tenth": finite(one.low),
        "highest_tenth": finite(one.high),
        "years": finite(one.swing),
        "share_of_draws": one.share,
        "unit": unit_of(one.field),
        "bounds": [float(value) for value in own.at(_TENTHS)],
        "words": [year_words(year, scenario.horizon, scenario.start_year) for year in (one.low, one.high)],
    }


def inputs(chosen: NamedScenario) -> list[dict[str, Any]]:
    """Every input in force, in the order of its declaration: what it is, and where it comes from."""
    used = in_play(chosen.scenario)
    found = []
    for name in chosen.scenario.as_dict():
        value, origin = getattr(chosen.scenario, name), chosen.origins.get(name)
        row: dict[str, Any] = {"input": name, **_value(value), "unit": "" if name in CHOICES else unit_of(name)}
        row["in_play"] = name not in FIELDS or name in used
        row["source"] = origin.source if origin else "" if name in CHOICES else "default of the model"
        row["date"], row["note"] = (origin.date, origin.note) if origin else ("", "")
        found.append(row)
    return found


def _value(value: Any) -> dict[str, Any]:
    if not isinstance(value, Distribution):
        plain = str(value) if isinstance(value, str) else value
        return {"value": plain, "low": None, "high": None, "level": None, "dist": None}
    form = value.as_dict()
    if "low" in form:
        low, high, level = form["low"], form["high"], form.get("level", 1.0)
    else:
        low, high, level = *(float(end) for end in value.at(_ENDS_95)), 0.95
    return {"value": value.median, "low": low, "high": high, "level": level, "dist": form["dist"]}


def anchors() -> dict[str, NamedScenario]:
    """Other readings of demand, nothing closed."""
    ours = scenarios()
    return {name: one for name, one in load_scenarios(reference_file("anchors.toml"), ours).items() if name not in ours}


def compare(known: Mapping[str, NamedScenario], draws: int = 20_000, seed: int = 0) -> list[dict[str, Any]]:
    """The headline figures of several scenarios, all from the same draws."""
    keys = ("scenario", "title", "median", "interval_80", "interval_90", "never_before_horizon")
    keys += ("forward_median", "forward_interval_80", "forward_months", "words", "horizon", "draws", "seed")
    found = (report(one, draws, seed)[0] for one in known.values())
    return [{key: row[key] for key in keys} for row in found]


def write_draws(path: Path, projection: Projection) -> int:
    """The draws as CSV, a row each: the year with restrictions, without, the months between, each uncertain input.

    A year that does not come before the horizon is `inf`, the months are empty where neither comes. A file of that name
    is overwritten. Raises DrywellError where the file cannot be written, or its folder is not there.
    """
    if not path.parent.is_dir():
        raise DrywellError(f"cannot write {path}: there is no folder {path.parent}; make it, or choose another place")
    drawn = sample(projection.scenario, projection.draws, projection.seed)
    uncertain = {
        name: values
        for name, values in drawn.items()
        if isinstance(values, np.ndarray) and getattr(projection.scenario, name) is not None
    }
    months = _MONTHS * projection.forward.years
    columns = ["draw", "year", "unrestricted_year", "months_forward", *uncertain]

    def batches() -> Iterator[Sequence[Sequence[Any]]]:
        for first in range(0, projection.draws, _BATCH):
            rows = range(first, min(first + _BATCH, projection.draws))
            yield [
                [
                    n,
                    f"{projection.years[n]:.5f}",
                    f"{projection.unrestricted[n]:.5f}",
                    "" if isnan(months[n]) else f"{months[n]:.4f}",
                    *(f"{values[n]:.8g}" for values in uncertain.values()),
                ]
                for n in rows
            ]

    return csv_files.write(path, columns, batches())
