"""A history for one command alone, for work on what is there: nothing new comes in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from tracker.store.database import explained, open_writer, place_of
from tracker.store.lock import WriterLock


@contextmanager
def exclusively(database: str | Path) -> Iterator[Engine]:
    """The engine of the one writer. Raises DatabaseError and its kin, also while another writes."""
    place = place_of(database)
    engine = open_writer(database)
    try:
        with explained(place):
            lock = WriterLock(place, engine)
            try:
                yield engine
            finally:
                lock.release()
    finally:
        engine.dispose()
