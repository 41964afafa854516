"""Derived tables: they follow from evidence, meaning and the registry, and can be dropped and rebuilt."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from tracker.core.definitions import DEFINITIONS
from tracker.store.models.columns import KEYED, OPEN, STRICT, integer, words


class Ruling(SQLModel, table=True):
    """Derived: what a policy says to a registered agent, where that differs from what it says to `*`.

    `named` 1: by one of the agent's own tokens; 0: by a token it falls back to, or because it does not obey `*`.
    """

    __tablename__ = "ruling"
    __table_args__ = (Index("ruling_policy", "policy_id"), KEYED)
    agent_id: int = integer(primary_key=True, foreign_key="agent.agent_id")
    policy_id: int = integer(primary_key=True, foreign_key="policy.policy_id")
    named: int = integer()
    bits: int = integer()


class Span(SQLModel, table=True):
    """Derived: a maximal run of equal answers, and which sources saw its ends.

    Of the newest span of a site, `head` has the end, who saw it, and the checks.
    """

    __tablename__ = "span"
    __table_args__ = (Index("span_body", "body_id"), KEYED)
    site_id: int = integer(primary_key=True, foreign_key="site.site_id")
    first_seen: int = integer(primary_key=True)
    last_seen: int = integer()
    checks: int = integer()
    body_id: int | None = integer(default=None, foreign_key="body.body_id")
    failed_after: int | None = integer(default=None)
    source_id: int = integer(default=0)
    last_source_id: int = integer(default=0)


class Head(SQLModel, table=True):
    """Derived: the newest span of a site as it stands. The only row that an unchanged check touches.

    `failed_after` is the first failed attempt since `last_ok`, `last_try` the newest attempt of any outcome;
    `source_id` saw the answer at `last_ok`.
    """

    __tablename__ = "head"
    __table_args__ = (STRICT,)
    site_id: int | None = integer(primary_key=True, default=None, foreign_key="site.site_id")
    first_seen: int | None = integer(default=None)
    body_id: int | None = integer(default=None, foreign_key="body.body_id")
    last_ok: int | None = integer(default=None)
    checks: int = integer(default=0)
    failed_after: int | None = integer(default=None)
    last_try: int = integer()
    source_id: int = integer(default=0)


class State(SQLModel, table=True):
    """Derived: the policy in force over [valid_from, valid_to). `policy_id` NULL: unknown. `held` 1: ended unseen.

    `prev_policy_id` is the last known policy before, also across an unknown stretch (NULL: none). `body_id` is the
    answer that began it, `prev_body_id` the one before, last seen at `not_before`; `relayed` 1: by another source.
    """

    __tablename__ = "state"
    __table_args__ = (
        Index("state_from", "valid_from"),
        Index("state_open", "policy_id", sqlite_where=OPEN, postgresql_where=OPEN),
        KEYED,
    )
    site_id: int = integer(primary_key=True, foreign_key="site.site_id")
    valid_from: int = integer(primary_key=True)
    valid_to: int | None = integer(default=None)
    policy_id: int | None = integer(default=None, foreign_key="policy.policy_id")
    prev_policy_id: int | None = integer(default=None, foreign_key="policy.policy_id")
    held: int = integer(default=0)
    body_id: int | None = integer(default=None, foreign_key="body.body_id")
    prev_body_id: int | None = integer(default=None, foreign_key="body.body_id")
    not_before: int | None = integer(default=None)
    relayed: int = integer(default=0)


class SiteSignal(SQLModel, table=True):
    """Derived: that a page of a site (`target`) said something over [valid_from, valid_to); NULL: it still does.

    The columns are those of tracker.core.site_signals.Said.
    """

    __tablename__ = "site_signal"
    __table_args__ = (
        Index("site_signal_of", "site_id", "target"),
        Index("site_signal_open", "last_seen", sqlite_where=OPEN, postgresql_where=OPEN),
        STRICT,
    )
    site_signal_id: int | None = integer(primary_key=True, default=None)
    site_id: int = integer(foreign_key="site.site_id")
    target: str = words()
    kind: str = words()
    key: str = words()
    value: str = words()
    token: str = words()
    path: str = words(default="")
    flags: str = words(default="")
    raw: str = words(default="")
    source: str = words()
    valid_from: int = integer()
    valid_to: int | None = integer(default=None)
    last_seen: int = integer()


class TallySites(SQLModel, table=True):
    """Derived: by how much the number of known sites of a panel changed on a day (a difference table).

    The `star_` columns count what `*` says under a definition, whoever is named beside it.
    """

    __tablename__ = "tally_sites"
    __table_args__ = (KEYED,)
    panel_id: int = integer(primary_key=True, foreign_key="panel.panel_id")
    day: int = integer(primary_key=True)
    members: int = integer(default=0)
    readable: int = integer(default=0)
    absent: int = integer(default=0)
    star_effective_full: int = integer(default=0)
    star_effective_root: int = integer(default=0)
    star_any_restriction: int = integer(default=0)
    star_every_path: int = integer(default=0)


def tally_columns() -> tuple[str, ...]:
    """One difference column per definition, and per definition that also counts `*` one for the named part."""
    columns: list[str] = []
    for definition in DEFINITIONS.values():
        columns.append(definition.name)
        if not definition.named_only:
            columns.append(f"{definition.name}_named")
    return tuple(columns)


class Tally(SQLModel, table=True):
    """Derived: by how much each count of an agent in a panel changed on a day. Levels are running sums over days.

    Differences commute, so late and corrected data are `-old, +new` on two days, in any order.
    """

    __tablename__ = "tally"
    __table_args__ = (KEYED,)
    panel_id: int = integer(primary_key=True, foreign_key="panel.panel_id")
    agent_id: int = integer(primary_key=True, foreign_key="agent.agent_id")
    day: int = integer(primary_key=True)
    effective_full: int = integer(default=0)
    effective_full_named: int = integer(default=0)
    effective_root: int = integer(default=0)
    effective_root_named: int = integer(default=0)
    any_restriction: int = integer(default=0)
    any_restriction_named: int = integer(default=0)
    every_path: int = integer(default=0)
    every_path_named: int = integer(default=0)
    mentioned: int = integer(default=0)
    named_root: int = integer(default=0)
    named_full: int = integer(default=0)
    dpi_all: int = integer(default=0)
    explicit_allow: int = integer(default=0)
    naive_substring: int = integer(default=0)
    naive_substring_named: int = integer(default=0)
