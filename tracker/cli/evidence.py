"""`tracker evidence`: one claim with all that it rests on, and the way to derive it again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.options import AgentsFile, AsJson, Database
from tracker.cli.output import note, print_json, printable
from tracker.cli.site import host_of
from tracker.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from tracker.core.agents import Agent


def evidence(
    site: Annotated[str | None, typer.Argument(help="The host.", show_default=False)] = None,
    agent: Annotated[str | None, typer.Argument(help="An agent or token, as in GPTBot.", show_default=False)] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="A day (its end, UTC) or a moment: 2026-03-01[T12:00:00Z].")
    ] = None,
    definition: Annotated[str, typer.Option("--definition", help="What counts as blocking.")] = "effective_full",
    check: Annotated[Path | None, typer.Option("--check", help="Derive a bundle again; needs no history.")] = None,
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


def _moment(text: str | None, horizon: int) -> tuple[int, str]:
    """(UTC seconds, the words asked). A day is its end; of what lies beyond the horizon nothing is known."""
    if not horizon:
        raise UsageError("this history is empty: there is no evidence of anything yet")
    if text is None:
        return horizon, "now"
    try:
        if len(text) == 10:
            start = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
            end = start + timedelta(days=1, seconds=-1)
        else:
            start = end = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--at {text!r}: give a day or a moment, as in 2026-03-01 or 2026-03-01T12:00:00Z") from error
    if start.timestamp() > horizon:
        newest = datetime.fromtimestamp(horizon, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        raise UsageError(f"--at {text}: the newest look of this history is of {newest}; nothing is known beyond it")
    return min(int(end.timestamp()), horizon), text


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
    from tracker.publish.recheck import load, recheck

    result = recheck(load(path))
    if as_json:
        print_json(result.as_json())
    else:
        claim = {name: printable(value) for name, value in result.claim.items()}
        print(f"{claim.get('site')} to {claim.get('agent')} at {claim['at']}: {claim['verdict']}")
        for step in result.steps:
            stated = "" if step.ok else f" (stated: {printable(step.stated)})"
            print(f"  {'ok' if step.ok else 'DIFFERS':<8} {step.what}: {printable(step.found)}{stated}")
    if result.note:
        note(printable(result.note))
    if not result.matches:
        raise EvidenceError(f"{path} does not bear out its claim")
