"""Panels from files: the shipped ones, and the lists that users bring."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from tracker.core.hosts import normalise_host
from tracker.core.panels import Member, Panel
from tracker.errors import PanelError
from tracker.reference.rows import csv_cells, data_folder, read_text

# The first members of a shipped panel, as a panel of its own with its own denominator.
_HEADS = {"starter-100": ("starter", 100)}
_HOST_COLUMNS = ("host", "site", "domain")
_TRUE_OR_FALSE = {"true": True, "yes": True, "false": False, "no": False}
_HEADER = re.compile(r"#\s*([a-z_]+)\s*:\s*(.+)")


def panel_names() -> tuple[str, ...]:
    """The panels that ship with Drywell."""
    files = {path.stem for path in _folder().glob("*.csv")}
    return tuple(sorted(files | {head for head, (whole, _size) in _HEADS.items() if whole in files}))


def panel(name_or_path: str | Path) -> Panel:
    """A shipped panel by its name, else the panel in a file (`./starter` is a file even so).

    A file holds one host a line, or `rank,host` (as Tranco's lists do), or is CSV with a header line that
    has a column host, site or domain and perhaps rank, sector, country, language. Blank lines and lines that
    start with `#` are skipped; before the first row `# key: value` sets title, source, list_id, compiled,
    is_sample and population ("none" for a list that stands for itself). Raises PanelError, with the line,
    for all else and for a host that stands twice.
    """
    name = str(name_or_path)
    if name in _HEADS:
        whole, size = _HEADS[name]
        return _head(panel(whole), name, size)
    if name in panel_names():
        return _read(_folder() / f"{name}.csv", name)
    path = Path(name_or_path)
    if not path.exists():
        raise PanelError(f"no panel {name}: no such file, and the named ones are {', '.join(panel_names())}")
    return _read(path, path.stem)


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


def _read(path: Path, name: str) -> Panel:
    text = read_text(path, PanelError)
    about = _about(text, path)
    members = _members(path, csv_cells(text, path, PanelError))
    if not members:
        raise PanelError(f"{path} names no site: write one host a line, such as example.com")
    return Panel(
        name=name,
        title=about.get("title", name),
        source=about.get("source", path.name),
        list_id=about.get("list_id", "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:16]),
        # A list that does not say when it was compiled cannot be younger than its file.
        compiled=about.get("compiled") or _modified(path),
        population=about.get("population"),
        is_sample=_TRUE_OR_FALSE[about.get("is_sample", "false")],
        members=members,
    )


def _about(text: str, path: Path) -> dict[str, str]:
    """The `# key: value` lines above the first row, checked."""
    about: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            break
        if found := _HEADER.fullmatch(line.strip()):
            key, value = found[1], found[2].strip()
            if key == "compiled" and not _is_date(value):
                raise PanelError(f"{path}:{number}: compiled: {value!r} is no date, write it as 2026-11-22")
            if key == "is_sample" and value not in _TRUE_OR_FALSE:
                raise PanelError(f"{path}:{number}: is_sample: {value!r} is unknown, write true or false")
            about[key] = value
    if about.get("population", "none").startswith("none"):
        about.pop("population", None)
    if _TRUE_OR_FALSE[about.get("is_sample", "false")] and "population" not in about:
        raise PanelError(f"{path}: a sample needs its population, add a line '# population: ...'")
    return about


def _modified(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _members(path: Path, cells_by_line: Iterable[tuple[int, list[str]]]) -> tuple[Member, ...]:
    columns: list[str] | None = None
    lines: dict[str, int] = {}
    members: list[Member] = []
    for line, cells in cells_by_line:
        if columns is None:
            columns, is_header = _columns(cells)
            if is_header:
                continue
        try:
            member = _member(columns, cells)
            if (first := lines.setdefault(member.host, line)) != line:
                raise ValueError(f"{member.host} stands on line {first} already")
        except ValueError as reason:
            raise PanelError(f"{path}:{line}: {reason}; correct or delete the line") from None
        members.append(member)
    return tuple(members)


def _columns(cells: list[str]) -> tuple[list[str], bool]:
    """The columns that the first row gives away, and whether it is a header and not a site."""
    names = [cell.lower() for cell in cells]
    for spelling in _HOST_COLUMNS:
        if spelling in names:
            names[names.index(spelling)] = "host"
            return names, True
    if len(cells) == 2 and cells[0].isdecimal():
        return ["rank", "host"], False
    return ["host"], False


def _member(columns: list[str], cells: list[str]) -> Member:
    if len(cells) != len(columns):
        raise ValueError(f"{len(cells)} cells where {len(columns)} belong ({', '.join(columns)})")
    row = dict(zip(columns, cells, strict=True))
    rank = row.get("rank", "")
    if rank and not (rank.isdecimal() and int(rank) > 0):
        raise ValueError(f"rank {rank!r} is no whole number of at least 1")
    return Member(
        host=normalise_host(row["host"]),
        rank=int(rank) if rank else None,
        sector=row.get("sector", ""),
        country=row.get("country", ""),
        language=row.get("language", ""),
    )
