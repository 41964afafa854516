"""CPU time a site, beside Scrapy, a loop with requests, and a client in C, on sites that answer at once.

    uv run --group bench pytest -n 0 -s -m bench tests/benchmarks/crawl/bench_cpu.py --hosts 1000 --rounds 5

The clients take turns, and the median of the rounds' ratios counts. `reading` is our whole visit: rules parsed and
obeyed, the home page's signals and links, what is kept. `fetching` stops where the peers stop, with the bytes in hand.
Nothing here fails for being slow; the targets stand beside the figures.
"""

import pytest

from tests.benchmarks.crawl.clients.common import Measured
from tests.benchmarks.crawl.farm.farm import Place
from tests.benchmarks.crawl.running import Runner, middle, missing, ratio

pytestmark = pytest.mark.bench
TARGETS = {(1, "default"): "4", (1, "fast"): "8", (4, "default"): "5", (4, "fast"): "7"}
LOOPED = 40  # sites of the loop, which takes the same for each


@pytest.mark.parametrize("pages", [1, 4], ids=["robots", "four_pages"])
def test_cpu_per_site(runner: Runner, place: Place, pytestconfig: pytest.Config, pages: int):
    if lacking := missing("scrapy", "requests"):
        pytest.skip(lacking)
    count = pytestconfig.getoption("hosts") if pages == 1 else max(pytestconfig.getoption("hosts") // 2, 1)
    workers = 100 if pages == 1 else 50
    size = {"sites": count, "workers": workers, "pages": pages}
    transports = ["default"] if missing("pyreqwest") else ["default", "fast"]
    rounds = []
    for _ in range(pytestconfig.getoption("rounds")):
        one: dict[str, Measured] = {}
        if limit := runner.limit(place, count, workers, pages):
            one["limit"] = limit
        for transport in transports:
            one[transport] = runner.run("ours", place, transport=transport, **size)
            if pages == 1:
                one[f"{transport}, stored"] = runner.run("ours", place, transport=transport, store=True, **size)
            else:
                one[f"{transport}, fetching"] = runner.run("ours", place, transport=transport, bare=True, **size)
        one["Scrapy"] = runner.run("scrapy_client", place, **size)
        one["requests.get"] = runner.run("requests_client", place, **{**size, "sites": LOOPED})
        one["requests.Session"] = runner.run("requests_client", place, **{**size, "sites": LOOPED}, session=True)
        assert all(run.found == run.sites for run in one.values()), one
        rounds.append(one)
    print(f"\n{'robots.txt' if pages == 1 else 'four pages'} of {count:,} sites, {workers} at once, CPU time a site:")
    for name in rounds[0]:
        run = middle(rounds, name)
        transport, _, rest = name.partition(", ")
        notes = []
        if transport in transports:
            target = TARGETS[pages, transport]
            notes.append(ratio(rounds, name, "Scrapy", target))
            notes.append(ratio(rounds, name, "requests.get", "10"))
            notes.append(ratio(rounds, name, "limit"))
        label = f"{transport}, reading" if pages == 4 and transport in transports and not rest else name
        print(f"  {label:18} {run.cpu_ms:6.2f} ms, {run.rss_mb:4.0f} MB  {'; '.join(filter(None, notes))}")
