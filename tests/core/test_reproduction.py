"""The figures of Epoch's paper and of its reproduction, with and without restrictions, year by year."""

from dataclasses import replace

import numpy as np
import pytest

from tracker.core.distributions import Lognormal
from tracker.core.projection import Scenario, lognormal90, lognormal95, project
from tracker.core.scenarios import sample
from tracker.reference import scenarios_path
from tracker.reference.scenarios import load_scenarios

EPOCH = Scenario()
HISTORICAL = replace(EPOCH, demand="historical")
REANCHORED = replace(HISTORICAL, dataset_tokens=lognormal90(33e12, 80e12), dataset_year=2026.3)
PRESETS = {name: found.scenario for name, found in load_scenarios(scenarios_path()).items()}
ACCESS = PRESETS["epoch-2024-access"]


def restricted(share, **changes):
    """So much of the text, tracked since the block year and unchanged from now on."""
    return replace(EPOCH, **{"access": "robots", "restricted_share": share, "long_run_share": share, **changes})


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
        (REANCHORED, 2028.9, 0.1),
        (replace(REANCHORED, dataset_growth=10**0.2), 2031.6, 0.1),
        (replace(HISTORICAL, dataset_growth=3.7), 2027.2, 0.1),
    ],
)
def test_medians_are_those_of_the_reproduction(scenario, median, tolerance):
    assert project(scenario).median == pytest.approx(median, abs=tolerance)


@pytest.mark.parametrize(
    ("scenario", "level", "ends", "tolerance"),
    [
        (EPOCH, 0.8, (2027.03, 2032.15), 0.1),
        (EPOCH, 0.9, (2026.56, 2035.13), 0.15),
        (HISTORICAL, 0.8, (2027.3, 2031.2), 0.1),
        (replace(HISTORICAL, dataset_tokens=36e12, dataset_year=2025.3), 0.8, (2026.8, 2029.9), 0.1),
        (REANCHORED, 0.8, (2027.4, 2030.6), 0.1),
        (replace(REANCHORED, dataset_growth=lognormal95(10**0.102, 10**0.298)), 0.8, (2028.5, 2036.8), 0.2),
    ],
)
def test_intervals_are_those_of_the_reproduction(scenario, level, ends, tolerance):
    assert project(scenario).interval(level) == pytest.approx(ends, abs=tolerance)


def test_no_public_run_has_used_all_text_yet():
    projection = project(EPOCH)
    assert projection.probability_by(2026.9) == pytest.approx(0.08, abs=0.01)
    later = projection.years[projection.years > 2026.9]
    assert np.quantile(later, [0.1, 0.5, 0.9]) == pytest.approx([2027.5, 2029.1, 2032.4], abs=0.1)


def test_shifts_are_those_of_the_reproduction():
    base = project(EPOCH).median
    tripled = replace(EPOCH, stock_tokens=Lognormal(390e12, 6300e12, 0.95, 1530e12))
    assert project(tripled).median - base == pytest.approx(1.6, abs=0.15)
    assert project(replace(EPOCH, overtraining=5.0)).median - base == pytest.approx(-1.0, abs=0.2)


@pytest.mark.parametrize(
    ("scenario", "median", "inner", "outer", "forward"),
    [
        (ACCESS, 2028.77, (2026.95, 2031.81), (2026.49, 2034.34), 0.12),
        (restricted(0.05), 2028.82, (2026.97, 2031.99), (2026.50, 2034.82), 0.07),
        (restricted(0.25), 2028.50, (2026.71, 2031.34), (2026.28, 2033.50), 0.39),
        (restricted(0.28), 2028.45, (2026.67, 2031.24), (2026.25, 2033.30), 0.45),
        (restricted(0.35), 2028.31, (2026.57, 2030.99), (2026.17, 2032.82), 0.59),
        (restricted(0.45), 2028.08, (2026.43, 2030.64), (2026.06, 2032.14), 0.82),
        (restricted(0.45, retroactivity=0.0), 2028.68, (2026.90, 2031.49), (2026.46, 2033.51), 0.21),
    ],
)
def test_blocking_moves_the_date_by_weeks_to_months(scenario, median, inner, outer, forward):
    projection = project(scenario)
    assert projection.median == pytest.approx(median, abs=0.05)
    assert projection.interval(0.8) == pytest.approx(inner, abs=0.1)
    assert projection.interval(0.9) == pytest.approx(outer, abs=0.15)
    assert project(EPOCH).median - projection.median == pytest.approx(forward, abs=0.04)
    assert projection.forward.median == pytest.approx(forward, abs=0.05)


def test_almost_everything_closed_in_the_long_run():
    projection = project(restricted(0.45, long_run_share=0.98))
    assert projection.median == pytest.approx(2027.83, abs=0.05)
    # How fast it closes is published for this row only by what comes out, so the late end is the less sure one.
    assert projection.interval(0.8) == pytest.approx((2026.42, 2029.61), abs=0.15)
    assert projection.interval(0.9) == pytest.approx((2026.06, 2030.30), abs=0.2)
    assert projection.forward.median == pytest.approx(1.06, abs=0.05)


@pytest.mark.parametrize(
    ("scenario", "low", "high"),
    [
        (ACCESS, 0.03, 0.38),
        (restricted(0.25), 0.29, 0.76),
        (restricted(0.28), 0.33, 0.84),
        (restricted(0.35), 0.42, 1.05),
        (restricted(0.45), 0.56, 1.39),
        (restricted(0.45, retroactivity=0.0), 0.09, 0.61),
    ],
)
def test_the_paired_interval_is_that_of_the_reproduction(scenario, low, high):
    assert project(scenario).forward.interval(0.8) == pytest.approx((low, high), abs=0.05)


@pytest.mark.parametrize(("regime", "median", "later"), [("accumulate", 2028.96, 0.07), ("replace", 2028.82, -0.08)])
def test_synthetic_text_hardly_outweighs_blocking(regime, median, later):
    projection = project(replace(PRESETS["synthetic-heavy"], synthetic_regime=regime))
    assert projection.median == pytest.approx(median, abs=0.05)
    assert projection.median - project(EPOCH).median == pytest.approx(later, abs=0.03)
