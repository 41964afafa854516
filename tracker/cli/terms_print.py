"""What terms say, for people: categories with stance and quote, the class of the Data Provenance Initiative."""

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from tracker.cli.output import printable

WIDTH = 80
LONGEST_QUOTE = 400
"""Characters of a quote that are shown; JSON has all."""
_DATES = 3  # of passing words that are told
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
    """Print each finding with its quote."""
    for one in findings:
        where = "" if one["start"] is None else f", characters {one['start']} to {one['end']}"
        print_wrapped(
            f"{one['category']}: {one['stance']}  [{one['rule']}, score {one['score']:.2f}{where}]", mark="- "
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


def print_site(found: Mapping[str, Any], horizon: str) -> None:
    """Print all that is known of a site's terms."""
    print(f"{found['site']} as of {horizon}, the newest look of this history")
    for source in found["sources"]:
        print()
        _print_source(source)
    _print_contradictions(found["contradictions"])


def _print_source(source: Mapping[str, Any]) -> None:
    if not source["url"]:
        print_wrapped(f"{_linkless(source)} (last checked {source['last_checked']}).")
        return
    cause = "" if source["cause"] in (None, "ok") else f" ({source['cause']})"
    print_wrapped(
        f"{source['url']} ({source['kind']}, found by {source['found_by']}): {source['state']}{cause}, "
        f"last checked {source['last_checked']}"
    )
    if source["text_sha256"] is None:
        print_wrapped("Unknown what it says: no text that could be read stands there.", mark="  ")
    else:
        _print_text(source)
    _print_changes(source)


def _linkless(source: Mapping[str, Any]) -> str:
    if source["state"] == "not_found":
        return "The site links to no terms that we find"
    cause = "" if source["cause"] in (None, "ok") else f", {source['cause']}"
    return f"Unknown whether the site has terms: its home page could not be seen ({source['state']}{cause})"


def _print_text(source: Mapping[str, Any]) -> None:
    dated = f", effective {source['effective_date']}" if source["effective_date"] else ""
    flags = f" [{source['flags']}]" if source["flags"] else ""
    print_wrapped(
        f"text {source['text_sha256'][:12]} since {source['since']}, language {source['language'] or 'unknown'}"
        f"{dated}{flags}",
        mark="  ",
    )
    if source["ruleset"] is None:
        print_wrapped("Not read yet: `tracker terms read` reads it.", mark="  ")
        return
    print_wrapped(class_words(source["dpi_class"]), mark="  ")
    if source["silent"]:
        print_wrapped("Silent: it says nothing of crawling, scraping or AI training.", mark="  ")
    if source["unclear"]:
        print_wrapped("Unclear: it speaks of machines, and what it says is for a person to read.", mark="  ")
    print_findings(one for one in source["findings"] if one["category"] != "silent")
    if source["doubtful"]:
        print("Doubtful (`tracker terms review`)")
        print_findings(source["doubtful"])


def _print_changes(source: Mapping[str, Any]) -> None:
    events = [one for one in source["changes"] if one["confirmed"]]
    passed = [one["date"] for one in source["changes"] if not one["confirmed"] and not one["pending"]]
    if events:
        print("Changes")
    for one in events:
        turned = "; ".join(
            f"{words}: {one[name].replace(' ', ', ')}"
            for name, words in (("added", "newly said"), ("removed", "no longer said"))
            if one[name]
        )
        print_wrapped(f"{one['date']} {one['kind']}{f' ({turned})' if turned else ''}", mark="- ")
    for one in source["changes"]:
        if one["pending"]:
            print_wrapped(f"Other words since {one['first_seen']}, not confirmed by a second look yet.", mark="- ")
    if passed:
        more = f" and {len(passed) - _DATES} times before" if len(passed) > _DATES else ""
        print_wrapped(f"Other words that did not stay, which is no change: {', '.join(passed[:_DATES])}{more}.")
    if source["flaps"]:
        times = f"{source['flaps']} time{'' if source['flaps'] == 1 else 's'}"
        print_wrapped(f"The page flapped {times}: it showed words that it had shown before, which is no change.")


def _print_contradictions(found: Iterable[Mapping[str, Any]]) -> None:
    by_clause: dict[tuple[str, str, str], list[str]] = {}
    for one in found:
        by_clause.setdefault((one["direction"], one["category"], one["stance"]), []).append(one["agent"])
    if by_clause:
        print("\nRobots.txt and terms contradict each other")
    for (direction, category, stance), agents in by_clause.items():
        shown = ", ".join(agents[:8]) + (f" and {len(agents) - 8} more" if len(agents) > 8 else "")
        print_wrapped(f"{direction.replace('_', ' ')}: {category} {stance}, for {shown}", mark="- ")
