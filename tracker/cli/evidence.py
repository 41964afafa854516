"""`tracker evidence`: one claim with all that it rests on, and the way to derive it again."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.options import AgentsFile, AsJson, Database
from tracker.cli.output import note, print_json, printable
from tracker.cli.site import host_of
from tracker.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.core.agents import Agent


def evidence(
    site: Annotated[str | None, typer.Argument(help="The host.", show_default=False)] = None,
    agent: Annotated[str | None, typer.Argument(help="An agent or token, as in GPTBot.", show_default=False)] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="A day (its end, UTC) or a moment: 2026-03-01[T12:00:00Z].")
    ] = None,
    definition: Annotated[str, typer.Option("--definition", help="What counts as blocking.")] = "effective_full",
    check: Annotated[
        Path | None, typer.Option("--check", help="Derive a bundle again (- is standard input); needs no history.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A file instead of standard output.")] = None,
    database: Database = None,
    agents_file: AgentsFile = None,
    as_json: AsJson = False,
) -> None:
    """Print, as JSON, what a site said to an agent on a day with all that a third party needs to derive it again.

    --check FILE derives a bundle again and exits 1 if anything differs from what it states.

    Example: tracker evidence nytimes.com GPTBot --at 2026-03-01 --out claim.json
    """
    if check is not None:
        _check(check, as_json)
        return
    if site is None or agent is None:
        raise UsageError("give a site and an agent: tracker evidence SITE AGENT --at DATE")
    from tracker import reference
    from tracker.core.definitions import DEFINITIONS
    from tracker.publish.evidence import bundle
    from tracker.settings import load
    from tracker.store.looks import Looks

    if definition not in DEFINITIONS:
        raise UsageError(f"--definition {definition!r}: use one of {', '.join(DEFINITIONS)}")
    settings = load(database=database, agents=agents_file)
    host, one = host_of(site), _agent(agent, reference.agents(settings.agents_file))
    with Looks(settings.history) as looks:
        moment, asked = _moment(at, looks.horizon())
        if not looks.knows(host):
            raise EvidenceError(_stranger(host, looks.hosts_like(host)))
        found = bundle(looks, host, one, moment, asked=asked, definition=definition)
    if out is None:
        print_json(found)
        return
    _write(out, found)
    claim = found["claim"]
    note(
        f"{out}: {host} to {one.name} at {claim['at']}: {claim['verdict']}{claim['reason'] and ', ' + claim['reason']}"
    )


def _agent(name: str, agents: "tuple[Agent, ...]") -> "Agent":
    """The agent of this name or token; a stranger by that token if the registry has none."""
    from tracker.core.agents import checked_token
    from tracker.core.verdicts import stranger

    for agent in agents:
        if name.lower() in (agent.name.lower(), *(token.lower() for token in agent.tokens)):
            return agent
    try:
        note(f"{name}: no agent of the registry; judged as any crawler with that token")
        return stranger(checked_token(name))
    except ValueError as error:
        raise UsageError(f"agent {name!r}: {error}") from error


def _stranger(host: str, known: "Sequence[str]") -> str:
    from tracker.core.nearest import did_you_mean

    return (
        f"{host} is in no panel of this history and was never looked at{did_you_mean(host, known)}: "
        "there is no evidence of it"
    )


def _moment(text: str | None, horizon: int) -> tuple[int, str]:
    """(UTC seconds, the words asked). A day is its end; of what lies beyond the horizon nothing is known."""
    if not horizon:
        raise UsageError("this history is empty: there is no evidence of anything yet")
    if text is None:
        return horizon, "now"
    from tracker.publish.claim import asked_span, iso

    try:
        start, end = asked_span(text)
    except ValueError as error:
        raise UsageError(f"--at {error}") from error
    if start > horizon:
        raise UsageError(
            f"--at {text}: the newest look of this history is of {iso(horizon)}; nothing is known beyond it"
        )
    return min(end, horizon), text


def _write(out: Path, found: object) -> None:
    import json

    try:
        with out.open("x", encoding="utf-8") as file:
            json.dump(found, file, ensure_ascii=False, indent=2)
            file.write("\n")
    except FileExistsError as error:
        raise EvidenceError(f"{out} is there already: choose another --out") from error
    except OSError as error:
        raise EvidenceError(f"cannot write {out}: {error.strerror or error}") from error


def _check(path: Path, as_json: bool) -> None:
    from tracker.publish.recheck import load, load_from, recheck

    is_piped = str(path) == "-"
    name = "what came in" if is_piped else str(path)
    result = recheck(load_from(sys.stdin.buffer, name) if is_piped else load(path))
    if as_json:
        print_json(result.as_json())
    else:
        claim = {name: printable(value) for name, value in result.claim.items()}
        print(f"{claim.get('site')} to {claim.get('agent')} at {claim['at']}: {claim['verdict']}")
        for step in result.steps:
            stated = "" if step.ok else f" (stated: {printable(step.stated)})"
            print(f"  {'ok' if step.ok else 'DIFFERS':<8} {step.what}: {printable(step.found)}{stated}")
        print(f"  registry: {result.registry}")
    if result.note:
        note(printable(result.note))
    if not result.matches:
        raise EvidenceError(f"{name} does not bear out its claim")
