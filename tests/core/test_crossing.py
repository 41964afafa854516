"""The solver of the projection against algebra and against the equations written out."""

from dataclasses import replace
from math import exp, isinf, log, sqrt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tracker.core.projection import Scenario, closed_form, project

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
        {"block_year": 2027.4, "retroactivity": 0.0, "observed_year": 2032.2, "long_run_share": 0.9},
        {"retroactivity": 0.0, "observed_year": 2026.2, "long_run_share": 0.9},
        {"demand": "compute", "synthetic_regime": "accumulate", "licensed_tokens": 5e12},
    ],
)
def test_demand_equals_supply_in_the_year_found(changes):
    inputs = {"synthetic_share": 0.3, "synthetic_value": 0.5, "restricted_share": 0.4, "token_weight": 0.8}
    s = replace(CERTAIN, access="terms", compliance=0.7, relicensed=0.2, **{**inputs, **changes})
    t = certain_years(s)
    assert t == pytest.approx(2029.0, abs=2.0)
    tracked = s.restricted_share
    if s.long_run_share is not None:
        tracked = s.long_run_share + (tracked - s.long_run_share) * exp(-0.23 * max(t - s.observed_year, 0))
        tracked *= min(max((t - s.block_year) / (s.observed_year - s.block_year), 0.0), 1.0)
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
