"""Derived tables made again from the evidence, which is never touched."""

from pathlib import Path

from sqlalchemy import Connection, delete, select

from tracker.core.intervals import Hold
from tracker.store import models
from tracker.store.bodies import Bodies
from tracker.store.bulk import table
from tracker.store.database import open_writer
from tracker.store.derive import Deriver
from tracker.store.exclusive import exclusively
from tracker.store.policies import stored_agents
from tracker.store.registry import rebuild_tally
from tracker.store.rulings import Rulings
from tracker.store.site_signals import SiteSignals
from tracker.store.tally import Tally
from tracker.store.terms_history import TermsHistory
from tracker.store.verify.schema import mend_schema


def repair(database: str | Path, *, hold: Hold | None = None) -> None:
    """Derive rulings, spans, states, tallies, indexes and views again; all or nothing.

    Triggers, which are none of this program's, are dropped first.

    For a history whose evidence is sound (`Report.can_be_repaired`). Raises DatabaseError, also while another writes.
    """
    with exclusively(database) as engine, engine.connect() as connection, connection.begin():
        mend_schema(connection)
        _derive_again(connection, hold or Hold())
        # Without their digest they are made again at the next opening.
        connection.execute(delete(table(models.Meta)).where(table(models.Meta).c.key == "views"))
    open_writer(database).dispose()


def _derive_again(connection: Connection, hold: Hold) -> None:
    rulings = Rulings(connection, stored_agents(connection))
    rulings.rebuild()
    # The differences that this collects are thrown away: the tallies follow from the finished states.
    deriver = Deriver(connection, Bodies(connection, rulings), Tally(connection, rulings), hold)
    deriver.rebuild(connection.execute(select(table(models.Site).c.site_id)).scalars().all())
    rebuild_tally(connection, rulings)
    SiteSignals(connection, hold).rebuild_all()
    TermsHistory(connection, hold).rebuild_all()
