"""Which panel an import belongs to, and which sites of it are wanted."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tracker import reference
from tracker.core.hosts import normalise_host
from tracker.core.panels import Member, Panel
from tracker.errors import UsageError
from tracker.sources.intake import Scope
from tracker.store.query import Reader

_FORMED = "import:"
_SOURCES = {
    "warc": "WARC files",
    "csv": "tables of captures",
    "wayback": "a web archive",
    "commoncrawl": "Common Crawl",
}


def scope_of(
    reader: Reader, kind: str, panel: str | None = None, sites: Sequence[str] = (), *, asked_alone: bool = False
) -> Scope:
    """The scope of an import of a kind (warc, csv, wayback, …).

    panel: a shipped panel, a file, or a panel of the history is used as it is; another name is a new panel of the
    sites imported, as is None, which is named after the kind. sites: only these. asked_alone: they are the members at
    once, whether or not anything is found. Raises UsageError for a site that is no host name or not in the panel.
    """
    only = frozenset(_site(text) for text in sites)
    name = panel or kind
    found = _existing(reader, name) if panel else None
    if found is None:
        members = tuple(Member(site) for site in sorted(only)) if asked_alone else ()
        return Scope(_new(name, kind, members), fixed=False, only=only)
    outside = only - {member.host for member in found.members}
    if outside:
        raise UsageError(f"--site {min(outside)} is not in panel {name}; leave --panel out, or name another one")
    return Scope(found, fixed=True, only=only)


def _site(text: str) -> str:
    try:
        return normalise_host(text)
    except ValueError as reason:
        raise UsageError(f"--site {text}: {reason}") from None


def _existing(reader: Reader, name: str) -> Panel | None:
    """A panel by its name or file; None if there is none, or only one that imports have formed."""
    if name in reference.panel_names() or Path(name).is_file() or "/" in name or "." in name:
        return reference.panel(name)
    rows = reader.sql(
        "SELECT title, source, list_id, population, is_sample FROM panel WHERE name = :name", {"name": name}
    ).rows
    if not rows or rows[0][2].startswith(_FORMED):
        return None
    title, source, list_id, population, is_sample = rows[0]
    members = tuple(Member(row["site"]) for row in reader.sites(name))
    return Panel(name, title, source, list_id, "", population, bool(is_sample), members)


def _new(name: str, kind: str, members: tuple[Member, ...]) -> Panel:
    today, source = datetime.now(UTC).date().isoformat(), _SOURCES[kind]
    return Panel(name, f"Sites imported from {source}", source, f"{_FORMED}{kind}", today, None, False, members)
