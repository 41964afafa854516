"""Folders as the readers of a page have them."""

import shutil
from pathlib import Path

import pytest

from tests.docs.demonstrated import ROOT, SAMPLE, demonstrated
from tests.store.measured import write


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a reader has it: the demo's history, the sample, and a history of one's own."""
    folder = tmp_path_factory.mktemp("documented")
    (folder / "data").mkdir()
    demonstrated(folder / "data" / "demo.sqlite")
    (folder / SAMPLE.parent).mkdir(parents=True)
    shutil.copyfile(ROOT / SAMPLE, folder / SAMPLE)
    write(folder / "history.sqlite")
    return folder
