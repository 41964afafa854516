"""`tracker check`: what a robots.txt says to AI crawlers, without a database or a network."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tracker.cli.options import AsJson
from tracker.cli.output import print_json, print_table


def check(
    file: Annotated[str, typer.Argument(help="A robots.txt, or - for standard input.")],
    agent: Annotated[list[str] | None, typer.Option("--agent", "-a", help="Only this agent; may be repeated.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All agents of the registry, not only the headline ones.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show whom a robots.txt shuts out, by which lines.

    Example: tracker check robots.txt --agent GPTBot
    """
    from tracker import reference
    from tracker.core.outcomes import BODY_CAP, Outcome, classify_file
    from tracker.core.policy import policy_of, resolve
    from tracker.core.robots import parse
    from tracker.core.verdict import judge
    from tracker.errors import SourceError

    data = _read(file)
    seen = classify_file(data[:BODY_CAP])
    if seen.outcome is not Outcome.OK:
        raise SourceError(f"{file} is no robots.txt ({seen.detail}): it says nothing to any crawler")
    robots = parse(data)
    policy = policy_of(robots)
    rows: list[dict[str, Any]] = []
    for one in _chosen(reference.agents(), agent, every):
        ruling = resolve(policy, one)
        verdict = judge(robots, ruling.token or one.name)
        rows.append(
            {
                "agent": one.name,
                "verdict": {"full": "blocked", "partial": "partial", "none": "allowed"}[verdict.degree],
                "basis": str(ruling.basis),
                "line": verdict.lines.deciding,
                "group_lines": list(verdict.lines.agents),
                "exception_lines": list(verdict.lines.exceptions),
                "home_page": str(verdict.root),
                "other_pages": str(verdict.generic),
                "flags": sorted(verdict.flags),
                "purpose": str(one.purpose),
            }
        )
    if as_json:
        print_json({"file": file, "flags": sorted(robots.flags), "agents": rows})
        return
    columns = ("agent", "verdict", "basis", "line", "home_page", "other_pages", "purpose")
    print_table(columns, [[row[name] for name in columns] for row in rows])
    if robots.flags:
        print(f"flags: {', '.join(sorted(robots.flags))}")


def _read(file: str) -> bytes:
    from tracker.errors import UsageError

    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror}; give a robots.txt file, or - for standard input"
        ) from error


def _chosen(agents: tuple[Any, ...], names: list[str] | None, every: bool) -> list[Any]:
    """The agents asked for; an unknown name is a token of its own, judged as any crawler would be."""
    from dataclasses import replace

    if not names:
        return [agent for agent in agents if every or agent.headline]
    known = {token.lower(): agent for agent in agents for token in (*agent.tokens, agent.name)}
    stand_in = replace(agents[0], purpose="unregistered", falls_back_to=(), obeys_star=True)
    return [known.get(name.lower()) or replace(stand_in, name=name, tokens=(name,)) for name in names]
