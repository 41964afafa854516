"""Facts about a history file, as text by key: kind (live or demo), registry, ruleset, program version."""

from sqlalchemy import Connection, select

from tracker.store import models
from tracker.store.bulk import add_or, table


def get_meta(connection: Connection, key: str) -> str | None:
    """The value of a key, None if it was never set."""
    meta = table(models.Meta)
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def put_meta(connection: Connection, key: str, value: str) -> None:
    """Set a key."""
    add_or(connection, models.Meta, [{"key": key, "value": value}], ["value"])
