"""What tests ask of a history after an import."""

from collections.abc import Sequence
from pathlib import Path

from tracker.store.query import Reader


def ask(database: Path, statement: str) -> list[tuple[object, ...]]:
    """The rows of a query."""
    with Reader(database) as reader:
        return reader.sql(statement).rows


def states(database: Path, sites: Sequence[str] = ()) -> list[tuple[object, ...]]:
    """(site, verdict, valid_from, valid_to) of each stretch for CCBot, by day where it is a midnight."""
    where = f"AND site IN ({', '.join(repr(site) for site in sites)})" if sites else ""
    return ask(
        database,
        "SELECT site, verdict, replace(valid_from, 'T00:00:00Z', ''), replace(valid_to, 'T00:00:00Z', '') "
        f"FROM access_history WHERE agent = 'CCBot' {where} ORDER BY site, valid_from",
    )


def whole_history(database: Path) -> list[tuple[object, ...]]:
    """Every row of `access_history`."""
    return ask(database, "SELECT * FROM access_history ORDER BY site, agent, valid_from")
