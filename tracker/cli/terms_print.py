"""What terms say, for people: categories with stance and quote, the class of the Data Provenance Initiative."""

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from tracker.cli.output import printable

WIDTH = 80
LONGEST_QUOTE = 400
"""Characters of a quote that are shown; JSON has all."""
CLASSES = {
    1: "scraping and AI training forbidden",
    2: "scraping forbidden",
    3: "AI training forbidden",
    4: "scraping allowed or forbidden under conditions",
    5: "neither forbidden",
}


def class_words(dpi_class: int | None) -> str:
    """The class of the Data Provenance Initiative in words."""
    return "class not known" if dpi_class is None else f"class {dpi_class} of 5 ({CLASSES[dpi_class]})"


def print_findings(findings: Iterable[Mapping[str, Any]]) -> None:
    """Print each finding with its quote; one of each category and words, the surest first of equal places."""
    for one in findings:
        print_wrapped(
            f"{one['category']}: {one['stance']}  [{one['rule']}, score {one['score']:.2f}, "
            f"characters {one['start']} to {one['end']}]",
            mark="- ",
        )
        if one["quote"]:
            print_wrapped(f"“{shortened(one['quote'])}”", mark="    ")


def shortened(quote: str) -> str:
    """A quote on one line, cut at `LONGEST_QUOTE`, without what would steer a terminal."""
    line = " ".join(quote[: 2 * LONGEST_QUOTE].split())
    return printable(line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…")


def print_wrapped(text: str, mark: str = "") -> None:
    """Print a paragraph of at most `WIDTH` columns behind a mark."""
    print(textwrap.fill(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False))
