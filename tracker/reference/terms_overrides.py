"""Where the terms of a site stand, by a person's word: the shipped `terms_overrides.toml`, and a user's own over it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.core.hosts import NotAHost, normalise_host
from tracker.errors import ReferenceDataError
from tracker.reference import rows
from tracker.reference.rows import Place, Schema


@dataclass(frozen=True, slots=True)
class Override:
    """What was reviewed of one site: the URL of its terms, or that it has none to look for.

    site: the host, without "www.", for which it stands in too. url: "" with `none`. checked: an ISO date.
    """

    site: str
    source: str
    checked: str
    url: str = ""
    none: bool = False
    note: str = ""


def terms_overrides(extra: Path | None = None) -> dict[str, Override]:
    """The overrides by site: ours, and those of the file `extra`, which replace ours of the same site.

    Raises ReferenceDataError for the first bad row.
    """
    found = _read(rows.reference_file("terms_overrides.toml"))
    return found | (_read(extra) if extra is not None else {})


def override_for(overrides: dict[str, Override], host: str) -> Override | None:
    """The word on a host: its own, or that of the host without "www."."""
    return overrides.get(host) or overrides.get(host.removeprefix("www."))


def check_overrides(path: Path, text: str | None = None) -> tuple[str, ...]:
    """All that is wrong with a file, a line an error with file, line and field; nothing is raised for a bad row."""
    try:
        found = rows.toml_rows(path, "override", text)
    except ReferenceDataError as error:
        return (str(error),)
    errors: list[str] = []
    seen: dict[str, Place] = {}
    for place, row in found:
        amiss = _amiss(place, row)
        errors += map(str, amiss)
        if not amiss:
            errors += map(str, _double(seen, place, str(row["site"])))
    return tuple(errors)


def _read(path: Path) -> dict[str, Override]:
    found: dict[str, Override] = {}
    seen: dict[str, Place] = {}
    for place, row in rows.toml_rows(path, "override"):
        for error in _amiss(place, row) or _double(seen, place, row["site"]):
            raise error
        override = _OVERRIDE.build(place, row)
        found[override.site] = override
    return found


def _double(seen: dict[str, Place], place: Place, site: str) -> Iterable[ReferenceDataError]:
    first = seen.setdefault(_site(site), place)
    return [] if first is place else [place.error("site", f"{site} stands on line {first.line} already, delete one")]


def _amiss(place: Place, row: dict[str, Any]) -> list[ReferenceDataError]:
    """All that is wrong with one row: its fields, and if these are right, how they go together."""
    errors = [*_OVERRIDE.errors(place, row).values()]
    if not errors and bool(row.get("url")) is bool(row.get("none")):
        errors.append(place.error("url", "give either the url of the terms or none = true"))
    return errors


def _site(value: Any) -> str:
    try:
        return normalise_host(rows.text(value)).removeprefix("www.")
    except NotAHost as error:
        raise ValueError(str(error)) from None


_OVERRIDE = Schema(
    Override,
    site=_site,
    source=rows.text,
    checked=rows.day,
    url=rows.url,
    none=rows.flag,
    note=rows.optional_text,
)
