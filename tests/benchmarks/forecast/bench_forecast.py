"""CPU time of the forecast beside its targets: `pytest -n 0 -s -m bench tests/benchmarks/forecast`.

A fit is the fit of one agent with its breaks and the draws at four horizons. Best of several runs, one process.
"""

import time

import pytest

from tests.core.forecast.simulated import panel, steady
from tracker.core.forecast import backtest, fit

pytestmark = pytest.mark.bench


def best_ms(work, runs=20):
    spent = []
    for number in range(runs):
        start = time.process_time()
        work(number)
        spent.append(time.process_time() - start)
    return 1000 * min(spent)


@pytest.mark.parametrize(("sites", "months", "target"), [(200, 22, "3.5"), (800, 24, "none"), (10_000, 12, "none")])
def test_fit(sites, months, target):
    histories = panel(sites, months, days=(30, 30) if sites > 1000 else (7, 7))
    # As of another moment each time, so that nothing is cached.
    spent = best_ms(lambda n: fit(histories.as_of(histories.until - n), seed=n).forecast())
    print(f"\n{sites:,} sites, {months} months, {len(histories.site):,} stretches: {spent:.1f} ms (target {target})")


def test_fit_of_a_hundred_thousand_sites():
    histories = steady(80_000, 20_000, weeks=104, blocks=8_000, unblocks=3_000)
    spent = best_ms(lambda n: fit(histories.as_of(histories.until - n), seed=n).forecast())
    print(f"\n100,000 sites, 24 months, {len(histories.site):,} stretches: {spent:.1f} ms (target 5)")


def test_backtest():
    panels = {f"Bot{n}": panel(200, 22, seed=n, days=(14, 14)) for n in range(3)}
    origins = backtest(panels).origins
    spent = best_ms(lambda _: backtest(panels), 2)
    print(f"\nbacktest, {origins} origins: {spent:.0f} ms, {spent / origins:.1f} ms an origin")
