"""Every key of what a third party gets is explained, and every check has its row."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import AGENTS
from tests.store.histories import FAIL, HOSTS, START, Look, play
from tracker.core.intervals import DAY
from tracker.publish.evidence import bundle
from tracker.publish.keys import DERIVED, HELD, KEYS, TRUSTED
from tracker.store.looks import Looks
from tracker.store.verify import verify

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in keys(one)}
    return {key for one in value for key in keys(one)} if isinstance(value, list) else set()


def test_every_key_of_a_bundle_is_documented(database: Path) -> None:
    sites = (None,) * (len(HOSTS) - 1)
    play(database, [Look("own", START, ("allow-list", *sites)), Look("own", START + DAY, (FAIL, *sites))])
    with Looks(database) as looks:
        found = bundle(looks, HOSTS[0], AGENTS[0], START + DAY, asked="now")
    section = TEXT.split("\n## One claim")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    words = {word for line in table for span in re.findall(r"`([^`]+)`", line) for word in re.findall(r"\w+", span)}
    assert keys(found) - words == set()
    assert found["trouble"]
    assert found["verdict"]["exception_lines"]


@pytest.mark.parametrize(
    ("kind", "title"), [(DERIVED, "Derived again"), (HELD, "Held against the rest"), (TRUSTED, "Taken on trust")]
)
def test_what_is_checked_of_a_bundle_is_documented_key_by_key(kind: str, title: str) -> None:
    section = TEXT.split("\n## One claim")[1].split("\n## ")[0]
    (said,) = re.findall(rf"^- {title}: (.+(?:\n  .+)*)", section, re.MULTILINE)
    whole = set(re.findall(r"all\s+of\s+`([^`]+)`", said))
    named = set(re.findall(r"`([^`]+)`", said)) - whole
    assert named | {key for key in KEYS if key.rpartition(".")[0] in whole} == {k for k in KEYS if KEYS[k] == kind}


def test_every_check_is_documented_in_order(database: Path) -> None:
    section = TEXT.split("\n## The whole history")[1].split("\n## ")[0]
    documented = [name for name in re.findall(r"^\| (\w+) \|", section, re.MULTILINE) if name != "check"]
    assert [check.name for check in verify(database).checks] == documented
