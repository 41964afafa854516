"""Rounds of a panel over days: who is asked again and who is not, what an interruption leaves, what is doubted."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web import Answer, Request, Web, hang, page, reset, settings_for, transports
from tracker.core.panels import Member, Panel
from tracker.core.visits import Target
from tracker.crawl.rounds import RESUMED_FOR, SAME, Rounds
from tracker.crawl.run import Manner
from tracker.errors import PanelError
from tracker.store.query import Reader
from tracker.store.write import Writer

AT = 1_700_000_000
DAY = 86_400
OPEN = page(b"User-agent: *\nDisallow: /private\n")
SHUT = page(b"User-agent: *\nDisallow: /\n")
ALL = tuple(Target)


def hosts(count: int, name: str = "site") -> list[str]:
    return [f"{name}{number}.example" for number in range(count)]


def panel(members: list[str]) -> Panel:
    return Panel("p", "P", "made up", "p-1", "2026-01-01", None, False, tuple(map(Member, members)))


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as served:
        yield served


@pytest.fixture
def writer(database: Path, agents) -> Iterator[Writer]:
    with Writer(database, agents) as opened:
        yield opened


def rounds_of(writer: Writer, web: Web, members: list[str], manner: Manner | None = None, **timeouts: float) -> Rounds:
    return Rounds(writer, panel(members), settings_for(web, **timeouts), manner or Manner(workers=8))


def asked(web: Web) -> list[str]:
    """The hosts asked since the last time this was looked at, each as often as it was asked."""
    found = sorted(request.host for request in web.requests)
    web.requests.clear()
    return found


def validated(etag: str, body: bytes) -> Answer:
    """A site that knows when we have its file."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        same = request.headers.get("if-none-match") == etag
        told = page(b"", "304 Not Modified", ETag=etag) if same else page(body, ETag=etag)
        await told(request, writer)

    return answer


# --- Retry waves ---


def test_a_wave_asks_those_whose_failure_may_pass(writer: Writer, web: Web) -> None:
    web.on("good.example", OPEN)
    web.on("down.example", page(status="503 Busy"))
    web.on("cut.example", reset())
    web.on("wall.example", page(status="403 No"))
    rounds = rounds_of(writer, web, ["good.example", "down.example", "cut.example", "wall.example"])
    first = rounds.begin(AT)
    assert (first.answered, first.coverage) == (1, 0.25)
    web.on("cut.example", OPEN)
    asked(web)
    one = rounds.newest()
    assert one is not None
    wave = rounds.wave(one, 1, AT + 600)
    assert set(asked(web)) == {"cut.example", "down.example"}
    assert (wave.part, wave.asked, wave.answered, wave.coverage) == ("retry-1", 2, 1, 0.5)
    one = rounds.newest()
    assert one is not None
    last = rounds.wave(one, 2, AT + 3600)
    assert asked(web) == ["down.example"]
    assert (last.asked, last.coverage) == (1, 0.5)


def test_who_asked_to_be_left_alone_is_not_asked_before(writer: Writer, web: Web) -> None:
    web.on("busy.example", page(status="429 Slow", Retry_After="3000"))
    rounds = rounds_of(writer, web, ["busy.example"])
    rounds.begin(AT)
    one = rounds.newest()
    asked(web)
    assert one is not None
    early = rounds.wave(one, 1, AT + 600)
    assert (early.asked, early.finished, asked(web)) == (0, True, [])
    web.on("busy.example", OPEN)
    assert rounds.wave(one, 2, AT + 3600).answered == 1


# --- Interruptions ---


def stopped(rounds: Rounds, web: Web) -> None:
    """A crawl of which Ctrl-C leaves what hangs."""
    timer = threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    assert not rounds.begin(AT).finished
    asked(web)


@pytest.fixture
def halted(writer: Writer, web: Web) -> Rounds:
    """A round whose quick sites answered and whose slow ones have not been recorded."""
    for host in hosts(6):
        web.on(host, OPEN)
    for host in hosts(2, "slow"):
        web.on(host, hang())
    rounds = rounds_of(writer, web, hosts(6) + hosts(2, "slow"), read_timeout=30, total_timeout=30)
    stopped(rounds, web)
    for host in hosts(2, "slow"):
        web.on(host, OPEN)
    return rounds


def test_an_interrupted_round_is_gone_on_with_under_its_date(halted: Rounds, web: Web, database: Path) -> None:
    one = halted.interrupted(AT + SAME - 60, (Target.ROBOTS,))
    assert one is not None
    report = halted.rest(one, AT + SAME - 60)
    assert asked(web) == hosts(2, "slow")
    assert (report.at, report.part, report.coverage) == (AT, "", 1.0)
    with Reader(database) as reader:
        assert reader.sql("SELECT COUNT(*) FROM crawls").rows == [(1,)]
        (found,) = reader.rounds("p")
        assert found.finished_at is not None
        assert found.finished_at >= AT + SAME - 60


def test_later_the_rest_is_a_part_with_a_date_of_its_own(halted: Rounds, web: Web, database: Path) -> None:
    one = halted.interrupted(AT + SAME, (Target.ROBOTS,))
    assert one is not None
    report = halted.rest(one, AT + SAME)
    assert asked(web) == hosts(2, "slow")
    assert (report.at, report.part, report.coverage) == (AT + SAME, "rest", 1.0)
    with Reader(database) as reader:
        assert reader.sql("SELECT COUNT(*), SUM(checks) FROM captures").rows == [(8, 8)]
        (found,) = reader.rounds("p")
        assert (found.answered, found.finished_at is not None) == (8, True)


def test_what_is_too_old_or_asked_for_something_else_is_not_gone_on_with(halted: Rounds) -> None:
    assert halted.interrupted(AT + RESUMED_FOR, (Target.ROBOTS,)) is None
    assert halted.interrupted(AT + 60, ALL) is None
    assert halted.interrupted(AT - 60, (Target.ROBOTS,)) is None


def test_an_interrupted_wave_asks_nobody_twice(writer: Writer, web: Web, database: Path) -> None:
    failing = hosts(3) + hosts(2, "slow")
    for host in failing:
        web.on(host, reset())
    rounds = rounds_of(writer, web, failing, read_timeout=30, total_timeout=30)
    rounds.begin(AT)
    for host in hosts(2, "slow"):
        web.on(host, hang())
    one = rounds.newest()
    assert one is not None
    threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    assert not rounds.wave(one, 1, AT + 600).finished
    asked(web)
    for host in failing:
        web.on(host, OPEN)
    one = rounds.newest()
    assert one is not None
    report = rounds.wave(one, 1, AT + 700)
    assert asked(web) == hosts(2, "slow")
    assert (report.finished, report.answered) == (True, 2)
    with Reader(database) as reader:
        assert reader.sql("SELECT part, answered, failed FROM crawls ORDER BY crawl_id").rows == [
            ("", 0, 5),
            ("retry-1", 2, 3),
        ]


# --- What is sent, what comes back ---


def test_the_second_crawl_asks_whether_anything_is_new(writer: Writer, web: Web, database: Path) -> None:
    for host in hosts(3):
        web.on(host, validated('"v1"', b"User-agent: *\nDisallow: /a\n"))
    rounds = rounds_of(writer, web, hosts(3))
    rounds.begin(AT)
    second = rounds.begin(AT + DAY)
    assert (second.unchanged, second.answered) == (3, 3)
    web.on("site0.example", validated('"v2"', b"User-agent: *\nDisallow: /b\n"))
    third = rounds.begin(AT + 2 * DAY)
    assert (third.unchanged, third.answered) == (2, 3)
    with Reader(database) as reader:
        found = reader.sql("SELECT site, SUM(checks), COUNT(*) FROM captures GROUP BY site ORDER BY site").rows
        assert found == [("site0.example", 3, 2), ("site1.example", 3, 1), ("site2.example", 3, 1)]


def test_pages_are_asked_where_robots_txt_permits(writer: Writer, web: Web, database: Path) -> None:
    home = page(b"<!doctype html><head><meta name=robots content=noai></head>", Content_Type="text/html")
    for host, robots in (("open.example", OPEN), ("shut.example", SHUT)):
        web.on(host, robots)
        web.on(host, home, "/")
    report = rounds_of(writer, web, ["open.example", "shut.example"]).begin(AT, ALL)
    assert report.pages[Target.HOME] == {"ok": 1, "robots_disallow": 1}
    assert {request.path for request in web.asked("shut.example")} == {"/robots.txt"}
    with Reader(database) as reader:
        pages = reader.sql("SELECT site, cause FROM pages WHERE target = 'home' ORDER BY site").rows
        assert pages == [("open.example", "ok"), ("shut.example", "robots_disallow")]
        said = reader.sql("SELECT site FROM signals WHERE key = 'noai' AND source = 'html'").rows
        assert said == [("open.example",)]
        assert reader.sql("SELECT targets FROM crawls").rows == [(" ".join(ALL),)]


@pytest.mark.parametrize("transport", transports())
def test_sites_with_validators_that_cannot_be_sent_are_asked_again(database: Path, agents, transport: str) -> None:
    odd = {
        "latin.example": page(b"", ETag='"caf\xe9"'),
        "utf.example": page(b"", ETag='"\xc3\xa9"', Last_Modified="Mi, 01 M\xe4r 2026 10:00:00 GMT"),
        "control.example": page(b"", ETag='"a\x7fb"'),
        "tab.example": page(b"", ETag='"a\tb"'),
        "long.example": page(b"", ETag='"' + "x" * 20_000 + '"'),
        "date.example": page(b"", Last_Modified="\xff" * 9),
        "good.example": validated('"1"', b""),
    }
    with Web() as web, Writer(database, agents) as writer:
        for host, answer in odd.items():
            web.on(host, answer)
        rounds = Rounds(writer, panel(list(odd)), settings_for(web, transport=transport), Manner(workers=8))
        for day in range(3):
            report = rounds.begin(AT + day * DAY)
            assert (report.answered, report.unchanged) == (7, int(day > 0))
            assert asked(web) == sorted(odd)


def test_pages_are_asked_after_a_304_as_well(writer: Writer, web: Web) -> None:
    """What the file said then is what it says now, so it permits and forbids the same."""
    rules = b"User-agent: *\nDisallow: /llms.txt\n"
    web.on("site.example", validated('"v1"', rules))
    rounds = rounds_of(writer, web, ["site.example"])
    rounds.begin(AT)
    asked(web)
    report = rounds.begin(AT + DAY, ALL)
    assert report.unchanged == 1
    assert report.pages[Target.LLMS] == {"robots_disallow": 1}
    assert report.pages[Target.HOME] == {"http_404": 1}


def test_who_opted_out_is_not_asked_and_the_place_is_kept(writer: Writer, web: Web, database: Path) -> None:
    for host in hosts(2):
        web.on(host, OPEN)
    manner = Manner(
        workers=2, vantage="the lab", opted_out=lambda host: "asked to" if host == "site1.example" else None
    )
    report = rounds_of(writer, web, hosts(2), manner).begin(AT, ALL)
    assert (asked(web)[0], web.asked("site1.example"), report.causes["opt_out"]) == ("site0.example", [], 1)
    with Reader(database) as reader:
        assert reader.sql("SELECT vantage FROM crawls").rows == [("the lab",)]
        assert reader.sql("SELECT site, kind, detail FROM failures").rows == [("site1.example", "opt_out", "asked to")]


# --- Panels ---


def test_a_panel_of_the_history_is_found_by_its_name(writer: Writer, web: Web) -> None:
    writer.panel(panel(hosts(2)))
    for host in hosts(2):
        web.on(host, OPEN)
    assert Rounds(writer, "p", settings_for(web), Manner(workers=2)).begin(AT).answered == 2
    with pytest.raises(PanelError, match="no panel nobody"):
        Rounds(writer, "nobody", settings_for(web))


def test_who_is_no_longer_listed_is_not_asked(writer: Writer, web: Web) -> None:
    for host in hosts(3):
        web.on(host, OPEN)
    rounds_of(writer, web, hosts(3)).begin(AT)
    asked(web)
    report = rounds_of(writer, web, hosts(2)).begin(AT + DAY)
    assert (asked(web), report.asked, report.coverage) == (hosts(2), 2, 1.0)


# --- Doubt ---


@pytest.fixture
def stood(writer: Writer, web: Web) -> Rounds:
    """Twenty sites that are open, and were crawled once."""
    for host in hosts(20):
        web.on(host, OPEN)
    rounds = rounds_of(writer, web, hosts(20))
    assert rounds.begin(AT).suspect == ""
    return rounds


@pytest.mark.parametrize(("flips", "suspect"), [(2, False), (3, True)])
def test_a_round_in_which_a_tenth_flips_is_not_suspect_and_more_is(
    stood: Rounds, web: Web, flips: int, suspect: bool
) -> None:
    for host in hosts(flips):
        web.on(host, SHUT)
    report = stood.begin(AT + DAY)
    assert report.changes == flips
    assert bool(report.suspect) is suspect
    if suspect:
        assert "3 of 20 sites (15.0 %) changed their verdict" in report.suspect


@pytest.mark.parametrize(("failures", "suspect"), [(3, False), (4, True)])
def test_a_round_that_fails_much_more_often_is_suspect(stood: Rounds, web: Web, failures: int, suspect: bool) -> None:
    for host in hosts(failures):
        web.on(host, page(status="403 No"))
    report = stood.begin(AT + DAY)
    assert bool(report.suspect) is suspect
    if suspect:
        assert "20.0 % of the sites failed, 0.0 % in the round of" in report.suspect


def test_flipped_sites_are_looked_at_again_and_nothing_is_withheld(stood: Rounds, web: Web, database: Path) -> None:
    for host in hosts(4):
        web.on(host, SHUT)
    stood.begin(AT + DAY)
    web.on("site0.example", OPEN)
    one = stood.newest()
    assert one is not None
    asked(web)
    report = stood.recheck(one, AT + DAY + 3600)
    assert asked(web) == hosts(4)
    assert "4 of 4 sites answered, 1 of them unlike the first time" in report.suspect
    with Reader(database) as reader:
        crawls = reader.sql("SELECT part, suspect FROM crawls ORDER BY crawl_id").rows
        assert [(part, bool(suspect)) for part, suspect in crawls] == [("", False), ("", True), ("recheck", False)]
        changes = reader.sql("SELECT COUNT(*) FROM changes WHERE site = 'site0.example' AND agent = 'GPTBot'").rows
        assert changes == [(2,)]


def test_a_suspect_round_without_flips_is_settled_too(stood: Rounds, web: Web) -> None:
    for host in hosts(5):
        web.on(host, page(status="403 No"))
    stood.begin(AT + DAY)
    one = stood.newest()
    assert one is not None
    assert stood.recheck(one, AT + DAY + 3600).finished
    one = stood.newest()
    assert one is not None
    assert "no verdict had changed" in one.suspect
    assert [part.part for part in one.parts] == ["recheck"]
