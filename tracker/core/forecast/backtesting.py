"""The backtest: what would have been forecast at the end of each month, against what came.

Rolling origin: at each one the panel is what was known then, and each agent's prior, while it is young, is that of the
others as of then. An origin counts as `shown` if a forecast would have been shown there, else as `withheld`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from tracker.core.dates import iso
from tracker.core.forecast.breaks import evidence
from tracker.core.forecast.fitting import DRAWS, Fit, fit
from tracker.core.forecast.hazards import MONTH, Prior, shared_prior
from tracker.core.forecast.histories import Floats, Histories, Observation
from tracker.core.forecast.peers import DRIFT, PERSISTENCE, Peer, Series
from tracker.core.forecast.scores import Score, ratio_interval, score

MONTHS = (1, 3, 6, 12)
SHOWN, WITHHELD = "shown", "withheld"
MARKOV, WHOLE, UNLAUNCHED = "markov", "markov, no restart", "markov, no launch rule"
"""What is shown as the forecast; what stands beside it after a break, as if none had been; and the forecast as if an
agent's first quarter went on, with the breaks that were found: how the first release of these scores had it."""


class Row(NamedTuple):
    """A model at one horizon: errors in percentage points, CRPS as a ratio to persistence at the same origins.

    `n` forecasts; `ratio_low` and `ratio_high` is the 95 % interval by agent, None for a single agent; `markov_ratio`
    is that of ours at the same origins, for not every peer answers at all of them.
    """

    origins: str
    model: str
    months: int
    n: int
    mae: float
    crps: float
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    markov_ratio: float | None
    coverage_80: float
    coverage_90: float
    width_80: float


class Origin(NamedTuple):
    """A moment from which is forecast: the panel as of then, the shares up to it, and those that came."""

    agent: str
    at: int
    fits: Mapping[str, Fit]  # ours, by model
    series: Series
    truths: tuple[float, ...]  # nan: not known yet

    @property
    def kind(self) -> str:
        """Whether a forecast would have been shown."""
        return WITHHELD if self.fits[MARKOV].refusals else SHOWN


@dataclass(frozen=True, eq=False)
class Backtest:
    """Scores of every model at every horizon, by (shown or withheld, model, months), origin by origin."""

    months: tuple[int, ...]
    models: tuple[str, ...]
    agents: tuple[str, ...]
    origins: int
    scores: Mapping[tuple[str, str, int], Mapping[tuple[str, int], Score]]

    def table(self) -> list[Row]:
        """A row for each model and horizon that has forecasts, those that would have been shown first."""
        keys = ((kind, model, h) for kind in (SHOWN, WITHHELD) for model in self.models for h in self.months)
        return [self._row(key) for key in keys if self.scores.get(key)]

    def _row(self, key: tuple[str, str, int]) -> Row:
        kind, model, months = key
        mine, base = self.scores[key], self.scores.get((kind, PERSISTENCE.name, months), {})
        both = [place for place in mine if place in base]
        ours, theirs = [mine[place] for place in both], [base[place] for place in both]
        interval = ratio_interval(ours, theirs)
        low, high = interval if interval else (None, None)
        markov = self.scores.get((kind, MARKOV, months), {})
        values = list(mine.values())
        return Row(
            kind,
            model,
            months,
            len(values),
            _mean(values, lambda one: one.error),
            _mean(values, lambda one: one.crps),
            _ratio(ours, theirs),
            low,
            high,
            _ratio([markov[place] for place in both if place in markov], theirs),
            _mean(values, lambda one: one.inside_80),
            _mean(values, lambda one: one.inside_90),
            _mean(values, lambda one: one.width_80),
        )

    def as_dict(self) -> dict[str, Any]:
        """The figures as JSON-able values: `rows` of the table, and all `forecasts` that these are the means of."""
        return {
            "agents": list(self.agents),
            "origins": self.origins,
            "months": list(self.months),
            "rows": [_rounded(row._asdict()) for row in self.table()],
            "forecasts": [_rounded(one) for one in self.forecasts()],
        }

    def forecasts(self) -> Iterator[dict[str, Any]]:
        """Each forecast of ours that could be scored: from which day, how it did, and the CRPS of persistence there."""
        for kind in (SHOWN, WITHHELD):
            for months in self.months:
                base = self.scores.get((kind, PERSISTENCE.name, months), {})
                for place, one in sorted(self.scores.get((kind, MARKOV, months), {}).items()):
                    beside = base.get(place)
                    yield {
                        "origins": kind,
                        "months": months,
                        "agent": place[0],
                        "from": iso(place[1])[:10],
                        "error": one.error,
                        "crps": one.crps,
                        "persistence": None if beside is None else beside.crps,
                        "inside_80": one.inside_80,
                        "inside_90": one.inside_90,
                    }


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    """To a hundredth of a hundredth of a point: more is noise of the draws."""
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}


def _ratio(ours: Sequence[Score], theirs: Sequence[Score]) -> float | None:
    base = sum(one.crps for one in theirs)
    return sum(one.crps for one in ours) / base if base > 0 else None


def _mean(scores: Sequence[Score], of: Callable[[Score], float]) -> float:
    return float(np.mean([of(one) for one in scores]))


def backtest(
    panels: Mapping[str, Histories | Iterable[Observation | tuple[str, int, bool | None]]],
    *,
    peers: Sequence[Peer] = (PERSISTENCE, DRIFT),
    months: Sequence[int] = MONTHS,
    origins: int | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    advance: Callable[[int, int, str], None] | None = None,
) -> Backtest:
    """Forecasts from the ends of the months, each scored at `months` ahead; the same arguments give the same bytes.

    `panels` has what `fit` takes for each agent, from when it was documented on. An origin needs two months of known
    shares behind it, the last of them at it, and one horizon that has come. `origins`: the newest so many of each
    agent. `advance` is told how many of all steps are done, and which comes next: a fit, or a model asked at an origin.
    Raises ValueError for horizons that are no whole months, and as `fit` does.
    """
    if not months or any(h != int(h) or h < 1 for h in months):
        raise ValueError(f"months ahead must be whole numbers from 1, got {list(months)}")
    horizons = tuple(int(h) for h in months)
    known = {agent: Histories.of(given) for agent, given in panels.items()}
    points = [one for agent in known for one in _points(agent, known[agent], horizons, origins)]
    names = (*_OURS, *(peer.name for peer in peers))
    total = len(points) * (1 + len(names))
    tell = advance or (lambda *_: None)
    found = []
    for number, point in enumerate(points):
        tell(number, total, f"{point.agent}: fit")
        found.append(_origin(point, known, draws, seed))
    models = {name: _ours(name) for name in _OURS}
    models |= {peer.name: _theirs(peer, found, draws, seed) for peer in peers}
    scores: dict[tuple[str, str, int], dict[tuple[str, int], Score]] = {}
    for number, (origin, name) in enumerate(product(found, names), len(found)):
        tell(number, total, f"{origin.agent}: {name}")
        drawn = models[name](origin, horizons)
        for h, truth, row in zip(horizons, origin.truths, () if drawn is None else drawn, strict=False):
            if not np.isnan(truth):
                key = (origin.kind, name, h)
                scores.setdefault(key, {})[origin.agent, origin.at] = score(origin.agent, row, truth)
    tell(total, total, "done")
    return Backtest(horizons, names, tuple(known), len(found), scores)


Model = Callable[[Origin, Sequence[int]], Floats | None]
_OURS = (MARKOV, WHOLE, UNLAUNCHED)


def _ours(name: str) -> Model:
    return lambda origin, months: origin.fits[name].forecast(months).shares


def _theirs(peer: Peer, origins: Sequence[Origin], draws: int, seed: int) -> Model:
    """The peer, asked where the series is long enough, and at no more origins than it bears."""
    able = [one for one in origins if one.series.shares.size >= peer.least]
    if peer.at_most is not None:
        able = [one for one in able if one.kind == SHOWN]
        picked = np.linspace(0, len(able) - 1, min(peer.at_most, len(able))).round()
        able = [able[number] for number in picked.astype(int).tolist()]
    chosen = {(one.agent, one.at) for one in able}

    def ask(origin: Origin, months: Sequence[int]) -> Floats | None:
        return peer.ask(origin.series, months, draws, seed) if (origin.agent, origin.at) in chosen else None

    return ask


class _Point(NamedTuple):
    """An origin before anything is fitted."""

    agent: str
    at: int
    series: Series
    truths: tuple[float, ...]


def _points(agent: str, histories: Histories, months: tuple[int, ...], newest: int | None) -> Iterator[_Point]:
    count = (histories.until - histories.since) // MONTH
    ends = histories.until - MONTH * np.arange(count, -1, -1)
    shares, known = histories.shares(ends), histories.known(ends)
    truths = np.concatenate((shares, np.full(max(months), np.nan)))
    # The first differences are two observations; the last origin has one month to come.
    numbers = range(1, len(ends) - min(months))
    for number in numbers if newest is None else list(numbers)[-newest or len(ends) :]:
        at = int(ends[number])
        gaps = np.flatnonzero(np.isnan(shares[: number + 1]))
        first = int(gaps[-1]) + 1 if gaps.size else 0
        if number - first < 1:
            continue
        series = Series(shares[first : number + 1], known[first : number + 1])
        yield _Point(agent, at, series, tuple(float(truths[number + h]) for h in months))


def _origin(point: _Point, panels: Mapping[str, Histories], draws: int, seed: int) -> Origin:
    histories = panels[point.agent].as_of(point.at)
    prior = _prior_of_others(point.agent, panels, point.at)
    shown, unlaunched = (
        fit(one, shared=prior, draws=draws, seed=seed) for one in (histories, replace(histories, launch=None))
    )
    fits = {MARKOV: shown, WHOLE: shown.whole or shown, UNLAUNCHED: unlaunched}
    return Origin(point.agent, point.at, fits, point.series, point.truths)


def _prior_of_others(agent: str, panels: Mapping[str, Histories], at: int) -> Prior | None:
    others = [evidence(panel.as_of(at)) for name, panel in panels.items() if name != agent and panel.since < at]
    if not others:
        return None
    return shared_prior([one.blocks for one in others], [one.unblocks for one in others])
