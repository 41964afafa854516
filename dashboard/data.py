"""The only place that opens a history: questions to `tracker.store.query.Reader`, answered as DataFrames.

Every answer is cached under the history's file and generation, so that it stays until a crawl adds something.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import pandas as pd
import streamlit as st

from tracker import settings
from tracker.core.estimate import Counts, Denominator, share
from tracker.publish.measured import Measured
from tracker.publish.measured import measured as measured_by
from tracker.publish.tokens import look
from tracker.reference.scenarios import NamedScenario, scenarios
from tracker.store.query import Reader, Rows

Answer = TypeVar("Answer")
_REMEMBERED = 64
HEADLINE_DENOMINATOR: str = Denominator.READABLE_OR_ABSENT


class History(NamedTuple):
    """A history as it is at one moment: the file, and its generation, which changes with every crawl."""

    database: str
    generation: str


def opened() -> History:
    """The history that the settings name. Raises DatabaseError and kin, one line with the mend."""
    database = settings.load().history
    with Reader(database) as reader:
        return History(database, reader.generation())


def _remembered(question: Callable[..., Answer]) -> Callable[..., Answer]:
    cached: Callable[..., Answer] = st.cache_data(show_spinner=False, max_entries=_REMEMBERED)(question)
    return cached


def _frame(rows: Rows) -> pd.DataFrame:
    """The rows with None where SQL has NULL in text; pandas would say NaN, which counts as true."""
    frame = pd.DataFrame(rows.rows, columns=list(rows.columns))
    words = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    frame[words] = frame[words].astype(object).where(frame[words].notna(), None)
    return frame


@_remembered
def about(history: History) -> dict[str, str]:
    """Facts about the file."""
    with Reader(history.database) as reader:
        return reader.about()


@_remembered
def panels(history: History) -> list[dict[str, Any]]:
    """The panels, the one looked at last first."""
    with Reader(history.database) as reader:
        return reader.panels()


@_remembered
def agents(history: History) -> pd.DataFrame:
    """The registry in this history, headline agents first."""
    with Reader(history.database) as reader:
        rows = reader.agents()
    return _frame(Rows(tuple(rows[0]), [tuple(row.values()) for row in rows]))


@_remembered
def league(history: History, panel: str, definition: str, denominator: str = HEADLINE_DENOMINATOR) -> pd.DataFrame:
    """Every agent on the last day of a panel, most blocked first."""
    with Reader(history.database) as reader:
        rows = reader.league(panel, definition, held=denominator == Denominator.ANSWERED)
    return with_bounds(_frame(rows), is_sample(history, panel), denominator)


@st.cache_resource(show_spinner=False)
def known_scenarios() -> dict[str, NamedScenario]:
    """The scenarios that ship with the program, by id."""
    return scenarios()


@_remembered
def measured(history: History, scenario: str, agent: str, panel: str) -> Measured:
    """A scenario with what robots.txt of a panel closes to an agent, as `tracker project --measured` has it."""
    with Reader(history.database) as reader:
        return measured_by(reader, known_scenarios()[scenario], look(reader, agent, panel=panel))


def shares(
    history: History,
    panel: str,
    agents: tuple[str, ...],
    definition: str,
    since: pd.Timestamp | None,
    denominator: str = HEADLINE_DENOMINATOR,
) -> pd.DataFrame:
    """Shares of some agents from a day on at the days that matter; see `turning_points` and `with_bounds`."""
    rows = _series(history, panel, agents, definition, denominator)
    return rows if since is None else from_day(rows, since)


@_remembered
def _series(history: History, panel: str, agents: tuple[str, ...], definition: str, denominator: str) -> pd.DataFrame:
    with Reader(history.database) as reader:
        daily = _frame(reader.shares(panel, agents, definition, held=denominator == Denominator.ANSWERED))
    days = turning_points(daily.assign(day=pd.to_datetime(daily["date"])))
    return with_bounds(days, is_sample(history, panel), denominator)


@_remembered
def last_crawl(history: History, panel: str) -> dict[str, Any] | None:
    """The newest crawl of a panel (view `crawls`)."""
    with Reader(history.database) as reader:
        return reader.newest_crawl(panel)


@_remembered
def sites(history: History) -> list[str]:
    """All sites of all panels, by name."""
    with Reader(history.database) as reader:
        return [row["site"] for row in reader.sites()]


@_remembered
def site(history: History, host: str) -> dict[str, Any]:
    """Sector, country, language and best rank of a site."""
    with Reader(history.database) as reader:
        found = reader.sql(
            "SELECT category, country, language, MIN(rank) AS rank, GROUP_CONCAT(list, ', ') AS panels "
            "FROM sites WHERE site = :host",
            {"host": host},
        ).dicts()
    return found[0]


@_remembered
def site_access(history: History, host: str) -> pd.DataFrame:
    """What a site says to each agent now."""
    with Reader(history.database) as reader:
        return _frame(reader.site_access(host))


@_remembered
def site_history(history: History, host: str) -> pd.DataFrame:
    """What a site said to each agent over time."""
    with Reader(history.database) as reader:
        return _frame(reader.site_history(host))


@_remembered
def captures(history: History, host: str) -> pd.DataFrame:
    """The runs of equal answers of a site, oldest first."""
    with Reader(history.database) as reader:
        return _frame(reader.captures(host))


@_remembered
def failures(history: History, host: str) -> pd.DataFrame:
    """The runs of failed attempts at a site, oldest first."""
    with Reader(history.database) as reader:
        return _frame(reader.failures(host))


@_remembered
def signals(history: History, host: str) -> pd.DataFrame:
    """What a site signals beside its rules, what is still true first."""
    with Reader(history.database) as reader:
        return _frame(reader.signals(host))


@_remembered
def signal_conflicts(history: History, host: str) -> pd.DataFrame:
    """Where the words of a site and its rules disagree now."""
    with Reader(history.database) as reader:
        return _frame(reader.signal_conflicts(host))


@_remembered
def body(history: History, sha256: str) -> bytes:
    """The bytes of a robots.txt."""
    with Reader(history.database) as reader:
        return reader.body(sha256)


def is_sample(history: History, panel: str) -> bool:
    """Whether a panel declares itself a sample of a population."""
    return any(row["panel"] == panel and row["is_sample"] for row in panels(history))


_LEVELS = ["members", "readable", "absent", "blocked", "blocked_named", "agent_existed"]
_HELD = ["held", "blocked_held", "blocked_named_held"]


def turning_points(daily: pd.DataFrame) -> pd.DataFrame:
    """The days that a step line needs: where a stretch begins or ends, and where a figure changes.

    `stretch` numbers the runs of days without a gap; nothing was known between two of them.
    """
    by_agent = daily.sort_values(["agent", "day"]).groupby("agent", sort=False)
    daily = daily.sort_values(["agent", "day"])
    gap = by_agent["day"].diff().dt.days.ne(1)
    daily = daily.assign(stretch=gap.groupby(daily["agent"]).cumsum())
    in_stretch = daily.groupby(["agent", "stretch"], sort=False)
    levels = _LEVELS + [name for name in _HELD if name in daily.columns]
    changed = daily[levels].ne(in_stretch[levels].shift()).any(axis=1)
    last = in_stretch["day"].transform("max").eq(daily["day"])
    return daily[changed | last].reset_index(drop=True)


def from_day(rows: pd.DataFrame, start: pd.Timestamp) -> pd.DataFrame:
    """What of a series of turning points falls on `start` or later; the level that held then begins there."""
    before = rows[rows["day"] <= start].groupby(["agent", "stretch"], sort=False).tail(1)
    lasts = rows.groupby(["agent", "stretch"])["day"].max().rename("last").reset_index()
    held = before.merge(lasts, on=["agent", "stretch"])
    held = held[held["last"] >= start].drop(columns="last").assign(day=start, date=str(start.date()))
    return pd.concat([held, rows[rows["day"] > start]]).sort_values(["agent", "day"]).reset_index(drop=True)


def with_bounds(rows: pd.DataFrame, sample: bool, denominator: str = HEADLINE_DENOMINATOR) -> pd.DataFrame:
    """Rows of `shares` with `n`, `percent`, and `low` and `high` in per cent as `core.estimate` has them.

    Of the sites that answered, those which did not leave every count and are unknown.
    """
    kind = Denominator(denominator)
    counted = [
        share(
            Counts(row.members, row.readable, row.absent, row.unknown, row.blocked, *_held_of(row)), kind, sample=sample
        )
        for row in rows.itertuples()
    ]
    intervals = [one.interval for one in counted]
    rows = _without_held(rows) if kind is Denominator.ANSWERED else rows
    return rows.assign(
        n=[one.n for one in counted],
        percent=[None if one.value is None else 100 * one.value for one in counted],
        low=[100 * interval.low if interval else None for interval in intervals],
        high=[100 * interval.high if interval else None for interval in intervals],
    )


def _held_of(row: Any) -> tuple[int, int]:
    return getattr(row, "held", 0), getattr(row, "blocked_held", 0)


def _without_held(rows: pd.DataFrame) -> pd.DataFrame:
    named = rows["blocked_named"] - rows["blocked_named_held"]
    blocked = rows["blocked"] - rows["blocked_held"]
    return rows.assign(
        blocked=blocked,
        blocked_named=named,
        blocked_wildcard=blocked - named,
        unknown=rows["unknown"] + rows["held"],
    )


def bars(stretches: pd.DataFrame, registry: pd.DataFrame, agents: list[str], horizon: str) -> pd.DataFrame:
    """The stretches of `access_history` of some agents as bars up to `horizon`, cut where each agent began to exist.

    Columns: agent, verdict, by, start, end (times), existed.
    """
    since = registry.set_index("agent")["since"]
    rows = []
    for row in stretches[stretches["agent"].isin(agents)].itertuples():
        start, end = _time(row.valid_from), _time(row.valid_to or horizon)
        born = _time(since[row.agent]) if since[row.agent] else start
        by = "" if pd.isna(row.named) else "by name" if row.named else "through *"
        for existed, left, right in ((False, start, min(end, born)), (True, max(start, born), end)):
            if left < right:
                rows.append((row.agent, row.verdict, by, left, right, existed))
    return pd.DataFrame(rows, columns=["agent", "verdict", "by", "start", "end", "existed"])


def _time(text: str) -> pd.Timestamp:
    return pd.Timestamp(text).tz_localize(None)
