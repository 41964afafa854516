"""Small histories for the dashboard: a good one, one of a single crawl, an empty, a broken and a newer one."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tracker.core.panels import Member, Panel
from tracker.store.captures import OWN, Answer, Failure
from tracker.store.migrations import SCHEMA_VERSION
from tracker.store.write import Writer

OPEN = b"User-agent: *\nDisallow: /private\n"
NAMED = b"# <script>alert(1)</script>\nUser-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nDisallow:\n"
STAR = b"User-agent: *\nDisallow: /\n"
HOSTS = ("absent.example", "broken.example", "news.example", "open.example", "star.example")
PANEL = Panel(
    "made-up",
    "Made-up sites",
    "test",
    "1",
    "2023-01-01",
    None,
    False,
    tuple(Member(host, rank, "news", "DE", "de") for rank, host in enumerate(HOSTS, 1)),
)
Crawl = tuple[str, dict[str, bytes | None]]
CRAWLS: Sequence[Crawl] = (
    ("2023-07-01", {"absent.example": None, "news.example": OPEN, "open.example": OPEN, "star.example": STAR}),
    ("2023-08-20", {"absent.example": None, "news.example": NAMED, "open.example": OPEN, "star.example": STAR}),
    ("2023-10-01", {"absent.example": None, "news.example": NAMED, "open.example": OPEN, "star.example": STAR}),
)


SIGNALLED = b"User-agent: *\nContent-Signal: ai-train=no\nAllow: /\n"
# On the last day one blocking site does not answer: its earlier answer is held.
HELD: Sequence[Crawl] = (
    *CRAWLS,
    ("2023-10-02", {"absent.example": None, "open.example": SIGNALLED, "star.example": STAR}),
)


def seconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) + 6 * 3600


def write(path: Path, crawls: Sequence[Crawl]) -> Path:
    with Writer(path, AGENTS, kind="demo") as writer:
        source, panel = writer.source(OWN), writer.panel(PANEL)
        for day, answers in crawls:
            crawl = writer.begin_crawl(source, panel, seconds(day), day, len(HOSTS))
            writer.record(crawl, [Answer(host, body) for host, body in answers.items()])
            silent = [host for host in HOSTS if host not in answers]
            writer.record(crawl, [Failure(host, "http_503", "503 from the origin") for host in silent])
            writer.finish_crawl(crawl, seconds(day) + 60)
    return path


@pytest.fixture(scope="session")
def small_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three crawls of five made-up sites; read only."""
    return write(tmp_path_factory.mktemp("small") / "small.sqlite", CRAWLS)


@pytest.fixture(scope="session")
def held_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crawl more, which a blocking site does not answer and in which another one sends a signal."""
    return write(tmp_path_factory.mktemp("held") / "held.sqlite", HELD)


@pytest.fixture(scope="session")
def one_crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One crawl."""
    return write(tmp_path_factory.mktemp("one") / "one.sqlite", CRAWLS[:1])


@pytest.fixture
def broken_history(tmp_path: Path) -> Path:
    """A file that only looks like one."""
    path = tmp_path / "broken.sqlite"
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 8000)
    return path


@pytest.fixture
def newer_history(database: Path) -> Path:
    """A history of a later Drywell."""
    connection = sqlite3.connect(database)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.commit()
    connection.close()
    return database
