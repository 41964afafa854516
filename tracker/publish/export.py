"""A history as a folder of Parquet or CSV files, which a second run brings up to date.

A view is one file, or a folder of files by month or year (`partition` in dictionary.toml). What is past hardly changes,
so that most files stay as they are: each is written beside the old one and takes its place only if it differs.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from tracker import __version__
from tracker.errors import DrywellError, UsageError
from tracker.publish.csv_files import write as write_csv
from tracker.publish.duckdb import over_files
from tracker.publish.extras import needs
from tracker.publish.files import whole
from tracker.store.dictionary import View, views
from tracker.store.query import Reader
from tracker.store.streaming import Row, Stream, snapshot

FORMS = ("parquet", "csv")
MANIFEST = "manifest.json"
STATEMENTS = "views.sql"
_LICENCE = (
    "Facts about public files, gathered by whoever ran Drywell: state a licence before you publish this folder "
    "(CC BY 4.0 lets others use it and name you)."
)

Look = Callable[[str], AbstractContextManager[Stream]]
Write = Callable[..., int]


@dataclass(frozen=True, slots=True)
class File:
    """A file of an export: where it is in the folder, of which view, how many rows and bytes, and its SHA-256."""

    path: str
    view: str
    rows: int
    bytes: int
    sha256: str


@dataclass
class Report:
    """What an export did: the files that it wrote, left as they were, and removed because nothing is in them now."""

    written: list[File] = field(default_factory=list)
    kept: list[File] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    @property
    def files(self) -> list[File]:
        """All files of the folder, in order."""
        return sorted([*self.written, *self.kept], key=lambda one: one.path)


def export(
    reader: Reader,
    folder: Path,
    form: str,
    names: Sequence[str] = (),
    on_file: Callable[[str], None] = lambda _path: None,
) -> Report:
    """Write views (all that are not costly, if none is named) to a folder, or bring one up to date.

    `on_file` hears of every file. All files show the history at one moment. Raises DrywellError where the folder
    holds something else or cannot be written, and then leaves the files that were there.
    """
    chosen = _chosen(names)
    before = _manifest(folder, form)
    report = Report()
    facts = _facts(reader)
    if not before:
        # So that a run which is stopped can be told from a folder of somebody else's.
        _note(folder, form, facts, [])
    with snapshot(reader) as look:
        for view in chosen:
            for file, is_new in _view_files(look, folder, view, form, before):
                (report.written if is_new else report.kept).append(file)
                on_file(file.path)
    others = [one for one in before.values() if one.view not in {view.name for view in chosen}]
    report.kept += others
    _remove(folder, before.keys() - {one.path for one in report.files}, report)
    _finish(folder, form, facts, report)
    return report


def _chosen(names: Sequence[str]) -> list[View]:
    from tracker.core.nearest import did_you_mean

    for name in names:
        if name not in views():
            raise UsageError(f"no view {name!r}{did_you_mean(name, views())}; `tracker schema` lists them")
    return [view for view in views().values() if (view.name in names if names else not view.costly)]


def _manifest(folder: Path, form: str) -> dict[str, File]:
    """The files of the export that is there; raises DrywellError for a folder that holds something else."""
    path = folder / MANIFEST
    if not path.exists():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise DrywellError(f"{folder} holds something else than an export: choose an empty or a new folder")
        return {}
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        found = {one["path"]: File(**one) for one in facts["files"]}
        there = facts["format"]
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise DrywellError(f"{path} cannot be read ({error}): choose an empty or a new folder") from error
    if there != form:
        raise DrywellError(f"{folder} holds an export as {there}: choose another folder for {form}")
    return found


def _view_files(
    look: Look, folder: Path, view: View, form: str, before: dict[str, File]
) -> Iterator[tuple[File, bool]]:
    """The files of a view, each with whether it was written."""
    columns = ", ".join(f'"{column.name}"' for column in view.columns)
    first = [view.partition.column] if view.partition else []
    order = ", ".join(f'"{name}"' for name in dict.fromkeys([*first, *view.key]))
    with look(f"SELECT {columns} FROM {view.name} ORDER BY {order}") as answer:
        empty = True
        for path, rows in _parts(view, form, answer.batches()):
            empty = False
            yield _one_file(folder, view, path, form, rows, before)
        if empty:
            yield _one_file(folder, view, _path(view, form, None), form, iter(()), before)


def _parts(view: View, form: str, batches: Iterable[list[Row]]) -> Iterator[tuple[str, Iterator[list[Row]]]]:
    """The rows of each file, batch by batch."""
    if view.partition is None:
        yield _path(view, form, None), iter(batches)
        return
    at = [column.name for column in view.columns].index(view.partition.column)
    length = view.partition.length
    pieces = ((row[at][:length], row) for batch in batches for row in batch)
    for value, group in groupby(pieces, key=lambda piece: piece[0]):
        yield _path(view, form, value), _batched(row for _, row in group)


def _batched(rows: Iterator[Row], size: int = 20_000) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _path(view: View, form: str, value: str | None) -> str:
    if view.partition is None:
        return f"{view.name}.{form}"
    return f"{view.name}/{view.partition.name}={value}/part.{form}" if value else f"{view.name}/none.{form}"


def glob_of(view: View, form: str) -> str:
    """Where the files of a view are, for tools that read many."""
    return f"{view.name}/**/*.{form}" if view.partition else f"{view.name}.{form}"


def _one_file(
    folder: Path, view: View, path: str, form: str, batches: Iterator[list[Row]], before: dict[str, File]
) -> tuple[File, bool]:
    columns = [column.name for column in view.columns]
    draft = folder / f".{path.replace('/', '.')}.new"
    try:
        rows = _writer(form)(draft, columns, batches, {column.name: column.type for column in view.columns})
        file = File(path, view.name, rows, draft.stat().st_size, _sha256(draft))
        same = before.get(path) == file and (folder / path).is_file() and _sha256(folder / path) == file.sha256
        if not same:
            with whole(folder / path) as place:
                draft.replace(place)
        return file, not same
    finally:
        draft.unlink(missing_ok=True)


def _writer(form: str) -> Write:
    if form == "csv":
        return write_csv
    with needs("pyarrow", "an export as Parquet"):
        from tracker.publish.parquet import write
    return write


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove(folder: Path, paths: Iterable[str], report: Report) -> None:
    for path in sorted(paths):
        (folder / path).unlink(missing_ok=True)
        parent = (folder / path).parent
        if parent != folder and not any(parent.iterdir()):
            parent.rmdir()
        report.removed.append(path)


def _facts(reader: Reader) -> dict[str, Any]:
    about = reader.about()
    horizon = about.get("horizon")
    return {
        "drywell": __version__,
        "schema_version": int(about["schema_version"]),
        "ruleset": about.get("ruleset"),
        "kind": about.get("kind"),
        "generation": reader.generation(),
        "horizon": horizon,
        "citation": f"Drywell history of {about.get('sites')} sites as of {horizon} (drywell {__version__}, ruleset "
        f"{about.get('ruleset')}); state panel, definition and denominator with every figure",
        "licence": _LICENCE,
    }


def _finish(folder: Path, form: str, facts: dict[str, Any], report: Report) -> None:
    """The statements for DuckDB, and last the manifest: while it is old, the next run looks at every file again."""
    present = [view for view in views().values() if view.name in {one.view for one in report.files}]
    with whole(folder / STATEMENTS) as draft:
        draft.write_text(over_files({view.name: glob_of(view, form) for view in present}, form), encoding="utf-8")
    _note(folder, form, facts, report.files)


def _note(folder: Path, form: str, facts: dict[str, Any], files: list[File]) -> None:
    manifest = {"format": form, **facts, "files": [asdict(one) for one in files]}
    with whole(folder / MANIFEST) as draft:
        draft.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
