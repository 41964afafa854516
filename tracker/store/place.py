"""Where a history is: a file of SQLite, or a database on a PostgreSQL server."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from tracker.errors import UsageError

_FORMS = "give a file path, sqlite:///PATH or postgresql://USER@HOST/NAME"


@dataclass(frozen=True, slots=True)
class Place:
    """`path` of the file, or `url` of the server's database; one of them."""

    path: Path | None = None
    url: URL | None = None

    def __str__(self) -> str:
        """As people may see it: without a password."""
        if self.url is None:
            return str(self.path)
        return self.url.set(drivername="postgresql").render_as_string(hide_password=True)


def place_of(database: str | Path) -> Place:
    """The place that a database setting names: a path, or an SQLAlchemy URL.

    Raises UsageError for a URL of another engine or without a file or a database.
    """
    text = str(database)
    if "://" not in text:
        return _file(Path(text).expanduser())
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise UsageError(f"database {text!r} is no SQLAlchemy URL: {error}; {_FORMS}") from error
    engine = url.get_backend_name()
    if engine in ("postgresql", "postgres") and url.database:
        return Place(url=url.set(drivername="postgresql+psycopg"))
    if engine != "sqlite" or not url.database or url.database == ":memory:":
        raise UsageError(f"database {url.render_as_string(hide_password=True)!r} cannot be used: {_FORMS}")
    return _file(Path(url.database).expanduser())


def _file(path: Path) -> Place:
    if not path.name or path.is_dir():
        raise UsageError(f"database {str(path)!r} is a folder: give the path of a file in it")
    return Place(path=path)


def path_of(database: str | Path) -> Path:
    """The file of a history. Raises UsageError for one that is on a server, as for one that cannot be used."""
    place = place_of(database)
    if place.path is None:
        raise UsageError(f"{place} is on a server; this needs a history in a file")
    return place.path
