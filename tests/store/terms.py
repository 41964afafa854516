"""Looks at pages of terms, made up, and a classifier that finds three words."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from tests.conftest import AGENTS
from tests.store.histories import HOSTS, START, answer, panel
from tracker.core.exchange import Exchange
from tracker.core.intervals import DAY
from tracker.core.terms import Block, Category, Finding, Stance, TermsText
from tracker.core.terms.looks import FoundBy, SourceKind, TermsLook, TermsState
from tracker.core.visits import Target
from tracker.store.captures import OWN, SourceFacts
from tracker.store.query import Reader
from tracker.store.verify import verify
from tracker.store.write import Writer

A, B = HOSTS[:2]
URL = "https://a.example/terms"
OPEN = "Be kind to everybody who reads here."
SHUT = "Be kind. You must not scrape this site."
TRAIN = "Be kind. You must not scrape this site, nor train models on it."
MAYBE = "Be kind. Robots may come."
TARGETS = (Target.ROBOTS, Target.TERMS)
Fresh = Callable[[], Path]
ARCHIVE = SourceFacts("wayback", "wayback", "wayback")


class Words:
    """Finds words and nothing else; what it says of robots is doubtful."""

    def __init__(self, version: str = "words 1") -> None:
        self.version = version
        self.read: list[str] = []

    def classify(self, text: str, language: str | None = None) -> Sequence[Finding]:
        self.read.append(text)
        known = (
            ("scrape", Category.NO_SCRAPING, 0.9),
            ("train", Category.NO_AI_TRAINING, 0.9),
            ("Robots", Category.NO_SCRAPING, 0.55),
        )
        found = [
            Finding(category, Stance.PROHIBIT, text.index(word), text.index(word) + len(word), word, score, "word")
            for word, category, score in known
            if word in text
        ]
        return found or [Finding(Category.SILENT, Stance.NONE, 0, 7, text[:7], 0.9, "no word")]


def look(
    text: str | None, state: TermsState = TermsState.OK, url: str = URL, *, unchanged: bool = False, etag: str = ""
) -> TermsLook:
    """A look at a page; without a text one that could not be read, or of none that is `unchanged`."""
    failed = state is not TermsState.OK
    page = (text or "").encode()
    read = None if failed or text is None or unchanged else terms_text(text)
    headers = (("Content-Type", "text/html"), *((("ETag", etag),) if etag else ()))
    return TermsLook(
        url,
        SourceKind.TERMS,
        FoundBy.LINK,
        state,
        "http_403" if failed else "ok",
        95,
        "Terms",
        None if failed else Exchange(url, 304 if unchanged else 200, headers),
        "" if failed else sha256(page).hexdigest(),
        len(page),
        unchanged,
        read,
        None if read is None else page,
    )


def terms_text(text: str) -> TermsText:
    """A text of one paragraph a line."""
    blocks, at = [], 0
    for line in text.split("\n"):
        blocks.append(Block(at, at + len(line), "paragraph"))
        at += len(line) + 1
    return TermsText(text, tuple(blocks), "en", "2022-01-01", frozenset({"multiple_versions"}))


BLOCKED = look(None, TermsState.BLOCKED)
NO_LINK = look(None, TermsState.NOT_FOUND, "")


def see(writer: Writer, at: int, *looks: TermsLook, host: str = A, robots: str = "open") -> None:
    """One crawl of the terms of one site."""
    panel_id = writer.panel(panel("all"))
    one = writer.begin_crawl(writer.source(OWN), panel_id, at, f"{host} {at}", 1, targets=TARGETS)
    writer.record(one, [answer(host, robots)], terms=[(host, each) for each in looks])
    writer.finish_crawl(one, at)


def told(path: Path, *looks: tuple[float, str | TermsLook], read: bool = True) -> Path:
    """Looks by days after the start; a text stands for a look that saw it."""
    with Writer(path, AGENTS) as writer:
        for day, saw in looks:
            see(writer, START + int(day * DAY), look(saw) if isinstance(saw, str) else saw)
        if read:
            writer.read_terms(Words())
    return path


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    """What a question gives."""
    with Reader(path) as reader:
        return reader.sql(statement).rows


def is_sound(path: Path) -> None:
    """All checks pass."""
    assert [(check.name, check.examples) for check in verify(path).checks if check.wrong] == []
