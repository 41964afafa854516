"""Tables `terms_standing` and `terms_change`, kept in step with the looks at pages of terms.

Two ways lead to the same rows. A look that sees the same words again, newer than all that is known of its page, only
moves the end of what stands. Whatever else comes derives the page again from all its runs, by the rules of
tracker.core.terms.changes and .history.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select, update

from tracker.core.intervals import Check, Hold, winners
from tracker.core.terms.changes import Says, TermsChange, changes
from tracker.core.terms.history import stood
from tracker.core.terms.standing import Stances
from tracker.store import models
from tracker.store.bulk import add, chunks, rows_where, run_many, table
from tracker.store.evidence import precedence
from tracker.store.lanes import Row, Rows, end, looks_of
from tracker.store.terms import TermsNoted, is_read, terms_runs
from tracker.store.terms_meaning import Meanings, SameWords, standing_columns

_AT_A_TIME = 500
_STANDING = table(models.TermsStanding)
_TOUCH = (
    update(_STANDING)
    .where(_STANDING.c.terms_source_id == bindparam("page"), _STANDING.c.valid_from == bindparam("since"))
    .values(last_seen=bindparam("at"))
)


class Followed(NamedTuple):
    """The rows that follow from the looks at a page, in order of time."""

    changes: Rows
    standing: Rows


class TermsHistory:
    """Writes both tables in the transaction of `connection`."""

    def __init__(self, connection: Connection, hold: Hold) -> None:
        self._connection = connection
        self._hold = hold

    def follow(self, noted: TermsNoted, late: bool = True) -> None:
        """Bring the rows up to what was noted. `late`: something is known of the time after it, if of other pages."""
        if late:
            self.rebuild(noted.seen)
            return
        standing = self._open(noted.seen)
        doubted = self._doubted(noted.seen)
        again, touched = [], []
        for page, looks in noted.seen.items():
            at, wording = looks[-1]
            before, open_now = noted.before[page], standing.get(page)
            if len(looks) > 1 or any(end(row) >= at for row in before):
                again.append(page)
            elif wording is None:
                continue  # a failure ends nothing; that a hold is over is found by `expire`
            elif open_now and page not in doubted and self._goes_on(before, open_now, at, wording):
                touched.append({"page": page, "since": open_now["valid_from"], "at": at})
            else:
                again.append(page)
        if touched:
            run_many(self._connection, _TOUCH, touched)
        self.rebuild(again)

    def _goes_on(self, before: Rows, open_now: Row, at: int, wording: bytes) -> bool:
        """Whether what stands was seen once more, surely within its hold."""
        newest = max((row for row in before if is_read(row)), key=end, default=None)
        if newest is None or newest["wording"] != wording or newest["last_seen"] != open_now["last_seen"]:
            return False
        return bool(at - newest["last_seen"] <= min(self._hold.failing, self._hold.unwatched))

    def _open(self, pages: Iterable[int]) -> dict[int, Row]:
        still = _STANDING.c.valid_to.is_(None)
        rows = rows_where(self._connection, models.TermsStanding, "terms_source_id", pages, still)
        return {row.terms_source_id: dict(row._mapping) for row in rows}

    def _doubted(self, pages: Iterable[int]) -> set[int]:
        """The pages whose newest words wait for their confirmation."""
        newest = {row.terms_source_id: row for row in self._changes(pages)}
        return {
            page for page, row in newest.items() if row.confirmed_at is None and row.before_text_id != row.after_text_id
        }

    def _changes(self, pages: Iterable[int]) -> Iterable[Any]:
        return rows_where(self._connection, models.TermsChange, "terms_source_id", pages)

    def rebuild(self, pages: Iterable[int]) -> None:
        """Derive pages again from all their runs."""
        horizon = self._horizon()
        for some in chunks(sorted(set(pages)), _AT_A_TIME):
            runs = terms_runs(self._connection, some)
            found = followed(self._connection, {page: runs.get(page, []) for page in some}, self._hold, horizon)
            stored = stored_rows(self._connection, some)
            for model, rows, before in (
                (models.TermsChange, [one.changes for one in found.values()], [one.changes for one in stored.values()]),
                (
                    models.TermsStanding,
                    [one.standing for one in found.values()],
                    [one.standing for one in stored.values()],
                ),
            ):
                self._replace(model, [row for each in before for row in each], [row for each in rows for row in each])

    def _replace(self, model: Any, before: Rows, rows: Rows) -> None:
        """Write the rows that differ from those before, and remove those that are no more."""
        key = [column.name for column in table(model).primary_key]
        old = {tuple(row[name] for name in key): row for row in before}
        new = {tuple(row[name] for name in key): row for row in rows}
        gone = [place for place, row in old.items() if new.get(place) != row]
        if gone:
            conditions = [table(model).c[name] == bindparam(f"of_{name}") for name in key]
            values = [{f"of_{name}": value for name, value in zip(key, place, strict=True)} for place in gone]
            run_many(self._connection, delete(table(model)).where(*conditions), values)
        add(self._connection, model, [row for place, row in new.items() if old.get(place) != row])

    def rebuild_all(self) -> None:
        """Derive all pages again."""
        self.rebuild(self._connection.execute(select(table(models.TermsSource).c.terms_source_id)).scalars().all())

    def rebuild_texts(self, text_ids: Iterable[int]) -> None:
        """Derive the pages again that showed any of some texts."""
        rows = rows_where(self._connection, models.TermsFetch, "terms_text_id", text_ids)
        self.rebuild({row.terms_source_id for row in rows})

    def expire(self) -> None:
        """End what has outlived its hold by the horizon: nobody may have looked, so nothing else would."""
        horizon = self._horizon()
        standing, run = _STANDING.c, table(models.TermsFetch).c
        # Failures, and looks at words that only passed.
        since = select(run.terms_source_id).where(
            run.terms_source_id == standing.terms_source_id, run.last_seen > standing.last_seen
        )
        overdue = or_(
            standing.last_seen < horizon - self._hold.unwatched,
            and_(standing.last_seen < horizon - self._hold.failing, since.exists()),
        )
        pages = select(standing.terms_source_id).where(standing.valid_to.is_(None), overdue)
        self.rebuild(self._connection.execute(pages).scalars().all())

    def _horizon(self) -> int:
        return self._connection.execute(select(func.max(table(models.Crawl).c.at))).scalar() or 0


def stored_rows(connection: Connection, pages: Iterable[int]) -> dict[int, Followed]:
    """What stands in both tables of some pages."""
    found = {page: Followed([], []) for page in pages}
    for row in rows_where(connection, models.TermsChange, "terms_source_id", found):
        found[row.terms_source_id].changes.append(dict(row._mapping))
    for row in rows_where(connection, models.TermsStanding, "terms_source_id", found):
        found[row.terms_source_id].standing.append(dict(row._mapping))
    return found


def followed(connection: Connection, runs: Mapping[int, Rows], hold: Hold, horizon: int) -> dict[int, Followed]:
    """What follows from all looks at some pages, by the plain rules."""
    sources = precedence(connection)
    meanings = Meanings(connection, {row["terms_text_id"] for rows in runs.values() for row in rows if is_read(row)})
    hosts = _hosts(connection, runs)
    return {
        page: _Page(page, hosts[page], rows, sources).followed(meanings, hold, horizon) for page, rows in runs.items()
    }


def _hosts(connection: Connection, pages: Iterable[int]) -> dict[int, str]:
    page, site = table(models.TermsSource).c, table(models.Site).c
    found: dict[int, str] = {}
    for some in chunks(pages, _AT_A_TIME):
        rows = connection.execute(
            select(page.terms_source_id, site.host).where(page.site_id == site.site_id, page.terms_source_id.in_(some))
        )
        found |= {row.terms_source_id: row.host for row in rows}
    return found


class _Page:
    """All looks at one page of terms, by whatever source."""

    def __init__(self, page: int, host: str, rows: Rows, sources: Mapping[int, tuple[int, str]]) -> None:
        self._page, self._host = page, host
        runs = sorted(filter(is_read, rows), key=lambda row: (row["first_seen"], sources[row["source_id"]]))
        # Of several texts of the same words the one seen first stands for all.
        texts: dict[str, dict[int, None]] = {}
        for run in runs:
            texts.setdefault(run["wording"].hex(), {})[run["terms_text_id"]] = None
        self._texts: dict[str, SameWords] = {wording: tuple(ids) for wording, ids in texts.items()}
        wordings = dict(enumerate(self._texts))
        numbers = {wording: number for number, wording in wordings.items()}
        checks = winners(_checks(runs, numbers, sources))
        self._looks = [(check.at, wordings[check.body]) for check in checks]
        self._failures = {at for row in rows if not is_read(row) for at in looks_of(row)}

    def followed(self, meanings: Meanings, hold: Hold, horizon: int) -> Followed:
        """The rows of both tables."""

        def says(wording: str) -> Says | None:
            return meanings.says(self._texts[wording], self._host)

        found = changes(self._looks, says)
        standing = [
            {
                "terms_source_id": self._page,
                "valid_from": one.valid_from,
                "valid_to": one.valid_to,
                "last_seen": one.last_seen,
                "terms_text_id": self._texts[one.text][0],
            }
            | standing_columns(meanings.of(self._texts[one.text], self._host), meanings.ruleset)
            for one in stood(self._looks, self._failures, found, hold, horizon)
        ]
        return Followed([self._change(one) for one in found], standing)

    def _change(self, one: TermsChange) -> Row:
        return {
            "terms_source_id": self._page,
            "first_seen": one.first_seen,
            "not_before": one.not_before,
            "confirmed_at": one.confirmed_at,
            "kind": str(one.kind),
            "before_text_id": self._texts[one.before][0],
            "after_text_id": self._texts[one.after][0],
            "added": _words(one.added),
            "removed": _words(one.removed),
        }


def _checks(runs: Rows, numbers: Mapping[str, int], sources: Mapping[int, tuple[int, str]]) -> Iterable[Check]:
    for run in runs:
        rank, name = sources[run["source_id"]]
        number, tie = numbers[run["wording"].hex()], run["wording"] + name.encode()
        for at in looks_of(run):
            yield Check(at, number, rank, tie)


def _words(stances: Stances) -> str:
    return " ".join(sorted(f"{category}:{stance}" for category, stance in stances))
