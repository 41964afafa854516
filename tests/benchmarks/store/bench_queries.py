"""How long the dashboard's questions take, beside the same questions to a table with a row a check.

    pytest -n 0 -s -m bench tests/benchmarks/store/bench_queries.py --sites 10000 --days 365

CPU milliseconds, warm, the median of five. Of the naive table (`tests.benchmarks.store.naive`) only the rows that a
question reads are there, which is all that its key makes it touch; what is scaled is marked. Nothing here fails for
being slow; the targets, for 10,000 sites and 365 days, stand beside the figures.
"""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.benchmarks.store import naive
from tests.benchmarks.store.filling import cpu_ms
from tests.benchmarks.store.synthetic import START, Web
from tracker.core.intervals import DAY
from tracker.store.query import Reader

pytestmark = pytest.mark.bench
PANEL, DEFINITION = "synthetic", "effective_full"
ONE = "SELECT day, SUM(verdict = 2) * 1.0 / SUM(verdict >= 0) FROM obs WHERE agent = 0 GROUP BY day"
# CROSS JOIN: else the planner reads the whole table.
EACH = "WITH RECURSIVE a(id) AS (VALUES (0) UNION ALL SELECT id + 1 FROM a WHERE id < :agents - 1) "


@pytest.fixture(scope="module")
def reader(history: Path) -> Iterator[Reader]:
    with Reader(history) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The naive table: one agent on all days, all agents on the last day and a week before."""
    connection = naive.new(tmp_path_factory.mktemp("naive") / "naive.sqlite")
    today = web.days - 1
    cells = [(0, day) for day in range(web.days)]
    cells += [(agent, day) for agent in range(len(web.agents)) for day in (max(0, today - 7), today)]
    naive.observe(connection, web, cells)
    yield connection
    connection.close()


def tell(what: str, ours: float, theirs: float, target: int, found: int, scaled: str = "") -> None:
    print(f"\n{what}: {ours:.1f} ms (target {target}), {found:,} rows", end="")
    print(f"; naive {theirs:,.1f} ms{scaled}, {theirs / ours:.1f} x")


def test_one_agent_every_day(reader: Reader, rows: sqlite3.Connection, web: Web):
    agent = [web.agents[0].name]
    ours = cpu_ms(lambda: reader.shares(PANEL, agent, DEFINITION))
    theirs = cpu_ms(lambda: rows.execute(ONE).fetchall(), 3)
    tell("one agent, every day", ours, theirs, 40, len(reader.shares(PANEL, agent, DEFINITION).rows))


def test_all_agents_every_day(reader: Reader, rows: sqlite3.Connection, web: Web):
    agents = [agent.name for agent in web.agents]
    ours = cpu_ms(lambda: reader.shares(PANEL, agents, DEFINITION), 3)
    theirs = cpu_ms(lambda: rows.execute(ONE).fetchall(), 3) * len(agents)
    found = len(reader.shares(PANEL, agents, DEFINITION).rows)
    tell("all agents, every day", ours, theirs, 250, found, f" ({len(agents)} times that of one)")


def test_ranking_today(reader: Reader, rows: sqlite3.Connection, web: Web):
    statement = (
        f"{EACH}SELECT a.id, SUM(verdict = 2) * 1.0 / SUM(verdict >= 0) AS share FROM a "
        "CROSS JOIN obs o ON o.agent = a.id AND o.day = :day GROUP BY a.id ORDER BY share DESC"
    )
    values = {"agents": len(web.agents), "day": web.days - 1}
    ours = cpu_ms(lambda: reader.league(PANEL, DEFINITION, held=False))
    theirs = cpu_ms(lambda: rows.execute(statement, values).fetchall(), 3)
    tell("ranking today", ours, theirs, 50, len(reader.league(PANEL, DEFINITION, held=False).rows))


def test_changes_of_a_week(reader: Reader, rows: sqlite3.Connection, web: Web):
    since = {"since": day(web.days - 8)}
    asked = "SELECT * FROM changes WHERE date >= :since"
    statement = (
        f"{EACH}SELECT o.site, o.agent, p.verdict, o.verdict FROM a "
        "CROSS JOIN obs o ON o.agent = a.id AND o.day = :day "
        "CROSS JOIN obs p ON p.agent = a.id AND p.day = :before AND p.site = o.site "
        "WHERE o.verdict <> p.verdict AND o.verdict >= 0 AND p.verdict >= 0"
    )
    today = web.days - 1
    values = {"agents": len(web.agents), "day": today, "before": max(0, today - 7)}
    ours = cpu_ms(lambda: reader.sql(asked, since))
    theirs = cpu_ms(lambda: rows.execute(statement, values).fetchall(), 3)
    tell("changes of a week", ours, theirs, 20, len(reader.sql(asked, since).rows))


@pytest.mark.parametrize("question", ["captures", "site_access", "site_history"])
def test_one_site(reader: Reader, rows: sqlite3.Connection, web: Web, question: str):
    """What it was seen to answer, what it says to each agent now, and what it said to each over time."""
    host, ask = web.hosts[web.sites // 3], getattr(reader, question)
    ours = cpu_ms(lambda: ask(host))
    now = question == "site_access"
    statement, times = (NOW, 1) if now else (DAYS, 1 if question == "captures" else len(web.agents))
    values = {"agents": len(web.agents), "day": web.days - 1, "site": web.sites // 3}
    theirs = times * cpu_ms(lambda: rows.execute(statement, values).fetchall(), 3)
    scaled = f" ({times} times that of one agent)" if times > 1 else ""
    tell(f"one site, {question}", ours, theirs, 2, len(ask(host).rows), scaled)


NOW = f"{EACH}SELECT a.id, o.verdict FROM a CROSS JOIN obs o ON o.agent = a.id AND o.day = :day AND o.site = :site"
DAYS = (
    "WITH RECURSIVE d(day) AS (VALUES (0) UNION ALL SELECT day + 1 FROM d WHERE day < :day) "
    "SELECT d.day, o.verdict FROM d CROSS JOIN obs o ON o.agent = 0 AND o.day = d.day AND o.site = :site"
)


def test_matrix(reader: Reader, rows: sqlite3.Connection, web: Web):
    asked = "SELECT site, agent, verdict FROM access_now WHERE rank <= 1000"
    best = [site for site, member in enumerate(web.panel.members) if (member.rank or 0) <= 1_000]
    statement = (
        f"{EACH}SELECT j.value, a.id, o.verdict FROM json_each(:sites) j CROSS JOIN a "
        "CROSS JOIN obs o ON o.agent = a.id AND o.day = :day AND o.site = j.value"
    )
    values = {"agents": len(web.agents), "day": web.days - 1, "sites": str(best)}
    ours = cpu_ms(lambda: reader.sql(asked))
    theirs = cpu_ms(lambda: rows.execute(statement, values).fetchall(), 3)
    tell("1,000 sites x all agents", ours, theirs, 150, len(reader.sql(asked).rows))


def day(number: int) -> str:
    return datetime.fromtimestamp(START + number * DAY, UTC).date().isoformat()
