"""What the charts are drawn from: change points, stretches, bounds, bars."""

from pathlib import Path

import pandas as pd
import pytest

from dashboard import data
from dashboard.data import History
from tracker.store.query import Reader


@pytest.fixture
def history(small_history: Path) -> History:
    with Reader(small_history) as reader:
        return History(str(small_history), reader.generation())


def daily(days: list[str], blocked: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "agent": "GPTBot",
            "day": pd.to_datetime(days),
            "members": 10,
            "readable": 8,
            "absent": 0,
            "unknown": 2,
            "blocked": blocked,
            "blocked_named": blocked,
            "agent_existed": 1,
        }
    )


@pytest.mark.parametrize(
    ("days", "blocked", "kept", "stretches"),
    [
        (["2024-01-01"], [1], [0], [1]),
        (["2024-01-01", "2024-01-02", "2024-01-03"], [1, 1, 1], [0, 2], [1, 1]),
        (["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"], [1, 2, 2, 2], [0, 1, 3], [1, 1, 1]),
        (["2024-01-01", "2024-01-02", "2024-01-05", "2024-01-06"], [1, 1, 1, 1], [0, 1, 2, 3], [1, 1, 2, 2]),
    ],
)
def test_only_days_that_a_step_line_needs_are_kept(
    days: list[str], blocked: list[int], kept: list[int], stretches: list[int]
) -> None:
    found = data.turning_points(daily(days, blocked))
    assert found["day"].tolist() == [pd.Timestamp(days[index]) for index in kept]
    assert found["stretch"].tolist() == stretches


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2024-01-03", [("2024-01-03", 1), ("2024-01-05", 2), ("2024-01-06", 2), ("2024-02-01", 3)]),
        ("2024-01-05", [("2024-01-05", 2), ("2024-01-06", 2), ("2024-02-01", 3)]),
        ("2024-01-20", [("2024-02-01", 3)]),
    ],
)
def test_a_period_begins_with_the_level_that_held_then(start: str, expected: list[tuple[str, int]]) -> None:
    days = [f"2024-01-0{day}" for day in range(1, 7)] + ["2024-02-01"]
    points = data.turning_points(daily(days, [1, 1, 1, 1, 2, 2, 3]))
    found = data.from_day(points.assign(date=points["day"].astype(str)), pd.Timestamp(start))
    assert [(str(row.day.date()), row.blocked) for row in found.itertuples()] == expected


def test_bounds_count_the_unknown_sites_both_ways() -> None:
    row = data.with_bounds(daily(["2024-01-01"], [4]), sample=False).iloc[0]
    assert (row["n"], row["percent"], row["low"], row["high"]) == (8, 50.0, 40.0, 60.0)


def test_a_sample_has_a_wilson_interval_instead() -> None:
    row = data.with_bounds(daily(["2024-01-01"], [4]), sample=True).iloc[0]
    assert row["low"] == pytest.approx(21.5, abs=0.1)
    assert row["high"] == pytest.approx(78.5, abs=0.1)


def test_shares_of_a_history(history: History) -> None:
    rows = data.shares(history, "made-up", ("GPTBot", "CCBot"), "effective_full", None)
    last = rows[rows["day"] == rows["day"].max()].set_index("agent")
    assert last["blocked"].to_dict() == {"CCBot": 1, "GPTBot": 2}
    assert last["percent"].to_dict() == {"CCBot": 25.0, "GPTBot": 50.0}
    assert last["high"].to_dict() == {"CCBot": 40.0, "GPTBot": 60.0}
    assert len(rows) < 12


def test_the_league_has_every_agent_on_the_last_day(history: History) -> None:
    league = data.league(history, "made-up", "effective_full")
    assert league.iloc[0]["agent"] == "GPTBot"
    assert set(league["date"]) == {"2023-10-01"}
    assert len(league) == 5


def test_text_that_is_null_is_none_and_not_nan(history: History) -> None:
    assert data.captures(history, "absent.example").iloc[0]["body_sha256"] is None


def test_bars_end_at_the_horizon_and_part_where_the_agent_began(history: History) -> None:
    bars = data.bars(
        data.site_history(history, "news.example"), data.agents(history), ["GPTBot"], "2023-10-01T06:00:00Z"
    )
    assert bars[["verdict", "by", "existed"]].values.tolist() == [
        ["partial", "through *", False],
        ["partial", "through *", True],
        ["blocked", "by name", True],
    ]
    assert bars["start"].iloc[1] == pd.Timestamp("2023-08-07")
    assert bars["end"].iloc[-1] == pd.Timestamp("2023-10-01T06:00:00")
