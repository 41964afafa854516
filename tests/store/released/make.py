"""Make the history that a released schema is remembered by: a small file, written by the program of its day.

Run by hand when a schema is released, in a checkout of the release, with what it imports:

    git worktree add ../release v0.1.0
    PYTHONPATH=../release python tests/store/released/make.py tests/store/released/schema-3.sql.gz

The result is an SQL dump (gzip) with the two pragmas that identify the file. It is never made again: what matters is
that it was written by that program and not by today's. `play` is also what today's program writes for comparison, so
it uses nothing that the first release did not have, except where `schema` says so. A name that ends in
`.postgres.sql.gz` gets the dump of a server instead, of which there is none older than schema 3.
"""

import gzip
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

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

_SINCE = {
    6: "know_claims",
    5: "import_terms",
    4: "latest_round",
    3: "import_captures",
    1: "panel",
}  # by what a writer can do

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


def play(path: Any, schema: int) -> Any:
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
        if schema >= 4:
            play_round(writer, own, panel)
        if schema >= 5:
            play_terms(writer, own)
        if schema >= 6:
            play_claims(writer)
    return path


def play_round(writer: Writer, own: int, panel: int) -> None:
    """An interrupted crawl, its rest with a home page, a retry, and a probe."""
    first, parts = START + 205 * DAY, (("", None), ("rest", 5), ("retry-1", 9))
    saw = ({"a": SHUT, "b": FAIL}, {"c": OPEN, "d": FAIL, "e": None, "f": SIGNAL}, {"b": NAMED, "d": FAIL})
    begun = None
    for number, (said, (part, ends)) in enumerate(zip(saw, parts, strict=True)):
        at = first + number * 3_600
        crawl = writer.begin_crawl(own, panel, at, f"round {number}", len(said), parent=begun, part=part)
        begun = begun or crawl.crawl_id
        seen = [result(f"{letter}.example", what) for letter, what in said.items()]
        writer.record(crawl, seen, [("c.example", noai())] if part == "rest" else [])
        writer.finish_crawl(crawl, None if ends is None else at + ends)
    from tracker.core.probes import ProbeResult

    writer.note_probes([ProbeResult("c.example", "GPTBot", first, 403, 200, "http_403", "ok")])


def noai() -> Any:
    """A home page that says so, and an exchange that led there."""
    from tracker.core.exchange import Exchange
    from tracker.core.outcomes import Classification, Outcome
    from tracker.core.pages import page_seen
    from tracker.core.visits import Target

    data = b'<html><head><meta name="robots" content="noai"></head><body>'
    answer = Exchange("https://c.example/", 200, (("Content-Usage", "train-ai=n"),), "192.0.2.1")
    return page_seen(Target.HOME, Classification(Outcome.OK, "ok"), answer, data)


def play_terms(writer: Writer, own: int) -> None:
    """A page of terms that changed, one that could not be read, a site without any, a reading and a decision."""
    from tracker.core.terms import Category, Finding, Stance, TermsText
    from tracker.core.terms.decisions import Decision
    from tracker.core.terms.looks import FoundBy, SourceKind, TermsLook, TermsState

    def look(saw: str) -> TermsLook:
        place = ("https://a.example/terms", SourceKind.TERMS, FoundBy.LINK)
        if saw == "404":
            return TermsLook(*place, TermsState.NOT_FOUND, "http_404")
        return TermsLook(*place, TermsState.OK, text=TermsText(saw, (), "en"), html=saw.encode(), sha256="00" * 32)

    class Reads:
        version = "made up 1"

        def classify(self, text: str, language: str | None = None) -> list[Finding]:
            return [Finding(Category.NO_SCRAPING, Stance.PROHIBIT, 0, 4, text[:4], 0.9, "made up")]

    old, new = "You must not scrape.", "You may read, and must not scrape."
    saw = {0: old, 7: old, 14: new, 15: "404", 21: new}
    none = TermsLook("", SourceKind.TERMS, FoundBy.LINK, TermsState.NOT_FOUND)
    looks = [("a.example", START + day * DAY, look(what)) for day, what in saw.items()]
    writer.import_terms(own, [*looks, ("b.example", START, none)])
    writer.read_terms(Reads())
    text = TermsText(new).sha256
    writer.decide(
        [Decision("*", text, Category.NO_AI_TRAINING, Stance.PROHIBIT, "somebody", "2026-11-25", "it says so")]
    )


def play_claims(writer: Writer) -> None:
    """A published figure of one agent and of any, and one that no panel can check."""
    from tracker.core.claims import Claim, Obstacle, Reading

    facts = {"definition": "blocked", "denominator": "all", "reading": Reading.PRIMARY, "source": "made up"}
    facts |= {"publisher": "Somebody", "figure": "a fifth", "population": "sites", "checked": "2026-11-22"}
    shares = (("GPTBot", 20.0), ("any", 25.5))
    writer.know_claims(
        [
            Claim(
                "a-fifth", "2022-01-10", percent=shares, counted_as="named_root", any_of=("GPTBot", "CCBot"), **facts
            ),  # type: ignore[arg-type]
            Claim("tokens", "2022-01-01", obstacle=Obstacle.TOKENS, **facts),  # type: ignore[arg-type]
        ]
    )


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


def dump_server(url: str) -> str:
    """A history on a server as SQL that any client runs."""
    command = ["pg_dump", "--inserts", "--no-owner", "--no-privileges", url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return "".join(line for line in said.splitlines(keepends=True) if not line.startswith("\\"))


def load_server(dumped: Path, url: str) -> str:
    """Run such a dump in an empty database."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(gzip.decompress(dumped.read_bytes()))
    return url


def _main(target: Path) -> None:
    schema = next(number for number, name in _SINCE.items() if hasattr(Writer, name))
    if target.name.endswith(".postgres.sql.gz"):
        from tests.postgres import running

        with running() as server:
            said = dump_server(str(play(server.create(), schema)))
    else:
        with tempfile.TemporaryDirectory() as folder:
            said = dump(play(Path(folder) / "history.sqlite", schema))
    target.write_bytes(gzip.compress(said.encode(), mtime=0))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
