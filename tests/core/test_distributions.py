from math import erf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.distributions import (
    Lognormal,
    beta,
    beta_like,
    draw,
    lognormal90,
    lognormal95,
    lognormal_like,
    normal,
    normal_cdf,
    triangular,
    uniform,
)

Z95, Z90 = 1.959963985, 1.644853627


@pytest.mark.parametrize(
    ("distribution", "z", "value"),
    [
        (lognormal95(2.0, 5.0), -Z95, 2.0),
        (lognormal95(2.0, 5.0), 0.0, sqrt(10.0)),
        (lognormal95(2.0, 5.0), Z95, 5.0),
        (lognormal90(3.0, 13.0), Z90, 13.0),
        (Lognormal(130.0, 2100.0, 0.95, 510.0), -Z95, 130.0),
        (Lognormal(130.0, 2100.0, 0.95, 510.0), 0.0, 510.0),
        (Lognormal(130.0, 2100.0, 0.95, 510.0), Z95, 2100.0),
        (normal(0.7, 0.12), 1.0, 0.82),
        (uniform(0.2, 1.2), 0.0, 0.7),
        (uniform(0.2, 1.2), Z90, 1.15),
        (triangular(0.0, 0.3, 0.5), 0.0, sqrt(0.5 * 0.5 * 0.3)),
        (triangular(0.0, 0.0, 1.0), 0.0, 1 - sqrt(0.5)),
        (triangular(0.0, 1.0, 1.0), 0.0, sqrt(0.5)),
        (beta(1.0, 1.0), Z95, 0.975),
        (beta(2.0, 1.0), 0.0, sqrt(0.5)),
        (beta(0.5, 0.5), 0.0, 0.5),
        (beta(2.0, 3.0), 0.0, 0.385728),
        (beta(8.0, 2.0), -Z95, 0.517504),
        (beta(3000.0, 7000.0), 0.0, 0.299987),
    ],
)
def test_published_figures_come_back(distribution, z, value):
    assert distribution.at(np.array([z]))[0] == pytest.approx(value, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize(
    "distribution", [lognormal95(2.0, 5.0), uniform(0.0, 1.0), triangular(0.0, 0.3, 0.5), beta(2.0, 3.0)]
)
def test_quantiles_rise_with_the_score(distribution):
    assert np.all(np.diff(distribution.at(np.linspace(-5, 5, 2001))) >= 0)


def test_normal_cdf_against_erf():
    z = np.linspace(-8, 8, 4001)
    exact = np.array([(1 + erf(x / sqrt(2))) / 2 for x in z])
    assert np.max(np.abs(normal_cdf(z) - exact)) < 7.5e-8


def test_a_number_stays_a_number():
    assert draw(3, 10, 0, 0) == 3.0


def test_columns_are_independent_and_reproducible():
    first, again, other = (draw(normal(0.0, 1.0), 20_000, 0, column) for column in (0, 0, 1))
    assert first.tobytes() == again.tobytes()
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.03
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1.0


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: lognormal95(5.0, 2.0), "swapped bounds: low 5 is above high 2"),
        (lambda: lognormal95(2.0, 2.0), "both 2"),
        (lambda: lognormal95(0.0, 2.0), "positive"),
        (lambda: lognormal95(1.0, float("inf")), "finite"),
        (lambda: Lognormal(1.0, 2.0, 1.5), "level"),
        (lambda: Lognormal(1.0, 2.0, 0.9, 3.0), "value 3 is outside"),
        (lambda: triangular(0.0, 2.0, 1.0), "value 2 is outside"),
        (lambda: beta(0.1, 1.0), "from 0.5"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, reason):
    with pytest.raises(ValueError, match=reason):
        make()


@pytest.mark.parametrize(("a", "b"), [(2.0, 3.0), (0.7, 40.0), (300.0, 100.0)])
def test_a_beta_like_draws_of_a_beta(a: float, b: float) -> None:
    draws = np.random.default_rng(1).beta(a, b, 200_000)
    found = beta_like(draws)
    assert (found.a, found.b) == pytest.approx((a, b), rel=0.03)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=50))
def test_a_beta_keeps_the_mean_of_whatever_shares(shares: list[float]) -> None:
    draws = np.array(shares)
    found = beta_like(draws)
    if draws.var() == 0:
        assert found == draws.mean()
        return
    assert found.a / (found.a + found.b) == pytest.approx(min(max(draws.mean(), 1e-4), 1 - 1e-4), abs=1e-4)


def test_a_lognormal_like_draws() -> None:
    found = lognormal_like(np.exp(np.random.default_rng(1).normal(-1, 0.5, 200_000)))
    assert (np.log(found.low), np.log(found.high)) == pytest.approx((-1.98, -0.02), abs=0.01)
    assert lognormal_like(np.full(5, 0.25)) == pytest.approx(0.25)
