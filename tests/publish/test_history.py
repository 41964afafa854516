"""`from tracker import History`: answers as DataFrames, in notebooks' hands."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from tests.publish.told import ANSWERS, day, sha
from tests.store.histories import BODIES
from tracker import History
from tracker.errors import NoHistory, QueryError, UsageError


@pytest.fixture
def history(told: Path):
    with History(str(told)) as opened:
        yield opened


def test_importing_tracker_stays_cheap() -> None:
    code = "import sys, tracker; sys.exit(len({'sqlalchemy', 'pandas', 'polars', 'tracker.store'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    import tracker

    with pytest.raises(AttributeError, match="no attribute 'Histories'"):
        _ = tracker.Histories


def test_a_query_in_either_frame(history: History) -> None:
    sql = "SELECT site, verdict, since FROM access_now WHERE agent = :agent ORDER BY site"
    found = history.query(sql, agent="GPTBot")
    assert isinstance(found, pd.DataFrame)
    assert list(found["verdict"]) == ["blocked", "blocked", "blocked", "unknown", "allowed"]
    assert found["since"][0] == pd.Timestamp(day(1))
    assert pd.isna(found["since"][3])
    same = history.query(sql, agent="GPTBot", frame="polars")
    assert same["since"].to_list()[0] == datetime(2024, 1, 2, 6, tzinfo=UTC)
    assert same["since"].to_list()[3] is None
    assert same["verdict"].to_list() == list(found["verdict"])


def test_dates_are_dates_and_numbers_stay_whole(history: History, told: Path) -> None:
    found = history.query("SELECT date, percent_blocked, blocked FROM shares WHERE agent = 'GPTBot'")
    assert str(found["date"].dtype).startswith("datetime64")
    assert found["blocked"].dtype == "int64"
    now = history.query("SELECT rank, named, last_checked FROM access_now")
    assert (str(now["rank"].dtype), str(now["named"].dtype)) == ("int64", "Int64")
    with History(str(told), frame="polars") as other:
        assert other.query("SELECT date FROM changes").schema == {"date": pl.Date}
        assert other.query("SELECT site AS date FROM sites").schema == {"date": pl.String}
        empty = other.query("SELECT date, site FROM changes WHERE site = 'nobody'")
        assert empty.shape == (0, 2)
    assert history.query("SELECT 1 AS a, 2 AS a").shape == (1, 2)
    with pytest.raises(UsageError, match="name each of them"):
        history.query("SELECT 1 AS a, 2 AS a", frame="polars")


def test_shares_with_bounds(history: History) -> None:
    found = history.shares(agent="gptbot")
    assert list(found["percent"]) == [percent for _, percent in ANSWERS[2]]
    assert list(found["date"].dt.strftime("%Y-%m-%d")) == [when for when, _ in ANSWERS[2]]
    last = found.iloc[-1]
    assert (last["n"], last["blocked"], last["blocked_named"], last["unknown"]) == (4, 3, 2, 1)
    assert (last["low"], last["high"]) == (60.0, 80.0)
    members = history.shares("GPTBot", "top", "named_root", "members", since="1d", frame="polars")
    assert members["percent"].to_list() == [20.0, 40.0]
    assert members["date"].to_list() == [date(2024, 1, 9), date(2024, 1, 10)]
    assert set(history.shares(["CCBot", "AI2Bot"])["agent"]) == {"CCBot", "AI2Bot"}
    assert set(history.shares()["agent"]) == {"GPTBot"}
    answered = history.shares("GPTBot", denominator="answered", since="2024-01-10").iloc[0]
    assert (answered["n"], answered["unknown"]) == (4, 1)


def test_changes_sites_panels_agents_and_bodies(history: History) -> None:
    assert list(history.changes(since="7d", agent="GPTBot")["site"]) == ["c.example", "b.example"]
    site = history.site("A.example")
    assert list(site.captures["body_sha256"]) == [sha("open"), sha("GPTBot shut")]
    assert history.body(site.captures["body_sha256"].iloc[-1]) == BODIES["GPTBot shut"][0]
    assert set(site.access["agent"]) == set(history.agents()["agent"])
    assert len(site.history) == 6
    assert (len(site.failures), len(site.signals), len(site.conflicts)) == (0, 0, 0)
    assert list(history.panels()["panel"]) == ["top"]
    assert history.about()["horizon"] == day(9)


def test_mistakes_are_told(history: History, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="did you mean shares"):
        history.query("SELECT * FROM share")
    with pytest.raises(UsageError, match="did you mean GPTBot"):
        history.shares("GTPBot")
    with pytest.raises(UsageError, match="unknown frame 'arrow', use one of: pandas, polars"):
        history.panels(frame="arrow")
    with pytest.raises(UsageError, match="in no panel"):
        history.site("z.example")
    with pytest.raises(UsageError, match="is no host"):
        history.changes(site="a b")
    with pytest.raises(NoHistory):
        History(str(tmp_path / "nothing.sqlite"))


def test_without_a_name_it_is_the_one_of_the_settings(told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATABASE", str(told))
    with History() as history:
        assert history.about()["sites"] == "5"
