"""`tracker report`: a brief of a panel to take home, as one HTML or Markdown file."""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.forecast import STALE_DAYS
from tracker.cli.options import AgentsFile, AsJson, Database
from tracker.cli.output import note, print_json, progress
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.publish.brief.facts import Brief


_HTML, _MARKDOWN = ("", ".html", ".htm"), (".md", ".markdown")


class Format(StrEnum):
    """How the brief is written."""

    HTML = "html"
    MARKDOWN = "markdown"


def report(
    panel: Annotated[
        str | None,
        typer.Option("--panel", "-p", help="Panel of the history.", show_default="the one looked at last"),
    ] = None,
    agent: Annotated[
        list[str] | None, typer.Option("--agent", help="Only this crawler; may be repeated. Else the headline ones.")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="How it is written.", show_default="by the file's name, else html")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--output", "--out", "-o", help="A file instead of standard output.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    database: Database = None,
    agents_file: AgentsFile = None,
    as_json: AsJson = False,
) -> None:
    """Write a brief of a panel: figures with n and interval, charts, changes quoted, projection, claims, citation.

    One file that loads nothing from elsewhere; every figure says how to count it again. The same history gives the same
    bytes. --json prints the facts behind it. Charts need the extra 'report'. docs/report.md tells how to read it.

    Example: tracker report --output brief.html

    Example: tracker report --panel starter --agent GPTBot --agent CCBot --format markdown > brief.md
    """
    from tracker import reference
    from tracker.cli.ask import open_reader
    from tracker.publish.brief.gather import gather
    from tracker.settings import load

    if as_json and form is not None:
        raise UsageError("--json and --format cannot go together: choose one")
    if out is not None:
        _check(out, force=force, by_name=form is None and not as_json)
    registry = reference.agents(load(database=database, agents=agents_file).agents_file)
    with open_reader(database) as reader, progress("report") as advance:
        found = gather(reader, registry, panel=panel, agents=agent or (), advance=advance)
    _say_if_old(found.frame.date)
    if as_json and out is None:
        print_json(found.as_dict())
        return
    text = _as_json(found) if as_json else _written(found, form or _by_name(out))
    if out is None:
        print(text, end="")
        return
    from tracker.publish.files import whole

    with whole(out) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    note(f"{out}: panel {found.frame.panel} on {found.frame.date}, {len(text.encode()):,} bytes")


def _check(out: Path, *, force: bool, by_name: bool) -> None:
    """Before minutes are spent: whether the file can be, and whether its name says how to write it."""
    if out.exists() and not force:
        raise UsageError(f"{out} is there already: choose another --output, or replace it with --force")
    if not out.parent.is_dir():
        raise UsageError(f"{out.parent} is no folder: make it first, or choose another --output")
    if by_name and out.suffix.lower() not in (*_HTML, *_MARKDOWN):
        raise UsageError(
            f"{out}: a brief is written as .html or .md, not {out.suffix}; for a PDF print the HTML from a browser"
        )


def _say_if_old(newest: str) -> None:
    """On stderr alone: the file holds nothing of the day on which it was made."""
    days = (datetime.now(UTC).date() - date.fromisoformat(newest)).days
    if days > STALE_DAYS:
        note(f"warning: the newest look is of {newest}, {days} days ago: the brief is of that day, not of today")


def _by_name(out: Path | None) -> Format:
    return Format.MARKDOWN if out is not None and out.suffix.lower() in _MARKDOWN else Format.HTML


def _as_json(found: "Brief") -> str:
    import json

    return json.dumps(found.as_dict(), ensure_ascii=False, indent=2) + "\n"


def _written(found: "Brief", form: Format) -> str:
    from tracker.publish.brief.document import document

    if form is Format.HTML:
        from tracker.publish.brief.page import html

        return html(document(found))
    from tracker.publish.brief.markdown import markdown

    return markdown(document(found))
