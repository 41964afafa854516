"""Charts of the history: pure functions from a DataFrame to an Altair chart.

Unknown is drawn, never guessed: a band where sites are unknown, a gap where nothing was. Channels are written as
objects: Altair takes 10 ms to understand one that is a string.
"""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from dashboard import theme
from tracker.publish.palette import dodged

HEIGHT = 380
_LABEL_GAP = 19
_PERCENT = "datum.value + ' %'"
_DRAWN = ["agent", "day", "stretch", "percent", "low", "high", "blocked", "blocked_named", "n", "agent_existed"]
_TOOLTIP = [
    alt.Tooltip("agent:N"),
    alt.Tooltip("day:T", title="from", format="%d %b %Y"),
    alt.Tooltip("percent:Q", title="per cent", format=".1f"),
    alt.Tooltip("blocked:Q", title="sites"),
    alt.Tooltip("blocked_named:Q", title="by name"),
    alt.Tooltip("n:Q", title="of"),
]


def share_lines(rows: pd.DataFrame, colours: Mapping[str, str], marks: pd.DataFrame) -> alt.LayerChart:
    """Shares over time: step lines with the band of the unknown, names at their ends, numbered events.

    `rows` as `data.shares` gives them; `marks`: day and number of events. A stretch of a single day is a dot.
    """
    top = _ceiling(rows)
    agents = alt.Color("agent:N", scale=_scale(colours), legend=None)
    day = alt.X("day:T", axis=_time_axis(rows["day"].min(), rows["day"].max()))
    percent = alt.Y(
        "percent:Q",
        title=None,
        scale=alt.Scale(domain=[0, top]),
        axis=alt.Axis(labelExpr=_PERCENT, tickCount=6),
    )
    rows = rows[_DRAWN].assign(dot=_lone_days(rows).astype(int))
    base = alt.Chart(rows).encode(x=day, y=percent, color=agents, detail=alt.Detail("stretch:N"))
    layers = [*_event_layers(marks)] if not marks.empty else []
    if (rows["high"] > rows["low"]).any():
        band = base.encode(y=alt.Y("low:Q", title=None), y2=alt.Y2("high:Q"))
        layers.append(band.mark_area(interpolate="step-after", opacity=0.16))
    line = base.properties(data=_eras(rows)).mark_line(interpolate="step-after")
    layers.append(
        line.encode(
            detail=[alt.Detail("stretch:N"), alt.Detail("era:N")],
            opacity=alt.Opacity("opacity:Q", scale=None, legend=None),
            strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
        )
    )
    dots = base.mark_point(filled=True, size=90).encode(
        opacity=alt.Opacity("dot:Q", scale=None, legend=None), tooltip=_TOOLTIP
    )
    layers.append(dots)
    layers.append(_names(rows, colours, top))
    return alt.layer(*layers).properties(height=HEIGHT)


def _time_axis(start: pd.Timestamp, end: pd.Timestamp) -> alt.Axis:
    """Dates that name their year, and their day where months would be too coarse."""
    coarse = (end - start).days > 240
    return alt.Axis(
        title=None, grid=False, labelOverlap="greedy", tickCount=8, format="%b %Y" if coarse else "%-d %b %Y"
    )


def _scale(colours: Mapping[str, str]) -> alt.Scale:
    return alt.Scale(domain=list(colours), range=list(colours.values()))


def _ceiling(rows: pd.DataFrame) -> float:
    """The upper end of the axis: the highest figure and a little air, at least 1 %."""
    return max(1.0, float(rows["high"].fillna(rows["percent"]).max()) * 1.08)


def _eras(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with how to draw them: faint and thin before the agent existed, up to the day on which it did."""
    early = rows[rows["agent_existed"] == 0]
    late = rows[rows["agent_existed"] == 1]
    joints = []
    for (agent, stretch), part in early.groupby(["agent", "stretch"], sort=False):
        born = late[(late["agent"] == agent) & (late["stretch"] == stretch)]
        if not born.empty:
            joints.append(part.iloc[[-1]].assign(day=born["day"].min()))
    faint = pd.concat([early, *joints]).assign(era="before", opacity=0.45, width=1)
    return pd.concat([faint, late.assign(era="since", opacity=1.0, width=2)])


def _lone_days(rows: pd.DataFrame) -> pd.Series:
    """Which rows are a stretch of a single day, of which a line shows nothing."""
    lone: pd.Series = rows.groupby(["agent", "stretch"])["day"].transform("nunique") == 1
    return lone


def _names(rows: pd.DataFrame, colours: Mapping[str, str], top: float) -> alt.Chart:
    """Each agent's name and last figure at the end of its line, moved apart where they would overlap."""
    last = rows.sort_values("day").groupby("agent", sort=False).tail(1)
    last = last.assign(
        label=[f"{agent} {percent:.1f} %" for agent, percent in zip(last["agent"], last["percent"], strict=True)],
        place=dodged(last["percent"].tolist(), top * _LABEL_GAP / HEIGHT, top),
        end=rows["day"].max(),
    )
    return (
        alt.Chart(last)
        .mark_text(align="left", dx=8, fontSize=12, fontWeight=600)
        .encode(
            x=alt.X("end:T"),
            y=alt.Y("place:Q"),
            text=alt.Text("label:N"),
            color=alt.Color("agent:N", scale=_scale(colours), legend=None),
        )
    )


_EVENT_ROWS = 3
_EVENT_WIDTH = 0.025


def _event_layers(marks: pd.DataFrame) -> list[alt.Chart]:
    """Dashed rules with numbers above the frame, near ones in rows of their own."""
    chart = alt.Chart(marks).encode(x=alt.X("day:T"))
    tooltip = [alt.Tooltip("day:T", format="%d %b %Y"), alt.Tooltip("title:N")]
    rule = chart.mark_rule(strokeDash=[4, 3], color=theme.MUTED).encode(tooltip=tooltip)
    numbers = [
        chart.transform_filter(f"datum.row == {row}")
        .mark_text(dy=-8 - 12 * row, fontSize=11, color=theme.MUTED)
        .encode(y=alt.YValue(0), text=alt.Text("number:N"), tooltip=tooltip)
        for row in sorted(marks["row"].unique())
    ]
    return [rule, *numbers]


def numbered(events: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Events (day, title) within a period, with `number` from 1 and the `row` in which the number has room."""
    inside = events[(events["day"] >= start) & (events["day"] <= end)].sort_values("day").reset_index(drop=True)
    room = (end - start) * _EVENT_WIDTH
    taken: list[pd.Timestamp] = []
    rows = []
    for day in inside["day"]:
        free = next((row for row, until in enumerate(taken) if until <= day), len(taken))
        row = min(free, _EVENT_ROWS - 1)
        taken[row : row + 1] = [day + room]
        rows.append(row)
    return inside.assign(number=[str(place + 1) for place in range(len(inside))], row=pd.array(rows, dtype="int64"))


def verdict_bars(bars: pd.DataFrame, agents: Sequence[str], chosen: pd.Timestamp | None) -> alt.LayerChart:
    """One site over time: a bar per agent and verdict, the thicker the more is closed, pale before the agent existed.

    `bars`: agent, verdict, start, end, existed, by; `chosen`: the capture shown below, marked by a rule.
    """
    colour = alt.Color(
        "verdict:N",
        scale=_scale(theme.VERDICT_COLOURS),
        legend=alt.Legend(orient="top", columns=2, title=None, symbolType="square", symbolSize=140),
    )
    tooltip = [
        alt.Tooltip("agent:N"),
        alt.Tooltip("verdict:N"),
        alt.Tooltip("by:N"),
        alt.Tooltip("start:T", title="from", format="%d %b %Y"),
        alt.Tooltip("end:T", title="until", format="%d %b %Y"),
    ]
    chart = (
        alt.Chart(bars.assign(thickness=bars["verdict"].map(theme.VERDICT_HEIGHTS)))
        .mark_bar()
        .encode(
            x=alt.X("start:T", axis=_time_axis(bars["start"].min(), bars["end"].max())),
            x2=alt.X2("end:T"),
            y=alt.Y("agent:N", sort=list(agents), title=None, axis=alt.Axis(labelLimit=140)),
            color=colour,
            size=alt.Size("thickness:Q", scale=None, legend=None),
            opacity=alt.Opacity("existed:N", scale=alt.Scale(domain=[True, False], range=[1, 0.3]), legend=None),
            tooltip=tooltip,
        )
    )
    layers = [chart]
    if chosen is not None:
        mark = (
            alt.Chart(pd.DataFrame({"day": [chosen]}))
            .mark_rule(strokeWidth=2, color=theme.MUTED)
            .encode(x=alt.X("day:T"))
        )
        layers.append(mark)
    return alt.layer(*layers).properties(height=28 * max(1, len(agents)) + 40)


_TRILLIONS = "format(datum.value / 1e12, ',') + 'T'"
SERIES = {"demand": theme.DEMAND, "stock": theme.STOCK, "stock still open": theme.OPEN_STOCK}
_FORECAST, _ASSUMED = [7, 4], [2, 3]


def demand_and_stock(bands: pd.DataFrame, measured: pd.DataFrame, first: float, last: float) -> alt.LayerChart:
    """Demand against stock on a logarithmic axis: medians with 80 % bands, and measured data sets as points.

    `bands`: series, year, low, median, high in tokens; `measured`: year, tokens, model. Dashes are forecast, dots
    assumed, points measured.
    """
    shown = [name for name in SERIES if name in set(bands["series"])]
    colour = alt.Color(
        "series:N",
        scale=_scale({name: SERIES[name] for name in shown}),
        legend=alt.Legend(
            orient="top",
            title=None,
            symbolType="stroke",
            symbolSize=400,
            symbolStrokeWidth=3,
            symbolOpacity=1,
        ),
    )
    dash = alt.StrokeDash(
        "series:N",
        scale=alt.Scale(domain=shown, range=[_ASSUMED if "open" in name else _FORECAST for name in shown]),
        legend=None,
    )
    within = bands[(bands["year"] >= first) & (bands["year"] <= last)]
    x = alt.X("year:Q", title=None, scale=alt.Scale(domain=[first, last]), axis=alt.Axis(format="d", grid=False))
    tokens = alt.Scale(type="log", domain=[5e11, 1e16], nice=False)
    y = alt.Y(
        "median:Q",
        title=None,
        scale=tokens,
        axis=alt.Axis(labelExpr=_TRILLIONS, values=[1e12, 1e13, 1e14, 1e15, 1e16]),
    )
    base = alt.Chart(within).encode(x=x, color=colour)
    tooltip = [alt.Tooltip("series:N"), alt.Tooltip("year:Q", format="d"), *_token_tooltips()]
    layers = [
        base.mark_area(opacity=0.14, clip=True).encode(y=alt.Y("low:Q", title=None, scale=tokens), y2=alt.Y2("high:Q")),
        base.mark_line(strokeWidth=2.5, clip=True).encode(y=y, strokeDash=dash, tooltip=tooltip),
    ]
    if not measured.empty:
        points = alt.Chart(measured).mark_point(filled=True, size=45, color=theme.MUTED, clip=True)
        layers.append(
            points.encode(
                x=x,
                y=alt.Y("tokens:Q", scale=tokens),
                tooltip=[
                    alt.Tooltip("model:N"),
                    alt.Tooltip("day:N"),
                    alt.Tooltip("tokens_t:Q", title="trillion tokens"),
                ],
            )
        )
    return alt.layer(*layers).properties(height=HEIGHT)


def _token_tooltips() -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:Q", format=".2s") for name in ("low", "median", "high")]


_DOT = 15
CASES = {"with restrictions": theme.DEMAND, "nothing closed": theme.STOCK}


def exhaustion_dots(dots: pd.DataFrame, first: float, later: int) -> alt.Chart:
    """When text runs out, as twenty equally likely dots a case, up with restrictions and down without.

    `dots`: case, year, place, when; the bin `later` stands for that year, anything after it, and never.
    """
    ends = int(dots["place"].min()), int(dots["place"].max())
    shown = {case: colour for case, colour in CASES.items() if case in set(dots["case"])}
    axis = alt.Axis(
        # Every second year, counted so that the last bin has its label.
        values=list(range(later, int(first) - 1, -2))[::-1],
        labelExpr=f"datum.value == {later} ? 'later' : format(datum.value, 'd')",
        grid=False,
        labelOverlap="greedy",
        domain=False,
        ticks=False,
    )
    rows = ends[1] - min(0, ends[0]) + 2
    return (
        alt.Chart(dots)
        .mark_point(filled=True, opacity=1, size=_DOT * _DOT * 0.62)
        .encode(
            x=alt.X("year:Q", title=None, scale=alt.Scale(domain=[first - 0.5, later + 0.5]), axis=axis),
            y=alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[min(0, ends[0]) - 1, ends[1] + 1], nice=False)),
            color=alt.Color("case:N", scale=_scale(shown), legend=alt.Legend(orient="top", title=None, symbolSize=120)),
            tooltip=[alt.Tooltip("case:N"), alt.Tooltip("when:N", title="runs out")],
        )
        .properties(height=_DOT * rows + 60)
    )
