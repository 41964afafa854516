"""CPU time of the projection beside its targets: `pytest -m bench tests/benchmarks/bench_projection.py -s`.

Best of several runs, one process. `floor` is the least that numpy could do: it evaluates ln demand - ln supply once for
each draw and year, 31 years, with all inputs drawn and nothing solved.
"""

import time
from dataclasses import replace

import pytest

from tracker.core.distributions import beta, lognormal90, triangular, uniform
from tracker.core.projection import Scenario, project
from tracker.core.sensitivity import swings

pytestmark = pytest.mark.bench

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
SYNTHETIC = replace(
    ACCESS,
    synthetic_regime="accumulate",
    synthetic_share=triangular(0.0, 0.3, 0.5),
    synthetic_value=uniform(0.25, 1.0),
)


def best_ms(work, runs=15):
    spent = []
    for _ in range(runs):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return 1000 * min(spent)


@pytest.mark.parametrize(
    ("name", "scenario", "draws", "target"),
    [
        ("off", EPOCH, 20_000, 25),
        ("access", ACCESS, 20_000, 25),
        ("access and synthetic", SYNTHETIC, 20_000, 25),
        ("access and synthetic", SYNTHETIC, 100_000, 130),
    ],
)
def test_projection(name, scenario, draws, target):
    curves = project(scenario, draws).curves
    floor = best_ms(lambda: [curves.gap(float(t), boosted=True) for t in range(31)], 5)
    one = best_ms(lambda: project(scenario, draws).median)
    pair = best_ms(lambda: project(scenario, draws).forward.median)
    print(
        f"\n{name}, {draws:,} draws: {one:.1f} ms (target {target}), with the paired run {pair:.1f} ms; "
        f"floor {floor:.1f} ms"
    )


def test_first_projection_of_a_seed():
    seeds = iter(range(1000, 2000))
    spent = best_ms(lambda: project(SYNTHETIC, 20_000, next(seeds)).median)
    print(f"\nnormals not cached yet, 20,000 draws: {spent:.1f} ms")


def test_bands():
    fresh = iter([project(SYNTHETIC, 20_000) for _ in range(10)])
    spent = best_ms(lambda: next(fresh).bands, 10)
    print(f"\nbands, 31 years of 20,000 draws: {spent:.1f} ms (target 20)")


def test_swings():
    projection = project(SYNTHETIC, 20_000)
    spent = best_ms(lambda: swings(projection))
    print(f"\nwhat the year hangs on, 20,000 draws: {spent:.1f} ms (target 10)")
