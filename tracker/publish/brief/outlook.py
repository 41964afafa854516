"""What comes next: the forecasts of shares, and the projection with and without what is closed."""

from collections.abc import Sequence
from math import isfinite, isnan
from typing import Any

from tracker import reference
from tracker.core.projection import Projection, project, year_words
from tracker.errors import UsageError
from tracker.publish.brief.facts import Frame, Outcome
from tracker.publish.forecast import report
from tracker.reference.scenarios import NamedScenario, load_scenarios
from tracker.store.query import Reader

SCENARIOS = ("epoch-2024", "epoch-2024-access", "article", "reanchored-2026")
MONTHS = (1, 3, 6, 12)
DRAWS, SEED = 20_000, 0
LAST_YEAR = 2040
"""Where the chart of years ends; what is beyond it stands in the words."""


def forecasts(reader: Reader, frame: Frame, agents: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """The forecasts of some agents, as `tracker forecast` has them; without those of which nothing is known."""
    found = []
    for agent in agents:
        try:
            found.append(report(reader, agent, panel=frame.panel, definition=frame.definition, months=MONTHS))
        except UsageError:
            continue
    return tuple(found)


def outcomes() -> tuple[Outcome, ...]:
    """The scenarios that stand side by side, on the same draws."""
    known = load_scenarios(reference.scenarios_path())
    return tuple(_outcome(known[name]) for name in SCENARIOS)


def _outcome(chosen: NamedScenario) -> Outcome:
    answer = project(chosen.scenario, DRAWS, SEED)
    low, high = (year_words(year) for year in answer.interval(0.8))
    first = int(chosen.scenario.start_year)
    forward, forward_years = _forward(answer) if chosen.scenario.restricts else (None, None)
    return Outcome(
        chosen.id,
        chosen.title,
        year_words(answer.median),
        (low, high),
        chance(answer.never_before_horizon),
        round(chosen.scenario.horizon),
        forward,
        forward_years,
        tuple((year, round(answer.probability_by(float(year)), 4)) for year in range(first, LAST_YEAR + 1)),
    )


def _forward(answer: Projection) -> tuple[str, tuple[float, float, float] | None]:
    middle, (low, high) = answer.forward.median, answer.forward.interval(0.8)
    if isnan(middle):
        return "nothing that could be dated: no draw runs out before the horizon", None
    end = f"to {_months(high)}" if isfinite(high) else "or more"
    return f"{_months(middle)} (80 % interval {_months(low)} {end})", (middle, low, high)


def _months(years: float) -> str:
    """Years as months, for people."""
    months = round(12 * years)
    if months <= 0:
        return "less than a month"
    return "1 month" if months == 1 else f"{months} months"


def chance(share: float) -> str:
    """A probability in per cent, never rounded to nothing or all."""
    if 0 < share < 0.005:
        return "less than 1 %"
    return "more than 99 %" if 0.995 < share < 1 else f"{100 * share:.0f} %"
