import json
import subprocess
import sys
from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.scenarios import ACCESS, CERTAIN, EPOCH, SYNTHETIC
from tracker.core.distributions import Lognormal
from tracker.core.projection import closed_form, lognormal95, project, year_words
from tracker.core.scenarios import FIELDS, sample


def test_without_a_long_run_share_the_share_stands_still():
    always = replace(CERTAIN, overtraining=100.0, access="robots", restricted_share=0.2)
    assert project(always).median == pytest.approx(closed_form(always), abs=1e-6)
    # With one it rose from none in the block year, so that early years have less of it.
    assert project(replace(always, long_run_share=0.2)).median > closed_form(always) + 0.01


# Draws


LATER_IF_MORE = (
    "stock_tokens",
    "quality",
    "epochs",
    "stock_growth",
    "dataset_year",
    "relicensed",
    "block_year",
    "synthetic_share",
    "synthetic_value",
    "licensed_tokens",
    "licensed_growth",
)
SOONER_IF_MORE = (
    "dataset_tokens",
    "dataset_growth",
    "compute_now",
    "compute_growth",
    "compute_slowdown_year",
    "compute_growth_after",
    "overtraining",
    "restricted_share",
    "token_weight",
    "compliance",
    "retroactivity",
    "long_run_share",
)
RANGES = {
    "stock_tokens": (50e12, 4000e12),
    "quality": (0.05, 0.6),
    "epochs": (1.0, 16.0),
    "synthetic_value": (0.0, 2.0),
    "stock_growth": (1.0, 1.2),
    "dataset_year": (2020.0, 2028.0),
    "block_year": (2020.0, 2030.0),
    "synthetic_share": (0.0, 0.9),
    "licensed_tokens": (0.0, 300e12),
    "licensed_growth": (0.0, 50e12),
    "dataset_tokens": (1e12, 100e12),
    "dataset_growth": (1.2, 5.0),
    "compute_now": (24.0, 27.0),
    # Slower than afterwards and a later slow-down would be good news.
    "compute_growth": (0.5, 0.9),
    "compute_slowdown_year": (2026.0, 2045.0),
    "compute_growth_after": (0.0, 0.3),
    "overtraining": (1.0, 100.0),
    "token_weight": (0.0, 1.2),
}


@settings(max_examples=150, deadline=None)
@given(data=st.data(), seed=st.integers(0, 5), regime=st.sampled_from(["off", "accumulate", "replace"]))
def test_monotone_in_every_input(data, seed, regime):
    field = data.draw(st.sampled_from(LATER_IF_MORE + SOONER_IF_MORE))
    low, high = sorted(data.draw(st.tuples(*[st.floats(*RANGES.get(field, (0.0, 1.0)))] * 2)))
    base = replace(ACCESS, synthetic_regime=regime, **SYNTHETIC)
    if field.startswith("compute"):
        base = replace(base, compute_growth=lognormal95(0.5, 0.9))
    less, more = (project(replace(base, **{field: value}), 300, seed).years for value in (low, high))
    if field in SOONER_IF_MORE:
        less, more = more, less
    assert np.all(less <= more + 1e-9)


@pytest.mark.parametrize("regime", ["off", "accumulate"])
@pytest.mark.parametrize(
    "nothing", [{"restricted_share": 0.0}, {"token_weight": 0.0}, {"compliance": 0.0}, {"relicensed": 1.0}]
)
def test_access_off_is_zero_restriction_to_the_bit(regime, nothing):
    base = replace(ACCESS, synthetic_regime=regime, **SYNTHETIC)
    off, none = project(replace(base, access="off")), project(replace(base, **nothing))
    assert off.years.tobytes() == none.years.tobytes()
    assert off.bands.accessible.tobytes() == none.bands.accessible.tobytes()
    assert {**off.summary(), "scenario": None} == {**none.summary(), "scenario": None}
    assert off.forward.years.tobytes() == none.forward.years.tobytes()
    assert off.forward.median == 0.0
    assert off.forward.interval(0.8) == (0.0, 0.0)
    assert project(base).unrestricted.tobytes() == off.years.tobytes()


def test_same_seed_same_bytes():
    first, again, other = project(ACCESS), project(ACCESS), project(ACCESS, seed=1)
    assert first.years.tobytes() == again.years.tobytes() != other.years.tobytes()
    assert json.dumps(first.summary()) == json.dumps(again.summary())


def test_same_seed_same_bytes_in_another_process():
    code = """
import json
from tracker.core.projection import Scenario, project
p = project(Scenario(access="robots", restricted_share={"dist": "beta", "a": 2, "b": 3}), 2_000, 7)
print(p.years.tobytes().hex(), p.bands.accessible.tobytes().hex(), json.dumps(p.summary()))
"""
    said = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_numbers_alone_need_no_draws_and_no_seed():
    years = [project(CERTAIN, draws, seed).years for draws, seed in ((1, 0), (7, 3), (np.int64(20_000), 1))]
    assert [len(y) for y in years] == [1, 7, 20_000]
    assert {y.dtype for y in years} == {np.dtype(np.float64)}
    assert {float(year) for y in years for year in y} == {project(CERTAIN).median}


@pytest.mark.parametrize("field", [name for name in FIELDS if name != "restricted_share"])
def test_moving_one_slider_redraws_nothing_else(field):
    before = sample(ACCESS, 1_000, 0)
    middle = (FIELDS[field].low + FIELDS[field].high) / 2
    after = sample(replace(ACCESS, **{field: middle}), 1_000, 0)
    assert after[field] == middle
    assert all(np.array_equal(before[name], after[name]) for name in FIELDS if name != field)


def test_draws_outside_the_range_count_as_its_end():
    inputs = sample(replace(EPOCH, quality=Lognormal(0.5, 0.99, 0.5)), 1_000, 0)
    assert inputs["quality"].max() == 1.0


def test_forward_is_paired():
    projection = project(ACCESS)
    off = project(replace(ACCESS, access="off")).years
    dated = np.isfinite(off)
    assert dated.mean() > 0.99
    assert np.array_equal(projection.forward.years[dated], off[dated] - projection.years[dated])
    low, high = projection.forward.interval(0.8)
    assert 0 < low < projection.forward.median < high < 1


# Never, and what is said of it


SLOW = replace(CERTAIN, dataset_growth=Lognormal(1.05, 1.6, 0.9))


def test_never_counts_in_every_quantile():
    projection = project(SLOW, 5_000)
    never = projection.never_before_horizon
    assert 0.2 < never < 0.6
    assert projection.interval(0.9)[1] == inf
    assert projection.probability_by(2053.999) == pytest.approx(1 - never, abs=0.01)
    assert projection.probability_by(2024.0) == 0.0
    assert projection.summary()["interval_90"][1] is None


def test_the_chance_of_a_year_holds_the_draws_of_that_moment():
    projection = project(CERTAIN, 10)
    assert (projection.probability_by(projection.median), projection.probability_by(projection.median - 1e-9)) == (1, 0)


def test_never_either_way_says_nothing_of_a_date():
    projection = project(replace(SLOW, access="robots", restricted_share=0.5), 5_000)
    both = np.isinf(projection.years)
    only = np.isinf(projection.unrestricted) & ~both
    assert both.any()
    assert only.any()
    assert np.isnan(projection.forward.years[both]).all()
    assert np.isinf(projection.forward.years[only]).all()
    assert projection.forward.interval(0.9)[1] == inf


def test_all_never():
    projection = project(replace(CERTAIN, dataset_growth=1.0, access="robots", restricted_share=0.1), 10)
    assert projection.median == inf
    summary = json.loads(json.dumps(projection.summary(), allow_nan=False))
    assert summary["median"] is None
    assert summary["forward_median"] is None
    assert summary["never_before_horizon"] == 1.0


def test_summary_keys():
    summary = json.loads(json.dumps(project(ACCESS, 500, 3).summary(), allow_nan=False))
    assert list(summary) == [
        "median",
        "interval_80",
        "interval_90",
        "never_before_horizon",
        "forward_median",
        "forward_interval_80",
        "scenario",
        "draws",
        "seed",
    ]
    assert (summary["draws"], summary["seed"]) == (500, 3)
    assert summary["scenario"]["access"] == "robots"


def test_bands():
    bands = project(ACCESS, 2_000).bands
    assert list(bands.years) == [*range(2024, 2055)]
    for values in (bands.demand, bands.stock, bands.accessible):
        assert values.shape == (5, 31)
        assert np.all(np.diff(values, axis=0) > 0)
    assert np.all(bands.accessible < bands.stock)
    assert bands.stock[2, 0] == pytest.approx(320e12, rel=0.05)
    off = project(EPOCH, 2_000).bands
    assert np.array_equal(off.accessible, off.stock)


def test_bands_of_a_certain_scenario_are_lines():
    bands = project(CERTAIN).bands
    assert bands.demand[0] == pytest.approx(6.2e12 * 2.4 ** (bands.years - 2024), rel=1e-12)
    assert bands.stock[2] == pytest.approx(510e12 * 0.2 * 3.16 * 1.08 ** (bands.years - 2024), rel=1e-12)
    assert np.array_equal(bands.demand[0], bands.demand[4])


@pytest.mark.parametrize(
    ("year", "words"),
    [
        (2028.89, "late 2028"),
        (2028.0, "early 2028"),
        (2028.33, "early 2028"),
        (2028.34, "mid 2028"),
        (2028.66, "mid 2028"),
        (2028.67, "late 2028"),
        (2028.9999, "late 2028"),
        (inf, "not before the horizon"),
    ],
)
def test_year_words(year, words):
    assert year_words(year) == words


@pytest.mark.parametrize(("draws", "seed"), [(0, 0), (-1, 0), (10, -1)])
def test_draws_and_seed_are_checked(draws, seed):
    with pytest.raises(ValueError, match="at least"):
        project(EPOCH, draws, seed)


def test_level_is_checked():
    with pytest.raises(ValueError, match="between 0 and 1"):
        project(EPOCH, 10).interval(80)
