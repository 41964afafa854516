"""A history with a bit of everything, and ways to damage it."""

import sqlite3
from pathlib import Path

from tests.conftest import AGENTS
from tests.store.histories import BODIES, FAIL, HOSTS, SOURCES, START, Look, panel, play
from tests.store.terms import NO_LINK, SHUT, TRAIN, Words, look
from tracker.core.exchange import Exchange
from tracker.core.intervals import DAY
from tracker.core.outcomes import Outcome
from tracker.core.probes import ProbeResult
from tracker.core.terms import Category, Stance, TermsText
from tracker.core.terms.decisions import Decision
from tracker.core.visits import Target
from tracker.store.captures import Answer, Capture, Failure, PastPage
from tracker.store.verify import Report
from tracker.store.write import Writer

SAW = ("shut", "GPTBot shut", "in a comment and a path", "with a signal", "absent", FAIL, "Googlebot shut", None)
LOOKS = [
    Look("own", START, SAW * 2),
    Look("git", START - 5 * DAY, SAW[1:] * 2 + ("open", None)),
    Look("own", START + 40 * DAY, SAW[::-1] * 2, 2),
    Look("own", START + 200 * DAY, ("open", *SAW[1:]) * 2),
]


def a_bit_of_everything(path: Path) -> Path:
    """Let a new history have looks of every kind."""
    play(path, LOOKS)
    with Writer(path, AGENTS) as writer:
        old = writer.begin_crawl(writer.source(SOURCES["own"]), writer.panel(panel("all")), START - 9 * DAY, "old", 1)
        said = Exchange("https://a.example/robots.txt", 200, (("Server", "x"),), "192.0.2.1")
        writer.record(old, [Answer(HOSTS[0], BODIES["shut"][0], "", said)])
        writer.finish_crawl(old, START - 9 * DAY)
        past = [
            Capture(START - 90 * DAY, Answer(HOSTS[0], BODIES["open"][0])),
            Capture(START - DAY, Failure(HOSTS[0], "x")),
        ]
        writer.import_captures(writer.source(SOURCES["wayback"]), writer.panel(panel("all")), "batch", past)
        noai = b'<head><meta name="robots" content="noai"></head>'
        looks = [
            PastPage(HOSTS[0], Target.HOME, START, START + 7 * DAY, 2, Outcome.OK, "ok", 200, kept=noai),
            PastPage(HOSTS[0], Target.HOME, START + DAY, START + DAY, 1, Outcome.ERROR, "read_timeout"),
            PastPage(HOSTS[1], Target.LLMS, START, START, 1, Outcome.ABSENT, "http_404", 404),
        ]
        writer.import_pages(writer.source(SOURCES["own"]), looks)
        shown = (SHUT, SHUT, TRAIN, TRAIN, SHUT)
        terms = [(HOSTS[0], START + day * DAY, look(text)) for day, text in enumerate(shown)]
        writer.import_terms(writer.source(SOURCES["own"]), [*terms, (HOSTS[1], START, NO_LINK)])
        writer.read_terms(Words())
        decided = Decision("*", TermsText(SHUT).sha256, Category.NO_COMPETE, Stance.ALLOW, "ada", "2026-11-25", "")
        writer.decide([decided])
        writer.note_probes([ProbeResult(HOSTS[1], "GPTBot", START + DAY, 403, 200, "http_403", "ok")])
    return path


def damaged(path: Path, script: str, **values: object) -> None:
    """Run a script on the file behind the program's back; `values` are functions in it."""
    connection = sqlite3.connect(path)
    for name, value in values.items():
        connection.create_function(name, 0, lambda value=value: value)
    connection.executescript(script)
    connection.commit()
    connection.close()


def wrong(report: Report) -> dict[str, list[str]]:
    """The examples of all checks that found something."""
    return {check.name: check.examples for check in report.checks if check.wrong}
