"""What the engine takes without a network, and what a crawl takes in memory where sites want it.

uv run pytest -n 0 -s -m bench tests/benchmarks/crawl/bench_memory.py --queued 1000000
"""

import pytest

from tests.benchmarks.crawl.farm.farm import Place
from tests.benchmarks.crawl.running import Runner, missing

pytestmark = pytest.mark.bench
NOWHERE = Place(0, 0, "", "", "")


@pytest.mark.parametrize("recording", ["nothing", "history", "crawl"])
def test_engine_without_network(runner: Runner, pytestconfig: pytest.Config, recording: str):
    """`nothing`: the engine alone. `history`: and the store. `crawl`: `tracker crawl` where all have opted out."""
    count = pytestconfig.getoption("queued")
    run = runner.run("no_network", NOWHERE, sites=count, workers=400, recording=recording)
    print(
        f"\nno network, {count:,} sites, recording {recording}: {1_000 * run.cpu_ms:.0f} µs of CPU a site "
        f"(target 100), {run.rss_mb:.0f} MB at most (target 150 at 1,000,000), of which {run.statuses['start_mb']} "
        "before the first"
    )


@pytest.mark.parametrize("pages", [1, 4], ids=["robots", "four_pages"])
def test_hostile_web(runner: Runner, slow_place: Place, pages: int):
    """1,000 sites, 20 each of bombs, endless files, large ones, endless headers, drips and silence among them."""
    print(f"\nhostile web, {'robots.txt' if pages == 1 else 'four pages'} of 1,000 sites, 400 at once:")
    for transport in ["default"] if missing("pyreqwest") else ["default", "fast"]:
        run = runner.run("ours", slow_place, mix="hostile", sites=1_000, workers=400, transport=transport, pages=pages)
        print(f"  {transport:8} {run.rss_mb:5.0f} MB at most (target 300), {run.wall:.0f} s, {run.cpu:.1f} s of CPU")
