"""WARC files written for tests with warcio, record by record."""

import gzip
import io
from collections.abc import Sequence
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

OPEN = b"User-agent: *\nAllow: /\n"
SHUT = b"User-agent: *\nDisallow: /\n"
PART = b"User-agent: *\nDisallow: /private/\n"
HTML = b"<!doctype html><html><body>Not here</body></html>\n"

Headers = Sequence[tuple[str, str]]


def robots(site: str) -> str:
    """The URL of a site's robots.txt."""
    return f"https://{site}/robots.txt"


class Warc:
    """A WARC file in the making; `data` are its bytes so far."""

    def __init__(self, *, packed: bool = True) -> None:
        self._out = io.BytesIO()
        self._writer = WARCWriter(self._out, gzip=packed)
        self.digests: dict[str, str] = {}

    @property
    def data(self) -> bytes:
        return self._out.getvalue()

    def save(self, path: Path) -> Path:
        path.write_bytes(self.data)
        return path

    def response(
        self,
        site: str,
        date: str,
        body: bytes,
        status: str = "200 OK",
        headers: Headers = (),
        url: str = "",
        kind: str = "response",
        **warc: str,
    ) -> "Warc":
        """A response; `date` is a day or a time, keyword arguments are WARC headers with underscores."""
        http = StatusAndHeaders(status, [("Content-Type", "text/plain"), *headers], protocol="HTTP/1.1")
        named = {name.replace("_", "-"): value for name, value in warc.items()}
        record = self._writer.create_warc_record(
            url or robots(site),
            kind,
            payload=io.BytesIO(body),
            http_headers=http if kind == "response" else None,
            warc_headers_dict={"WARC-Date": moment(date), **named},
        )
        self._writer.write_record(record)
        self.digests[f"{site} {date}"] = record.rec_headers.get_header("WARC-Payload-Digest")
        return self

    def revisit(
        self,
        site: str,
        date: str,
        digest: str,
        refers: tuple[str, str] | None = None,
        status: str = "200 OK",
        url: str = "",
        **warc: str,
    ) -> "Warc":
        """A revisit record of the identical-payload profile."""
        http = StatusAndHeaders(status, [("Content-Type", "text/plain")], protocol="HTTP/1.1") if status else None
        named = {
            "WARC-Profile": "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest",
            "WARC-Date": moment(date),
            **{name.replace("_", "-"): value for name, value in warc.items()},
        }
        if digest:
            named["WARC-Payload-Digest"] = digest
        if refers:
            named |= {"WARC-Refers-To-Target-URI": robots(refers[0]), "WARC-Refers-To-Date": moment(refers[1])}
        record = self._writer.create_warc_record(
            url or robots(site), "revisit", payload=io.BytesIO(), http_headers=http, warc_headers_dict=named
        )
        self._writer.write_record(record)
        return self


def moment(date: str) -> str:
    """A day as a WARC date."""
    return date if "T" in date else f"{date}T00:00:00Z"


def chunked(data: bytes, size: int = 10) -> bytes:
    """The data in chunks."""
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def as_one_gzip(warc: Warc) -> bytes:
    """A plain WARC as a single gzip stream, which makes offsets useless."""
    return gzip.compress(warc.data, mtime=0)
