"""The projection as it is shown: words, scenarios side by side, what moves nothing, the draws as a file."""

import csv
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest

from tracker.errors import UsageError
from tracker.publish import projection
from tracker.publish.projection_words import (
    chance_words,
    interval_words,
    months_span,
    months_words,
    year_words,
)


def report(name: str, *texts: str, draws: int = 4_000):
    return projection.report(projection.changed(projection.find(name), texts), draws)


@pytest.mark.parametrize(
    ("name", "median", "low", "high", "never"),
    [
        ("epoch-faster", 2027.2, None, None, 0),
        ("largest-disclosed", 2028.2, 2026.8, 2029.9, 0),
        ("closed-laboratories", 2028.9, 2027.4, 2030.6, 0),
        ("slower", 2031.6, 2028.5, 2036.8, 0.01),
        ("flat", 2042, None, inf, 0.21),
    ],
)
def test_the_readings_of_demand_are_those_of_the_reproduction(name, median, low, high, never) -> None:
    _, found = projection.report(projection.anchors()[name])
    assert found.median == pytest.approx(median, abs=0.25)
    assert found.never_before_horizon == pytest.approx(never, abs=0.02)
    for got, wanted in zip(found.interval(0.8), (low, high), strict=True):
        assert wanted is None or got == pytest.approx(wanted, abs=0.3)


def test_the_readings_of_demand_close_nothing_and_have_sources() -> None:
    for one in projection.anchors().values():
        assert not one.scenario.restricts
        assert all(origin.source and origin.date for origin in one.origins.values())


def test_compare_is_each_report_in_short() -> None:
    known = {name: projection.find(name) for name in ("epoch-2024", "article")}
    rows = projection.compare(known, 2_000, 3)
    for row in rows:
        whole, _ = projection.report(known[row["scenario"]], 2_000, 3)
        assert row == {key: whole[key] for key in row}
    assert rows[0]["forward_months"]["median"] == 0
    assert rows[1]["forward_months"]["median"] == pytest.approx(4.7, abs=0.6)


def test_chances_rise_and_end_at_the_horizon_or_when_all_but_certain() -> None:
    found, _ = report("epoch-2024-access")
    chances = [row["probability"] for row in found["probability_by"]]
    assert chances == sorted(chances)
    assert all(row["probability"] >= row["unrestricted"] for row in found["probability_by"])
    assert chances[-1] >= 0.99
    flat, shown = projection.report(projection.anchors()["flat"], 4_000)
    assert flat["probability_by"][-1]["end_of"] == 2053
    assert flat["probability_by"][-1]["probability"] == pytest.approx(1 - shown.never_before_horizon)


def test_an_input_that_was_set_says_so() -> None:
    chosen = projection.changed(projection.find("epoch-2024"), ["quality=uniform(0.1,0.3)", "horizon=2060"])
    rows = {row["input"]: row for row in projection.inputs(chosen)}
    assert rows["quality"] | {"note": ""} == {
        "input": "quality",
        "value": pytest.approx(0.2),
        "low": 0.1,
        "high": 0.3,
        "level": 1.0,
        "dist": "uniform",
        "unit": "share",
        "in_play": True,
        "source": "set on the command line",
        "date": "",
        "note": "",
    }
    assert (rows["horizon"]["value"], rows["horizon"]["unit"]) == (2060, "year")
    assert rows["compliance"]["in_play"] is False
    assert rows["epochs"]["source"].startswith("Villalobos et al. 2024")
    beta = next(row for row in projection.inputs(projection.find("epoch-2024-access")) if row["input"] == "compliance")
    assert beta["low"] < 0.55 < beta["value"] < 0.95 < beta["high"]


@pytest.mark.parametrize(
    ("scenario", "text", "why"),
    [
        ("epoch-2024", "compliance=0.5", "compliance is not in play: nothing is closed, --set access=robots"),
        ("epoch-2024", "access=terms", "access=terms closes nothing: restricted_share is 0"),
        ("epoch-2024", "synthetic_share=0.2", "synthetic_share is not in play: there is no synthetic text"),
        ("epoch-2024", "synthetic_regime=replace", "synthetic_regime adds nothing: synthetic_share is 0"),
        ("reanchored-2026", "compute_growth=0.2", "compute_growth is not in play: demand is historical"),
        ("article", "block_year=2024", "block_year is not in play: retroactivity is 1"),
        ("article", "settling_rate=0.1", "settling_rate is not in play: long_run_share is none"),
        ("epoch-2024-access", "compliance=0.5", None),
    ],
)
def test_what_moves_nothing_is_said_and_moves_nothing(scenario, text, why) -> None:
    chosen = projection.changed(projection.find(scenario), [text])
    said = projection.idle(chosen, [text])
    if why is None:
        assert said == []
        return
    assert [words[: len(why)] for words in said] == [why]
    before, after = report(scenario, draws=500)[1], report(scenario, text, draws=500)[1]
    assert after.years == pytest.approx(before.years, abs=1e-6)


def test_the_draws_are_a_file_that_gives_the_same_figures(tmp_path: Path) -> None:
    found, projected = report("epoch-2024-access", "dataset_growth=uniform(1.0,2.5)", draws=3_000)
    path = tmp_path / "draws.csv"
    assert projection.write_draws(path, projected) == 3_000
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    years = np.array([float(row["year"]) for row in rows])
    assert np.median(years) == pytest.approx(found["median"], abs=1e-3)
    assert np.isinf(years).mean() == pytest.approx(found["never_before_horizon"])
    months = [float(row["months_forward"]) for row in rows if row["months_forward"]]
    assert np.median(months) == pytest.approx(found["forward_months"]["median"], abs=0.01)
    uncertain = {row["input"] for row in found["sensitivity"]}
    assert uncertain <= rows[0].keys()
    assert "long_run_share" in rows[0]
    assert min(float(row["dataset_growth"]) for row in rows) >= 1.0


def test_unknown_scenarios_and_inputs() -> None:
    with pytest.raises(UsageError, match=r"unknown scenario 'epoch-2025' \(did you mean epoch-2024\?\), use one of"):
        projection.find("epoch-2025")
    with pytest.raises(UsageError, match="--set quality: swapped bounds"):
        projection.changed(projection.find("article"), ["quality=lognormal(0.4,0.1)"])


def test_words() -> None:
    assert year_words(2028.89, 2054) == "late 2028"
    assert year_words(inf, 2054) == "not before 2054"
    assert interval_words((2027.1, 2032.4), 2054) == "early 2027 to mid 2032"
    assert interval_words((2027.1, inf), 2054) == "early 2027 to not before 2054"
    assert interval_words((inf, inf), 2054) == "not before 2054"
    assert months_words(0.12) == "1.4 months"
    assert months_words(1.06) == "13 months"
    assert months_words(-0.0) == "0.0 months"
    assert (months_words(nan), months_words(inf)) == ("no date to move", "from never to a date")
    assert months_span((0.03, 0.38)) == "0.4 to 4.6 months"
    assert (months_span((0.5, inf)), months_span((nan, nan))) == ("6.0 months or more", "unknown")
    chances = (0, 0.001, 0.5, 0.999, 1)
    assert [chance_words(chance) for chance in chances] == ["0 %", "less than 1 %", "50 %", "more than 99 %", "100 %"]
