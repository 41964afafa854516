"""Which sites of a panel restrict an agent: by their robots.txt, and by their terms. A part of `Reader`."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, Protocol

from tracker.core.dates import iso
from tracker.core.definitions import DEFINITIONS
from tracker.core.intervals import DAY
from tracker.core.tokens import Blocked, Site, TermsReading
from tracker.errors import QueryError
from tracker.store.newest import NEWEST_LOOK
from tracker.store.rows import Rows

SECONDS = 300.0
"""The terms of a million sites take their time."""

_AGENT = "SELECT agent_id, valid_from_day, obeys_star FROM agent WHERE name = :agent"
_RULINGS = """
SELECT s.host, m.rank, s.sector, CASE WHEN t.policy_id IS NULL THEN 0 ELSE 1 END AS known,
       COALESCE(r.named, 0) AS named, COALESCE(r.bits, p.star, 0) AS bits, COALESCE(p.star, 0) AS star
FROM panel l
JOIN panel_member m ON m.panel_id = l.panel_id AND m.since < :end AND (m.until IS NULL OR m.until >= :end)
JOIN site s ON s.site_id = m.site_id
LEFT JOIN state t ON t.site_id = m.site_id AND t.valid_from < :end AND (t.valid_to IS NULL OR t.valid_to >= :end)
LEFT JOIN policy p ON p.policy_id = t.policy_id
LEFT JOIN ruling r ON r.policy_id = t.policy_id AND r.agent_id = :agent
WHERE l.name = :panel
ORDER BY m.rank IS NULL, m.rank, s.host
"""
# As in question 16: what counts is a page of terms, or where a site has none a legal notice or an imprint. But what is
# read and of no known class is unknown here, and so is what somebody has still to look at.
_TERMS = """
WITH page AS (
  SELECT site, dpi_class, CASE WHEN kind = 'terms' AND url <> '' THEN 1 ELSE 0 END AS is_main,
         CASE WHEN dpi_class IS NULL THEN 0 ELSE 1 END AS is_known
  FROM terms_now WHERE site IN (SELECT site FROM sites WHERE list = :panel)
), stands AS (
  SELECT site, MAX(CASE WHEN dpi_class IN (1, 3) THEN 1 ELSE 0 END) AS training,
         MAX(CASE WHEN dpi_class IN (1, 2, 3) THEN 1 ELSE 0 END) AS crawling,
         CASE WHEN MAX(is_main) = 1 THEN MAX(is_main * is_known) ELSE MAX(is_known) END AS known
  FROM page GROUP BY site
), doubt AS (
  SELECT site, MAX(CASE category WHEN 'no_ai_training' THEN 1 ELSE 0 END) AS training, 1 AS crawling
  FROM terms_findings
  WHERE current = 1 AND asserted = 0 AND category IN ('no_ai_training', 'no_scraping', 'tdm_reservation')
    AND site IN (SELECT site FROM sites WHERE list = :panel)
  GROUP BY site
)
SELECT s.site, s.training, s.crawling, s.known, COALESCE(d.training, 0) AS doubtful_training,
       COALESCE(d.crawling, 0) AS doubtful_crawling
FROM stands s LEFT JOIN doubt d ON d.site = s.site
"""


class PanelSites(NamedTuple):
    """The members of a panel, and what they say at the end of the day of its newest look (ISO; None: there is none)."""

    day: str | None
    sites: list[Site]


class _Asking(Protocol):
    def sql(self, statement: str, values: Mapping[str, Any] | None = None, *, seconds: float = ...) -> Rows:
        """As `Reader.sql`."""


class RestrictionQuestions:
    """Who restricts an agent, site by site, as methods of a reader."""

    def restricted_sites(
        self: _Asking, agent: str, panel: str, definition: str, reading: TermsReading = TermsReading.TRAINING
    ) -> PanelSites:
        """The members of a panel by rank and name, each with what it says in robots.txt and in its terms.

        Known by robots.txt are those whose file is readable or absent, as in view `shares` on that day; by terms those
        whose page of terms was read and has a class, as the terms stand now. Raises QueryError for a definition or an
        agent that is not there.
        """
        if definition not in DEFINITIONS:
            raise QueryError(f"unknown definition {definition!r}, use one of: {', '.join(DEFINITIONS)}")
        facts = self.sql(_AGENT, {"agent": agent}).rows
        if not facts:
            raise QueryError(f"no agent {agent!r} in this history")
        agent_id, since, obeys_star = facts[0]
        newest = self.sql(NEWEST_LOOK, {"panel": panel}).rows[0][0]
        day = (newest or 0) // DAY
        existed = since is None or day >= since
        terms = {row[0]: _terms(row, reading) for row in self.sql(_TERMS, {"panel": panel}, seconds=SECONDS).rows}
        counts = cache(DEFINITIONS[definition].counts_bits)
        values = {"panel": panel, "agent": agent_id, "end": (day + 1) * DAY}
        found = []
        for host, rank, sector, known, named, bits, star in self.sql(_RULINGS, values, seconds=SECONDS).rows:
            if not existed:
                # As in view shares: nobody can have named it yet, and what * says is counted.
                bits = 0 if not obeys_star else star if named else bits
                named = 0
            blocked = counts(bool(named), bits) if known else None
            by_name = bool(named) and blocked if known else None
            found.append(Site(host, rank, sector or "", blocked, by_name, terms.get(host)))
        return PanelSites(None if newest is None else iso(newest)[:10], found)


def _terms(row: tuple[Any, ...], reading: TermsReading) -> Blocked:
    """Whether the terms of a site restrict, from its row."""
    _site, training, crawling, known, doubtful_training, doubtful_crawling = row
    restricts, doubtful = (
        (training, doubtful_training) if reading is TermsReading.TRAINING else (crawling, doubtful_crawling)
    )
    if restricts:
        return True
    return False if known and not doubtful else None
