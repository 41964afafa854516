"""`tracker status`: the last round, what runs, what is due and why."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Result
from tracker.core.panels import Member, Panel
from tracker.core.visits import Target
from tracker.schedule.lock import only_scheduler
from tracker.store.captures import OWN, Answer, Failure
from tracker.store.rounds import RECHECK, retry
from tracker.store.write import Writer

Run = Callable[..., Result]
HOSTS = [f"{letter}.example" for letter in "abcde"]
DAY = 86_400


def write_round(
    database: Path,
    agents,
    at: int,
    *,
    finished: bool = True,
    parts: tuple[str, ...] = (),
    suspect: str = "",
    targets: tuple[Target, ...] = tuple(Target),
) -> None:
    """Three of five sites answer, one fails for good and one may come back."""
    listed = Panel("p", "P", "made up", "p-1", "2026-01-01", None, False, tuple(Member(host) for host in HOSTS))
    saw = [*(Answer(host, b"User-agent: *\n") for host in HOSTS[:3]), Failure("d.example", "dns_nxdomain")]
    with Writer(database, agents) as writer:
        panel, source = writer.panel(listed), writer.source(OWN)
        crawl = writer.begin_crawl(source, panel, at, f"p@{at}", len(HOSTS), targets=targets)
        writer.record(crawl, [*saw, Failure("e.example", "read_timeout")] if finished else saw[:2])
        writer.finish_crawl(crawl, at + 60 if finished else None)
        if suspect:
            writer.note_suspect(crawl.crawl_id, suspect)
        for number, part in enumerate(parts, start=1):
            then = at + 3_600 * number
            more = writer.begin_crawl(source, panel, then, f"p@{then}", 1, parent=crawl.crawl_id, part=part)
            writer.record(more, [Failure("e.example", "read_timeout")])
            writer.finish_crawl(more, then + 60)


@pytest.fixture
def now() -> int:
    return int(time.time())


def test_a_history_that_is_not_there_yet_is_one_line_with_the_mend(run: Run) -> None:
    result = run("status", "--database", "nothing.sqlite")
    assert (result.code, result.err) == (0, "")
    assert result.out.count("\n") == 1
    assert "no history at nothing.sqlite yet: run `tracker crawl`" in result.out
    assert run("status", "--database", "nothing.sqlite", "--json").json["history"] is None
    assert not Path("nothing.sqlite").exists()


def test_the_last_round_and_its_open_wave(
    run: Run, database: Path, agents, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # At whatever time of day this runs, the round lies behind the day's.
    begins = datetime.fromtimestamp(now - 600, UTC)
    monkeypatch.setenv("TRACKER_SCHEDULE", f"{begins.minute} {begins.hour} * * *")
    write_round(database, agents, now - 300)
    found = run("status", "--database", str(database), "--json").json
    last = found["last_round"]
    assert (found["panel"], last["state"], last["asked"], last["answered"]) == ("p", "finished", 5, 3)
    assert (last["coverage"], last["failing"], last["targets"]) == (0.6, 2, [str(target) for target in Target])
    assert (found["wave"]["wave"], found["wave"]["of"], found["wave"]["sites"]) == (1, 2, 1)
    assert found["running"] is None
    assert found["scheduler"] is None
    assert [row["target"] for row in found["targets"]] == [str(target) for target in Target]
    assert found["bytes"] >= database.stat().st_size
    text = run("status", "--database", str(database)).out
    for said in ("3 of 5 sites answered (60.0 %)", "1 of 2, due", ": 1 sites", "none runs on this machine"):
        assert said in text


def test_a_suspect_round_says_why_and_when_it_is_asked_again(run: Run, database: Path, agents, now: int) -> None:
    write_round(database, agents, now - 300, suspect="2 of 5 sites flipped")
    found = run("status", "--database", str(database), "--json").json
    assert found["last_round"]["suspect"] == "2 of 5 sites flipped"
    assert "2 of 5 sites flipped" in run("status", "--database", str(database)).out
    if not found["due"]["now"]:
        assert found["recheck"] is not None


def test_parts_are_told_and_what_lapsed_is_not_open(run: Run, database: Path, agents, now: int) -> None:
    write_round(database, agents, now - 3 * DAY, parts=(retry(1), RECHECK), suspect="odd")
    found = run("status", "--database", str(database), "--json").json
    assert [part["part"] for part in found["last_round"]["parts"]] == ["retry-1", "recheck"]
    assert found["due"]["now"]
    assert "robots: last asked" in found["due"]["why"][0]
    assert (found["wave"], found["recheck"]) == (None, None)


def test_every_panel_says_its_coverage_its_doubts_and_what_is_next(run: Run, database: Path, agents, now: int) -> None:
    write_round(database, agents, now - 3 * DAY, suspect="odd")
    with Writer(database, agents) as writer:  # a panel of imports alone: nobody looks after it
        listed = Panel("old", "Old", "made up", "o-1", "2024-01-01", None, False, (Member("z.example"),))
        writer.panel(listed)
    found = run("status", "--database", str(database), "--json").json
    crawled, imported = found["panels"]
    assert (crawled["panel"], crawled["coverage"], crawled["suspect"]) == ("p", 0.6, "odd")
    assert crawled["next_due"] == found["due"]["at"]  # it is due now
    assert (imported["panel"], imported["coverage"], imported["suspect"], imported["next_due"]) == (
        "old",
        None,
        "",
        None,
    )
    assert " odd " in run("status", "--database", str(database)).out


def test_interrupted_running_and_scheduled(run: Run, database: Path, agents, now: int) -> None:
    write_round(database, agents, now - 5, finished=False)
    stopped = run("status", "--database", str(database), "--json").json
    assert (stopped["last_round"]["state"], stopped["running"]) == ("interrupted", None)
    with Writer(database, agents), only_scheduler(str(database)):
        going = run("status", "--database", str(database), "--json").json
        text = run("status", "--database", str(database)).out
    assert going["last_round"]["state"] == "running"
    assert (going["running"]["part"], going["running"]["done"], going["running"]["of"]) == ("round", 2, 5)
    assert going["scheduler"]["pid"] == going["running"]["pid"]
    assert "round, 2 of 5 sites" in text


def test_a_panel_that_was_never_crawled_is_all_due(run: Run, database: Path, agents, now: int) -> None:
    write_round(database, agents, now - 60)
    found = run("status", "--database", str(database), "--panel", "starter-100", "--json").json
    assert (found["panel"], found["last_round"], found["due"]["now"]) == ("starter-100", None, True)
    assert "none yet" in run("status", "--database", str(database), "--panel", "starter-100").out
    assert run("status", "--database", str(database), "--panel", "no-such").code == 1


def test_the_rules_are_those_of_the_settings(run: Run, database: Path, agents, now: int, monkeypatch) -> None:
    write_round(database, agents, now - 60, targets=(Target.ROBOTS,))
    monkeypatch.setenv("TRACKER_EVERY", "home=never,tdmrep=never,ai.txt=never,trust.txt=never,terms=never")
    monkeypatch.setenv("TRACKER_RETRY_WAVES", "none")
    found = run("status", "--database", str(database), "--json").json
    assert [row["target"] for row in found["targets"]] == ["robots", "llms.txt"]
    assert found["wave"] is None
    monkeypatch.setenv("TRACKER_SCHEDULE", "soon")
    assert run("status", "--database", str(database)).code == 2
