"""Captures as a WARC 1.1 file (ISO 28500) with a manifest, for archives and for everybody who trusts no database.

A history keeps the bytes of an answer and not the HTTP exchange that brought them. So a body is a `resource` record,
WARC's type for a resource without protocol headers; a `response` would need a status line and headers that we would
have to make up. A body seen again (at another site, or again after something else) is a `revisit` of that record.
An absence (404, 410, another 4xx) is no resource at all: a `metadata` record states it. Every capture has a `metadata`
record that says which source saw it, where, from when to when and how often. Records have names that follow from what
they say, so that the same capture has the same WARC-Record-ID in every export and a claim can cite it.

warcio writes the records. It would add SHA-1 digests of its own; given both digests it leaves them alone, and so
they are SHA-256 here, as everywhere else in a history.
"""

import hashlib
import io
import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TextIO
from urllib.parse import quote

from tracker import __version__
from tracker.core.hosts import normalise_host
from tracker.errors import DatabaseError, QueryError, UsageError
from tracker.store.packed import NotWhole, unpack
from tracker.store.query import Reader

_SECONDS = 600.0
_KEYS = ("site", "body_sha256", "first_seen", "last_seen", "source", "ref")
_PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_CONFORMS = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


@dataclass(frozen=True, slots=True)
class WarcReport:
    """The files, the SHA-256 (hex) and size of the WARC, and how many captures of each kind it holds."""

    warc: str
    manifest: str
    sha256: str
    bytes: int
    resources: int
    revisits: int
    absences: int

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return asdict(self)


def captures_of_site(reader: Reader, host: str) -> list[dict[str, Any]]:
    """The captures of a site, oldest first. Raises QueryError if there is none."""
    found = reader.captures(host).dicts()
    if not found:
        raise QueryError(f"no capture of {host}: `tracker site {host}` says what is known of it")
    return found


def captures_of_query(reader: Reader, sql: str) -> list[dict[str, Any]]:
    """The captures that a user's SELECT means, oldest first: those that agree with a row in every column they share.

    Its columns must include body_sha256; site, first_seen, last_seen, source and ref narrow it down. What is written
    comes from the view `captures`, whatever else the SELECT says. Rows without site and without body mean nothing.
    Raises QueryError.
    """
    rows = reader.sql(sql, seconds=_SECONDS)
    if "body_sha256" not in rows.columns:
        raise QueryError("the query must give a column body_sha256, as in SELECT site, body_sha256 FROM captures")
    keys = [name for name in _KEYS if name in rows.columns]
    places = [rows.columns.index(name) for name in keys]
    wanted = {tuple(row[place] for place in places) for row in rows.rows}
    if "site" not in keys:
        wanted = {key for key in wanted if key[keys.index("body_sha256")] is not None}
    captures = reader.sql("SELECT * FROM captures ORDER BY first_seen, site", {}, seconds=_SECONDS).dicts()
    found = [capture for capture in captures if tuple(capture[name] for name in keys) in wanted]
    if not found:
        raise QueryError("the query means no capture: try it with `tracker query`")
    return found


def write_warc(
    reader: Reader,
    captures: Iterable[Mapping[str, Any]],
    out: Path,
    *,
    operator: str = "",
    now: datetime | None = None,
) -> WarcReport:
    """Write captures (rows of the view `captures`, oldest first) to `out` and a manifest beside it; all or nothing.

    Raises UsageError if warcio is not installed, DatabaseError if a file is there already, cannot be written, or if
    a stored body is damaged.
    """
    manifest = out.with_name(f"{out.name}.manifest.jsonl")
    for path in (out, manifest):
        if path.exists():
            raise DatabaseError(f"{path} is there already: choose another --out")
    try:
        with _both(out, manifest) as (warc, lines):
            writer = _Writer(reader, warc, lines, out.name)
            writer.begin(operator, now or datetime.now(UTC))
            for capture in captures:
                writer.add(capture)
            sha256 = writer.finish()
            size = warc.tell()
    except OSError as error:
        raise DatabaseError(f"cannot write {out}: {error.strerror or error}; nothing was left there") from error
    return WarcReport(str(out), str(manifest), sha256, size, *writer.counts)


@contextmanager
def _both(out: Path, manifest: Path) -> Iterator[tuple[BinaryIO, TextIO]]:
    """Two files that get their names together, when both are on the disk."""
    parts = [path.with_name(f".{path.name}.partial") for path in (out, manifest)]
    try:
        with parts[0].open("w+b") as warc, parts[1].open("w", encoding="utf-8") as lines:
            yield warc, lines
            for file in (warc, lines):
                file.flush()
                os.fsync(file.fileno())
        parts[1].rename(manifest)
        parts[0].rename(out)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


class _Writer:
    """Writes records and the lines of the manifest."""

    def __init__(self, reader: Reader, warc: BinaryIO, lines: TextIO, name: str) -> None:
        try:
            from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]
        except ImportError as error:
            raise UsageError("WARC files need the extra `archive`: pip install 'drywell[archive]'") from error
        self._reader = reader
        self._about = reader.about()
        self._file, self._lines, self._name = warc, lines, name
        self._warc = WARCWriter(warc, gzip=True, warc_version="1.1")
        self._first: dict[str, tuple[str, str, str]] = {}  # body -> record, URI and date of its resource record
        self._info = ""
        self._numbers = {"resource": 0, "revisit": 0, "metadata": 0}

    @property
    def counts(self) -> Sequence[int]:
        """Resources, revisits, absences."""
        return list(self._numbers.values())

    def begin(self, operator: str, now: datetime) -> None:
        """The warcinfo record: who made this file, when, with what."""
        made = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        fields = {
            "software": f"drywell {__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": _CONFORMS,
            "operator": operator,
            "description": "robots.txt bodies of a Drywell history; HTTP headers were not kept, hence resource records",
            "history": self._about.get("kind", ""),
            "ruleset": self._about.get("ruleset", ""),
        }
        self._info = f"<urn:uuid:{uuid.uuid4()}>"
        headers = {"WARC-Record-ID": self._info, "WARC-Date": made, "WARC-Filename": self._name}
        self._record("warcinfo", "", headers, _fields(fields), "application/warc-fields")

    def add(self, capture: Mapping[str, Any]) -> None:
        """A capture: its body or a reference to it, or that there was none; and where it is from."""
        site, at, sha256 = capture["site"], capture["first_seen"], capture["body_sha256"]
        if not _is_host(site):
            raise DatabaseError(f"the history has a site {site!r}, which is no host: it cannot be written as a URL")
        kind = "metadata" if sha256 is None else "revisit" if sha256 in self._first else "resource"
        uri = f"https://{site}/robots.txt"
        record, offset = _name(kind, uri, at, str(sha256)), self._file.tell()
        base = {"WARC-Date": at, "WARC-Warcinfo-ID": self._info}
        if kind == "resource":
            self._first[sha256] = (record, uri, at)
            self._record(kind, uri, {"WARC-Record-ID": record, **base}, self._bytes(sha256), "text/plain")
        elif kind == "revisit":
            self._revisit(uri, {"WARC-Record-ID": record, **base}, sha256)
        about = {"WARC-Refers-To": record} if sha256 is not None else {}
        label = _name("about", uri, at, str(sha256)) if about else record
        self._record(
            "metadata", uri, {"WARC-Record-ID": label, **base, **about}, _facts(capture), "application/warc-fields"
        )
        self._numbers[kind] += 1
        self._note(capture, kind, record, offset)

    def finish(self) -> str:
        """The last line of the manifest, about the file itself; gives its SHA-256."""
        self._file.flush()
        self._file.seek(0)
        sha256 = hashlib.file_digest(self._file, "sha256").hexdigest()  # type: ignore[arg-type]
        self._file.seek(0, os.SEEK_END)
        facts = {"warc": self._name, "bytes": self._file.tell(), "sha256": sha256}
        counts = dict(zip(("resources", "revisits", "absences"), self.counts, strict=True))
        self._line(facts | counts | {"software": f"drywell {__version__}", "ruleset": self._about.get("ruleset", "")})
        return sha256

    def _record(self, kind: str, uri: str, headers: Mapping[str, str], data: bytes, content_type: str) -> None:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        digests = {"WARC-Block-Digest": digest}
        if kind in ("resource", "metadata"):  # of others warcio asks for none
            digests["WARC-Payload-Digest"] = digest
        self._warc.write_record(
            self._warc.create_warc_record(
                uri,
                kind,
                payload=io.BytesIO(data),
                length=len(data),
                warc_content_type=content_type,
                warc_headers_dict={**headers, **digests},
            )
        )

    def _revisit(self, uri: str, headers: Mapping[str, str], sha256: str) -> None:
        record, first_uri, first_at = self._first[sha256]
        refers = {
            "WARC-Profile": _PROFILE,
            "WARC-Refers-To": record,
            "WARC-Refers-To-Target-URI": first_uri,
            "WARC-Refers-To-Date": first_at,
            "WARC-Payload-Digest": f"sha256:{sha256}",
        }
        self._record("revisit", uri, {**headers, **refers}, b"", "text/plain")

    def _bytes(self, sha256: str) -> bytes:
        rows = self._reader.sql(
            "SELECT b.size, d.data FROM body b JOIN body_data d ON d.body_id = b.body_id WHERE b.sha256 = :sha256",
            {"sha256": bytes.fromhex(sha256)},
        ).rows
        try:
            data = unpack(rows[0][1], rows[0][0]) if rows else b""
        except NotWhole as error:
            raise DatabaseError(f"body {sha256} {error}: restore a backup (`tracker verify` says more)") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DatabaseError(f"body {sha256} is not what was seen: restore a backup (`tracker verify` says more)")
        return data

    def _note(self, capture: Mapping[str, Any], kind: str, record: str, offset: int) -> None:
        self._line(
            {
                "record": record.strip("<>"),
                "type": kind,
                "offset": offset,
                "site": capture["site"],
                "at": capture["first_seen"],
                "last_seen": capture["last_seen"],
                "checks": capture["checks"],
                "sha256": capture["body_sha256"],
                "size": capture["body_bytes"],
                "source": capture["source"],
                "ref": capture["ref"],
            }
        )

    def _line(self, facts: Mapping[str, Any]) -> None:
        self._lines.write(json.dumps(facts, ensure_ascii=False) + "\n")


def _is_host(site: str) -> bool:
    """Whether a name from the history, which may be a stranger's, is safe in a header."""
    try:
        return normalise_host(site) == site
    except ValueError:
        return False


def _name(kind: str, uri: str, at: str, sha256: str) -> str:
    """The name of a record: equal in every export for the same capture."""
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'drywell {kind} {uri} {at} {sha256}')}>"


def _facts(capture: Mapping[str, Any]) -> bytes:
    """Provenance as warc-fields."""
    sha256 = capture["body_sha256"]
    absent = "none: there was no robots.txt (404, 410 or another 4xx); the HTTP exchange was not kept"
    return _fields(
        {
            "answer": absent if sha256 is None else f"sha256:{sha256}",
            "source": capture["source"] or "",
            "source-ref": capture["ref"] or "",
            "first-seen": capture["first_seen"],
            "last-seen": capture["last_seen"],
            "checks": str(capture["checks"]),
        }
    )


def _fields(fields: Mapping[str, str]) -> bytes:
    """Lines of application/warc-fields; what could break a line is percent-encoded."""
    return "".join(f"{name}: {_safe(value)}\r\n" for name, value in fields.items() if value).encode()


def _safe(text: str) -> str:
    return "".join(character if character.isprintable() else quote(character, errors="replace") for character in text)
