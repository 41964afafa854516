"""`tracker check`: what robots.txt files or pages of terms say to crawlers, and whether that is meant; no database."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.classifiers import OwnClassifier
from tracker.cli.options import AgentsFile, AllowPrivate, AsJson, CaFile, Contact, Resolver
from tracker.cli.output import note, print_json

if TYPE_CHECKING:
    from tracker.cli.check_question import Question
    from tracker.settings import Settings

UNMET = 4
"""Exit code where a wish of --expect is not met, or --fail-on-change or --fail-on-remark finds something."""
ANY = "any"


def check(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|DOMAIN|URL|-...",
            help="robots.txt files, - for standard input, or sites to ask for theirs. A file of that name comes first. "
            "With --terms: pages of terms (HTML, PDF or text), or their URLs.",
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
    fail_on_change: Annotated[
        bool,
        typer.Option("--fail-on-change", help="With --compare: exit 4 if anybody's access or a signal has changed."),
    ] = False,
    fail_on_remark: Annotated[
        list[str] | None,
        typer.Option("--fail-on-remark", help="Exit 4 if there is a remark of this flag, or any; may be repeated."),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            "--expect",
            help="AGENT=blocked|partial|allowed|open (open: home page and ordinary pages), or PURPOSE=... (training, "
            "search, ...): exit 4 if not so; may be repeated. With --terms CATEGORY=STANCE, =said or =unsaid.",
        ),
    ] = None,
    terms: Annotated[
        bool, typer.Option("--terms", help="Read pages of terms: what they say of scraping and AI training.")
    ] = False,
    as_terms: Annotated[
        bool,
        typer.Option("--as-terms", help="With --terms: read a file or standard input as terms whatever it is."),
    ] = False,
    classifier: OwnClassifier = None,
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

    Example: tracker check --terms https://courier.example/terms
    """
    from tracker.cli.check_question import question
    from tracker.cli.check_sources import refuse_two_of_standard_input
    from tracker.errors import UsageError
    from tracker.settings import load

    settings = load(
        agents=agents_file, contact=contact, ca_file=ca_file, allow_private=allow_private, resolver=resolver
    )
    if terms:
        of_robots = {"--agent": agent, "--all": every, "--path": path, "--compare": old}
        of_robots |= {"--fail-on-change": fail_on_change, "--fail-on-remark": fail_on_remark}
        if stray := [name for name, value in of_robots.items() if value]:
            raise UsageError(f"{stray[0]} is of robots.txt files, and --terms reads pages of terms: leave one out")
        refuse_two_of_standard_input(sources)
        _check_terms(sources, settings, expect or [], classifier, as_terms, as_json)
        return
    if as_terms:
        raise UsageError("--as-terms reads a file as terms: it goes with --terms")
    if classifier is not None:
        raise UsageError("--classifier reads pages of terms: it goes with --terms")
    if fail_on_change and old is None:
        raise UsageError("--fail-on-change needs an older file: give it with --compare")
    _check_flags(fail_on_remark or [])
    refuse_two_of_standard_input([*sources, *([old] if old else [])])
    asked = question(settings, agents=agent, every=every, paths=path, old=old, wishes=expect)
    for said in asked.notes:
        note(f"tracker: {said}")
    reports, failed = _reports(sources, asked)
    judged = [report for report in reports if "error" not in report]
    if as_json:
        print_json(reports if len(sources) > 1 else reports[0])
    else:
        _print(judged)
    # A wish that is not met is certain, whatever became of the other files; and a mistake outweighs a site's silence.
    unmet = [_has_unmet(report, fail_on_change, fail_on_remark or []) for report in judged]
    if code := UNMET if any(unmet) else max(failed, default=0):
        raise typer.Exit(code)


def _check_terms(
    sources: list[str],
    settings: "Settings",
    wishes: list[str],
    classifier: str | None,
    as_terms: bool,
    as_json: bool,
) -> None:
    from tracker.cli.check_terms import check_terms, print_terms

    reports, failed, is_unmet = check_terms(sources, settings, wishes, classifier, as_terms)
    if as_json:
        print_json(reports if len(sources) > 1 else reports[0])
    else:
        for number, report in enumerate(one for one in reports if "error" not in one):
            if number:
                print()
            print_terms(report)
    if code := UNMET if is_unmet else max(failed, default=0):
        raise typer.Exit(code)


def _check_flags(flags: list[str]) -> None:
    """UsageError for what is the flag of no remark."""
    from tracker.core.remarks import FLAGS
    from tracker.errors import UsageError

    for flag in flags:
        if flag not in FLAGS and flag != ANY:
            raise UsageError(
                f"--fail-on-remark {flag!r}: no remark has that flag; write {ANY}, or one of {' '.join(FLAGS)}"
            )


def _reports(sources: list[str], asked: "Question") -> tuple[list[dict[str, Any]], list[int]]:
    """A report on each source, and the exit codes of those that cannot be judged: the others are still checked."""
    from tracker.cli.check_report import no_report, report_on
    from tracker.cli.check_sources import read
    from tracker.errors import DrywellError

    reports, failed = [], []
    for name in sources:
        try:
            reports.append(report_on(read(name, asked.settings), asked))
        except DrywellError as error:
            note(f"tracker: {error}")
            reports.append(no_report(name, error))
            failed.append(error.exit_code)
    return reports, failed


def _has_unmet(report: dict[str, Any], fail_on_change: bool, fail_on_remark: list[str]) -> bool:
    """Whether a wish is not met; says so, and which agents a wish for a purpose leaves out."""
    from tracker.cli.check_print import sentence
    from tracker.cli.check_sources import shown

    file = shown(report["file"])
    for one in report["left_out"]:
        note(f"tracker: {file}: {one['wish']} leaves out who ignores `*` and is not named: {', '.join(one['agents'])}")
    for wish in report["unmet"]:
        note(f"tracker: {file}: {wish['says']}")
    has_changed = fail_on_change and report["compared"]["changed"]
    if has_changed:
        note(f"tracker: {file}: access or signals differ from {shown(report['compared']['with'])}")
    remarked = [one for one in report["remarks"] if ANY in fail_on_remark or one["flag"] in fail_on_remark]
    for one in remarked:
        note(f"tracker: {file}: {sentence(one)}")
    return bool(report["unmet"] or has_changed or remarked)


def _print(reports: list[dict[str, Any]]) -> None:
    from tracker.cli.check_print import print_report

    for number, report in enumerate(reports):
        if number:
            print()
        print_report(report)
