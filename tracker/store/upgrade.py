"""A history of an older program brought to where it can be asked, before a newer one next writes it."""

from sqlalchemy import Engine

from tracker.core.intervals import Hold
from tracker.store.bodies import Bodies
from tracker.store.derive import DERIVATION, Deriver
from tracker.store.meta import get_meta, put_meta
from tracker.store.policies import stored_agents
from tracker.store.registry import rebuild_tally
from tracker.store.rulings import Rulings
from tracker.store.site_signals import SiteSignals
from tracker.store.tally import Tally
from tracker.store.terms_history import TermsHistory


def derive_anew(engine: Engine) -> None:
    """Fill the derived tables that a migration has widened, with the agents that the history knows itself.

    What a better ruleset or a newer registry makes of it is for the next writer; until then table `ruling` stays as the
    older program left it, which knew more of its agents than schema 1 could say. Nothing is done where no rule has
    changed since.
    """
    with engine.connect() as connection, connection.begin():
        if get_meta(connection, "derivation") == str(DERIVATION):
            return
        rulings = Rulings(connection, stored_agents(connection))
        Deriver(connection, Bodies(connection, rulings), Tally(connection, rulings), Hold()).bring_up_to_date()
        SiteSignals(connection, Hold()).rebuild_all()
        TermsHistory(connection, Hold()).rebuild_all()
        rebuild_tally(connection, rulings)
        put_meta(connection, "derivation", "for reading")  # a writer, who has the registry, does it once more
