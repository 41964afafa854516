"""Scenarios that the tests and benchmarks of the projection begin with."""

from dataclasses import replace

from tracker.core.distributions import beta, lognormal90, triangular, uniform
from tracker.core.projection import Scenario

EPOCH = Scenario()
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
FULL = replace(ACCESS, synthetic_regime="accumulate", **SYNTHETIC)
"""All that can be on is on."""
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
"""Nothing is uncertain, so that algebra has the answer."""
