"""How large the history of a year is, beside a table with a row a check and the bodies beside it.

    pytest -n 0 -s -m bench tests/benchmarks/store/bench_size.py --sites 10000 --days 365

The naive form (`tests.benchmarks.store.naive`) is measured on a slice and scaled linearly to the whole. Facts are all
of the file but the bytes of the bodies. Nothing here fails for being large; the targets stand beside the figures.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zstandard

from tests.benchmarks.store import naive
from tests.benchmarks.store.synthetic import Web

pytestmark = pytest.mark.bench
AGENTS, DAYS, BODY_DAYS = 6, 30, 3


def bodies_of(web: Web, days: int) -> Iterator[bytes]:
    """What the sites answered on the last days."""
    seen = web.seen[-days:]
    texts = {body: web.text(body) for body in np.unique(seen[seen >= 0]).tolist()}
    return (text for body in seen[seen >= 0].tolist() if (text := texts[body]) is not None)


def test_web(web: Web):
    """The rates that make the history as large as it is."""
    last, weeks = web.seen[-1], web.days / 7
    answered = last[last >= 0]
    bodies = [text for body in range(len(web.policy_of)) if (text := web.text(body)) is not None]
    pack = zstandard.ZstdCompressor(level=10).compress
    packed = [len(pack(text)) for text in bodies]
    print(f"\n{web.sites:,} sites x {web.days} days x {len(web.agents)} agents: {web.seen.size:,} checks")
    print(
        f"{100 * (web.body.size - web.sites) / web.sites / weeks:.1f} % of the sites change bytes in a week, "
        f"{100 * (1 - len(np.unique(answered)) / len(answered)):.0f} % of the bodies are duplicates, "
        f"{100 * (web.seen < 0).mean():.1f} % of the checks fail"
    )
    print(f"{len(bodies):,} bodies of {np.mean([*map(len, bodies)]):,.0f} octets, packed {np.mean(packed):,.0f}")


def test_size(history: Path, web: Web, tmp_path: Path):
    total, tables = file_of(history)
    facts = total - tables["body_data"]
    checks = web.seen.size
    print(f"\nfile {total / 1e6:.2f} MB (target 30), facts and tally {facts / checks:.2f} bytes a check (target 4)")
    print(", ".join(f"{name} {size / 1e6:.2f}" for name, size in tables.items() if size > total / 200))
    rows, bodies, packed = naive_bytes(web, tmp_path)
    print(f"naive, scaled from a slice: facts {rows / 1e6:,.0f} MB, bodies {bodies / 1e6:,.0f} MB", end="")
    print(f": {(rows + bodies) / total:.0f} x ours (target 200)")
    print(f"  bodies packed one by one {packed / 1e6:,.0f} MB: {(rows + packed) / total:.0f} x; ", end="")
    print(f"facts alone: {rows / facts:.0f} x ours")


def file_of(path: Path) -> tuple[int, dict[str, int]]:
    """The bytes of a file, and of its tables with their indexes, largest first."""
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT COALESCE(m.tbl_name, d.name) AS belongs, SUM(d.pgsize) FROM dbstat d "
        "LEFT JOIN sqlite_master m ON m.name = d.name GROUP BY belongs ORDER BY 2 DESC"
    ).fetchall()
    connection.close()
    return path.stat().st_size, dict(rows)


def naive_bytes(web: Web, folder: Path) -> tuple[float, float, float]:
    """What the naive table takes for the whole: its rows, its bodies, and its bodies if each were packed."""
    days = range(max(0, web.days - DAYS), web.days)
    connection = naive.new(folder / "naive.sqlite")
    filled = naive.observe(connection, web, [(agent, day) for agent in range(AGENTS) for day in days])
    rows = naive.size(connection, "obs") / filled * web.seen.size * len(web.agents)
    answered = int((web.seen[-min(BODY_DAYS, web.days) :] >= 0).sum())
    scale = int((web.seen >= 0).sum()) / answered
    sizes = []
    for pack in (bytes, zstandard.ZstdCompressor(level=10).compress):
        naive.keep_bodies(connection, (pack(body) for body in bodies_of(web, BODY_DAYS)))
        sizes.append(naive.size(connection, "answer") * scale)
        connection.execute("DROP TABLE answer")
    connection.close()
    return rows, *sizes
