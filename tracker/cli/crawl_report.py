"""What `tracker crawl` prints of its crawls, and what it makes of too few answers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tracker.cli.output import print_table

if TYPE_CHECKING:
    from tracker.crawl.report import CrawlReport
    from tracker.settings import Settings

_NAMED = 5


def reports_as_json(reports: Sequence["CrawlReport"]) -> dict[str, Any]:
    """The report of the first crawl, with those that followed it (rest, retry waves, second look) as `parts`."""
    if not reports:
        return {"due": False}
    return reports[0].as_json() | {"parts": [report.as_json() for report in reports[1:]]}


def print_report(report: "CrawlReport", where: str) -> None:
    """Print what one crawl saw."""
    rows = [(cause, count, _share(count, report.ended)) for cause, count in report.causes.most_common()]
    if rows:
        print_table(("cause", "sites", "of these"), rows)
    for target, causes in report.pages.items():
        print(f"{target}: " + ", ".join(f"{count} {cause}" for cause, count in causes.most_common()))
    if report.terms:
        read = f"; {report.terms_read} new texts read" if report.terms_read else ""
        print(f"terms: {', '.join(_terms(report))}{read}")
    state = "" if report.finished else f"stopped after {report.ended} of {report.asked} sites: "
    what = f" ({report.part})" if report.part else ""
    print(
        f"{state}{report.answered} of {report.ended} sites of panel {report.panel}{what} answered, recorded in {where}"
    )
    for line in _notes(report):
        print(line)


def _terms(report: "CrawlReport") -> list[str]:
    """The looks at terms pages by state, commonest first."""
    same = f" ({report.terms_unchanged} unchanged)" if report.terms_unchanged else ""
    return [f"{count} {state}{same if state == 'ok' else ''}" for state, count in report.terms.most_common()]


def _notes(report: "CrawlReport") -> list[str]:
    """Sentences about a crawl, only those that there is something to say for."""
    notes = []
    if report.part:
        notes.append(f"of its round {100 * report.coverage:.1f} % have answered now")
    if report.new_answers:
        notes.append(f"{report.new_answers} have another file than before")
    if report.changes:
        notes.append(
            f"{report.changes} changed a verdict for a headline agent: {_names(report.changed, report.changes)}"
        )
    if report.new_failures:
        hosts = [f"{host} ({cause})" for host, cause in report.newly_failing]
        notes.append(f"{report.new_failures} answered before and fail now: {_names(hosts, report.new_failures)}")
    slow = [f"{host} {seconds:.1f} s" for host, seconds in report.slowest if seconds >= 1]
    if slow:
        notes.append(f"slowest: {', '.join(slow[:_NAMED])}")
    if report.suspect:
        notes.append(f"SUSPECT: {report.suspect}; the sites that flipped are asked again after an hour")
    return notes


def _names(hosts: Sequence[str], count: int) -> str:
    shown = list(hosts[:_NAMED])
    return ", ".join(shown) + (f" and {count - len(shown)} more" if count > len(shown) else "")


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %"


def judge(reports: Sequence["CrawlReport"], settings: "Settings") -> None:
    """Raise CrawlError for a crawl that was stopped, CoverageError where too few sites of the round answered."""
    from tracker.errors import CoverageError, CrawlError

    if not reports:
        return
    last = reports[-1]
    if not last.finished:
        raise CrawlError(f"the crawl was stopped after {last.ended} of {last.asked} sites; the next one asks the rest")
    if last.part in ("recheck", "confirm") or last.coverage >= settings.coverage_threshold or not last.asked:
        return
    cause, count = last.causes.most_common(1)[0] if last.causes else ("unasked", last.asked)
    asked, answered = last.round_asked or last.asked, last.round_answered + last.answered
    what = "no site answered" if answered == 0 else f"only {answered} of {asked} sites answered"
    raise CoverageError(
        f"{what} ({count} x {cause}): check the network of this machine; "
        "failures are recorded as such and give no verdict"
    )
