"""An export: files by month and year, brought up to date, and the sixteen questions asked of it."""

import hashlib
import json
import os
import sys
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from tests.conftest import AGENTS
from tests.publish.told import DAY, MEMBERS, PANEL, START, matches, tell
from tests.store.histories import BODIES
from tracker.errors import DrywellError, UsageError
from tracker.publish import export as exporting
from tracker.publish.export import Report, export
from tracker.store.captures import OWN, Answer
from tracker.store.dictionary import views
from tracker.store.migrations import SCHEMA_VERSION
from tracker.store.query import Reader
from tracker.store.questions import questions
from tracker.store.write import Writer

ALL = [view.name for view in views().values()]


def run(database: Path, folder: Path, form: str = "parquet", names: list[str] | None = None) -> Report:
    with Reader(database) as reader:
        return export(reader, folder, form, names or [])


def manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text())


def look(database: Path, number: int, body: str) -> None:
    """One more crawl, in which every site but d answers the same."""
    with Writer(database, AGENTS) as writer:
        crawl = writer.begin_crawl(writer.source(OWN), writer.panel(PANEL), START + number * DAY, f"more {number}", 5)
        hosts = [member.host for member in MEMBERS if member.host != "d.example"]
        writer.record(crawl, [Answer(host, BODIES[body][0], f"https://{host}/robots.txt") for host in hosts])
        writer.finish_crawl(crawl, START + number * DAY + 60)


@pytest.fixture(scope="module", params=["parquet", "csv"])
def exported(request: pytest.FixtureRequest, told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports") / request.param
    run(told, folder, request.param, ALL)
    return folder


@pytest.mark.parametrize("question", questions(), ids=lambda question: f"question {question.number}")
def test_duckdb_answers_the_questions(exported: Path, put_in: dict[str, str], question) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"SET file_search_path = '{exported}'")
        connection.execute((exported / "views.sql").read_text())
        answer = connection.execute(question.filled(put_in))
        columns = tuple(column[0] for column in answer.description)
        assert matches(question.number, columns, answer.fetchall())


def test_every_row_of_every_view_is_there(exported: Path, told: Path) -> None:
    with Reader(told) as reader, duckdb.connect() as connection:
        connection.execute(f"SET file_search_path = '{exported}'")
        connection.execute((exported / "views.sql").read_text())
        for view in ALL:
            rows = connection.execute(f'SELECT * FROM "{view}"').fetchall()
            wanted = reader.sql(f"SELECT * FROM {view}").rows
            if exported.name == "csv":  # which cannot tell an empty text from none
                wanted = [tuple(None if value == "" else value for value in row) for row in wanted]
            assert sorted(rows, key=repr) == sorted(wanted, key=repr), view


def test_polars_reads_the_files_as_they_are(told: Path, tmp_path: Path) -> None:
    run(told, tmp_path / "out")
    changes = pl.scan_parquet(tmp_path / "out" / "changes" / "**" / "*.parquet").collect()
    assert changes.height == 6
    assert changes.schema["named"] == pl.Int64
    assert pl.read_parquet(tmp_path / "out" / "signals.parquet").height == 0


def test_the_manifest_says_what_is_there(exported: Path, told: Path) -> None:
    facts = manifest(exported)
    assert facts["format"] == exported.name
    assert (facts["schema_version"], facts["kind"], facts["horizon"]) == (
        SCHEMA_VERSION,
        "live",
        "2024-01-10T06:00:00Z",
    )
    assert "licence" in facts
    assert "2024-01-10" in facts["citation"]
    with Reader(told) as reader:
        assert facts["generation"] == reader.generation()
    there = {str(path.relative_to(exported)) for path in exported.rglob("*") if path.is_file()}
    assert there == {"manifest.json", "views.sql", *(file["path"] for file in facts["files"])}
    for file in facts["files"]:
        data = (exported / file["path"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        if exported.name == "parquet":
            assert file["rows"] == pq.read_metadata(exported / file["path"]).num_rows
    assert f"access_history/year_opened=2024/part.{exported.name}" in there
    assert f"shares/month=2024-01/part.{exported.name}" in there


def test_a_second_run_writes_only_what_changed(tmp_path: Path) -> None:
    database, folder = tell(tmp_path / "told.sqlite"), tmp_path / "out"
    first = run(database, folder)
    assert (len(first.kept), first.removed) == (0, [])
    again = run(database, folder)
    assert (again.written, len(again.kept)) == ([], len(first.written))
    look(database, 45, "open")  # 15 February
    january = folder / "changes" / "month=2024-01" / "part.parquet"
    before = january.stat().st_mtime_ns
    third = {file.path for file in run(database, folder).written}
    assert "changes/month=2024-02/part.parquet" in third
    assert "changes/month=2024-01/part.parquet" not in third
    assert "agents.parquet" not in third
    assert january.stat().st_mtime_ns == before
    with Reader(database) as reader:
        wanted = reader.sql("SELECT COUNT(*) FROM changes").rows[0][0]
    assert pl.scan_parquet(folder / "changes" / "**" / "*.parquet").collect().height == wanted
    january.write_bytes(b"broken")
    assert [file.path for file in run(database, folder).written] == ["changes/month=2024-01/part.parquet"]
    # What nobody asks for stays as it is.
    assert run(database, folder, names=["agents"]).written == []
    assert {file["path"] for file in manifest(folder)["files"]} == {file.path for file in first.written} | third


def test_costly_views_only_by_name_and_files_that_are_empty_now_go(tmp_path: Path) -> None:
    database, folder = tell(tmp_path / "told.sqlite"), tmp_path / "out"
    assert "shares_by_group" not in {file.view for file in run(database, folder).files}
    assert {file.view for file in run(database, folder, names=["shares_by_group"]).written} == {"shares_by_group"}
    stray = exporting.File("changes/month=1999-01/part.parquet", "changes", 0, 0, "")
    facts = manifest(folder)
    facts["files"].append(exporting.asdict(stray))
    (folder / "manifest.json").write_text(json.dumps(facts))
    (folder / "changes" / "month=1999-01").mkdir()
    (folder / stray.path).write_bytes(b"")
    assert run(database, folder).removed == [stray.path]
    assert not (folder / "changes" / "month=1999-01").exists()


def test_an_export_of_an_empty_history_can_be_opened(empty_history: Path, tmp_path: Path) -> None:
    for form in ("parquet", "csv"):
        run(empty_history, tmp_path / form, form)
        with duckdb.connect() as connection:
            connection.execute(f"SET file_search_path = '{tmp_path / form}'")
            connection.execute((tmp_path / form / "views.sql").read_text())
            assert connection.execute("SELECT COUNT(*) FROM changes").fetchall() == [(0,)]
            assert connection.execute("SELECT COUNT(*) FROM agents").fetchall() == [(5,)]


def test_a_folder_that_is_no_export_is_left_alone(told: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    file = tmp_path / "file"
    file.write_text("")
    run(told, tmp_path / "csv", "csv", ["agents"])
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "manifest.json").write_text('{"files": [1]}')
    for folder, says in (
        (other, "something else than an export"),
        (file, "something else"),
        (tmp_path / "csv", "holds an export as csv"),
        (broken, "cannot be read"),
    ):
        with pytest.raises(DrywellError, match=says):
            run(told, folder)
    assert [path.name for path in other.iterdir()] == ["mine.txt"]
    with pytest.raises(UsageError, match=r"no view 'share' \(did you mean shares\?\)"):
        run(told, tmp_path / "new", names=["share"])
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(told: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DrywellError, match="cannot write"):
        run(told, tmp_path / "out")


def test_a_run_that_is_stopped_leaves_whole_files_and_the_next_one_completes_it(told: Path, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(path: str) -> None:
        if path.startswith("changes"):
            raise Stopped

    with Reader(told) as reader, pytest.raises(Stopped):
        export(reader, tmp_path / "out", "parquet", on_file=stop)
    assert not list((tmp_path / "out").rglob(".*"))
    assert manifest(tmp_path / "out")["files"] == []
    assert len(run(told, tmp_path / "out").written) == len(run(told, tmp_path / "other").written)


def test_as_a_user_types_it(told: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    from tracker.cli import main

    def tracker(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tracker", "export", "--database", str(told), *arguments])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return code, *capsys.readouterr()

    code, out, err = tracker("--parquet", "out")
    assert code == 0
    assert " files written (" in out
    assert out.endswith(", 0 unchanged\n")
    assert "left out, for they take long: shares_by_group" in err
    code, out, _ = tracker("--parquet", "out", "--json")
    assert json.loads(out)["written"] == []
    assert tracker()[0] == tracker("--parquet", "a", "--csv", "b")[0] == tracker("--csv", "b", "--view", "x")[0] == 2
    assert tracker("--csv", "out")[0] == 1
