"""The facts of a brief as a document: what comes first, what stands where, and how to cite it."""

from tracker.publish.brief import ahead, published, today, told, words
from tracker.publish.brief.blocks import Code, Document, Items, Listing, Paragraph, Section, Strong, Text, prose
from tracker.publish.brief.facts import Brief, Frame
from tracker.publish.brief.licences import beside
from tracker.publish.brief.words import again, command, day, query, sites, sql_text, ticked


def document(found: Brief) -> Document:
    """The whole brief. Raises DrywellError where the packages that draw charts are not installed."""
    frame = found.frame
    licences = beside(found)
    return Document(
        f"Who lets AI crawlers in: {frame.title}, {day(frame.date)}",
        (f"{sites(frame.n)} of panel ", Code(frame.panel), f" on {day(frame.date)}, counted by Drywell."),
        (
            today.headline(found),
            today.league(found),
            today.over_time(found),
            today.named(found),
            today.readings(found),
            told.changes(found),
            *((licences,) if licences else ()),
            told.terms(found),
            ahead.forecast(found),
            ahead.projection(found),
            published.claims(found),
            _method(frame, bool(licences)),
            _evidence(frame),
            _cite(frame),
        ),
    )


def _method(frame: Frame, has_licences: bool) -> Section:
    said = (
        "Each site of the panel was asked for its robots.txt, or a past answer was imported. The bytes are kept once, "
        "by their SHA-256, read by RFC 9309 with an engine that says which line decides, and held as an answer until "
        "the next one, at most 92 days without a look and 30 days of failed ones. What is not known is unknown: a "
        "time-out is neither a block nor an opening."
    )
    counted = prose("Counted as shutting out: ", frame.counted, " (", Code(frame.definition), ").")
    of = prose(
        "Of: ",
        frame.of_sites,
        " (",
        Code(frame.denominator),
        f"), n = {frame.n:,} of {frame.members:,} members; {frame.unknown:,} unknown.",
    )
    sure = prose(
        f"Intervals of shares: {frame.bounds}.",
    )
    limits: tuple[Text, ...] = (
        ("robots.txt is what a site says, not whether a crawler obeys, nor what the site's servers refuse.",),
        ("A panel is a list of sites. A share of its sites is no share of the web, of readers, or of tokens.",),
        ("A date is the first look at which an answer was seen; the change itself lies after the look before.",),
        ("Terms are read by rules that can err; docs/terms.md says how often, and a person's word overrides them.",),
        ("The projection is conditional on its trends going on; its interval holds no doubt about the model.",),
    )
    silent = (
        ""
        if has_licences
        else "Beside no licence for text this panel shows a block lifted (`tracker claims --deals`). "
    )
    left_out = ticked(
        f"{silent}Not in this brief: training sets and their sizes (`tracker claims --datasets`), synthetic text "
        "(`tracker claims --synthetic`)."
    )
    blocks = (Paragraph((said,)), Items((counted, of, sure)), Items(limits), Paragraph(left_out))
    return Section("method", "Method and limits", blocks)


def _evidence(frame: Frame) -> Section:
    lead = prose(
        "Each hash in this brief is the SHA-256 of a file that the history holds. Whoever has the history gets the "
        "bytes and can derive a verdict again; the bundle that the first command prints can be checked without it.",
    )
    commands = (
        f"tracker evidence SITE AGENT --at {frame.date} > claim.json",
        "tracker evidence --check claim.json",
        "tracker warc SITE",
        "tracker verify",
    )
    facts = (
        ("Software: ", Code(frame.software)),
        ("History: ", Code(frame.history_id), ", generation ", Code(frame.generation)),
        ("Newest look: ", Code(frame.horizon)),
        ("Panel: ", Code(frame.panel), ", list ", Code(frame.list_id)),
    )
    anew = again(
        command("tracker", "report", "--panel", frame.panel, "--output", "brief.html"),
        query(f"SELECT * FROM crawls WHERE panel = {sql_text(frame.panel)}"),
        more=", all of it",
    )
    blocks = (Paragraph(lead), Listing("From a figure to the bytes", commands), Items(facts), anew)
    return Section("evidence", "The way to the bytes", blocks)


def _cite(frame: Frame) -> Section:
    said = prose(
        "State panel, date, definition and n with every figure: published shares differ by list, rule and denominator "
        "more than by year.",
    )
    return Section(
        "cite",
        "How to cite",
        (
            Paragraph(said),
            Listing("Citation", (words.citation(frame),)),
            Listing("BibTeX", words.bibtex(frame)),
            *(
                (Paragraph((Strong("These sites are made up: cite nothing of this."),), note=True),)
                if frame.is_demo
                else ()
            ),
        ),
    )
