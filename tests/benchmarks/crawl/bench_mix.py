"""How long a realistic list takes beside Scrapy, and whether every live site in it is found.

    uv run --group bench pytest -n 0 -s -m bench tests/benchmarks/crawl/bench_mix.py

1,000 sites as `farm.sites` mixes them, 8 % of them dead, a name server that takes 30 ms. The second wave comes after
seconds rather than minutes, and only if the first has missed a live site.
"""

import pytest

from tests.benchmarks.crawl.farm.farm import Place
from tests.benchmarks.crawl.farm.sites import hosts, is_live
from tests.benchmarks.crawl.running import Runner, missing

pytestmark = pytest.mark.bench
SITES = 1_000
SCRAPY_AT_ONCE = 200
PAUSE = 2.0  # seconds before a further wave


def test_realistic_mix(runner: Runner, slow_place: Place):
    live = sum(is_live(host) for host in hosts("real", SITES))
    size = {"mix": "real", "sites": SITES}
    peer = None if missing("scrapy") else runner.run("scrapy_client", slow_place, workers=SCRAPY_AT_ONCE, **size)
    print(f"\n{SITES:,} sites of the realistic mix, {live} of them live:")
    if peer:
        print(f"  {'Scrapy':8} {SCRAPY_AT_ONCE:5} at once: {peer.wall:5.1f} s, {peer.cpu:4.1f} s of CPU, {peer.found}")
    for transport in ["default"] if missing("pyreqwest") else ["default", "fast"]:
        for workers in (100, 400, 1_000):
            run = runner.run("ours", slow_place, transport=transport, workers=workers, waves=[PAUSE, PAUSE], **size)
            first = run.statuses["first_wave_ms"] / 1_000
            beside = f", {first / peer.wall:.2f} of Scrapy's (target 0.45)" if peer else ""
            print(
                f"  {transport:8} {workers:5} at once: {first:5.1f} s{beside}, {run.cpu:4.1f} s of CPU; "
                f"{run.statuses['first_wave_found']} found at once, {run.found} in all (target {live})"
            )
