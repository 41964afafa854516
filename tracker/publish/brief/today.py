"""The sections of a brief about shares: today, over time, by name and under every definition."""

from collections.abc import Iterable

from tracker.publish.brief import charts
from tracker.publish.brief.blocks import (
    Block,
    Code,
    Figure,
    Items,
    Listing,
    Paragraph,
    Section,
    Strong,
    Table,
    Text,
    prose,
    some,
)
from tracker.publish.brief.facts import AgentShare, Brief, Frame, Mark, Point, Reading
from tracker.publish.brief.words import (
    HISTORY_SET,
    again,
    command,
    day,
    listed,
    percent,
    points,
    query,
    sites,
    span,
    sql_text,
    ticked,
)

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
        f"No site of the panel is unknown on that day{_nothing_open(frame)}."
        if not frame.unknown
        else f"{frame.unknown:,} of {frame.members:,} sites are unknown on that day; the share is anywhere from "
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
            Paragraph(
                (Strong("DEMO."), *ticked(" These sites are made up; `tracker crawl` reads real ones.")), note=True
            )
        )
    if first.existed is False:
        unknown += f" {first.agent} was not documented yet on that day: nobody counts as shutting it out by name."
    where = prose(
        "Whoever has the history can count each figure again with the commands below it. They ask the history that "
        "this line names, by the path of its file or the URL of its database:",
    )
    blocks += [Paragraph(lead), Paragraph((unknown,)), Paragraph(standing), Paragraph(where)]
    blocks.append(Listing("Before any of the commands", (HISTORY_SET,)))
    return Section("headline", "The figure", tuple(blocks))


def _nothing_open(frame: Frame) -> str:
    return "" if frame.is_sample else ", so that its shares have no bounds"


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
    left_open = _left_open(found.shares)
    between = ("between",) * left_open
    columns = ("agent", "operator", "purpose", "share", *between, "sites", "30 days", "1 year", "closed", "reopened")
    rows = tuple(
        (
            share.agent,
            share.operator,
            share.purpose,
            percent(share.percent),
            *((span(share.low, share.high),) if left_open else ()),
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
        f"Share of sites that shut the agent out, by any rule. {f'Between: {frame.bounds}. ' if left_open else ''}"
        "30 days, 1 year: change of the share in percentage points, empty where it was unknown then or the agent not "
        "documented yet. Closed, reopened: sites that did so within the year, in so far as the agent was documented; "
        "a site that did both counts for both",
    )
    counted_again = again(
        command("tracker", "agents", "--shares", "--panel", frame.panel, "--date", frame.date),
        query(
            "SELECT agent, blocked, readable + absent AS n, percent_blocked, unknown FROM shares WHERE panel = "
            f"{sql_text(frame.panel)} AND definition = {sql_text(frame.definition)} AND date = "
            f"{sql_text(frame.date)} AND agent IN {listed([share.agent for share in found.shares])}"
        ),
    )
    return Section("agents", "Whom the sites shut out", (Table(caption, columns, rows), counted_again))


def _left_open(rows: Iterable[AgentShare | Reading]) -> bool:
    """Whether bounds say more than the shares: where no site is unknown they only repeat them."""
    return any(span(row.low, row.high) != percent(row.percent) for row in rows)


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
    notes = [
        f"The last figures are of {day(frame.date)}, n = {frame.n:,}.",
        _bands(frame, drawn),
        "A gap: nothing was known.",
    ]
    if any(not point.existed for point in drawn):
        notes.append("Thin lines: days before the agent existed, when only the rules for every agent count.")
    if len({point.day for point in drawn}) == 1:
        notes.append("One day so far: trends start at the second.")
    figure = Figure(
        charts.share_lines(drawn, found.marks),
        f"Lines of the share of sites that shut out {some(found.top, 12)}, from {frame.first_day} to {frame.date}; the "
        "last figures are "
        f"{', '.join(f'{share.agent} {percent(share.percent)}' for share in found.shares[: len(found.top)])}.",
        (" ".join(filter(None, notes)),),
        Table(caption, ("day", *found.top), rows),
    )
    statement = (
        "SELECT date, agent, blocked, readable + absent AS n, percent_blocked, unknown FROM shares WHERE panel = "
        f"{sql_text(frame.panel)} AND definition = {sql_text(frame.definition)} AND agent IN {listed(found.top)} AND "
        f"date IN {listed(days)} ORDER BY date, agent"
    )
    marks = tuple(prose(Strong(f"{place}."), f" {_mark(one)}") for place, one in enumerate(found.marks, 1))
    known = (Paragraph(("The dashed rules:",)), Items(marks)) if marks else ()
    return Section("time", "Over time", (figure, *known, again(query(statement), more=" (the days of the table)")))


def _bands(frame: Frame, drawn: Iterable[Point]) -> str:
    """What the bands of the chart are, and where they are widest."""
    if frame.is_sample:
        return f"Bands: {frame.bounds}."
    widest = max(drawn, key=lambda point: point.high - point.low)
    if widest.high == widest.low:
        return "No site was unknown on any of these days, so that the lines have no band."
    unknown = frame.members - widest.n
    return (
        "Bands: from none of the unknown sites counted to all of them; the widest is that of "
        f"{day(widest.day)}, when {unknown:,} of {frame.members:,} sites were unknown ({widest.agent}: "
        f"{span(widest.low, widest.high)})."
    )


def _mark(one: Mark) -> str:
    return f"{day(one.day)}: {one.title} ({one.source})."


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
    drawn = Figure(charts.named_bars(counted), alt, (f"Per cent of n. {day(frame.date)}, n = {frame.n:,}.",), table)
    return Section("named", "By name, or as everybody", (Paragraph(lead), drawn))


def _part(count: int, share: AgentShare) -> str:
    return percent(100 * count / share.n)


def readings(found: Brief) -> Section:
    """The same files under every definition."""
    frame, agent = found.frame, found.top[0]
    left_open = _left_open(found.readings)
    rows = tuple(
        (
            Code(one.definition),
            ticked(one.sentence),
            percent(one.percent),
            *((span(one.low, one.high),) if left_open else ()),
            one.blocked,
            one.used_by,
        )
        for one in found.readings
    )
    caption = _standing(frame, f"One agent ({agent}), the same files, ten readings of “blocks”")
    lead = prose(
        f"Which words stand behind a figure matters as much as the year: {agent} under ten definitions in use.",
    )
    statement = (
        "SELECT definition, blocked, readable + absent AS n, percent_blocked, unknown FROM shares WHERE panel = "
        f"{sql_text(frame.panel)} AND agent = {sql_text(agent)} AND date = {sql_text(frame.date)}"
    )
    columns = ("definition", "counted", "share", *(("between",) * left_open), "sites", "as counted by")
    return Section(
        "definitions",
        "One crawler, ten definitions",
        (
            Paragraph(lead),
            Table(caption, columns, rows),
            again(query(statement)),
        ),
    )
