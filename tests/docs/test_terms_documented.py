"""docs/terms.md is right about categories, stances, states and the classifier, and its examples run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.core.terms import Category, Stance
from tracker.core.terms.looks import TermsState
from tracker.reference.decisions import decisions

pytest.importorskip("tracker.core.terms.reading")
pytest.importorskip("tracker.crawl.terms_visit")

ROOT = Path(__file__).resolve().parents[2]
TERMS = (ROOT / "docs" / "terms.md").read_text(encoding="utf-8")
METHOD = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ tracker (check .*)$", TERMS, re.MULTILINE)


def test_every_word_is_explained() -> None:
    assert re.findall(r"^\| `(\w+)` \|", TERMS, re.MULTILINE) == list(Category)
    assert [stance for stance in Stance if stance != "none" and f"`{stance}`" not in TERMS] == []
    assert [state for state in TermsState if state != "ok" and f"`{state}`" not in TERMS] == []
    for title in ("How terms are read", "Terms: how good is the reading"):
        section = METHOD.split(f"## {title}\n")[1].split("\n## ")[0]
        assert [category for category in Category if f"| `{category}` |" not in section] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_run(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tracker", *shlex.split(command)], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "docs/examples/terms.html: ok, language en, effective 2026-03-03" in " ".join(done.stdout.split())
    assert "class 1 of 5" in " ".join(done.stdout.split())


def test_the_row_of_the_page_is_a_decision(tmp_path: Path) -> None:
    (row,) = re.findall(r"```toml\n(.*?)```", TERMS, re.DOTALL)
    (tmp_path / "terms_decisions.toml").write_text(row, encoding="utf-8")
    (found,) = decisions(tmp_path / "terms_decisions.toml")
    assert (found.site, found.category, found.stance) == ("courier.example", Category.NO_SCRAPING, Stance.NONE)


def test_the_classifier_of_the_page_works(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TERMS, re.DOTALL)
    (tmp_path / "model_of_the_page.py").write_text(code)
    command = ["check", "--terms", str(ROOT / "docs/examples/terms.html"), "--classifier", "model_of_the_page:Model"]
    done = subprocess.run(
        [sys.executable, "-m", "tracker", *command, "--expect", "no_scraping=prohibit"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
