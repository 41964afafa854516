"""Imports of real, tiny git repositories, as people keep them and as they break them."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.sources.repositories import START, Files, Repository
from tests.store.histories import content, dump
from tracker.core.intervals import DAY
from tracker.errors import SourceError
from tracker.sources.git import ImportReport, import_git, path_pattern
from tracker.store.query import Reader
from tracker.store.write import Writer

PATTERN = "robots/{site}.txt"
OPEN = b"User-agent: *\nAllow: /\n"
SHUT = b"User-agent: *\nDisallow: /\n"
HTML = b"<!doctype html><html><body>Not here</body></html>\n"


def robots(*sites: str) -> list[str]:
    return [f"robots/{site}.txt" for site in sites]


A, B, C = robots("a.example", "b.example", "c.example")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "scraped")


def bring_in(database: Path, *folders: Path, pattern: str = PATTERN) -> list[ImportReport]:
    with Writer(database, AGENTS) as writer:
        return [import_git(writer, folder, pattern) for folder in folders]


def ask(database: Path, statement: str) -> list[tuple[object, ...]]:
    with Reader(database) as reader:
        return reader.sql(statement).rows


def stretches(database: Path, site: str) -> list[tuple[object, ...]]:
    """(verdict, from day, to day) of a site for CCBot."""
    rows = ask(
        database,
        "SELECT verdict, unixepoch(valid_from), unixepoch(valid_to) FROM access_history "
        f"WHERE site = '{site}' AND agent = 'CCBot' ORDER BY valid_from",
    )
    return [(verdict, _day(start), _day(end)) for verdict, start, end in rows]


def _day(at: object) -> float | None:
    return None if at is None else (int(str(at)) - START) / DAY


def checks(database: Path, site: str) -> list[int]:
    return [int(str(row[0])) for row in ask(database, f"SELECT checks FROM captures WHERE site = '{site}'")]


def test_adds_changes_and_deletes(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: OPEN, B: SHUT})
    repository.commit(7, {A: SHUT})
    repository.commit(14, {C: OPEN})
    repository.commit(21, {B: None, A: OPEN})
    repository.commit(28, {C: SHUT})
    (report,) = bring_in(database, repository.folder)
    assert (report.commits, report.new_commits, report.sites, report.skipped) == (5, 5, 3, {})
    assert stretches(database, "a.example") == [("allowed", 0, 7), ("blocked", 7, 21), ("allowed", 21, None)]
    assert stretches(database, "b.example") == [("blocked", 0, 21), ("allowed", 21, None)]
    assert stretches(database, "c.example") == [("allowed", 14, 28), ("blocked", 28, None)]
    assert checks(database, "a.example") == [1, 2, 2]
    absences = "SELECT site, body_sha256, body_bytes FROM captures WHERE body_sha256 IS NULL"
    assert ask(database, absences) == [("b.example", None, None)]
    assert ask(database, "SELECT source, source_kind, sites, answered, failed FROM crawls ORDER BY started") == [
        ("scraped", "git", 2, 2, 0),
        ("scraped", "git", 2, 2, 0),
        ("scraped", "git", 3, 3, 0),
        ("scraped", "git", 3, 3, 0),
        ("scraped", "git", 2, 2, 0),
    ]


def test_nothing_is_known_of_a_deleted_file_after_the_hold(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: SHUT, B: OPEN})
    repository.commit(10, {A: None})
    for day in range(40, 161, 30):
        repository.commit(day, {B: b"# %d\n" % day + OPEN})
    bring_in(database, repository.folder)
    assert stretches(database, "a.example") == [("blocked", 0, 10), ("allowed", 10, 102), ("unknown", 102, None)]
    assert stretches(database, "b.example") == [("allowed", 0, None)]


def test_a_web_page_in_place_of_a_robots_txt_is_a_failure(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: SHUT, B: OPEN})
    repository.commit(7, {A: HTML})
    repository.commit(14, {B: SHUT})
    repository.commit(50, {B: OPEN})
    bring_in(database, repository.folder)
    assert stretches(database, "a.example") == [("blocked", 0, 30), ("unknown", 30, None)]
    assert ask(database, "SELECT site, kind, first_seen, last_seen, checks FROM failures") == [
        ("a.example", "not_robots", "2022-01-08T00:00:00Z", "2022-02-20T00:00:00Z", 3)
    ]
    repository.commit(60, {A: SHUT})
    bring_in(database, repository.folder)
    assert stretches(database, "a.example") == [("blocked", 0, 30), ("unknown", 30, 60), ("blocked", 60, None)]


def test_a_page_from_the_start_is_no_verdict(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: HTML, B: OPEN})
    bring_in(database, repository.folder)
    assert stretches(database, "a.example") == []
    assert ask(database, "SELECT DISTINCT verdict FROM access_now WHERE site = 'a.example'") == [("unknown",)]
    assert ask(database, "SELECT DISTINCT members, readable, unknown FROM shares") == [(2, 1, 1)]


def test_any_bytes_are_a_body(repository: Repository, database: Path) -> None:
    files: Files = {
        A: b"",
        B: b"User-agent: *\r\nDisallow: /\r\n\xff\xfe\x00" + b"x" * 10,
        C: SHUT + b"#" * 600_000,
    }
    repository.commit(0, files)
    bring_in(database, repository.folder)
    assert stretches(database, "a.example") == [("allowed", 0, None)]
    assert stretches(database, "b.example") == [("blocked", 0, None)]
    assert stretches(database, "c.example") == [("blocked", 0, None)]
    sizes = ask(database, "SELECT site, body_bytes FROM captures ORDER BY site")
    assert sizes == [("a.example", 0), ("b.example", 41), ("c.example", 512 * 1024)]


def test_importing_twice_changes_nothing(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: OPEN, B: HTML})
    repository.commit(7, {A: SHUT, B: None})
    bring_in(database, repository.folder)
    before = dump(database)
    (report,) = bring_in(database, repository.folder)
    assert (report.commits, report.new_commits) == (2, 0)
    assert dump(database) == before


def test_a_clone_and_a_renamed_folder_are_the_same_source(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: OPEN})
    bring_in(database, repository.folder)
    before = dump(database)
    bare = repository.clone("bare.git", "--bare")
    moved = repository.folder.rename(repository.folder.with_name("moved"))
    reports = bring_in(database, moved, bare)
    assert [report.new_commits for report in reports] == [0, 0]
    assert dump(database) == before


def test_new_commits_are_added_later(repository: Repository, database: Path, fresh_history: Callable[[], Path]) -> None:
    repository.commit(0, {A: OPEN, B: SHUT})
    repository.commit(7, {A: SHUT})
    bring_in(database, repository.folder)
    repository.commit(14, {B: OPEN})
    repository.commit(21, {A: None})
    (report,) = bring_in(database, repository.folder)
    assert (report.commits, report.new_commits) == (4, 2)
    at_once = fresh_history()
    bring_in(at_once, repository.folder)
    assert content(database) == content(at_once)


def test_an_amended_commit_replaces_what_it_said(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: OPEN, B: OPEN})
    repository.commit(7, {A: SHUT})
    bring_in(database, repository.folder)
    repository.commit(7, {A: OPEN, B: SHUT}, "--amend")
    (report,) = bring_in(database, repository.folder)
    assert report.new_commits == 1
    assert stretches(database, "a.example") == [("allowed", 0, None)]
    assert stretches(database, "b.example") == [("allowed", 0, 7), ("blocked", 7, None)]


def test_a_rewritten_history_replaces_what_it_said(repository: Repository, database: Path) -> None:
    """Commits made anew on another parent keep their dates; none of what they say may be lost to the old ones."""
    repository.commit(0, {A: OPEN, B: OPEN})
    repository.commit(7, {A: SHUT})
    repository.commit(14, {B: SHUT})
    repository.commit(21, {B: OPEN})
    bring_in(database, repository.folder)
    repository.git("reset", "-q", "--hard", "HEAD~3")
    repository.commit(7, {C: OPEN})
    repository.commit(14, {B: SHUT})
    repository.commit(21, {B: OPEN})
    (report,) = bring_in(database, repository.folder)
    assert report.new_commits == 3
    assert stretches(database, "a.example") == [("allowed", 0, None)]
    assert stretches(database, "b.example") == [("allowed", 0, 14), ("blocked", 14, 21), ("allowed", 21, None)]
    assert stretches(database, "c.example") == [("allowed", 7, None)]


def test_the_newer_part_first(repository: Repository, database: Path, fresh_history: Callable[[], Path]) -> None:
    for day in range(8):
        other: Files = {B: OPEN if day % 3 else SHUT} if day else {B: HTML}
        repository.commit(day * 20, {A: OPEN if day % 2 else SHUT, **other})
    shallow = repository.clone("shallow", "--depth", "3")
    assert [report.commits for report in bring_in(database, shallow, repository.folder)] == [3, 8]
    straight = fresh_history()
    bring_in(straight, repository.folder)
    mixed, alone = content(database), content(straight)
    assert mixed["span"] == alone["span"]
    assert mixed["state"] == alone["state"]


def test_a_merge_counts_by_what_it_brings(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: OPEN})
    repository.git("checkout", "-q", "-b", "side")
    repository.commit(3, {B: SHUT})
    repository.git("checkout", "-q", "main")
    repository.commit(5, {A: SHUT})
    repository.git("merge", "-q", "--no-ff", "-m", "merged", "side", at=START + 9 * DAY)
    (report,) = bring_in(database, repository.folder)
    assert report.commits == 3
    assert stretches(database, "a.example") == [("allowed", 0, 5), ("blocked", 5, None)]
    assert stretches(database, "b.example") == [("blocked", 9, None)]
    assert checks(database, "a.example") == [1, 2]


def test_commits_beside_the_files_are_no_look(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: OPEN})
    repository.commit(3, {"README": b"hello"})
    repository.commit(4, {"robots/notes.md": b"hello"})
    repository.commit(5, {})
    (report,) = bring_in(database, repository.folder)
    assert report.commits == 1
    assert checks(database, "a.example") == [1]


def test_commits_of_one_second(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: OPEN, B: OPEN})
    repository.commit(0, {A: SHUT})
    repository.commit(0, {B: SHUT})
    bring_in(database, repository.folder)
    assert stretches(database, "a.example") == stretches(database, "b.example") == [("blocked", 0, None)]
    assert ask(database, "SELECT COUNT(*) FROM crawls") == [(3,)]


def test_a_commit_dated_before_its_parent_counts_as_made_with_it(repository: Repository, database: Path) -> None:
    repository.commit(10, {A: OPEN})
    repository.commit(4, {A: SHUT})
    repository.commit(12, {A: OPEN})
    bring_in(database, repository.folder)
    assert stretches(database, "a.example") == [("blocked", 10, 12), ("allowed", 12, None)]


def test_names_that_are_no_hosts_are_skipped(repository: Repository, database: Path) -> None:
    names = robots("a.example", "Bücher.example", "localhost", "10.0.0.1", "two..dots.example", ":odd", "x\ny")
    repository.commit(0, dict.fromkeys(names, OPEN))
    (report,) = bring_in(database, repository.folder)
    assert set(report.skipped) == set(names[2:])
    assert ask(database, "SELECT site FROM sites ORDER BY site") == [("a.example",), ("xn--bcher-kva.example",)]


def test_a_file_renamed_to_another_spelling_of_its_host_stays(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: SHUT, "robots/B.example.txt": SHUT})
    repository.commit(5, {A: None, "robots/A.example.txt": SHUT, "robots/B.example.txt": None, B: SHUT})
    bring_in(database, repository.folder)
    assert stretches(database, "a.example") == stretches(database, "b.example") == [("blocked", 0, None)]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{site}", "a.example"),
        (":(x){site}", ":(x)a.example"),
        ("{site}/robots.txt", "a.example/robots.txt"),
        ("data/www.{site}.robots.txt", "data/www.a.example.robots.txt"),
        ("a+b (c)/[{site}]", "a+b (c)/[a.example]"),
    ],
)
def test_patterns(repository: Repository, database: Path, pattern: str, name: str) -> None:
    repository.commit(0, {name: SHUT, "elsewhere/b.txt": OPEN})
    bring_in(database, repository.folder, pattern=pattern)
    assert ask(database, "SELECT site FROM sites") == [("a.example",)]


@pytest.mark.parametrize("setting", ["log.showRoot=false", "log.showSignature=true", "log.follow=true"])
def test_what_the_user_has_set_for_git_does_not_matter(repository: Repository, database: Path, setting: str) -> None:
    repository.commit(0, {A: OPEN})
    repository.commit(5, {A: SHUT})
    repository.git("config", *setting.split("="))
    bring_in(database, repository.folder)
    assert stretches(database, "a.example") == [("allowed", 0, 5), ("blocked", 5, None)]


@pytest.mark.parametrize("pattern", ["robots/*.txt", "", "{site}/{site}.txt"])
def test_a_pattern_without_a_site(pattern: str) -> None:
    with pytest.raises(SourceError, match=r"must contain \{site\} once"):
        path_pattern(pattern)


def _refused(database: Path, folder: Path, words: Sequence[str], pattern: str = PATTERN) -> None:
    before = dump(database)
    with pytest.raises(SourceError) as caught:
        bring_in(database, folder, pattern=pattern)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message
    assert dump(database) == before


def test_what_cannot_be_read(repository: Repository, database: Path, tmp_path: Path) -> None:
    _refused(database, repository.folder, [str(repository.folder), "git repository"])  # no commit yet
    repository.commit(0, {A: OPEN})
    _refused(database, repository.folder, ["matches 'nowhere/{site}.txt'"], "nowhere/{site}.txt")
    _refused(database, tmp_path / "missing", [str(tmp_path / "missing"), "no folder"])
    (tmp_path / "plain").mkdir()
    _refused(database, tmp_path / "plain", [str(tmp_path / "plain"), "not a git repository"])
    (tmp_path / "file").write_text("")
    _refused(database, tmp_path / "file", ["no folder"])


def test_a_missing_blob_is_named_and_nothing_is_written(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: OPEN, B: SHUT})
    blob = repository.git("rev-parse", f"HEAD:{B}")
    (repository.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(SourceError, match=blob):
        bring_in(database, repository.folder)
    assert ask(database, "SELECT COUNT(*) FROM crawls") == [(0,)]


def test_without_git(repository: Repository, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(0, {A: OPEN})
    monkeypatch.setenv("PATH", "")
    _refused(database, repository.folder, ["`git` is not installed"])


def test_many_commits_go_in_by_batches_with_progress(repository: Repository, database: Path) -> None:
    for number in range(3):
        repository.commit(number, {A: SHUT if number % 2 else OPEN})
    seen: list[tuple[int, int]] = []
    with Writer(database, AGENTS) as writer, pytest.MonkeyPatch.context() as small:
        small.setattr("tracker.sources.git.FIRST_BATCH", 2)
        import_git(writer, repository.folder, PATTERN, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(2, 3), (3, 3)]
    assert stretches(database, "a.example") == [("allowed", 0, 1), ("blocked", 1, 2), ("allowed", 2, None)]


def test_an_interrupted_import_goes_on(
    repository: Repository, database: Path, fresh_history: Callable[[], Path]
) -> None:
    for number in range(5):
        repository.commit(number * 20, {A: SHUT if number % 2 else OPEN, B: HTML if number == 3 else OPEN})

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as small:
        small.setattr("tracker.sources.git.FIRST_BATCH", 2)
        with Writer(database, AGENTS) as writer, pytest.raises(KeyboardInterrupt):
            import_git(writer, repository.folder, PATTERN, on_progress=stop)
    assert ask(database, "SELECT COUNT(*) FROM crawls") == [(2,)]
    bring_in(database, repository.folder)
    straight = fresh_history()
    bring_in(straight, repository.folder)
    assert content(database) == content(straight)


def test_a_copy_under_another_name_joins_its_own_panel(repository: Repository, database: Path) -> None:
    repository.commit(0, {A: OPEN})
    copy = repository.folder.with_name("copy")
    shutil.copytree(repository.folder, copy)
    with Writer(database, AGENTS) as writer:
        import_git(writer, copy, PATTERN, panel="mine")
    assert ask(database, "SELECT DISTINCT list FROM sites") == [("mine",)]


def test_a_commit_authored_in_the_future_counts_from_when_it_was_committed(
    repository: Repository, database: Path
) -> None:
    repository.commit(0, {A: OPEN})
    repository.commit(5000, {A: SHUT})
    bring_in(database, repository.folder)
    assert ask(database, "SELECT MAX(at) FROM crawl") == [(START + 900 * DAY,)]


def test_git_variables_of_the_caller_do_not_lead_elsewhere(
    repository: Repository, database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository.commit(0, {A: OPEN})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    bring_in(database, repository.folder)
    assert ask(database, "SELECT COUNT(*) FROM crawls") == [(1,)]
