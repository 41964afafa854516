"""`tracker agent --tokens`: the table from sites to tokens."""

import shutil
from pathlib import Path

import pytest

from tests.store.measured import HOSTS, LAST_DAY, tokens, write


@pytest.fixture(scope="module")
def database(empty_history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(Path(shutil.copyfile(empty_history, tmp_path_factory.mktemp("tokens") / "history.sqlite")))


def by_key(found):
    return {(row["weighting"], row["group"], row["layer"]): row for row in found["tokens"]["shares"]}


def test_by_site_by_rank_by_sector_and_by_tokens(run, database: Path, tmp_path: Path) -> None:
    file = tokens(
        tmp_path,
        ("www.site-02.example", 600),
        ("site-09.example", 100),
        ("site-30.example", 300),
        ("else.example", 1000),
    )
    result = run("agent", "gptbot", "--tokens", str(file), "--json", "--database", str(database))
    assert result.code == 0
    found = result.json
    assert found["tokens"]["date"] == LAST_DAY
    assert found["tokens"]["terms"] == "training"
    rows = by_key(found)
    site = rows["sites", None, "robots"]
    assert site["percent"] == found["share"]["percent"] == 37.5
    assert (site["sites"], site["known"], site["unknown"], site["blocked"], site["effective"]) == (40, 40, 0, 15, 40)
    assert (site["named"]["percent"], site["wildcard"]) == (35, 2.5)
    # Ranks are 30, 60, … 1200.
    assert [group for weighting, group, layer in rows if (weighting, layer) == ("tier", "robots")] == [
        "1-100",
        "101-1k",
        "1k-10k",
    ]
    assert rows["tier", "1-100", "robots"]["blocked"] == 1
    assert [group for weighting, group, layer in rows if (weighting, layer) == ("sector", "robots")] == ["news", ""]
    text = rows["tokens", None, "robots"]
    assert (text["sites"], text["percent"], text["low"], text["high"]) == (3, 70, 70, 70)
    assert (text["named"]["percent"], text["wildcard"]) == (60, 10)
    assert text["effective"] == round(1000**2 / (600**2 + 100**2 + 300**2), 1)
    file_ = found["tokens"]["file"]
    assert (file_["tokens"], file_["covered_tokens"], file_["covered_percent"]) == (2000, 1000, 50)
    assert (file_["sites"], file_["sites_without"]) == (3, 37)
    assert file_["largest"][0] == {"site": "site-02.example", "tokens": 600, "percent": 60}


def test_terms_and_either_know_what_is_unknown(run, database: Path, tmp_path: Path) -> None:
    file = tokens(tmp_path, *((host, 10) for host in HOSTS))
    asked = ("agent", "GPTBot", "--tokens", str(file), "--json", "--database", str(database))
    rows = by_key(run(*asked).json)
    terms = rows["sites", None, "terms"]
    # One forbids, one is silent, one is doubtful; nobody has seen those of the others.
    assert (terms["known"], terms["unknown"], terms["blocked"], terms["percent"]) == (2, 38, 1, 50)
    assert (terms["low"], terms["high"], terms["named"], terms["wildcard"]) == (2.5, 97.5, None, None)
    # Both sites are open by robots.txt; 15 others are blocked whatever their terms say.
    either = rows["sites", None, "either"]
    assert (either["known"], either["blocked"], either["unknown"]) == (17, 16, 23)
    # Those known are nearly all restricted, for it takes two to be known as open: that is no share.
    assert (either["percent"], either["low"], either["high"]) == (None, 40, 97.5)
    assert either["named"]["blocked"] == 15
    assert rows["tokens", None, "either"]["high"] == either["high"]
    crawling = by_key(run(*asked, "--terms", "crawling").json)
    assert crawling["sites", None, "terms"]["blocked"] == 1


def test_for_people(run, database: Path, tmp_path: Path) -> None:
    file = tokens(
        tmp_path, ("site-02.example", 600), ("www.site-02.example", 1), ("a.site-02.example", 7), ("nobody", 5)
    )
    result = run("agent", "GPTBot", "--tokens", str(file), "--database", str(database))
    assert "From sites to tokens, 2024-11-18" in result.out
    assert "1 sites of the panel hold 98.0 % of its 613 tokens; 39 are not in it" in result.out
    assert "site-02.example alone holds 100.0 %" in result.out
    assert "terms: those that forbid AI training" in result.out
    assert "robots or terms: no % where anything is unknown" in result.out
    assert "product tokens: GPTBot\n" in result.out
    notes = result.err.strip().splitlines()
    assert notes[0].startswith("7 tokens stand on other subdomains of the panel's sites: not counted")
    assert notes[1].startswith("rows that name no site: 1 (the first is line 5), with 5 tokens")
    assert notes[2] == "rows that name a site again, with or without www.: 1; their tokens are summed"


def test_without_a_file_nothing_of_it_is_shown(run, database: Path) -> None:
    assert run("agent", "GPTBot", "--json", "--database", str(database)).json["tokens"] is None


@pytest.mark.parametrize(
    ("rows", "options", "code", "words"),
    [
        ((("x.example", 5),), (), 2, "tokens.csv has no tokens of any of the 40 sites of panel forty"),
        ((("site-01.example", -5),), (), 1, "tokens.csv:2: tokens: '-5' is negative"),
        ((("site-01.example", 5),), ("--tokens-column", "token"), 1, "no column 'token' (did you mean tokens?)"),
        ((("site-01.example", 5),), ("--terms", "trainin"), 2, "unknown terms 'trainin' (did you mean training?)"),
        (None, ("--tokens-column", "x"), 2, "--tokens-column needs --tokens FILE"),
        (None, ("--terms", "crawling"), 2, "--terms needs --tokens FILE"),
        (None, ("--tokens", "gone.csv"), 1, "gone.csv cannot be read: No such file"),
    ],
)
def test_what_is_amiss_is_said_in_one_line(run, database: Path, tmp_path: Path, rows, options, code, words) -> None:
    file = ("--tokens", str(tokens(tmp_path, *rows))) if rows else ()
    result = run("agent", "GPTBot", *file, *options, "--database", str(database))
    assert result.code == code
    assert words in result.err
    assert len(result.err.strip().splitlines()) == 1


def test_a_panel_that_nobody_has_looked_at(run, empty_history: Path, tmp_path: Path) -> None:
    file = tokens(tmp_path, ("a.example", 1))
    result = run("agent", "GPTBot", "--tokens", str(file), "--database", str(empty_history))
    assert result.code == 2
    assert "this history has no panel yet" in result.err
