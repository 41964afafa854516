"""The sections of a brief in the words of the sites: what they changed, what their terms say."""

from collections.abc import Mapping
from typing import Any

from tracker.publish.brief.blocks import (
    Block,
    Cell,
    Code,
    Paragraph,
    Quote,
    Section,
    Strong,
    Table,
    Text,
    prose,
    shortened,
    some,
)
from tracker.publish.brief.facts import Brief, Change
from tracker.publish.brief.words import again, command, day, listed, percent, query, sites, span, sql_text, ticked

AGENTS_NAMED = 4


def changes(found: Brief) -> Section:
    """Who closed and who reopened last, in their own words."""
    frame = found.frame
    blocks: list[Block] = []
    for title, moved, nobody in (
        ("Closed", found.closings, "No site closed to one of these agents in this history."),
        ("Reopened", found.reopenings, "No site reopened to one of these agents in this history."),
    ):
        if not moved:
            blocks.append(Paragraph((nobody,)))
            continue
        caption = prose(
            f"{title}, the newest first: sites of panel ",
            Code(frame.panel),
            f" up to {day(frame.date)}, for the agents of this brief. It happened after the first and not after the "
            "second day; the lines are those that decide for the first agent, as they stand in the files.",
        )
        columns = ("between", "site", "agents", "before, file", "after, file")
        blocks.append(Table(caption, columns, tuple(_change(change) for change in moved)))
    statement = (
        f"SELECT date, not_before, site, agent, before, after, body_before, body_after FROM changes WHERE agent IN "
        f"{listed([share.agent for share in found.shares])} AND site IN (SELECT site FROM sites WHERE list = "
        f"{sql_text(frame.panel)}) AND (before = 'blocked' OR after = 'blocked') ORDER BY date DESC"
    )
    bundles = (
        command("tracker", "evidence", change.site, change.agents[0], "--at", change.date)
        for change in (*found.closings[:1], *found.reopenings[:1])
    )
    if found.closings or found.reopenings:
        blocks.append(again(query(statement), *bundles, more=", and the evidence of one"))
    return Section("changes", "Who closed, who reopened", tuple(blocks))


def _change(change: Change) -> tuple[Cell, ...]:
    between = f"{change.not_before[:10]} and {change.date}"
    if change.cause == "source":
        between += " (another source looked)"
    return (
        between,
        Code(change.site),
        some(change.agents, AGENTS_NAMED),
        _said(change.before, change.lines_before, change.body_before),
        _said(change.after, change.lines_after, change.body_after),
    )


def _said(verdict: str, lines: tuple[str, ...], sha256: str | None) -> Text:
    """A verdict with the lines that say so and the file that holds them."""
    quoted = [part for line in lines for part in (", ", Code(line))][1:]
    file = ("; sha256 ", Code(sha256)) if sha256 else ("; no robots.txt",)
    return (verdict, *([": "] if quoted else []), *quoted, *file)


_CATEGORIES = {
    "no_scraping": "forbid automated access or scraping",
    "no_ai_training": "forbid AI training",
    "tdm_reservation": "reserve text and data mining",
    "noncommercial_only": "allow non-commercial use alone",
    "no_redistribution": "forbid redistribution",
    "permission_required": "ask for permission",
    "conditional_allow": "allow machines, or under conditions",
    "no_compete": "forbid competing uses",
    "silent": "say nothing of machines",
}


def terms(found: Brief) -> Section:
    """What the terms say, and where they contradict robots.txt."""
    if found.terms is None:
        return Section("terms", "What the terms say", (Paragraph(ticked(found.missing["terms"])),))
    told, frame = found.terms, found.frame
    rows = tuple(
        (
            _CATEGORIES.get(row["category"], row["category"]),
            row["sites"],
            percent(row["percent"]),
            span(row["low"], row["high"]),
            row["otherwise"],
            row["doubtful"],
        )
        for row in told["categories"]
    )
    caption = prose(
        f"Sites by what their terms say. {day(told['date'])}, panel ",
        Code(frame.panel),
        f", n = {told['n']:,} {told['denominator']}, of {told['members']:,}; unknown: {told['unknown']:,}. Between: "
        f"{told['bounds']}. Otherwise: sites that speak of it and forbid nothing. Doubtful: left to a person.",
    )
    columns = ("their terms", "sites", "of n", "between", "otherwise", "doubtful")
    return Section(
        "terms",
        "What the terms say",
        (
            Table(caption, columns, rows),
            again(command("tracker", "terms", "summary", "--panel", frame.panel)),
            *_contradictions(found),
        ),
    )


_DIRECTIONS = {
    "robots_allow_terms_forbid": "robots.txt lets in, the terms forbid",
    "robots_block_terms_allow": "robots.txt shuts out, the terms allow",
}


def _whom(row: Mapping[str, Any]) -> str:
    more = row["agents"] - 1
    return f"{row['agent']} and {more:,} more" if more else str(row["agent"])


def _contradictions(found: Brief) -> list[Block]:
    held, frame = found.contradictions, found.frame
    if held is None or found.terms is None:
        return []
    of = f"of the {found.terms['n']:,} whose terms could be read"
    if not held.sites:
        return [Paragraph((f"At none {of} do robots.txt and terms contradict each other ({day(frame.date)}).",))]
    lead = prose(
        Strong(f"At {sites(held.sites)} {of} robots.txt and terms contradict each other"),
        f" ({day(frame.date)}): {held.allowed_and_forbidden:,} let in by robots.txt an agent that their terms forbid, "
        f"{held.closed_and_allowed:,} the other way round (agents that train or feed data sets, and the headline "
        "ones).",
    )
    blocks: list[Block] = [Paragraph(lead)]
    for row in held.examples:
        source = prose(
            Code(row["site"]),
            f", {_DIRECTIONS[row['direction']]} {_whom(row)}; since {row['since'][:10]}; text ",
            Code(row["text_sha256"]),
            " at ",
            Code(row["terms_url"]),
        )
        blocks.append(Quote(shortened(row["quote"] or "no words are kept of it"), source))
    how_many = (
        "SELECT direction, COUNT(DISTINCT site) AS sites FROM contradictions WHERE site IN "
        f"(SELECT site FROM sites WHERE list = {sql_text(frame.panel)}) GROUP BY direction"
    )
    # With its quotes one site at a time: those of all take minutes where terms are many.
    of_one = (
        "SELECT site, agent, direction, category, quote, terms_url, text_sha256 FROM contradictions WHERE site = "
        f"{sql_text(held.examples[0]['site'])}"
    )
    return [*blocks, again(query(how_many), query(of_one), more=", how many and those of one site")]
