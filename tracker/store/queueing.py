"""The sites of a panel in the order in which a crawl asks them, page by page: a million of them take little memory.

Those that everybody looks at come first, by rank; the others by chance, for neighbours in a ranking share servers.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, case, func, or_, select, text

from tracker.core.exchange import Validators
from tracker.core.terms.looks import KnownTerms
from tracker.core.visits import Target
from tracker.store import models
from tracker.store.bitmap import SiteSet
from tracker.store.bulk import Ints, bare_rows, column, listed, rows_where, table
from tracker.store.opened import OpenCrawl
from tracker.store.packed import unpack
from tracker.store.pending import recorded_by
from tracker.store.rounds import REST
from tracker.store.terms import known_terms

FIRST = 1_000
"""Ranks up to this one are asked before all others."""

_MOST_PACKED = 64 * 1024


class Known(NamedTuple):
    """The answer that a site gave last as far as it can be asked for anew conditionally.

    `validators` to send, and the SHA-256 (hex) of the body that a 304 then means. `packed` are its bytes, compressed,
    where the crawl asks for pages, too: then what a 304 permits must be read.
    """

    validators: Validators
    sha256: str
    size: int
    packed: bytes | None = None

    def body(self) -> bytes | None:
        """The bytes, in a crawl that asks for pages; else None. Raises NotWhole if what is stored is damaged."""
        return None if self.packed is None else unpack(self.packed, self.size)


class Queued(NamedTuple):
    """A site to be asked. `known` None: nothing to ask it by, or too large a file to have at hand.

    `terms`: the pages of terms that the history knows of it, in a crawl that asks for them.
    """

    host: str
    site_id: int
    known: Known | None
    terms: tuple[KnownTerms, ...] = ()


def in_order(connection: Connection, crawl: OpenCrawl, seed: int, only: Sequence[str] | None) -> Ints:
    """The members that a crawl has still to ask, by id, a few octets each. `only`: of these hosts."""
    member = table(models.PanelMember).c
    now = select(member.site_id).where(member.panel_id == crawl.panel_id, member.until.is_(None))
    first = column(connection, now.where(member.rank <= FIRST).order_by(member.rank, member.site_id))
    rest = column(connection, now.where(or_(member.rank.is_(None), member.rank > FIRST)).order_by(member.site_id))
    np.random.default_rng(seed).shuffle(rest)
    ids = np.concatenate([first, rest])
    del rest  # a million take eight megabytes
    ids = ids[~crawl.answered.among(ids) & ~crawl.failed.among(ids)]
    if crawl.part == REST and crawl.parent is not None:
        ids = ids[~recorded_by(connection, crawl.parent).among(ids)]
    if only is None:
        return ids
    wanted = SiteSet(row.site_id for row in rows_where(connection, models.Site, "host", set(only)))
    return ids[wanted.among(ids)]


def pages_of(ids: Ints, size: int) -> Iterator[list[int]]:
    """The ids in lists of at most `size`."""
    for start in range(0, ids.size, size):
        yield ids[start : start + size].tolist()


def queued(connection: Connection, ids: Sequence[int], targets: Sequence[Target], source_id: int) -> list[Queued]:
    """The sites of a page, in its order, as a source knows them."""
    site, body, data, validator = (
        table(model) for model in (models.Site, models.Body, models.BodyData, models.Validator)
    )
    joined = site.outerjoin(validator, validator.c.site_id == site.c.site_id)
    joined = joined.outerjoin(body, body.c.body_id == validator.c.body_id)
    columns: list[Any] = [site.c.site_id, site.c.host, validator.c.etag, validator.c.last_modified]
    columns += [body.c.sha256, body.c.size]
    if set(targets) - {Target.ROBOTS}:
        joined = joined.outerjoin(data, data.c.body_id == body.c.body_id)
        length = func.length(data.c.data)
        columns += [length, case((length <= _MOST_PACKED, data.c.data))]
    statement = select(*columns).select_from(joined).where(text(f"site.site_id IN ({listed(ids)})"))
    found = {row[0]: Queued(row[1], row[0], _known(*row[2:])) for row in bare_rows(connection, statement)}
    if Target.TERMS in targets:
        terms = known_terms(connection, source_id, ids)
        found |= {site: found[site]._replace(terms=known) for site, known in terms.items()}
    return [found[site_id] for site_id in ids]


def _known(
    etag: str | None,
    modified: str | None,
    digest: bytes | None,
    size: int,
    length: int | None = None,
    packed: bytes | None = None,
) -> Known | None:
    if etag is None or modified is None or digest is None or (length is not None and packed is None):
        return None
    return Known(Validators(etag, modified), digest.hex(), size, packed)
