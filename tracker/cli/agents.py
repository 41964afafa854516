"""`tracker agents …`: the registry of crawlers, whom it lacks, who is shut out, and agents of your own."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from tracker.cli.options import AgentsFile, AsJson, Database
from tracker.cli.output import note, print_json, print_table

if TYPE_CHECKING:
    from tracker.core.agents import Agent
    from tracker.reference.registry import Overlay


class _Group(TyperGroup):
    """A group that lists when no subcommand is named: `tracker agents openai` is `tracker agents list openai`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_Group,
    subcommand_metavar="[SEARCH] | COMMAND [ARGS]...",
    rich_markup_mode=None,
    help="""The AI crawlers that Drywell knows: list them, add your own.

    Without a command it lists; `tracker agents list --help` tells how to narrow the list, to see who is shut out
    (--shares), and to find crawlers that files name and the registry lacks (--unknown).

    Example: tracker agents openai
    """,
)


@app.command("list")
def listing(
    search: Annotated[str, typer.Argument(help="Part of a name, token, operator or purpose.")] = "",
    purpose: Annotated[
        list[str] | None, typer.Option("--purpose", help="Only agents of this purpose; may be repeated.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", help="Only agents that existed on this day, and those whose date nobody knows."),
    ] = None,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="AI-like names in the stored files that no agent has, by sites.")
    ] = False,
    shares: Annotated[bool, typer.Option("--shares", help="Which share of a panel shuts each agent out.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Names of all kinds with --unknown, all agents with --shares.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="With --unknown: at most so many names (50 in a table).")
    ] = None,
    panel: Annotated[
        str | None,
        typer.Option(
            "--panel", "-p", help="Panel of the history; the one looked at last for --shares, else all sites."
        ),
    ] = None,
    definition: Annotated[
        str | None, typer.Option("--definition", help="With --shares: what is counted (effective_full).")
    ] = None,
    denominator: Annotated[
        str | None, typer.Option("--denominator", help="With --shares: of which sites (readable_or_absent).")
    ] = None,
    day: Annotated[str | None, typer.Option("--date", help="With --shares: on this day, else the last known.")] = None,
    database: Database = None,
    agents_file: AgentsFile = None,
    as_json: AsJson = False,
) -> None:
    """List agents: operator, purpose, tokens, since when, documentation.

    Example: tracker agents --purpose training --at 2024-01-01

    Example: tracker agents --unknown --limit 20

    Example: tracker agents --shares --definition named_root --denominator members
    """
    from tracker import reference
    from tracker.cli import league
    from tracker.settings import load

    of_all = {"purpose": purpose, "at": at}
    of_history = {"all": every, "panel": panel, "database": database}
    of_shares = {"definition": definition, "denominator": denominator, "date": day}
    league.refuse_stray_options(unknown, shares, {**of_all, **of_history, **of_shares, "limit": limit})
    settings = load(database=database, agents=agents_file)
    registry = reference.agents(settings.agents_file)
    if unknown:
        league.print_unknown(settings.history, registry, search, panel, every, limit, as_json)
        return
    found = _matching(registry, search, purpose or [], at)
    if at and (undated := sum(agent.valid_from is None for agent in found)):
        note(f"{undated} of these {len(found)} agents have no known date: they may be younger than {at}")
    if shares:
        names = {agent.name for agent in found} if search or purpose or at else None
        asked = league.Question(panel, definition, denominator, day)
        league.print_shares(settings.history, asked, names, every, as_json)
    else:
        _print(found, search, as_json)


def _matching(registry: "tuple[Agent, ...]", search: str, purposes: list[str], at: str | None) -> "list[Agent]":
    from tracker.cli.league import checked_day, one_of
    from tracker.core.agents import Purpose, existed

    chosen = {one_of("purpose", purpose, Purpose) for purpose in purposes} or set(Purpose)
    day = None if at is None else checked_day("--at", at)
    return [
        agent
        for agent in registry
        if search.lower() in " ".join((agent.name, *agent.tokens, agent.operator, agent.purpose)).lower()
        and agent.purpose in chosen
        and (day is None or existed(agent, day))
    ]


def _print(found: "list[Agent]", search: str, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json([asdict(agent) for agent in found])
        return
    columns = ("agent", "operator", "purpose", "kind", "since", "tokens", "documentation")
    rows = [
        (a.name, a.operator, str(a.purpose), str(a.kind), a.since, ", ".join(a.tokens), a.documentation) for a in found
    ]
    print_table(columns, rows)
    if not found:
        note(f"no agent matches {search!r}; `tracker agents --unknown` looks for it in the stored files")


@app.command("add")
def add(
    token: Annotated[str, typer.Argument(help="The product token, as in the crawler's user-agent header.")],
    operator: Annotated[str, typer.Option("--operator", help="Who sends it.")],
    purpose: Annotated[str, typer.Option("--purpose", help="training, search, user, dataset, control or undeclared.")],
    valid_from: Annotated[
        str | None, typer.Option("--valid-from", help="Since when it is known: 2026, 2026-11 or 2026-11-22.")
    ] = None,
    documentation: Annotated[str | None, typer.Option("--documentation", help="The operator's page about it.")] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Where you know it from.", show_default="the documentation")
    ] = None,
    alias: Annotated[
        list[str] | None, typer.Option("--token", help="Another token of the same agent; may be repeated.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="The TOML file to add to.", show_default="the setting agents")
    ] = None,
) -> None:
    """Add an agent of your own to a TOML file that lies over the shipped registry.

    The row is checked, then appended; what stands in the file is kept. From the next crawl or import on the agent has
    its whole history, from the files that are stored already.

    Example: tracker agents add NewBot --operator NewCo --purpose training --valid-from 2026-11
    """
    from tracker.cli.league import one_of
    from tracker.core.agents import Purpose
    from tracker.reference.registry import add_agent
    from tracker.settings import OWN_AGENTS, load

    in_force = load().agents_file or OWN_AGENTS
    path = file or in_force
    what = one_of("purpose", purpose, Purpose)
    facts: dict[str, Any] = {"name": token}
    if alias:
        facts["tokens"] = [token, *alias]
    kinds = {Purpose.CONTROL: "control", Purpose.USER: "user-triggered"}
    facts |= {"operator": operator, "purpose": str(what), "kind": kinds.get(what, "crawler")}
    if valid_from is not None:
        facts["valid_from"], facts["valid_from_precision"] = _since(valid_from)
    if documentation:
        facts["documentation"] = documentation
    facts["source"] = source or documentation or "tracker agents add"
    facts["checked"] = datetime.now(UTC).date().isoformat()
    added = add_agent(path, facts)
    print(f"{added.name} ({added.operator}, {added.purpose}) added to {path}")
    if path.resolve() != in_force.resolve():
        print(f'next: set agents = "{path}" in tracker.toml (or give --agents-file {path}), so that it is read')
    print(f"next: `tracker crawl` or `tracker import git` derives the history of {added.name} from the stored files")


def _since(text: str) -> tuple[str, str]:
    """The first day and the precision of a year, a month or a day."""
    from tracker.errors import UsageError

    if re.fullmatch(r"\d{4}(-\d\d){0,2}", text):
        try:
            return date.fromisoformat(f"{text}-01-01"[:10]).isoformat(), {4: "year", 7: "month", 10: "day"}[len(text)]
        except ValueError:
            pass
    raise UsageError(f"--valid-from {text!r} is no date, write it as 2026, 2026-11 or 2026-11-22")


@app.command("validate")
def validate(
    file: Annotated[
        Path | None, typer.Argument(help="A TOML file of agents.", show_default="the setting agents")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a TOML file of agents: what it adds and replaces, what is wrong on which line.

    Exit 1 if any row is bad.

    Example: tracker agents validate agents.toml
    """
    from tracker.errors import UsageError
    from tracker.reference.registry import check_overlay
    from tracker.settings import load

    path = file or load().agents_file
    if path is None:
        raise UsageError("no agents.toml here: name the file, or make one with `tracker agents add`")
    found = check_overlay(path)
    if as_json:
        names = {"added": [agent.name for agent in found.added], "replaced": [agent.name for agent in found.replaced]}
        print_json({"file": str(path), **names, "errors": found.errors, "warnings": found.warnings})
    else:
        _print_overlay(path, found)
    if found.errors:
        raise typer.Exit(1)


def _print_overlay(path: Path, found: "Overlay") -> None:
    for line in found.errors:
        print(f"error: {line}")
    for line in found.warnings:
        print(f"warning: {line}")
    for verb, agents in (("adds", found.added), ("replaces", found.replaced)):
        for agent in agents:
            print(f"{verb} {agent.name} ({agent.operator}, {agent.purpose})")
    if not (found.errors or found.added or found.replaced):
        print(f"{path}: holds no agent, `tracker agents add` puts one in")
        return
    state = _count(len(found.errors), "error") if found.errors else "good"
    print(f"{path}: {state}, {_count(len(found.added), 'agent')} added, {len(found.replaced)} replaced")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
