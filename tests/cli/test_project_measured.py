"""`tracker project --measured`: the projection with what a history knows."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.store.measured import tokens, write


@pytest.fixture(scope="module")
def database(empty_history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(Path(shutil.copyfile(empty_history, tmp_path_factory.mktemp("measured") / "history.sqlite")))


def test_the_share_of_the_history_stands_in_the_scenario(run, database: Path) -> None:
    asked = ("project", "epoch-2024-access", "--measured", "--draws", "500", "--database", str(database))
    result = run(*asked, "--json")
    assert result.code == 0
    found = result.json
    assert (found["scenario"], found["measured"]["percent"], found["measured"]["forecast"]) == (
        "epoch-2024-access",
        37.5,
        True,
    )
    assert found["inputs"]["restricted_share"] == 0.375
    assert found["inputs"]["long_run_share"] == found["measured"]["inputs"]["long_run_share"]
    warning, said = result.err.split("\n", 1)
    assert re.fullmatch(r"warning: the newest look is of 2024-11-18, \d+ days ago: restricted_share is .*", warning)
    assert said.startswith("Measured: GPTBot, panel forty, 2024-11-18, by site, n = 40 of 40 sites: ")
    assert run(*asked, "--json").out == result.out
    text = run(*asked)
    title = "Epoch 2024 with measured access (measured here: 37.5 % by robots.txt, GPTBot, panel forty, 2024-11-18)"
    assert f"{title} (epoch-2024-access)\n" in text.out
    sources = {row["input"]: row["source"] for row in run(*asked, "--inputs", "--json").json}
    assert sources["restricted_share"].startswith("Measured: GPTBot, panel forty, 2024-11-18")
    assert sources["settling_rate"].startswith("Forecast of panel forty for GPTBot")
    ahead = result.err.splitlines()[-1]
    assert ahead.startswith("Forecast of panel forty for GPTBot: 14.6 blocks and 2 unblocks in ")
    assert "In the long run (long_run_share) " in ahead
    assert "at a rate (settling_rate) of " in ahead
    again = text.out.splitlines()[-1].removeprefix("Inputs with sources: ")
    assert again == f"tracker project epoch-2024-access --measured --database {database} --inputs"
    assert "Measured: GPTBot, panel forty" in run(*shlex.split(again)[1:]).out


def test_made_up_sites_are_said_to_be_so(run, database: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "made-up.sqlite", looks=2, kind="demo")
    for asked in (("project", "--measured", "--draws", "10"), ("agent", "GPTBot")):
        assert "DEMO: made-up sites" in run(*asked, "--database", str(path)).err
        assert "DEMO" not in run(*asked, "--database", str(database)).err


def test_what_is_set_wins_over_what_is_measured(run, database: Path) -> None:
    asked = ("project", "--measured", "--draws", "100", "--json", "--database", str(database))
    found = run(*asked, "--set", "restricted_share=0.5").json
    assert found["inputs"]["restricted_share"] == 0.5
    assert found["measured"]["percent"] == 37.5


def test_by_tokens_with_a_tail(run, database: Path, tmp_path: Path) -> None:
    file = tokens(tmp_path, ("site-02.example", 30), ("site-30.example", 70))
    asked = ("project", "--measured", "--tokens", str(file), "--draws", "100", "--database", str(database))
    result = run(*asked, "--head-share", "0.1087", "--tail-rate", "0.022", "--json")
    assert result.json["measured"]["tail"] == {"head_share": 0.1087, "rate": 0.022}
    assert result.json["inputs"]["restricted_share"] == pytest.approx(0.1087 * 0.3 + 0.8913 * 0.022)
    assert result.json["inputs"]["token_weight"] == 1
    assert "the tokens make it as sure as 1.7 equal sites" in result.err
    assert "WARNING" not in result.err
    assert "WARNING: tokens.csv has tokens of 2 of 40 sites of the panel (5.0 %)" in run(*asked).err


def test_by_name_by_terms_by_either(run, database: Path) -> None:
    asked = ("project", "--measured", "--draws", "100", "--json", "--database", str(database))
    assert run(*asked, "--definition", "named_full").json["measured"]["percent"] == 35
    for layer, access, low in (("terms", "terms", 2.5), ("either", "union", 40)):
        result = run(*asked, "--layer", layer)
        assert result.json["inputs"]["access"] == access
        assert (result.json["measured"]["low"], result.json["measured"]["uniform"]) == (low, True)
        assert ("not forecast: only robots.txt is forecast" in result.err) is (layer == "terms")


def test_without_it_nothing_is_measured(run) -> None:
    assert run("project", "--draws", "10", "--json").json["measured"] is None


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--agent", "CCBot"), 2, "--agent needs --measured"),
        (("--head-share", "0.1"), 2, "--head-share needs --measured"),
        (("--measured", "--compare"), 2, "--measured and --compare cannot go together"),
        (("--measured", "--agent", "GPTBoot"), 2, "no agent 'GPTBoot' in this history (did you mean GPTBot?)"),
        (("--measured", "--panel", "fifty"), 2, "unknown panel 'fifty'"),
        (("--measured", "--layer", "edge"), 2, "unknown layer 'edge', use one of: robots, terms, either"),
        (("--measured", "--weights", "tokens"), 2, "--weights tokens needs --tokens FILE"),
        (("--measured", "--weights", "site", "--tokens", "x.csv"), 2, "--weights site uses no token counts"),
        (("--measured", "--tokens-column", "x"), 2, "--weights site uses no token counts"),
        (("--measured", "--head-share", "0.1"), 2, "--head-share and --tail-rate go together"),
        (("--measured", "--head-share", "0.1", "--tail-rate", "0"), 2, "--head-share is a share of tokens: add --tok"),
        (
            ("--measured", "--tokens", "x.csv", "--head-share", "11", "--tail-rate", "0"),
            2,
            "--head-share 11 is no share: write a number from 0 to 1",
        ),
        (
            ("--measured", "--tokens", "x.csv", "--head-share", "nan", "--tail-rate", "0"),
            2,
            "--head-share nan is no share",
        ),
        (("--measured", "--tokens", "x.csv"), 1, "x.csv cannot be read: No such file"),
        (("--measured", "--terms", "all"), 2, "unknown terms 'all', use one of: training, crawling"),
    ],
)
def test_what_is_amiss_is_said_in_one_line(run, database: Path, options, code, words) -> None:
    with_history = ("--database", str(database)) if "--measured" in options else ()
    result = run("project", *options, *with_history)
    assert result.code == code
    assert words in result.err
    assert len(result.err.strip().splitlines()) == 1


def test_no_history_is_said_in_one_line(run, tmp_path: Path) -> None:
    result = run("project", "--measured", "--database", str(tmp_path / "none.sqlite"))
    assert result.code == 1
    assert len(result.err.strip().splitlines()) == 1
