"""What the sites of a panel said to one agent over time, as the forecast takes it."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from tracker.core.definitions import DEFINITIONS
from tracker.core.forecast.histories import MANAGED, STILL, UNKNOWN, Histories
from tracker.core.intervals import DAY
from tracker.errors import QueryError
from tracker.store.newest import NEWEST_LOOK
from tracker.store.rows import Rows

# An absence of the file is no template: what sites without one have in common is nothing. The block of rules that a
# network puts in front of the files of its customers is one, where it came or went.
_STATES = (
    "SELECT t.site_id, t.valid_from, COALESCE(t.valid_to, :still), m.since, COALESCE(m.until, :still), "
    "CASE WHEN t.policy_id IS NULL THEN 1 ELSE 0 END, COALESCE(r.named, 0), COALESCE(r.bits, p.star, 0), "
    "COALESCE(t.not_before, t.valid_from), "
    "CASE WHEN o.body_id IS NOT NULL "
    "AND CASE WHEN n.flags LIKE :managed THEN 1 ELSE 0 END <> CASE WHEN o.flags LIKE :managed THEN 1 ELSE 0 END "
    f"THEN {MANAGED} WHEN p.absent = 0 THEN t.body_id ELSE 0 END "
    "FROM panel l JOIN panel_member m ON m.panel_id = l.panel_id JOIN state t ON t.site_id = m.site_id "
    "LEFT JOIN policy p ON p.policy_id = t.policy_id "
    "LEFT JOIN ruling r ON r.policy_id = t.policy_id AND r.agent_id = :agent "
    "LEFT JOIN body n ON n.body_id = t.body_id LEFT JOIN body o ON o.body_id = t.prev_body_id "
    "WHERE l.name = :panel"
)
_NAMES = (
    "SELECT DISTINCT s.site_id, s.host FROM panel l JOIN panel_member m ON m.panel_id = l.panel_id "
    "JOIN site s ON s.site_id = m.site_id WHERE l.name = :panel"
)


class Ask(Protocol):
    """`tracker.store.query.Reader.sql`."""

    def __call__(self, statement: str, values: Mapping[str, Any], /) -> Rows:
        """Run a statement with its named values."""


def site_histories(ask: Ask, agent: str, panel: str, definition: str) -> Histories:
    """The histories of a panel's sites for an agent under a definition, from when the agent was documented on.

    Known are the sites whose robots.txt is readable or absent, as in view `shares`; `until` is the newest look at a
    site of the panel, answered or not: looks at other panels say nothing of this one. The template of a change is the
    file that the site has since, or `MANAGED` if Cloudflare's managed block came or went with it.
    Raises QueryError for a definition or an agent that is not there.
    """
    if definition not in DEFINITIONS:
        raise QueryError(f"unknown definition {definition!r}, use one of: {', '.join(DEFINITIONS)}")
    facts = ask("SELECT agent_id, valid_from_day FROM agent WHERE name = :agent", {"agent": agent}).rows
    if not facts:
        raise QueryError(f"no agent {agent!r} in this history")
    newest = ask(NEWEST_LOOK, {"panel": panel}).rows[0][0] or 0
    values = {"panel": panel, "agent": facts[0][0], "still": STILL, "managed": "%managed_cf%"}
    rows = ask(_STATES, values).rows
    columns = np.array(rows, np.int64).reshape(len(rows), 10).T
    site, valid_from, valid_to, since, until, unknown, named, bits, not_before, template = columns
    ids, index = np.unique(site, return_inverse=True)
    # A definition is a function of few distinct verdicts: it is asked once for each.
    verdicts, which = np.unique(named << 32 | bits, return_inverse=True)
    counts = [DEFINITIONS[definition].counts_bits(bool(one >> 32), one & 0xFFFFFFFF) for one in verdicts.tolist()]
    names = dict(ask(_NAMES, {"panel": panel}).rows)
    found = Histories.of_columns(
        tuple(names[number] for number in ids.tolist()),
        index,
        np.maximum(valid_from, since),
        np.minimum(valid_to, until),
        np.where(unknown == 1, UNKNOWN, np.array(counts, np.int64)[which]),
        not_before,
        template,
        newest,
    )
    return found if facts[0][1] is None else found.launched(facts[0][1] * DAY)
