"""`tracker forecast` and `tracker backtest`: how a share will go on, and how good such forecasts were."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import Advance, note, print_json, print_table, progress, say

HistoryPanel = Annotated[
    str | None,
    typer.Option("--panel", "-p", help="Panel of the history.", show_default="the one looked at last"),
]
Definition = Annotated[str | None, typer.Option("--definition", help="What is counted (effective_full).")]
STALE_DAYS = 31
_LOG_SECONDS = 20
# What a narrow terminal leaves out of the scores, the first first.
_SPARE = ("width of 80 %", "90 % covers", "markov there", "95 % interval", "MAE")
_LEGEND = """\
origins: shown where a forecast would have been shown, withheld where it would have been refused (26 weeks, 5 changes)
markov is what `tracker forecast` shows; no restart: as if no break had been; no launch rule: breaks found, but that one
n: forecasts scored; MAE: mean error of the median; CRPS: that of the whole forecast, spread included (both in points)
to persistence: CRPS to that of no change at the same origins, below 1 is better; then the same with agents drawn anew
(empty: of a single agent nothing can be drawn, or persistence has no error there)
markov there: the ratio of markov at the origins at which this model answered
80 % covers: how often what came lay in the interval, 80 % would be right; width: of that interval, in points"""


def forecast(
    token: Annotated[str, typer.Argument(help="Name or product token of the crawler, in whatever case.")],
    panel: HistoryPanel = None,
    definition: Definition = None,
    months: Annotated[int, typer.Option("--months", min=1, max=120, help="How many months ahead.")] = 12,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show how the share of sites that shuts a crawler out will go on, with how sure that is.

    From how often sites blocked and unblocked it so far. With less than 26 weeks or 5 changes there is no forecast, but
    a fan of scenarios that says so. Months past the 12th are an assumption, too. What was before a break, or within the
    quarter after the crawler's launch, counts a fifth. How far to trust it: the line "tested", and docs/method.md, "How
    good it was".

    Example: tracker forecast GPTBot

    Example: tracker forecast ccbot --definition named_full --months 6 --json
    """
    from tracker.cli.ask import open_reader
    from tracker.publish.forecast import report

    with open_reader(database) as reader, progress(f"reading what sites say to {token}") as advance:
        advance(0, 1)
        found = report(reader, token, panel=panel, definition=definition, months=range(1, months + 1))
        advance(1, 1)
    for warning in (*found["warnings"], *stale(found["date"], "the months ahead begin there, not today")):
        note(f"warning: {warning}")
    if as_json:
        print_json(found)
        return
    _print_now(found)
    _print_ahead(found, found["whole"])
    _print_breaks(found)
    if found["tested"]:
        say("\nwarning: ".join((found["tested"]["words"], *found["tested"]["warnings"])))


def stale(newest: str, so: str) -> list[str]:
    """That the newest look is older than a month, if so, and what follows (`so`)."""
    days = (datetime.now(UTC).date() - date.fromisoformat(newest)).days
    if days <= STALE_DAYS:
        return []
    return [f"the newest look is of {newest}, {days} days ago: {so}"]


def _print_now(found: dict[str, Any]) -> None:
    say(f"{found['agent']}, panel {found['panel']} on {found['date']}: {found['counted']} ({found['definition']})")
    n = f"n = {found['known']} sites readable or without a robots.txt"
    say(f"measured: {found['percent']:.1f} % of {n}")
    fifth = f" (each before {found['breaks'][-1]['start']} counts a fifth)" if found["breaks"] else ""
    for what, one in found["hazards"].items():
        say(
            f"{what}s: {one['events']:g} in {one['site_days']:,} site-days{fifth}, "
            f"with the prior {100 * one['per_site_month']:.2f} % of sites a month"
        )
    if found["refusals"]:
        say(f"no forecast: {'; '.join(found['refusals'])}. What follows is assumed: a fan of scenarios, no more")


def _print_ahead(found: dict[str, Any], whole: dict[str, Any] | None) -> None:
    beside = "; without: as if no break had been" if whole else ""
    say(f"months from {found['date']} on, per cent of sites, median and intervals{beside}:")
    ahead = [(row["months"], row["date"][:7], *_cells(row), row["kind"]) for row in found["forecast"]]
    # Both ways and the 90 % interval do not go into 80 columns; the JSON has all.
    if whole:
        columns = ("months", "until", "median", "80 %", "", "without", "80 %")
        beside = [_cells(row) for row in whole["forecast"]]
        print_table(columns, [(*row, *cells) for row, cells in zip(ahead, beside, strict=True)])
    else:
        wider = [
            (*row[:-1], _span(one["interval_90"]), row[-1]) for row, one in zip(ahead, found["forecast"], strict=True)
        ]
        print_table(("months", "until", "median", "80 %", "90 %", ""), wider)


def _cells(row: dict[str, Any]) -> tuple[str, str]:
    return f"{row['median']:.1f}", _span(row["interval_80"])


def _span(interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{low:.1f} to {high:.1f}"


def _print_breaks(found: dict[str, Any]) -> None:
    for one in found["breaks"]:
        when = one["start"] if one["cause"] == "launch" else f"the week of {one['start']}, up to {one['end']}"
        say(f"break on {when}: {one['words']}" if one["cause"] == "launch" else f"break in {when}: {one['words']}")
    if found["breaks"]:
        say("after a break the counts begin anew, what was before is worth a fifth")


def backtest(
    agents: Annotated[
        str | None,
        typer.Option("--agents", help="Crawlers, by commas.", show_default="the six that the panel blocks most"),
    ] = None,
    panel: HistoryPanel = None,
    definition: Definition = None,
    origins: Annotated[
        int | None, typer.Option("--origins", min=1, help="The newest so many months of each.", show_default="all")
    ] = None,
    agent_by_agent: Annotated[bool, typer.Option("--by-agent", help="The scores of each crawler, too.")] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Forecast from the end of each past month, and score what came: ours, persistence, drift, local level, SARIMA.

    Errors and CRPS are in percentage points, the ratio is to persistence at the same months. SARIMA and the local level
    need statsmodels; a SARIMA takes seconds for each month, two years of six crawlers take about four minutes. The JSON
    has each forecast of ours, too, and is what a release ships as data/reference/backtest.json. How to read it:
    docs/method.md, "How good it was".

    Example: tracker backtest

    Example: tracker backtest --agents GPTBot,CCBot --origins 12 --json

    Example: tracker backtest --by-agent
    """
    from tracker.cli.ask import open_reader
    from tracker.core.forecast.scores import by_agent
    from tracker.publish.forecast import history_backtest, warnings
    from tracker.publish.peers import statistical_peers

    if not statistical_peers():
        note("local level and SARIMA are left out: they need statsmodels (pip install 'drywell[test]')")
    names = [name.strip() for name in (agents or "").split(",") if name.strip()]
    with open_reader(database) as reader, progress("reading the history") as advance:
        facts, tested = history_backtest(
            reader, names, panel=panel, definition=definition, origins=origins, advance=_logged(advance)
        )
        for warning in warnings(reader):
            note(f"warning: {warning}")
    each = by_agent(one for one in tested.forecasts() if one["origins"] == "shown") if agent_by_agent else []
    if as_json:
        scores = {"by_agent": [one._asdict() for one in each]} if agent_by_agent else {}
        print_json({"run_on": datetime.now(UTC).date().isoformat(), **facts, **tested.as_dict(), **scores})
        return
    say(f"panel {facts['panel']}, {facts['definition']}: {facts['sites']} sites, {facts['from']} to {facts['to']}")
    since = ", ".join(f"{name} from {day}" for name, day in facts["known_since"].items())
    say(f"agents: {since}; {tested.origins} origins")
    _print_scores(tested.table())
    if agent_by_agent:
        _print_agents(each)


def _logged(advance: Advance) -> Callable[[int, int, str], None]:
    """The same, which also says how far it is now and then where stderr is a log: it draws no bar there."""
    if sys.stderr.isatty():
        return advance
    said = time.monotonic()

    def tell(done: int, total: int, what: str) -> None:
        nonlocal said
        if time.monotonic() - said >= _LOG_SECONDS:
            said = time.monotonic()
            note(f"{done} of {total} steps done, next is {what}")

    return tell


def _print_scores(rows: list[Any]) -> None:
    columns = ("origins", "model", "months", "n", "MAE", "CRPS", "to persistence", "95 % interval")
    columns += ("markov there", "80 % covers", "90 % covers", "width of 80 %")
    table = []
    for row in rows:
        interval = "" if row.ratio_low is None else f"{row.ratio_low:.2f} to {row.ratio_high:.2f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        cells = (f"{row.mae:.2f}", f"{row.crps:.2f}", ratio, interval)
        there = "" if row.markov_ratio is None else f"{row.markov_ratio:.2f}"
        covers = (there, f"{100 * row.coverage_80:.0f} %", f"{100 * row.coverage_90:.0f} %", f"{row.width_80:.2f}")
        table.append((row.origins, row.model, row.months, row.n, *cells, *covers))
    print_table(columns, table, spare=_SPARE)
    if not rows:
        say("no forecast could be scored: an origin needs two months behind it and one after it")
        return
    note(_LEGEND)


def _print_agents(scores: list[Any]) -> None:
    columns = ("agent", "months", "n", "80 % covers", "MAE", "CRPS", "to persistence")
    print_table(
        columns,
        [
            (
                one.agent,
                one.months,
                one.n,
                f"{one.inside_80} of {one.n}",
                f"{one.error:.2f}",
                f"{one.crps:.2f}",
                "" if one.ratio is None else f"{one.ratio:.2f}",
            )
            for one in scores
        ],
        title="markov, where a forecast would have been shown",
        spare=("MAE", "n"),
    )
