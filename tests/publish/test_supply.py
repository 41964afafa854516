"""Training sets beside the demand of their day."""

from dataclasses import replace
from datetime import date

import pytest

from tracker.core.agents import Precision
from tracker.core.dates import decimal_year
from tracker.publish.supply import data_sets
from tracker.reference import Confidence, Dataset, Modality
from tracker.reference.scenarios import scenarios

SET = Dataset("2026-01-01", "M", "O", 1.0, Confidence.CONFIRMED, Modality.TEXT, "https://example.org", "2026-11-01")
EPOCH = scenarios()["epoch-2024"]


def certain():
    """Demand that is 6.2T at the beginning of 2024 and grows 2.4 times a year, without any doubt."""
    inputs = {"demand": "historical", "dataset_tokens": 6.2e12, "dataset_growth": 2.4, "overtraining": 1.0}
    return replace(EPOCH, scenario=replace(EPOCH.scenario, **inputs))


@pytest.mark.parametrize(
    ("day", "precision", "middle"),
    [
        ("2026-01-16", Precision.DAY, "2026-01-16"),
        ("2026-01-01", Precision.MONTH, "2026-01-16"),
        ("2026-01-01", Precision.YEAR, "2026-07-02"),
    ],
)
def test_demand_is_that_of_the_middle_of_what_the_date_names(day, precision, middle) -> None:
    (found,) = data_sets([replace(SET, day=day, precision=precision)], certain(), draws=10)
    wanted = 6.2e12 * 2.4 ** (decimal_year(date.fromisoformat(middle)) - 2024)
    assert found["median"] == pytest.approx(wanted, rel=1e-4)
    assert found["stands"] == "below"


def test_before_the_scenario_there_is_no_band() -> None:
    (found,) = data_sets([replace(SET, day="2023-12-31")], EPOCH, draws=10)
    assert (found["low"], found["median"], found["high"], found["stands"]) == (None, None, None, "no band")
