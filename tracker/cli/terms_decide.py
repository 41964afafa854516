"""`tracker terms decide`: a person's word on what a text of terms says, kept in a file and carried into the history."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.options import Database
from tracker.cli.output import note

if TYPE_CHECKING:
    from tracker.core.terms import Category, Stance
    from tracker.settings import Settings
    from tracker.store.query import Reader

DecisionsFile = Annotated[
    Path | None,
    typer.Option(
        "--decisions-file",
        help="TOML file of your decisions about terms.",
        show_default="terms_decisions.toml beside agents.toml",
    ),
]


def decide(
    site: Annotated[str, typer.Argument(help="The host, as in nytimes.com.")],
    category: Annotated[str, typer.Argument(help="no_scraping, no_ai_training, ... or silent (docs/terms.md).")],
    stance: Annotated[
        str,
        typer.Argument(
            help="prohibit, needs_permission, conditional, allow, reserve; none: it does not say so. "
            "Of silent: yes, it says nothing of machines."
        ),
    ],
    why: Annotated[str, typer.Option("--why", help="Your reason, for whoever reads the file.")],
    who: Annotated[str | None, typer.Option("--who", help="Who decides.", show_default="the contact setting")] = None,
    text: Annotated[
        str | None, typer.Option("--text", help="First digits of the text's hash.", show_default="the text that stands")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="This page of the site, where it has several.")] = None,
    quote: Annotated[
        str | None,
        typer.Option(
            "--quote",
            help="The words of the text that say so; needed where nothing was found.",
            show_default="those of the surest finding",
        ),
    ] = None,
    file: DecisionsFile = None,
    database: Database = None,
) -> None:
    """Decide what a text of terms says in one category: that goes before every classifier.

    A row is checked and appended to a TOML file; what stands in it is kept. The decision holds for this text only: when
    the page says other words, they are read anew.

    Example: tracker terms decide courier.example no_scraping none --why "only forbids bots that post" --who ada

    Example: tracker terms decide courier.example silent yes --why "read it all" --who ada
    """
    from tracker.cli.ask import open_reader
    from tracker.cli.league import one_of
    from tracker.cli.site import host_of
    from tracker.cli.terms_data import current
    from tracker.cli.terms_editions import edition
    from tracker.core.terms import Category, Stance
    from tracker.errors import UsageError
    from tracker.reference.decisions import IS_SILENT, add_decision
    from tracker.settings import load

    settings = load(database=database, terms_decisions=file)
    host = host_of(site)
    about = one_of("category", category, Category)
    is_silent = about is Category.SILENT and stance in (IS_SILENT, Stance.NONE)
    how = Stance.NONE if is_silent else one_of("stance", stance, Stance)
    word = IS_SILENT if is_silent else str(how)
    person = who or settings.contact
    if not person:
        raise UsageError("say who decides: --who NAME (or set a contact)")
    with open_reader(database) as reader:
        found = current(reader, host, url) if text is None else edition(reader, host, url, text, "--text")
        words = _words(reader, found, about, how, quote)
        kind = reader.about()["kind"]
    facts = {"site": host, "text": found["text_sha256"], "category": str(about), "stance": word}
    facts |= {"who": person, "when": datetime.now(UTC).date().isoformat(), "why": why}
    facts |= {"quote": words} if words else {}
    path = settings.own_decisions
    add_decision(path, facts)
    print(f"{host}: {about} {word} in text {found['text_sha256'][:12]}, added to {path}")
    _carry_over(settings, kind)


def _words(reader: "Reader", found: dict[str, Any], category: "Category", stance: "Stance", quote: str | None) -> str:
    """The words that a decision rests on: those given, which must stand in the text, else the surest found.

    UsageError where there are none, for nobody could check such a decision.
    """
    from tracker.errors import UsageError
    from tracker.reference.decisions import is_quotable

    if quote is not None:
        if quote not in reader.terms_text(found["text_sha256"]).text:
            raise UsageError("--quote: the text has no such words; `tracker terms SITE --text` shows it")
        return quote
    if stance == "none" or str(category) == "silent":
        return ""
    rows = reader.sql(
        "SELECT quote FROM terms_findings WHERE site = :site AND text_sha256 = :text AND category = :category "
        "ORDER BY score DESC, number",
        {"site": found["site"], "text": found["text_sha256"], "category": str(category)},
    ).rows
    if not rows:
        raise UsageError(
            f"nothing of {category} was found in this text: say which words do, --quote '…' "
            f"(`tracker terms {found['site']} --text` shows it)"
        )
    return next((words for (words,) in rows if words and is_quotable(words)), "")


def _carry_over(settings: "Settings", kind: str) -> None:
    """Have the history know now, if nobody else is writing it."""
    from tracker.cli.writing import open_writer
    from tracker.errors import BusyError

    try:
        open_writer(settings, kind).close()
    except BusyError:
        note("the history is being written: the decision counts from the next writing command on")
