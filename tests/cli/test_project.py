"""`tracker project`: the projection without any history."""

import csv
import json
import math
import shlex
from pathlib import Path

import numpy as np
import pytest

KEYS = (
    "median",
    "interval_80",
    "interval_90",
    "never_before_horizon",
    "forward_median",
    "forward_interval_80",
    "scenario",
    "draws",
    "seed",
)
MINE = """\
[mine]
title = "Mine"
extends = "article"
demand = "historical"

[mine.quality]
dist = "lognormal"
low = 0.1
high = 0.4
level = 0.95
unit = "share"
source = "me"
date = 2026-01-31
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    return path


def certain(scenario: str = "epoch-2024", **changes: float) -> list[str]:
    """Arguments that leave nothing uncertain, so that a date can be worked out by hand."""
    plain = {
        "stock_tokens": 510e12,
        "quality": 0.2,
        "epochs": 3.0,
        "stock_growth": 1.08,
        "dataset_tokens": 6e12,
        "dataset_growth": 2.4,
        "demand": "historical",
    }
    return [scenario, *(word for key, value in (plain | changes).items() for word in ("--set", f"{key}={value}"))]


# Figures


def test_the_keys_and_the_figures_of_the_default(run) -> None:
    found = run("project", "--json").json
    assert list(found)[: len(KEYS)] == list(KEYS)
    assert (found["scenario"], found["draws"], found["seed"]) == ("epoch-2024-access", 20_000, 0)
    assert found["median"] == pytest.approx(2028.77, abs=0.1)
    assert found["interval_80"] == pytest.approx([2026.95, 2031.81], abs=0.3)
    assert found["forward_median"] == pytest.approx(0.12, abs=0.03)
    assert found["forward_months"]["median"] == pytest.approx(12 * found["forward_median"], abs=0.01)
    assert found["unrestricted"]["median"] == pytest.approx(2028.89, abs=0.1)


def test_the_date_is_the_closed_form_where_nothing_is_uncertain(run) -> None:
    found = run("project", *certain(), "--draws", "3", "--json").json
    years = math.log(510e12 * 0.2 * 3 / 6e12) / math.log(2.4 / 1.08)
    assert found["median"] == pytest.approx(2024 + years, abs=1e-6)
    halved = run("project", *certain(access="robots", restricted_share=0.5), "--draws", "3", "--json").json
    assert halved["forward_median"] == pytest.approx(math.log(2) / math.log(2.4 / 1.08), abs=1e-6)
    assert halved["sensitivity"] == []


def test_the_same_seed_prints_the_same_bytes_another_one_does_not(run) -> None:
    first = run("project", "article", "--json").out
    assert run("project", "article", "--json").out == first
    assert run("project", "article", "--seed", "1", "--json").json["median"] != json.loads(first)["median"]


def test_what_never_comes_is_null_and_said(run) -> None:
    never = certain(dataset_growth=1.0)
    found = run("project", *never, "--json").json
    assert (found["median"], found["interval_80"], found["never_before_horizon"]) == (None, [None, None], 1.0)
    assert found["words"]["median"] == "not before 2054"
    assert "median          not before 2054\n" in run("project", *never).out


def test_for_people(run) -> None:
    result = run("project")
    assert (result.code, result.err) == (0, "")
    assert "Epoch 2024 with measured access (a published measure: 25 %) (epoch-2024-access)" in result.out
    assert "one training run would use the whole accessible stock of human text, if trends go on" in result.out
    assert "median          late 2028\n" in result.out
    assert "not before 2054 less than 1 %" in result.out
    assert "Restrictions bring it forward by 1." in result.out
    assert "months, draw by draw, 80 % interval 0." in result.out
    assert "20,000 draws, seed 0." in result.out
    assert "arXiv 2211.04325v2" in result.out
    assert "2028.7" not in result.out
    hangs = [line.split()[0] for line in result.out.split("the date hangs on")[1].splitlines()[2:5]]
    assert hangs == ["compute_growth", "compute_slowdown_year", "stock_tokens"]


# Given that it has not run out yet


def test_what_the_model_does_not_know_of_today(run) -> None:
    given = run("project", "epoch-2024", "--json").json["given_not_yet"]
    # When a training set was looked up last, whatever the day on which one asks.
    assert given["year"] == 2026.9
    assert given["probability_before"] == pytest.approx(0.08, abs=0.01)
    assert given["median"] == pytest.approx(2029.1, abs=0.1)
    assert given["interval_80"] == pytest.approx([2027.5, 2032.4], abs=0.2)
    shown = run("project", "epoch-2024").out
    assert "The model does not know that no known run has used it all so far: 8 % of draws lie before 2026.9; " in shown
    assert "left out, the median is early 2029, 80 % mid 2027 to mid 2032.\n" in shown


def test_where_no_draw_or_every_draw_lies_in_the_past(run) -> None:
    never = run("project", *certain(dataset_growth=1.0))
    assert "The model does not know" not in never.out
    past = certain(dataset_tokens=900e12)
    assert "100 % of draws lie before 2026.9; left out, nothing remains.\n" in run("project", *past).out
    given = run("project", *past, "--json").json["given_not_yet"]
    assert given == {"year": 2026.9, "probability_before": 1, "median": None, "interval_80": [None, None]}


# What is said of a scenario


@pytest.mark.parametrize(
    ("texts", "title"),
    [
        (["compliance=1"], "Epoch 2024 with measured access (a published measure: 25 %)"),
        (["restricted_share=0.5"], "Epoch 2024 with measured access (set here: restricted_share=0.5)"),
        (["restricted_share=9", "restricted_share=uniform(0,1)"], "Epoch 2024 with measured access (set here: "),
        (["access=off"], "Epoch 2024 with measured access (set here: access=off)"),
    ],
)
def test_a_title_says_where_the_restrictions_are_from(run, texts: list[str], title: str) -> None:
    options = [word for text in texts for word in ("--set", text)]
    assert run("project", *options, "--draws", "10").out.startswith(title)


def test_the_inputs_are_those_of_the_command_as_typed(run, mine: Path) -> None:
    asked = ["project", "mine", "-s", "quality=lognormal(0.1,0.4)", "--scenarios", str(mine)]
    last = run(*asked, "--draws", "10", "--seed", "3", "--years", "x.csv").out.splitlines()[-1]
    command = last.removeprefix("Inputs with sources: ")
    assert command == f"tracker project mine --set 'quality=lognormal(0.1,0.4)' --scenarios {mine} --inputs"
    assert run(*shlex.split(command)[1:]).code == 0


@pytest.mark.parametrize(("scenario", "said"), [("epoch-2024", True), ("article", True), ("reanchored-2026", False)])
def test_the_articles_sentence_is_corrected_where_its_years_are_shown(run, scenario: str, said: bool) -> None:
    assert ("Epoch's paper contains no blocking" in run("project", scenario).out) is said
    assert bool(run("project", scenario, "--json").json["remarks"]) is said


def test_where_nothing_is_closed_nothing_is_moved(run) -> None:
    result = run("project", "epoch-2024")
    assert "Nothing is closed in this scenario" in result.out
    assert "with nothing closed" not in result.out
    assert run("project", "epoch-2024-access", "--set", "access=off", "--json").json["forward_median"] == 0


# Inputs set by hand


@pytest.mark.parametrize(
    "text",
    [
        "quality=lognormal(0.1,0.4)",
        "quality=lognormal(10%,40%,95%)",
        'quality={dist="lognormal",low=0.1,high=0.4,level=0.95}',
    ],
)
def test_every_form_of_a_distribution_is_the_same(run, text: str) -> None:
    """It is what the scenario has, so nothing changes."""
    plain, typed = (run("project", "--draws", "500", "--json", *more) for more in ([], ["--set", text]))
    assert (typed.code, typed.err) == (0, "")
    assert typed.json == plain.json | {"set": [text]}


def test_a_changed_scenario_says_that_it_is_changed(run) -> None:
    shown = run("project", "epoch-2024", "--set", "quality=0.2", "--set", "demand=compute", "--draws", "500").out
    assert "Changed here, so it is no longer that scenario: quality=0.2, demand=compute\n" in shown
    assert "Changed here" not in run("project", "epoch-2024", "--draws", "500").out


def test_the_later_one_wins_and_words_choose(run) -> None:
    twice = ["--set", "compliance=9", "--set", "compliance=0", "--draws", "500", "--json"]
    assert run("project", "article", *twice).json["forward_median"] == 0
    found = run("project", "--set", "demand=historical", "--set", "access=off", "--json").json
    assert found["median"] == pytest.approx(2029.0, abs=0.2)
    assert (found["inputs"]["demand"], found["inputs"]["access"]) == ("historical", "off")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--set", "qualty=0.2"], "--set qualty: unknown input (did you mean quality?), use one of: access,"),
        (["--set", "quality=lognormal(0.4,0.1)"], "--set quality: swapped bounds: low 0.4 is above high 0.1; exchange"),
        (["--set", "quality=20 T"], "--set quality: wrong unit 'T', convert it to share"),
        (["--set", "quality=20"], "--set quality: 20 is outside 1e-09 to 1 (share)"),
        (["--set", "quality"], "--set 'quality': write it as key=value: compliance=0.5"),
        (["--set", "horizon=2020"], "--set horizon: 2020 is not after start_year 2024"),
        (["--set", "quality=9", "--compare"], "--set quality: 9 is outside"),
        (["epoch-2025"], "unknown scenario 'epoch-2025' (did you mean epoch-2024?), use one of: epoch-2024,"),
        (["article", "--compare"], "SCENARIO and --compare cannot go together"),
        (["--list", "--inputs"], "--list and --inputs cannot go together"),
        (["--list", "--set", "quality=0.2"], "--set and --list cannot go together"),
        (["--inputs", "--years", "x.csv"], "--years and --inputs cannot go together"),
    ],
)
def test_bad_words_are_one_line_and_exit_2(run, tmp_path: Path, arguments: list[str], says: str) -> None:
    result = run("project", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"tracker: {says}")
    assert len(result.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--draws", "0"], ["--draws", "1000001"], ["--seed", "-1"], ["--draws", "x"]])
def test_numbers_out_of_range_are_usage(run, arguments: list[str]) -> None:
    assert run("project", *arguments).code == 2


def test_what_moves_nothing_is_said_beside_the_answer(run) -> None:
    result = run("project", "epoch-2024", "--set", "compliance=0.5", "--draws", "500", "--json")
    assert result.json["scenario"] == "epoch-2024"
    assert result.err == "compliance is not in play: nothing is closed, --set access=robots switches it on\n"


# Scenarios


def test_list_and_compare(run, mine: Path) -> None:
    ids = ["epoch-2024", "epoch-2024-access", "reanchored-2026", "synthetic-heavy", "article"]
    assert [row["scenario"] for row in run("project", "--list", "--json").json] == ids
    listed = run("project", "--list", "--scenarios", str(mine), "--json").json
    assert [(row["scenario"], row["from"]) for row in listed[4:]] == [("article", "Drywell"), ("mine", str(mine))]
    found = run("project", "--compare", "--draws", "2000", "--scenarios", str(mine), "--json").json
    assert [row["scenario"] for row in found["scenarios"]] == [*ids, "mine"]
    assert len(found["anchors"]) == 5
    shown = run("project", "--compare", "--draws", "2000").out
    assert "other readings of demand, nothing closed" in shown
    assert "which contains no blocking" in shown
    assert "Epoch 2024 (compute leg calibrated)" in run("project", "--list").out


def test_inputs_have_interval_unit_source_and_date(run) -> None:
    rows = run("project", "--inputs", "--json").json
    assert {"input", "value", "low", "high", "level", "unit", "source", "date"} <= rows[0].keys()
    assert all(row["source"] for row in rows if row["input"] not in ("demand", "access", "synthetic_regime"))
    shown = run("project", "--inputs").out
    assert "510T" in shown
    assert "2023.6" in shown
    assert "not in play" in shown


def test_a_scenario_of_ones_own(run, mine: Path) -> None:
    found = run("project", "mine", "--scenarios", str(mine), "--json").json
    assert (found["scenario"], found["title"], found["inputs"]["demand"]) == ("mine", "Mine", "historical")
    assert found["forward_median"] > 0.2
    mine.write_text(MINE.replace("[mine", "[epoch-2024"), encoding="utf-8")
    assert run("project", "epoch-2024", "--scenarios", str(mine), "--json").json["title"] == "Mine"
    assert run("project", "--list", "--scenarios", str(mine), "--json").json[0]["from"] == str(mine)


HARD = {
    "is not UTF-8 text": b'[mine]\ntitle = "\xff"\n',
    "mine.toml is too long": b"#" * 300_000,
    ":8: not valid TOML: Cannot declare ('mine', 'quality') twice": MINE.replace(
        "low = 0.1", "[mine.quality]"
    ).encode(),
    ":2: mine: title: 2026-01-01 is no text": b"[mine]\ntitle = 2026-01-01\n",
    ":2: mine: title: has characters that cannot be printed": b'[mine]\ntitle = "x\\u001b[31m"\n',
    ": mine: quality: source 2026-01-01 is no text": MINE.replace('"me"', "2026-01-01").encode(),
    ": mine: quality: date 20260131 is no date": MINE.replace("2026-01-31", "20260131").encode(),
    ": mine: quality: low nan is no number": MINE.replace("0.1", "nan").encode(),
    ": mine: quality: high inf is no number": MINE.replace("0.4", "inf").encode(),
    ": mine: quality: level True is no number": MINE.replace("0.95", "true").encode(),
    ": mine: quality: low datetime.date(2026, 1, 1) is no number": MINE.replace("0.1", "2026-01-01").encode(),
    ": mine: quality: low is a number without end": MINE.replace("0.1", "1" + "0" * 400).encode(),
    "not valid TOML: Exceeds the limit": MINE.replace("0.1", "1" + "0" * 9_000).encode(),
    ": mine: quality: unknown dist ['lognormal']": MINE.replace('"lognormal"', '["lognormal"]').encode(),
    ": mine: quality: swapped bounds: low 0.9 is above high 0.4": MINE.replace("0.1", "0.9").encode(),
    ": mine: quality: wrong unit '%', convert it to share": MINE.replace('"share"', '"%"').encode(),
    ": mine: qualty: unknown input (did you mean quality?)": MINE.replace(".quality", ".qualty").encode(),
    ":1: nested too deeply": b"a = " + b"[" * 100_000,
    ":3: more than 200 dots on a line": b'[mine]\ntitle = "x"\nquality.' + b"a." * 100_000 + b"b = 1\n",
    ":1: my id: id: write it with up to 64 letters": b'["my\\nid"]\ntitle = "x"\n',
    ":1: mine: write it under the [id] of a scenario": b'[[mine]]\ntitle = "x"\n',
    ":3: mine: extends: 'mine' is no scenario above": b'[mine]\ntitle = "x"\nextends = "mine"\n',
    ":2: mine: epochs: value '3' is no number": b'mine.title = "x"\nmine.epochs = {value = "3"}\n',
}


@pytest.mark.parametrize("says", HARD)
def test_a_bad_file_is_one_line_with_its_line(run, tmp_path: Path, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(HARD[says])
    result = run("project", "mine", "--scenarios", str(path), "--draws", "10")
    assert (result.code, result.out) == (1, "")
    assert says in result.err
    assert result.err.startswith(f"tracker: {path}")
    assert len(result.err.splitlines()) == 1
    assert len(result.err) < 800


@pytest.mark.parametrize(("name", "says"), [(".", "Is a directory"), ("none.toml", "No such file")])
def test_a_file_that_is_none(run, tmp_path: Path, name: str, says: str) -> None:
    result = run("project", "--scenarios", str(tmp_path / name))
    assert result.code == 1
    assert says in result.err
    assert len(result.err.splitlines()) == 1


# The draws


def test_the_draws_as_a_file(run, tmp_path: Path) -> None:
    result = run("project", "article", "--draws", "1000", "--years", "draws.csv", "--json")
    assert "1,000 draws are in draws.csv" in result.err
    with (tmp_path / "draws.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert np.median([float(row["year"]) for row in rows]) == pytest.approx(result.json["median"], abs=0.02)
    first = (tmp_path / "draws.csv").read_bytes()
    run("project", "article", "--draws", "1000", "--years", "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == first


def test_a_place_that_cannot_be_written(run, tmp_path: Path) -> None:
    result = run("project", "--draws", "10", "--years", str(tmp_path))
    assert (result.code, result.out) == (1, "")
    assert "cannot write" in result.err


# What a newcomer stumbled over


def test_what_a_scenario_of_ones_own_sets_in_vain_is_said(run, tmp_path: Path) -> None:
    share = '[bad.{}]\nvalue = 0.33\nunit = "share"\nsource = "me"\ndate = 2026-01-01\n'
    own = tmp_path / "own.toml"
    own.write_text(
        '[bad]\ntitle = "x"\nextends = "epoch-2024"\n' + share.format("restricted_share") + share.format("compliance")
    )
    asked = ("project", "bad", "--scenarios", str(own), "--draws", "50")
    said = "restricted_share, compliance are not in play: nothing is closed, --set access=robots switches it on\n"
    assert run(*asked).err == said
    assert run(*asked, "--set", "access=robots").err == ""
    # Ours are as they are meant to be, whether or not there is a file beside them.
    assert run("project", "epoch-2024", "--scenarios", str(own), "--draws", "50").err == ""


def test_draws_need_their_folder_and_go_over_what_is_there(run, tmp_path: Path) -> None:
    folder = tmp_path / "none"
    refused = run("project", "--draws", "9", "--years", str(folder / "x.csv"))
    assert refused.code != 0
    assert f"there is no folder {folder}; make it" in refused.err
    assert not folder.exists()
    asked = ("project", "--draws", "9", "--years", str(tmp_path / "x.csv"))
    assert "in place of" not in run(*asked).err
    assert "in place of what it held" in run(*asked).err


def test_what_is_used_up_at_the_start_is_said_to_be_so(run) -> None:
    words = run("project", "--set", "start_year=2040", "--json").json["words"]
    assert (words["median"], words["interval_80"]) == ("2040 or before", "2040 or before")
    assert run("project", "--set", "start_year=2029.5", "--json").json["words"]["median"] == "mid 2029 or before"


def test_a_forgotten_t_and_a_per_cent_in_a_file(run, mine: Path) -> None:
    said = run("project", "epoch-2024", "--draws", "50", "--set", "stock_tokens=300").err
    assert said == "stock_tokens is 300 tokens, far below any stock or run; 300T are 300e12\n"
    mine.write_text(MINE.replace("low = 0.1", 'low = "10 %"'), encoding="utf-8")
    assert "low '10 %' is no number, write it as 0.1\n" in run("project", "mine", "--scenarios", str(mine)).err
