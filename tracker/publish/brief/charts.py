"""The charts of a brief, in the look of the dashboard. Channels are objects: Altair takes 10 ms to read a string."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tracker.publish.brief.blocks import clean
from tracker.publish.brief.facts import AgentShare, Mark, Outcome, Point
from tracker.publish.brief.svg import render
from tracker.publish.extras import needs
from tracker.publish.palette import ALLOWED, BLOCKED, MUTED, agent_colours, dodged

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT = 520, 320
_LABEL_GAP = 17
_ROWS = 3
_PERCENT = "datum.value + ' %'"
_INK = "currentColor"
_FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
"""Of one width, so that the renderer, which has but Liberation Sans, leaves as much room as any of them takes."""


def _altair() -> Any:
    with needs("altair", "a brief with charts", "report"):
        import altair
    return altair


def _drawn(layers: "Sequence[alt.Chart]", height: int, name: str) -> str:
    alt = _altair()
    axis = {"labelColor": _INK, "titleColor": _INK, "domainColor": MUTED, "tickColor": MUTED, "gridColor": MUTED}
    text = {"labelFont": _FONT, "titleFont": _FONT, "labelFontSize": 12, "titleFontSize": 12}
    chart = (
        alt.layer(*layers)
        .properties(width=WIDTH, height=height, padding={"left": 14, "top": 6, "right": 26, "bottom": 6})
        .configure(background="transparent", font=_FONT)
        .configure_view(strokeWidth=0)
        .configure_axis(gridOpacity=0.25, **axis, **text)
        .configure_legend(labelColor=_INK, titleColor=_INK, labelFont=_FONT, labelFontSize=12, labelLimit=260)
        .configure_text(font=_FONT)
    )
    return render(chart, name)


def _values(rows: Sequence[dict[str, Any]]) -> Any:
    return _altair().Data(values=list(rows))


def share_lines(points: Sequence[Point], marks: Sequence[Mark]) -> str:
    """Shares over time: step lines with the band of the unknown, names at their ends, numbered days."""
    alt = _altair()
    colours = agent_colours(list(dict.fromkeys(clean(point.agent) for point in points)))
    top = max(1.0, 1.08 * max(max(point.high, point.percent) for point in points))
    rows = [
        {
            "agent": clean(point.agent),
            "day": point.day,
            "part": f"{point.stretch} {point.existed}",
            "percent": point.percent,
            "low": point.low,
            "high": point.high,
            "width": 2 if point.existed else 1,
        }
        for point in _joined(points)
    ]
    x = alt.X("day", type="temporal", title=None, axis=_time_axis(points))
    y = alt.Y("percent", type="quantitative", title=None, scale=alt.Scale(domain=[0, top]), axis=_percent_axis())
    colour = alt.Color("agent", type="nominal", scale=_scale(colours), legend=None)
    base = alt.Chart(_values(rows)).encode(x=x, color=colour, detail=alt.Detail("part", type="nominal"))
    layers = _rules(marks, x)
    if any(point.high > point.low for point in points):
        band = base.encode(y=alt.Y("low", type="quantitative", title=None), y2=alt.Y2("high"))
        layers.append(band.mark_area(interpolate="step-after", opacity=0.16))
    width = alt.StrokeWidth("width", type="quantitative", scale=None, legend=None)
    layers.append(base.mark_line(interpolate="step-after").encode(y=y, strokeWidth=width))
    layers.append(alt.Chart(_values(_lone(rows))).mark_point(filled=True, size=70).encode(x=x, y=y, color=colour))
    layers.append(_names(points, colour, top))
    return _drawn(layers, HEIGHT, "shares")


def _rules(marks: Sequence[Mark], x: Any) -> list[Any]:
    """Dashed rules with numbers above the frame, in rows, for some lie near each other."""
    alt = _altair()
    if not marks:
        return []
    rows: list[Any] = [
        {"day": mark.day, "number": str(place), "row": place % _ROWS} for place, mark in enumerate(marks, 1)
    ]
    rules = alt.Chart(_values(rows)).mark_rule(strokeDash=[4, 3], color=MUTED).encode(x=x)
    numbers = [
        alt.Chart(_values([row for row in rows if row["row"] == level]))
        .mark_text(dy=-8 - 12 * level, fontSize=11, color=_INK)
        .encode(x=x, y=alt.YValue(0), text=alt.Text("number", type="nominal"))
        for level in sorted({row["row"] for row in rows})
    ]
    return [rules, *numbers]


def _joined(points: Sequence[Point]) -> list[Point]:
    """The points, with a line from before the agent existed drawn up to the day on which it did."""
    found: list[Point] = []
    for point in points:
        before = found[-1] if found else None
        if (
            before
            and (before.agent, before.stretch) == (point.agent, point.stretch)
            and before.existed != point.existed
        ):
            level = (before.percent, before.low, before.high, before.blocked, before.n, before.existed)
            found.append(Point(point.agent, point.day, point.stretch, *level))
        found.append(point)
    return found


def _lone(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The days that are a stretch of their own, of which a line shows nothing."""
    sizes: dict[tuple[str, str], int] = {}
    for row in rows:
        sizes[row["agent"], row["part"]] = sizes.get((row["agent"], row["part"]), 0) + 1
    return [row for row in rows if sizes[row["agent"], row["part"]] == 1]


def _names(points: Sequence[Point], colour: Any, top: float) -> Any:
    """Each agent's name and last figure at the end of its line, moved apart where they would overlap."""
    alt = _altair()
    last = list({clean(point.agent): point for point in points}.values())
    places = dodged([point.percent for point in last], top * _LABEL_GAP / HEIGHT, top)
    end = max(point.day for point in points)
    rows = [
        {
            "agent": clean(point.agent),
            "day": end,
            "place": place,
            "label": f"{clean(point.agent)} {point.percent:.1f} %",
        }
        for point, place in zip(last, places, strict=True)
    ]
    return (
        alt.Chart(_values(rows))
        .mark_text(align="left", dx=8, fontSize=12, fontWeight=600)
        .encode(
            x=alt.X("day", type="temporal"),
            y=alt.Y("place", type="quantitative"),
            text=alt.Text("label", type="nominal"),
            color=colour,
        )
    )


def _time_axis(points: Sequence[Point]) -> Any:
    """Dates that name their year, and their day where months would be too coarse."""
    days = sorted(point.day for point in points)
    coarse = days[0][:4] != days[-1][:4]
    return _altair().Axis(
        grid=False, labelOverlap="greedy", tickCount=6, format="%b %Y" if coarse else "%-d %b %Y", labelFlush=True
    )


def _percent_axis() -> Any:
    return _altair().Axis(labelExpr=_PERCENT, tickCount=6, domain=False, ticks=False)


def _scale(colours: dict[str, str]) -> Any:
    return _altair().Scale(domain=list(colours), range=list(colours.values()))


NAMED, WILDCARD = "by name", "by *"


def named_bars(shares: Sequence[AgentShare]) -> str:
    """By agent the per cent of sites that shut it out by its name, and by what they say to everybody."""
    alt = _altair()
    order = [clean(share.agent) for share in shares]
    rows = [
        {"agent": clean(share.agent), "how": how, "percent": round(100 * sites / share.n, 3), "sites": sites, "at": at}
        for share in shares
        for how, sites, at in ((NAMED, share.named, 0), (WILDCARD, share.wildcard, 1))
    ]
    bars = (
        alt.Chart(_values(rows))
        .mark_bar(size=16)
        .encode(
            x=alt.X("percent", type="quantitative", title=None, axis=_percent_axis()),
            y=alt.Y("agent", type="nominal", sort=order, title=None, axis=alt.Axis(ticks=False, labelLimit=170)),
            order=alt.Order("at", type="quantitative"),
            color=alt.Color(
                "how",
                type="nominal",
                scale=_scale({NAMED: BLOCKED, WILDCARD: ALLOWED}),
                legend=alt.Legend(orient="top", title=None, symbolType="square"),
            ),
        )
    )
    return _drawn([bars], 26 * len(order) + 10, "named")


_STROKES = ([1, 0], [7, 4], [2, 3], [9, 3, 2, 3])


def chances(outcomes: Sequence[Outcome]) -> str:
    """The probability that text has run out by a day, a line a scenario: what holds for the end of a year stands at
    the first day of the next, where the axis has its year."""
    alt = _altair()
    names = [outcome.id for outcome in outcomes]
    rows = [
        {"scenario": outcome.id, "year": year + 1, "percent": 100 * chance}
        for outcome in outcomes
        for year, chance in outcome.by_year
    ]
    years = [year + 1 for outcome in outcomes for year, _ in outcome.by_year]
    x = alt.X(
        "year",
        type="quantitative",
        title="by 1 January of",
        scale=alt.Scale(domain=[min(years), max(years)], nice=False),
        axis=alt.Axis(format="d", grid=False, tickCount=8),
    )
    y = alt.Y("percent", type="quantitative", title=None, scale=alt.Scale(domain=[0, 100]), axis=_percent_axis())
    legend = alt.Legend(orient="top", title=None, columns=2, symbolType="stroke", symbolSize=500, symbolStrokeWidth=2)
    colour = alt.Color("scenario", type="nominal", scale=_scale(agent_colours(names)), legend=legend)
    dash = alt.StrokeDash(
        "scenario", type="nominal", scale=alt.Scale(domain=names, range=list(_STROKES[: len(names)])), legend=legend
    )
    half = alt.Chart(_values([{"half": 50}])).mark_rule(color=MUTED, strokeDash=[4, 3])
    lines = alt.Chart(_values(rows)).mark_line(strokeWidth=2)
    layers = [
        half.encode(y=alt.Y("half", type="quantitative", title=None)),
        lines.encode(x=x, y=y, color=colour, strokeDash=dash),
    ]
    return _drawn(layers, 260, "chances")
