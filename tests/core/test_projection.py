import json
from dataclasses import replace
from math import exp, inf, isinf, log, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tracker.core.distributions import Lognormal, beta, lognormal90, triangular, uniform
from tracker.core.projection import Scenario, closed_form, project, year_words
from tracker.core.scenarios import FIELDS, sample

EPOCH = Scenario()
HISTORICAL = replace(EPOCH, demand="historical")
ACCESS = replace(
    EPOCH,
    access="robots",
    restricted_share=0.25,
    long_run_share=beta(2.0, 3.0),
    token_weight=lognormal90(0.2, 1.2),
    compliance=beta(8.0, 2.0),
    retroactivity=uniform(0.0, 1.0),
    relicensed=0.1,
)
SYNTHETIC = {"synthetic_share": triangular(0.0, 0.3, 0.5), "synthetic_value": uniform(0.25, 1.0)}
CERTAIN = Scenario(
    stock_tokens=510e12,
    quality=0.2,
    epochs=3.16,
    stock_growth=1.08,
    dataset_tokens=6.2e12,
    dataset_growth=2.4,
    compute_now=25.55,
    compute_growth=0.7,
    compute_slowdown_year=2031.0,
    compute_growth_after=0.2,
    demand="historical",
)


def restricted(share, **changes):
    return replace(EPOCH, access="robots", restricted_share=share, **changes)


# Epoch's figures, as the paper prints them


@pytest.mark.parametrize(
    ("factors", "low", "median", "high"),
    [
        (("stock_tokens",), 130e12, 510e12, 2100e12),
        (("stock_tokens", "quality"), 22e12, 100e12, 490e12),
        (("stock_tokens", "quality", "epochs"), 65e12, 320e12, 1700e12),
    ],
)
def test_stock_is_epochs(factors, low, median, high):
    inputs = sample(EPOCH, 100_000, 0)
    got = np.quantile(np.prod([inputs[name] for name in factors], axis=0), [0.025, 0.5, 0.975])
    assert got[1] == pytest.approx(median, rel=0.03)
    assert [got[0], got[2]] == pytest.approx([low, high], rel=0.10)


@pytest.mark.parametrize(
    ("scenario", "median", "tolerance"),
    [
        (HISTORICAL, 2029.0, 0.2),
        (EPOCH, 2028.9, 0.25),
        (replace(EPOCH, overtraining=5.0), 2027.8, 0.2),
        (replace(EPOCH, overtraining=100.0), 2025.81, 0.2),
        (replace(HISTORICAL, overtraining=5.0), 2027.98, 0.2),
        (replace(HISTORICAL, overtraining=100.0), 2026.08, 0.2),
        (replace(HISTORICAL, dataset_tokens=36e12, dataset_year=2025.3, start_year=2025.3), 2028.2, 0.15),
        (replace(HISTORICAL, dataset_tokens=lognormal90(33e12, 80e12), dataset_year=2026.3), 2028.9, 0.15),
    ],
)
def test_medians_are_those_of_the_reproduction(scenario, median, tolerance):
    assert project(scenario).median == pytest.approx(median, abs=tolerance)


def test_interval_is_that_of_the_reproduction():
    projection = project(EPOCH)
    assert projection.interval(0.8) == pytest.approx((2027.0, 2032.2), abs=0.3)
    assert projection.interval(0.9) == pytest.approx((2026.6, 2035.1), abs=0.3)


def test_shifts_are_those_of_the_reproduction():
    base = project(EPOCH).median
    tripled = replace(EPOCH, stock_tokens=Lognormal(390e12, 6300e12, 0.95, 1530e12))
    assert project(tripled).median - base == pytest.approx(1.6, abs=0.15)
    assert project(replace(EPOCH, overtraining=5.0)).median - base == pytest.approx(-1.0, abs=0.2)


@pytest.mark.parametrize(
    ("scenario", "median", "low", "high", "forward"),
    [
        (ACCESS, 2028.77, 2026.95, 2031.81, 0.12),
        (restricted(0.05), 2028.82, 2026.97, 2031.99, 0.07),
        (restricted(0.25), 2028.50, 2026.71, 2031.34, 0.39),
        (restricted(0.28), 2028.45, 2026.67, 2031.24, 0.45),
        (restricted(0.35), 2028.31, 2026.57, 2030.99, 0.59),
        (restricted(0.45), 2028.08, 2026.43, 2030.64, 0.82),
        (restricted(0.45, retroactivity=0.0), 2028.68, 2026.90, 2031.49, 0.21),
        (restricted(0.25, long_run_share=0.98), 2027.83, 2026.42, 2029.61, 1.06),
        (replace(ACCESS, synthetic_regime="accumulate", **SYNTHETIC), 2028.96, None, None, 0.12),
        (replace(ACCESS, synthetic_regime="replace", **SYNTHETIC), 2028.82, None, None, 0.12),
    ],
)
def test_blocking_moves_the_date_by_weeks_to_months(scenario, median, low, high, forward):
    projection = project(scenario)
    assert projection.median == pytest.approx(median, abs=0.06)
    if low is not None:
        assert projection.interval(0.8) == pytest.approx((low, high), abs=0.16)
    assert projection.forward.median == pytest.approx(forward, abs=0.03)


# The solver


def certain_years(scenario):
    return float(project(scenario, draws=1).median)


@settings(max_examples=200, deadline=None)
@given(
    demand=st.sampled_from(["historical", "compute"]),
    stock=st.floats(1e11, 1e16),
    stock_growth=st.floats(0.95, 1.3),
    dataset=st.floats(1e11, 1e14),
    dataset_growth=st.floats(0.9, 4.0),
    dataset_year=st.floats(2020.0, 2027.0),
    compute=st.floats(23.0, 28.0),
    growth=st.floats(-0.1, 1.0),
    slowdown=st.floats(2020.0, 2060.0),
    overtraining=st.sampled_from([1.0, 0.5, 5.0, 100.0]),
    share=st.floats(0.0, 1.0),
    start=st.sampled_from([2024.0, 2025.3, 2023.7, 2025.0]),
)
def test_solver_meets_the_closed_form(
    demand,
    stock,
    stock_growth,
    dataset,
    dataset_growth,
    dataset_year,
    compute,
    growth,
    slowdown,
    overtraining,
    share,
    start,
):
    scenario = replace(
        CERTAIN,
        demand=demand,
        stock_tokens=stock,
        stock_growth=stock_growth,
        dataset_tokens=dataset,
        dataset_growth=dataset_growth,
        dataset_year=dataset_year,
        compute_now=compute,
        compute_growth=growth,
        compute_slowdown_year=slowdown,
        overtraining=overtraining,
        access="robots",
        restricted_share=share,
        token_weight=0.9,
        compliance=0.8,
        relicensed=0.1,
        start_year=start,
    )
    algebra, solved = closed_form(scenario), certain_years(scenario)
    # Where demand and supply run almost side by side the crossing itself is a matter of rounding.
    slopes = {log(dataset_growth), growth * log(10) / 2, 0.2 * log(10) / 2}
    assume(all(abs(slope - log(stock_growth)) > 1e-3 for slope in slopes))
    assume(isinf(algebra) == isinf(solved) or not 2053.999 < min(algebra, solved) < 2054.001)
    assert solved == pytest.approx(algebra, abs=1e-6)


def test_the_formula_of_the_paper():
    year = 2024 + log(510e12 * 0.2 * 3.16 / 6.2e12) / log(2.4 / 1.08)
    assert closed_form(CERTAIN) == pytest.approx(year, abs=1e-9)
    assert certain_years(CERTAIN) == pytest.approx(year, abs=1e-9)


@pytest.mark.parametrize(
    "changes",
    [
        {"retroactivity": 0.0},
        {"retroactivity": 0.4, "long_run_share": 0.7},
        {"long_run_share": 0.0},
        {"synthetic_regime": "accumulate"},
        {"synthetic_regime": "replace", "synthetic_share": 0.6},
        {"licensed_tokens": 20e12, "licensed_growth": 3e12},
        {"block_year": 2027.4, "retroactivity": 0.0, "observed_year": 2026.2, "long_run_share": 0.9},
        {"demand": "compute", "synthetic_regime": "accumulate", "licensed_tokens": 5e12},
    ],
)
def test_demand_equals_supply_in_the_year_found(changes):
    inputs = {"synthetic_share": 0.3, "synthetic_value": 0.5, "restricted_share": 0.4, "token_weight": 0.8}
    s = replace(CERTAIN, access="terms", compliance=0.7, relicensed=0.2, **{**inputs, **changes})
    t = certain_years(s)
    assert t == pytest.approx(2029.0, abs=2.0)
    settled = s.restricted_share if s.long_run_share is None else s.long_run_share
    tracked = settled + (s.restricted_share - settled) * exp(-0.23 * max(t - s.observed_year, 0))
    lost = min(tracked * 0.8, 0.98) * 0.8
    leg = min(1.08 ** (s.block_year - t), 1.0)
    access = leg * (1 - 0.7 * s.retroactivity * lost) + (1 - leg) * (1 - 0.7 * lost)
    n = t - 2022
    whole = {k: 1 / sum(i**-2 for i in range(1, k + 1)) for k in (int(n), int(n) + 1)}
    between = whole[int(n)] + (n - int(n)) * (whole[int(n) + 1] - whole[int(n)])
    collapse = {"off": 0.0, "accumulate": between, "replace": 1 / n}[s.synthetic_regime]
    synthetic = 1 + 0.5 * collapse * s.synthetic_share / (1 - s.synthetic_share)
    stock = 510e12 * 0.2 * 3.16 * 1.08 ** (t - 2024)
    supply = stock * access * synthetic + s.licensed_tokens + s.licensed_growth * (t - 2024)
    compute = 20 * sqrt(10 ** (25.55 + 0.7 * (t - 2024)) / 120)
    demand = compute if s.demand == "compute" else 6.2e12 * 2.4 ** (t - 2024)
    assert demand == pytest.approx(supply, rel=1e-7)


def test_used_up_already_is_the_start():
    scenario = replace(CERTAIN, dataset_tokens=1e18)
    assert certain_years(scenario) == closed_form(scenario) == 2024.0


def test_overtraining_can_end_it_on_the_day_it_starts():
    scenario = replace(CERTAIN, overtraining=1e4)
    assert certain_years(scenario) == closed_form(scenario) == 2025.0


def test_the_first_of_several_crossings_counts():
    # Compute shrinks after 2027: demand passes supply in 2026 and falls back below it later.
    scenario = replace(
        CERTAIN, demand="compute", compute_now=27.0, compute_slowdown_year=2027.0, compute_growth_after=-0.5
    )
    year = certain_years(scenario)
    assert year == pytest.approx(closed_form(scenario), abs=1e-6)
    assert 2025 < year < 2027


@pytest.mark.parametrize(
    "changes",
    [
        {"demand": "mixture"},
        {"synthetic_regime": "replace"},
        {"licensed_tokens": 1e12},
        {"access": "robots", "restricted_share": 0.2, "retroactivity": 0.5},
        {"access": "robots", "restricted_share": 0.2, "long_run_share": 0.5},
    ],
)
def test_closed_form_says_where_it_does_not_hold(changes):
    with pytest.raises(ValueError, match="no closed form"):
        closed_form(replace(CERTAIN, **changes))


# Draws


LATER_IF_MORE = ("stock_tokens", "quality", "epochs", "relicensed", "synthetic_value", "licensed_tokens")
SOONER_IF_MORE = (
    "dataset_tokens",
    "dataset_growth",
    "compute_now",
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
    "licensed_tokens": (0.0, 300e12),
    "dataset_tokens": (1e12, 100e12),
    "dataset_growth": (1.2, 5.0),
    "compute_now": (24.0, 27.0),
    "overtraining": (1.0, 100.0),
    "token_weight": (0.0, 1.2),
}


@settings(max_examples=150, deadline=None)
@given(data=st.data(), seed=st.integers(0, 5), regime=st.sampled_from(["off", "accumulate", "replace"]))
def test_monotone_in_every_input(data, seed, regime):
    field = data.draw(st.sampled_from(LATER_IF_MORE + SOONER_IF_MORE))
    low, high = sorted(data.draw(st.tuples(*[st.floats(*RANGES.get(field, (0.0, 1.0)))] * 2)))
    base = replace(ACCESS, synthetic_regime=regime, **SYNTHETIC)
    less, more = (project(replace(base, **{field: value}), 300, seed).years for value in (low, high))
    if field in SOONER_IF_MORE:
        less, more = more, less
    assert np.all(less <= more + 1e-7)


@pytest.mark.parametrize("regime", ["off", "accumulate"])
def test_access_off_is_zero_restriction_to_the_bit(regime):
    base = replace(ACCESS, synthetic_regime=regime, **SYNTHETIC)
    off, none = project(replace(base, access="off")), project(replace(base, restricted_share=0.0))
    assert off.years.tobytes() == none.years.tobytes()
    assert off.forward.years.tobytes() == none.forward.years.tobytes()
    assert off.forward.median == 0.0
    assert off.forward.interval(0.8) == (0.0, 0.0)
    assert project(base).unrestricted.tobytes() == off.years.tobytes()


def test_same_seed_same_bytes():
    first, again, other = project(ACCESS), project(ACCESS), project(ACCESS, seed=1)
    assert first.years.tobytes() == again.years.tobytes() != other.years.tobytes()
    assert json.dumps(first.summary()) == json.dumps(again.summary())


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
    off = project(replace(ACCESS, access="off"))
    assert np.array_equal(projection.forward.years, off.years - projection.years, equal_nan=True)
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
    assert bands.demand[0] == pytest.approx(6.2e12 * 2.4 ** (bands.years - 2024), rel=1e-4)
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
