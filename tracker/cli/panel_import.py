"""`tracker panel import` and `tracker panel fetch`: lists of sites into the history, new ones and newer editions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.options import AgentsFile, AllowPrivate, AsJson, CaFile, Contact, Database, Resolver
from tracker.cli.output import note, print_json
from tracker.errors import NoHistory, PanelError, UsageError

if TYPE_CHECKING:
    from tracker.core.panels import Panel
    from tracker.reference.panels import Listed
    from tracker.settings import Settings

Categories = Annotated[
    Path | None,
    typer.Option("--categories", help="CSV with host,sector and perhaps country,language: fills what the list lacks."),
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave bad lines out, and say how many for which reason.")]


def bring(
    file: Annotated[str, typer.Argument(help="One host a line, rank,host, or CSV with a header; plain, gzip or zip.")],
    name: Annotated[
        str | None, typer.Option("--name", help="What to call it.", show_default="the name of the file")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="The file is a newer edition of the panel of this name.")
    ] = False,
    day: Annotated[
        str | None,
        typer.Option("--date", help="With --replace: from this day on.", show_default="the file's `# compiled:`"),
    ] = None,
    categories: Categories = None,
    skip_bad: SkipBad = False,
    database: Database = None,
    agents_file: AgentsFile = None,
    as_json: AsJson = False,
) -> None:
    """Store a panel in the history; with --replace a newer edition of one.

    A new panel applies to all of its history. A newer edition ends the membership of the sites that left on that day
    and begins that of those that came; what was counted before stays as it was. The lists of Tranco, Majestic, CrUX,
    Cloudflare Radar and Cisco Umbrella are recognised.

    Example: tracker panel import my-sites.csv --name mine

    Example: tracker panel import top-2024-07.csv --name top --replace --date 2024-07-01

    Example: tracker panel import current.csv.gz --name crux --categories sectors.csv --skip-bad
    """
    from dataclasses import replace as changed

    from tracker.reference.panels import listed
    from tracker.settings import load

    if day is not None and not replace:
        raise UsageError("--date goes with --replace: a new panel applies to all of its history")
    settings = load(database=database, agents=agents_file)
    found = listed(file, skip_bad=skip_bad, categories=categories)
    found = changed(found, panel=changed(found.panel, name=name or found.panel.name))
    _store(settings, found, replace, day, as_json)


def fetch(
    ranking: Annotated[str, typer.Argument(help="Whose: tranco.")],
    size: Annotated[int, typer.Option("--size", help="The first N sites, up to a million.")] = 1000,
    list_id: Annotated[
        str | None, typer.Option("--list", help="The list with this permanent ID.", show_default="the newest")
    ] = None,
    day: Annotated[str | None, typer.Option("--date", help="The list of this day, as 2026-11-22.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="What to call it.", show_default="tranco-N")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="It is a newer edition of the panel of this name, from its day on.")
    ] = False,
    categories: Categories = None,
    skip_bad: SkipBad = False,
    server: Annotated[str | None, typer.Option("--server", hidden=True)] = None,
    database: Database = None,
    contact: Contact = None,
    agents_file: AgentsFile = None,
    ca_file: CaFile = None,
    allow_private: AllowPrivate = None,
    resolver: Resolver = None,
    as_json: AsJson = False,
) -> None:
    """Store the first sites of a published ranking as a panel: Tranco's, whose lists have permanent IDs.

    Cite the ID with every figure. Without --replace the panel applies to all of its history.

    Example: tracker panel fetch tranco --size 10000

    Example: tracker panel fetch tranco --size 10000 --date 2026-11-01 --name tranco-10000 --replace
    """
    from tracker.cli.crawl_settings import fetch_settings
    from tracker.net.archive import Archive
    from tracker.settings import load
    from tracker.sources.lists import PACE, SERVER, Wanted, fetch_tranco

    if ranking != "tranco":
        raise UsageError(f"only tranco is fetched, not {ranking}: download the list and `tracker panel import` it")
    wanted = Wanted(size, list_id, day)
    settings = load(
        database=database,
        contact=contact,
        agents=agents_file,
        ca_file=ca_file,
        allow_private=allow_private,
        resolver=resolver,
    )
    title = name or f"tranco-{size}"
    _refuse_a_mix_up(title, replace, settings)  # before anybody is asked
    with Archive(fetch_settings(settings), PACE) as archive:
        found = fetch_tranco(
            archive, wanted, name=title, skip_bad=skip_bad, categories=categories, server=server or SERVER
        )
    _store(settings, found, replace, None, as_json)


def _store(settings: "Settings", found: "Listed", replace: bool, day: str | None, as_json: bool) -> None:
    from tracker.cli.writing import open_writer

    facts = found.panel
    begins = _edition_day(facts, day) if replace else None
    _refuse_a_mix_up(facts.name, replace, settings)
    said: dict[str, Any] = {
        "panel": facts.name,
        "members": len(facts.members),
        "list_id": facts.list_id,
        "compiled": facts.compiled,
        "source": facts.source,
        **_left_out(found),
    }
    with open_writer(settings) as writer:
        if begins is None:
            writer.panel(facts)
        else:
            revision = writer.revise_panel(facts, int(begins.timestamp()))
            said |= {"from": begins.date().isoformat(), **revision._asdict()}
    _tell_left_out(found)
    if as_json:
        print_json(said)
    elif begins is None:
        print(f"panel {facts.name}: {said['members']} sites")
    else:
        moves = f"{said['joined']} joined, {said['left']} left, {said['moved']} moved in rank"
        print(f"panel {facts.name} from {said['from']} on: {said['members']} sites, {moves}")


def _left_out(found: "Listed") -> Mapping[str, Any]:
    return {
        "skipped": {kind: {"lines": one.lines, "first": one.first} for kind, one in found.skipped.items()},
        "merged": found.merged,
        "categorised": found.labelled,
        "categories_of_no_member": found.strangers,
    }


def _tell_left_out(found: "Listed") -> None:
    if found.skipped:
        total = sum(one.lines for one in found.skipped.values())
        reasons = ", ".join(f"{one.lines} {kind} (the first: line {one.first})" for kind, one in found.skipped.items())
        note(f"{total} lines left out: {reasons}")
    if found.merged:
        note(f"{found.merged} origins name a site again, by its other scheme (http, https): one site each")
    if found.labelled or found.strangers:
        note(f"categories: {found.labelled} members filled in, {found.strangers} hosts are no members")


def _refuse_a_mix_up(name: str, replace: bool, settings: "Settings") -> None:
    from tracker.store.query import Reader

    try:
        with Reader(settings.history) as reader:
            known = name in {row["panel"] for row in reader.panels()}
    except NoHistory:
        known = False
    if known and not replace:
        raise UsageError(f"there is a panel {name} already: add --replace for a newer edition, or give another --name")
    if replace and not known:
        raise PanelError(f"there is no panel {name} to revise: leave --replace out")


def _edition_day(facts: "Panel", day: str | None) -> datetime:
    from tracker.core.dates import iso_day

    try:
        begins = iso_day(day or facts.compiled)
    except ValueError as error:
        raise UsageError(f"--date {error}") from error
    if begins > datetime.now(UTC).date():
        raise UsageError(f"the edition of {begins} begins in the future: give a --date up to today")
    return datetime.combine(begins, datetime.min.time(), UTC)
