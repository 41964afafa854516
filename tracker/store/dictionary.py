"""What the public views and their columns mean: the facts of dictionary.toml, of which pages and exports are made."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

TYPES = ("text", "date", "time", "integer", "real", "flag")
"""How to read the values of a column: ISO dates and times are text in SQL, a flag is 0 or 1."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view: its meaning, type (one of `TYPES`), unit, and all values that it can have (none: open)."""

    name: str
    means: str
    type: str = "text"
    unit: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Partition:
    """How an export divides a view: a file, called `name`=VALUE, per first `length` characters of a column."""

    name: str
    column: str
    length: int


@dataclass(frozen=True, slots=True)
class View:
    """A public view: one line about it, how to use it, a note in Markdown, its columns.

    `facets` are columns worth counting by, `key` those that tell rows apart. A `costly` view takes long to read whole.
    """

    name: str
    about: str
    use: str
    note: str
    facets: tuple[str, ...]
    key: tuple[str, ...]
    partition: Partition | None
    costly: bool
    columns: tuple[Column, ...]

    def type_of(self, column: str) -> str | None:
        """The type of a column, None for one that the view does not have."""
        return next((one.type for one in self.columns if one.name == column), None)


@cache
def views() -> dict[str, View]:
    """The public views by name, in order."""
    return {name: _view(name, facts) for name, facts in _facts().items() if not facts.get("internal")}


@cache
def internal_views() -> dict[str, str]:
    """Views that others are built on and nobody should rely on, with what they are."""
    return {name: facts["about"] for name, facts in _facts().items() if facts.get("internal")}


@cache
def _facts() -> dict[str, Any]:
    return tomllib.loads(resources.files("tracker.store").joinpath("dictionary.toml").read_text(encoding="utf-8"))


def _view(name: str, facts: dict[str, Any]) -> View:
    partition = Partition(**facts["partition"]) if "partition" in facts else None
    columns = tuple(_column(column, facts["columns"][column]) for column in facts["columns"])
    facets, key = tuple(facts["facets"]), tuple(facts["key"])
    costly = facts.get("costly", False)
    return View(name, facts["about"], facts["use"], facts.get("note", ""), facets, key, partition, costly, columns)


def _column(name: str, facts: str | dict[str, Any]) -> Column:
    if isinstance(facts, str):
        return Column(name, facts)
    return Column(name, **facts | {"values": tuple(facts.get("values", ()))})


@cache
def column_types() -> dict[str, str]:
    """The type of every column name of the views; a name has one type wherever it stands, save the text ones."""
    found: dict[str, str] = {}
    for view in views().values():
        for column in view.columns:
            found.setdefault(column.name, column.type)
            if found[column.name] != column.type:
                found[column.name] = "text"
    return found
