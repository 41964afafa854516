"""What the history is told: about itself, the sites and panels, and the registry of agents."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from tracker.store.models.columns import KEYED, STRICT, integer, words


class Meta(SQLModel, table=True):
    """Facts about the file itself: what wrote it, which registry and ruleset its derived tables follow."""

    __tablename__ = "meta"
    __table_args__ = (KEYED,)
    key: str = words(primary_key=True)
    value: str = words()


class Site(SQLModel, table=True):
    """A host, the unit of counting. Sector, country and language are as the newest panel that states them."""

    __tablename__ = "site"
    __table_args__ = (STRICT,)
    site_id: int | None = integer(primary_key=True, default=None)
    host: str = words(unique=True)
    sector: str | None = words(default=None)
    country: str | None = words(default=None)
    language: str | None = words(default=None)


class Panel(SQLModel, table=True):
    """A dated, fixed list of sites. `is_sample` 1 only where `population` names what it is a sample of."""

    __tablename__ = "panel"
    __table_args__ = (STRICT,)
    panel_id: int | None = integer(primary_key=True, default=None)
    name: str = words(unique=True)
    title: str = words()
    source: str = words()
    list_id: str = words()
    population: str | None = words(default=None)
    is_sample: int = integer(default=0)


class PanelMember(SQLModel, table=True):
    """Membership of a site in a panel over [since, until); `until` NULL: still a member."""

    __tablename__ = "panel_member"
    __table_args__ = (Index("panel_member_site", "site_id"), KEYED)
    panel_id: int = integer(primary_key=True, foreign_key="panel.panel_id")
    site_id: int = integer(primary_key=True, foreign_key="site.site_id")
    since: int = integer(primary_key=True)
    until: int | None = integer(default=None)
    rank: int | None = integer(default=None)


class Agent(SQLModel, table=True):
    """A crawler identity of the registry, carried over from data/reference/agents.toml.

    `obeys_star` 0: it ignores what is said to everybody.
    """

    __tablename__ = "agent"
    __table_args__ = (STRICT,)
    agent_id: int | None = integer(primary_key=True, default=None)
    name: str = words(unique=True)
    operator: str = words()
    purpose: str = words()
    kind: str = words()
    tokens: str = words()
    valid_from: str | None = words(default=None)
    valid_from_day: int | None = integer(default=None)
    documentation: str = words()
    headline: int = integer(default=0)
    obeys_star: int = integer(default=1)


class AgentToken(SQLModel, table=True):
    """The tokens whose rules an agent obeys, in lower case, by `position`; the first that a file names counts.

    Its own, then those it falls back to, then `*` unless it ignores that.
    """

    __tablename__ = "agent_token"
    __table_args__ = (KEYED,)
    agent_id: int = integer(primary_key=True, foreign_key="agent.agent_id")
    position: int = integer(primary_key=True)
    token: str = words()
