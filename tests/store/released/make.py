"""Make the history that a released schema is remembered by: a small file, written by the program of its day.

Run by hand when a schema is released, in a checkout of the release, with what it imports:

    git worktree add ../release v0.1.0
    PYTHONPATH=../release python tests/store/released/make.py tests/store/released/schema-3.sql.gz

The result is an SQL dump (gzip) with the two pragmas that identify the file. It is never made again: what matters is
that it was written by that program and not by today's. `play` is also what today's program writes for comparison, so
it uses nothing that the first release did not have, except where `schema` says so.
"""

import gzip
import sqlite3
import sys
import tempfile
from pathlib import Path

from tracker.core.agents import Agent, Kind, Purpose
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.store import captures
from tracker.store.captures import OWN, Answer, Failure, PastCrawl, SourceFacts
from tracker.store.write import Writer

START = 1_640_995_200  # 2022-01-01, a midnight
FAIL = b"FAIL"
HOSTS = tuple(f"{letter}.example" for letter in "abcdef")
OPEN = b"User-agent: *\nAllow: /\n"
SHUT = b"User-agent: *\nDisallow: /\n"
NAMED = b"User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n\nUser-agent: Googlebot\nDisallow: /private/\n"
COMMENT = b"# Not for gptbot.\nUser-agent: *\nDisallow: /about/CCBots\n"
SIGNAL = b"User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /\n"

# Days after START -> what each host said (None: there is no robots.txt; `...`: not asked).
CRAWLS: dict[int, tuple[object, ...]] = {
    0: (OPEN, SHUT, NAMED, COMMENT, SIGNAL, None),
    1: (OPEN, FAIL, NAMED, COMMENT, SIGNAL, None),
    7: (NAMED, FAIL, FAIL, SIGNAL, COMMENT, OPEN),
    45: (NAMED, FAIL, NAMED, SIGNAL, ..., None),
    200: (SHUT, SHUT, NAMED, FAIL, ..., ...),
}
GIT: dict[int, tuple[object, ...]] = {
    -300: (SIGNAL, OPEN, ..., COMMENT, ..., ...),
    -250: (SIGNAL, SHUT, OPEN, ..., ..., None),
    30: (NAMED, SHUT, ..., ..., COMMENT, ...),
}
# Captures of an archive, each at its own time, which schema 3 can hold.
ARCHIVE: tuple[tuple[int, str, object], ...] = (
    (-400, "b.example", NAMED),
    (-30, "b.example", FAIL),
    (100, "e.example", SHUT),
    (140, "e.example", FAIL),
    (141, "f.example", None),
)


def agent(name: str, **more: object) -> Agent:
    """A made-up registry row."""
    facts = {"operator": "Nobody", "source": "https://agents.example/", "checked": "2026-01-01", **more}
    return Agent(name, (name,), purpose=Purpose.TRAINING, kind=Kind.CRAWLER, **facts)  # type: ignore[arg-type]


AGENTS = (
    agent("GPTBot", valid_from="2022-01-05", headline=True),
    agent("CCBot"),
    agent("Google-Extended", falls_back_to=("Googlebot",)),
    agent("Stubborn", obeys_star=False),
)


def result(host: str, saw: object) -> Answer | Failure:
    """What a host said, as the writer takes it."""
    return Failure(host, "http_503", "made up") if saw == FAIL else Answer(host, saw, "ref")  # type: ignore[arg-type]


def play(path: Path, schema: int) -> Path:
    """Write the looks that a program of this schema can hold into a history."""
    with Writer(path, AGENTS) as writer:
        members = tuple(Member(host, rank, "news") for rank, host in enumerate(HOSTS, 1))
        panel = writer.panel(Panel("all", "All", "made up", "1", "2022-01-01", None, False, members))
        own = writer.source(OWN)
        for day, saw in CRAWLS.items():
            crawl = writer.begin_crawl(own, panel, START + day * DAY, f"day {day}", len(HOSTS))
            writer.record(crawl, [result(host, one) for host, one in zip(HOSTS, saw, strict=True) if one is not ...])
            writer.finish_crawl(crawl, START + day * DAY + 5)
        git = writer.source(SourceFacts("git", "past", "git:1:robots/{site}.txt"))
        writer.import_crawls(git, panel, [past_crawl(day, saw) for day, saw in GIT.items()])
        if schema >= 3:
            archive = writer.source(SourceFacts("wayback", "wayback", "wayback"))
            found = [captures.Capture(START + day * DAY, result(host, saw)) for day, host, saw in ARCHIVE]
            writer.import_captures(archive, panel, "batch", found)
    return path


def past_crawl(day: int, saw: tuple[object, ...]) -> PastCrawl:
    """An imported crawl that states every answer."""
    given = [Answer(host, one, "blob") for host, one in zip(HOSTS, saw, strict=True) if one is not ...]  # type: ignore[arg-type]
    return PastCrawl(f"commit {day}", START + day * DAY, frozenset(answer.host for answer in given), given)


def dump(path: Path) -> str:
    """A history as SQL, with the pragmas that say what it is."""
    connection = sqlite3.connect(path)
    facts = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")}
    lines = [*(f"PRAGMA {name} = {value};" for name, value in facts.items()), *connection.iterdump()]
    connection.close()
    return "\n".join(lines) + "\n"


def load(dumped: Path, path: Path) -> Path:
    """The history that a dump was made of."""
    connection = sqlite3.connect(path)
    connection.executescript(gzip.decompress(dumped.read_bytes()).decode())
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    return path


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        history = Path(folder) / "history.sqlite"
        play(history, 3 if hasattr(Writer, "import_captures") else 1)
        Path(sys.argv[1]).write_bytes(gzip.compress(dump(history).encode(), mtime=0))
