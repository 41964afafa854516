"""`tracker claims`: published figures counted again on this history."""

from typing import Annotated, Any

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json, print_table, progress, say


def claims(
    claim: Annotated[str | None, typer.Argument(help="One claim, by its id, with all reasons in words.")] = None,
    panel: Annotated[
        str | None,
        typer.Option("--panel", "-p", help="Panel of the history.", show_default="per claim the one that fits best"),
    ] = None,
    agent: Annotated[
        str | None, typer.Option("--agent", "-a", help="Only figures of this agent; any: of any AI crawler.")
    ] = None,
    is_all: Annotated[
        bool, typer.Option("--all", help="Also the figures that this history cannot check, and why.")
    ] = False,
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

    On the day with data nearest to theirs. The table has the figures that this history can check and those that most
    readers ask about; --json has all. docs/claims.md tells how to read it.

    Example: tracker claims

    Example: tracker claims techcrunch-top1000

    Example: tracker claims --all --agent GPTBot

    Example: tracker claims --deals
    """
    from tracker.cli import claims_context
    from tracker.cli.formats import only_one

    tables = {"--deals": of_deals, "--datasets": of_data_sets, "--synthetic": of_synthetic}
    only_one({"CLAIM": claim, **tables})
    only_one({"--panel": panel, **tables})
    only_one({"--agent": agent, **tables})
    only_one({"--all": is_all, "CLAIM": claim, **tables})
    if of_deals:
        claims_context.deals(database, as_json)
    elif of_data_sets:
        claims_context.data_sets(as_json)
    elif of_synthetic:
        claims_context.synthetic(as_json)
    else:
        found = _recounted(claim, panel, agent, database)
        if as_json:
            print_json(found)
        elif claim is None:
            _print_all(found, is_all)
        else:
            _print_claim(found[0])
            for row in found:
                _print_figure(row)


def _recounted(claim: str | None, panel: str | None, agent: str | None, database: str | None) -> list[dict[str, Any]]:
    from tracker import reference
    from tracker.cli.ask import open_reader
    from tracker.publish.claims import of_agent, recounts, warnings

    with open_reader(database) as reader:
        with progress("counting published figures again"):
            found = recounts(reader, claim, panel)
        for warning in warnings(reader, reference.claims()):
            note(warning)
    return found if agent is None else of_agent(found, agent)


_COLUMNS = ("claim", "agent", "date", "claimed", "theirs", "n", "points", "ours", "panel", "days", "verdict")
_SPARE = ("n", "days", "panel", "date", "points", "ours")
_HERE = ("within", "above", "below", "ours only")
_SHORT = {"cannot be checked with this panel": "not here", "cannot be checked": "no panel"}


def _print_all(found: list[dict[str, Any]], is_all: bool) -> None:
    from tracker.publish.claims import ARTICLE

    checked = [row for row in found if row["verdict"] in _HERE]
    asked = [row for row in found if row["claim"] in ARTICLE and row not in checked]
    rest = [row for row in found if row not in checked and row not in asked]
    rest.sort(key=lambda row: row["verdict"] == "cannot be checked")
    shown = [*checked, *asked, *(rest if is_all else [])]
    if shown:
        print_table(_COLUMNS, [_line(row) for row in shown], spare=_SPARE)
    note("theirs, ours: per cent of the sites here by their rule and by ours [what unknown sites leave open]")
    note("points: theirs less claimed; n: sites behind theirs; panel, days: counted there, so far from their date")
    note("verdict: the claimed figure is within, above or below theirs, or held against ours only")
    note("not here: of another list or time, this history cannot check it; no panel: no panel of sites ever can")
    if rest and not is_all:
        note(f"{_hidden(rest)}: --all (--json has every figure)")
    note("`tracker claims CLAIM` says of one claim whether it is borne out here, and why figures differ")


def _hidden(rest: list[dict[str, Any]]) -> str:
    never = sum(row["verdict"] == "cannot be checked" for row in rest)
    silent = sum(row["verdict"] == "no data" for row in rest)
    counts = {"figures of other lists or other times": len(rest) - never - silent, "that no panel can check": never}
    counts["of which nothing is known here"] = silent
    return ", ".join(f"{count} {which}" for which, count in counts.items() if count)


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
    return f"{share['percent']:.1f}" if sure else f"{share['percent']:.1f} [{share['low']:.1f}–{share['high']:.1f}]"


def _part(seen: dict[str, Any]) -> str | None:
    if not seen:
        return None
    parts = [f"first {seen['top']:,}"] if seen["top"] else []
    parts += [seen["category"]] if seen["category"] else []
    return f"{seen['panel']} ({', '.join(parts)})" if parts else str(seen["panel"])


def _print_claim(row: dict[str, Any]) -> None:
    from tracker.core.claims import Reading

    say(f"{row['claim']}: {row['publisher']}, {_day(row)}")
    lines = {"said": row["figure"], "about": row["population"], "what counts": row["definition"]}
    lines |= {"out of": row["denominator"], "note": row["note"]}
    lines["source"] = f"{row['source']}; {Reading(row['reading']).words} on {row['checked']}"
    for name, text in lines.items():
        if text:
            say(f"  {name + ':':<13}{text}", hang=15)


def _print_figure(row: dict[str, Any]) -> None:
    say()
    if row["agent"] is not None:
        who = "any AI crawler" if row["agent"] == "any" else row["agent"]
        say(f"{who}, {row['claimed']:g} % claimed. So is it true?")
    say(row["plainly"])
    seen = row["seen"]
    if seen is not None:
        say(f"  here: panel {_part(seen)} on {seen['date']}")
    for name, share in (("by their rule", row["theirs"]), ("by ours", row["ours"])):
        if share is not None:
            say(f"  {name} ({share['definition']}): {_in_words(share)}")
    if row["difference"] is not None:
        theirs = row["theirs"]["percent"]
        say(f"  by their rule {theirs:.1f} %, claimed {row['claimed']:g} %: {row['difference']:+.1f} points")
    if row["agent"] is not None:
        for reason in row["reasons"]:
            say(f"  - {reason}", hang=4)


def _in_words(share: dict[str, Any]) -> str:
    if share["percent"] is None:
        return "unknown"
    sure = "no site is unknown" if share["low"] == share["high"] else f"{share['low']:.1f} to {share['high']:.1f} %"
    kind = "" if share["low"] == share["high"] else f", {share['interval']}"
    return f"{share['percent']:.1f} % ({share['blocked']} of {share['n']} sites; {sure}{kind})"
