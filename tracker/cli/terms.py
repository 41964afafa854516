"""`tracker terms …`: what a site's terms say, what changed in them, and a person's word on what is doubtful."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from tracker.cli import terms_decide, terms_read, terms_review, terms_summary
from tracker.cli.ask import open_reader
from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json, printable
from tracker.cli.site import host_of

if TYPE_CHECKING:
    from tracker.store.query import Reader


class _Group(TyperGroup):
    """A group that shows a site when no subcommand is named: `tracker terms nytimes.com`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    subcommand_metavar="SITE | COMMAND [ARGS]...",
    rich_markup_mode=None,
    help="""What a site's terms say about crawling, scraping and AI training, with the sentences that say so.

    With a site it shows that site; `tracker terms show --help` tells how to see what changed (--diff) and the text
    (--text). The commands are for the texts of all sites: docs/terms.md.

    Example: tracker terms nytimes.com
    """,
)


@app.command("show")
def show(
    host: Annotated[str, typer.Argument(metavar="SITE", help="The host, as in nytimes.com.")],
    diff: Annotated[bool, typer.Option("--diff", help="What the newest confirmed change changed.")] = False,
    text: Annotated[bool, typer.Option("--text", help="Print the stored text.")] = False,
    page: Annotated[
        bool, typer.Option("--page", help="Write the bytes of the page that the text was read from.")
    ] = False,
    first: Annotated[
        str | None,
        typer.Option(
            "--from", help="With --diff: the text of this day, moment (or 6m: before the newest look) or hash."
        ),
    ] = None,
    second: Annotated[
        str | None,
        typer.Option("--to", help="With --diff, --text or --page: the same of the second text, or of the text shown."),
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="This page of the site, where it has several.")] = None,
    side_by_side: Annotated[
        bool | None,
        typer.Option(
            "--side-by-side/--unified", help="How --diff is shown.", show_default="by the width of the terminal"
        ),
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show what a site's terms say: pages, state, since when, categories with the quoted sentence, changes.

    Example: tracker terms nytimes.com

    Example: tracker terms nytimes.com --diff --from 2024-03-01

    Example: tracker terms nytimes.com --text --to 2024-03-01

    Example: tracker terms nytimes.com --page > page.html
    """
    from tracker.cli import terms_data, terms_editions
    from tracker.cli.formats import only_one
    from tracker.errors import UsageError

    only_one({"--diff": diff, "--text": text, "--page": page})
    only_one({"--page": page, "--json": as_json})
    if first is not None and not diff:
        raise UsageError("--from goes with --diff")
    if second is not None and not (diff or text or page):
        raise UsageError("--to goes with --diff, --text or --page")
    name = host_of(host)
    with open_reader(database) as reader:
        if diff:
            _show_diff(reader, name, url, first, second, side_by_side, as_json)
        elif text:
            _show_text(reader, name, url, second, as_json)
        elif page:
            shown = terms_editions.edition(reader, name, url, second, "--to")
            sys.stdout.buffer.write(reader.terms_page(shown["text_sha256"]))
        else:
            _show(terms_data.of_site(reader, name, url), reader.about()["horizon"], as_json)


def _show(found: dict[str, Any], horizon: str, as_json: bool) -> None:
    from tracker.cli.terms_print import print_site

    if as_json:
        print_json(found)
    else:
        print_site(found, horizon)


def _show_text(reader: "Reader", host: str, url: str | None, second: str | None, as_json: bool) -> None:
    from tracker.cli import terms_data, terms_editions
    from tracker.core.terms.looks import TermsState

    edition = terms_editions.edition(reader, host, url, second, "--to")
    stored = reader.terms_text(edition["text_sha256"])
    if second is None:
        (source,) = terms_data.of_site(reader, host, edition["url"])["sources"]
        if edition["valid_to"]:
            note(
                f"what {edition['url']} says now is unknown: this text stood until {edition['valid_to']}, was last "
                f"seen {edition['last_seen']}, and the newest look found {source['state']}"
            )
        elif source["state"] != TermsState.OK:
            note(f"this text was last seen {edition['last_seen']}; the newest look found {source['state']}")
    if as_json:
        print_json(edition | {"text": stored.text})
    else:
        # As it is for a program; what would steer a terminal is no word of the terms.
        print("\n".join(map(printable, stored.text.split("\n"))) if sys.stdout.isatty() else stored.text)


def _show_diff(
    reader: "Reader",
    host: str,
    url: str | None,
    first: str | None,
    second: str | None,
    side_by_side: bool | None,
    as_json: bool,
) -> None:
    from dataclasses import asdict

    from tracker.cli import terms_diff, terms_editions
    from tracker.core.terms.compare import Fate, TooDifferent, compare
    from tracker.errors import UsageError

    two = terms_editions.two_editions(reader, host, url, first, second)
    old, new = (reader.terms_text(edition["text_sha256"]).text for edition in (two.before, two.after))
    if as_json:
        try:
            blocks = [asdict(one) for one in compare(old, new) if one.fate is not Fate.SAME]
        except TooDifferent as error:
            blocks = None
            note(f"too much has changed to compare block by block: {error}")
        print_json({"site": host} | two._asdict() | {"blocks": blocks})
        return
    if not (old or new):
        raise UsageError(f"both texts of {host} are empty")
    if two.remark:
        print(two.remark)
    for mark, edition in (("---", two.before), ("+++", two.after)):
        print(
            f"{mark} {edition['url']}  {edition['text_sha256'][:12]}  {edition['valid_from'] or edition['first_seen']}"
        )
    beside = terms_diff.is_wide() if side_by_side is None else side_by_side
    terms_diff.print_diff(old, new, side_by_side=beside)
    print(_turn_words(two.added, two.removed))


def _turn_words(added: list[str] | None, removed: list[str] | None) -> str:
    if added is None or removed is None:
        return "what it newly says is not known: `tracker terms read` reads these texts"
    return f"newly said: {', '.join(added) or 'nothing'}; no longer said: {', '.join(removed) or 'nothing'}"


app.command("summary")(terms_summary.summary)
app.command("review")(terms_review.review)
app.command("decide")(terms_decide.decide)
app.command("read")(terms_read.read)
