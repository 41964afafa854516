"""`tracker check --terms`: what a page of terms says about crawling, scraping and AI training; no database."""

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tracker.cli.check_sources import shown
from tracker.cli.check_terms_wishes import TermsWish, parse_terms_wish, unmet
from tracker.cli.output import note
from tracker.core.terms import Finding
from tracker.core.terms.finding import ASSERTED
from tracker.core.terms.looks import TermsState
from tracker.core.terms.standing import of_page, standing
from tracker.core.visits import UNASKED
from tracker.errors import DrywellError, NoVerdict

_PRIVATE = re.compile(r"\bguard\Z")
"""The cause of what leads to an address that is not public, at the end of a detail too."""

if TYPE_CHECKING:
    from tracker.cli.check_terms_sources import TermsPage
    from tracker.core.terms import Classifier, TermsText
    from tracker.core.terms.standing import Standing
    from tracker.settings import Settings


def check_terms(
    sources: list[str], settings: "Settings", wishes: list[str], classifier: str | None, as_terms: bool = False
) -> tuple[list[dict[str, Any]], list[int], bool]:
    """A report on each source, the exit codes of those that could not be read, and whether a wish is not met.

    classifier: `module:attribute` of a user's own, None for our rules. as_terms: read files whatever they are.
    Raises UsageError for a wish or a classifier that cannot be read.
    """
    from tracker.cli.classifiers import classifier_of

    wanted = [parse_terms_wish(text) for text in wishes]
    reading = classifier_of(classifier)
    reports, failed, is_unmet = [], [], False
    for name in sources:
        try:
            report = _report(name, settings, reading, wanted, as_terms)
        except DrywellError as error:
            note(f"tracker: {error}")
            reports.append(_no_report(name, error))
            failed.append(error.exit_code)
            continue
        reports.append(report)
        for one in report["unmet"]:
            is_unmet = True
            note(f"tracker: {shown(name)}: {one['says']}")
    return reports, failed, is_unmet


def _report(
    name: str, settings: "Settings", reading: "Classifier", wanted: list[TermsWish], as_terms: bool
) -> dict[str, Any]:
    from tracker.cli.check_terms_sources import read_terms

    page = read_terms(name, settings, as_terms)
    text = page.text
    if text is None:
        raise NoVerdict(f"{shown(name)} cannot be read as terms: {_why(page)}", page.state, page.cause, page.url)
    findings = of_page(reading.classify(text.text, text.language), text.flags)
    stands = standing(findings)
    return {
        "file": name,
        "url": page.url,
        "state": str(page.state),
        "language": text.language,
        "effective_date": text.effective_date,
        "flags": sorted(text.flags),
        "characters": len(text.text),
        "text_sha256": text.sha256,
        "read_by": reading.version,
        "findings": [_row(one) for one in findings if one.score >= ASSERTED],
        "doubtful": [_row(one) for one in findings if one.score < ASSERTED],
        "silent": stands.silent,
        "unclear": stands.unclear,
        "dpi_class": stands.dpi_class,
        "why_unknown": None if stands.dpi_class else _why_unknown(text, stands),
        "unmet": [row for wish in wanted if (row := unmet(wish, findings, stands))],
    }


def _why_unknown(text: "TermsText", stands: "Standing") -> str:
    from tracker.core.terms.unknown import why_unknown

    return why_unknown(unclear=stands.unclear, characters=len(text.text), language=text.language, flags=text.flags)


def _row(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"category": str(finding.category), "stance": str(finding.stance)}


def _why(page: "TermsPage") -> str:
    words = {
        TermsState.NOT_FOUND: "there is no such page",
        TermsState.BLOCKED: "the site refuses us or asks for a proof of being human, which we do not evade",
        TermsState.JS_ONLY: "without JavaScript the page is empty",
        TermsState.INTERSTITIAL: "what came is a page before the page",
        TermsState.CONSENT_WALL: "what came is a question about cookies",
        TermsState.WRONG_DOC: "it does not prove to be a page of terms",
        TermsState.PDF: "no text can be read from the PDF",
        TermsState.UNSUPPORTED_LANGUAGE: "it is in a language without rules",
        TermsState.DISALLOWED: "robots.txt does not let us ask for it",
        TermsState.ERROR: "the site did not answer with it",
    }
    says = words.get(page.state, "it has no text")
    if page.cause == UNASKED:
        says = "its robots.txt could not be read, and without it we do not ask"
    facts = (page.state, page.cause if page.cause != "ok" else "", page.detail)
    told = "; ".join(_PRIVATE.sub("a private address", fact) for fact in facts if fact)
    return f"{says} ({told}){_how_to_read_it(page)}"


def _how_to_read_it(page: "TermsPage") -> str:
    """What reads a file that is not proven to be terms, as a clause that somebody has copied out of them is not."""
    if page.is_local and page.state is TermsState.WRONG_DOC and page.detail != "no text":
        return "; to read a clause or an excerpt of terms as it is, add --as-terms"
    return ""


def _no_report(name: str, error: DrywellError) -> dict[str, Any]:
    known = {"state": error.outcome, "cause": error.cause, "url": error.url} if isinstance(error, NoVerdict) else {}
    return {"file": name, **known, "error": str(error)}


def print_terms(report: dict[str, Any]) -> None:
    """Print one report for people."""
    from tracker.cli.terms_print import class_words, print_findings, print_wrapped

    where = shown(report["file"])
    dated = f", effective {report['effective_date']}" if report["effective_date"] else ""
    flags = f" [{', '.join(report['flags'])}]" if report["flags"] else ""
    if report["state"] != TermsState.OK:
        print_wrapped(f"{where} is read as terms because you say so: by itself it does not prove to be any.")
    print_wrapped(
        f"{where}: {report['state']}, language {report['language'] or 'unknown'}{dated}, "
        f"{report['characters']:,} characters{flags}; {class_words(report['dpi_class'], report['why_unknown'])}"
    )
    if report["silent"]:
        print_wrapped("Silent: it is a page of terms, and says nothing of crawling, scraping or AI training.")
    if report["findings"]:
        print("\nWhat it says")
        print_findings(one for one in report["findings"] if one["category"] != "silent")
    if report["doubtful"]:
        print("\nDoubtful, for a person to read")
        print_findings(report["doubtful"])
