"""How a writing command opens the history: with the user's agents, and with the user's decisions about terms."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.settings import Settings
    from tracker.store.write import Writer


def open_writer(settings: "Settings", kind: str = "live") -> "Writer":
    """The history of these settings, open for writing; what the user's files say of it counts from now on.

    Without a file of decisions those that the history has stay: a command started in another folder must not undo them.
    Raises ReferenceDataError for a bad file, with the history untouched.
    """
    from tracker import reference
    from tracker.reference.decisions import decisions
    from tracker.store.write import Writer

    agents = reference.agents(settings.agents_file)
    decided = decisions(settings.decisions_file)
    writer = Writer(settings.history, agents, kind=kind)
    if settings.decisions_file is not None:
        try:
            writer.decide(decided)
        except BaseException:
            writer.close()
            raise
    return writer
