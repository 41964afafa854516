"""The sixteen questions of questions.toml: SQL to learn from and to start with, and what is put into it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.store.query import Reader

_VALUE = re.compile(r":([a-z]+)")
TERMS_SUMMARY = 16
"""The number of the question that `tracker terms summary` asks."""
_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a history: its number, what it asks, and the SQL with `:values`."""

    number: int
    title: str
    sql: str

    @property
    def values(self) -> tuple[str, ...]:
        """The names of the values that it takes, in order."""
        return tuple(dict.fromkeys(_VALUE.findall(self.sql)))

    def filled(self, values: Mapping[str, str]) -> str:
        """The SQL with its values written into it as literals, to be copied anywhere."""
        return _VALUE.sub(lambda found: literal(values[found[1]]), self.sql)


def literal(text: str) -> str:
    """Text as an SQL literal, on every engine."""
    return "'" + text.replace("'", "''") + "'"


@cache
def questions() -> tuple[Question, ...]:
    """The sixteen questions in order."""
    found = _facts()["question"]
    return tuple(Question(number, one["title"], one["sql"].strip()) for number, one in enumerate(found, 1))


@cache
def meanings() -> dict[str, str]:
    """What each value stands for, and its default, in words."""
    return dict(_facts()["values"])


@cache
def _facts() -> dict[str, Any]:
    return tomllib.loads(resources.files("tracker.store").joinpath("questions.toml").read_text(encoding="utf-8"))


def defaults(reader: "Reader") -> dict[str, str]:
    """What is put into a question unless somebody says otherwise, from this history; empty where it has nothing."""
    agents = [row["agent"] for row in reader.agents()]
    panel = next((row["panel"] for row in reader.panels()), "")
    horizon = (reader.about().get("horizon") or "")[:10]
    answering = reader.sql(
        "SELECT s.site FROM sites s WHERE s.list = :panel AND EXISTS (SELECT 1 FROM captures c WHERE c.site = s.site) "
        "ORDER BY s.rank IS NULL, s.rank, s.site LIMIT 1",
        {"panel": panel},
    ).column("site")
    return {
        "agent": "GPTBot" if "GPTBot" in agents else next(iter(agents), ""),
        "panel": panel,
        "site": next(iter(answering), ""),
        "day": horizon,
        "since": (date.fromisoformat(horizon) - _LATELY).isoformat() if horizon else "",
    }
