"""Reading and storing a list of a million sites: `pytest -n 0 -s -m bench tests/benchmarks/bench_panels.py`.

Each in a process of its own, so that its peak memory is its own.
"""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench

SITES = 1_000_000
READ = "from tracker.reference import panel; assert len(panel('list.csv').members) == {sites}"
STORE = (
    "import sys; from tracker.cli import main\n"
    "sys.argv = 'tracker panel import list.csv --database list.sqlite'.split()\n"
    "try: main()\nexcept SystemExit as end: assert not end.code"
)
MEASURED = """
import resource, time
began = time.process_time()
{work}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"{{time.process_time() - began:.1f}} s CPU, {{peak}} MB")
"""


@pytest.mark.parametrize("work", [READ.format(sites=SITES), STORE], ids=["read", "read and store"])
def test_a_million_sites(work: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    (tmp_path / "list.csv").write_text(
        "".join(f"{rank},site-{rank * 7919 % SITES:x}.example\n" for rank in range(1, SITES + 1))
    )
    code = MEASURED.format(work=work)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True)
    print(f"\n{request.node.callspec.id}: {done.stdout.splitlines()[-1]}")
