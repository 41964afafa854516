"""The questions about published figures: a part of `tracker.store.query.Reader`."""

from collections.abc import Mapping
from typing import Any, Protocol

from tracker.store.rows import Rows

SECONDS = 300.0
"""A panel of a million sites is counted again for every date that somebody published about."""


class _Asking(Protocol):
    def sql(self, statement: str, values: Mapping[str, Any] | None = None, *, seconds: float = ...) -> Rows:
        """As `Reader.sql`."""


class ClaimsQuestions:
    """What others published and what this history makes of it, as methods of a reader."""

    def claims(self: _Asking, claim: str | None = None, panel: str | None = None) -> list[dict[str, Any]]:
        """Published figures counted again on every panel, or on one (view `claims_check`), by date of the claim."""
        wanted = {"claim": claim, "panel": panel}
        conditions = {"claim": "claim = :claim", "panel": "(panel IS NULL OR panel = :panel)"}
        given = {name: value for name, value in wanted.items() if value is not None}
        where = " AND ".join(["1 = 1", *(conditions[name] for name in given)])
        order = "claimed_on, claim, agent IS NULL, agent, panel"
        return self.sql(f"SELECT * FROM claims_check WHERE {where} ORDER BY {order}", given, seconds=SECONDS).dicts()

    def claimed_agents(self: _Asking) -> dict[tuple[str, str], list[str]]:
        """The agents whose block counts for a figure, by (claim, its agent or "any"); those that the history knows."""
        rows = self.sql(
            "SELECT x.claim_id, x.subject, x.agent FROM claim_agent x JOIN agent a ON a.name = x.agent "
            "ORDER BY a.headline DESC, x.agent"
        ).rows
        found: dict[tuple[str, str], list[str]] = {}
        for claim, subject, agent in rows:
            found.setdefault((claim, subject), []).append(agent)
        return found

    def ranked_panels(self: _Asking) -> set[str]:
        """The panels of which at least one site bears a rank, by name."""
        return set(
            self.sql(
                "SELECT p.name FROM panel p WHERE EXISTS "
                "(SELECT 1 FROM panel_member m WHERE m.panel_id = p.panel_id AND m.rank IS NOT NULL)"
            ).column("name")
        )

    def shut_on(self: _Asking, site: str, day: str) -> list[str] | None:
        """The agents that a site shut out at the end of a day, by whatever rule; before they existed none.

        None: nothing is known of the site then.
        """
        rows = self.sql(
            "SELECT h.agent, h.verdict, CASE WHEN a.since IS NULL OR a.since <= :day THEN 1 ELSE 0 END AS existed "
            "FROM access_history h JOIN agents a ON a.agent = h.agent WHERE h.site = :site "
            "AND h.valid_from <= :moment AND (h.valid_to IS NULL OR h.valid_to > :moment) ORDER BY h.agent",
            {"site": site, "day": day, "moment": f"{day}T23:59:59Z"},
        ).rows
        if all(verdict == "unknown" for _, verdict, _ in rows):
            return None
        return [str(agent) for agent, verdict, existed in rows if verdict == "blocked" and existed]

    def reopened(self: _Asking, site: str, since: str, until: str) -> list[dict[str, Any]]:
        """Blocks that a site lifted, wholly or in part, between two days, both included (view `changes`)."""
        return self.sql(
            "SELECT date, not_before, site, agent, before, after, kind, named FROM changes WHERE site = :site "
            "AND before = 'blocked' AND cause = 'site' AND agent_existed = 1 AND date BETWEEN :since AND :until "
            "ORDER BY date, agent",
            {"site": site, "since": since, "until": until},
        ).dicts()
