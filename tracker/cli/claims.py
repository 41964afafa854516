"""`tracker claims`: published figures counted again on this history."""

from typing import Annotated, Any

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json, print_table


def claims(
    claim: Annotated[str | None, typer.Argument(help="One claim, by its id, with all reasons in words.")] = None,
    panel: Annotated[
        str | None,
        typer.Option("--panel", "-p", help="Panel of the history.", show_default="per claim the one that fits best"),
    ] = None,
    of_deals: Annotated[
        bool, typer.Option("--deals", help="Instead: licences for text, and blocks lifted within 14 days of one.")
    ] = False,
    of_data_sets: Annotated[
        bool, typer.Option("--datasets", help="Instead: training sets against the demand of the projection.")
    ] = False,
    of_synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Instead: what is known, and forecast, of synthetic text.")
    ] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Is that so? What others published, counted again: under their definition, and under ours.

    On the day with data nearest to theirs. "Cannot be checked" is an answer, too. docs/claims.md tells how to read it.

    Example: tracker claims

    Example: tracker claims techcrunch-top1000 --panel top1k --json

    Example: tracker claims --deals
    """
    from tracker.cli import claims_context
    from tracker.cli.formats import only_one

    tables = {"--deals": of_deals, "--datasets": of_data_sets, "--synthetic": of_synthetic}
    only_one({"CLAIM": claim, **tables})
    only_one({"--panel": panel, **tables})
    if of_deals:
        claims_context.deals(database, as_json)
    elif of_data_sets:
        claims_context.data_sets(as_json)
    elif of_synthetic:
        claims_context.synthetic(as_json)
    else:
        _recount(claim, panel, database, as_json)


def _recount(claim: str | None, panel: str | None, database: str | None, as_json: bool) -> None:
    from tracker import reference
    from tracker.cli.ask import open_reader
    from tracker.publish.claims import recounts, warnings

    with open_reader(database) as reader:
        found = recounts(reader, claim, panel)
        for warning in warnings(reader, reference.claims()):
            note(warning)
    if as_json:
        print_json(found)
    elif claim is None:
        print_table(_COLUMNS, [_line(row) for row in found])
        note("theirs, ours: per cent counted here by their rule and by ours; in brackets what unknown sites leave open")
        note("n: sites in their denominator; points: theirs here minus the claim; days: from their date")
        note("verdict: of the claimed figure; not this panel: it cannot be checked with this panel")
        note("`tracker claims CLAIM` says why figures differ, --json holds everything")
    else:
        _print_claim(found[0])
        for row in found:
            _print_figure(row)


_COLUMNS = ("claim", "agent", "date", "claimed", "theirs", "n", "points", "ours", "panel", "days", "verdict")
_SHORT = {"cannot be checked with this panel": "not this panel"}


def _line(row: dict[str, Any]) -> list[Any]:
    theirs, seen = row["theirs"], row["seen"] or {}
    points = None if row["difference"] is None else round(row["difference"], 1) + 0.0  # no -0.0
    shown = (row["claimed"], _share(theirs), theirs and theirs["n"], points, _share(row["ours"]))
    verdict = _SHORT.get(row["verdict"], row["verdict"])
    return [row["claim"], row["agent"], _day(row), *shown, _part(seen), seen.get("days"), verdict]


def _day(row: dict[str, Any]) -> str:
    from tracker.core.claims import as_known

    return as_known(row["claimed_on"], row["precision"])


def _share(share: dict[str, Any] | None) -> str | None:
    if share is None or share["percent"] is None:
        return None
    sure = share["low"] == share["high"]
    return f"{share['percent']:.1f}" if sure else f"{share['percent']:.1f} [{share['low']:.1f}, {share['high']:.1f}]"


def _part(seen: dict[str, Any]) -> str | None:
    if not seen:
        return None
    parts = [f"first {seen['top']:,}"] if seen["top"] else []
    parts += [seen["category"]] if seen["category"] else []
    return f"{seen['panel']} ({', '.join(parts)})" if parts else str(seen["panel"])


def _print_claim(row: dict[str, Any]) -> None:
    print(f"{row['claim']}: {row['publisher']}, {_day(row)}")
    print(f"  said: {row['figure']}")
    print(f"  of {row['population']}; counted: {row['definition']}; out of: {row['denominator']}")
    print(f"  source: {row['source']} ({row['reading']}, read {row['checked']})")
    if row["note"]:
        print(f"  note: {row['note']}")


_VERDICTS = {
    "within": "within what is counted here by their rule",
    "above": "more than is counted here by their rule",
    "below": "less than is counted here by their rule",
    "ours only": "held against our count alone",
}


def _print_figure(row: dict[str, Any]) -> None:
    said = _VERDICTS.get(row["verdict"], row["verdict"])
    print(f"\n{said}" if row["agent"] is None else f"\n{row['agent']}: {row['claimed']:g} % claimed, {said}")
    seen = row["seen"]
    if seen is not None:
        print(f"  here: panel {_part(seen)} on {seen['date']}")
    for name, share in (("by their rule", row["theirs"]), ("by ours", row["ours"])):
        if share is not None:
            print(f"  {name} ({share['definition']}): {_in_words(share)}")
    if row["difference"] is not None:
        print(f"  difference by their rule: {row['difference']:+.1f} points")
    for reason in row["reasons"]:
        print(f"  - {reason}")


def _in_words(share: dict[str, Any]) -> str:
    if share["percent"] is None:
        return "unknown"
    sure = "no site is unknown" if share["low"] == share["high"] else f"{share['low']:.1f} to {share['high']:.1f} %"
    kind = "" if share["low"] == share["high"] else f", {share['interval']}"
    return f"{share['percent']:.1f} % ({share['blocked']} of {share['n']} sites; {sure}{kind})"
