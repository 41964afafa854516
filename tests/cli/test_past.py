"""`tracker import warc|csv|jsonl` and `tracker backfill …` as a user types them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sources.archives import FakeCommonCrawl, FakeWayback, in_archive
from tests.sources.asking import ask, states
from tests.sources.warcs import OPEN, SHUT, Warc
from tests.store.histories import content
from tests.web import Web, page

A, B = "a.example", "b.example"
LOOPBACK = ("--allow-private", "127.0.0.0/8", "--rate", "1000")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


def test_warc(run, database: Path, tmp_path: Path) -> None:
    path = Warc().response(A, "2024-01-01", OPEN).response(B, "2024-01-01", SHUT).save(tmp_path / "w.warc.gz")
    result = run("import", "warc", str(path), "--database", str(database))
    assert result.out == (
        f"2 of 2 captures imported (2 answers, 0 absences, 0 failures) of 2 sites, panel warc, into {database}\n"
    )
    again = run("import", "warc", str(path), "--database", str(database), "--json").json
    assert (again["known"], again["captures"], again["database"]) == (1, 0, str(database))
    some = run("import", "warc", str(path), "--site", A, "--panel", "mine", "--database", str(database), "--json")
    assert (some.json["skipped"], some.json["panel"]) == ({"another site": 1}, "mine")
    assert "skipped 1: another site" in some.err


def test_a_damaged_warc_is_imported_as_far_as_it_goes(run, database: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.warc.gz"
    path.write_bytes(Warc().response(A, "2024-01-01", OPEN).response(B, "2024-01-01", SHUT).data[:-60])
    result = run("import", "warc", str(path), "--database", str(database), "--json")
    assert (result.code, result.json["imported"]) == (1, 1)
    assert result.err.splitlines()[-1].startswith(f"tracker: {path} is cut off or damaged at byte")
    assert states(database) == [(A, "allowed", "2024-01-01", None)]


@pytest.mark.parametrize("form", ["warc", "csv", "jsonl"])
def test_a_mistyped_file_leaves_nothing_behind(run, form: str, database: Path) -> None:
    result = run("import", form, "nowhere", "--database", str(database))
    assert (result.code, result.err) == (1, "tracker: nowhere is no file; nothing was imported\n")
    assert not database.exists()


def test_without_the_extra(run, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Warc().response(A, "2024-01-01", OPEN).save(tmp_path / "w.warc.gz")
    monkeypatch.setattr("tracker.sources.warc_records.find_spec", lambda _name: None)
    for command in (("import", "warc", str(path)), ("backfill", "commoncrawl", "--site", A)):
        result = run(*command, "--database", str(database))
        assert result.code == 1
        assert result.err.endswith("not installed: pip install 'drywell[archive]'\n")
    assert not database.exists()


def test_tables(run, database: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("site,at,status\na.example,2024-01-01,404\nb.example,yesterday,404\n")
    result = run("import", "csv", "t.csv", "--database", str(database))
    assert result.code == 1
    assert result.err.startswith("tracker: t.csv:3: at: 'yesterday' is no time: write it as 2024-05-01")
    (tmp_path / "t.jsonl").write_text(
        '{"site": "b.example", "at": 1704067200, "body": "User-agent: *\\nDisallow: /"}\n'
    )
    report = run("import", "jsonl", "t.jsonl", "--database", str(database), "--json").json
    assert (report["source"], report["panel"], report["answers"]) == ("csv:csv", "csv", 1)
    assert states(database) == [(A, "allowed", "2024-01-01", None), (B, "blocked", "2024-01-01", None)]


def test_a_table_from_stdin(database: Path) -> None:
    command = [sys.executable, "-m", "tracker", "import", "csv", "-", "--database", str(database)]
    table = b'site,at,body\na.example,2024-01-01,"User-agent: *\nDisallow: /"\n'
    done = subprocess.run(command, input=table, capture_output=True, check=True)
    assert done.stderr == b""
    assert states(database) == [(A, "blocked", "2024-01-01", None)]


def test_wayback(run, web: Web, database: Path) -> None:
    archive = FakeWayback(in_archive([(A, "2024-01-01", OPEN), (A, "2024-02-01", SHUT)]))
    web.on("127.0.0.1", archive, "*")
    server = f"http://127.0.0.1:{web.http}"
    command = ["backfill", "wayback", "--server", server, *LOOPBACK, "--database", str(database)]
    result = run(*command, "--site", A, "--site", B)
    assert result.code == 0
    assert "no contact is set" in result.err
    assert "2 of 2 captures imported" in result.out
    report = run(*command, "--site", A, "--site", B, "--json", "--contact", "me@here.example").json
    assert (report["known"], report["source"]) == (2, f"wayback:127.0.0.1:{web.http}")
    assert "me@here.example" not in web.requests[0].headers["user-agent"]
    windowed = run(*command, "--site", A, "--from", "2024-01-15", "--to", "2024-02-15", "--json").json
    assert windowed["captures"] == 1
    assert states(database, [A]) == [(A, "allowed", "2024-01-01", "2024-02-01"), (A, "blocked", "2024-02-01", None)]


def test_commoncrawl(run, web: Web, database: Path) -> None:
    warc = Warc().response(A, "2024-02-01", SHUT)
    web.on("127.0.0.1", FakeCommonCrawl(CC_MAIN_2024_10=warc), "*")
    server = f"http://127.0.0.1:{web.http}"
    command = ["backfill", "commoncrawl", "--index-server", server, "--data-server", server, *LOOPBACK]
    for how in (["--last", "2"], ["--crawl", "CC-MAIN-2024-10"]):
        report = run(*command, "--site", A, *how, "--database", str(database), "--json").json
    assert report["known"] == 1
    assert states(database) == [(A, "blocked", "2024-02-01", None)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["wayback"], "whose past? Name a panel"),
        (["wayback", "--panel", "nobody"], "there is no panel nobody: name its sites with --site"),
        (["wayback", "--site", "no host"], "--site no host: 'no host' is no host name"),
        (["wayback", "--site", A, "--panel", "starter-100"], "--site a.example is not in panel starter-100"),
        (["wayback", "--site", A, "--from", "2023"], "--from '2023' is no date; write it as 2023-01-01"),
        (["wayback", "--site", A, "--server", "x"], "--server 'x' is no address of a web archive"),
        (["wayback", "--site", A, "--contact", "x"], "contact: 'x' is neither"),
        (["commoncrawl", "--site", A, "--last", "1", "--crawl", "CC-MAIN-2024-10"], "give --crawl or --last, not both"),
        (["commoncrawl", "--site", A, "--crawl", "2024"], "--crawl '2024' is no crawl"),
    ],
)
def test_usage(run, arguments: list[str], says: str, database: Path) -> None:
    result = run("backfill", *arguments, "--database", str(database))
    assert result.code == 2
    assert says in result.err.splitlines()[-1]


def test_the_guard_stands_before_archives_too(run, web: Web, database: Path) -> None:
    result = run("backfill", "wayback", "--site", A, "--server", f"http://127.0.0.1:{web.http}", "-d", str(database))
    assert result.code == 1
    assert "guard: " in result.err
    assert "loopback" in result.err


def test_an_archive_that_is_down(run, web: Web, database: Path) -> None:
    web.on("127.0.0.1", page(b"", "429 Too Many", Retry_After="9000"), "*")
    result = run(
        "backfill", "wayback", "--site", A, "--server", f"http://127.0.0.1:{web.http}", *LOOPBACK, "-d", str(database)
    )
    assert result.code == 1
    assert "asks to be left alone for 9000 s: run again after that. 0 of 0 captures imported" in result.err


# The program with batches small enough to be killed between.
SMALL = "import tracker.sources.intake as i; i.BATCH_CAPTURES = 40; from tracker.cli import main; main()"


@pytest.mark.parametrize("form", ["csv", pytest.param("warc", marks=pytest.mark.slow)])
def test_killed_in_the_middle(form: str, database: Path, tmp_path: Path) -> None:
    path = tmp_path / f"t.{form}"
    if form == "csv":
        rows = [f"s{n % 20}.example,{1_704_067_200 + n * 3600},,x{n // 30}" for n in range(400)]
        path.write_text("\n".join(["site,at,status,body", *rows]))
    else:
        warc = Warc()
        for n in range(400):
            warc.response(f"s{n % 20}.example", f"2024-01-{1 + n // 20:02}T{n % 24:02}:00:00Z", b"x%d" % (n // 30))
        warc.save(path)
    command = [sys.executable, "-c", SMALL, "import", form, str(path), "--database"]
    victim = subprocess.Popen([*command, str(database)], stdout=subprocess.DEVNULL)
    _await(lambda: database.exists() and _batches(database) >= 3)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    assert _batches(database) >= 3
    assert ask(database, "PRAGMA integrity_check") == [("ok",)]
    subprocess.run([*command, str(database)], check=True, capture_output=True)
    straight = tmp_path / "straight.sqlite"
    subprocess.run([*command, str(straight)], check=True, capture_output=True)
    assert content(database) == content(straight)
    assert _batches(database) == _batches(straight) == 10


def _batches(database: Path) -> int:
    try:
        return int(str(ask(database, "SELECT COUNT(*) FROM crawls")[0][0]))
    except Exception:  # not made yet
        return 0


def _await(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.01)
