"""CPU time of the projection beside its targets: `pytest -m bench tests/benchmarks/bench_projection.py -s`.

Best of several runs, one process, one thread. Two peers: `floor` is the least that a walk over all years could do, ln
demand - ln supply once for each draw and year, 31 years, with all inputs drawn and nothing solved; `naive` is the plain
way in numpy, those years and a straight line in logarithms within the year of the crossing.
"""

import time

import numpy as np
import pytest

from tests.core.scenarios import ACCESS, EPOCH, FULL
from tracker.core.projection import project
from tracker.core.scenarios import sample
from tracker.core.sensitivity import swings

pytestmark = pytest.mark.bench


def best_ms(work, runs=15):
    spent = []
    for _ in range(runs):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return 1000 * min(spent)


def naive(scenario, draws):
    """Exhaustion years of mixed demand with restrictions and accumulating synthetic text, to a straight line a year."""
    v = {name: np.broadcast_to(value, draws) for name, value in sample(scenario, draws, 0).items()}
    effective = np.log(v["stock_tokens"] * v["quality"] * v["epochs"])
    years = np.full(draws, np.inf)
    before = None
    for t in np.arange(2024.0, 2055.0):
        supply = effective + np.log(v["stock_growth"]) * (t - 2024)
        if scenario.restricts:
            settling = np.exp(-v["settling_rate"] * max(t - 2026.9, 0))
            share = v["long_run_share"] + (v["restricted_share"] - v["long_run_share"]) * settling
            share = share * np.minimum((t - v["block_year"]) / 3.3, 1)
            lost = v["compliance"] * np.minimum(share * v["token_weight"], 0.98) * (1 - v["relicensed"])
            leg = np.minimum(v["stock_growth"] ** (v["block_year"] - t), 1)
            supply = supply + np.log(leg * (1 - v["retroactivity"] * lost) + (1 - leg) * (1 - lost))
        if scenario.synthetic_regime != "off":
            left = 1 / np.sum(np.arange(1, t - 2021) ** -2)
            ratio = v["synthetic_share"] / (1 - v["synthetic_share"])
            supply = supply + np.log(1 + v["synthetic_value"] * left * ratio)
        data = np.log(v["dataset_tokens"]) + np.log(v["dataset_growth"]) * (t - v["dataset_year"])
        fast = np.minimum(t, v["compute_slowdown_year"])
        flop = v["compute_now"] + v["compute_growth"] * (fast - 2024) + v["compute_growth_after"] * (t - fast)
        compute = np.log(20 * np.sqrt(10**flop / 120))
        demand = np.where(np.arange(draws) % 2 == 0, data, compute) + np.log(v["overtraining"]) / 2 * (t >= 2025)
        gap = demand - supply
        within = t if before is None else t - gap / (gap - before)
        years = np.where(np.isinf(years) & (gap >= 0), within, years)
        before = gap
    return years


def test_naive_is_a_fair_peer():
    for scenario in (EPOCH, ACCESS, FULL):
        ours = project(scenario, 20_000).median
        assert np.median(naive(scenario, 20_000)) == pytest.approx(ours, abs=0.02)


@pytest.mark.parametrize(
    ("name", "scenario", "draws", "target"),
    [
        ("off", EPOCH, 20_000, 25),
        ("access", ACCESS, 20_000, 25),
        ("access and synthetic", FULL, 20_000, 25),
        ("access and synthetic", FULL, 100_000, 130),
    ],
)
def test_projection(name, scenario, draws, target):
    curves = project(scenario, draws).curves
    floor = best_ms(lambda: [curves.gap(float(t), boosted=True) for t in range(31)], 5)
    one = best_ms(lambda: project(scenario, draws).median)
    pair = best_ms(lambda: project(scenario, draws).forward.median)
    plain = best_ms(lambda: naive(scenario, draws), 3)
    print(
        f"\n{name}, {draws:,} draws: {one:.1f} ms (target {target}), with the paired run {pair:.1f} ms; "
        f"floor {floor:.1f} ms (ours {one / floor:.2f} of it), naive {plain:.1f} ms ({one / plain:.2f})"
    )


def test_first_projection_of_a_seed():
    seeds = iter(range(1000, 2000))
    spent = best_ms(lambda: project(FULL, 20_000, next(seeds)).median)
    print(f"\nnormals not cached yet, 20,000 draws: {spent:.1f} ms")


def test_bands():
    fresh = iter([project(FULL, 20_000) for _ in range(10)])
    spent = best_ms(lambda: next(fresh).bands, 10)
    print(f"\nbands, 31 years of 20,000 draws: {spent:.1f} ms (target 20)")


def test_swings():
    projection = project(FULL, 20_000)
    spent = best_ms(lambda: swings(projection))
    print(f"\nwhat the year hangs on, 20,000 draws: {spent:.1f} ms (target 10)")
