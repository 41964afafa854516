"""The questions about our own rounds of a panel: a part of `tracker.store.query.Reader`.

What a round is stands in `tracker.store.rounds`. Without a panel of this name, or a crawl of our own, there is nothing
to tell: no round, no site.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from tracker.store.database import explained
from tracker.store.place import Place

if TYPE_CHECKING:
    from tracker.core.visits import Target
    from tracker.store.pending import Failing, Some
    from tracker.store.rounds import Round
    from tracker.store.unconfirmed import NewTerms

Found = TypeVar("Found")


class RoundQuestions:
    """When a panel was last looked at, who has still to be asked, and what a round found, as methods of a reader."""

    _place: Place
    _connection: Connection
    _in_snapshot: bool

    def rounds(self, panel: str, limit: int = 5, before: int | None = None) -> list["Round"]:
        """Our own newest rounds of a panel (that began before a moment), newest first: each a crawl and its parts."""
        from tracker.store.rounds import END, rounds_of

        end = END if before is None else before
        found = self._of_own_panel(
            panel, lambda connection, panel_id, source_id: rounds_of(connection, panel_id, source_id, limit, end)
        )
        return found or []

    def latest_round(self, panel: str) -> "Round | None":
        """Our own newest round of a panel, finished or not."""
        return next(iter(self.rounds(panel, 1)), None)

    def last_finished(self, panel: str, target: "Target", before: int | None = None) -> int | None:
        """When our own newest finished round of a panel began that asked for a target (UTC seconds), or None.

        One in which no site answered does not count: it was made offline. `before`: only what began before a moment.
        """
        from tracker.store.rounds import END, last_finished

        end = END if before is None else before
        return self._of_own_panel(
            panel, lambda connection, panel_id, source_id: last_finished(connection, panel_id, source_id, target, end)
        )

    def failing(self, panel: str, one: "Round") -> list["Failing"]:
        """The sites of a panel that a round asked and that never answered it, with cause and time of the newest."""
        from tracker.store.pending import failing

        return self._of_own_panel(panel, lambda connection, _panel, _source: failing(connection, one)) or []

    def unasked(self, panel: str, one: "Round") -> list[str]:
        """The members of a panel that no crawl of a round has recorded yet, by name."""
        from tracker.store.pending import unasked

        return self._of_own_panel(panel, lambda connection, _panel, _source: unasked(connection, one)) or []

    def flipped(self, panel: str, one: "Round") -> list[str]:
        """The sites of which the first looks of a round found another verdict than the last known one, by name."""
        from tracker.store.pending import flipped_in

        return self._of_own_panel(panel, lambda connection, _panel, _source: flipped_in(connection, one)) or []

    def unconfirmed_terms(self, panel: str, now: int) -> list["NewTerms"]:
        """The members of a panel with new terms that wait at `now` (UTC seconds) for a second look, by name."""
        from tracker.store.unconfirmed import unconfirmed_terms

        return (
            self._of_own_panel(panel, lambda connection, one, source: unconfirmed_terms(connection, one, source, now))
            or []
        )

    def newly_failing(self, panel: str, one: "Round", limit: int = 10) -> "Some":
        """The members that a round found failing and that had answered before it: how many, and some, by rank."""
        from tracker.store.pending import Some, newly_failing

        found = self._of_own_panel(panel, lambda connection, _panel, _source: newly_failing(connection, one, limit))
        return found or Some(0, [])

    def changed(self, panel: str, one: "Round", limit: int = 10) -> "Some":
        """The members of which a round saw another answer than the one before: how many, and some, by rank."""
        from tracker.store.pending import Some, changed

        found = self._of_own_panel(panel, lambda connection, _panel, _source: changed(connection, one, limit))
        return found or Some(0, [])

    def _of_own_panel(self, panel: str, ask: Callable[[Connection, int, int], Found]) -> Found | None:
        """What a question about a panel and our own source gives; None where there is neither."""
        from tracker.store.rounds import own_panel

        try:
            with explained(self._place):
                ids = own_panel(self._connection, panel)
                return None if ids is None else ask(self._connection, *ids)
        finally:
            if not self._in_snapshot:
                self._connection.rollback()
