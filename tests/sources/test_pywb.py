"""The same WARC files by three ways: replayed by real pywb, listed by its index for ranged reads, and read as files.

Everything by the commands that users type. Selected with `-m slow`; installs pywb on its first run.
"""

import asyncio
import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import pytest

from tests.sources.asking import ask, whole_history
from tests.sources.conftest import Pywb
from tests.sources.warcs import HTML, OPEN, PART, SHUT, Warc, chunked
from tests.web import Request, Web, page

pytestmark = pytest.mark.slow

A, B, C, D, NONE = "a.example", "b.example", "c.example", "xn--bcher-kva.example", "none.example"
SITES = (A, B, C, D, NONE)
CRAWL = "CC-MAIN-2024-10"
GZIP = ("Content-Encoding", "gzip")
CHUNKED = ("Transfer-Encoding", "chunked")


def warcs(folder: Path) -> list[Path]:
    """Two files that hold what crawlers meet."""
    first = Warc()
    first.response(A, "2024-01-01", OPEN).response(A, "2024-01-20", SHUT)
    first.response(A, "2024-02-10", gzip.compress(PART, mtime=0), headers=[GZIP])
    first.response(A, "2024-02-20", chunked(gzip.compress(SHUT, mtime=0)), headers=[GZIP, CHUNKED])
    first.response(A, "2024-03-01", chunked(OPEN), headers=[CHUNKED])
    first.response(A, "2024-03-10T11:12:13Z", brotli.compress(SHUT), headers=[("Content-Encoding", "br")])
    first.response(A, "2024-03-15", b"", "301 Moved", [("Location", "/robots.txt")])
    first.response(B, "2024-01-01", SHUT)
    first.revisit(B, "2024-01-25", first.digests[f"{B} 2024-01-01"], (B, "2024-01-01"))
    first.response(B, "2024-02-15", b"<html>gone</html>", "404 Not Found")
    first.response(C, "2024-01-01", OPEN, url=f"http://{C}/robots.txt")
    first.response(C, "2024-01-02", SHUT, url=f"https://www.{C}/robots.txt")
    first.response(C, "2024-01-03", SHUT, url=f"https://{C}/index.html")
    second = Warc()
    second.response(B, "2024-03-01", b"oops", "503 Service Unavailable")
    second.revisit(B, "2024-03-05", first.digests[f"{B} 2024-01-01"], (B, "2024-01-01"))
    second.response(C, "2024-01-10", HTML).response(C, "2024-02-25", b"no", "403 Forbidden")
    second.response(C, "2024-03-30", PART + b"#" * 700_000)
    second.response(D, "2024-02-01", "User-agent: *\nDisallow: /bücher\n".encode())
    return [first.save(folder / "first.warc.gz"), second.save(folder / "second.warc.gz")]


@dataclass(frozen=True)
class Served:
    """Where the files lie and are served."""

    warcs: list[Path]
    wayback: str
    index: str
    data: str


@pytest.fixture(scope="module")
def served(pywb: Pywb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("pywb")
    files = warcs(folder)
    (folder / "replay").mkdir()
    (folder / "index").mkdir()
    pywb.collection(folder / "replay", "past", *files)
    pywb.collection(folder / "index", CRAWL, *files)

    async def ranged(request: Request, writer: asyncio.StreamWriter) -> None:
        """What Common Crawl's data server is: files, and parts of them."""
        data = (folder / Path(request.path).name).read_bytes()
        first, last = (int(part) for part in request.headers["range"].removeprefix("bytes=").split("-"))
        there = f"bytes {first}-{last}/{len(data)}"
        await page(data[first : last + 1], "206 Partial Content", Content_Range=there)(request, writer)

    with (
        Web() as web,
        pywb.serve(folder / "replay") as replay,
        # As Common Crawl's own index server has it.
        pywb.serve(folder / "index", "cdx_api_endpoint: -index\n") as index,
    ):
        web.on("127.0.0.1", ranged, "*")
        yield Served(files, f"{replay}/past", index, f"http://127.0.0.1:{web.http}")


def tracker(database: Path, *arguments: str) -> dict[str, Any]:
    """What a command prints as JSON."""
    command = [sys.executable, "-m", "tracker", *arguments, "--database", str(database), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def asked(*sites: str) -> list[str]:
    options = ["--allow-private", "127.0.0.0/8", "--rate", "1000", "--contact", "me@here.example"]
    return [*(word for site in sites for word in ("--site", site)), *options]


def backfill_wayback(served: Served, database: Path, *more: str) -> dict[str, Any]:
    return tracker(database, "backfill", "wayback", *asked(*SITES), "--server", served.wayback, *more)


def backfill_commoncrawl(served: Served, database: Path) -> dict[str, Any]:
    servers = ["--index-server", served.index, "--data-server", served.data]
    return tracker(database, "backfill", "commoncrawl", *asked(*SITES), *servers, "--crawl", CRAWL)


def of_sites(database: Path) -> list[tuple[object, ...]]:
    return [row for row in whole_history(database) if row[0] in SITES]


def test_three_ways_to_the_same_past(served: Served, tmp_path: Path) -> None:
    by_replay, by_index, by_file = (tmp_path / f"{name}.sqlite" for name in ("replay", "index", "file"))
    replayed = backfill_wayback(served, by_replay)
    ranged = backfill_commoncrawl(served, by_index)
    read = tracker(by_file, "import", "warc", *map(str, served.warcs))
    counts = [{name: report[name] for name in ("answers", "absences", "failures")} for report in (replayed, ranged)]
    assert counts == [{"answers": 12, "absences": 1, "failures": 3}] * 2
    assert (read["answers"], read["absences"], read["failures"]) == (13, 1, 3)  # www.c.example too
    assert of_sites(by_replay) == of_sites(by_index) == of_sites(by_file)
    verdicts = "SELECT DISTINCT site, verdict FROM access_history WHERE agent = 'CCBot' AND site <> 'www.c.example'"
    assert set(ask(by_file, verdicts)) >= {
        (A, "allowed"),
        (A, "blocked"),
        (A, "partial"),
        (B, "blocked"),
        (C, "partial"),
    }
    bodies = "SELECT DISTINCT body_sha256 FROM captures WHERE site <> 'www.c.example' ORDER BY 1"
    assert ask(by_replay, bodies) == ask(by_index, bodies) == ask(by_file, bodies)
    spans = "SELECT site, first_seen, last_seen, checks FROM captures WHERE site <> 'www.c.example' ORDER BY 1, 2"
    assert ask(by_replay, spans) == ask(by_index, spans) == ask(by_file, spans)


def test_all_ways_into_one_history(served: Served, tmp_path: Path) -> None:
    one, many = tmp_path / "one.sqlite", tmp_path / "many.sqlite"
    tracker(one, "import", "warc", *map(str, served.warcs))
    backfill_commoncrawl(served, many)
    tracker(many, "import", "warc", *map(str, reversed(served.warcs)))
    backfill_wayback(served, many)
    assert of_sites(many) == of_sites(one)
    assert backfill_wayback(served, many)["known"] == len(SITES)
    assert backfill_commoncrawl(served, many)["known"] == len(SITES)


def test_windows_of_real_cdx_servers(served: Served, tmp_path: Path) -> None:
    database = tmp_path / "h.sqlite"
    report = backfill_wayback(served, database, "--from", "2024-01-20", "--to", "2024-02-15")
    days = ask(database, "SELECT MIN(first_seen), MAX(last_seen) FROM captures")
    assert (report["imported"], days) == (5, [("2024-01-20T00:00:00Z", "2024-02-15T00:00:00Z")])
    # The original of this revisit lies before the window: pywb finds it.
    assert ask(database, "SELECT checks FROM captures WHERE site = 'b.example' AND first_seen LIKE '2024-01-25%'")


def test_pages_of_real_cdx_servers(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, to make the pages small."""
    from typer.testing import CliRunner

    from tracker.cli import app

    monkeypatch.setattr("tracker.sources.wayback.PAGE", 3)
    small, whole = tmp_path / "small.sqlite", tmp_path / "whole.sqlite"
    command = ["backfill", "wayback", *asked(*SITES), "--server", served.wayback, "--database", str(small)]
    assert CliRunner().invoke(app, command).exit_code == 0
    backfill_wayback(served, whole)
    assert of_sites(small) == of_sites(whole)
