"""Backups: whole or not there, checked, thinned out by their own names alone, and restored to a new file."""

import hashlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.store.histories import HOSTS, START, Look, dump, panel, play
from tests.store.test_database import without_rights
from tracker.errors import DatabaseCorrupt, DatabaseError, NoHistory, NotADatabase, UsageError
from tracker.store.backup import Keep, back_up, backups_of, kept, restore
from tracker.store.captures import OWN
from tracker.store.write import Writer

NOW = datetime(2026, 11, 25, 3, 4, 5, tzinfo=UTC)
LOOK = Look("own", START, ("shut",) * len(HOSTS))


@pytest.fixture
def history(database: Path, tmp_path: Path) -> Path:
    return Path(shutil.move(play(database, [LOOK]), tmp_path / "history.sqlite"))


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def test_a_backup_is_one_checked_file_that_restores_to_the_same_rows(history: Path, tmp_path: Path) -> None:
    report = back_up(history, now=NOW)
    made = tmp_path / "backups" / "history-2026-11-25T030405Z.sqlite.zst"
    assert (report.file, report.kept, report.deleted) == (str(made), 1, [])
    assert names(made.parent) == {made.name, f"{made.name}.sha256"}
    assert report.sha256 == hashlib.sha256(made.read_bytes()).hexdigest()
    assert (made.parent / f"{made.name}.sha256").read_text() == f"{report.sha256}  {made.name}\n"
    assert report.bytes == made.stat().st_size < report.raw_bytes
    target = tmp_path / "new folder" / "again.sqlite"
    restore(made, target)
    assert names(target.parent) == {"again.sqlite"}
    assert dump(target) == dump(history)


def test_a_backup_is_made_while_a_writer_works(history: Path) -> None:
    with Writer(history, AGENTS) as writer:
        source, panel_id = writer.source(OWN), writer.panel(panel("all"))
        writer.begin_crawl(source, panel_id, START + 100, "in the log only", 1)
        report = back_up(history, now=NOW)
    restore(Path(report.file), history.with_name("copy.sqlite"))
    assert "in the log only" in repr(dump(history.with_name("copy.sqlite"))["crawl"])


def test_restoring_never_replaces_anything(history: Path, tmp_path: Path) -> None:
    made = Path(back_up(history, now=NOW).file)
    before = history.read_bytes()
    with pytest.raises(DatabaseError, match="is there already"):
        restore(made, history)
    (tmp_path / "other.sqlite-wal").touch()
    with pytest.raises(DatabaseError, match=r"other\.sqlite-wal is there already"):
        restore(made, tmp_path / "other.sqlite")
    assert history.read_bytes() == before
    assert not (tmp_path / "other.sqlite").exists()


@pytest.mark.parametrize("has_sidecar", [True, False])
@pytest.mark.parametrize("damage", ["cut", "bent", "empty", "other"])
def test_a_damaged_backup_is_refused(history: Path, tmp_path: Path, damage: str, has_sidecar: bool) -> None:
    made = Path(back_up(history, now=NOW).file)
    data = made.read_bytes()
    middle = len(data) // 2
    bad = {
        "cut": data[:middle],
        "bent": data[:middle] + b"\0\0\0\0" + data[middle + 4 :],
        "empty": b"",
        "other": b"x" * 99,
    }
    made.write_bytes(bad[damage])
    if not has_sidecar:
        made.with_name(f"{made.name}.sha256").unlink()
    with pytest.raises(DatabaseCorrupt, match=r"history-2026.*take another backup") as caught:
        restore(made, tmp_path / "again.sqlite")
    assert "\n" not in str(caught.value)
    assert [name for name in names(tmp_path) if "again" in name] == []


def test_what_is_no_history_is_not_backed_up(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello " * 999)
    with pytest.raises(NotADatabase):
        back_up(tmp_path / "notes.txt")
    with pytest.raises(NoHistory):
        back_up(tmp_path / "nothing.sqlite")
    with pytest.raises(UsageError, match="pg_dump"):
        back_up("postgresql://localhost/history")
    assert list(tmp_path.glob("backups/*")) == []


def test_a_damaged_history_gives_no_backup_and_costs_none(history: Path) -> None:
    made = Path(back_up(history, now=NOW - timedelta(days=9)).file)
    data = bytearray(history.read_bytes())
    data[4096:12288] = os.urandom(8192)
    history.write_bytes(data)
    with pytest.raises(DatabaseCorrupt):
        back_up(history, now=NOW, keep=Keep(1, 0, 0))
    assert names(made.parent) == {made.name, f"{made.name}.sha256"}


# Rotation


def test_older_backups_go_by_their_own_names_alone(history: Path) -> None:
    folder = history.parent / "backups"
    folder.mkdir()
    days = [NOW - timedelta(days=n, hours=n % 3) for n in range(400)]
    for day in days[1:]:
        (folder / f"history-{day:%Y-%m-%dT%H%M%SZ}.sqlite.zst").touch()
    mine = [
        "history.sqlite.zst",
        "history-2020-01-01.sqlite.zst",
        "history-2020-01-01T000000Z.sqlite.zst.bak",
        "other-2020-01-01T000000Z.sqlite.zst",
        "my-history-2020-01-01T000000Z.sqlite.zst",
        "history-2020-99-01T000000Z.sqlite.zst",
    ]
    for name in mine:
        (folder / name).touch()
    report = back_up(history, now=NOW)
    left = list(backups_of(history, folder).values())
    assert left[:7] == [day.replace(microsecond=0) for day in days[:7]]
    assert report.kept == len(left) == 7 + 2 + 11  # two of the weeks and one of the months are among the days
    assert len(report.deleted) == 400 - len(left)
    assert set(mine) <= names(folder)
    assert back_up(history, now=NOW + timedelta(seconds=1)).kept == len(left)


@given(
    st.lists(st.integers(0, 700), min_size=1).map(lambda days: [NOW - timedelta(days=n, hours=n % 5) for n in days]),
    st.tuples(*[st.integers(0, 9)] * 3),
)
def test_the_newest_stays_and_no_more_than_asked_for(dates: list[datetime], counts: tuple[int, int, int]) -> None:
    stay = kept(dates, Keep(*counts))
    assert max(dates) in stay
    assert stay <= set(dates)
    assert len(stay) <= max(1, sum(counts))
    assert kept(stay, Keep(*counts)) == stay


def test_keep_is_three_numbers() -> None:
    assert Keep.parse("7,4,12") == Keep()
    for text in ("7", "7,4", "7,4,-1", "a,b,c", "7,4,12,1"):
        with pytest.raises(UsageError, match="--keep"):
            Keep.parse(text)


# Trouble


def test_a_folder_without_the_right_to_write(history: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        there, folder = Path(name), Path(name) / "backups"
        path = shutil.copyfile(history, there / "history.sqlite")
        folder.mkdir(mode=0o555)
        there.chmod(0o777)
        with without_rights(), pytest.raises(DatabaseError, match=r"cannot write to .*backups") as caught:
            back_up(path, folder, now=NOW)
        assert "\n" not in str(caught.value)
        assert names(folder) == set()


@pytest.mark.parametrize("room", [40_000, 100_000])
def test_a_full_disk_loses_nothing_and_leaves_nothing(history: Path, room: int) -> None:
    """The limit on the size of a file stands for the end of the disk: both break off a write."""
    made = Path(back_up(history, now=NOW - timedelta(days=9)).file)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = [sys.executable, "-m", "tracker", "backup", "--keep", "1,0,0", "--database", str(history)]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"tracker: cannot write to {made.parent}")
    assert "Traceback" not in done.stderr
    assert names(made.parent) == {made.name, f"{made.name}.sha256"}
    assert made.stat().st_size > 0


def test_what_a_killed_run_left_behind_is_cleared_away_a_day_later(history: Path) -> None:
    folder = history.parent / "backups"
    folder.mkdir()
    old, young = (folder / f".history-2026-01-0{n}T000000Z.sqlite.zst.zst.partial" for n in (1, 2))
    for each in (old, young, folder / ".mine.partial"):
        each.touch()
    os.utime(old, (0, 0))
    back_up(history, now=NOW)
    assert old.name not in names(folder)
    assert {young.name, ".mine.partial"} <= names(folder)
