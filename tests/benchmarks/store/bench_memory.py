"""How much memory a crawl of a million sites takes in the store: the process that asks the queue and records.

    pytest -n 0 -s -m bench tests/benchmarks/store/bench_memory.py

The whole process is measured (its highest resident set), with all that a crawl imports and without any network.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tracker.core.panels import Member, Panel
from tracker.reference import agents
from tracker.store.write import Writer

pytestmark = pytest.mark.bench
SITES = 1_000_000
RECORDED = 20_000

CHILD = """
import re, sys
import tracker.crawl.visit
from tracker.core.exchange import Exchange
from tracker.reference import agents
from tracker.store.captures import OWN, Answer, Failure
from tracker.store.write import Writer

recorded = 0
peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])  # not of whoever started it
with Writer(sys.argv[1], agents()) as writer:
    crawl = writer.begin_crawl(writer.source(OWN), 1, 1_650_000_000, "one", 0)
    queue = writer.queue(crawl, seed=1)
    print(peak())  # nothing was asked yet
    for page in queue:
        seen = [
            Failure(site.host, "refused")
            if site.site_id % 20 == 0
            else Answer(site.host, b"User-agent: *\\\\nDisallow: /x\\\\n", "", Exchange(
                f"https://{site.host}/robots.txt", 200, (("ETag", f'"{site.site_id}"'), ("Server", "made up"))
            ))
            for site in page
        ]
        for start in range(0, len(seen), 500):
            writer.record(crawl, seen[start : start + 500])
        recorded += len(page)
        if recorded >= int(sys.argv[2]):
            break
    print(peak())
"""


def test_a_million_queued_sites(tmp_path: Path):
    path = tmp_path / "history.sqlite"
    members = tuple(Member(f"site-{number:07}.example", number + 1) for number in range(SITES))
    with Writer(path, agents()) as writer:
        writer.panel(Panel("big", "Big", "made up", "1", "2022-01-01", None, False, members))
    command = [sys.executable, "-c", CHILD, str(path), str(RECORDED)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    before, most = (int(line) / 1024 for line in said.split())
    print(f"\n{SITES:,} queued sites, {RECORDED:,} recorded: {most:.0f} MB, before {before:.0f} MB (target 150 MB)")
