"""A labelled folder of terms texts: `labels.jsonl`, one JSON object a line, beside the texts that it names.

    {"id": "acme", "file": "texts/acme.txt", "labels": {"no_scraping": [{"start": 17, "end": 60, "quote": "..."}]},
     "ambiguous": ["no_compete"], "silent": false}

start and end are characters of the text in UTF-8, line ends as they are. A category under `labels` is there with at
least one of its clauses; one under `ambiguous` is not scored for that text. What else an object holds is not looked at.

Beside it, if there is one, `changes.jsonl`: two texts of the same service, and what the second newly has and lacks.

    {"id": "acme-2024", "before": "texts/acme-1.txt", "after": "texts/acme-2.txt", "added": ["no_ai_training"],
     "removed": [], "ambiguous": []}

And `series.jsonl`: what a page showed look by look, as numbers of texts, so many hours apart; how many changes of
policy may be reported at most.

    {"id": "acme-flaps", "texts": ["texts/acme-1.txt", "texts/acme-2.txt"], "looks": [0, 1, 0, 1], "hours": 12,
     "most": 1}
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.core.terms import CATEGORIES, Category

LABELS, CHANGES, SERIES = "labels.jsonl", "changes.jsonl", "series.jsonl"


class BadFolder(ValueError):
    """A folder that is not in the format; names file and line."""


@dataclass(frozen=True)
class Document:
    """A text with the places (start, end) of the clauses of each category that it has."""

    name: str
    text: str
    labels: Mapping[Category, tuple[tuple[int, int], ...]]
    ambiguous: frozenset[Category]
    silent: bool


@dataclass(frozen=True)
class Pair:
    """Two editions of a text, and the categories that the second one newly has and no longer has."""

    name: str
    before: str
    after: str
    added: frozenset[Category]
    removed: frozenset[Category]
    ambiguous: frozenset[Category]


@dataclass(frozen=True)
class Series:
    """The texts that a page showed, one a look, `hours` apart; most: changes of policy that may be reported."""

    name: str
    looks: tuple[str, ...]
    hours: float
    most: int


def documents(folder: Path) -> list[Document]:
    """The labelled texts; BadFolder for a line that is not as it should be."""
    return [_document(folder, where, row) for where, row in _rows(folder / LABELS)]


def pairs(folder: Path) -> list[Pair]:
    """The labelled changes; none if there is no such file."""
    if not (folder / CHANGES).is_file():
        return []
    return [_pair(folder, where, row) for where, row in _rows(folder / CHANGES)]


def series(folder: Path) -> list[Series]:
    """The series of looks; none if there is no such file."""
    if not (folder / SERIES).is_file():
        return []
    return [_series(folder, where, row) for where, row in _rows(folder / SERIES)]


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise BadFolder(f"{path} cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield f"{path}:{number}", json.loads(line)
            except ValueError as error:
                raise BadFolder(f"{path}:{number}: no JSON: {error}") from error


def _document(folder: Path, where: str, row: dict[str, Any]) -> Document:
    text = _text(folder, where, row["file"])
    labels = {}
    for name, spans in row["labels"].items():
        for span in spans:
            if text[span["start"] : span["end"]] != span["quote"]:
                raise BadFolder(f"{where}: {name}: the text has other words at {span['start']}:{span['end']}")
        labels[_category(where, name)] = tuple((span["start"], span["end"]) for span in spans)
    if empty := [name for name, spans in labels.items() if not spans]:
        raise BadFolder(f"{where}: {empty[0]}: has no clause; give one, or take the category out")
    return Document(row["id"], text, labels, _categories(where, row.get("ambiguous", ())), row["silent"])


def _pair(folder: Path, where: str, row: dict[str, Any]) -> Pair:
    before, after = _text(folder, where, row["before"]), _text(folder, where, row["after"])
    sets = (_categories(where, row.get(name, ())) for name in ("added", "removed", "ambiguous"))
    return Pair(row["id"], before, after, *sets)


def _series(folder: Path, where: str, row: dict[str, Any]) -> Series:
    texts = [_text(folder, where, name) for name in row["texts"]]
    return Series(row["id"], tuple(texts[number] for number in row["looks"]), row["hours"], row["most"])


def _text(folder: Path, where: str, name: str) -> str:
    try:
        return (folder / name).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFolder(f"{where}: {name} cannot be read as UTF-8 text: {error}") from error


def _categories(where: str, names: Any) -> frozenset[Category]:
    return frozenset(_category(where, name) for name in names)


def _category(where: str, name: str) -> Category:
    if name not in (*CATEGORIES, Category.SILENT):
        raise BadFolder(f"{where}: {name!r} is no category, write one of {', '.join(CATEGORIES)}")
    return Category(name)
