"""Drywell: the open, self-hosted, auditable record of who lets AI crawlers in.

`from tracker import History` opens a history in Python; all else is the command `tracker`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.publish.history import History as History

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Only when it is asked for: a command that reads no history must not pay for it.
    if name == "History":
        from tracker.publish.history import History

        return History
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
