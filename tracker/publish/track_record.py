"""How far a forecast may be trusted: what such forecasts of the same agent were worth in the stored backtest."""

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.core.forecast.backtesting import SHOWN
from tracker.core.forecast.scores import AgentScore, by_agent
from tracker.reference.backtest import stored_backtest

LEAST_COVERED = 0.7
"""An 80 % interval that covers less than this is called too narrow: the bound that the backtest is asked to keep."""
_ALL = "all"


def track_record(agent: str, definition: str, stored: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The scores of an agent's shown forecasts in a backtest (None: the one that ships), JSON-able, and in words.

    Keys: agent (None: it was not tested, and the scores are of all agents together), panel, definition, sites, from,
    to, run_on, drywell, months (a row for each horizon: months, n, inside_80, crps, ratio), words, and warnings: where
    such forecasts were worse than no change, or their intervals too narrow.
    """
    found = stored_backtest() if stored is None else stored
    shown = [one for one in found["forecasts"] if one["origins"] == SHOWN]
    mine = [one for one in shown if one["agent"] == agent]
    scored = {one.months: one for one in by_agent(mine or ({**one, "agent": _ALL} for one in shown))}
    scores = [scored.get(months, AgentScore(agent, months, 0, 0, 0.0, 0.0, None)) for months in found["months"]]
    return {
        "agent": agent if mine else None,
        **{key: found[key] for key in ("panel", "definition", "sites", "from", "to", "run_on", "drywell")},
        "months": [_row(one) for one in scores],
        "words": _words(agent if mine else None, definition, found, scores),
        "warnings": _warnings(scores),
    }


def _row(one: AgentScore) -> dict[str, Any]:
    return {
        "months": one.months,
        "n": one.n,
        "inside_80": one.inside_80,
        "crps": round(one.crps, 2) if one.n else None,
        "ratio": None if one.ratio is None else round(one.ratio, 2),
    }


def _words(agent: str | None, definition: str, found: Mapping[str, Any], scores: Sequence[AgentScore]) -> str:
    months = "/".join(str(one.months) for one in scores)
    covered = ", ".join(f"{one.inside_80} of {one.n}" if one.n else "none tested" for one in scores)
    ratios = " / ".join("-" if one.ratio is None else f"{one.ratio:.2f}" for one in scores)
    whose = "" if agent else f" on {len(found['agents'])} other agents, not on this one,"
    under = "" if definition == found["definition"] else f" under {found['definition']}, not {definition},"
    return (
        f"tested{whose}{under} on {found['sites']} sites, {found['from'][:7]} to {found['to'][:7]}: the 80 % interval "
        f"covered {covered} at {months} months; CRPS {ratios} times persistence's (1: no better than no change); "
        "`tracker backtest` tests your own history"
    )


def _warnings(scores: Sequence[AgentScore]) -> list[str]:
    worse = [one for one in scores if one.ratio is not None and one.ratio > 1]
    narrow = [one for one in scores if one.n and one.inside_80 < LEAST_COVERED * one.n]
    missing = [one for one in scores if not one.n]
    return [
        words
        for which, words in (
            (worse, f"such forecasts were worse than to say that nothing changes, at {_at(worse)}"),
            (narrow, f"the 80 % intervals were too narrow at {_at(narrow)}"),
            (missing, f"no such forecast could be tested at {_at(missing)}"),
        )
        if which
    ]


def _at(scores: Sequence[AgentScore]) -> str:
    return f"{', '.join(str(one.months) for one in scores)} month{'s' if [one.months for one in scores] != [1] else ''}"
