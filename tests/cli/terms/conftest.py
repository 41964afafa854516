"""Histories of one site's terms: as crawled, read by our rules, and by a classifier of known doubts."""

from pathlib import Path

import pytest

from tests.cli.terms.looks import BOTH, MODEL, OPEN, SHUT, crawl, look


@pytest.fixture
def history(database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site forbade scraping on the third day, AI training on the fifth; the page flaps back for a day."""
    crawl(database, [look(text) for text in (OPEN, OPEN, SHUT, SHUT, BOTH, BOTH, SHUT, BOTH)])
    monkeypatch.setenv("TRACKER_DATABASE", str(database))
    return database


@pytest.fixture
def read(run, history: Path) -> Path:
    assert run("terms", "read").code == 0
    return history


@pytest.fixture
def doubtful(run, history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Read by a classifier of known doubts."""
    import sys

    (tmp_path / "terms_doubts.py").write_text(MODEL)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "terms_doubts", raising=False)
    assert run("terms", "read", "--classifier", "terms_doubts:Doubtful").code == 0
    return history
