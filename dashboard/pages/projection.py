"""Projection: when the text runs out, and how much sooner if doors close."""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, components, data, outlook
from dashboard.data import History
from tracker import reference
from tracker.core.dates import decimal_year
from tracker.core.definitions import DEFINITIONS, HEADLINE
from tracker.core.projection import Projection, project
from tracker.core.scenarios import AccessLayer, Demand, Scenario
from tracker.errors import DrywellError, NoHistory
from tracker.publish.measured import Measured
from tracker.publish.projection import DEFAULT_SCENARIO
from tracker.publish.projection_words import chance_words
from tracker.reference.scenarios import NamedScenario

OWN = "as in the scenario"
OFF, MEASURED, SCENARIO = "off", "measured", "scenario"
_LAYERS = {
    OFF: "Nothing is closed, as Epoch's paper assumes.",
    MEASURED: "What robots.txt of a panel closes to an agent, as measured here.",
    SCENARIO: "The scenario's own restrictions.",
}
_SHARES = [OWN, "0 %", "25 %", "50 %", "75 %", "100 %"]
_WEIGHTS = [OWN, "0.25", "0.5", "1", "2"]


def show() -> None:
    st.title("When does the text run out, and how much sooner if doors close?")
    try:
        _body(_history())
    except DrywellError as error:
        components.failed(error)


def _history() -> History | None:
    """The history if there is one; the projection itself needs none."""
    try:
        history = data.opened()
    except NoHistory:
        return None
    except DrywellError as error:
        components.failed(error)
        return None
    components.banner(history)
    return history if data.panels(history) else None


def _body(history: History | None) -> None:
    known = data.known_scenarios()
    first, second, third = st.columns([2, 1.4, 1.2])
    with first:
        start = list(known).index(DEFAULT_SCENARIO)
        name = st.selectbox("Scenario", list(known), start, key="scenario", bind="query-params", help=_titles(known))
    with second:
        layer = _layer(history)
    with third:
        demand = st.selectbox("Demand", [OWN, *Demand], key="demand", bind="query-params")
    measured = _measured(history, name) if layer == MEASURED and history is not None else None
    chosen = measured.chosen if measured else known[name]
    scenario = chosen.scenario
    if layer != SCENARIO and measured is None:
        scenario = replace(scenario, access=AccessLayer.OFF)
    scenario = _tuned(scenario, demand)
    projection = project(scenario)
    _answer(projection, measured)
    _charts(projection)
    _limits()
    _inputs(chosen, scenario)


def _titles(known: dict[str, NamedScenario]) -> str:
    return "\n\n".join(f"**{one.id}**: {one.title}" for one in known.values())


def _layer(history: History | None) -> str:
    layers = [OFF, SCENARIO] if history is None else [MEASURED, OFF, SCENARIO]
    words = "\n\n".join(f"**{layer}**: {_LAYERS[layer]}" for layer in layers)
    chosen: str = st.selectbox("Restrictions", layers, key="access", bind="query-params", help=words)
    return chosen


def _measured(history: History, scenario: str) -> Measured | None:
    """The scenario with the share of the chosen panel and agent on its last day; None if nothing is known of it."""
    left, right = st.columns(2)
    with left:
        panel = components.panel_filter(history)
    league = data.league(history, panel, HEADLINE)
    if league.empty:
        st.info(f"Nothing is known of panel {components.plain(panel)} yet, so nothing is taken as closed.")
        return None
    with right:
        agent = st.selectbox("Closed to", league["agent"].tolist(), key="agent", bind="query-params")
    return data.measured(history, scenario, agent, panel)


def _tuned(scenario: Scenario, demand: str) -> Scenario:
    """The scenario with the page's other controls in place of its own values."""
    changes: dict[str, Any] = {} if demand == OWN else {"demand": demand}
    columns = st.columns(3)
    controls = (
        (
            "token_weight",
            "Token weight",
            _WEIGHTS,
            "Tokens on a closed site against tokens on an average one.",
        ),
        ("compliance", "Compliance", _SHARES, "How much of what is closed is in fact left alone."),
        (
            "retroactivity",
            "Retroactivity",
            _SHARES,
            "How much of the old copies of closed sites is lost too.",
        ),
    )
    for column, (field, label, options, words) in zip(columns, controls, strict=True):
        with column:
            chosen = st.selectbox(
                label, options, key=field, bind="query-params", help=words, disabled=not scenario.restricts
            )
        if chosen != OWN:
            changes[field] = float(chosen.removesuffix(" %")) / (100 if chosen.endswith("%") else 1)
    return replace(scenario, **changes)


def _answer(projection: Projection, measured: Measured | None) -> None:
    """The year in words, its interval, and what restrictions move."""
    horizon = projection.scenario.horizon
    free = outlook.median_words(projection.unrestricted, horizon)
    if projection.scenario.restricts:
        closed = outlook.median_words(projection.years, horizon)
        both = (
            f"{closed}, with restrictions or without"
            if closed == free
            else f"{closed} with restrictions, {free} without"
        )
        st.subheader(outlook.capital(both))
        st.markdown(f"Restrictions bring the date forward by **{outlook.forward_words(projection)}**, draw by draw.")
    else:
        st.subheader(f"{outlook.capital(free)}, with nothing closed")
    never = chance_words(projection.never_before_horizon)
    st.markdown(
        f"The median year in which one training run would use the whole accessible stock of human text; "
        f"80 % interval {outlook.interval(projection)}. In {never} of {projection.draws:,} draws it does not "
        f"happen before {horizon:.0f}."
    )
    if measured is not None:
        st.markdown(_measured_words(measured.facts))
    st.info(
        "Epoch's paper (Villalobos et al. 2024) contains no blocking at all: its 2026 to 2032 takes all indexed text "
        "as usable. Articles that tie these years to a trend of blocking misquote it. What closing changes is added "
        "here, on top of the paper's model.",
        icon=":material/info:",
    )


def _measured_words(facts: dict[str, Any]) -> str:
    """What was measured, when and of how many, and what follows from it."""
    of_panel = facts["of_panel"]
    unknown = (
        f" ({facts['low']:.1f} to {facts['high']:.1f} % with the unknown sites)" if facts["high"] > facts["low"] else ""
    )
    ahead = (
        "Where it goes from there is forecast from what these sites did so far."
        if facts["forecast"]
        else f"It is held where it is, for it is not forecast: {'; '.join(facts['forecast_refused'])}."
    )
    return (
        f"Measured: {of_panel['percent']:.1f} % of {components.sites(of_panel['known'])} of panel "
        f"{components.plain(facts['panel'])} shut {components.plain(facts['agent'])} out on "
        f"{components.day(facts['date'])}{unknown}; counted so: "
        f"{DEFINITIONS[HEADLINE].sentence.replace('*', '`*`')}. {ahead} A share of sites is no share "
        "of tokens: the token weight says how much text those sites hold against others, and is assumed."
    )


def _charts(projection: Projection) -> None:
    scenario = projection.scenario
    dots, later = outlook.dots(projection)
    st.subheader("The year, as twenty equal chances")
    years = charts.exhaustion_dots(dots, scenario.start_year, later)
    components.draw(years, key="dots", alt="Twenty equally likely years in which human text runs out")
    later_words = f"Later: in {later}, after it, or never."
    st.caption(f"Each dot is a chance of 1 in 20. {later_words}")
    st.subheader("Demand against stock")
    bands = outlook.bands(projection)
    tokens = charts.demand_and_stock(bands, _data_sets(), _FIRST_DATA, float(later))
    components.draw(
        tokens,
        key="bands",
        alt="Tokens demanded by the largest training run, and stock of human text, by year",
    )
    st.caption(
        "Tokens, logarithmic; T is a trillion. Grey points: measured, the training sets that are known. Dashes with "
        "bands of 80 %: forecast, growth goes on as the scenario says. Dots: assumed, what restrictions leave open."
    )
    components.table(bands, _BANDS, f"projection-{scenario.demand}", label="The same as a table")


_FIRST_DATA = 2021.0
_BANDS = {
    "year": st.column_config.NumberColumn("year", format="%.0f"),
    "series": "series",
    "low": st.column_config.NumberColumn("10 % point", format="scientific"),
    "median": st.column_config.NumberColumn("median", format="scientific"),
    "high": st.column_config.NumberColumn("90 % point", format="scientific"),
}


def _data_sets() -> pd.DataFrame:
    known = [(row.model, row.day, row.tokens_t) for row in reference.datasets() if row.modality == "text"]
    frame = pd.DataFrame(known, columns=["model", "day", "tokens_t"])
    years = [decimal_year(date.fromisoformat(day)) for day in frame["day"]]
    return frame.assign(year=years, tokens=frame["tokens_t"] * 1e12)


def _limits() -> None:
    with st.expander("What this does not say"):
        st.markdown(
            "- That progress stops: other data, better use of data and synthetic text are not in the plain model.\n"
            "- That the interval holds all doubt: it is what the inputs leave open if the trends go on.\n"
            "- That robots.txt is access: some crawlers ignore it, and some sites refuse what their file allows.\n"
            "- That old copies are gone: retroactivity says how far a site that closes takes them along.\n"
            "- That all text is worth the same: sites that close are often the better written ones."
        )


def _inputs(chosen: NamedScenario, scenario: Scenario) -> None:
    """Every input in force with where it comes from; what the controls above changed says so."""
    rows = []
    for field, value in _values(scenario).items():
        origin = chosen.origins.get(field)
        own = value == getattr(chosen.scenario, field)
        rows.append(
            {
                "input": field.replace("_", " "),
                "value": outlook.value_words(field, value),
                "source": origin.source if origin and own else "" if own else "set above",
                "date": origin.date if origin and own else "",
                "note": origin.note if origin and own else "",
            }
        )
    if chosen.note:
        st.caption(components.plain(chosen.note))
    names = {name: name for name in ("input", "value", "source", "date", "note")}
    components.table(pd.DataFrame(rows), names, f"inputs-{chosen.id}", label="Inputs, with source and date")


def _values(scenario: Scenario) -> dict[str, object]:
    """The inputs of a scenario by field name, in the order in which they are declared."""
    return {name: getattr(scenario, name) for name in scenario.as_dict()}
