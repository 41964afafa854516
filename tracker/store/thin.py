"""The failure lane thinned: old runs of failed attempts made one row a month, without changing what they mean.

Runs of failures are the one thing in a history that grows with checks. What is derived needs of them the moments at
which attempts failed (the first after an answer dates the end of its hold), and those stand in the bitmaps of the
crawls too, bit by bit. So runs of one site, source, cause and month can become one row (first and last moment, checks
summed) wherever every moment that it no longer spells out is in the bitmap of a crawl of that source: then no state,
span or share can change, now or after any later import, because the set of moments is the same. Runs of archives and
files, which have no bitmaps, stay as they are, and so does the newest run of each site and source, which may yet go on.

The bytes of terms pages go likewise once their text has not been seen for as long: they take several times what the
text does, which stays with all that was found in it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, delete, func, select, update

from tracker.core.dates import iso
from tracker.core.intervals import DAY
from tracker.store import bitmap, models
from tracker.store.bulk import add, chunks, rows_where, table
from tracker.store.database import explained, open_reader, place_of
from tracker.store.exclusive import exclusively
from tracker.store.pages import drop_unused_pages

_SITES = 2_000  # at a time, each in a transaction of its own


@dataclass
class ThinReport:
    """Rows of the failure lane before and after; `kept` older runs stayed because no bitmap holds their moments.

    `pages`: texts of terms whose page is no longer kept.
    """

    before: int = 0
    after: int = 0
    months: int = 0
    kept: int = 0
    pages: int = 0
    older_than: str = ""
    bytes_before: int = 0
    bytes_after: int = 0
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return asdict(self)


@dataclass
class _Month:
    """The runs of one site, source, cause and month."""

    runs: list[Any] = field(default_factory=list)

    def merged(self) -> dict[str, Any]:
        """The row that stands for them."""
        first = min(self.runs, key=lambda run: run.first_seen)
        name = datetime.fromtimestamp(first.first_seen, UTC).strftime("%Y-%m")
        return dict(first._mapping) | {
            "last_seen": max(run.last_seen for run in self.runs),
            "checks": sum(run.checks for run in self.runs),
            "detail": f"several runs of {name}, thinned",
        }

    def let_go(self) -> set[int]:
        """The moments that the merged row no longer spells out."""
        row = self.merged()
        return {at for run in self.runs for at in (run.first_seen, run.last_seen)} - {
            row["first_seen"],
            row["last_seen"],
        }


def thin(database: str | Path, before: int, *, dry_run: bool = False, vacuum: bool = False) -> ThinReport:
    """Thin the months that ended before a moment (UTC seconds). What is thinned already stays as it is.

    `vacuum` gives the freed space back to the disk (SQLite). Raises DatabaseError, also while another writes; what was
    thinned until then stays thinned.
    """
    report = ThinReport(older_than=iso(before), dry_run=dry_run)
    with _opened(database, dry_run) as engine, engine.connect() as connection:
        report.bytes_before = _size(connection)
        _run(connection, before, report)
        _drop_pages(connection, before, report)
        if vacuum and not dry_run and connection.dialect.name == "sqlite":
            _vacuum(connection)
        report.bytes_after = _size(connection)
    return report


@contextmanager
def _opened(database: str | Path, dry_run: bool) -> Iterator[Engine]:
    if not dry_run:
        with exclusively(database) as engine:
            yield engine
        return
    engine = open_reader(database)
    try:
        with explained(place_of(database)):
            yield engine
    finally:
        engine.dispose()


def _run(connection: Connection, before: int, report: ThinReport) -> None:
    trouble = table(models.Trouble)
    column = trouble.c.site_id
    report.before = report.after = connection.execute(select(func.count()).select_from(trouble)).scalar_one()
    sites = (
        connection.execute(select(column).where(trouble.c.last_seen < before).distinct().order_by(column))
        .scalars()
        .all()
    )
    connection.rollback()
    for some in chunks(sites, _SITES):
        with connection.begin():
            months = list(_months(connection, some, before))
            failed = _failed(connection, sorted({month.runs[0].site_id for month in months}), before)
            for month in months:
                if month.let_go() <= failed.get((month.runs[0].source_id, month.runs[0].site_id), set()):
                    report.months += 1
                    report.after -= len(month.runs) - 1
                    if not report.dry_run:
                        _replace(connection, month)
                else:
                    report.kept += len(month.runs)


def _drop_pages(connection: Connection, before: int, report: ThinReport) -> None:
    """Let go of the bytes of terms pages whose text has not been seen since a moment."""
    text, run = table(models.TermsText), table(models.TermsFetch).c
    seen = select(run.terms_text_id).where(run.last_seen >= before, run.terms_text_id.is_not(None))
    old = (text.c.page_body_id.is_not(None), text.c.terms_text_id.not_in(seen))
    with connection.begin():
        report.pages = connection.execute(select(func.count()).select_from(text).where(*old)).scalar_one()
        if report.pages and not report.dry_run:
            connection.execute(update(text).where(*old).values(page_body_id=None))
            drop_unused_pages(connection)


def _months(connection: Connection, site_ids: Sequence[int], before: int) -> Iterator[_Month]:
    """The months of which more than one run lies wholly before a moment and is not the newest of its source."""
    runs = list(rows_where(connection, models.Trouble, "site_id", site_ids))
    newest: dict[tuple[int, int], int] = {}
    for run in runs:
        key = (run.site_id, run.source_id)
        newest[key] = max(newest.get(key, 0), run.last_seen)
    found: dict[tuple[int, int, str, str], _Month] = {}
    for run in runs:
        month = _month_of(run.first_seen)
        if (
            _month_of(run.last_seen) == month
            and _end_of(month) <= before
            and run.last_seen < newest[run.site_id, run.source_id]
        ):
            found.setdefault((run.site_id, run.source_id, run.kind, month), _Month()).runs.append(run)
    return (month for month in found.values() if len(month.runs) > 1)


def _failed(connection: Connection, site_ids: Sequence[int], before: int) -> dict[tuple[int, int], set[int]]:
    """By source and site, the moments before another one at which a crawl says, by its bitmap, that an attempt failed.

    A moment in the bitmap of another source does not help: that source may be forgotten.
    """
    ids = np.array(site_ids, dtype=np.int64)
    found: dict[tuple[int, int], set[int]] = {}
    crawl = table(models.Crawl).c
    looks = select(crawl.source_id, crawl.at, crawl.failed).where(
        crawl.failed_sites > 0, crawl.whole == 1, crawl.at < before
    )
    if site_ids:
        for source_id, at, failed in connection.execute(looks):
            for site_id in ids[bitmap.contains(failed, ids)].tolist():
                found.setdefault((source_id, site_id), set()).add(at)
    return found


def _replace(connection: Connection, month: _Month) -> None:
    trouble = table(models.Trouble)
    one = month.runs[0]
    connection.execute(
        delete(trouble).where(
            trouble.c.site_id == one.site_id,
            trouble.c.source_id == one.source_id,
            trouble.c.first_seen.in_([run.first_seen for run in month.runs]),
        )
    )
    add(connection, models.Trouble, [month.merged()])


def _month_of(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")


def _end_of(month: str) -> int:
    """The first second after a month."""
    year, number = int(month[:4]), int(month[5:])
    return int(datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC).timestamp())


def _vacuum(connection: Connection) -> None:
    """Outside of any transaction, hence past SQLAlchemy, which opens one."""
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("VACUUM")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _size(connection: Connection) -> int:
    if connection.dialect.name != "sqlite":
        return 0
    pages, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    connection.rollback()
    return int(pages) * int(size)


def days(text: str) -> int:
    """`90d` as seconds. Raises ValueError."""
    if not text.endswith("d") or not text[:-1].isdecimal() or len(text) > 6:
        raise ValueError("give a number of days, as in 90d")
    return int(text[:-1]) * DAY
