"""Panels from files: the shipped ones, and the lists that users bring."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tracker.core.panels import Panel
from tracker.errors import PanelError
from tracker.reference.panels.reading import Listed, Skipped, read_list
from tracker.reference.rows import data_folder

__all__ = ["Listed", "Skipped", "listed", "panel", "panel_names", "read_list"]

# The first members of a shipped panel, as a panel of its own with its own denominator.
_HEADS = {"starter-100": ("starter", 100)}
_ENDINGS = (".gz", ".zip")


def panel_names() -> tuple[str, ...]:
    """The panels that ship with Drywell."""
    files = {path.stem for path in _folder().glob("*.csv")}
    return tuple(sorted(files | {head for head, (whole, _size) in _HEADS.items() if whole in files}))


def panel(name_or_path: str | Path) -> Panel:
    """A shipped panel by its name, else the panel in a file (`./starter` is a file even so); as `listed`."""
    return listed(name_or_path).panel


def listed(name_or_path: str | Path, *, skip_bad: bool = False, categories: Path | None = None) -> Listed:
    """A shipped panel by its name, else the panel in a file, with what was left out of it.

    A file is plain, gzip or a zip with one list in it, and holds one host a line, or `rank,host` (as Tranco's and
    Cisco Umbrella's lists do), or is CSV with a header line that has a column host, site, domain or origin and perhaps
    rank, sector, country, language. Blank lines and lines that start with `#` are skipped; before the first row
    `# key: value` sets title, source, list_id, compiled, is_sample and population ("none" for a list that stands for
    itself). Raises PanelError, with the line, for all else and for a host that stands twice. skip_bad, categories: as
    for `read_list`.
    """
    name = str(name_or_path)
    if name in _HEADS:
        whole, size = _HEADS[name]
        return Listed(_head(panel(whole), name, size))
    if name in panel_names():
        return _read(_folder() / f"{name}.csv", name, skip_bad, categories)
    path = Path(name_or_path)
    if not path.exists():
        raise PanelError(f"no panel {name}: no such file, and the named ones are {', '.join(panel_names())}")
    bare = path.with_suffix("") if path.suffix.lower() in _ENDINGS else path
    return _read(path, bare.stem, skip_bad, categories)


def _folder() -> Path:
    return data_folder() / "panels"


def _head(whole: Panel, name: str, size: int) -> Panel:
    return replace(
        whole,
        name=name,
        title=f"{whole.title}: the first {size}",
        list_id=f"{whole.list_id}/first-{size}",
        members=whole.members[:size],
    )


def _read(path: Path, name: str, skip_bad: bool, categories: Path | None) -> Listed:
    # A list that does not say when it was compiled cannot be younger than its file.
    facts = Panel(name, name, path.name, "", _modified(path), None, False, ())
    return read_list(path, facts, label=str(path), skip_bad=skip_bad, categories=categories)


def _modified(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
