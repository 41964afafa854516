"""CPU time of looking again at terms pages that have not changed, with robots.txt, TLS and history in it.

    uv run pytest -n 0 -s -m bench tests/benchmarks/crawl/bench_terms.py --hosts 1000

The target, 60 s for 10,000 pages, is of our own work on the terms pages; what robots.txt alone takes stands beside it.
"""

import pytest

from tests.benchmarks.crawl.farm.farm import Place
from tests.benchmarks.crawl.running import Runner, missing

pytestmark = pytest.mark.bench
PAGES = 10_000


@pytest.mark.parametrize("transport", ["default", "fast"])
def test_terms_looked_at_again(runner: Runner, place: Place, pytestconfig: pytest.Config, transport: str):
    if transport == "fast" and (lacking := missing("pyreqwest")):
        pytest.skip(lacking)
    count = pytestconfig.getoption("hosts")
    alone = runner.run("ours", place, sites=count, transport=transport, store=True)
    print(f"\n{count:,} sites, transport {transport}, CPU time a site, and of {PAGES:,} (robots.txt alone taken off):")
    print(f"  robots.txt alone        {alone.cpu_ms:6.2f} ms")
    for how in ("304", "bytes", "weekly", "first"):
        run = runner.run("terms", place, sites=count, transport=transport, how=how)
        assert run.statuses["ok"] == count, run
        assert run.statuses["unchanged"] == (0 if how == "first" else count), run
        own = (run.cpu_ms - alone.cpu_ms) * PAGES / 1_000
        target = " (target 60)" if how in ("304", "bytes") else ""
        print(f"  terms, {how:16} {run.cpu_ms:6.2f} ms, {run.rss_mb:4.0f} MB  {own:5.1f} s{target}")
