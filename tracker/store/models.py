"""The tables of the history, declared once for every engine.

Three kinds. *Evidence* is what was seen and is never rewritten: `body`, `body_data`, `crawl`, `sighting`, `trouble`.
*Meaning* follows from one body and the ruleset: `policy`, `rule`, `token`, `signal`. *Derived* tables follow from both
and from the reference data, and can be dropped and rebuilt: `span`, `head`, `state`, `ruling`, `tally`, `tally_sites`.
Times are integer UTC seconds, days are day numbers since 1970-01-01 (UTC). Users query the views, not these tables.
"""

from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from tracker.core.definitions import DEFINITIONS

STRICT: dict[str, Any] = {"sqlite_strict": True}
KEYED: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}
_OPEN = text("valid_to IS NULL")


def _field(sa_type: Any, default: Any, server_default: str | None, **more: Any) -> Any:
    kwargs = {"server_default": text(server_default)} if server_default is not None else {}
    return Field(default=default, sa_type=sa_type, sa_column_kwargs=kwargs, **more)


def _int(default: Any = ..., **more: Any) -> Any:
    return _field(Integer, default, str(default) if isinstance(default, int) else None, **more)


def _text(default: Any = ..., **more: Any) -> Any:
    return _field(Text, default, f"'{default}'" if isinstance(default, str) else None, **more)


def _blob(default: Any = ..., **more: Any) -> Any:
    return _field(LargeBinary, default, "x''" if default == b"" else None, **more)


class Meta(SQLModel, table=True):
    """Facts about the file itself: what wrote it, which registry and ruleset its derived tables follow."""

    __tablename__ = "meta"
    __table_args__ = (KEYED,)
    key: str = _text(primary_key=True)
    value: str = _text()


class Site(SQLModel, table=True):
    """A host, the unit of counting. Sector, country and language are as the newest panel that states them."""

    __tablename__ = "site"
    __table_args__ = (STRICT,)
    site_id: int | None = _int(primary_key=True, default=None)
    host: str = _text(unique=True)
    sector: str | None = _text(default=None)
    country: str | None = _text(default=None)
    language: str | None = _text(default=None)


class Panel(SQLModel, table=True):
    """A dated, fixed list of sites. `is_sample` 1 only where `population` names what it is a sample of."""

    __tablename__ = "panel"
    __table_args__ = (STRICT,)
    panel_id: int | None = _int(primary_key=True, default=None)
    name: str = _text(unique=True)
    title: str = _text()
    source: str = _text()
    list_id: str = _text()
    population: str | None = _text(default=None)
    is_sample: int = _int(default=0)


class PanelMember(SQLModel, table=True):
    """Membership of a site in a panel over [since, until); `until` NULL: still a member."""

    __tablename__ = "panel_member"
    __table_args__ = (Index("panel_member_site", "site_id"), KEYED)
    panel_id: int = _int(primary_key=True, foreign_key="panel.panel_id")
    site_id: int = _int(primary_key=True, foreign_key="site.site_id")
    since: int = _int(primary_key=True)
    until: int | None = _int(default=None)
    rank: int | None = _int(default=None)


class Agent(SQLModel, table=True):
    """A crawler identity of the registry, carried over from data/reference/agents.toml.

    `obeys`: in JSON the tokens whose rules it obeys, the first that a file names; its own, then those it falls back to,
    then `*` unless it ignores that.
    """

    __tablename__ = "agent"
    __table_args__ = (STRICT,)
    agent_id: int | None = _int(primary_key=True, default=None)
    name: str = _text(unique=True)
    operator: str = _text()
    purpose: str = _text()
    kind: str = _text()
    tokens: str = _text()
    valid_from: str | None = _text(default=None)
    valid_from_day: int | None = _int(default=None)
    documentation: str = _text()
    headline: int = _int(default=0)
    obeys: str = _text(default="[]")


class Source(SQLModel, table=True):
    """Where captures come from. `key` identifies it across machines; `rank` decides between sources in one second."""

    __tablename__ = "source"
    __table_args__ = (STRICT,)
    source_id: int | None = _int(primary_key=True, default=None)
    kind: str = _text()
    name: str = _text()
    key: str = _text(unique=True)
    rank: int = _int()
    panel_id: int | None = _int(default=None, foreign_key="panel.panel_id")


class Crawl(SQLModel, table=True):
    """One pass over a panel, our own or imported. `at` dates all its checks.

    `answered` and `failed` are zlib-compressed bitmaps over site_id (least significant bit first): with `sighting`
    they say what every site answered at `at`. `finished_at` NULL: running or interrupted. `whole` 0: a batch of
    captures, each at its own time in `sighting` or `trouble`; the bitmaps are empty and `at` is the newest of them.
    """

    __tablename__ = "crawl"
    __table_args__ = (
        UniqueConstraint("source_id", "ref"),
        Index("crawl_panel_at", "panel_id", "at"),
        STRICT,
    )
    crawl_id: int | None = _int(primary_key=True, default=None)
    source_id: int = _int(foreign_key="source.source_id")
    panel_id: int | None = _int(default=None, foreign_key="panel.panel_id")
    at: int = _int(index=True)
    finished_at: int | None = _int(default=None)
    ref: str = _text()
    vantage: str = _text(default="")
    ruleset: int = _int()
    asked: int = _int(default=0)
    answered_sites: int = _int(default=0)
    failed_sites: int = _int(default=0)
    answered: bytes = _blob(default=b"")
    failed: bytes = _blob(default=b"")
    whole: int = _int(default=1)


class Policy(SQLModel, table=True):
    """What a body says to all agents, by fingerprint: `star` are the packed bits of `*`, `rule` holds named tokens.

    `loose`: registered tokens, by line feeds, that occur in the text without being (part of) a named token.
    """

    __tablename__ = "policy"
    __table_args__ = (STRICT,)
    policy_id: int | None = _int(primary_key=True, default=None)
    fingerprint: bytes = _blob(unique=True)
    star: int = _int()
    absent: int = _int(default=0)
    loose: str = _text(default="")


class Token(SQLModel, table=True):
    """A product token in lower case, as named by any file that was ever seen."""

    __tablename__ = "token"
    __table_args__ = (STRICT,)
    token_id: int | None = _int(primary_key=True, default=None)
    token: str = _text(unique=True)


class Rule(SQLModel, table=True):
    """The packed bits of one named token in one policy (see tracker.core.policy). Known agents or not: all are kept."""

    __tablename__ = "rule"
    __table_args__ = (Index("rule_token", "token_id"), KEYED)
    policy_id: int = _int(primary_key=True, foreign_key="policy.policy_id")
    token_id: int = _int(primary_key=True, foreign_key="token.token_id")
    bits: int = _int()


class Signal(SQLModel, table=True):
    """A signal of a policy's bodies, as it applies to `token` ("*": to everybody who is not named).

    `raw` keeps the words where `value` is empty because they are not understood. See tracker.core.signals.
    """

    __tablename__ = "signal"
    __table_args__ = (KEYED,)
    policy_id: int = _int(primary_key=True, foreign_key="policy.policy_id")
    kind: str = _text(primary_key=True)
    key: str = _text(primary_key=True)
    token: str = _text(primary_key=True)
    path: str = _text(primary_key=True)
    value: str = _text(primary_key=True)
    flags: str = _text(default="", primary_key=True)
    raw: str = _text(default="", primary_key=True)


class Ruling(SQLModel, table=True):
    """Derived: what a policy says to a registered agent, where that differs from what it says to `*`.

    `named` 1: by one of the agent's own tokens; 0: by a token it falls back to, or because it does not obey `*`.
    """

    __tablename__ = "ruling"
    __table_args__ = (Index("ruling_policy", "policy_id"), KEYED)
    agent_id: int = _int(primary_key=True, foreign_key="agent.agent_id")
    policy_id: int = _int(primary_key=True, foreign_key="policy.policy_id")
    named: int = _int()
    bits: int = _int()


class Body(SQLModel, table=True):
    """Distinct bytes of an answer, by SHA-256. The bytes stand in `body_data`, so that scans stay small."""

    __tablename__ = "body"
    __table_args__ = (Index("body_policy", "policy_id"), STRICT)
    body_id: int | None = _int(primary_key=True, default=None)
    sha256: bytes = _blob(unique=True)
    size: int = _int()
    policy_id: int = _int(foreign_key="policy.policy_id")
    flags: str = _text(default="")


class BodyData(SQLModel, table=True):
    """The bytes of a body, compressed by `codec` (zstd)."""

    __tablename__ = "body_data"
    __table_args__ = (CheckConstraint("codec IN ('zstd')"), STRICT)
    body_id: int | None = _int(primary_key=True, default=None, foreign_key="body.body_id")
    codec: str = _text()
    data: bytes = _blob()


class Relabel(SQLModel, table=True):
    """That a body was read anew at `at` (UTC seconds) by a better ruleset, which found another policy in it.

    Its whole history follows the new reading; this is the record that our reading changed, and not the site.
    """

    __tablename__ = "relabel"
    __table_args__ = (KEYED,)
    body_id: int = _int(primary_key=True, foreign_key="body.body_id")
    at: int = _int(primary_key=True)
    ruleset_before: int = _int()
    ruleset_after: int = _int()
    policy_before: int = _int(foreign_key="policy.policy_id")
    policy_after: int = _int(foreign_key="policy.policy_id")


class Sighting(SQLModel, table=True):
    """Evidence: from `seen_at` on, this source saw this body (NULL: no robots.txt) whenever its crawls were answered.

    Of a crawl it is written only where the answer differs from the one before in the same source, of a batch of
    captures always. `ref` is the URL that answered, the git blob or the WARC record.
    """

    __tablename__ = "sighting"
    __table_args__ = (Index("sighting_body", "body_id"), KEYED)
    site_id: int = _int(primary_key=True, foreign_key="site.site_id")
    source_id: int = _int(primary_key=True, foreign_key="source.source_id")
    seen_at: int = _int(primary_key=True)
    body_id: int | None = _int(default=None, foreign_key="body.body_id")
    ref: str = _text(default="")


class Trouble(SQLModel, table=True):
    """Evidence: a run of failed attempts of one source at one site with one cause (DESIGN section 4)."""

    __tablename__ = "trouble"
    __table_args__ = (KEYED,)
    site_id: int = _int(primary_key=True, foreign_key="site.site_id")
    source_id: int = _int(primary_key=True, foreign_key="source.source_id")
    first_seen: int = _int(primary_key=True)
    last_seen: int = _int()
    kind: str = _text()
    checks: int = _int()
    detail: str = _text(default="")


class Span(SQLModel, table=True):
    """Derived: a maximal run of equal answers. Of the newest span of a site, `head` has the end and the checks."""

    __tablename__ = "span"
    __table_args__ = (Index("span_body", "body_id"), KEYED)
    site_id: int = _int(primary_key=True, foreign_key="site.site_id")
    first_seen: int = _int(primary_key=True)
    last_seen: int = _int()
    checks: int = _int()
    body_id: int | None = _int(default=None, foreign_key="body.body_id")
    failed_after: int | None = _int(default=None)


class Head(SQLModel, table=True):
    """Derived: the newest span of a site as it stands. The only row that an unchanged check touches.

    `failed_after` is the first failed attempt since `last_ok`, `last_try` the newest attempt of any outcome.
    """

    __tablename__ = "head"
    __table_args__ = (STRICT,)
    site_id: int | None = _int(primary_key=True, default=None, foreign_key="site.site_id")
    first_seen: int | None = _int(default=None)
    body_id: int | None = _int(default=None, foreign_key="body.body_id")
    last_ok: int | None = _int(default=None)
    checks: int = _int(default=0)
    failed_after: int | None = _int(default=None)
    last_try: int = _int()


class State(SQLModel, table=True):
    """Derived: the policy in force over [valid_from, valid_to). `policy_id` NULL: unknown. `held` 1: ended unseen.

    `prev_policy_id` is the last known policy before, also across an unknown stretch (NULL: none).
    """

    __tablename__ = "state"
    __table_args__ = (
        Index("state_from", "valid_from"),
        Index("state_open", "policy_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        KEYED,
    )
    site_id: int = _int(primary_key=True, foreign_key="site.site_id")
    valid_from: int = _int(primary_key=True)
    valid_to: int | None = _int(default=None)
    policy_id: int | None = _int(default=None, foreign_key="policy.policy_id")
    prev_policy_id: int | None = _int(default=None, foreign_key="policy.policy_id")
    held: int = _int(default=0)


class TallySites(SQLModel, table=True):
    """Derived: by how much the number of known sites of a panel changed on a day (a difference table).

    The `star_` columns count what `*` says under a definition, whoever is named beside it.
    """

    __tablename__ = "tally_sites"
    __table_args__ = (KEYED,)
    panel_id: int = _int(primary_key=True, foreign_key="panel.panel_id")
    day: int = _int(primary_key=True)
    members: int = _int(default=0)
    readable: int = _int(default=0)
    absent: int = _int(default=0)
    star_effective_full: int = _int(default=0)
    star_effective_root: int = _int(default=0)
    star_any_restriction: int = _int(default=0)
    star_every_path: int = _int(default=0)


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
    panel_id: int = _int(primary_key=True, foreign_key="panel.panel_id")
    agent_id: int = _int(primary_key=True, foreign_key="agent.agent_id")
    day: int = _int(primary_key=True)
    effective_full: int = _int(default=0)
    effective_full_named: int = _int(default=0)
    effective_root: int = _int(default=0)
    effective_root_named: int = _int(default=0)
    any_restriction: int = _int(default=0)
    any_restriction_named: int = _int(default=0)
    every_path: int = _int(default=0)
    every_path_named: int = _int(default=0)
    mentioned: int = _int(default=0)
    named_root: int = _int(default=0)
    named_full: int = _int(default=0)
    dpi_all: int = _int(default=0)
    explicit_allow: int = _int(default=0)
    naive_substring: int = _int(default=0)
    naive_substring_named: int = _int(default=0)
