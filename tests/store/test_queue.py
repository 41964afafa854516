"""The queue of a crawl: in which order, who is left out, by what a site can be asked, and that it changes no result."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.store.histories import BODIES, FAIL, HOSTS, START, Look, answer, content, drop, looks, panel, play
from tests.store.test_orders import RELAXED
from tracker.core.exchange import Exchange, Validators
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.core.visits import Target
from tracker.store.captures import OWN, Answer, Failure, Unchanged
from tracker.store.queueing import Queued
from tracker.store.rounds import REST, retry
from tracker.store.verify import verify
from tracker.store.write import OpenCrawl, Writer

Fresh = Callable[[], Path]
SHUT = BODIES["shut"][0] or b""
MANY = tuple(f"{number:04}.example" for number in range(1_500))


def big(name: str = "big") -> Panel:
    """A panel whose members have the ranks 1,300 to 801, and a thousand that have none."""
    members = tuple(Member(host, 1_300 - n if n < 500 else None) for n, host in enumerate(MANY))
    return Panel(name, name, "made up", "1", "2022-01-01", None, False, members)


def begun(writer: Writer, facts: Panel, at: int = START, **more: object) -> OpenCrawl:
    source, panel_id = writer.source(OWN), writer.panel(facts)
    return writer.begin_crawl(source, panel_id, at, f"{facts.name}@{at}", 1, **more)  # type: ignore[arg-type]


def hosts(pages: object) -> list[str]:
    return [site.host for page in pages for site in page]  # type: ignore[attr-defined]


def test_the_best_known_come_first_and_the_rest_by_chance(fresh_history: Fresh) -> None:
    with Writer(fresh_history(), AGENTS) as writer:
        crawl = begun(writer, big())
        pages = list(writer.queue(crawl, seed=1, size=400))
        assert [len(page) for page in pages] == [400, 400, 400, 300]
        found = hosts(pages)
        assert sorted(found) == sorted(MANY)
        assert found[:200] == [MANY[n] for n in range(499, 299, -1)]
        rest = found[200:]
        assert rest != sorted(rest)
        assert hosts(writer.queue(crawl, seed=1)) == found
        other = hosts(writer.queue(crawl, seed=2))
        assert other[:200] == found[:200]
        assert other != found


def test_who_was_recorded_is_not_asked_again(fresh_history: Fresh) -> None:
    with Writer(fresh_history(), AGENTS) as writer:
        crawl = begun(writer, panel("few"))
        assert hosts(writer.queue(crawl, seed=0)) == [f"{letter}.example" for letter in "cdefg"]
        writer.record(crawl, [answer("c.example", "shut"), answer("e.example", FAIL)])
        assert hosts(writer.queue(crawl, seed=0)) == ["d.example", "f.example", "g.example"]
        first = crawl.crawl_id
        rest = begun(writer, panel("few"), START + 1, parent=first, part=REST)
        writer.record(rest, [answer("d.example", "shut")])
        again = begun(writer, panel("few"), START + 2, parent=first, part=REST)
        assert hosts(writer.queue(again, seed=0)) == ["f.example", "g.example"]
        wave = begun(writer, panel("few"), START + 3, parent=first, part=retry(1))
        only = ["e.example", "c.example", "a.example", "nowhere.example"]
        assert hosts(writer.queue(wave, seed=0, only=only)) == ["c.example", "e.example"]
        assert hosts(writer.queue(wave, seed=0, only=[])) == []


def test_who_left_the_panel_is_not_asked(fresh_history: Fresh) -> None:
    with Writer(fresh_history(), AGENTS) as writer:
        crawl = begun(writer, panel("few"))
        facts = panel("few")
        writer.revise_panel(replace(facts, members=facts.members[1:]), START + DAY)
        assert hosts(writer.queue(crawl, seed=0)) == [f"{letter}.example" for letter in "defg"]


def said(host: str, etag: str, url: str = "") -> Exchange:
    return Exchange(url or f"https://{host}/robots.txt", 200, (("ETag", etag),))


def test_by_what_sites_can_be_asked(fresh_history: Fresh) -> None:
    noise = b"# " + random.Random(0).randbytes(150_000).hex().encode() + b"\n" + SHUT
    with Writer(fresh_history(), AGENTS) as writer:
        crawl = begun(writer, panel("all"))
        writer.record(
            crawl,
            [
                Answer("a.example", SHUT, "", said("a.example", '"a"')),
                Answer("b.example", SHUT),
                Answer("c.example", None, "", said("c.example", '"c"')),
                Failure("d.example", "reset"),
                Answer("e.example", noise, "", said("e.example", '"e"')),
                Answer("f.example", SHUT, "www", said("f.example", '"f"', "https://www.f.example/robots.txt")),
            ],
        )

        def known(targets: Sequence[Target]) -> dict[str, Queued]:
            again = begun(writer, panel("all"), START + DAY + len(targets), targets=targets)
            return {site.host: site for page in writer.queue(again, seed=0) for site in page if site.known}

        robots = known([Target.ROBOTS])
        assert sorted(robots) == ["a.example", "e.example"]
        found = robots["a.example"].known
        assert found is not None
        assert (found.validators, found.sha256) == (Validators('"a"'), sha256(SHUT).hexdigest())
        assert found.body() is None
        pages = known([Target.ROBOTS, Target.HOME])
        assert sorted(pages) == ["a.example"]  # half a megabyte that hardly shrinks is asked for anew
        assert pages["a.example"].known is not None
        assert pages["a.example"].known.body() == SHUT


def queued(path: Path, arrivals: Sequence[Look], size: int, meddling: bool) -> Path:
    """Write looks of our own page by page; `meddling`: with other writes in between."""
    with Writer(path, AGENTS) as writer:
        for name in ("all", "few"):
            writer.panel(panel(name))
        for look in arrivals:
            crawl = writer.begin_crawl(
                writer.source(OWN), writer.panel(panel("all")), look.at, f"all@{look.at}", len(HOSTS)
            )
            results, held = look.results(), []
            for page in writer.queue(crawl, seed=look.at, size=size):
                held += [one for site in page if (one := result(site, results.get(site.host))) is not None]
                if meddling:
                    writer.source(OWN)
                # The answers of a page come while the next ones are on their way.
                writer.record(crawl, held[: size - 1])
                del held[: size - 1]
            writer.record(crawl, held)
            writer.finish_crawl(crawl, look.at + 5)
    return path


def result(site: Queued, saw: str | None) -> Answer | Failure | Unchanged | None:
    """What a site said, as a 304 where it was asked by its validators."""
    if saw is None:
        return None
    seen = answer(site.host, saw)
    if isinstance(seen, Failure) or seen.body is None:
        return seen
    digest = sha256(seen.body).hexdigest()
    if site.known and site.known.sha256 == digest:
        return Unchanged(site.host, digest)
    return Answer(site.host, seen.body, "ref", said(site.host, f'"{digest}"'))


@settings(RELAXED, max_examples=12)
@given(looks(), st.integers(1, 7), st.booleans())
def test_a_crawl_from_the_queue_finds_what_any_finds(
    fresh_history: Fresh, history: list[Look], size: int, meddling: bool
) -> None:
    own = [look for look in history if look.source == "own"] or [Look("own", START, ("shut",) * len(HOSTS))]
    plain, path = play(fresh_history(), own), queued(fresh_history(), own, size, meddling)
    assert content(path) == content(plain)
    assert [check for check in verify(path).checks if check.wrong] == []
    drop(plain)
    drop(path)


@pytest.mark.parametrize("late", [False, True])
def test_a_late_crawl_can_be_queued(fresh_history: Fresh, late: bool) -> None:
    saw = ("shut", FAIL, *["open"] * (len(HOSTS) - 2))
    arrivals = [Look("own", START + n * DAY, saw) for n in ((5, 1, 3) if late else (1, 3, 5))]
    assert content(queued(fresh_history(), arrivals, 3, False)) == content(play(fresh_history(), arrivals))
