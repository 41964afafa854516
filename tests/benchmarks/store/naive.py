"""The best that a history could be which keeps a row a check: the table that ours is held against.

One row per agent, day and site, integers only, and the key that the dashboard's questions want. What most people would
write, with an id, a time in text and an index, takes 4.5 times the space.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks.store.synthetic import Web


def new(path: Path) -> sqlite3.Connection:
    """An empty file, written as fast as can be."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def observe(connection: sqlite3.Connection, web: Web, cells: Iterable[tuple[int, int]]) -> int:
    """Fill the naive table with some (agent, day), in the order of its key; the number of rows."""
    connection.execute(
        "CREATE TABLE obs(agent INT NOT NULL, day INT NOT NULL, site INT NOT NULL, verdict INT NOT NULL, "
        "PRIMARY KEY (agent, day, site)) WITHOUT ROWID"
    )
    rows = 0
    connection.execute("BEGIN")
    for agent, day in sorted(set(cells)):
        verdicts = web.degrees(day)[:, agent].tolist()
        values = ((agent, day, site, verdict) for site, verdict in enumerate(verdicts))
        connection.executemany("INSERT INTO obs VALUES (?, ?, ?, ?)", values)
        rows += len(verdicts)
    connection.execute("COMMIT")
    return rows


def keep_bodies(connection: sqlite3.Connection, bodies: Iterable[bytes]) -> int:
    """Fill a table with a body per check; the number of rows."""
    connection.execute("CREATE TABLE answer(check_id INTEGER PRIMARY KEY, body BLOB)")
    connection.execute("BEGIN")
    rows = connection.executemany("INSERT INTO answer(body) VALUES (?)", ((body,) for body in bodies)).rowcount
    connection.execute("COMMIT")
    return rows


def size(connection: sqlite3.Connection, table: str) -> int:
    """Bytes of a table."""
    return int(connection.execute("SELECT SUM(pgsize) FROM dbstat WHERE name = ?", (table,)).fetchone()[0])
