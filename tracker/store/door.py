"""A history opened for writing by one command: its lock, its transactions, and what is remembered between them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from sqlalchemy import Connection

from tracker import __version__
from tracker.core.agents import Agent
from tracker.core.intervals import Hold
from tracker.core.policy import RULESET
from tracker.errors import DatabaseError
from tracker.store.bodies import Bodies
from tracker.store.database import close_writer, explained, open_writer, place_of
from tracker.store.derive import Deriver
from tracker.store.lock import WriterLock
from tracker.store.meta import get_meta, put_meta
from tracker.store.picture import Picture
from tracker.store.place import Place
from tracker.store.registry import sync_registry
from tracker.store.reread import reread
from tracker.store.rulings import Rulings
from tracker.store.site_signals import SiteSignals
from tracker.store.tally import Tally
from tracker.store.terms_history import TermsHistory


class Door:
    """A history open for writing, as a context manager: what `tracker.store.write.Writer` stands on."""

    def __init__(
        self, database: str | Path, agents: Sequence[Agent], *, kind: str = "live", hold: Hold | None = None
    ) -> None:
        self._place = place_of(database)
        self._agents = agents
        self.kind = kind
        self._hold = hold or Hold()
        self._engine = open_writer(database)
        try:
            with explained(self._place):
                self._lock = WriterLock(self._place, self._engine)
        except DatabaseError:
            self._engine.dispose()
            raise
        self._connection = self._engine.connect()
        try:
            with explained(self._place), self._connection.begin():
                self.history_id = _claim(self._connection, self._place, kind)
                sync_registry(self._connection, agents)
                self._set_up()
                is_derived_anew = self._derive.bring_up_to_date()
                is_old = get_meta(self._connection, "ruleset") not in (None, str(RULESET))
                reread(self._connection, self._bodies, self._derive, self._rulings.tokens, int(time.time()))
                if is_old:
                    self._signals.reread()
                elif is_derived_anew:
                    self._signals.rebuild_all()
                if is_derived_anew:
                    self._terms.rebuild_all()
                self._tally.flush()
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        self._set_up()
        self._connection.rollback()

    def _set_up(self) -> None:
        """Start with an empty memory of what the tables hold."""
        self._rulings = Rulings(self._connection, self._agents)
        self._bodies = Bodies(self._connection, self._rulings)
        self._tally = Tally(self._connection, self._rulings)
        self._derive = Deriver(self._connection, self._bodies, self._tally, self._hold)
        self._signals = SiteSignals(self._connection, self._hold)
        self._terms = TermsHistory(self._connection, self._hold)
        self._pictures: dict[int, Picture] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        if not self._connection.closed:
            # An interrupted statement leaves a connection that nothing can be asked of.
            if not self._connection.invalidated:
                with explained(self._place):
                    close_writer(self._connection)
            self._connection.close()
        self._lock.release()
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with explained(self._place):
            self._lock.check()
            try:
                # Whatever is written may change how sites stand; `record` alone knows better.
                self._pictures = {}
                with self._connection.begin():
                    yield self._connection
                    self._tally.flush()
            except Exception:
                # What was remembered of a transaction that is gone would be wrong. (After Ctrl-C nothing follows.)
                self._start()
                raise

    def _expire(self) -> None:
        """Let what has outlived its hold by the newest look become unknown."""
        self._derive.expire()
        self._signals.expire()
        self._terms.expire()

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        """A transaction that writes nothing, so that all that is remembered stays true."""
        with explained(self._place), self._connection.begin():
            yield self._connection


def _claim(connection: Connection, place: Place, kind: str) -> str:
    """Say what the history holds and who writes it; gives its id, which tells it from all others."""
    stored = get_meta(connection, "kind")
    if stored is not None and stored != kind:
        raise DatabaseError(f"{place} holds {stored} data, not {kind} data; choose another --database")
    put_meta(connection, "kind", kind)
    put_meta(connection, "written_by", f"drywell {__version__}")
    history_id = get_meta(connection, "history_id") or uuid4().hex
    put_meta(connection, "history_id", history_id)
    return history_id
