"""Tokens that robots.txt files name and no agent of the registry has: the crawlers that somebody knows and we do not.

Every product token of every file is kept (table `rule`), so this is a query and not another crawl.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tracker.core.naming import tokens_of
from tracker.core.policy import DEGREE, FULL, PRIMARY
from tracker.store.bulk import listed
from tracker.store.query import Reader


@dataclass(frozen=True, slots=True)
class UnknownToken:
    """A product name in lower case, whole as some user-agent line has it, that no agent has.

    `sites` name it in the file now in force and `closed` of them close everything to it. `first_seen`: the day of the
    first file that names it. `example`: the best-ranked of these sites.
    """

    token: str
    sites: int
    closed: int
    first_seen: str
    example: str


def unknown_tokens(
    reader: Reader,
    known: Iterable[str],
    *,
    panel: str | None = None,
    wanted: Callable[[str], bool] = lambda _token: True,
    limit: int | None = None,
) -> list[UnknownToken]:
    """Tokens beside the `known` ones that files in force name, those that most sites name first; `limit` at most.

    Only sites that are now members of `panel`, if given, and only tokens that are `wanted`. A name that a known token
    matches (`gptbot 2.0`) is known.
    """
    names = {token.lower() for token in known}
    chosen = [
        row for row in _in_force(reader, panel) if wanted(row[1]) and names.isdisjoint(tokens_of(row[1].encode())[0])
    ][:limit]
    first = _first_seen(reader, panel, [row[0] for row in chosen])
    return [
        UnknownToken(token, sites, closed, first[token_id], example)
        for token_id, token, sites, closed, example in chosen
    ]


def _in_force(reader: Reader, panel: str | None) -> list[tuple[Any, ...]]:
    """(token_id, token, sites, closed, example) of every whole product name in force, most sites first."""
    # Sites are counted by policy before the rules come in: many sites share one. The least text is the best rank.
    return reader.sql(
        "WITH force AS MATERIALIZED ("
        "  SELECT t.policy_id, COUNT(*) AS sites, "
        "    MIN(CAST(10000000000 + COALESCE(l.rank, 9999999999) AS TEXT) || h.host) AS best "
        f"  FROM {_states(panel)} AND t.valid_to IS NULL GROUP BY t.policy_id) "
        "SELECT k.token_id, k.token, n.sites, n.closed, substr(n.best, 12) AS example FROM ("
        "  SELECT r.token_id, SUM(f.sites) AS sites, "
        "    SUM(CASE WHEN r.bits & :degree = :full THEN f.sites ELSE 0 END) AS closed, MIN(f.best) AS best "
        "  FROM force f CROSS JOIN rule r WHERE r.policy_id = f.policy_id AND r.bits & :primary <> 0 "
        "  GROUP BY r.token_id"
        ") n JOIN token k ON k.token_id = n.token_id ORDER BY n.sites DESC, k.token",
        {"primary": PRIMARY, "degree": DEGREE, "full": FULL, **_panel(panel)},
    ).rows


def _first_seen(reader: Reader, panel: str | None, token_ids: list[int]) -> dict[int, str]:
    rows = reader.sql(
        "WITH seen AS MATERIALIZED ("
        f"  SELECT t.policy_id, MIN(t.valid_from) AS at FROM {_states(panel)} GROUP BY t.policy_id) "
        "SELECT r.token_id, date(MIN(s.at), 'unixepoch') FROM rule r JOIN seen s ON s.policy_id = r.policy_id "
        f"WHERE r.token_id IN ({listed(token_ids)}) AND r.bits & :primary <> 0 GROUP BY r.token_id",
        {"primary": PRIMARY, **_panel(panel)},
    ).rows
    return {row[0]: row[1] for row in rows}


def _states(panel: str | None) -> str:
    """The known states `t` of sites `h` with their rank `l`: of the present members of the panel, else of all."""
    ranked = "SELECT m.site_id, MIN(m.rank) AS rank FROM panel_member m WHERE m.until IS NULL"
    ranked += " AND m.panel_id = (SELECT panel_id FROM panel WHERE name = :panel)" if panel is not None else ""
    join = "LEFT JOIN" if panel is None else "JOIN"
    return (
        f"state t JOIN site h ON h.site_id = t.site_id {join} ({ranked} GROUP BY m.site_id) l ON l.site_id = t.site_id "
        "WHERE t.policy_id IS NOT NULL"
    )


def _panel(panel: str | None) -> dict[str, str]:
    return {} if panel is None else {"panel": panel}
