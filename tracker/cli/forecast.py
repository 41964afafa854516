"""`tracker forecast` and `tracker backtest`: how a share will go on, and how good such forecasts were."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json, print_table, progress

HistoryPanel = Annotated[
    str | None,
    typer.Option("--panel", "-p", help="Panel of the history.", show_default="the one looked at last"),
]
Definition = Annotated[str | None, typer.Option("--definition", help="What is counted (effective_full).")]


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
    a fan of scenarios that says so. Months past the 12th are an assumption, too.

    Example: tracker forecast GPTBot

    Example: tracker forecast ccbot --definition named_full --months 6 --json
    """
    from tracker.cli.ask import open_reader
    from tracker.publish.forecast import report

    with open_reader(database) as reader:
        found = report(reader, token, panel=panel, definition=definition, months=range(1, months + 1))
    if as_json:
        print_json(found)
        return
    _print_now(found)
    _print_ahead(found, found["whole"])
    for one in found["breaks"]:
        print(f"break in the week of {one['start']}, up to {one['end']}: {one['words']}")
    if found["breaks"]:
        print("after a break the counts begin anew, what was before is worth a fifth; beside it: as if none had been")


def _print_now(found: dict[str, Any]) -> None:
    print(f"{found['agent']}, panel {found['panel']} on {found['date']}: {found['counted']} ({found['definition']})")
    n = f"n = {found['known']} sites readable or without a robots.txt"
    print(f"measured: {found['percent']:.1f} % of {n}")
    for what, one in found["hazards"].items():
        print(
            f"{what}s: {one['events']:g} in {one['site_days']:,} site-days, "
            f"{100 * one['per_site_month']:.2f} % of sites a month"
        )
    if found["refusals"]:
        print(f"no forecast: {'; '.join(found['refusals'])}. What follows is assumed: a fan of scenarios, no more")


def _print_ahead(found: dict[str, Any], whole: dict[str, Any] | None) -> None:
    columns = ["months", "median %", "80 % interval", "90 % interval", ""]
    rows = [[*_cells(row), row["kind"]] for row in found["forecast"]]
    if whole:
        columns += ["without breaks %", "80 % interval"]
        rows = [[*row, *_cells(other)[1:3]] for row, other in zip(rows, whole["forecast"], strict=True)]
    print_table(columns, rows)


def _cells(row: dict[str, Any]) -> list[Any]:
    spans = (f"{low:.1f} to {high:.1f}" for low, high in (row["interval_80"], row["interval_90"]))
    return [row["months"], f"{row['median']:.1f}", *spans]


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
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Forecast from the end of each past month, and score what came: ours, persistence, drift, local level, SARIMA.

    Errors and CRPS are in percentage points, the ratio is to persistence at the same months. SARIMA and the local level
    need statsmodels; a SARIMA takes seconds for each month. The JSON has each forecast of ours, too, and is what a
    release ships as data/reference/backtest.json.

    Example: tracker backtest

    Example: tracker backtest --agents GPTBot,CCBot --origins 12 --json
    """
    from tracker.cli.ask import open_reader
    from tracker.publish.forecast import history_backtest
    from tracker.publish.peers import statistical_peers

    if not statistical_peers():
        note("local level and SARIMA are left out: they need statsmodels (pip install 'drywell[test]')")
    names = [name.strip() for name in (agents or "").split(",") if name.strip()]
    with open_reader(database) as reader, progress("origins") as advance:
        facts, tested = history_backtest(
            reader, names, panel=panel, definition=definition, origins=origins, advance=advance
        )
    if as_json:
        print_json({"run_on": datetime.now(UTC).date().isoformat(), **facts, **tested.as_dict()})
        return
    print(f"panel {facts['panel']}, {facts['definition']}: {facts['sites']} sites, {facts['from']} to {facts['to']}")
    since = ", ".join(f"{name} from {day}" for name, day in facts["known_since"].items())
    print(f"agents: {since}; {tested.origins} origins")
    _print_scores(tested.table())


def _print_scores(rows: list[Any]) -> None:
    columns = ("origins", "model", "months", "n", "MAE", "CRPS", "to persistence", "95 % interval")
    columns += ("markov there", "80 % covers", "90 % covers", "width of 80 %")
    table = []
    for row in rows:
        interval = "" if row.ratio_low is None else f"{row.ratio_low:.2f} to {row.ratio_high:.2f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        cells = (f"{row.mae:.2f}", f"{row.crps:.2f}", ratio, interval)
        there = "" if row.markov_ratio is None else f"{row.markov_ratio:.2f}"
        covers = (there, f"{row.coverage_80:.2f}", f"{row.coverage_90:.2f}", f"{row.width_80:.2f}")
        table.append((row.origins, row.model, row.months, row.n, *cells, *covers))
    print_table(columns, table)
    if not rows:
        print("no forecast could be scored: an origin needs two months behind it and one after it")
