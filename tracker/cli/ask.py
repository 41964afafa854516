"""How a reading command opens the history."""

from typing import TYPE_CHECKING

from tracker.cli.output import note

if TYPE_CHECKING:
    from tracker.store.query import Reader


def open_reader(database: str | None) -> "Reader":
    """The history that a command reads; says so where it is an older one."""
    from tracker.settings import load
    from tracker.store.query import Reader

    reader = Reader(load(database=database).history)
    if not reader.is_read_anew():
        note(
            "a history of an older Drywell: its signals are unknown until the next crawl or import reads its files anew"
        )
    return reader


def warn_of_demo(reader: "Reader") -> None:
    """Say so where the sites are made up."""
    if reader.about()["kind"] == "demo":
        note("DEMO: made-up sites, which say nothing of the real web")
