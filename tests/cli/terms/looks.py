"""The terms of one made-up site, as a crawl saw them day by day, and classifiers of known doubts."""

from collections.abc import Sequence
from pathlib import Path

from tests.conftest import AGENTS
from tests.store.histories import START, panel
from tracker.core.intervals import DAY
from tracker.core.terms import Block, TermsText
from tracker.core.terms.looks import FoundBy, SourceKind, TermsLook, TermsState
from tracker.store.captures import OWN, Answer
from tracker.store.write import Writer

HOST, URL = "a.example", "https://a.example/terms"
INTRO = "Terms of Use\nThese terms of use are an agreement between you and Courier Example Ltd."
BAN = "You may not use any robot, spider, scraper or other automated means to access the site."
TRAIN = "You may not use our content to train any machine learning model or artificial intelligence system."
OPEN, SHUT = f"{INTRO}\nBe kind to others.", f"{INTRO}\nBe kind to others.\n{BAN}"
BOTH = f"{SHUT}\n{TRAIN}"
# A classifier of known doubts.
MODEL = """\
from tracker.core.terms import Category, Finding, Stance


class Doubtful:
    version = "doubtful-1"

    def classify(self, text, language=None):
        words = (("robot", Category.NO_SCRAPING, 0.55), ("kind", Category.NO_COMPETE, 0.9))
        return [
            Finding(category, Stance.PROHIBIT, text.find(word), text.find(word) + len(word), word, score, "guess")
            for word, category, score in words
            if word in text
        ]


class Broken:
    version = "broken-1"

    def classify(self, text, language=None):
        raise RuntimeError("out of\\nmemory")


class Liar(Doubtful):
    version = "liar-1"

    def classify(self, text, language=None):
        return [Finding(Category.NO_COMPETE, Stance.PROHIBIT, 0, 5, "other", 0.9, "guess")]
"""


def look(text: str | None, state: TermsState = TermsState.OK, url: str = URL) -> TermsLook:
    if text is None:
        return TermsLook(url, SourceKind.TERMS, FoundBy.LINK, state, "http_403" if url else "ok", 95, "Terms")
    blocks, at = [], 0
    for line in text.split("\n"):
        blocks.append(Block(at, at + len(line), "paragraph"))
        at += len(line) + 1
    html = text.encode()
    read = TermsText(text, tuple(blocks), "en", "2022-01-01")
    return TermsLook(
        url, SourceKind.TERMS, FoundBy.LINK, state, "ok", 95, "Terms", None, "", len(html), False, read, html
    )


def digest(text: str, digits: int = 12) -> str:
    return TermsText(text).sha256[:digits]


def crawl(database: Path, looks: Sequence[TermsLook], kind: str = "live", first: int = 0) -> None:
    """A look a day at the terms of one site, whose robots.txt is open."""
    with Writer(database, AGENTS, kind=kind) as writer:
        source, members = writer.source(OWN), writer.panel(panel("all"))
        for day, one in enumerate(looks, first):
            at = START + day * DAY
            opened = writer.begin_crawl(source, members, at, f"day {day}", 1)
            writer.record(opened, [Answer(HOST, b"User-agent: *\nAllow: /\n")], terms=[(HOST, one)])
            writer.finish_crawl(opened, at + 5)
