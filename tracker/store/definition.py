"""The public views as SQL, and their identity."""

import hashlib
from importlib import resources


def views_text() -> str:
    """The SQL of the public views."""
    return resources.files("tracker.store").joinpath("views.sql").read_text(encoding="utf-8")


def views_digest() -> str:
    """Identity of the views: when it differs from the one in the history, they are dropped and made again."""
    return hashlib.sha256(views_text().encode()).hexdigest()[:16]
