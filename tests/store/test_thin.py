"""Old failures in fewer rows: what follows from them stays as it is, also after a rebuild and after later imports."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.conftest import AGENTS
from tests.store.histories import BODIES, FAIL, HOSTS, SOURCES, START, Look, content, dump, looks, panel, play, rebuild
from tracker.core.intervals import DAY
from tracker.errors import BusyError
from tracker.store.captures import Answer, Capture, Failure, PastCrawl
from tracker.store.query import Reader
from tracker.store.thin import thin
from tracker.store.verify import verify
from tracker.store.write import Writer

Fresh = Callable[[], Path]
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
LATER = START + 4_000 * DAY
REST = (None,) * (len(HOSTS) - 2)
# Every other day the first site answers; the second one always fails.
DAILY = [Look("own", START + n * DAY, (FAIL if n % 2 else "shut", FAIL, *REST)) for n in range(70)]


def failures(path: Path, host: str) -> list[tuple[str, str, int, str]]:
    with Reader(path) as reader:
        sql = "SELECT first_seen, last_seen, checks, detail FROM failures WHERE site = :host ORDER BY first_seen"
        return [tuple(row) for row in reader.sql(sql, {"host": host}).rows]


def test_a_month_becomes_one_row_that_adds_up(database: Path) -> None:
    before = content(play(database, DAILY))
    report = thin(database, LATER)
    assert (report.before, report.after, report.months, report.kept) == (36, 5, 3, 0)
    january, february, march, newest = failures(database, "a.example")
    assert january == ("2022-01-02T00:00:00Z", "2022-01-30T00:00:00Z", 15, "several runs of 2022-01, thinned")
    assert (february[2], march[2], newest[2:]) == (14, 5, (1, "made up"))
    assert failures(database, "b.example") == [("2022-01-01T00:00:00Z", "2022-03-11T00:00:00Z", 70, "made up")]
    assert content(database) == before == content(rebuild(database))
    assert verify(database).ok


def test_thinning_again_changes_nothing(database: Path) -> None:
    play(database, DAILY)
    thin(database, LATER)
    before = dump(database)
    report = thin(database, LATER)
    assert (report.before, report.after, report.months) == (5, 5, 0)
    assert dump(database) == before


def test_only_whole_months_before_the_moment_are_thinned(database: Path) -> None:
    play(database, DAILY)
    assert thin(database, START + 58 * DAY).months == 1  # February has a day to go
    assert thin(database, START + 59 * DAY).months == 1
    assert thin(database, START).months == 0


def test_a_dry_run_says_the_same_and_does_nothing(database: Path) -> None:
    play(database, DAILY)
    before = dump(database)
    report = thin(database, LATER, dry_run=True)
    assert (report.before, report.after, report.dry_run) == (36, 5, True)
    assert dump(database) == before


def test_what_only_an_archive_reports_stays(database: Path) -> None:
    with Writer(play(database, DAILY), AGENTS) as writer:
        past = [Capture(START - n * DAY, Failure(HOSTS[0], "http_503")) for n in range(1, 12)]
        writer.import_captures(writer.source(SOURCES["wayback"]), writer.panel(panel("all")), "one", past)
    report = thin(database, LATER)
    assert (report.before, report.after, report.kept) == (47, 16, 10)


def test_a_run_does_not_lean_on_the_bitmaps_of_another_source(database: Path) -> None:
    """Which may be forgotten, and its moments with it."""
    days = (34, 36, 38)
    play(database, [Look("own", START + n * DAY, (FAIL, FAIL, *REST)) for n in days])
    with Writer(database, AGENTS) as writer:
        past = [Capture(START + n * DAY, Failure(HOSTS[0], "x")) for n in (*days, 90)]
        writer.import_captures(writer.source(SOURCES["archive"]), None, "one", past)
        thin_runs = [row for row in failures(database, HOSTS[0]) if row[2] == 1]
    assert thin(database, START + 80 * DAY).kept == 3
    with Writer(database, AGENTS) as writer:
        writer.forget("own")
    assert failures(database, HOSTS[0]) == thin_runs


def test_space_is_given_back(database: Path) -> None:
    long = [Look("own", START + n * DAY, (FAIL if n % 2 else "shut",) * len(HOSTS)) for n in range(200)]
    play(database, long)
    report = thin(database, LATER, vacuum=True)
    assert report.bytes_after < report.bytes_before
    assert verify(database).ok


def test_a_second_writer_is_refused(database: Path) -> None:
    with Writer(database, AGENTS), pytest.raises(BusyError, match="is being written by process"):
        thin(database, LATER)
    thin(database, LATER)


def test_a_run_that_goes_on_is_the_same_run(database: Path) -> None:
    play(database, DAILY)
    thin(database, LATER)
    play(
        database,
        [Look("own", START + 70 * DAY, (FAIL, FAIL, *REST)), Look("own", START + 71 * DAY, (FAIL, FAIL, *REST))],
    )
    assert failures(database, "a.example")[-1] == ("2022-03-11T00:00:00Z", "2022-03-13T00:00:00Z", 3, "made up")
    assert failures(database, "b.example")[-1][2] == 72


@st.composite
def thinned_in_between(draw: st.DrawFn) -> tuple[list[Look], list[Look], int]:
    """What arrives before a thinning, what arrives after it (of any time), and the moment of thinning."""
    history = draw(st.permutations(draw(looks())))
    cut = draw(st.integers(1, len(history)))
    return history[:cut], history[cut:], draw(st.sampled_from([LATER, START + 40 * DAY, START + 100 * DAY]))


def nothing_changes(fresh: Fresh, case: tuple[list[Look], list[Look], int]) -> None:
    first, then, moment = case
    plain = play(fresh(), first)
    path = Path(shutil.copyfile(plain, fresh()))
    before = content(path)
    thin(path, moment)
    assert content(path) == before
    assert content(rebuild(path)) == before
    # Whatever arrives later, it ends where it would have without the thinning.
    play(plain, then)
    play(path, then)
    assert content(path) == content(plain)
    thin(path, LATER)
    assert content(rebuild(path)) == content(plain)
    assert total(path) == total(plain)
    for used in (plain, path):
        used.unlink()


def total(path: Path) -> list[tuple[object, ...]]:
    with Reader(path) as reader:
        return reader.sql(
            "SELECT site, source, kind, SUM(checks), MIN(first_seen), MAX(last_seen) FROM failures GROUP BY 1, 2, 3"
        ).rows


@settings(RELAXED, max_examples=8)
@given(thinned_in_between())
def test_no_history_changes(fresh_history: Fresh, case: tuple[list[Look], list[Look], int]) -> None:
    nothing_changes(fresh_history, case)


@pytest.mark.slow
@settings(RELAXED, max_examples=1_500)
@given(thinned_in_between())
def test_many_histories_do_not_change(fresh_history: Fresh, case: tuple[list[Look], list[Look], int]) -> None:
    nothing_changes(fresh_history, case)


def test_captures_of_archives_after_a_thinning(database: Path, fresh_history: Fresh) -> None:
    """An answer between two failures of a thinned month: the first failure after it is still known."""
    plain = play(fresh_history(), DAILY)
    thin(play(database, DAILY), LATER)
    late = [
        PastCrawl(f"late {n}", START + n * DAY + 60, frozenset({HOSTS[1]}), [answer_of(n)]) for n in range(0, 60, 7)
    ]
    for path in (plain, database):
        with Writer(path, AGENTS) as writer:
            writer.import_crawls(writer.source(SOURCES["git"]), writer.panel(panel("all")), late)
    assert content(plain) == content(database)


def answer_of(n: int) -> Answer:
    return Answer(HOSTS[1], BODIES["open" if n % 2 else "shut"][0])


def test_the_command(run, database: Path) -> None:  # noqa: F811
    place = ("--database", str(play(database, DAILY)))
    assert run("thin", "--dry-run", *place).out.startswith("36 runs of failures would become 5: 3 months")
    found = run("thin", "--older-than", "90d", "--json", "--vacuum", *place).json
    assert (found["before"], found["after"]) == (36, 5)
    assert run("thin", "--older-than", "three months", *place).code == 2
