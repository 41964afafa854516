"""Charts by their specification."""

from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import charts, theme
from tracker.publish.palette import dodged

NO_MARKS = pd.DataFrame({"day": pd.to_datetime([]), "title": [], "number": [], "row": []})


def rows(*figures: tuple[str, str, float, float, float, int, int]) -> pd.DataFrame:
    columns = ["agent", "day", "percent", "low", "high", "stretch", "agent_existed"]
    frame = pd.DataFrame(figures, columns=columns)
    return frame.assign(day=pd.to_datetime(frame["day"]), blocked=1, blocked_named=1, n=10)


def marks_of(spec: dict[str, Any]) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


def layer(spec: dict[str, Any], mark: str) -> dict[str, Any]:
    return next(one for one in spec["layer"] if one["mark"]["type"] == mark)


def drawn(spec: dict[str, Any], one: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = spec["datasets"][one["data"]["name"]]
    return found


def share_lines(frame: pd.DataFrame, marks: pd.DataFrame = NO_MARKS) -> dict[str, Any]:
    spec: dict[str, Any] = charts.share_lines(frame, theme.agent_colours(frame["agent"].unique()), marks).to_dict()
    return spec


def test_a_share_is_a_step_that_holds_until_the_next_and_breaks_at_gaps() -> None:
    spec = share_lines(rows(("GPTBot", "2024-01-01", 10, 10, 10, 1, 1), ("GPTBot", "2024-02-01", 20, 20, 20, 2, 1)))
    line = layer(spec, "line")
    assert line["mark"]["interpolate"] == "step-after"
    assert "stretch" in [one["field"] for one in line["encoding"]["detail"]]


def test_the_band_of_the_unknown_is_drawn_only_where_something_is_unknown() -> None:
    known = ("GPTBot", "2024-01-01", 10.0, 10.0, 10.0, 1, 1)
    assert "area" not in marks_of(share_lines(rows(known, ("GPTBot", "2024-02-01", 10, 10, 10, 1, 1))))
    band = layer(share_lines(rows(known, ("GPTBot", "2024-02-01", 10, 8, 18, 1, 1))), "area")
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("low", "high")


def test_only_a_single_day_is_a_dot() -> None:
    spec = share_lines(
        rows(
            ("GPTBot", "2024-01-01", 10, 10, 10, 1, 1),
            ("GPTBot", "2024-02-01", 10, 10, 10, 2, 1),
            ("GPTBot", "2024-03-01", 10, 10, 10, 2, 1),
        )
    )
    assert [row["dot"] for row in drawn(spec, layer(spec, "point"))] == [1, 0, 0]


def test_days_before_the_agent_existed_are_fainter_and_reach_its_first_day() -> None:
    spec = share_lines(rows(("GPTBot", "2023-08-01", 5, 5, 5, 1, 0), ("GPTBot", "2023-08-07", 9, 9, 9, 1, 1)))
    lines = drawn(spec, layer(spec, "line"))
    assert [(row["era"], row["day"][:10], row["percent"]) for row in lines] == [
        ("before", "2023-08-01", 5),
        ("before", "2023-08-07", 5),
        ("since", "2023-08-07", 9),
    ]
    assert lines[0]["opacity"] < lines[-1]["opacity"]


def test_events_are_dashed_rules_with_numbers() -> None:
    events = pd.DataFrame({"day": pd.to_datetime(["2024-01-10", "2024-01-11", "2025-01-01"]), "title": ["a", "b", "c"]})
    marks = charts.numbered(events, pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31"))
    assert marks["number"].tolist() == ["1", "2"]
    assert marks["row"].tolist() == [0, 1]
    spec = share_lines(rows(("GPTBot", "2024-01-01", 9, 9, 9, 1, 1), ("GPTBot", "2024-12-31", 9, 9, 9, 1, 1)), marks)
    assert layer(spec, "rule")["mark"]["strokeDash"]


def test_no_events_in_the_period_draw_nothing() -> None:
    events = pd.DataFrame({"day": pd.to_datetime(["2020-01-01"]), "title": ["a"]})
    assert charts.numbered(events, pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31")).empty


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_labels_keep_their_distance_their_order_and_the_frame(places: list[float]) -> None:
    moved = dodged(places, 10, 100)
    for lower, upper in pairwise(sorted(moved)):
        assert upper - lower >= 10 - 1e-9
    assert min(moved) >= 0
    assert max(moved) <= 100
    order = sorted(range(len(places)), key=lambda index: places[index])
    assert sorted(moved) == [moved[index] for index in order]


def test_verdict_bars_differ_in_thickness_and_mark_the_capture() -> None:
    day = pd.Timestamp("2024-01-01")
    bars = pd.DataFrame(
        {
            "agent": ["GPTBot", "GPTBot"],
            "verdict": ["allowed", "blocked"],
            "by": ["through *", "by name"],
            "start": [day, day + pd.Timedelta(days=10)],
            "end": [day + pd.Timedelta(days=10), day + pd.Timedelta(days=20)],
            "existed": [False, True],
        }
    )
    spec = charts.verdict_bars(bars, ["GPTBot"], day).to_dict()
    assert marks_of(spec) == ["bar", "rule"]
    thickness = [row["thickness"] for row in drawn(spec, spec["layer"][0])]
    assert thickness == [theme.VERDICT_HEIGHTS["allowed"], theme.VERDICT_HEIGHTS["blocked"]]
    assert marks_of(charts.verdict_bars(bars, ["GPTBot"], None).to_dict()) == ["bar"]


@pytest.mark.parametrize(("open_stock", "dashes"), [(False, 2), (True, 3)])
def test_tokens_are_on_a_clipped_logarithmic_axis_and_the_assumed_is_dotted(open_stock: bool, dashes: int) -> None:
    names = ["demand", "stock", *(["stock still open"] if open_stock else [])]
    bands = pd.DataFrame(
        [(name, year, 1e13, 1e14, 1e15) for name in names for year in (2024.0, 2030.0)],
        columns=["series", "year", "low", "median", "high"],
    )
    measured = pd.DataFrame(
        {"model": ["m"], "day": ["2024-01-01"], "year": [2024.0], "tokens": [1e13], "tokens_t": [10]}
    )
    spec = charts.demand_and_stock(bands, measured, 2021.0, 2040.0).to_dict()
    line = layer(spec, "line")
    assert line["mark"]["clip"]
    assert line["encoding"]["y"]["scale"]["type"] == "log"
    patterns = line["encoding"]["strokeDash"]["scale"]["range"]
    assert len(patterns) == dashes
    assert (patterns[-1] != patterns[0]) is open_stock


def test_dots_stand_on_both_sides_and_the_last_bin_is_called_later() -> None:
    dots = pd.DataFrame(
        {
            "case": ["with restrictions", "nothing closed"],
            "year": [2028, 2040],
            "place": [1, -1],
            "when": ["mid 2028", "not before the horizon"],
        }
    )
    spec = charts.exhaustion_dots(dots, 2024.0, 2040).to_dict()
    axis = spec["encoding"]["x"]["axis"]
    assert axis["values"][-1] == 2040
    assert "'later'" in axis["labelExpr"]
