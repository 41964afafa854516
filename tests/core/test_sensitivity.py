from dataclasses import replace
from math import inf, isnan

import numpy as np
import pytest

from tests.core.scenarios import CERTAIN, EPOCH, FULL
from tracker.core.distributions import Lognormal, lognormal90, uniform
from tracker.core.projection import project
from tracker.core.scenarios import FIELDS, sample
from tracker.core.sensitivity import in_play, swings


def test_what_the_year_hangs_on_is_as_in_the_reproduction():
    """Demand before stock before quality; what is blocked moves least. Years as measured for the specification."""
    found = {one.field: one.swing for one in swings(project(FULL, 100_000))}
    measured = {
        "compute_growth": 4.4,
        "compute_slowdown_year": 4.4,
        "stock_tokens": 3.6,
        "compute_now": 3.3,
        "dataset_growth": 3.2,
        "dataset_tokens": 2.1,
        "quality": 1.7,
        "epochs": 1.1,
        "stock_growth": 0.6,
        "synthetic_share": 0.3,
        "token_weight": 0.26,
        "retroactivity": 0.18,
        "long_run_share": 0.08,
    }
    for field, years in measured.items():
        assert found[field] == pytest.approx(years, abs=0.25), field
    assert list(found) == sorted(found, key=lambda field: -found[field])


def test_only_what_is_uncertain_and_in_play():
    fields = {one.field for one in swings(project(replace(FULL, demand="historical", access="off"), 2_000))}
    supply = {"stock_tokens", "quality", "epochs", "stock_growth", "synthetic_share", "synthetic_value"}
    assert fields == supply | {"dataset_tokens", "dataset_growth"}
    assert swings(project(CERTAIN, 100)) == []


@pytest.mark.parametrize("demand", ["historical", "compute", "mixture"])
def test_mixed_demand_takes_each_leg_in_its_own_draws(demand):
    """The swing within a leg is that of the leg alone, though other draws are mixed in."""
    alone = {one.field: one for one in swings(project(replace(EPOCH, demand=demand), 40_000))}
    mixed = {one.field: one for one in swings(project(EPOCH, 80_000))}
    for field in alone.keys() & {"dataset_growth", "compute_growth", "compute_now"}:
        assert mixed[field].share == 0.5
        assert mixed[field].swing == pytest.approx(alone[field].swing, abs=0.3)
    assert mixed["quality"].share == 1.0


def test_a_swing_is_that_of_the_tenths_by_hand():
    projection = project(replace(CERTAIN, stock_tokens=lognormal90(100e12, 900e12), quality=uniform(0.1, 0.4)), 5_000)
    drawn = sample(projection.scenario, 5_000, 0)["stock_tokens"]
    order = np.argsort(drawn)
    low, high = (np.sort(projection.years[part])[249] for part in (order[:500], order[-500:]))
    (stock,) = [one for one in swings(projection) if one.field == "stock_tokens"]
    assert (stock.low, stock.high, stock.swing) == (low, high, pytest.approx(high - low))


def test_never_at_one_end_is_endless_at_both_unknown():
    hopeless = replace(CERTAIN, dataset_growth=uniform(1.0, 1.5), quality=uniform(0.1, 0.4))
    found = {one.field: one for one in swings(project(hopeless, 4_000))}
    assert found["dataset_growth"].low == inf
    assert found["dataset_growth"].swing == inf
    never = replace(CERTAIN, dataset_growth=1.0, quality=uniform(0.1, 0.4), epochs=uniform(2, 3))
    both = swings(project(never, 4_000))
    assert [one.field for one in both] == ["epochs", "quality"]
    assert all(isnan(one.swing) and one.low == inf for one in both)


def test_draws_that_tie_count_alike():
    """A third of the draws is clipped to the end of the range: its place among equals decides nothing."""
    clipped = replace(CERTAIN, quality=Lognormal(0.2, 1.0, 0.3))
    projection = project(clipped, 2_000)
    (one,) = swings(projection)
    at_the_end = sample(clipped, 2_000, 0)["quality"] == FIELDS["quality"].high
    assert at_the_end.sum() > 400
    assert one.high == pytest.approx(np.median(projection.years[at_the_end]))


@pytest.mark.parametrize("draws", [1, 2, 3, 9])
def test_few_draws_have_swings_too(draws):
    assert all(one.swing >= 0 or isnan(one.swing) for one in swings(project(FULL, draws)))


def test_in_play():
    assert "compliance" not in in_play(EPOCH)
    assert "block_year" not in in_play(replace(FULL, retroactivity=1.0))
    assert "settling_rate" not in in_play(replace(FULL, long_run_share=None))
    assert in_play(FULL) == FIELDS.keys()
    assert FIELDS.keys() - in_play(replace(FULL, synthetic_regime="off")) == {"synthetic_share", "synthetic_value"}
