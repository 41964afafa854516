"""What `tracker crawl --probe` asks of the person who runs it, and what it prints."""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.output import note, print_table, progress
from tracker.core.probes import WEEK
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.core.agents import Agent
    from tracker.core.probes import ProbeResult
    from tracker.settings import Settings

ProbeAgent = Annotated[
    str | None,
    typer.Option(
        "--probe",
        metavar="AGENT",
        help="Also ask for the home page of each site that disallows AGENT, once as AGENT: read docs/probe.md first.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="You have read the notice of --probe and mean it.")]


def agent_to_probe(name: str, settings: "Settings") -> "Agent":
    """The agent of this name or token; UsageError if there is none, or if it cannot be probed."""
    from tracker import reference
    from tracker.crawl.probe import may_be_probed

    for agent in reference.agents(settings.agents_file):
        if name.lower() in {agent.name.lower(), *(token.lower() for token in agent.tokens)}:
            may_be_probed(agent, settings.contact)
            return agent
    raise UsageError(f"no agent {name}: `tracker agents` lists them")


def consent(agent: "Agent", settings: "Settings", yes: bool) -> None:
    """Show what a probe means and have it confirmed; UsageError if it is not."""
    from tracker.crawl.probe import notice

    note(notice(agent, settings.contact))
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to confirm the probe: add --yes once you have read the notice")
    if not typer.confirm(f"Probe as {agent.name}?", default=False, err=True):
        raise UsageError("not confirmed: nobody was probed")


def probed_as_json(results: Sequence["ProbeResult"]) -> list[dict[str, object]]:
    """The results as plain values, each with its reading."""
    from dataclasses import asdict

    return [asdict(one) | {"reading": str(one.reading)} for one in results]


def print_results(results: Sequence["ProbeResult"], agent: str) -> None:
    """How often a page was served, refused, or nothing followed, and by which pairs of answers."""
    readings = Counter(str(one.reading) for one in results)
    print(f"\n{len(results)} sites that disallow {agent} were probed")
    pairs = Counter((str(one.reading), one.cause_agent, one.cause_neutral) for one in results)
    rows = [(*pair, count) for pair, count in pairs.most_common()]
    if rows:
        print_table(("reading", f"as {agent}", "as ourselves", "sites"), rows)
    print(", ".join(f"{count} {reading}" for reading, count in readings.most_common()) or "none was due")


def run_probe(settings: "Settings", panel: str, name: str) -> "list[ProbeResult]":
    """Probe the sites of a panel that are due for it, and keep what they answered. Ctrl-C leaves the rest."""
    from tracker.cli.crawl_settings import fetch_settings
    from tracker.cli.writing import open_writer
    from tracker.crawl.optout import OptOut
    from tracker.crawl.probe import candidates, probe
    from tracker.store.query import Reader

    agent, now = agent_to_probe(name, settings), int(time.time())
    with Reader(settings.history) as reader:
        hosts = candidates(reader, panel, agent)
    with (
        open_writer(settings) as writer,
        progress(f"probing as {agent.name}") as advance,
    ):
        done = 0

        def keep(some: "Sequence[ProbeResult]") -> None:
            nonlocal done
            writer.note_probes(some)
            done += len(some)
            advance(done // 2, len(hosts))

        return probe(
            hosts,
            agent,
            fetch_settings(settings),
            writer.last_probe(now - WEEK),
            now,
            opt_out=OptOut.load(settings.opt_out_file),
            note=keep,
        )
