from itertools import pairwise
from math import exp, lgamma, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.distributions import draw
from tracker.core.forecast import Count, Gamma, Prior, shared_prior, two_state


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.5, 19.9, 20.1, 300.0, 1e5])
def test_a_gamma_has_its_mean_and_variance(shape):
    drawn = draw(Gamma(shape, 2.0), 200_000, 3, 100)
    assert drawn.mean() == pytest.approx(shape / 2, rel=0.01)
    assert drawn.std() == pytest.approx(sqrt(shape) / 2, rel=0.015)


@pytest.mark.parametrize("z", [-3.0, -1.0, 0.0, 1.0, 3.0])
def test_gamma_quantiles_are_exact_where_they_have_a_closed_form(z):
    # Shape 1 is exponential.
    from statistics import NormalDist

    upper = 1 - NormalDist().cdf(z)
    assert Gamma(1.0, 4.0).at(np.array([z]))[0] == pytest.approx(-log(upper) / 4, rel=2e-3)
    # Shape 1/2 is half a squared normal.
    root = NormalDist().inv_cdf(1 - upper / 2)
    assert Gamma(0.5, 1.0).at(np.array([z]))[0] == pytest.approx(root * root / 2, rel=2e-3)


def test_more_events_are_a_higher_hazard_draw_by_draw():
    prior = Prior().block
    drawn = [draw(prior.after(events, 1000.0), 500, 0, 100) for events in (0, 1, 5, 50)]
    assert all((low <= high).all() for low, high in pairwise(drawn))


@pytest.mark.parametrize(("shape", "rate"), [(0.01, 1.0), (1.0, 0.0), (float("nan"), 1.0)])
def test_a_gamma_that_is_none_is_refused(shape, rate):
    with pytest.raises(ValueError, match="a gamma needs"):
        Gamma(shape, rate)


def test_the_prior_of_agents_that_agree_weighs_as_much_as_one_of_them():
    prior = shared_prior([Count(20, 1000)] * 5, [Count(10, 1000)] * 5)
    assert prior.block.rate == 1000
    assert prior.block.mean == pytest.approx(0.02, rel=0.01)
    assert prior.unblock.mean == pytest.approx(0.01, rel=0.01)


def test_the_prior_of_agents_that_differ_is_loose():
    prior = shared_prior([Count(1, 1000), Count(60, 1000), Count(5, 1000), Count(90, 1000)], [])
    assert prior.block.rate == pytest.approx(50, abs=15)
    assert prior.block.mean == pytest.approx(0.039, rel=0.05)
    assert prior.unblock == Prior().unblock


def test_only_what_chance_does_not_explain_loosens_the_prior():
    """By moments: the spread between agents is that of their rates, less that of Poisson counts of one rate."""
    prior = shared_prior([Count(5, 1000), Count(17, 1000)], [])
    mean = 22.5 / 2050
    spread = ((0.005 - mean) ** 2 + (0.017 - mean) ** 2) / 2
    assert prior.block.rate == pytest.approx(mean / (spread - mean / 1000))
    assert prior.block.mean == pytest.approx(mean)


def test_the_prior_of_agents_without_events_is_no_certainty():
    prior = shared_prior([Count(0, 10)] * 3, [Count(0, 0)])
    assert prior.block.rate == 50
    assert 0 < prior.block.mean < 0.01


hazards = st.floats(0, 2)


@given(st.floats(0, 1), hazards, hazards, st.floats(0, 60))
def test_the_two_state_law(share, block, unblock, months):
    got = float(two_state(share, block, unblock, months))
    assert -1e-12 <= got <= 1 + 1e-12
    if block + unblock > 1e-6:
        rest = block / (block + unblock)
        assert got == pytest.approx(rest + (share - rest) * exp(-(block + unblock) * months), abs=1e-9)
    else:
        assert got == pytest.approx(share, abs=1e-4)


@given(st.floats(0, 1), hazards, hazards, st.floats(0, 30), st.floats(0, 30))
def test_the_two_state_law_goes_on_from_where_it_was(share, block, unblock, first, second):
    there = float(two_state(share, block, unblock, first))
    assert float(two_state(there, block, unblock, second)) == pytest.approx(
        float(two_state(share, block, unblock, first + second)), abs=1e-9
    )


def test_the_negative_binomial_point():
    from tracker.core.forecast.breaks import most_expected

    hazard, months = Gamma(7.5, 400.0), 90.0
    p = months / (hazard.rate + months)
    pmf = [exp(lgamma(k + 7.5) - lgamma(7.5) - lgamma(k + 1) + 7.5 * log(1 - p) + k * log(p)) for k in range(200)]
    limit = most_expected(hazard, months)
    assert sum(pmf[: limit + 1]) >= 0.999 > sum(pmf[:limit])
    assert most_expected(hazard, 0.0) == 0
    assert most_expected(Gamma(1e5, 1e3), 100.0) == pytest.approx(10_000 + 3.09 * sqrt(10_000 * 1.1), rel=0.005)
