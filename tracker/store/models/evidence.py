"""Evidence: what was seen, by whom and when. Nothing here is ever rewritten."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from tracker.store.models.columns import KEYED, PART, STRICT, WHOLE, integer, octets, words


class Source(SQLModel, table=True):
    """Where captures come from. `key` identifies it across machines; `rank` decides between sources in one second."""

    __tablename__ = "source"
    __table_args__ = (STRICT,)
    source_id: int | None = integer(primary_key=True, default=None)
    kind: str = words()
    name: str = words()
    key: str = words(unique=True)
    rank: int = integer()
    panel_id: int | None = integer(default=None, foreign_key="panel.panel_id")


class Crawl(SQLModel, table=True):
    """One pass over a panel, our own or imported. `at` dates all its checks.

    `answered` and `failed` are zlib-compressed bitmaps over site_id (least significant bit first): with `sighting`
    they say what every site answered at `at`. `finished_at` NULL: running or interrupted. `whole` 0: a batch of
    captures, each at its own time in `sighting` or `trouble`; the bitmaps are empty and `at` is the newest of them.
    `targets`: what was asked for, by words of tracker.core.visits.Target; the bitmaps are those of robots.txt. `part`:
    what it is in the round that crawl `parent` began ("": it began one), see tracker.store.rounds. `suspect`: why not
    to trust it too soon.
    """

    __tablename__ = "crawl"
    __table_args__ = (
        UniqueConstraint("source_id", "ref"),
        Index("crawl_panel_at", "panel_id", "at"),
        Index("crawl_whole", "panel_id", "at", sqlite_where=WHOLE, postgresql_where=WHOLE),
        Index("crawl_parent", "parent", sqlite_where=PART, postgresql_where=PART),
        STRICT,
    )
    crawl_id: int | None = integer(primary_key=True, default=None)
    source_id: int = integer(foreign_key="source.source_id")
    panel_id: int | None = integer(default=None, foreign_key="panel.panel_id")
    at: int = integer(index=True)
    finished_at: int | None = integer(default=None)
    ref: str = words()
    vantage: str = words(default="")
    ruleset: int = integer()
    asked: int = integer(default=0)
    answered_sites: int = integer(default=0)
    failed_sites: int = integer(default=0)
    answered: bytes = octets(default=b"")
    failed: bytes = octets(default=b"")
    whole: int = integer(default=1)
    targets: str = words(default="robots")
    parent: int | None = integer(default=None, foreign_key="crawl.crawl_id")
    part: str = words(default="")
    suspect: str = words(default="")


class Body(SQLModel, table=True):
    """Distinct bytes of an answer, by SHA-256. The bytes stand in `body_data`, so that scans stay small."""

    __tablename__ = "body"
    __table_args__ = (Index("body_policy", "policy_id"), STRICT)
    body_id: int | None = integer(primary_key=True, default=None)
    sha256: bytes = octets(unique=True)
    size: int = integer()
    policy_id: int = integer(foreign_key="policy.policy_id")
    flags: str = words(default="")


class BodyData(SQLModel, table=True):
    """The bytes of a body, compressed by `codec` (zstd)."""

    __tablename__ = "body_data"
    __table_args__ = (CheckConstraint("codec IN ('zstd')"), STRICT)
    body_id: int | None = integer(primary_key=True, default=None, foreign_key="body.body_id")
    codec: str = words()
    data: bytes = octets()


class Sighting(SQLModel, table=True):
    """Evidence: from `seen_at` on, this source saw this body (NULL: no robots.txt) whenever its crawls were answered.

    Of a crawl it is written only where the answer differs from the one before in the same source, of a batch of
    captures always. `ref` is the URL that answered, the git blob or the WARC record.
    """

    __tablename__ = "sighting"
    __table_args__ = (Index("sighting_body", "body_id"), KEYED)
    site_id: int = integer(primary_key=True, foreign_key="site.site_id")
    source_id: int = integer(primary_key=True, foreign_key="source.source_id")
    seen_at: int = integer(primary_key=True)
    body_id: int | None = integer(default=None, foreign_key="body.body_id")
    ref: str = words(default="")


class Exchange(SQLModel, table=True):
    """Evidence: the HTTP answer in which a crawl of our own saw what its sighting says.

    `headers`: fields as they came, a JSON list of [name, value]; `hops`: the redirects before it, likewise of objects.
    """

    __tablename__ = "exchange"
    __table_args__ = (
        ForeignKeyConstraint(
            ["site_id", "source_id", "seen_at"], ["sighting.site_id", "sighting.source_id", "sighting.seen_at"]
        ),
        KEYED,
    )
    site_id: int = integer(primary_key=True)
    source_id: int = integer(primary_key=True)
    seen_at: int = integer(primary_key=True)
    url: str = words()
    status: int = integer()
    address: str = words(default="")
    headers: str = words(default="[]")
    hops: str = words(default="[]")


class Validator(SQLModel, table=True):
    """What the next crawl of our own can make its request conditional by, and the body that it stands for.

    Of the newest answer; a site that sends neither has no row.
    """

    __tablename__ = "validator"
    __table_args__ = (STRICT,)
    site_id: int | None = integer(primary_key=True, default=None, foreign_key="site.site_id")
    body_id: int = integer(foreign_key="body.body_id")
    etag: str = words(default="")
    last_modified: str = words(default="")


class Trouble(SQLModel, table=True):
    """Evidence: a run of failed attempts of one source at one site with one cause (DESIGN section 4)."""

    __tablename__ = "trouble"
    __table_args__ = (KEYED,)
    site_id: int = integer(primary_key=True, foreign_key="site.site_id")
    source_id: int = integer(primary_key=True, foreign_key="source.source_id")
    first_seen: int = integer(primary_key=True)
    last_seen: int = integer()
    kind: str = words()
    checks: int = integer()
    detail: str = words(default="")


class PageBody(SQLModel, table=True):
    """The bytes that the signals of pages were read from, by SHA-256, compressed by `codec` (zstd)."""

    __tablename__ = "page_body"
    __table_args__ = (CheckConstraint("codec IN ('zstd')"), STRICT)
    page_body_id: int | None = integer(primary_key=True, default=None)
    sha256: bytes = octets(unique=True)
    size: int = integer()
    codec: str = words()
    data: bytes = octets()


class Page(SQLModel, table=True):
    """Evidence: a run of looks of one source at one page (`target`) with one cause and the same signals.

    `status`, `url`, `sha256` (of the whole page) and `size` are those of the newest look. `said` is the fingerprint of
    the signals; `page_body_id` and `headers`, a JSON list of [name, value], are what they were read from at first.
    `gaps`: the seconds from each look to the next (tracker.store.gaps).
    """

    __tablename__ = "page"
    __table_args__ = (Index("page_body_of", "page_body_id"), KEYED)
    site_id: int = integer(primary_key=True, foreign_key="site.site_id")
    source_id: int = integer(primary_key=True, foreign_key="source.source_id")
    target: str = words(primary_key=True)
    first_seen: int = integer(primary_key=True)
    last_seen: int = integer()
    checks: int = integer()
    outcome: str = words()
    cause: str = words()
    status: int | None = integer(default=None)
    url: str = words(default="")
    sha256: bytes | None = octets(default=None)
    size: int = integer(default=0)
    detail: str = words(default="")
    said: bytes = octets(default=b"")
    page_body_id: int | None = integer(default=None, foreign_key="page_body.page_body_id")
    headers: str = words(default="[]")
    gaps: bytes = octets(default=b"")


class Probe(SQLModel, table=True):
    """Evidence: what a site answered when its home page was asked for as `agent` and as ourselves (neutral).

    `agent` is a name, for agents leave the registry; `method` says how it was asked.
    """

    __tablename__ = "probe"
    __table_args__ = (Index("probe_at", "at"), KEYED)
    site_id: int = integer(primary_key=True, foreign_key="site.site_id")
    source_id: int = integer(primary_key=True, foreign_key="source.source_id")
    agent: str = words(primary_key=True)
    at: int = integer(primary_key=True)
    status_agent: int | None = integer(default=None)
    status_neutral: int | None = integer(default=None)
    cause_agent: str = words()
    cause_neutral: str = words()
    method: str = words()


class Relabel(SQLModel, table=True):
    """That a body was read anew at `at` (UTC seconds) by a better ruleset, which found another policy in it.

    Its whole history follows the new reading; this is the record that our reading changed, and not the site.
    """

    __tablename__ = "relabel"
    __table_args__ = (KEYED,)
    body_id: int = integer(primary_key=True, foreign_key="body.body_id")
    at: int = integer(primary_key=True)
    ruleset_before: int = integer()
    ruleset_after: int = integer()
    policy_before: int = integer(foreign_key="policy.policy_id")
    policy_after: int = integer(foreign_key="policy.policy_id")
