"""`tracker agent`: one crawler in a history."""

import json
from typing import Annotated, Any

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import print_json, print_table, say
from tracker.cli.tokens import Terms, TokensColumn, TokensPath, opened, print_tokens


def agent(
    token: Annotated[str, typer.Argument(help="Name or product token of the crawler, in whatever case.")],
    panel: Annotated[
        str | None,
        typer.Option("--panel", "-p", help="Panel of the history.", show_default="the one looked at last"),
    ] = None,
    definition: Annotated[str | None, typer.Option("--definition", help="What is counted (effective_full).")] = None,
    denominator: Annotated[
        str | None, typer.Option("--denominator", help="Of which sites (readable_or_absent).")
    ] = None,
    tokens: TokensPath = None,
    tokens_column: TokensColumn = None,
    terms: Terms = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show one crawler: who runs it, who shuts it out, how that developed, and what changed last.

    With --tokens also from sites to tokens: the share by site, by rank and by text, of those that restrict it in
    robots.txt, in their terms, or in either of them (docs/tokens.md has the format of the file).

    Example: tracker agent GPTBot

    Example: tracker agent gptbot --definition named_root --json

    Example: tracker agent GPTBot --tokens relevant_url_token_counts.csv --tokens-column c4_tokens
    """
    from tracker.cli.ask import open_reader, warn_of_demo
    from tracker.core.estimate import Denominator
    from tracker.publish.agent import report
    from tracker.store.asking import one_of

    kind = Denominator(one_of("denominator", denominator, Denominator)) if denominator else None
    with open_reader(database) as reader:
        warn_of_demo(reader)
        with opened(tokens, tokens_column, terms) as asked:
            found = report(reader, token, panel=panel, definition=definition, kind=kind, tokens=asked)
    if as_json:
        print_json(found | {"agent": found["agent"] | {"tokens": json.loads(found["agent"]["tokens"])}})
        return
    _print_facts(found["agent"])
    _print_share(found)
    if found["tokens"]:
        print_tokens(found["tokens"])
    _print_changes(found["changes"], found["definition"])
    _print_sites(found)


def _print_facts(facts: dict[str, Any]) -> None:
    say(f"{facts['agent']} ({facts['operator']}): {facts['purpose']}, {facts['kind']}")
    say(f"product tokens: {', '.join(json.loads(facts['tokens']))}")
    say(f"documented since {facts['since'] or 'nobody knows when'}")
    if facts["documentation"]:
        say(facts["documentation"])


def _print_share(found: dict[str, Any]) -> None:
    from tracker.core.estimate import Denominator

    share = found["share"]
    if share is None:
        say(f"\npanel {found['panel']}: nothing is known of its sites yet")
        return
    n = f"n = {share['n']} {Denominator(found['denominator']).sites}"
    say(f"\npanel {found['panel']} on {share['date']}: {_percent(share['percent'])} of {n}")
    say(f"counted: {found['counted']} ({found['definition']})")
    say(f"{share['blocked']} sites: {share['blocked_named']} by its name, {share['blocked_wildcard']} otherwise")
    say(f"bounds: {_percent(share['low'])} to {_percent(share['high'])}, {share['bounds']}")
    if not share["existed"]:
        say("the agent was not documented yet on that day: nobody counts as shutting it out by name")
    for step in found["trend"]:
        moved = "nothing was known then"
        if step["points"] is not None:
            moved = f"{step['points']:+.1f} points, from {_percent(step['percent'])}"
        say(f"since {step['date']} ({step['since']}): {moved}")


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f} %"


def _print_changes(rows: list[dict[str, Any]], definition: str) -> None:
    from tracker.core.definitions import HEADLINE

    if not rows:
        say("\nno change in the panel")
        return
    columns = ("date", "site", "before", "after", "named", "cause")
    of_what = "" if definition == HEADLINE else f", of how much is closed to it: {definition} may see others"
    say(f"\nNewest changes in the panel{of_what}")
    print_table(columns, [[row[name] for name in columns] for row in rows])


def _print_sites(found: dict[str, Any]) -> None:
    from tracker.core.definitions import DEFINITIONS

    sites = found["sites"]
    if not sites["first"]:
        return
    what = DEFINITIONS[found["definition"]].verb.format(found["agent"]["agent"])
    order = "the best placed" if sites["first"][0]["rank"] is not None else "in the order of their names"
    say(f"Sites of the panel that {what} now ({sites['blocking']}), {order}")
    columns = ("site", "category", "named", "since", "stale")
    print_table(columns, [[row[name] for name in columns] for row in sites["first"]])
    say("since: what the site says to it has been the same since then; stale 1: the last look at it failed")
