"""The commands as a user types them: output, exit codes, and what is left behind."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import ROBOTS
from tracker.store.query import Reader


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git-scraping repository: two sites, three commits, one of which blocks GPTBot."""
    folder = tmp_path / "past"
    (folder / "robots").mkdir(parents=True)

    def git(*arguments: str, day: str = "2023-07-01") -> None:
        stamp = f"{day}T06:00:00+0000"
        who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org"}
        who |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
        environment = os.environ | who | {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, env=environment)

    git("init", "-b", "main")
    texts = {
        "2023-07-01": {"one.example": "User-agent: *\nDisallow:\n", "two.example": "User-agent: *\nDisallow: /x\n"},
        "2023-09-01": {"one.example": ROBOTS},
        "2023-10-01": {"two.example": "User-agent: *\nDisallow: /y\n"},
    }
    for day, files in texts.items():
        for site, text in files.items():
            (folder / "robots" / f"{site}.txt").write_text(text)
        git("add", "-A", day=day)
        git("commit", "-m", day, day=day)
    return folder


@pytest.fixture
def history(run, repository: Path, tmp_path: Path) -> str:
    database = str(tmp_path / "history.sqlite")
    assert run("import", "git", str(repository), "--database", database).code == 0
    return database


@pytest.mark.parametrize("command", ["up", "schedule"])
def test_a_standing_command_ends_at_once_for_a_panel_that_is_not_there(run, command: str) -> None:
    result = run(command, "--panel", "no-such-panel")
    assert result.code == 1
    assert "no panel no-such-panel" in result.err


def test_import_says_what_it_did_and_a_second_run_adds_nothing(run, repository: Path, history: str) -> None:
    again = run("import", "git", str(repository), "--database", history, "--json").json
    assert (again["commits"], again["new_commits"], again["sites"], again["panel"]) == (3, 0, 2, "past")


def test_the_question_of_the_readme(run, history: str) -> None:
    shares = "SELECT date, percent_blocked, blocked_named FROM shares"
    sql = f"{shares} WHERE agent = 'GPTBot' AND definition = 'effective_full'"
    rows = {row["date"]: row for row in run("query", sql, "--database", history, "--json").json}
    assert rows["2023-07-01"]["blocked_named"] == 0
    assert rows["2023-09-01"]["percent_blocked"] == 50.0
    assert rows["2023-10-01"]["blocked_named"] == 1
    assert len(rows) == 93


def test_query_prints_csv_and_says_when_it_cut(run, history: str) -> None:
    result = run("query", "SELECT site FROM sites ORDER BY site", "--csv", "--limit", "1", "--database", history)
    assert result.out == "site\none.example\n"
    assert "cut at 1 rows" in result.err


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT colour FROM shares", "no such column"),
        ("DELETE FROM site", "read-only"),
        ("DROP TABLE body", "read-only"),
    ],
)
def test_bad_sql_is_one_line_and_changes_nothing(run, history: str, sql: str, says: str) -> None:
    before = Path(history).read_bytes()
    result = run("query", sql, "--database", history)
    assert result.code == 1
    assert says in result.err
    assert result.err.count("\n") == 1
    assert Path(history).read_bytes() == before


def test_site_shows_verdicts_and_captures(run, history: str) -> None:
    found = run("site", "One.Example", "--database", history, "--json").json
    now = {row["agent"]: row for row in found["access"]}
    assert now["GPTBot"]["verdict"] == "blocked"
    assert now["GPTBot"]["since"] == "2023-09-01T06:00:00Z"
    assert [capture["checks"] for capture in found["captures"]] == [1, 2]
    assert "GPTBot" in run("site", "one.example", "--database", history).out
    assert run("site", "three.example", "--database", history).code == 2
    assert (found["signals"], found["conflicts"]) == ([], [])


def test_status_names_panel_coverage_and_horizon(run, history: str) -> None:
    found = run("status", "--database", history, "--json").json
    assert found["about"]["horizon"] == "2023-10-01T06:00:00Z"
    assert found["panels"][0]["answered"] == "2 of 2"
    assert run("status", "--database", history).code == 0


def test_reading_without_a_history_says_how_to_make_one(run) -> None:
    result = run("changes", "--database", "nothing.sqlite")
    assert result.code == 1
    assert "tracker crawl" in result.err
    assert not Path("nothing.sqlite").exists()


@pytest.mark.parametrize(
    ("arguments", "names", "code"),
    [
        (["import", "git", "nowhere"], "nowhere is no folder", 1),
        (["import", "git", "."], "cannot be read as a git repository", 1),
        (["import", "git", "past", "--path", "robots.txt"], "must contain {site}", 1),
        (["import", "git", "past", "--path", "terms/{site}.txt"], "no file in the history", 1),
        (["crawl", "--panel", "no-such-panel"], "no panel no-such-panel", 1),
        (["crawl", "--panel", "bad.csv"], "bad.csv:2", 1),
        (["crawl", "--workers", "0"], "setting workers (flag)", 2),
        (["crawl", "--allow-private", "everything"], "setting allow_private (flag)", 2),
        (["crawl", "--panel", "good.txt", "--database", "junk.sqlite"], "junk.sqlite is not an SQLite file", 1),
        (["crawl", "--panel", "good.txt", "--database", "mysql://x/y"], "cannot be used", 2),
    ],
)
def test_bad_input_is_one_clear_line_and_leaves_nothing(run, repository, tmp_path, arguments, names, code) -> None:
    (tmp_path / "bad.csv").write_text("host,rank\nhttp://one.example/,1\n")
    (tmp_path / "good.txt").write_text("one.example\n")
    (tmp_path / "junk.sqlite").write_bytes(b"not a database" * 100)
    before = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    database = [] if "--database" in arguments else ["--database", "new.sqlite"]
    result = run(*arguments, *database)
    assert result.code == code
    assert names in result.err.splitlines()[-1]
    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()} == before


def test_a_crawl_without_any_network_records_errors_and_no_verdict(run, tmp_path: Path) -> None:
    (tmp_path / "panel.txt").write_text("one.example\ntwo.example\n")
    closed = ["--resolver", "127.0.0.1:1", "--database", "h.sqlite", "--panel", "panel.txt"]
    result = run("crawl", *closed)
    assert result.code == 3
    assert result.err.splitlines()[-1].startswith("tracker: no site answered")
    with Reader("h.sqlite") as reader:
        assert reader.sql("SELECT site, kind FROM failures ORDER BY site").rows == [
            ("one.example", "dns_timeout"),
            ("two.example", "dns_timeout"),
        ]
        assert reader.sql("SELECT DISTINCT verdict FROM access_now").rows == [("unknown",)]
        assert reader.sql("SELECT COUNT(*) FROM shares").rows == [(0,)]
    # A crawl that nobody answered does not count as done: the next hourly tick tries again.
    soon = run("crawl", "--if-due", *closed)
    assert (soon.code, "no site answered the round of" in soon.err) == (0, True)
    done = run("status", "--database", "h.sqlite", "--json").json
    began, again = (datetime.fromisoformat(done["last_round"]["started"]), datetime.fromisoformat(done["due"]["at"]))
    assert timedelta(minutes=29) < again - began < timedelta(minutes=40)


def test_settings_by_flag_variable_file_and_default(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tracker.toml").write_text('workers = 7\nport = 9000\ndatabase = "from-file.sqlite"\n')
    monkeypatch.setenv("TRACKER_PORT", "9001")
    found = run("config", "--database", "flag.sqlite", "--json").json
    assert found["database"] == {"value": "flag.sqlite", "origin": "flag"}
    assert found["port"] == {"value": 9001, "origin": "TRACKER_PORT"}
    assert found["workers"] == {"value": 7, "origin": "tracker.toml"}
    assert found["log_level"]["origin"] == "default"


@pytest.mark.parametrize(("text", "says"), [("wrokers = 7\n", "wrokers"), ("workers =\n", "tracker.toml")])
def test_a_bad_settings_file_is_named(run, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "tracker.toml").write_text(text)
    result = run("config")
    assert result.code == 2
    assert says in result.err


def test_demo_tells_its_story_offline_and_starts_again_where_it_ended(run, tmp_path: Path) -> None:
    first = run("demo", "--no-serve", "--database", "demo.sqlite")
    assert first.code == 0
    assert "GPTBot" in first.out
    again = run("demo", "--no-serve", "--database", "demo.sqlite")
    assert again.out == first.out
    with Reader("demo.sqlite") as reader:
        assert reader.about()["kind"] == "demo"
        kinds = {kind for (kind,) in reader.sql("SELECT DISTINCT kind FROM failures").rows}
        assert {"http_503", "challenge", "not_robots", "redirect_limit", "reset"} <= kinds
        assert kinds & {"read_timeout", "total_timeout"}
        named = dict(
            reader.sql(
                "SELECT date, blocked_named FROM shares WHERE agent = 'GPTBot' AND definition = 'effective_full'"
            ).rows
        )
        assert named["2023-07-15"] == 0
        assert named["2025-10-18"] > 10
        signals = {kind for (kind,) in reader.sql("SELECT DISTINCT kind FROM signals WHERE valid_to IS NULL").rows}
        assert signals == {"content-signal", "content-usage", "rsl"}
    unknown = run("agents", "--unknown", "--database", "demo.sqlite", "--json").json
    assert [(row["token"], row["sites"]) for row in unknown] == [("imaginaryaibot", 2), ("fictiongpt", 1)]
    _shows_signals_and_conflicts(run)


def _shows_signals_and_conflicts(run) -> None:
    """Of two sites of the demo: yes in words and no by rule, and the reverse."""
    site = run("site", "streaming.example", "--database", "demo.sqlite")
    assert "Signals in force beside the rules" in site.out
    assert "ai-train=yes   anthropic-ai, CCBot, ChatGPT-User and 2 more" in site.out
    assert "- open in words (`ai-train=yes`), closed by rule for CCBot, GPTBot, Google-Extended\n" in site.out
    said = run("site", "toolshed.example", "--database", "demo.sqlite", "--json").json
    assert {(row["key"], row["value"]) for row in said["signals"]} == {("ai-train", "no"), ("search", "yes")}
    assert {row["conflict"] for row in said["conflicts"]} == {"closed in words, open by rule"}


def test_demo_refuses_a_history_of_real_sites_and_the_reverse(run, history: str, repository: Path) -> None:
    before = Path(history).read_bytes()
    refused = run("demo", "--no-serve", "--database", history)
    assert refused.code == 1
    assert "holds live data" in refused.err
    assert Path(history).read_bytes() == before
    run("demo", "--no-serve", "--database", "demo.sqlite")
    assert "holds demo data" in run("import", "git", str(repository), "--database", "demo.sqlite").err


def test_help_is_cheap_and_version_is_told() -> None:
    code = (
        "import sys, tracker.cli; heavy = {'sqlalchemy', 'httpx', 'numpy', 'streamlit', 'pydantic'} & set(sys.modules)"
    )
    code += "; sys.exit(f'imported {heavy}' if heavy else 0)"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0
    done = subprocess.run([sys.executable, "-m", "tracker", "--version"], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("drywell ")
