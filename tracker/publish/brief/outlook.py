"""What comes next: the forecasts of shares, and the projection with and without what is closed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isnan
from typing import Any

from tracker.core.distributions import Distribution, Value
from tracker.core.estimate import percent
from tracker.core.forecast.backtesting import MARKOV, SHOWN
from tracker.core.projection import Projection
from tracker.core.scenarios import Scenario
from tracker.errors import UsageError
from tracker.publish import projection
from tracker.publish.brief.facts import Anchor, Frame, Measured, Outcome, Tested
from tracker.publish.forecast import report
from tracker.publish.measured import measured
from tracker.publish.projection_words import chance_words, months_span, months_words
from tracker.publish.tokens import look
from tracker.reference.backtest import stored_backtest
from tracker.reference.scenarios import NamedScenario
from tracker.store.query import Reader

RESTRICTED = "epoch-2024-access"
MEASURED = "measured here"
"""In place of the id of a scenario: no file has this one."""
SCENARIOS = ("epoch-2024", RESTRICTED, "article", "reanchored-2026")
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


def tested() -> Tested:
    """What the shipped backtest says of forecasts so many months ahead."""
    found = stored_backtest()
    scores = {row["months"]: row for row in found["rows"] if (row["origins"], row["model"]) == (SHOWN, MARKOV)}
    inside = tuple(
        (months, round(100 * scores[months]["coverage_80"], 1), int(scores[months]["n"]))
        for months in MONTHS
        if months in scores and scores[months]["n"]
    )
    return Tested(found["panel"], found["sites"], found["from"], found["to"], inside)


def outcomes() -> tuple[Outcome, ...]:
    """The scenarios that stand side by side, on the same draws, as `tracker project` has them."""
    return tuple(_outcome(projection.find(name)) for name in SCENARIOS)


def as_measured(reader: Reader, frame: Frame, agent: str) -> Measured | None:
    """The scenario with restrictions, which are those of the panel; None if it shows none to be known."""
    try:
        looked = look(reader, agent, panel=frame.panel, definition=frame.definition)
        found = measured(reader, projection.find(RESTRICTED), looked)
    except UsageError:
        return None
    outcome = replace(_outcome(found.chosen), id=MEASURED, title=f"{RESTRICTED} with what this panel closes to {agent}")
    facts = found.facts
    counted = (facts["of_panel"]["known"], facts["of_panel"]["sites"], facts["percent"], facts["low"], facts["high"])
    return Measured(agent, RESTRICTED, outcome, facts["date"], *counted, facts["uniform"], tuple(found.notes))


def anchors() -> tuple[Anchor, ...]:
    """What other readings of demand make of the year, nothing closed."""
    rows = projection.compare(projection.anchors(), DRAWS, SEED)
    return tuple(Anchor(row["title"], *_words(row)) for row in rows)


def _words(row: Mapping[str, Any]) -> tuple[str, str, str]:
    said = row["words"]
    return said["median"], said["interval_80"], chance_words(row["never_before_horizon"])


def _outcome(chosen: NamedScenario) -> Outcome:
    row, answer = projection.report(chosen, DRAWS, SEED)
    forward, forward_years = _forward(answer) if chosen.scenario.restricts else (None, None)
    first = int(chosen.scenario.start_year)
    return Outcome(
        chosen.id,
        chosen.title,
        *_words(row),
        round(chosen.scenario.horizon),
        *_closing(chosen.scenario),
        forward,
        forward_years,
        tuple((year, round(answer.probability_by(year + 1.0), 4)) for year in range(first, LAST_YEAR + 1)),
    )


def _closing(scenario: Scenario) -> tuple[float | None, float | None, float | None]:
    """The share that is closed in per cent, the year in which it stood so, and where it goes; held, it has neither."""
    if not scenario.restricts:
        return None, None, None
    share, long_run = percent(_middle(scenario.restricted_share)), scenario.long_run_share
    if long_run is None:
        return share, None, None
    return share, _middle(scenario.observed_year), percent(_middle(long_run))


def _middle(value: Value) -> float:
    return value.median if isinstance(value, Distribution) else float(value)


def _forward(answer: Projection) -> tuple[str, tuple[float, float, float] | None]:
    middle, interval = answer.forward.median, answer.forward.interval(0.8)
    words = f"{months_words(middle)} (80 % interval {months_span(interval)})"
    return words, None if isnan(middle) else (middle, *interval)
