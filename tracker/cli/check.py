"""`tracker check`: what robots.txt files say to AI crawlers, and whether that is what was meant; no database."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.options import AgentsFile, AllowPrivate, AsJson, CaFile, Contact, Resolver
from tracker.cli.output import note, print_json

if TYPE_CHECKING:
    from tracker.cli.check_report import Question

UNMET = 4
"""Exit code where a wish of --expect is not met."""


def check(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|DOMAIN|URL|-...",
            help="robots.txt files, - for standard input, or sites to ask for theirs. A file of that name comes first.",
        ),
    ],
    agent: Annotated[
        list[str] | None,
        typer.Option("--agent", "-a", help="Only this agent, of the registry or not; may be repeated."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All agents of the registry, not only the headline ones.")
    ] = False,
    path: Annotated[
        list[str] | None, typer.Option("--path", help="Say whom this path or URL is open to; may be repeated.")
    ] = None,
    old: Annotated[
        str | None, typer.Option("--compare", help="An older file or another site: who gained access, who lost it.")
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            "--expect",
            help="AGENT=blocked|partial|allowed, or PURPOSE=... (training, search, ...): exit 4 if not so; "
            "may be repeated.",
        ),
    ] = None,
    as_json: AsJson = False,
    agents_file: AgentsFile = None,
    contact: Contact = None,
    ca_file: CaFile = None,
    allow_private: AllowPrivate = None,
    resolver: Resolver = None,
) -> None:
    """Show whom a robots.txt shuts out, by which lines, and what is amiss in it.

    Without a database; a network is needed only to ask a site. A site that does not answer is an error, not a verdict.

    Example: tracker check robots.txt --expect GPTBot=blocked
    """
    from tracker.cli.check_report import question
    from tracker.cli.check_sources import refuse_two_of_standard_input
    from tracker.settings import load

    settings = load(
        agents=agents_file, contact=contact, ca_file=ca_file, allow_private=allow_private, resolver=resolver
    )
    refuse_two_of_standard_input([*sources, *([old] if old else [])])
    asked = question(settings, agents=agent, every=every, paths=path, old=old, wishes=expect)
    reports, code = _reports(sources, asked)
    if as_json and reports:
        print_json(reports if len(sources) > 1 else reports[0])
    elif not as_json:
        _print(reports)
    for report in reports:
        for wish in report["unmet"]:
            note(f"tracker: {report['file']}: {wish['says']}")
    if code or any(report["unmet"] for report in reports):
        raise typer.Exit(code or UNMET)


def _reports(sources: list[str], asked: "Question") -> tuple[list[dict[str, Any]], int]:
    """A report on each source, and the exit code of the first that cannot be read: the others are still checked."""
    from tracker.cli.check_report import report_on
    from tracker.cli.check_sources import read
    from tracker.errors import DrywellError

    reports, code = [], 0
    for name in sources:
        try:
            reports.append(report_on(read(name, asked.settings), asked))
        except DrywellError as error:
            if len(sources) == 1:
                raise
            note(f"tracker: {error}")
            code = code or error.exit_code
    return reports, code


def _print(reports: list[dict[str, Any]]) -> None:
    from tracker.cli.check_print import print_report

    for number, report in enumerate(reports):
        if number:
            print()
        print_report(report)
