"""Options and the table of the way from sites to tokens, for the commands that take a file of token counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.output import note, print_table, progress, say, working
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.publish.tokens import TokensAsked

TokensPath = Annotated[
    Path | None, typer.Option("--tokens", help="CSV of token counts per domain (docs/tokens.md): shares by text.")
]
TokensColumn = Annotated[
    str | None, typer.Option("--tokens-column", help="Column of tokens in it.", show_default="the only one")
]
Terms = Annotated[
    str | None,
    typer.Option("--terms", help="Which terms restrict: training (forbid AI training), crawling (or scraping)."),
]
_NO_PERCENT = (
    "robots or terms: no % where anything is unknown, for one of the two is enough to be known as restricted, and it "
    "takes both to be known as open: the bounds are what is known"
)
_WEIGHTINGS = {"sites": "by site", "tier": "rank", "sector": "sector", "tokens": "by tokens"}


@contextmanager
def opened(path: Path | None, column: str | None, terms: str | None) -> Iterator["TokensAsked | None"]:
    """What a command asks for with these options, with a progress bar for a long file; None without a file."""
    if path is None:
        stray = {"--tokens-column": column, "--terms": terms}
        if given := next((name for name, value in stray.items() if value is not None), None):
            raise UsageError(f"{given} needs --tokens FILE, a CSV of token counts")
        yield None
        return
    with asked(path, column, terms) as found:
        yield found


@contextmanager
def asked(path: Path | None, column: str | None, terms: str | None) -> Iterator["TokensAsked"]:
    """The same where terms may count without a file."""
    from tracker.core.tokens import TermsReading
    from tracker.publish.tokens import TokensAsked
    from tracker.store.asking import one_of

    reading = TermsReading(one_of("terms", terms or TermsReading.TRAINING, TermsReading))
    if path is None:
        with working("reading the history"):
            yield TokensAsked(reading=reading)
        return
    with progress("reading token counts", erased=True) as advance:
        yield TokensAsked(path, column, reading, advance)


def print_tokens(found: dict[str, Any]) -> None:
    """The table of `tracker.publish.tokens.report`, and what the file covers."""
    columns = ("counted", "restricted in", "n", "%", "bounds", "by name %", "by * %")
    table = [_row(row) for row in found["shares"]]
    print_table(columns, table, title=f"\nFrom sites to tokens, {found['date']}")
    file = found["file"]
    say(
        f"text tokens: {file['name']}, column {file['column']}: {file['sites']:,} sites of the panel hold "
        f"{file['covered_percent']:.1f} % of its {file['tokens']:,} tokens; {file['sites_without']:,} are not in it"
    )
    first = file["largest"][0]
    say(f"weights: as sure as {file['effective']:g} equal sites; {first['site']} alone holds {first['percent']:.1f} %")
    say(f"terms: those that forbid AI {'training' if found['terms'] == 'training' else 'training or scraping'}")
    say("bounds: the share if none or all of what is unknown is restricted")
    if any(row["layer"] == "either" and row["percent"] is None and row["known"] for row in found["shares"]):
        say(_NO_PERCENT)
    _note_file(file)


def _row(row: dict[str, Any]) -> list[Any]:
    what = _WEIGHTINGS[row["weighting"]]
    if row["group"] is not None:
        what = f"{what} {row['group'] or 'unknown'}"
    named = row["named"]
    bounds = "" if row["low"] is None else f"{row['low']:.1f} to {row['high']:.1f}"
    cells = (row["percent"], bounds, None if named is None else named["percent"], row["wildcard"])
    layer = {"either": "robots or terms"}.get(row["layer"], row["layer"])
    return [what, layer, row["known"], *(_figure(cell) for cell in cells)]


def _figure(value: float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:.1f}"


def _note_file(file: dict[str, Any]) -> None:
    if file["beneath_tokens"]:
        note(
            f"{file['beneath_tokens']:,} tokens stand on other subdomains of the panel's sites: not counted, for each "
            "has a robots.txt of its own"
        )
    if file["nameless_rows"]:
        note(
            f"rows that name no site: {file['nameless_rows']:,} (the first is line {file['first_nameless_line']}), "
            f"with {file['nameless_tokens']:,} tokens, which count as outside of the panel"
        )
    if file["repeated_rows"]:
        note(f"rows that name a site again, with or without www.: {file['repeated_rows']:,}; their tokens are summed")
