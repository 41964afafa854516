"""cron/Containerfile, read as its builder reads it: stages, user, entry point, nothing from the network but pip's."""

import json
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cron.commands import command_lines, complaint

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "cron" / "Containerfile"


class Step(NamedTuple):
    word: str
    rest: str


def steps() -> list[Step]:
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [Step(*line.split(None, 1)) for line in joined.splitlines() if line.strip()]


def stages() -> list[list[Step]]:
    found: list[list[Step]] = []
    for step in steps():
        if step.word == "FROM":
            found.append([])
        found[-1].append(step)
    return found


def last(word: str) -> str:
    return [step.rest for step in stages()[-1] if step.word == word][-1]


def test_two_stages_of_one_python_and_only_the_program_goes_over() -> None:
    build, final = stages()
    assert build[0].rest.split() == [final[0].rest, "AS", "build"]
    assert ":latest" not in final[0].rest
    assert [step.rest for step in final if step.word == "COPY"] == ["--from=build /opt/drywell /opt/drywell"]


def test_nothing_is_added_from_the_network_and_all_that_is_copied_is_there() -> None:
    assert not [step for step in steps() if step.word == "ADD"]
    assert not [step for step in steps() if step.word == "RUN" and any(tool in step.rest for tool in ("curl", "wget"))]
    for step in stages()[0]:
        if step.word == "COPY":
            assert all((ROOT / source).exists() for source in step.rest.split()[:-1]), step


def test_versions_are_those_of_the_lock() -> None:
    (install,) = (step.rest for step in stages()[0] if "uv pip install" in step.rest)
    assert "--constraint requirements.lock" in install
    extras = install.rpartition(".[")[2].rstrip('"]').split(",")
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(extras) <= set(known)
    assert "test" not in extras


def test_it_runs_as_a_user_of_its_own_in_the_volume() -> None:
    words = [step.word for step in stages()[-1]]
    assert last("USER") == "drywell"
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert last("VOLUME") == last("WORKDIR") == "/data"
    assert "TRACKER_DATABASE=/data/history.sqlite" in last("ENV")
    assert "--uid 10001" in next(step.rest for step in stages()[-1] if "useradd" in step.rest)


def test_the_entry_point_is_a_console_script_and_the_default_is_the_scheduler() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert json.loads(last("ENTRYPOINT")) == ["tracker"]
    assert "tracker" in scripts
    assert json.loads(last("CMD")) == ["schedule"]
    assert complaint(["schedule"]) == ""


def test_health_is_what_status_says_of_the_scheduler(run_status) -> None:
    options, _, check = last("HEALTHCHECK").partition("CMD ")
    assert "--start-period" in options
    shell, flag, line = json.loads(check)
    assert (shell, flag) == ("sh", "-c")
    assert line.startswith("tracker status --json | grep -q ")
    assert [complaint(arguments) for arguments in command_lines(line)] == [""]
    pattern = line.rpartition("grep -q ")[2].strip("'")
    assert pattern in run_status(scheduler=True)
    assert pattern not in run_status(scheduler=False)


@pytest.fixture
def run_status(tmp_path: Path, capsys, agents):
    """What `tracker status --json` prints, while a scheduler holds the history or not."""
    from contextlib import nullcontext

    from tracker.cli.status import status
    from tracker.schedule.lock import only_scheduler
    from tracker.store.write import Writer

    database = tmp_path / "h.sqlite"
    Writer(database, agents).close()

    def printed(*, scheduler: bool) -> str:
        with only_scheduler(str(database)) if scheduler else nullcontext():
            status(panel="starter-100", database=str(database), as_json=True)
        return capsys.readouterr().out

    return printed
