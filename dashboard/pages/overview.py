"""Overview: how many sites shut each agent out, over time and now."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, components, data, theme
from dashboard.data import History
from tracker import reference
from tracker.core.definitions import DEFINITIONS
from tracker.core.estimate import Denominator
from tracker.reference import EventKind

# Deals and studies come with the pages that are about them; here stands what may bend a line by itself.
MARKED = {EventKind.AGENT, EventKind.DEFAULT, EventKind.LAW, EventKind.STANDARD}
TREND_DAYS = 30


def show() -> None:
    components.page("How much of the web still lets AI crawlers in?", _body)


def _body(history: History) -> None:
    columns = st.columns([1.1, 2.8, 1.2, 1.3, 0.8])
    with columns[0]:
        panel = components.panel_filter(history)
    with columns[1]:
        agents = components.agents_filter(history, panel)
    with columns[2]:
        definition = components.definition_filter()
    with columns[3]:
        denominator = components.denominator_filter()
    with columns[4]:
        days = components.period_filter()
    league = data.league(history, panel, definition, denominator)
    if league.empty:
        st.info(f"Nothing is known of panel {components.plain(panel)} yet: run `tracker crawl --panel {panel}`.")
        return
    today = league.iloc[0]
    components.frame_line(
        history,
        panel,
        f"{today['n']:,} of {today['members']:,} {denominator.sites}",
        str(today["date"]),
    )
    if not agents:
        st.info("No agent is chosen: add one above, GPTBot for instance.")
        return
    since = pd.Timestamp(today["date"]) - pd.Timedelta(days=days) if days else None
    rows = data.shares(history, panel, agents, definition, since, denominator)
    if today["n"] == 0:
        st.info(f"There are no {denominator.sites}: no share can be given; choose another denominator.")
        return
    _headline(league, rows, agents, definition, denominator)
    _chart(rows, agents, definition)
    name = f"{panel}-{definition}-{denominator}"
    _series_table(rows, definition, name)
    _league(league, definition, name)


def _headline(
    league: pd.DataFrame, rows: pd.DataFrame, agents: tuple[str, ...], definition: str, denominator: Denominator
) -> None:
    """The number, of what, when, between which bounds, under which definition."""
    counted = DEFINITIONS[definition]
    row = league[league["agent"].isin(agents)].iloc[0]
    st.subheader(
        f"{row['percent']:.1f} % of {components.sites(row['n'])} {counted.verb.format(row['agent'])} "
        f"on {components.day(row['date'])}"
    )
    rest = _UNNAMED.get(counted.unnamed, counted.unnamed)
    split = f"{row['blocked_named']:,} by name and {row['blocked_wildcard']:,} {rest}"
    if counted.named_only:
        split = "all of them by name"
    sentences = [
        f"{components.sites(row['blocked'])}: {split}.",
        _unknown_words(row, denominator),
        _trend_words(rows, row),
        f"Counted so: {counted.sentence.replace('*', '`*`')} (definition {definition}).",
        f"Of the {denominator.sites} (denominator {denominator}).",
    ]
    st.markdown(" ".join(sentence for sentence in sentences if sentence))


_UNNAMED = {"by *": "through the rules for every agent (`*`)", "elsewhere": "elsewhere in the file"}


def _unknown_words(row: Any, denominator: Denominator) -> str:
    if row["unknown"] == 0:
        return "No site's answer is unknown that day."
    rest = components.sites(row["unknown"])
    silent = f"{rest} did not answer" if denominator is Denominator.ANSWERED else f"What {rest} would say is unknown"
    return f"{silent}; if none or all of them did so, it would be {row['low']:.1f} or {row['high']:.1f} %."


def _trend_words(rows: pd.DataFrame, now: Any) -> str:
    """The change over the last month, if there was one to look back on."""
    of_agent = rows[rows["agent"] == now["agent"]]
    before = of_agent[of_agent["day"] <= pd.Timestamp(now["date"]) - pd.Timedelta(days=TREND_DAYS)]
    if before.empty:
        return ""
    change = now["percent"] - before.iloc[-1]["percent"]
    if abs(change) < 0.05:
        return f"The share is what it was {TREND_DAYS} days before."
    return f"That is {abs(change):.1f} points {'more' if change > 0 else 'less'} than {TREND_DAYS} days before."


def _chart(rows: pd.DataFrame, agents: tuple[str, ...], definition: str) -> None:
    marks = _events(rows, agents)
    figure = charts.share_lines(rows, theme.agent_colours(agents), marks)
    did = DEFINITIONS[definition].verb.format(", ".join(agents))
    components.draw(figure, key="shares", alt=f"Share of sites that {did}, by day")
    if rows["day"].nunique() == 1:
        st.markdown("One day so far: trends start at the second.")
    notes = ["Thin lines: days before the agent existed."] if (rows["agent_existed"] == 0).any() else []
    if (rows["high"] > rows["low"]).any():
        notes.append("Bands: from none of the unknown sites counted to all of them. Gaps: nothing was known.")
    notes += [f"**{mark.number}** {mark.day:%-d %b %Y} {components.plain(mark.title)}." for mark in marks.itertuples()]
    if notes:
        st.caption(" ".join(notes))


def _events(rows: pd.DataFrame, agents: tuple[str, ...]) -> pd.DataFrame:
    known = [
        (pd.Timestamp(event.day), event.title)
        for event in reference.events()
        if event.kind in MARKED and (not event.agents or set(event.agents) & set(agents))
    ]
    events = pd.DataFrame(known, columns=["day", "title"])
    return charts.numbered(events, rows["day"].min(), rows["day"].max())


_FIGURES: dict[str, Any] = {
    "low": st.column_config.NumberColumn("at least", format="%.1f %%", help="If none of the unknown sites is counted"),
    "high": st.column_config.NumberColumn("at most", format="%.1f %%", help="If all of the unknown sites are counted"),
    "blocked": "sites",
}


def _columns(leading: dict[str, str], definition: str) -> dict[str, Any]:
    """The columns of a table of shares: who, and the figures under words that fit the definition."""
    counted = DEFINITIONS[definition]
    share = st.column_config.NumberColumn(f"sites that {counted.label}", format="%.1f %%")
    split = {} if counted.named_only else {"blocked_named": "by name", "blocked_wildcard": counted.unnamed}
    return {**leading, "percent": share, **_FIGURES, **split, "n": "of", "unknown": "unknown"}


def _series_table(rows: pd.DataFrame, definition: str, name: str) -> None:
    components.table(
        rows.sort_values(["date", "agent"], ascending=[False, True]),
        _columns({"date": "day", "agent": "agent"}, definition),
        f"shares-{name}",
        label="The same as a table: days on which a figure changes",
    )


def _league(league: pd.DataFrame, definition: str, name: str) -> None:
    st.subheader(f"Whom the most sites {DEFINITIONS[definition].label}")
    known = league[league["agent_existed"] == 1]
    leading = {name: name for name in ("agent", "operator", "purpose")}
    columns = _columns(leading, definition) | {"partial": "partly closed"}
    components.table(
        known,
        columns,
        f"agents-{name}",
        label=f"{len(known)} agents on {components.day(league.iloc[0]['date'])}",
        expanded=True,
    )
