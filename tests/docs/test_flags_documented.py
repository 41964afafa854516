"""docs/method.md explains every flag by an example that raises it; README and docs/check.md show what is printed."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tracker import reference
from tracker.core.remarks import FLAGS, remarks
from tracker.core.robots import parse
from tracker.core.verdicts import known_tokens

ROOT = Path(__file__).resolve().parents[2]
METHOD = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHECK = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##)", METHOD, re.MULTILINE | re.DOTALL))


def test_every_flag_has_its_place_by_gravity() -> None:
    assert [flag for flag in SECTIONS if flag in FLAGS] == list(FLAGS)


@pytest.mark.parametrize("flag", FLAGS)
def test_the_example_of_a_flag_raises_it(flag: str) -> None:
    section = SECTIONS[flag]
    examples = re.findall(r"```robots\n(.*?)```", section, re.DOTALL)
    assert examples or "Example: " in section
    for example in examples:
        data = example.encode()
        robots = parse(data)
        found = remarks(data, robots, known_tokens(reference.agents()))
        assert flag in {remark.flag for remark in found}


def test_the_readme_shows_what_check_prints() -> None:
    (shown,) = re.findall(r"```console\n\$ tracker check docs/examples/robots.txt\n(.*?)```", README, re.DOTALL)
    command = [sys.executable, "-m", "tracker", "check", "docs/examples/robots.txt"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.rstrip() == "\n".join(line.rstrip() for line in done.stdout.splitlines()).rstrip()


def test_the_snippets_for_publishers_are_yaml_and_name_the_hook() -> None:
    config, workflow = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", CHECK, re.DOTALL))
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert config["repos"][0]["hooks"][0]["id"] == hook["id"]
    assert "tracker check" in str(workflow["jobs"])


def commands() -> list[list[str]]:
    """What the snippets have run: the hook with its arguments, and the steps of the workflow."""
    config, workflow = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", CHECK, re.DOTALL))
    comment = re.search(r"args: \[(.*)\]", (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert comment
    hooks = [config["repos"][0]["hooks"][0]["args"], [word.strip() for word in comment[1].split(",")]]
    steps = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    assert len(steps) == 2
    return [["robots.txt", *args] for args in hooks] + [
        shlex.split(step)[shlex.split(step).index("check") + 1 :] for step in steps
    ]


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_the_snippets_for_publishers_pass_on_our_example(arguments: list[str]) -> None:
    names = {"robots.txt", "public/robots.txt", "courier.example"}
    command = ["docs/examples/robots.txt" if word in names else word for word in arguments]
    done = subprocess.run(
        [sys.executable, "-m", "tracker", "check", *command], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_keys_of_a_report_are_documented() -> None:
    from tracker.cli.check_question import question
    from tracker.cli.check_report import report_on
    from tracker.cli.check_sources import Source
    from tracker.settings import load

    asked = question(load(), agents=None, every=False, paths=None, old=None, wishes=None)
    keys = " ".join(report_on(Source("robots.txt", b""), asked))
    assert keys in " ".join(CHECK.split())
