"""The sections of a brief about what the history holds: shares, how they came about, changes, terms."""

from tracker.publish.brief import charts
from tracker.publish.brief.blocks import (
    Block,
    Cell,
    Code,
    Figure,
    Listing,
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
from tracker.publish.brief.facts import AgentShare, Brief, Change, Frame, Point
from tracker.publish.brief.words import command, day, listed, percent, points, query, sites, span, sql_text

AGENTS_NAMED = 4
MOST_ROWS = 24


def headline(found: Brief) -> Section:
    """The first figure with all that it stands on, and what kind of record this is."""
    frame, first = found.frame, found.shares[0]
    lead = prose(
        Strong(f"{percent(first.percent)} of {sites(first.n)} shut {first.agent} out on {day(frame.date)}"),
        f": {sites(first.blocked)}, {first.named:,} by its name and {first.wildcard:,} through the rules for every "
        "agent.",
    )
    unknown = (
        "No site of the panel is unknown on that day."
        if not frame.unknown
        else f"{frame.unknown:,} of {frame.members:,} sites are unknown on that day; the share lies between "
        f"{span(first.low, first.high)} ({frame.bounds})."
    )
    standing = prose(
        f"Counted: {frame.counted} (",
        Code(frame.definition),
        f"). Of the {frame.of_sites} (",
        Code(frame.denominator),
        "). Panel ",
        Code(frame.panel),
        f": {frame.title}, list ",
        Code(frame.list_id),
        f", {sites(frame.members)}, {_population(frame)}. Known since {day(frame.first_day)}.",
    )
    blocks: list[Block] = []
    if frame.is_demo:
        blocks.append(
            Paragraph((Strong("DEMO."), " These sites are made up; `tracker crawl` reads real ones."), note=True)
        )
    if first.existed is False:
        unknown += f" {first.agent} was not documented yet on that day: nobody counts as shutting it out by name."
    blocks += [Paragraph(lead), Paragraph((unknown,)), Paragraph(standing)]
    return Section("headline", "The figure", tuple(blocks))


def _population(frame: Frame) -> str:
    if frame.is_sample:
        return f"a sample of {frame.population or 'a population that it does not name'}"
    return "the whole of what it lists, so that only unknown sites leave a share open"


def _standing(frame: Frame, what: str) -> Text:
    """Under every table: what is counted, of what, when."""
    return (f"{what}. {day(frame.date)}, panel ", Code(frame.panel), f", n = {frame.n:,} {frame.of_sites}.")


def league(found: Brief) -> Section:
    """Every agent of the brief with its share, bounds and change."""
    frame = found.frame
    columns = ("agent", "operator", "purpose", "share", "between", "sites", "30 days", "1 year", "closed", "reopened")
    rows = tuple(
        (
            share.agent,
            share.operator,
            share.purpose,
            percent(share.percent),
            span(share.low, share.high),
            share.blocked,
            points(share.points_30d),
            points(share.points_1y),
            share.closed,
            share.reopened,
        )
        for share in found.shares
    )
    caption = _standing(
        frame,
        f"Share of sites that shut the agent out, by any rule. Between: {frame.bounds}. 30 days, 1 year: change of the "
        "share in percentage points, empty where it was unknown then. Closed, reopened: sites that did so within the "
        "year",
    )
    again = Listing(
        "Again",
        (
            command("tracker", "agents", "--shares", "--panel", frame.panel, "--date", frame.date),
            query(
                "SELECT agent, blocked, readable + absent AS n, percent_blocked, unknown FROM shares WHERE panel = "
                f"{sql_text(frame.panel)} AND definition = {sql_text(frame.definition)} AND date = "
                f"{sql_text(frame.date)} AND agent IN {listed([share.agent for share in found.shares])}"
            ),
        ),
    )
    return Section("agents", "Whom the sites shut out", (Table(caption, columns, rows), again))


def over_time(found: Brief) -> Section:
    """The shares of the top agents day by day."""
    frame, drawn = found.frame, found.series
    if not drawn:
        return Section("time", "Over time", (Paragraph(("Nothing is known of any day.",)),))
    days = _table_days(drawn)
    rows = tuple((when, *(_on(drawn, agent, when) for agent in found.top)) for when in days)
    caption = prose(
        f"Share of sites that shut the agent out, {day(frame.first_day)} to {day(frame.date)}, panel ",
        Code(frame.panel),
        f"; {frame.counted}; of the {frame.of_sites}, whose number n changes with the days (brackets: n).",
    )
    notes = ["Bands: from none of the unknown sites counted to all of them. A gap: nothing was known."]
    if frame.is_sample:
        notes = [f"Bands: {frame.bounds}. A gap: nothing was known."]
    if any(not point.existed for point in drawn):
        notes.append("Thin lines: days before the agent existed, when only the rules for every agent count.")
    if len({point.day for point in drawn}) == 1:
        notes.append("One day so far: trends start at the second.")
    figure = Figure(
        charts.share_lines(drawn),
        f"Lines of the share of sites that shut out {some(found.top, 12)}, from {frame.first_day} to {frame.date}; the "
        "last figures are "
        f"{', '.join(f'{share.agent} {percent(share.percent)}' for share in found.shares[: len(found.top)])}.",
        (" ".join(notes),),
        Table(caption, ("day", *found.top), rows),
    )
    statement = (
        "SELECT date, agent, blocked, readable + absent AS n, percent_blocked, unknown FROM shares WHERE panel = "
        f"{sql_text(frame.panel)} AND definition = {sql_text(frame.definition)} AND agent IN {listed(found.top)}"
    )
    return Section("time", "Over time", (figure, Listing("Again", (query(statement),))))


def _table_days(series: tuple[Point, ...]) -> list[str]:
    """The last day with a point of each month, or quarter, or year: as fine as a table bears."""
    days = sorted({point.day for point in series})
    for period in (_itself, _month, _quarter, _year):
        chosen = sorted({period(when): when for when in days}.values())
        if len(chosen) <= MOST_ROWS:
            break
    return chosen


def _itself(when: str) -> str:
    return when


def _month(when: str) -> str:
    return when[:7]


def _quarter(when: str) -> str:
    return f"{when[:4]}-{(int(when[5:7]) - 1) // 3}"


def _year(when: str) -> str:
    return when[:4]


def _on(series: tuple[Point, ...], agent: str, when: str) -> str | None:
    """The figure that held on a day: that of the last point up to it, if no gap lies between."""
    of_agent = [point for point in series if point.agent == agent]
    before = [point for point in of_agent if point.day <= when]
    if not before:
        return None
    last = before[-1]
    ends = max(point.day for point in of_agent if point.stretch == last.stretch)
    return f"{last.percent:.1f} % ({last.n:,})" if ends >= when else None


def named(found: Brief) -> Section:
    """How much of each share is aimed at the agent, and how much at everybody."""
    frame = found.frame
    counted = [share for share in found.shares if share.n]
    rows = tuple(
        (
            share.agent,
            share.named,
            _part(share.named, share),
            share.wildcard,
            _part(share.wildcard, share),
            share.partial,
        )
        for share in counted
    )
    table = Table(
        _standing(frame, "Sites that shut the agent out by its own group, or by what they say to every agent"),
        ("agent", "by name", "of n", "by *", "of n", "partly closed, not counted"),
        rows,
    )
    alt = "Bars of the share of sites by agent, in two parts: by name, and by the rules for every agent."
    lead = prose(
        "A site that closes to every agent may not have meant AI at all; a site that names an agent did. Published "
        "figures often count only the latter.",
    )
    drawn = Figure(charts.named_bars(counted), alt, ("Per cent of n.",), table)
    return Section("named", "By name, or as everybody", (Paragraph(lead), drawn))


def _part(count: int, share: AgentShare) -> str:
    return percent(100 * count / share.n)


def readings(found: Brief) -> Section:
    """The same files under every definition."""
    frame, agent = found.frame, found.top[0]
    rows = tuple(
        (Code(one.definition), one.sentence, percent(one.percent), span(one.low, one.high), one.blocked, one.used_by)
        for one in found.readings
    )
    caption = _standing(frame, f"One agent ({agent}), the same files, ten readings of “blocks”")
    lead = prose(
        f"Which words stand behind a figure matters as much as the year: {agent} under ten definitions in use.",
    )
    again = command("tracker", "agent", agent, "--panel", frame.panel, "--definition", "named_root")
    return Section(
        "definitions",
        "One crawler, ten definitions",
        (
            Paragraph(lead),
            Table(caption, ("definition", "counted", "share", "between", "sites", "as counted by"), rows),
            Listing("Again", (again,)),
        ),
    )


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
        blocks.append(Listing("Again, and the evidence of one", (query(statement), *bundles)))
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
    quoted = [part for line in lines for part in (" ", Code(line))]
    return (
        verdict,
        *([":"] if quoted else []),
        *quoted,
        *((", sha256 ", Code(sha256)) if sha256 else (", no robots.txt",)),
    )


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
        return Section("terms", "What the terms say", (Paragraph((found.missing["terms"],)),))
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
            *_contradictions(found),
            Listing("Again", (command("tracker", "terms", "summary", "--panel", frame.panel),)),
        ),
    )


_DIRECTIONS = {
    "robots_allow_terms_forbid": "robots.txt lets in, the terms forbid",
    "robots_block_terms_allow": "robots.txt shuts out, the terms allow",
}


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
            f", {_DIRECTIONS[row['direction']]} ({row['agent']} and others); since {row['since'][:10]}; text ",
            Code(row["text_sha256"]),
            " at ",
            Code(row["terms_url"]),
        )
        blocks.append(Quote(shortened(row["quote"]), source))
    statement = (
        "SELECT site, agent, direction, category, quote, terms_url, text_sha256 FROM contradictions WHERE site IN "
        f"(SELECT site FROM sites WHERE list = {sql_text(frame.panel)})"
    )
    return [*blocks, Listing("Again", (query(statement),))]
