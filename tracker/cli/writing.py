"""How a writing command opens the history: with the user's agents, and with the user's decisions about terms."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.settings import Settings
    from tracker.store.write import Writer


def open_writer(settings: "Settings", kind: str = "live") -> "Writer":
    """The history of these settings, open for writing; what the user's files say of it counts from now on.

    Raises ReferenceDataError for a bad file.
    """
    from tracker import reference
    from tracker.store.write import Writer

    writer = Writer(settings.history, reference.agents(settings.agents_file), kind=kind)
    try:
        carry_facts_over(writer, settings)
    except BaseException:
        writer.close()
        raise
    return writer


def carry_facts_over(writer: "Writer", settings: "Settings") -> None:
    """Have the history know the published figures and the user's decisions about terms.

    Raises ReferenceDataError for a bad file. Without a file of decisions those that the history has stay: a command
    started in another folder must not undo them.
    """
    from tracker import reference
    from tracker.reference.decisions import decisions

    writer.know_claims(reference.claims())
    if settings.decisions_file is not None:
        writer.decide(decisions(settings.decisions_file))
