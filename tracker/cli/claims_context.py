"""`tracker claims --deals`, `--datasets`, `--synthetic`: what stands beside the published figures, with its sources."""

from typing import Any

from tracker.cli.output import note, print_json, print_table, progress

_READING = "reading: primary: read at its origin; secondary: in a report of it; computed: by us from its data"


def deals(database: str | None, as_json: bool) -> None:
    """Licences for text, and the blocks that the licensor's sites lifted around them."""
    from tracker.publish.deals import NEAR, WITHIN

    found = _reversals(database)
    if as_json:
        print_json(found)
        return
    if any(row["sites_here"] is not None for row in found):
        columns = ("day", "licensor", "licensee", "value", "sites here", "blocked before", "lifted")
        print_table((*columns, "source"), [[*_terms(row), *_here(row), row["source"]] for row in found])
        note(f"lifted: blocks of the licensee's agents that ended within {WITHIN} days of the deal, or of its month;")
        note(
            f"outside: more than {WITHIN}, up to {NEAR} days from it. Days count from the deal to the look that saw it"
        )
        note("A reversal beside a deal is no proof that it came of it")
    else:
        print_table(
            ("day", "licensor", "licensee", "value", "source"), [[*_terms(row), row["source"]] for row in found]
        )


def _reversals(database: str | None) -> list[dict[str, Any]]:
    from tracker import reference
    from tracker.cli.ask import open_reader
    from tracker.errors import NoHistory
    from tracker.publish.deals import reversals
    from tracker.settings import load

    try:
        with open_reader(database) as reader, progress("looking for blocks lifted"):
            return reversals(reader, reference.deals())
    except NoHistory:
        if load(database=database).database:
            raise  # one was named
        note("no history here yet: the deals alone; with one, the blocks that were lifted around them, too")
        return reversals(None, reference.deals())


def _terms(row: dict[str, Any]) -> list[Any]:
    return [_day(row), row["licensor"], row["licensee"], row["value"]]


def _here(row: dict[str, Any]) -> list[Any]:
    from tracker.publish.deals import UNKNOWN

    here = f"{len(row['sites_here'])} of {len(row['sites'])}" if row["sites"] else None
    if why := row["not_looked_for"]:
        return [here, None, f"unknown: {why}" if why == UNKNOWN else f"not looked for: {why}"]
    unknown = f"; unknown: {', '.join(row['unknown'])}" if row["unknown"] else ""
    lifted = [_ended(row["reversals"]) or "none"]
    lifted += [f"outside: {_ended(row['outside'])}"] if row["outside"] else []
    lifted += [f"this history ends on {row['until']}"] if row["until"] else []
    return [here, (", ".join(row["blocked"]) or "none") + unknown, "; ".join(lifted)]


def _ended(blocks: list[dict[str, Any]]) -> str:
    """Lifted blocks, the agents of one site and day together."""
    agents: dict[tuple[str, int], list[str]] = {}
    for one in blocks:
        agents.setdefault((one["site"], one["days"]), []).append(one["agent"])
    return ", ".join(f"{site} for {' and '.join(names)} ({days:+d} d)" for (site, days), names in agents.items())


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
    print_table(columns, [_data_set(row) for row in found], spare=("organisation", "confidence"))
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
    columns = ("day", "kind", "name", "figure", "unit", "of", "note", "reading", "source")
    shown = [row | {"day": _day(row), "figure": _figure(row)} for row in found]
    print_table(columns, [[row[name] for name in columns] for row in sorted(shown, key=lambda row: row["kind"])])
    note("forecast: what a vendor sells or a firm predicts, on the day it was read; never measured")
    note(_READING)


def _figure(row: dict[str, Any]) -> str | None:
    ends = [f"{end:,g}" if end < 1e6 else str(end) for end in (row["low"], row["high"]) if end is not None]
    return " to ".join(dict.fromkeys(ends)) or None
