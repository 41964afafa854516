"""The stored backtest in Markdown: what it was run on, and a row for each model."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tracker.core.forecast.backtesting import MARKOV, SHOWN, UNLAUNCHED, WHOLE, WITHHELD
from tracker.core.forecast.peers import PERSISTENCE
from tracker.core.forecast.scores import AgentScore, by_agent
from tracker.reference.backtest import stored_backtest

_NAMES = {
    MARKOV: "**Markov panel, as shown**",
    WHOLE: "the same without restart at breaks",
    UNLAUNCHED: "the same without the rule of the first quarter",
}
Row = Mapping[str, Any]


def backtest_page() -> str:
    """The part of docs/method.md that says how good the forecasts were."""
    found = stored_backtest()
    months = " / ".join(str(one) for one in found["months"])
    head = [
        "model",
        f"CRPS, % of persistence's, at {months} months",
        "80 % covers, %",
        "90 % covers, %",
        "MAE, points",
        "forecasts",
    ]
    models = list(dict.fromkeys(row["model"] for row in found["rows"]))
    rows = [_cells(found, SHOWN, model) for model in models]
    rows.append(_cells(found, WITHHELD, MARKOV))
    facts = textwrap.fill(_facts(found), 120, break_on_hyphens=False)
    return "\n\n".join([facts, _table([head, *rows]), "As shown, agent by agent:", _by_agent(found, months)])


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *body])


def _by_agent(found: Row, months: str) -> str:
    scores = by_agent(one for one in found["forecasts"] if one["origins"] == SHOWN)
    head = [
        "agent",
        f"80 % covers, at {months} months",
        "CRPS, % of persistence's",
        "MAE, points",
    ]
    rows = []
    for agent in found["agents"]:
        mine = {one.months: one for one in scores if one.agent == agent}
        each = [mine.get(horizon) for horizon in found["months"]]
        columns: list[Callable[[AgentScore], str]] = [
            lambda one: f"{one.inside_80} of {one.n}",
            lambda one: _percent(one.ratio),
            lambda one: f"{one.error:.2f}",
        ]
        rows.append([agent, *(" / ".join("-" if one is None else cell(one) for one in each) for cell in columns)])
    return _table([head, *rows])


def _facts(found: Row) -> str:
    agents = ", ".join(f"{name} from {day}" for name, day in found["known_since"].items())
    base = [f"{row['crps']:.2f}" for row in _of(found, SHOWN, PERSISTENCE.name)]
    return (
        f"Run on {found['run_on']} by Drywell {found['drywell']} on panel {found['panel']}, {found['definition']}: "
        f"{found['sites']} sites, {found['from']} to {found['to']}; {agents}; {found['origins']} origins. "
        f"CRPS of persistence: {' / '.join(base)} points."
    )


def _cells(found: Row, origins: str, model: str) -> list[str]:
    rows = _of(found, origins, model)
    name = _NAMES.get(model, model) if origins == SHOWN else "the Markov panel where nothing is shown"
    ratios = _joined(rows, lambda row: _percent(row["ratio"]))
    if rows and [row["n"] for row in rows] != [row["n"] for row in _of(found, origins, MARKOV)]:
        ratios += f" (ours there {_joined(rows, lambda row: _percent(row['markov_ratio']))})"
    return [
        name,
        ratios,
        _joined(rows, lambda row: _percent(row["coverage_80"])),
        _joined(rows, lambda row: _percent(row["coverage_90"])),
        _joined(rows, lambda row: f"{row['mae']:.2f}"),
        _joined(rows, lambda row: str(row["n"])),
    ]


def _of(found: Row, origins: str, model: str) -> list[Row]:
    return [row for row in found["rows"] if (row["origins"], row["model"]) == (origins, model)]


def _joined(rows: Sequence[Row], cell: Callable[[Row], str]) -> str:
    return " / ".join(cell(row) for row in rows)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f}"
