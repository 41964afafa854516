"""What a weekly round over pages of terms costs the history, and what its questions take.

    pytest -n 0 -s -m bench tests/benchmarks/store/bench_terms.py --sites 10000

CPU milliseconds of our own work in the store alone; the target for all our own work of a round over 10,000 unchanged
pages is 60 s. Nothing here fails for being slow.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.benchmarks.store.filling import cpu_ms, once_ms
from tests.benchmarks.store.synthetic import Web
from tracker.core.agents import Agent
from tracker.core.exchange import Exchange
from tracker.core.intervals import DAY
from tracker.core.outcomes import Classification, Outcome
from tracker.core.pages import page_seen
from tracker.core.terms import Category, Finding, Stance, TermsText
from tracker.core.terms.looks import FoundBy, SourceKind, TermsLook, TermsState
from tracker.core.visits import Target
from tracker.store.captures import OWN, Answer
from tracker.store.query import Reader
from tracker.store.verify import verify
from tracker.store.write import Writer

pytestmark = pytest.mark.bench
BATCH = 500
START = 1_640_995_200
WORDS = (
    "the",
    "of",
    "and",
    "you",
    "our",
    "site",
    "may",
    "not",
    "any",
    "use",
    "data",
    "terms",
    "content",
    "law",
    "shall",
)
ROBOTS = b"User-agent: *\nAllow: /\n"


class Told:
    """Finds what this benchmark put in."""

    version = "made up"

    def classify(self, text: str, language: str | None = None) -> Sequence[Finding]:
        found = []
        for category in Category:
            place = text.find(str(category))
            if place >= 0 and category is not Category.SILENT:
                found.append(Finding(category, Stance.PROHIBIT, place, place + len(category), str(category), 0.9, "x"))
        return found


class Terms:
    """Pages of terms of 30 KB of text, one a site; each forbids one thing or another."""

    def __init__(self, web: Web) -> None:
        self.web = web
        chance = random.Random(web.seed)
        self.looks = [self._look(host, chance) for host in web.hosts]

    def _look(self, host: str, chance: random.Random) -> TermsLook:
        lines = [" ".join(chance.choices(WORDS, k=60)) for _ in range(100)]
        lines[chance.randrange(100)] = " ".join(chance.sample(list(Category), 3))
        text = TermsText("\n".join([host, *lines]), (), "en")
        html = text.text.encode()
        url = f"https://{host}/terms"
        said = Exchange(url, 200, (("ETag", f'"{host}"'), ("Content-Type", "text/html")))
        facts = (SourceKind.TERMS, FoundBy.LINK, TermsState.OK, "ok", 95.0, "Terms", said, sha256(html).hexdigest())
        return TermsLook(url, *facts, len(html), text=text, html=html)

    def changed(self, number: int, host: str) -> TermsLook:
        """Another text of one site."""
        return self._look(host, random.Random(number))

    def unchanged(self) -> list[TermsLook]:
        """The same pages, by a 304."""
        said = [replace(look.exchange, status=304, headers=()) for look in self.looks if look.exchange]
        return [
            replace(look, unchanged=True, text=None, html=None, exchange=exchange)
            for look, exchange in zip(self.looks, said, strict=True)
        ]


def a_round(writer: Writer, web: Web, at: int, looks: Sequence[TermsLook], pages: bool = False) -> None:
    """A crawl of robots.txt and terms, or of home pages in their place, as the engine writes it."""
    targets = (Target.ROBOTS, Target.HOME if pages else Target.TERMS)
    opened = writer.begin_crawl(writer.source(OWN), writer.panel(web.panel), at, f"at {at}", web.sites, targets=targets)
    look_of = dict(zip(web.hosts, looks, strict=True))
    home = page_seen(Target.HOME, Classification(Outcome.OK, "ok"), Exchange("https://x/", 200), b"<head></head>")
    for sites in writer.queue(opened, seed=1):
        hosts = [site.host for site in sites]
        for start in range(0, len(hosts), BATCH):
            some = hosts[start : start + BATCH]
            given = [(host, look_of[host]) for host in some]
            answers = [Answer(host, ROBOTS) for host in some]
            if pages:
                writer.record(opened, answers, [(host, home) for host in some])
            else:
                writer.record(opened, answers, terms=given)
    writer.finish_crawl(opened, at + 600)


@pytest.fixture(scope="module")
def terms(web: Web) -> Terms:
    """The pages of all sites."""
    return Terms(web)


@pytest.fixture(scope="module")
def filled(web: Web, agents: Sequence[Agent], terms: Terms, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of one round over them, read."""
    path = tmp_path_factory.mktemp("terms") / "history.sqlite"
    with Writer(path, agents) as writer:
        first = once_ms(lambda: a_round(writer, web, START, terms.looks))
        reading = once_ms(lambda: writer.read_terms(Told()))
    size = path.stat().st_size
    print(f"\nfirst round over {web.sites:,} pages of terms: {first:,.0f} ms, {size / web.sites:,.0f} bytes a site")
    print(f"their reading without the classifier's own work: {reading:,.0f} ms")
    return path


def rounds() -> Iterator[int]:
    """A week after the other."""
    week = START
    while True:
        week += 7 * DAY
        yield week


WEEKS = rounds()


def test_unchanged_pages(filled: Path, web: Web, agents: Sequence[Agent], terms: Terms):
    """Every page by a 304, beside the same round over home pages."""
    same = terms.unchanged()
    with Writer(filled, agents) as writer:
        of_terms = cpu_ms(lambda: a_round(writer, web, next(WEEKS), same), 3)
        of_pages = cpu_ms(lambda: a_round(writer, web, next(WEEKS), same, pages=True), 3)
    print(f"\n{web.sites:,} unchanged pages of terms: {of_terms:,.0f} ms; as many home pages: {of_pages:,.0f} ms")


def test_ordinary_round(filled: Path, web: Web, agents: Sequence[Agent], terms: Terms):
    """2 % of the pages have another text."""
    with Writer(filled, agents) as writer:
        looks = terms.unchanged()
        for number in range(0, web.sites, 50):
            looks[number] = terms.changed(number, web.hosts[number])
        taken = once_ms(lambda: a_round(writer, web, next(WEEKS), looks))
        read = once_ms(lambda: writer.read_terms(Told()))
    print(f"\n{web.sites:,} pages of terms, 2 % of them changed: {taken:,.0f} ms, and {read:,.0f} ms for reading")


QUESTIONS = {
    "terms of one site": "SELECT * FROM terms_now WHERE site = :site",
    "all terms": "SELECT * FROM terms_now",
    "findings of one site": "SELECT * FROM terms_findings WHERE site = :site",
    "all findings": "SELECT * FROM terms_findings",
    "changes": "SELECT * FROM terms_changes WHERE confirmed = 1",
    "contradictions of one site": "SELECT * FROM contradictions WHERE site = :site",
    "who forbids training and lets GPTBot in": "SELECT * FROM contradictions WHERE agent = 'GPTBot'",
    "all contradictions": "SELECT * FROM contradictions",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_questions(filled: Path, web: Web, question: str):
    """CPU of SQLite and of fetching all rows."""
    asked: Callable[[Reader], int] = lambda reader: len(  # noqa: E731
        reader.sql(QUESTIONS[question], {"site": web.hosts[3]} if ":site" in QUESTIONS[question] else None).rows
    )
    with Reader(filled) as reader:
        found = asked(reader)
        print(f"\n{question}: {cpu_ms(lambda: asked(reader), 3):,.1f} ms, {found:,} rows")


def test_what_was_written_is_sound(filled: Path):
    """The checks of terms, whole."""
    wrong = [(check.name, check.examples) for check in verify(filled, quick=True).checks if check.wrong]
    assert wrong == []
