"""`tracker claims --deals`, `--datasets`, `--synthetic`: what stands beside the published figures, with its sources."""

from typing import Any

from tracker.cli.output import note, print_json, print_table


def deals(database: str | None, as_json: bool) -> None:
    """Licences for text, and the blocks that the licensor's sites lifted around them."""
    from tracker import reference
    from tracker.cli.ask import open_reader
    from tracker.publish.deals import WITHIN, reversals

    with open_reader(database) as reader:
        found = reversals(reader, reference.deals())
    if as_json:
        print_json(found)
        return
    columns = ("day", "licensor", "licensee", "value", "sites here", "blocked before", "lifted", "source")
    print_table(columns, [_deal(row) for row in found])
    note(
        f"lifted: blocks of the licensee's agents that ended within {WITHIN} days of the deal; none where only the year"
    )
    note("of a deal or no agent of the licensee is known. A reversal beside a deal is no proof that it came of it")


def _deal(row: dict[str, Any]) -> list[Any]:
    here = f"{len(row['sites_here'])} of {len(row['sites'])}"
    unknown = f"; unknown: {', '.join(row['unknown'])}" if row["unknown"] else ""
    blocked = row["not_looked_for"] or (", ".join(row["blocked"]) or "none") + unknown
    lifted = ", ".join(f"{one['site']} {one['agent']} ({one['days']:+d} d)" for one in row["reversals"])
    if row["until"]:
        lifted = f"{lifted} (this history ends on {row['until']})".lstrip()
    return [_day(row), row["licensor"], row["licensee"], row["value"], here, blocked, lifted, row["source"]]


def _day(row: dict[str, Any]) -> str:
    from tracker.core.claims import as_known

    return as_known(row["day"], row["precision"])


def data_sets(as_json: bool) -> None:
    """Training sets of text against the demand that Epoch's model has in their year."""
    from tracker import reference
    from tracker.publish.supply import data_sets as beside_demand
    from tracker.reference.scenarios import scenarios

    chosen = scenarios()["epoch-2024"]
    found = beside_demand(reference.datasets(), chosen)
    if as_json:
        print_json(found)
        return
    columns = ("day", "model", "organisation", "tokens, T", "demand, T (80 %)", "stands", "confidence", "source")
    print_table(columns, [_data_set(row) for row in found])
    note(
        "demand: of the largest run of that day in scenario epoch-2024, which has none before 2024; a set below it was"
    )
    note("not the largest, or the growth that the scenario assumes did not happen. Sets of more than text are left out")


def _data_set(row: dict[str, Any]) -> list[Any]:
    band = "" if row["low"] is None else f"{row['low'] / 1e12:.1f} to {row['high'] / 1e12:.1f}"
    size = round(row["tokens"] / 1e12, 3)
    who = [_day(row), row["model"], row["organisation"]]
    return [*who, size, band, row["stands"], row["confidence"], row["source"]]


def synthetic(as_json: bool) -> None:
    """Synthetic text: data sets, models, results of research, and forecasts of vendors, which are no data."""
    from dataclasses import asdict

    from tracker import reference

    found = [asdict(row) for row in reference.synthetic()]
    if as_json:
        print_json(found)
        return
    columns = ("day", "kind", "name", "low", "high", "unit", "note", "reading", "source")
    shown = [row | {"day": _day(row)} for row in found]
    print_table(columns, [[row[name] for name in columns] for row in sorted(shown, key=lambda row: row["kind"])])
    note("forecast: what a vendor sells or a firm predicts, on the day it was read; never measured")
