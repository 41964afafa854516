"""Terms pages in imports and backfills: whether they are wanted, how they are read, what is told of them."""

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.output import note

if TYPE_CHECKING:
    from tracker.cli.output import Advance
    from tracker.sources.terms import Terms, TermsReport
    from tracker.store.write import Writer

_ROBOTS, _TERMS = "robots", "terms"
PAGES = f"{_ROBOTS},{_TERMS}"

Pages = Annotated[
    str, typer.Option("--pages", help="What to bring in: robots, terms (of the addresses known), or both by a comma.")
]


class Wanted:
    """What an import is to bring in. Raises UsageError for what it cannot."""

    def __init__(self, pages: str) -> None:
        from tracker.errors import UsageError

        names = {part.strip() for part in pages.split(",") if part.strip()}
        if not names or names - {_ROBOTS, _TERMS}:
            raise UsageError(f"--pages {pages!r}: name robots, terms, or both as {PAGES}")
        self.only_terms = _ROBOTS not in names
        self.terms = _reading() if _TERMS in names else None


def _reading() -> "Terms":
    from tracker.crawl.terms_visit import read_look
    from tracker.reference.terms_links import terms_words
    from tracker.sources.terms import Terms

    return Terms(read_look, tuple(sorted({path for words in terms_words() for path in words.paths})))


def read_new(writer: "Writer", report: "TermsReport | None", advance: "Advance") -> None:
    """Read the texts that an import has brought."""
    if report is not None:
        read_texts(writer, advance)


def read_texts(writer: "Writer", advance: "Advance") -> None:
    """Read the texts that our rules have not read."""
    from tracker.cli.classifiers import classifier_of

    writer.read_terms(classifier_of(None), lambda done, total: advance(done, total, "reading new terms"))


def tell_terms(report: "TermsReport | None") -> None:
    """Print what came of terms pages; what was left out goes to stderr."""
    if report is None or not report.captures:
        return
    for reason, count in report.skipped.most_common():
        note(f"skipped {count}: {reason}")
    print(report.summary())
