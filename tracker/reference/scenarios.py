"""Projection scenarios from a TOML file, each input with where it comes from."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tracker.core.scenarios import CHOICES, InputError, Scenario, read
from tracker.errors import ReferenceDataError
from tracker.reference.rows import Place, read_text


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an input comes from: its unit, source, the ISO date of that source, and what to know about it."""

    unit: str
    source: str
    date: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NamedScenario:
    """A scenario with its id, its words, and the origin of each input by field name."""

    id: str
    title: str
    note: str
    scenario: Scenario
    origins: Mapping[str, Origin]


_WORDS = ("title", "note", "extends")


def load_scenarios(path: Path, known: Mapping[str, NamedScenario] | None = None) -> dict[str, NamedScenario]:
    """The scenarios of a file by id; those of `known` are there to extend or replace and come first.

    The file's header comment describes the format. Raises ReferenceDataError in one line with file, line, scenario
    and field for an unknown key, swapped bounds, a wrong unit, an input without source, or anything else amiss.
    """
    text = read_text(path, ReferenceDataError)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as reason:
        raise ReferenceDataError(f"{path}: not valid TOML: {reason}") from None
    found = dict(known or {})
    for name, table in document.items():
        if not isinstance(table, dict):
            raise _place(path, text, name).error(name, "write it under the [id] of a scenario")
        try:
            found[name] = _named(name, table, found)
        except InputError as reason:
            raise _place(path, text, name, reason.field).error(name, reason) from None
    return found


def _named(name: str, table: dict[str, Any], found: Mapping[str, NamedScenario]) -> NamedScenario:
    words = {key: _words(key, table[key]) for key in _WORDS if key in table}
    parent = words.get("extends")
    if parent is not None and parent not in found:
        raise InputError("extends", f"{parent!r} is no scenario above, use one of: {', '.join(found) or 'none'}")
    if "title" not in words:
        raise InputError("title", "is missing, add it")
    base = found[parent] if parent else None
    inputs = {key: value for key, value in table.items() if key not in _WORDS}
    scenario = read(inputs, base.scenario if base else None)
    origins = {key: _origin(key, value) for key, value in inputs.items() if key not in CHOICES}
    return NamedScenario(
        name, words["title"], words.get("note", ""), scenario, {**(base.origins if base else {}), **origins}
    )


def _words(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError(key, f"{value!r} is no text")
    return value


def _origin(field: str, written: object) -> Origin:
    if not isinstance(written, Mapping):
        raise InputError(field, "write it as a table with value, unit, source and date")
    for key in ("unit", "source", "date"):
        if key not in written:
            raise InputError(field, f"{key} is missing, add it")
    day = str(written["date"])
    try:
        date.fromisoformat(day)
    except ValueError:
        raise InputError(field, f"date {day!r} is no date, write it as 2024-06-04") from None
    for key in ("source", "note"):
        if not isinstance(written.get(key, ""), str):
            raise InputError(field, f"{key} {written[key]!r} is no text")
    return Origin(written["unit"], written["source"], day, written.get("note", ""))


def _place(path: Path, text: str, scenario: str, field: str = "") -> Place:
    """The line of a field's table or entry, else of its scenario: TOML readers do not keep lines."""
    headers = (rf"\[\s*{re.escape(scenario)}\s*\.\s*{re.escape(field)}\s*\]", rf"\[\s*{re.escape(scenario)}\s*\]")
    lines = text.split("\n")
    for header in headers:
        for number, line in enumerate(lines, 1):
            if re.match(rf"\s*{header}", line):
                return Place(path, _entry(lines, number, field))
    return Place(path, 1)


def _entry(lines: list[str], header: int, field: str) -> int:
    for number in range(header + 1, len(lines) + 1):
        if lines[number - 1].lstrip().startswith("["):
            break
        if field and re.match(rf"\s*{re.escape(field)}\s*[=.]", lines[number - 1]):
            return number
    return header
