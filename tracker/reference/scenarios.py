"""Projection scenarios from a TOML file, each input with where it comes from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.core.scenarios import CHOICES, InputError, Scenario, read
from tracker.errors import ReferenceDataError
from tracker.reference import rows
from tracker.reference.rows import Place, reference_file

_MOST_BYTES = 256 * 1024
_MOST_DOTS = 200  # the reader of TOML takes the square of the parts of a dotted key
_LONGEST_MESSAGE = 600
_ID = re.compile(r"[A-Za-z0-9][\w-]{0,63}")
_WORDS = ("title", "note", "extends")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an input comes from: its unit, source, the ISO date of that source, and what to know about it."""

    unit: str
    source: str
    date: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NamedScenario:
    """A scenario with its id, its words, and the origin of each input by field name.

    `written` are the inputs that its own table sets, not those that it has from what it extends.
    """

    id: str
    title: str
    note: str
    scenario: Scenario
    origins: Mapping[str, Origin]
    written: tuple[str, ...] = ()


def scenarios(own: Path | None = None) -> dict[str, NamedScenario]:
    """Our scenarios by id, under those of a file of one's own, which may extend and replace ours."""
    ours = load_scenarios(reference_file("scenarios.toml"))
    return load_scenarios(own, ours) if own else ours


def load_scenarios(path: Path, known: Mapping[str, NamedScenario] | None = None) -> dict[str, NamedScenario]:
    """The scenarios of a file by id; those of `known` are there to extend or replace and come first.

    The file's header comment describes the format. Raises ReferenceDataError in one line with file, line, scenario
    and field for an unknown key, swapped bounds, a wrong unit, an input without source, or anything else amiss.
    """
    text = _text(path)
    found = dict(known or {})
    try:
        for name, table in rows.toml_document(path, text).items():
            if not isinstance(table, dict):
                raise _error(path, text, name, "", "write it under the [id] of a scenario")
            try:
                found[name] = _named(name, table, found)
            except InputError as reason:
                raise _error(path, text, name, reason.field, reason) from None
    except RecursionError:
        raise ReferenceDataError(f"{path}:1: nested too deeply, a scenario is a table of tables") from None
    return found


def _text(path: Path) -> str:
    """What the file says, if it can be a file of scenarios: hostile ones take the reader of TOML minutes."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReferenceDataError(f"{path} is not UTF-8 text: unpack it or save it as UTF-8") from None
    except OSError as reason:
        raise ReferenceDataError(f"{path} cannot be read: {reason.strerror}") from None
    if len(data) > _MOST_BYTES:
        most = f"a file of scenarios has at most {_MOST_BYTES // 1024} KiB"
        raise ReferenceDataError(f"{path} is too long, {most}: name the right file, or split it")
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _MOST_DOTS:
            raise ReferenceDataError(f"{path}:{number}: more than {_MOST_DOTS} dots on a line, shorten it")
    return text


def _named(name: str, table: dict[str, Any], found: Mapping[str, NamedScenario]) -> NamedScenario:
    if not _ID.fullmatch(name):
        raise InputError("id", "write it with up to 64 letters, digits, - and _")
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
    origins = {**(base.origins if base else {}), **origins}
    return NamedScenario(name, words["title"], words.get("note", ""), scenario, origins, tuple(inputs))


def _words(key: str, value: object) -> str:
    """A text for people on one line, whatever lines it is written in."""
    said = " ".join(value.split()) if isinstance(value, str) else ""
    if not said:
        raise InputError(key, f"{value or repr(value)} is no text, write it between quotation marks")
    if not said.isprintable():
        raise InputError(key, "has characters that cannot be printed, delete them")
    return said


def _origin(field: str, written: object) -> Origin:
    if not isinstance(written, Mapping):
        raise InputError(field, "write it as a table with value, unit, source and date")
    for key in ("unit", "source", "date"):
        if key not in written:
            raise InputError(field, f"{key} is missing, add it")
    try:
        day = rows.day(written["date"])
        said = {key: _words(key, written[key]) for key in ("source", "note") if key in written}
    except InputError as reason:
        raise InputError(field, str(reason).replace(": ", " ", 1)) from None
    except ValueError as reason:
        raise InputError(field, f"date {reason}") from None
    return Origin(written["unit"], said["source"], day, said.get("note", ""))


def _error(path: Path, text: str, scenario: str, field: str, reason: object) -> ReferenceDataError:
    """One line, also about a name that is none."""
    place = _place(path, text, scenario, field)
    line = " ".join(f"{place.path}:{place.line}: {scenario}: {reason}".split())
    line = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)
    return ReferenceDataError(line if len(line) <= _LONGEST_MESSAGE else f"{line[:_LONGEST_MESSAGE]}…")


def _place(path: Path, text: str, scenario: str, field: str = "") -> Place:
    """The line of a field's table or entry, else of its scenario: TOML readers do not keep lines."""
    id_, key = (f"[\"']?{re.escape(name)}[\"']?" for name in (scenario, field))
    headers = [rf"\[\s*{id_}\s*\.\s*{key}\s*\]", rf"{id_}\s*\.\s*{key}\s*[.=]"] if field else []
    lines = text.split("\n")
    for header in [*headers, rf"\[\s*{id_}\s*\]", rf"{id_}\s*[.=]"]:
        for number, line in enumerate(lines, 1):
            if re.match(rf"\s*{header}", line):
                return Place(path, _entry(lines, number, field))
    return Place(path, 1)


def _entry(lines: list[str], header: int, field: str) -> int:
    for number in range(header + 1, len(lines) + 1):
        if lines[number - 1].lstrip().startswith("["):
            break
        if field and re.match(rf"\s*[\"']?{re.escape(field)}[\"']?\s*[=.]", lines[number - 1]):
            return number
    return header
