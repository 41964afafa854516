"""The solver of the projection against algebra and against the equations written out."""

from dataclasses import replace
from math import exp, inf, isinf, log, log10, sqrt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.core.scenarios import CERTAIN
from tracker.core.exhaustion import collapse
from tracker.core.projection import closed_form, project


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


def formula(kept=1.0, overtraining=1.0, data=6.2e12, since=2024.0, growth=2.4):
    """The closed form of the paper for the historical leg, written out once more."""
    ahead = log(510e12 * 0.2 * 3.16 * 1.08 ** (since - 2024) * kept / (sqrt(overtraining) * data))
    return since + ahead / (log(growth) - log(1.08))


@pytest.mark.parametrize(
    ("changes", "year"),
    [
        ({}, formula()),
        ({"overtraining": 5}, formula(overtraining=5)),
        ({"overtraining": 100}, formula(overtraining=100)),
        ({"stock_tokens": 1530e12}, formula(kept=3)),
        ({"dataset_growth": 3.7}, formula(growth=3.7)),
        ({"dataset_tokens": 36e12, "dataset_year": 2025.3}, formula(data=36e12, since=2025.3)),
        ({"dataset_tokens": 36e12, "dataset_year": 2025.3, "start_year": 2026}, formula(data=36e12, since=2025.3)),
        ({"access": "robots", "restricted_share": 0.05}, formula(kept=0.95)),
        ({"access": "terms", "restricted_share": 0.45, "compliance": 0.5}, formula(kept=1 - 0.5 * 0.45)),
        ({"access": "edge", "restricted_share": 0.4, "token_weight": 0.5, "relicensed": 0.1}, formula(kept=0.82)),
        ({"access": "union", "restricted_share": 0.5, "overtraining": 5}, formula(kept=0.5, overtraining=5)),
        ({"access": "robots", "restricted_share": 1, "token_weight": 3, "compliance": 0.9}, formula(kept=0.118)),
    ],
)
def test_the_formula_of_the_paper_in_every_use(changes, year):
    assert certain_years(replace(CERTAIN, **changes)) == pytest.approx(year, abs=1e-8)


@pytest.mark.parametrize(
    ("changes", "year"),
    [
        # log10 of demand = log10(20 / sqrt(120)) + log10(C) / 2; of the stock: log10(322.32e12) + 0.0334 (t - 2024).
        ({}, 2024 + (log10(510e12 * 0.632) - log10(20 / sqrt(120)) - 12.775) / (0.35 - log10(1.08))),
        (
            {"compute_slowdown_year": 2026},
            2026 + (log10(510e12 * 0.632 * 1.08**2) - log10(20 / sqrt(120)) - 13.475) / (0.1 - log10(1.08)),
        ),
    ],
)
def test_the_formula_of_the_compute_leg(changes, year):
    assert certain_years(replace(CERTAIN, demand="compute", **changes)) == pytest.approx(year, abs=1e-8)


def test_a_mixture_of_certain_legs_is_half_of_each():
    legs = [certain_years(replace(CERTAIN, demand=demand)) for demand in ("historical", "compute")]
    projection = project(replace(CERTAIN, demand="mixture"), draws=1_000)
    assert sorted(projection.years) == pytest.approx([min(legs)] * 500 + [max(legs)] * 500, abs=1e-8)
    assert projection.median == pytest.approx(sum(legs) / 2)


def gap_written_out(s, t):
    """ln demand - ln supply of a certain scenario, term by term as the specification has them."""
    tracked = 0.0 if s.access == "off" else s.restricted_share
    if tracked and s.long_run_share is not None:
        ramp = min(max((t - s.block_year) / (s.observed_year - s.block_year), 0.0), 1.0)
        settling = exp(-s.settling_rate * max(t - s.observed_year, 0))
        tracked = (s.long_run_share + (tracked - s.long_run_share) * settling) * ramp
    lost = s.compliance * min(tracked * s.token_weight, 0.98) * (1 - s.relicensed)
    leg = min(s.stock_growth ** (s.block_year - t), 1.0)
    access = leg * (1 - s.retroactivity * lost) + (1 - leg) * (1 - lost)
    n, collapse = t - 2022, 0.0
    if s.synthetic_regime == "accumulate":
        sums = [sum(i**-2 for i in range(1, k + 1)) for k in (int(n), int(n) + 1)]
        collapse = 1 / sums[0] + (n - int(n)) * (1 / sums[1] - 1 / sums[0])
    elif s.synthetic_regime == "replace":
        collapse = 1 / n
    synthetic = 1 + s.synthetic_value * collapse * s.synthetic_share / (1 - s.synthetic_share)
    stock = s.stock_tokens * s.quality * s.epochs * s.stock_growth ** (t - 2024)
    supply = stock * access * synthetic + s.licensed_tokens + s.licensed_growth * (t - 2024)
    if s.demand == "historical":
        demand = s.dataset_tokens * s.dataset_growth ** (t - s.dataset_year)
    else:
        flop = s.compute_now + s.compute_growth * (min(t, s.compute_slowdown_year) - 2024)
        flop += s.compute_growth_after * max(t - s.compute_slowdown_year, 0)
        demand = 20 * sqrt(10**flop / 120)
    return log(demand * (sqrt(s.overtraining) if t >= 2025 else 1) / supply)


def first_crossing_written_out(s, step=1 / 32):
    """Small steps until demand is ahead, then bisection."""
    if gap_written_out(s, s.start_year) >= 0:
        return s.start_year
    steps = int((s.horizon - s.start_year) / step)
    for right in (s.start_year + step * k for k in range(1, steps + 1)):
        if gap_written_out(s, right) >= 0:
            low, high = right - step, right
            for _ in range(50):
                middle = (low + high) / 2
                low, high = (low, middle) if gap_written_out(s, middle) >= 0 else (middle, high)
            return high
    return inf


@settings(max_examples=100, deadline=None)
@given(
    changes=st.fixed_dictionaries(
        {
            "demand": st.sampled_from(["historical", "compute"]),
            "access": st.sampled_from(["off", "robots"]),
            "synthetic_regime": st.sampled_from(["off", "accumulate", "replace"]),
            "stock_tokens": st.floats(5e12, 4e15),
            "stock_growth": st.floats(1.0, 1.2),
            "dataset_growth": st.floats(1.5, 5.0),
            "compute_growth": st.floats(0.4, 0.9),
            "compute_slowdown_year": st.floats(2025.0, 2045.0),
            "overtraining": st.floats(1.0, 100.0),
            "restricted_share": st.floats(0.0, 1.0),
            "token_weight": st.floats(0.0, 1.5),
            "compliance": st.floats(0.0, 1.0),
            "retroactivity": st.floats(0.0, 1.0),
            "relicensed": st.floats(0.0, 1.0),
            "block_year": st.floats(2022.0, 2027.0),
            "observed_year": st.floats(2028.0, 2030.0),
            "long_run_share": st.none() | st.floats(0.0, 1.0),
            "settling_rate": st.floats(0.0, 2.0),
            "synthetic_share": st.floats(0.0, 0.9),
            "synthetic_value": st.floats(0.0, 2.0),
            "licensed_tokens": st.floats(0.0, 3e15),
            "licensed_growth": st.floats(0.0, 1e13),
            "start_year": st.sampled_from([2024.0, 2024.5, 2026.0, 2030.0]),
        }
    )
)
def test_solver_meets_the_equations_written_out(changes):
    scenario = replace(CERTAIN, **changes)
    expected = first_crossing_written_out(scenario)
    assume(not abs(gap_written_out(scenario, scenario.horizon)) < 1e-3)
    assert certain_years(scenario) == pytest.approx(expected, abs=1e-6)


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
    assert t == pytest.approx(first_crossing_written_out(s), abs=1e-8)
    assert gap_written_out(s, t) == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize("retroactivity", [0.0, 1.0])
def test_nothing_is_restricted_before_the_block_year(retroactivity):
    later = {"block_year": 2032.0, "observed_year": 2036.0, "long_run_share": 0.9, "retroactivity": retroactivity}
    s = replace(CERTAIN, access="robots", restricted_share=0.5, **later)
    assert certain_years(s) == certain_years(CERTAIN) < 2032


def test_a_licence_can_run_out_but_takes_no_human_text_along():
    s = replace(CERTAIN, licensed_tokens=10e12, licensed_growth=-10e12)
    assert certain_years(s) == pytest.approx(certain_years(CERTAIN), abs=1e-9)


@pytest.mark.parametrize("accumulate", [True, False])
def test_a_collapse_begins_after_the_first_generation(accumulate):
    assert [float(collapse(years, accumulate)) for years in (-3.0, 0.2, 1.0)] == [1, 1, 1]
    assert float(collapse(2.0, accumulate)) == pytest.approx(0.8 if accumulate else 0.5)


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
