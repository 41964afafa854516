"""`tracker project`: the year in which human text runs out, and what blocking moves of it.

Needs no history, unless restrictions are to be as measured.
"""

from math import inf
from pathlib import Path
from typing import Annotated, Any

import typer

from tracker.cli.measuring import (
    ByDefinition,
    ByWeights,
    HeadShare,
    InLayer,
    IsMeasured,
    Measuring,
    OfAgent,
    OfPanel,
    TailRate,
)
from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json, print_table, say, working
from tracker.cli.tokens import Terms, TokensColumn, TokensPath
from tracker.cli.typed import as_typed

MOST_DRAWS = 1_000_000
_SWINGS_SHOWN = 10
# What has no part in the inputs of a scenario.
_NO_INPUTS = frozenset({"draws", "seed", "years", "as_json"})

Set = Annotated[
    list[str] | None,
    typer.Option("--set", "-s", help="An input, as key=value; may be repeated, later ones win.", show_default=False),
]


def project(
    context: typer.Context,
    scenario: Annotated[
        str | None, typer.Argument(help="Id of the scenario.", show_default="epoch-2024-access")
    ] = None,
    set_: Set = None,
    draws: Annotated[int, typer.Option("--draws", min=1, max=MOST_DRAWS, help="How many draws.")] = 20_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, other draws.")] = 0,
    own: Annotated[
        Path | None, typer.Option("--scenarios", help="TOML file of your own scenarios, which lies over ours.")
    ] = None,
    years: Annotated[
        Path | None, typer.Option("--years", help="Write the draws to this CSV file as well, over what it holds.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Instead: which scenarios there are.")] = False,
    inputs: Annotated[bool, typer.Option("--inputs", help="Instead: every input with interval and source.")] = False,
    compare: Annotated[
        bool, typer.Option("--compare", help="Instead: all scenarios side by side, and other readings of demand.")
    ] = False,
    measured: IsMeasured = False,
    agent: OfAgent = None,
    panel: OfPanel = None,
    definition: ByDefinition = None,
    layer: InLayer = None,
    weights: ByWeights = None,
    tokens: TokensPath = None,
    tokens_column: TokensColumn = None,
    terms: Terms = None,
    head_share: HeadShare = None,
    tail_rate: TailRate = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """When does the text run out, and how much sooner if doors close? Epoch's model, restrictions on top.

    An input is a number (compliance=0.5, stock_tokens=300T, quality=20%), a word (access=off, demand=historical), or a
    distribution: quality=lognormal(0.1,0.4), retroactivity=uniform(0,1), synthetic_share=triangular(0,0.3,0.5),
    compliance=beta(8,2), or the inline table of a scenario file. docs/projection.md tells how to read the answer.

    Example: tracker project

    Example: tracker project epoch-2024 --set demand=historical --set "quality=lognormal(0.1,0.4)" --json

    Example: tracker project reanchored-2026 --set access=robots --set restricted_share=0.25 --years draws.csv

    Example: tracker project --compare

    Example: tracker project --measured --tokens docs/examples/tokens.csv --head-share 0.3 --tail-rate 0.05
    """
    from tracker.cli.formats import only_one
    from tracker.publish import projection

    asked = (agent, panel, definition, layer, weights, tokens, tokens_column, terms, head_share, tail_rate, database)
    measuring = Measuring(*asked)
    if not measured:
        measuring.refuse()
    only_one({"SCENARIO": scenario, "--list": listed, "--compare": compare})
    only_one({"--years": years, "--list": listed, "--compare": compare, "--inputs": inputs})
    only_one({"--set": set_ or None, "--list": listed})
    only_one({"--measured": measured, "--list": listed, "--compare": compare})
    if listed:
        _list(own, as_json)
    elif compare:
        _compare(own, set_ or [], draws, seed, as_json)
    else:
        chosen = projection.find(scenario or projection.DEFAULT_SCENARIO, own)
        texts, written = set_ or [], projection.written_by(chosen, own)
        seen = measuring.of(chosen) if measured else None
        chosen = projection.changed(seen.chosen if seen else chosen, texts)
        hints = (*projection.idle(chosen, texts, written), *projection.forgotten(chosen, texts, written))
        for words in (*(seen.notes if seen else ()), *hints):
            note(words)
        if inputs:
            _inputs(chosen, as_json)
        else:
            facts = seen.facts if seen else None
            _answer(chosen, texts, draws, seed, years, as_json, facts, as_typed(context, _NO_INPUTS))


def _answer(
    chosen: Any,
    texts: list[str],
    draws: int,
    seed: int,
    years: Path | None,
    as_json: bool,
    measured: dict[str, Any] | None,
    again: str,
) -> None:
    from tracker.publish import projection

    with working("drawing"):
        found, projected = projection.report(chosen, draws, seed, texts)
    found["measured"] = measured
    if years is not None:
        over = ", in place of what it held" if years.is_file() else ""
        rows = projection.write_draws(years, projected)
        note(f"{rows:,} draws are in {years}{over}: year and inputs of each, `inf` for never")
    if as_json:
        print_json(found)
        return
    say(f"{chosen.title} ({chosen.id})")
    if chosen.note:
        say(chosen.note)
    if texts:
        say(f"Changed here, so it is no longer that scenario: {', '.join(texts)}")
    say()
    _print_years(found, projected)
    _print_given_not_yet(found)
    _print_chances(found, projected.scenario.restricts)
    _print_swings(found)
    say("The interval is what the inputs leave open if trends go on: it does not say that they do.")
    say("Nor does the year end progress: other data and better use of data are not in the model.")
    for remark in found["remarks"]:
        say(remark)
    say(f"{draws:,} draws, seed {seed}. Model: {found['source']}; restrictions on it are Drywell's.")
    print(f"Inputs with sources: {again} --inputs")


def _print_years(found: dict[str, Any], projected: Any) -> None:
    from tracker.publish.projection_words import chance_words, months_span, months_words

    words = found["words"]
    say(f"{found['meaning'][0].upper()}{found['meaning'][1:]}:")
    say(f"  median          {words['median']}")
    say(f"  80 % interval   {words['interval_80']}")
    say(f"  90 % interval   {words['interval_90']}")
    say(f"  not before {found['horizon']:.0f} {chance_words(found['never_before_horizon'])}")
    if not projected.scenario.restricts:
        say("Nothing is closed in this scenario, so nothing moves the date forward.")
        return
    forward = projected.forward
    by = f"{months_words(forward.median)}, draw by draw, 80 % interval {months_span(forward.interval(0.8))}"
    say(f"Restrictions bring it forward by {by}; with nothing closed: {words['unrestricted_median']}.")


def _print_given_not_yet(found: dict[str, Any]) -> None:
    from tracker.publish.projection_words import chance_words, interval_words, year_words

    given, horizon = found["given_not_yet"], found["horizon"]
    if not given["probability_before"]:
        return
    before = f"{chance_words(given['probability_before'])} of draws lie before {given['year']:.1f}"
    said = f"The model does not know that no known run has used it all so far: {before}; left out,"
    if given["probability_before"] == 1:
        say(f"{said} nothing remains.")
        return
    median, low, high = (inf if year is None else year for year in (given["median"], *given["interval_80"]))
    words = f"the median is {year_words(median, horizon)}, 80 % {interval_words((low, high), horizon)}"
    say(f"{said} {words}.")


def _print_chances(found: dict[str, Any], restricts: bool) -> None:
    from tracker.publish.projection_words import chance_words

    columns = ["by the end of", "chance"] + (["with nothing closed"] if restricts else [])
    print_table(
        columns,
        [
            [row["end_of"], *(chance_words(row[key]) for key in ("probability", "unrestricted")[: len(columns) - 1])]
            for row in found["probability_by"]
        ],
    )


def _print_swings(found: dict[str, Any]) -> None:
    rows = found["sensitivity"]
    if not rows:
        say("No input in play is uncertain: every draw is the same.")
        return
    columns = ("the date hangs on", "if lowest", "if highest", "years", "of draws")
    table = []
    for row in rows[:_SWINGS_SHOWN]:
        between = "unknown" if row["years"] is None else f"{row['years']:.1f}"
        table.append([row["input"], *row["words"], between, f"{100 * row['share_of_draws']:.0f} %"])
    print_table(columns, table)
    say("If lowest, if highest: the median year with this input in its lowest and its highest tenth; years: between.")
    if any(row["share_of_draws"] < 1 for row in rows):
        say("Demand is half as data sets grew, half as compute does: each leg's inputs count in its own draws.")


def _list(own: Path | None, as_json: bool) -> None:
    from tracker.reference.scenarios import scenarios

    ours, known = scenarios(), scenarios(own)
    rows = [
        {"scenario": one.id, "title": one.title, "from": "Drywell" if ours.get(one.id) == one else str(own)}
        | {"note": one.note}
        for one in known.values()
    ]
    if as_json:
        print_json(rows)
        return
    print_table(("scenario", "title", "from"), [[row["scenario"], row["title"], row["from"]] for row in rows])


def _inputs(chosen: Any, as_json: bool) -> None:
    from tracker.publish import projection

    rows = projection.inputs(chosen)
    if as_json:
        print_json(rows)
        return
    columns = ("input", "value", "low", "high", "level", "unit", "source", "date")
    table = [[row["input"], _figure(row["value"], row["unit"]), *_interval(row), *_origin(row)] for row in rows]
    print_table(columns, table, f"{chosen.title} ({chosen.id})")


def _figure(value: Any, unit: str) -> str:
    if value is None or isinstance(value, str):
        return value or "stays"
    return f"{value / 1e12:,.4g}T" if unit == "tokens" else f"{value:.6g}" if unit == "year" else f"{value:.4g}"


def _interval(row: dict[str, Any]) -> list[str]:
    if row["level"] is None:
        return ["", "", ""]
    return [*(_figure(row[end], row["unit"]) for end in ("low", "high")), f"{100 * row['level']:g} %"]


def _origin(row: dict[str, Any]) -> list[str]:
    return [row["unit"], row["source"] if row["in_play"] else "not in play", row["date"] if row["in_play"] else ""]


def _compare(own: Path | None, texts: list[str], draws: int, seed: int, as_json: bool) -> None:
    from tracker.publish import projection
    from tracker.reference.scenarios import scenarios

    known = {name: projection.changed(one, texts) for name, one in scenarios(own).items()}
    found = {"scenarios": projection.compare(known, draws, seed)}
    found["anchors"] = projection.compare(projection.anchors(), draws, seed)
    if as_json:
        print_json(found)
        return
    columns = ("scenario", "median", "80 % interval", "never", "months forward", "80 % interval, months")
    print_table(columns, [[row["scenario"], *_line(row), *_forward(row)] for row in found["scenarios"]])
    print_table(
        ("other readings of demand, nothing closed", "median", "80 % interval", "never"),
        [[row["title"], *_line(row)] for row in found["anchors"]],
    )
    say(f"Year: {projection.MEANING}. Never: not before the horizon.")
    say("Months forward: paired, with restrictions against nothing closed on the same draws.")
    say(f"{draws:,} draws, seed {seed}. Model: {projection.EPOCH}, which contains no blocking.")


def _line(row: dict[str, Any]) -> list[str]:
    from tracker.publish.projection_words import chance_words

    return [row["words"]["median"], row["words"]["interval_80"], chance_words(row["never_before_horizon"])]


def _forward(row: dict[str, Any]) -> list[str]:
    months = row["forward_months"]
    low, high = (("?" if end is None else f"{end:.1f}") for end in months["interval_80"])
    return ["?" if months["median"] is None else f"{months['median']:.1f}", f"{low} to {high}"]
