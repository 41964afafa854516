"""Every kind of signal has its place in the documentation, with an example."""

import re
from pathlib import Path

import pytest

from tracker.core.signals import KINDS

METHOD = (Path(__file__).resolve().parents[2] / "docs" / "method.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_signal_is_documented_with_an_example_and_its_source(kind: str) -> None:
    section = METHOD.split("\n## Signals\n")[1].split("\n## ")[0]
    assert f"\n### `{kind}`\n" in section
    passage = section.split(f"\n### `{kind}`\n")[1].split("\n### ")[0]
    assert re.search(r"^```\w+\n.+?^```$", passage, re.MULTILINE | re.DOTALL)
    assert re.search(r"Source:\s.*20\d\d", passage, re.DOTALL)
