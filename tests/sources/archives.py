"""Web archives on loopback: the Wayback Machine's CDX server and raw replay, Common Crawl's index and data servers.

They answer from records that a test gives them; `faults` are answered first, one a request, whatever was asked.
"""

import asyncio
import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from warcio.archiveiterator import ArchiveIterator

from tests.sources.warcs import Warc, robots
from tests.web import Answer, Request, Web, page, settings_for
from tracker.net.archive import Archive, Pace
from tracker.sources.moments import stamp

HURRIED = Pace(per_second=10_000, tries=4, first_pause=0.01, longest_pause=2, connect=2, read=0.5, total=2)
HOST = "archive.example"
SERVER = f"https://{HOST}"


@dataclass(frozen=True)
class Held:
    """A capture as the archive holds it."""

    site: str
    stamp: str
    body: bytes = b""
    status: str = "200"
    mime: str = "text/plain"
    url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    digest: str = ""

    @property
    def named(self) -> "Held":
        """With what follows from the rest."""
        digest = self.digest or base64.b32encode(hashlib.sha1(self.body).digest()).decode()
        return replace(self, url=self.url or robots(self.site), digest=digest)


@dataclass
class FakeWayback:
    """The Wayback Machine in small. `tampered` replaces answers of replays by their stamp."""

    held: list[Held] = field(default_factory=list)
    faults: list[Answer] = field(default_factory=list)
    tampered: dict[str, Answer] = field(default_factory=dict)
    lists: int = 0
    replays: list[str] = field(default_factory=list)

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if self.faults:
            await self.faults.pop(0)(request, writer)
        elif request.path.startswith("/cdx/search/cdx?"):
            self.lists += 1
            await self._list(parse_qs(urlsplit(request.path).query))(request, writer)
        elif found := re.fullmatch(r"/web/(\d{14})id_/(.+)", request.path):
            self.replays.append(found[1])
            await self.tampered.get(found[1], self._replay(found[1], unquote(found[2])))(request, writer)
        else:
            await page(b"?", "400 Bad Request")(request, writer)

    def _list(self, query: dict[str, list[str]]) -> Answer:
        asked = {name: values[0] for name, values in query.items()}
        key = asked["url"].lower().removeprefix("www.")
        rows = sorted((one.named for one in self.held), key=lambda one: one.stamp)
        rows = [one for one in rows if re.sub(r"https?://(www\.)?|:\d+", "", one.url.lower()) == key]
        rows = [one for one in rows if asked.get("from", "") <= one.stamp <= asked.get("to", "9")]
        if asked.get("collapse") == "digest":
            rows = [one for n, one in enumerate(rows) if n == 0 or rows[n - 1].digest != one.digest]
        names = asked["fl"].split(",")
        told = {
            "timestamp": lambda one: one.stamp,
            "original": lambda one: one.url,
            "mimetype": lambda one: one.mime,
            "statuscode": lambda one: "-" if one.mime == "warc/revisit" else one.status,
            "digest": lambda one: one.digest,
        }
        table = [names, *([told[name](one) for name in names] for one in rows[: int(asked["limit"])])]
        return page(json.dumps(table if rows else []).encode())

    def _replay(self, when: str, url: str) -> Answer:
        for one in (one.named for one in self.held):
            if (one.stamp, one.url) == (when, url):
                body = one.body or next(h.body for h in self.held if h.named.digest == one.digest)
                named = {name.replace("-", "_"): value for name, value in one.headers}
                date = formatdate(stamp(when), usegmt=True)
                return page(body, f"{one.status} Archived", Memento_Datetime=date, **named)
        return page(b"not here", "404 Not Found")


class FakeCommonCrawl:
    """Index and data server of crawls; each crawl is one WARC file."""

    def __init__(self, **crawls: Warc) -> None:
        self.crawls = {name.replace("_", "-"): warc.data for name, warc in crawls.items()}
        self.faults: list[Answer] = []
        self.reads: list[str] = []
        self.lists = 0
        self.rows: dict[str, list[dict[str, str]]] = {
            name: list(_index(name, data)) for name, data in self.crawls.items()
        }

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if self.faults:
            await self.faults.pop(0)(request, writer)
            return
        await self._answer(request)(request, writer)

    def _answer(self, request: Request) -> Answer:
        path, _, query = request.path.partition("?")
        if path == "/collinfo.json":
            return page(json.dumps([{"id": name, "name": name} for name in reversed(self.crawls)]).encode())
        if (crawl := path[1:].removesuffix("-index")) in self.crawls:
            self.lists += 1
            key = parse_qs(query)["url"][0]
            rows = [row for row in self.rows[crawl] if row["url"].partition("://")[2] == key]
            none = page(b'{"message": "No Captures found for: %s"}' % key.encode(), "404 Not Found")
            return page("\n".join(json.dumps(row) for row in rows).encode()) if rows else none
        crawl = Path(path).name.removesuffix(".warc.gz")
        if crawl not in self.crawls:
            return page(b'{"message": "unknown"}', "404 Not Found")
        return self._range(self.crawls[crawl], request.headers.get("range", ""))

    def _range(self, data: bytes, asked: str) -> Answer:
        first, last = (int(part) for part in asked.removeprefix("bytes=").split("-"))
        self.reads.append(asked)
        found = data[first : last + 1]
        return page(found, "206 Partial Content", Content_Range=f"bytes {first}-{first + len(found) - 1}/{len(data)}")


def _index(crawl: str, data: bytes) -> Iterator[dict[str, str]]:
    """What an indexer finds in a WARC."""
    records = ArchiveIterator(io.BytesIO(data))
    for record in records:
        head, http = record.rec_headers, record.http_headers
        record.content_stream().read()
        offset, length = records.get_record_offset(), records.get_record_length()
        revisit = record.rec_type == "revisit"
        yield {
            "timestamp": re.sub(r"\D", "", head.get_header("WARC-Date")),
            "url": head.get_header("WARC-Target-URI"),
            "mime": "warc/revisit" if revisit else "text/plain",
            **({} if revisit else {"status": http.get_statuscode()}),
            "digest": head.get_header("WARC-Payload-Digest", "").removeprefix("sha1:"),
            "length": str(length),
            "offset": str(offset),
            "filename": f"crawl-data/{crawl}/robotstxt/{crawl}.warc.gz",
        }


@contextmanager
def asking(web: Web, pace: Pace = HURRIED, waits: list[float] | None = None) -> Iterator[Archive]:
    """A client that all names lead to the web; `waits` collects the pauses instead of making them."""
    extra = {} if waits is None else {"sleep": waits.append}
    with Archive(settings_for(web, contact="me@here.example"), pace, **extra) as archive:
        yield archive


def day(text: str) -> str:
    """A day as a timestamp of an archive."""
    return text.replace("-", "") + "000000"


def in_archive(warc_days: Sequence[tuple[str, str, bytes]]) -> list[Held]:
    """Captures from (site, day, body)."""
    return [Held(site, day(when), body) for site, when, body in warc_days]
