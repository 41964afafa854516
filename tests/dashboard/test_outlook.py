"""Figures of the projection in words and frames."""

import re

import pytest

from dashboard import outlook
from dashboard.outlook import CLOSED, OPEN
from tracker.core.distributions import Uniform, lognormal95
from tracker.core.projection import project
from tracker.core.scenarios import Scenario

HALF = Scenario(access="robots", restricted_share=Uniform(0.4, 0.6))


def test_twenty_dots_a_case_up_and_down() -> None:
    dots, later = outlook.dots(project(HALF, draws=2_000))
    assert dots.groupby("case").size().to_dict() == {CLOSED: 20, OPEN: 20}
    assert (dots[dots["case"] == CLOSED]["place"] > 0).all()
    assert (dots[dots["case"] == OPEN]["place"] < 0).all()
    assert dots["year"].max() <= later


def test_one_case_stands_upright() -> None:
    dots, _ = outlook.dots(project(Scenario(), draws=2_000))
    assert set(dots["case"]) == {OPEN}
    assert dots["place"].min() == 1


def test_never_is_in_the_last_bin() -> None:
    dots, later = outlook.dots(project(Scenario(dataset_growth=1.01, demand="historical", horizon=2040.0), draws=500))
    assert later <= 2041
    assert dots["year"].max() == later


def test_bands_have_the_open_stock_only_with_restrictions() -> None:
    assert set(outlook.bands(project(Scenario(), draws=500))["series"]) == {"demand", "stock"}
    restricted = outlook.bands(project(HALF, draws=500))
    assert set(restricted["series"]) == {"demand", "stock", "stock still open"}
    assert (restricted["low"] <= restricted["median"]).all()
    assert (restricted["median"] <= restricted["high"]).all()


def test_what_moves_is_said_in_months_with_an_interval() -> None:
    words = outlook.forward_words(project(HALF, draws=2_000))
    assert re.fullmatch(r"[\d.]+ months \(80 % interval [\d.]+ to [\d.]+ months\)", words)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("quality", lognormal95(0.1, 0.4), "10 % to 40 % (95 %)"),
        ("restricted_share", Uniform(0.2, 0.3), "20 % to 30 % (uniform)"),
        ("stock_tokens", 510e12, "510T"),
        ("dataset_growth", 2.4, "2.4 x/y"),
        ("dataset_year", 2024.0, "2024"),
        ("horizon", 2054.0, "2054"),
        ("demand", "mixture", "mixture"),
        ("long_run_share", None, "stays as it is"),
    ],
)
def test_inputs_are_written_for_people(name: str, value: object, words: str) -> None:
    assert outlook.value_words(name, value) == words
