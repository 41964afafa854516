"""docs/tokens.md: its file is read as it says, and its commands run."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.docs.demonstrated import SAMPLE
from tracker.cli import main
from tracker.core.tokens import TIERS
from tracker.demo.sites import members
from tracker.reference.token_counts import read_token_counts

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tokens.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_work(command: str, made: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(made)
    if "--database" not in command:
        monkeypatch.setenv("TRACKER_DATABASE", str(made / "history.sqlite"))
    theirs = "url,c4_tokens,rf_tokens,dolma_tokens\nwww.site-02.example,1,2,3\nstack-dedup,0,0,9\n"
    (made / "relevant_url_token_counts.csv").write_text(theirs)
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


def test_the_sample_is_of_the_sites_of_the_demo() -> None:
    hosts = [host for host, *_more in members()]
    counts = read_token_counts(ROOT / SAMPLE, hosts)
    assert len(counts.tokens) > 30
    assert 0 < counts.coverage < 1
    listed = {line.partition(",")[0] for line in (ROOT / SAMPLE).read_text().splitlines()[2:]}
    assert listed - set(hosts) == {"elsewhere.example"}


def test_a_panel_without_ranks_has_no_best_placed(made: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["tracker", "agent", "GPTBot", "--database", str(made / "data" / "demo.sqlite")])
    with pytest.raises(SystemExit):
        main()
    shown = capsys.readouterr()
    assert ", in the order of their names\n" in shown.out
    assert "the best placed" not in shown.out
    assert shown.err == "DEMO: made-up sites, which say nothing of the real web\n"
