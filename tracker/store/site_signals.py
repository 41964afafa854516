"""Table `site_signal`, kept in step with the runs of looks at pages.

Two ways lead to the same rows, as for the states of sites. A look that is newer than all that is known of its page is
carried *forward*: what is said no longer ends, what is new begins. Whatever else comes derives the page again from all
its runs, by the rules of tracker.core.site_signals.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select

from tracker.core.intervals import Hold
from tracker.core.pages import page_signals
from tracker.core.site_signals import Run, Said, Signalled, fingerprint, is_price, said_by, signalled
from tracker.core.visits import Target
from tracker.store import models
from tracker.store.bulk import add, add_or, chunks, listed, remove_where, rows_where, table
from tracker.store.evidence import precedence
from tracker.store.lanes import Rows, looks_of
from tracker.store.packed import unpack
from tracker.store.pages import ANSWERS, Key, Noted, answers, runs_of

_PAGES_AT_A_TIME = 200  # whose bytes are in memory at once
_IN_ONE_STATEMENT = 5_000


class SiteSignals:
    """Writes `site_signal` in the transaction of `connection`."""

    def __init__(self, connection: Connection, hold: Hold) -> None:
        self._connection = connection
        self._hold = hold

    def follow(self, noted: Noted, late: bool) -> None:
        """Bring the rows up to what was noted. `late`: something is known of the time after it, if of other pages."""
        if late:
            self.rebuild(noted.said)
            return
        rows = self._stored({key.site_id for key in noted.said})
        again = set(noted.late)
        touched, ended, fresh = [], [], []
        for key in noted.said.keys() - again:
            said, is_answer, runs = noted.said[key], noted.answered[key], noted.before[key]
            # A failure says nothing of the page; one with a price says what has become of the price.
            if not is_answer and not said:
                continue
            open_now = {_said(row): row for row in rows.get(key, ()) if row["valid_to"] is None}
            lane = {one: row for one, row in open_now.items() if is_answer or is_price(one)}
            if lane and not self._is_held(runs, is_answer, noted.at):
                again.add(key)
                continue
            touched += [row["site_signal_id"] for one, row in lane.items() if one in said]
            ended += [row["site_signal_id"] for one, row in lane.items() if one not in said]
            fresh += [_row(key, Signalled(one, noted.at, None, noted.at)) for one in said if one not in lane]
        self._set(touched, "last_seen", noted.at)
        self._set(ended, "valid_to", noted.at)
        add(self._connection, models.SiteSignal, fresh)
        self.rebuild(again)

    def _is_held(self, runs: Rows, is_answer: bool, at: int) -> bool:
        """Whether what a lane said last surely still counts, whoever has failed since."""
        lane = (run["last_seen"] for run in runs if answers(run) or (run["said"] and not is_answer))
        seen = max(lane, default=0)
        return bool(at - seen <= min(self._hold.failing, self._hold.unwatched))

    def _set(self, ids: Iterable[int], column: str, at: int) -> None:
        for some in chunks(ids, _IN_ONE_STATEMENT):
            statement = f"UPDATE site_signal SET {column} = {at} WHERE site_signal_id IN ({listed(some)})"
            self._connection.exec_driver_sql(statement)

    def _stored(self, site_ids: Iterable[int]) -> dict[Key, Rows]:
        found: dict[Key, Rows] = {}
        for row in rows_where(self._connection, models.SiteSignal, "site_id", site_ids):
            found.setdefault(Key(row.site_id, row.target), []).append(dict(row._mapping))
        return found

    def rebuild(self, keys: Iterable[Key]) -> None:
        """Derive pages again from all their runs."""
        horizon = self._horizon()
        for some in chunks(sorted(set(keys)), _PAGES_AT_A_TIME):
            sites = {key.site_id for key in some}
            stored, runs = self._stored(sites), runs_of(self._connection, sites)
            found = signals_of(self._connection, {key: runs.get(key, []) for key in some}, self._hold, horizon)
            changed = [key for key in some if found[key] != as_signalled(stored.get(key, ()))]
            gone = [row["site_signal_id"] for key in changed for row in stored.get(key, ())]
            remove_where(self._connection, models.SiteSignal, "site_signal_id", gone)
            rows = [_row(key, one) for key in changed for one in found[key]]
            add(self._connection, models.SiteSignal, rows)

    def rebuild_all(self) -> None:
        """Derive all pages again."""
        self._connection.execute(delete(table(models.SiteSignal)))
        self.rebuild(_all_pages(self._connection))

    def expire(self) -> None:
        """End what has outlived its hold by the horizon: nobody may have looked, so nothing else would."""
        horizon = self._horizon()
        signal, page = table(models.SiteSignal).c, table(models.Page).c
        failed = select(page.site_id).where(
            page.site_id == signal.site_id,
            page.target == signal.target,
            page.last_seen > signal.last_seen,
            page.outcome.not_in([str(outcome) for outcome in ANSWERS]),
        )
        overdue = or_(
            signal.last_seen < horizon - self._hold.unwatched,
            and_(signal.last_seen < horizon - self._hold.failing, failed.exists()),
        )
        rows = self._connection.execute(
            select(signal.site_id, signal.target).where(signal.valid_to.is_(None), overdue).distinct()
        )
        self.rebuild(Key(*row) for row in rows.all())

    def reread(self) -> None:
        """Read again what was kept of pages, after a better ruleset; what they say may be another thing."""
        for some in chunks(_all_pages(self._connection), _PAGES_AT_A_TIME):
            runs = runs_of(self._connection, {key.site_id for key in some})
            mine = [run for key in some for run in runs.get(key, ())]
            said = read_again(self._connection, mine)
            changed = [
                run | {"said": fingerprint(found)}
                for run, found in zip(mine, said, strict=True)
                if run["said"] != fingerprint(found)
            ]
            add_or(self._connection, models.Page, changed, ["said"])
        self.rebuild_all()

    def _horizon(self) -> int:
        return self._connection.execute(select(func.max(table(models.Crawl).c.at))).scalar() or 0


def signals_of(
    connection: Connection, runs: Mapping[Key, Rows], hold: Hold, horizon: int
) -> dict[Key, list[Signalled]]:
    """What pages signal over time, by the plain rules, from the runs of looks at them."""
    sources = precedence(connection)
    flat = [run for rows in runs.values() for run in rows]
    said = dict(zip(map(id, flat), read_again(connection, flat), strict=True))
    return {
        key: signalled(
            [Run(looks_of(run), answers(run), said[id(run)], *sources[run["source_id"]]) for run in rows],
            hold,
            horizon,
        )
        for key, rows in runs.items()
    }


def read_again(connection: Connection, runs: Rows) -> list[frozenset[Said]]:
    """What each of some runs says, from the bytes and header fields that it began with."""
    wanted = {run["page_body_id"] for run in runs} - {None}
    packed = {row.page_body_id: row for row in rows_where(connection, models.PageBody, "page_body_id", wanted)}
    return [_read(run, packed.get(run["page_body_id"])) for run in runs]


def _read(run: Mapping[str, Any], body: Any) -> frozenset[Said]:
    if body is None and run["headers"] == "[]":
        return frozenset()
    kept = None if body is None else unpack(body.data, body.size)
    fields = tuple((name, value) for name, value in json.loads(run["headers"]))
    return said_by(page_signals(Target(run["target"]), fields, run["status"], kept), answers(run))


def _all_pages(connection: Connection) -> list[Key]:
    page = table(models.Page).c
    return [Key(*row) for row in connection.execute(select(page.site_id, page.target).distinct()).all()]


def as_signalled(rows: Iterable[Mapping[str, Any]]) -> list[Signalled]:
    """Rows of a page as the rules would give them."""
    found = [Signalled(_said(row), row["valid_from"], row["valid_to"], row["last_seen"]) for row in rows]
    return sorted(found, key=lambda one: (one.said, one.valid_from))


def _said(row: Mapping[str, Any]) -> Said:
    return Said(*(row[name] for name in Said._fields))


def _row(key: Key, one: Signalled) -> dict[str, Any]:
    times = {"valid_from": one.valid_from, "valid_to": one.valid_to, "last_seen": one.last_seen}
    return {**key._asdict(), **one.said._asdict(), **times}
