"""`tracker site`: what one site says to each agent, said at a moment of the past, and changed from file to file."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.ask import open_reader
from tracker.cli.options import AsJson, Database
from tracker.cli.output import print_json, print_table

if TYPE_CHECKING:
    from tracker.publish.site import Revision
    from tracker.store.query import Reader

NEWEST = 5
_SAME = {"lost": "more pages closed", "gained": "more pages open", "mixed": "pages closed, others open"}


def site(
    host: Annotated[str, typer.Argument(help="The host, as in nytimes.com.")],
    every: Annotated[
        bool,
        typer.Option("--all", help="All agents of the registry, not only the headline ones; all changes of --diff."),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="What it changed from file to file: the text, and the verdicts.")
    ] = False,
    at: Annotated[
        str | None, typer.Option("--at", help="As of this moment: 2024-03-01 (the end of that day, UTC) or a time.")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show what one site says to each agent.

    Now, since when, in which signals beside the rules, and the answers seen of it.

    Example: tracker site nytimes.com

    Example: tracker site nytimes.com --diff

    Example: tracker site nytimes.com --at 2024-03-01 --json
    """
    from tracker.cli.formats import only_one
    from tracker.errors import UsageError

    only_one({"--diff": diff, "--at": at})
    name = host_of(host)
    with open_reader(database) as reader:
        if diff or at is not None:
            _refuse_a_stranger(reader, name)
            (_show_past(reader, name, at, every, as_json) if at else _show_changes(reader, name, every, as_json))
            return
        registry = reader.agents()
        headline = {agent["agent"] for agent in registry if agent["headline"]}
        access = reader.site_access(name).dicts()
        if not access:
            raise UsageError(_stranger(reader, name))
        captures, failures = reader.captures(name), reader.failures(name)
        history = reader.site_history(name).dicts()
        signals, conflicts = reader.signals(name).dicts(), reader.signal_conflicts(name).dicts()
        terms = _terms(reader, name)
        horizon = reader.about()["horizon"]
    if as_json:
        found = {"site": name, "access": access, "history": history, "signals": signals, "conflicts": conflicts}
        found["terms"] = terms
        print_json(found | {"captures": captures.dicts(), "failures": failures.dicts()})
        return
    shown = [row for row in access if every or row["agent"] in headline]
    columns = ("agent", "verdict", "named", "root_blocked", "since", "stale", "last_checked")
    print_table(
        columns,
        [[row[column] for column in columns] for row in shown],
        title=f"{name} as of {horizon}, the newest look of this history",
    )
    _print_signals(signals, registry)
    _print_conflicts(conflicts, headline)
    _print_terms(name, terms)
    newest = f"the newest 10 of {len(captures.rows)}, --json has all" if len(captures.rows) > 10 else "all"
    print_table(captures.columns, captures.rows[-10:], title=f"Answers seen ({newest})")
    if failures.rows:
        print_table(failures.columns, failures.rows[-10:], title=f"Failed attempts ({len(failures.rows)})")


def _terms(reader: "Reader", host: str) -> list[dict[str, Any]]:
    """The pages of terms of a site, each with what it is and its class; none if nobody has looked for any."""
    from tracker.cli.terms_data import of_site
    from tracker.errors import UsageError

    kept = ("url", "kind", "state", "since", "last_checked", "dpi_class", "why_unknown", "silent")
    try:
        return [{name: row[name] for name in kept} for row in of_site(reader, host)["sources"]]
    except UsageError:
        return []


def _print_terms(host: str, terms: Sequence[Mapping[str, Any]]) -> None:
    from tracker.cli.terms_print import class_words

    print("Terms")
    for one in terms:
        if one["url"]:
            print(f"- {one['url']}: {one['state']}, {class_words(one['dpi_class'], one['why_unknown'])}")
        else:
            print(f"- the site links to none that we find ({one['state']})")
    print(
        f"`tracker terms {host}` quotes what they say\n"
        if terms
        else "- nobody has looked for them: a weekly round does\n"
    )


def host_of(text: str) -> str:
    """The host that somebody wrote; raises UsageError."""
    from tracker.core.hosts import normalise_host
    from tracker.errors import UsageError

    try:
        return normalise_host(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no host: {error}") from error


def _stranger(reader: "Reader", host: str) -> str:
    from tracker.store.asking import near_site

    near = near_site(reader, host)
    return f'{host} is in no panel of this history{near}; `tracker query "SELECT site FROM sites"` lists them'


def _refuse_a_stranger(reader: "Reader", host: str) -> None:
    from tracker.errors import UsageError

    if not reader.sql("SELECT 1 FROM access_now WHERE site = :host LIMIT 1", {"host": host}).rows:
        raise UsageError(_stranger(reader, host))


def _headline(reader: "Reader") -> set[str]:
    return {agent["agent"] for agent in reader.agents() if agent["headline"]}


def _show_past(reader: "Reader", host: str, at: str, every: bool, as_json: bool) -> None:
    from datetime import date

    from tracker.core.dates import moment
    from tracker.errors import UsageError
    from tracker.publish.site import as_of
    from tracker.store.asking import horizon

    newest = horizon(reader)
    try:
        when = moment(at, date.fromisoformat(newest))
    except ValueError as error:
        raise UsageError(f"--at {error}") from error
    if when[:10] > newest:
        raise UsageError(f"--at {at} is after the newest look of this history, {newest}")
    found = as_of(reader, host, when)
    if as_json:
        print_json({"site": host} | found)
        return
    shown = [row for row in found["access"] if every or row["agent"] in _headline(reader)]
    columns = ("agent", "verdict", "named", "root_blocked", "since")
    print_table(columns, [[row[name] for name in columns] for row in shown], title=f"{host} at {when}")
    body = found["body"]
    if body and body["body_sha256"]:
        print(f"file in force: {body['body_sha256']}, {body['body_bytes']} bytes")
    elif body:
        print("file in force: none, the site had no robots.txt")
    if body:
        print(f"first seen at {body['first_seen']} by {body['source'] or 'unknown'}: {body['ref'] or 'no reference'}")
    print(f"certainty: {found['certainty']}")


def _show_changes(reader: "Reader", host: str, every: bool, as_json: bool) -> None:
    from dataclasses import asdict

    from tracker import reference
    from tracker.publish.site import revisions
    from tracker.settings import load

    registry = reference.agents(load().agents_file)
    stored = {row["agent"] for row in reader.agents()}
    agents = [agent for agent in registry if agent.name in stored]
    found = revisions(reader, host, agents, None if every or as_json else NEWEST + 1)
    if as_json:
        print_json({"site": host, "changes": [asdict(one) for one in found]})
        return
    if not found:
        print(f"{host} never changed its robots.txt in this history")
    for one in found if every else found[:NEWEST]:
        _print_revision(one, set() if every else _headline(reader))
    if not every and len(found) > NEWEST:
        print(f"the newest {NEWEST} changes; --all has all of them")


def _print_revision(one: "Revision", first: set[str]) -> None:
    from tracker.core.wording import some

    print(f"{one.seen}  changed after {one.not_before}, seen by {one.source or 'unknown'}: {one.ref or 'no reference'}")
    print(f"--- {one.body_before or 'no robots.txt'}\n+++ {one.body_after or 'no robots.txt'}")
    for line in one.text:
        print(line)
    turns: dict[str, list[str]] = {}
    for turn in one.agents:
        if not first or turn["agent"] in first:
            turns.setdefault(_turn(turn), []).append(turn["agent"])
    for words, agents in turns.items():
        print(f"  {words}: {some(agents) if first else ', '.join(agents)}")
    others = len(one.agents) - sum(map(len, turns.values()))
    if others:
        print(f"  and {others} other agent{'' if others == 1 else 's'}; --all has them")
    if not one.agents:
        print("  no verdict changed")
    for gap in one.gaps:
        print(f"  not complete: {gap}")
    print()


def _turn(turn: Mapping[str, Any]) -> str:
    """Verdicts before and after; where they are the same, what happened all the same."""
    before = f"{turn['before']}{' by name' if turn['named_before'] else ''}"
    after = f"{turn['after']}{' by name' if turn['named'] else ''}"
    return f"{before} -> {after}" if before != after else f"{after}, {_SAME[turn['effect']]}"


def _print_signals(signals: Sequence[Mapping[str, Any]], registry: Sequence[Mapping[str, Any]]) -> None:
    from tracker.core.wording import in_force, some

    spelled = {token.lower(): token for agent in registry for token in json.loads(agent["tokens"])}
    found = in_force(signals, spelled)
    if found:
        rows = [(one.kind, one.says, some(one.agents), one.path, one.flags, one.since) for one in found]
        print_table(("signal", "says", "to", "path", "flags", "since"), rows, title="Signals in force beside the rules")


def _print_conflicts(conflicts: Sequence[Mapping[str, Any]], headline: set[str]) -> None:
    from tracker.core.wording import disagreements

    if conflicts:
        print("Words and rules disagree")
        for line in disagreements(conflicts, headline):
            print(f"- {line}")
        print()
