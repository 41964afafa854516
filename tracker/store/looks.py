"""All that is known of one site, for a claim about it: every look, every failure, who looked, and the bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, or_, select

from tracker.core.intervals import Check
from tracker.errors import DatabaseError
from tracker.store import models
from tracker.store.bodies import ABSENT_BODY, Bodies
from tracker.store.bulk import table
from tracker.store.captures import OWN, usual_address
from tracker.store.database import explained, open_reader, place_of
from tracker.store.evidence import Evidence
from tracker.store.meta import get_meta
from tracker.store.packed import NotWhole, unpack
from tracker.store.rulings import Rulings

_LONGER, _HOSTS = 4, 50_000  # `www.` is four; to compare with fifty thousand hosts takes a second


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer: when (UTC seconds), the SHA-256 in hex (None: there was no robots.txt), who saw it and where."""

    at: int
    sha256: str | None
    source: str
    source_kind: str
    ref: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A run of failed attempts, as in the view `failures`; times in UTC seconds."""

    kind: str
    first_seen: int
    last_seen: int
    checks: int
    source: str
    detail: str


@dataclass(frozen=True)
class SiteLooks:
    """A site's answers in time order, one a second (`Check.body` 0: an absence), its failures, and the horizon."""

    site_id: int
    checks: Sequence[Check]
    failures: Sequence[int]
    trouble: Sequence[Trouble]
    horizon: int
    kind: str
    ruleset: str
    sources: dict[int, Any] = field(repr=False)

    @property
    def is_known(self) -> bool:
        """Whether the history has this site at all."""
        return self.site_id > 0


class Looks:
    """Reads the looks at sites out of a history, as a context manager. Raises DatabaseError and its kin."""

    def __init__(self, database: str | Path) -> None:
        self._place = place_of(database)
        self._engine = open_reader(database)
        with explained(self._place):
            self._connection: Connection = self._engine.connect()

    def __enter__(self) -> "Looks":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._engine.dispose()

    def horizon(self) -> int:
        """The latest moment that any crawl looked at anything (UTC seconds); 0 for an empty history."""
        with explained(self._place):
            return self._connection.execute(select(func.max(table(models.Crawl).c.at))).scalar() or 0

    def knows(self, host: str) -> bool:
        """Whether the history has this site at all: in a panel, or looked at."""
        with explained(self._place):
            return self._site_id(host) is not None

    def hosts_like(self, host: str) -> list[str]:
        """Some hosts that somebody may have meant: about as long, and the same in the beginning or the end."""
        column = table(models.Site).c.host
        near = func.length(column).between(len(host) - _LONGER, len(host) + _LONGER)
        alike = or_(column.startswith(host[:2], autoescape=True), column.endswith(host[-8:], autoescape=True))
        with explained(self._place):
            return list(self._connection.execute(select(column).where(near, alike).limit(_HOSTS)).scalars())

    def of(self, host: str) -> SiteLooks:
        """The looks at a site; none of one that the history does not know."""
        with explained(self._place):
            return self._of(host)

    def _site_id(self, host: str) -> int | None:
        site = table(models.Site).c
        return self._connection.execute(select(site.site_id).where(site.host == host)).scalar()

    def _of(self, host: str) -> SiteLooks:
        connection = self._connection
        source = table(models.Source)
        site_id = self._site_id(host)
        kind, ruleset = (get_meta(connection, name) or "" for name in ("kind", "ruleset"))
        sources = {row.source_id: row for row in connection.execute(select(source))}
        if site_id is None:
            return SiteLooks(0, [], [], [], self.horizon(), kind, ruleset, sources)
        evidence = Evidence(connection, Bodies(connection, Rulings(connection, ())), [site_id])
        looks = evidence.checks(site_id), evidence.failures(site_id), self._trouble(site_id)
        return SiteLooks(site_id, *looks, self.horizon(), kind, ruleset, sources)

    def _trouble(self, site_id: int) -> list[Trouble]:
        trouble, source = table(models.Trouble), table(models.Source)
        of_run = (trouble.c.kind, trouble.c.first_seen, trouble.c.last_seen, trouble.c.checks)
        joined = select(*of_run, source.c.name, trouble.c.detail).join_from(
            trouble, source, source.c.source_id == trouble.c.source_id
        )
        of_site = joined.where(trouble.c.site_id == site_id).order_by(trouble.c.first_seen)
        return [Trouble(*row) for row in self._connection.execute(of_site)]

    def seen(self, looks: SiteLooks, check: Check) -> Seen:
        """A check with who made it, and where the answer came from."""
        with explained(self._place):
            source = looks.sources[check.source]
            seen, body = table(models.Sighting), table(models.Body)
            ref = select(seen.c.ref).where(
                seen.c.site_id == looks.site_id, seen.c.source_id == check.source, seen.c.seen_at <= check.at
            )
            found = self._connection.execute(ref.order_by(seen.c.seen_at.desc()).limit(1)).scalar()
            digest = None
            if check.body != ABSENT_BODY:
                digest = self._connection.execute(
                    select(body.c.sha256).where(body.c.body_id == check.body)
                ).scalar_one()
            host = self._connection.execute(
                select(table(models.Site).c.host).where(table(models.Site).c.site_id == looks.site_id)
            ).scalar_one()
        usual = usual_address(host) if source.kind == OWN.kind else ""
        return Seen(check.at, None if digest is None else digest.hex(), source.name, source.kind, found or usual)

    def bytes_of(self, check: Check) -> bytes | None:
        """The bytes that a check saw; None for an absence. Raises DatabaseError if what is stored is damaged."""
        if check.body == ABSENT_BODY:
            return None
        body, data = table(models.Body), table(models.BodyData)
        with explained(self._place):
            stored = select(body.c.size, data.c.data).join_from(body, data, data.c.body_id == body.c.body_id)
            row = self._connection.execute(stored.where(body.c.body_id == check.body)).one_or_none()
        try:
            if row is None:
                raise NotWhole("is missing")
            return unpack(row.data, row.size)
        except NotWhole as error:
            raise DatabaseError(f"a stored body {error}: restore a backup (`tracker verify` says more)") from error
