"""`tracker project`: the projection without any history."""

import json
import math
from pathlib import Path

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
    assert "Epoch 2024 with measured access (epoch-2024-access)" in result.out
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


@pytest.mark.parametrize(("scenario", "said"), [("epoch-2024", True), ("article", True), ("reanchored-2026", False)])
def test_the_articles_sentence_is_corrected_where_its_years_are_shown(run, scenario: str, said: bool) -> None:
    assert ("Epoch's paper contains no blocking" in run("project", scenario).out) is said
    assert bool(run("project", scenario, "--json").json["remarks"]) is said


def test_where_nothing_is_closed_nothing_is_moved(run) -> None:
    result = run("project", "epoch-2024")
    assert "Nothing is closed in this scenario" in result.out
    assert "with nothing closed" not in result.out
    assert run("project", "epoch-2024-access", "--set", "access=off", "--json").json["forward_median"] == 0
