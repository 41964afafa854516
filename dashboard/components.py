"""What pages share: the frame around them, their filters, and what they say when there is nothing to show."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import altair
import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.data import History
from tracker.core.definitions import DEFINITIONS, HEADLINE
from tracker.core.estimate import Denominator
from tracker.core.policy import RULESET
from tracker.errors import DrywellError, NoHistory

STARTS = (
    ("See it work, offline, with made-up sites", "tracker demo"),
    ("Read the robots.txt of real sites now", "tracker crawl"),
    ("Bring a history from a git-scraping repository", "tracker import git REPO --path 'robots/{site}.txt'"),
)


def page(question: str, body: Callable[[History], None]) -> None:
    """A page that shows a history: its question, then `body`, or one sentence on why not and the mend."""
    st.title(question)
    try:
        history = data.opened()
        if not data.panels(history):
            raise NoHistory(f"{history.database} holds no crawl yet: run one of these")
        banner(history)
        body(history)
    except NoHistory as error:
        nothing_yet(error)
    except DrywellError as error:
        failed(error)


def failed(error: DrywellError) -> None:
    """Say what is wrong and the mend, in the one sentence that the error is."""
    st.error(_sentence(error), icon=":material/error:")


def banner(history: History) -> None:
    """Say that the sites are made up, or the files not yet read as today's Drywell reads them."""
    if data.about(history).get("kind") == "demo":
        st.warning("**DEMO.** These sites are made up; `tracker crawl` reads real ones.", icon=":material/science:")
    if data.about(history).get("ruleset", str(RULESET)) != str(RULESET):
        st.info("This history is of an older Drywell: signals are unknown until the next crawl reads its files anew.")


def nothing_yet(error: NoHistory) -> None:
    """The first thing a new user sees: no history, and three commands that make one."""
    st.info(_sentence(error), icon=":material/info:")
    for what, command in STARTS:
        st.caption(what)
        st.code(command, language="bash")


def _sentence(error: DrywellError) -> str:
    text = str(error)
    return plain(text[:1].upper() + text[1:]) + "."


def plain(text: str) -> str:
    """Text from elsewhere as Markdown that shows it as it is (back-quoted commands stay code)."""
    pieces = text.split("`")
    shown = [_escaped(piece) if place % 2 == 0 else f"`{piece}`" for place, piece in enumerate(pieces)]
    return "".join(shown)


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\*_{}[]()#+-!|<>~$:" else sign for sign in text)


def panel_filter(history: History) -> str:
    """The panel, the one looked at last by default."""
    names = [row["panel"] for row in data.panels(history)]
    chosen: str = st.selectbox("Panel", names, key="panel", bind="query-params")
    return chosen


def definition_filter() -> str:
    """What counts as blocked."""
    chosen: str = st.selectbox(
        "Definition",
        list(DEFINITIONS),
        index=list(DEFINITIONS).index(HEADLINE),
        key="definition",
        bind="query-params",
        help="\n\n".join(f"**{one.name}**: {one.sentence} (as {one.used_by})" for one in DEFINITIONS.values()),
    )
    return chosen


def denominator_filter() -> Denominator:
    """Of what a share is a share."""
    chosen: str = st.selectbox(
        "Of",
        [str(kind) for kind in Denominator],
        index=list(Denominator).index(Denominator.READABLE_OR_ABSENT),
        key="denominator",
        bind="query-params",
        help="\n\n".join(f"**{kind}**: {kind.sites}" for kind in Denominator),
    )
    return Denominator(chosen)


def agents_filter(history: History, panel: str, limit: int = 8, shown: int = 6) -> tuple[str, ...]:
    """The agents, at first the headline ones that most sites shut out today."""
    ranking = data.league(history, panel, HEADLINE)
    headline = ranking[ranking["headline"] == 1]["agent"].tolist() or ranking["agent"].tolist()
    chosen: list[str] = st.multiselect(
        "Agents",
        sorted(ranking["agent"], key=str.lower),
        default=headline[:shown],
        key="agents",
        bind="query-params",
        max_selections=limit,
    )
    return tuple(chosen)


PERIODS = {"all": 0, "2 years": 730, "1 year": 365, "90 days": 90}


def period_filter() -> int:
    """How far back, in days before the last one; 0: all."""
    return PERIODS[st.selectbox("Period", list(PERIODS), key="period", bind="query-params")]


def frame_line(history: History, panel: str, known: str, last_day: str) -> None:
    """As of when, which panel, how much of it is known, from which crawl; `last_day` is the day of the figures."""
    crawl = data.last_crawl(history, panel)
    if crawl is None:
        st.caption(f"Panel {plain(panel)} · no crawl yet")
        return
    if str(crawl["started"])[:10] > str(last_day)[:10]:
        st.warning(
            f"Nothing is known any more: these are the figures of {day(last_day)}, the last day with any. "
            f"The newest crawl, on {moment(crawl['started'])}, was answered by {crawl['answered']:,} "
            f"of {sites(crawl['sites'])}."
        )
    if crawl["suspect"]:
        st.warning(
            f"The crawl of {moment(crawl['started'])} is suspect: {plain(crawl['suspect'])}. It may say more about our "
            "connection than about these sites. What it saw is shown as it was seen; nothing is withheld.",
            icon=":material/help:",
        )
    parts = [f"As of {moment(crawl['started'])}", f"panel {plain(panel)}", known, _crawl_words(crawl)]
    st.caption(" · ".join(part for part in parts if part))


def _crawl_words(crawl: dict[str, Any]) -> str:
    name = f"crawl #{crawl['crawl_id']}"
    if crawl["source_kind"] != "own":
        return f"{name}, imported from {crawl['source_kind']}"
    if crawl["finished"] is None:
        return f"{name} running: {crawl['answered'] + crawl['failed']:,} of {crawl['sites']:,}"
    return name


def moment(text: str) -> str:
    """A time of the history for people: `22 Nov 2026 06:10 UTC`."""
    return f"{parsed(text):%-d %b %Y %H:%M} UTC"


def day(text: str | pd.Timestamp) -> str:
    """A day for people: `22 November 2026`."""
    return f"{pd.Timestamp(text):%-d %B %Y}"


def parsed(text: str) -> datetime:
    """A time of the history."""
    return datetime.fromisoformat(text)


def sites(count: int) -> str:
    """`1 site`, `804 sites`."""
    return f"{count:,} site" if count == 1 else f"{count:,} sites"


def draw(figure: altair.LayerChart | altair.Chart, *, key: str, alt: str) -> None:
    """Show a chart. `alt` says what it shows to whoever cannot see it."""
    # The tests hold every chart against Vega-Lite's schema; to do so at each rerun costs more than all the rest of it.
    spec = figure.to_dict(validate=False)
    # Altair's theme fixes a size; the page decides it.
    spec.get("config", {}).pop("view", None)
    st.vega_lite_chart(spec=spec, key=key, alt=alt)


def table(rows: pd.DataFrame, columns: dict[str, Any], name: str, *, label: str, expanded: bool = False) -> None:
    """The numbers of a chart as a table, folded away, with the same numbers as CSV."""
    with st.expander(label, expanded=expanded):
        shown = rows[list(columns)]
        st.dataframe(shown, hide_index=True, column_config=columns, alt=label)
        st.download_button(
            "Download CSV",
            shown.to_csv(index=False),
            file_name=f"{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"csv-{name}",
        )
