"""`tracker verify`: everything that a history must hold, checked."""

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json, printable, progress, shown
from tracker.errors import DatabaseError

if TYPE_CHECKING:
    from tracker.store.verify import Report


def verify(
    quick: Annotated[bool, typer.Option("--quick", help="Leave out parsing every file anew.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="If only derived tables are wrong, derive them again.")
    ] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Check the history from its bytes up: hashes, readings, intervals and counts; exit 1 if anything is wrong.

    It reads only, and works while a crawl writes. --repair never touches evidence.

    Example: tracker verify --json
    """
    from tracker.settings import load

    history = load(database=database).history
    report = _verified(history, quick)
    if repair and not report.ok:
        report = _repaired(history, quick, report)
    if as_json:
        print_json({"database": shown(history), **report.as_json()})
    else:
        _print(report, history)
    if not report.ok:
        raise DatabaseError(f"{shown(history)} is not what it should be: see above")


def _repaired(history: str, quick: bool, report: "Report") -> "Report":
    """The report after a repair; the same one if there is no repair for what is wrong."""
    from tracker.store.verify.repair import repair

    if not report.can_be_repaired:
        note("nothing was repaired: something is wrong that is not derived, and what is derived would follow it")
        return report
    for check in report.checks:
        for example in check.examples:
            note(f"{check.name}: {printable(example)}")
    note("deriving again what follows from the evidence")
    repair(history)
    return _verified(history, quick)


def _verified(history: str, quick: bool) -> "Report":
    from tracker.store.verify import verify as verify_history

    with progress("verifying") as advance:
        return verify_history(history, quick=quick, advance=lambda _name, done, total: advance(done, total))


def _print(report: "Report", history: str) -> None:
    well = "all is well" if report.is_whole else "nothing is wrong in what was checked"
    print(f"{shown(history)}: {well if report.ok else 'something is wrong'}")
    for check in report.checks:
        if check.skipped:
            print(f"  {check.name:<11} not checked: {printable(check.skipped)}")
        else:
            print(f"  {check.name:<11} {check.checked:,} checked, {check.wrong:,} wrong")
        if check.note:
            print(f"    not checked: {printable(check.note)}")
        for example in check.examples:
            print(f"    - {printable(example)}")
        if check.wrong:
            print(f"    {check.mend}")
