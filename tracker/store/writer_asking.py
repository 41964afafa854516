"""What who writes a history asks of it meanwhile, on the connection that writes: nothing here changes anything.

Readers have the same questions, and more, in `tracker.store.query`.
"""

from sqlalchemy import select

from tracker.store import models, pending, rounds
from tracker.store.bulk import table
from tracker.store.door import Door
from tracker.store.panels import find_panel
from tracker.store.pending import Failing, Some
from tracker.store.probes import last_probe
from tracker.store.rounds import Round
from tracker.store.unconfirmed import NewTerms, unconfirmed_terms

CRAWL = table(models.Crawl)


class WriterQuestions(Door):
    """A history open for writing that can be asked: `tracker.store.write.Writer` without what it writes."""

    def stored_panel(self, name: str) -> tuple[int, int] | None:
        """Id and number of members now of a panel of this name; None without one."""
        with self._asking() as connection:
            return find_panel(connection, name)

    def known_refs(self, source_id: int, *, unfinished: bool = False) -> set[str]:
        """The refs of this source's finished crawls, which an import can skip, or of all."""
        with self._asking() as connection:
            refs = select(CRAWL.c.ref).where(CRAWL.c.source_id == source_id)
            if not unfinished:
                refs = refs.where(CRAWL.c.finished_at.is_not(None))
            return set(connection.execute(refs).scalars())

    def latest_round(self, panel_id: int, source_id: int, before: int = rounds.END) -> Round | None:
        """The newest round of a panel by a source (that began before a moment), with its parts; None without one."""
        with self._asking() as connection:
            return rounds.latest_round(connection, panel_id, source_id, before)

    def failing(self, one: Round) -> list[Failing]:
        """The members of the panel of which every look in the round failed, with cause and time of the newest."""
        with self._asking() as connection:
            return pending.failing(connection, one)

    def unconfirmed_terms(self, panel_id: int, source_id: int, now: int) -> list[NewTerms]:
        """The members of a panel with new terms that wait at `now` (UTC seconds) for a second look."""
        with self._asking() as connection:
            return unconfirmed_terms(connection, panel_id, source_id, now)

    def newly_failing(self, one: Round, limit: int = 10) -> Some:
        """The members that a round found failing and that had answered before it: how many, and some, by rank."""
        with self._asking() as connection:
            return pending.newly_failing(connection, one, limit)

    def changed(self, one: Round, limit: int = 10) -> Some:
        """The members of which a round saw another answer than the one before: how many, and some, by rank."""
        with self._asking() as connection:
            return pending.changed(connection, one, limit)

    def flipped_in(self, one: Round) -> list[str]:
        """The hosts of which the first looks of a round found another verdict than the last known one."""
        with self._asking() as connection:
            return pending.flipped_in(connection, one)

    def flipped(self, crawl_id: int) -> list[str]:
        """The hosts of which a crawl found another verdict than the last known one for any headline agent."""
        with self._asking() as connection:
            return pending.flipped(connection, crawl_id)

    def last_probe(self, since: int = 0) -> dict[str, int]:
        """When each site was last probed, under whatever name (UTC seconds); those that were since a moment."""
        with self._asking() as connection:
            return last_probe(connection, since)
