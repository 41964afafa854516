"""The file as a database: its pages, its references, and the bitmaps of its crawls."""

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, or_, select
from sqlalchemy.exc import DBAPIError

from tracker.store import models
from tracker.store.bulk import table
from tracker.store.rounds import AGAIN
from tracker.store.verify.report import Check

Bits = NDArray[np.uint8]
_LARGEST = 1 << 24  # octets of a bitmap


def check_file(connection: Connection, check: Check) -> bool:
    """SQLite's own integrity_check: pages, indexes, constraints."""
    check.repairable = False
    if connection.dialect.name != "sqlite":
        check.skipped = f"{connection.dialect.name} looks after its own pages"
        return True
    check.checked = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    try:
        found = connection.exec_driver_sql("PRAGMA integrity_check(1000)").scalars().all()
    except DBAPIError as error:
        found = [str(error.orig)]
    for said in found:
        if said != "ok":
            check.found(str(said).splitlines()[-1])
    return not check.wrong


def check_references(connection: Connection, check: Check) -> bool:
    """Every foreign key leads somewhere."""
    check.repairable = False
    if connection.dialect.name != "sqlite":
        check.skipped = f"{connection.dialect.name} holds its foreign keys itself"
        return True
    check.checked = len(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").all())
    for name, rowid, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        row = "a row" if rowid is None else f"row {rowid}"
        check.found(f"{name}: {row} leads to nothing in {parent}")
    return not check.wrong


def check_crawls(connection: Connection, check: Check) -> bool:
    """The bitmaps of each crawl can be read, name sites that are there, share none, and are as many as its row counts.

    A count that is off is not repaired: it may be the bitmap that was changed.
    """
    check.repairable = False
    are_readable = True
    sites = table(models.Site).c.site_id
    highest = connection.execute(select(func.max(sites))).scalar() or 0
    known = np.zeros(highest // 8 * 8 + 8, dtype=np.uint8)
    known[[row.site_id for row in connection.execute(select(sites))]] = 1
    crawls = select(table(models.Crawl)).order_by(table(models.Crawl).c.crawl_id).execution_options(yield_per=100)
    for row in connection.execute(crawls):
        check.checked += 1
        looks = []
        for name in ("answered", "failed"):
            bits = bits_of(getattr(row, name), known.size)
            if bits is None or (bits > known[: bits.size]).any():
                are_readable = False
                said = "cannot be read" if bits is None else "names sites that are not there"
                check.found(f"crawl {row.crawl_id} ({row.ref}): its bitmap of {name} sites {said}")
                continue
            looks.append(bits)
            if row.whole and int(bits.sum()) != (count := getattr(row, f"{name}_sites")):
                check.found(f"crawl {row.crawl_id} ({row.ref}): {count} {name}, its bitmap has {int(bits.sum())}")
        least = min((bits.size for bits in looks), default=0)
        if row.parent is not None:
            _check_part(connection, row, check)
        if len(looks) > 1 and (both := int((looks[0][:least] & looks[1][:least]).sum())):
            check.found(f"crawl {row.crawl_id} ({row.ref}): {both} sites answered and failed at once")
    return are_readable


def _check_part(connection: Connection, part: Any, check: Check) -> None:
    """A part belongs to a first crawl of its source, and finds answers only of sites that had none in their round."""
    crawl = table(models.Crawl)
    of_round = or_(crawl.c.crawl_id == part.parent, crawl.c.parent == part.parent)
    rows = connection.execute(select(crawl).where(of_round, crawl.c.part.not_in(AGAIN))).all()
    first = next((row for row in rows if row.crawl_id == part.parent), None)
    if first is None or first.part or not part.part or first.source_id != part.source_id:
        check.found(f"crawl {part.crawl_id} ({part.ref}): crawl {part.parent} did not begin its round")
    if part.part in AGAIN or not part.answered:
        return
    mine, twice = _answered(part), 0
    for other in rows:
        if other.crawl_id < part.crawl_id:
            bits = _answered(other)
            least = min(bits.size, mine.size)
            twice += int((bits[:least] & mine[:least]).sum())
    if twice:
        check.found(f"crawl {part.crawl_id} ({part.ref}): {twice} sites had answered before in its round")


def _answered(crawl: Any) -> Bits:
    bits = bits_of(crawl.answered, 8 * _LARGEST)
    return np.zeros(0, dtype=np.uint8) if bits is None else bits


def bits_of(blob: bytes, most: int) -> Bits | None:
    """The bits of a bitmap of at most `most` sites; None if it is none, or more: a stranger's may be a bomb."""
    if not blob:
        return np.zeros(0, dtype=np.uint8)
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(blob, most // 8 + 1)
    except zlib.error:
        return None
    if not unpacker.eof or len(data) * 8 > most:
        return None
    return np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little")
