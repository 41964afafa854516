"""`tracker terms review`: what a person should look at in the terms of all sites, and what to write then."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.options import AsJson, Database

if TYPE_CHECKING:
    from tracker.store.query import Reader

LIMIT = 20
NEW_DAYS = 30


def review(
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many findings.")] = LIMIT,
    new: Annotated[
        int, typer.Option("--new", min=0, help="Days before the newest look in which a text counts as new; 0: none.")
    ] = NEW_DAYS,
    site: Annotated[str | None, typer.Option("--site", help="Of one site.")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List doubtful findings in terms, the surest first, then those in new texts, with what to write for each.

    Findings of which somebody has decided are left out. Decisions that rest on no words of their text are named on
    standard error.

    Example: tracker terms review --limit 5

    Example: tracker terms review --new 0 --json
    """
    from tracker.cli.ask import open_reader
    from tracker.cli.output import note, print_json
    from tracker.cli.site import host_of

    host = None if site is None else host_of(site)
    with open_reader(database) as reader:
        rows = _found(reader, new, _options(database))
        for said in _baseless(reader):
            note(said)
    found = [row for row in rows if host in (None, row["site"])]
    shown = found[:limit]
    if as_json:
        print_json(shown)
    else:
        for row in shown:
            _print(row)
        if not found:
            print("nothing to review")
    if len(found) > limit:
        note(f"{len(found) - limit:,} more; --limit shows them")


def _options(database: str | None) -> str:
    """What a command needs to open the same history; a password is for its reader to put in."""
    from shlex import quote

    from tracker.cli.output import shown

    return f" --database {quote(shown(database))}" if database else ""


def _baseless(reader: "Reader") -> Iterator[str]:
    """What is amiss with decisions whose words nobody can check."""
    for row in reader.terms_decided().dicts():
        about = f"the decision of {row['who']} on {row['category']} of {row['site']}, text {row['text_sha256'][:12]}"
        if not row["quote"] and not row["found"]:
            yield f"{about}, rests on no words: add its quote"
        elif row["quote"] and row["quote"] not in reader.terms_text(row["text_sha256"]).text:
            yield f"{about}, has a quote that does not stand in the text: mend it"


def _found(reader: "Reader", new: int, options: str) -> list[dict[str, Any]]:
    horizon = reader.about()["horizon"]
    since = "9" if not (new and horizon) else (date.fromisoformat(horizon[:10]) - timedelta(days=new)).isoformat()
    rows = [row for row in reader.terms_review(since).dicts() if row["category"] != "silent"]
    rows.sort(key=lambda row: (row["asserted"], 0 if row["asserted"] else -row["score"]))
    for row in rows:
        row["because"] = "new" if row.pop("asserted") else "doubtful"
        row["write"] = (
            f"tracker terms decide {row['site']} {row['category']} {_stance(row['stance'])} "
            f"--text {row['text_sha256'][:12]}{options} --who NAME --why '…'"
        )
    return rows


def _stance(stance: str) -> str:
    return "prohibit" if stance == "none" else stance


def _print(row: dict[str, Any]) -> None:
    from tracker.cli.terms_print import print_wrapped, shortened

    print_wrapped(f"{row['site']}: {row['because']}, {row['category']} {row['stance']}, score {row['score']:.2f}")
    print_wrapped(f"“{shortened(row['quote'] or '')}”", mark="    ")
    print_wrapped(f"{row['url']}, text of {row['first_seen'][:10]}, rule {row['rule']}", mark="    ")
    print(f"    {row['write']}")
    print()
