"""docs/tokens.md: its file is read as it says, and its commands run."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.store.measured import tokens, write
from tracker.cli import main
from tracker.core.tokens import TIERS
from tracker.reference.token_counts import read_token_counts

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "tokens.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("documented") / "history.sqlite")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_work(command: str, history: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("TRACKER_DATABASE", str(history))
    tokens(tmp_path, ("site-02.example", 30), ("site-30.example", 70))
    theirs = "url,c4_tokens,rf_tokens,dolma_tokens\nwww.site-02.example,1,2,3\nstack-dedup,0,0,9\n"
    (tmp_path / "relevant_url_token_counts.csv").write_text(theirs)
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert capsys.readouterr().out


def test_the_file_of_the_page_is_read(tmp_path: Path) -> None:
    (text,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "page.csv"
    path.write_text(text)
    counts = read_token_counts(path, ["nytimes.com", "en.wikipedia.org"])
    assert counts.tokens == {"nytimes.com": 104738295, "en.wikipedia.org": 169761426}


def test_every_rank_band_is_named() -> None:
    assert [name for name, last in TIERS if last and name not in PAGE] == []
