"""cron/github-actions.yml: its shape, and its shell steps run against a repository on this machine."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from apscheduler.triggers.cron import CronTrigger

FILE = Path(__file__).resolve().parents[2] / "cron" / "github-actions.yml"
FLOW: dict[Any, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
JOB = FLOW["jobs"]["crawl"]
STEPS = JOB["steps"]
BASH = shutil.which("bash")

# Stand-ins for what the steps call: a history is a text file with a line a crawl, a release a folder.
TRACKER = """#!/bin/sh
set -e
case "$1 $2" in
  "crawl --if-due") echo crawl >> "$TRACKER_DATABASE"; exit "${CRAWL_CODE:-0}" ;;
  "backup --restore") cp "$3" "$4" ;;
  backup\\ *) mkdir -p "$2"; cp "$TRACKER_DATABASE" "$2/h-2026.sqlite.zst"; : > "$2/h-2026.sqlite.zst.sha256" ;;
  "export --csv") cp "$TRACKER_DATABASE" "$3/crawls.csv" ;;
  status\\ *) ;;
  *) exit 2 ;;
esac
"""
GH = """#!/bin/sh
set -e
case "$1 $2" in
  "release view") test -d "$RELEASES/$3" ;;
  "release create") mkdir "$RELEASES/$3" ;;
  "release upload") cp "$4" "$RELEASES/$3/" ;;
  "release download") cp "$RELEASES/$3/$5" . ;;
  *) exit 2 ;;
esac
"""


def test_it_has_the_shape_of_a_workflow() -> None:
    # YAML 1.1 reads the key `on` as true.
    assert set(FLOW) == {"name", True, "permissions", "concurrency", "env", "jobs"}
    assert set(FLOW[True]) == {"schedule", "workflow_dispatch"}
    for entry in FLOW[True]["schedule"]:
        assert set(entry) == {"cron"}
        CronTrigger.from_crontab(entry["cron"])
    assert set(JOB) == {"runs-on", "timeout-minutes", "steps"}
    for step in STEPS:
        assert ("run" in step) != ("uses" in step)
        assert set(step) <= {"id", "name", "uses", "run"}
        assert isinstance(step.get("run", ""), str)


def test_it_may_write_contents_only_and_never_runs_twice_at_once() -> None:
    assert FLOW["permissions"] == {"contents": "write"}
    assert FLOW["concurrency"]["cancel-in-progress"] is False


def test_actions_of_others_are_pinned_to_a_commit() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", one) for one in used)


def test_no_expression_is_put_into_a_shell_but_our_own_exit_code() -> None:
    said = re.findall(r"\$\{\{.*?\}\}", "\n".join(step.get("run", "") for step in STEPS))
    assert said == ["${{ steps.crawl.outputs.code }}"]


class Repository:
    """A repository with a bare one as `origin`, releases in a folder, and runs of the workflow in fresh checkouts."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.origin, self.releases = folder, folder / "origin.git", folder / "releases"
        self.releases.mkdir()
        tools = folder / "bin"
        tools.mkdir()
        for name, text in (("tracker", TRACKER), ("gh", GH)):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        self._runs = 0
        self._environment = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "HOME": str(folder),
            "RELEASES": str(self.releases),
            "TRACKER_DATABASE": FLOW["env"]["TRACKER_DATABASE"],
            "TRACKER_CONTACT": "me@example.org",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_DATE": "2026-11-25T00:00:00Z",
            "GIT_COMMITTER_DATE": "2026-11-25T00:00:00Z",
        }
        seed = folder / "seed"
        self.git("init", "--quiet", "--bare", "-b", "main", str(self.origin))
        self.git("clone", "--quiet", str(self.origin), str(seed))
        (seed / "code.py").write_text("code\n")
        self.git("-C", str(seed), "checkout", "--quiet", "-B", "main")
        self.git("-C", str(seed), "add", "code.py")
        self.git("-C", str(seed), "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "-m", "code")
        self.git("-C", str(seed), "push", "--quiet", "origin", "main")

    def git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=True).stdout

    def exports(self) -> dict[str, str]:
        """The files of the branch `data`."""
        names = self.git("-C", str(self.origin), "ls-tree", "--name-only", "data").split()
        return {name: self.git("-C", str(self.origin), "show", f"data:{name}") for name in names}

    def run(self, **environment: str) -> list[int]:
        """The exit codes of the steps, as far as they come."""
        self._runs += 1
        checkout, output = self.folder / f"run{self._runs}", self.folder / "output"
        output.write_text("")
        self.git("clone", "--quiet", "--depth", "1", f"file://{self.origin}", str(checkout))
        codes = []
        for step in STEPS:
            if "run" not in step or step["name"] == "Install":
                continue
            code = output.read_text().strip().removeprefix("code=")
            script = step["run"].replace("${{ steps.crawl.outputs.code }}", code)
            command = [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", script]  # as GitHub calls it
            more = self._environment | {"GITHUB_OUTPUT": str(output)} | environment
            done = subprocess.run(command, cwd=checkout, env=more, capture_output=True, text=True, timeout=60)
            codes.append(done.returncode)
            if done.returncode:
                break
        return codes


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    if BASH is None or shutil.which("git") is None:
        pytest.skip("needs bash and git")
    return Repository(tmp_path)


def test_runs_go_on_with_one_history_and_commit_what_it_says(repository: Repository) -> None:
    assert repository.run() == [0] * 6
    assert repository.exports() == {"crawls.csv": "crawl\n"}
    assert repository.run() == [0] * 6
    assert repository.exports() == {"crawls.csv": "crawl\ncrawl\n"}
    assert (repository.releases / "history" / "history.sqlite.zst").read_text() == "crawl\ncrawl\n"
    assert repository.git("-C", str(repository.origin), "rev-list", "--count", "data") == "2\n"
    assert repository.git("-C", str(repository.origin), "ls-tree", "--name-only", "main") == "code.py\n"


def test_too_few_answers_fail_the_run_after_all_is_kept(repository: Repository) -> None:
    assert repository.run(CRAWL_CODE="3") == [0] * 5 + [3]
    assert repository.exports() == {"crawls.csv": "crawl\n"}


def test_a_history_that_does_not_come_is_not_begun_anew(repository: Repository) -> None:
    repository.run()
    history = repository.releases / "history" / "history.sqlite.zst"
    aside = history.rename(history.with_suffix(".aside"))
    assert repository.run() == [0, 1]
    assert repository.exports() == {"crawls.csv": "crawl\n"}
    aside.rename(history)
    assert repository.run() == [0] * 6


def test_without_a_contact_it_asks_nobody(repository: Repository) -> None:
    assert repository.run(TRACKER_CONTACT="") == [1]
