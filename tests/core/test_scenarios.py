import json
from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest

from tracker.core.distributions import Beta, Lognormal, Normal, Triangular, Uniform
from tracker.core.scenarios import CHOICES, FIELDS, InputError, Scenario, read

INTERVAL = {"dist": "lognormal", "low": 2.0, "high": 5.0, "level": 0.9}


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("epochs", 4, 4.0),
        ("epochs", {"value": 4.0, "unit": "x", "source": "s", "date": "2026-01-01"}, 4.0),
        ("epochs", INTERVAL, Lognormal(2.0, 5.0, 0.9)),
        ("epochs", {**INTERVAL, "value": 3.0}, Lognormal(2.0, 5.0, 0.9, 3.0)),
        ("compute_growth", {**INTERVAL, "dist": "normal", "low": -0.1, "high": 0.9}, Normal(-0.1, 0.9, 0.9)),
        ("retroactivity", {"dist": "uniform", "low": 0, "high": 1}, Uniform(0.0, 1.0)),
        ("synthetic_share", {"dist": "triangular", "low": 0, "value": 0.3, "high": 0.5}, Triangular(0.0, 0.3, 0.5)),
        ("compliance", {"dist": "beta", "a": 8, "b": 2}, Beta(8.0, 2.0)),
        ("long_run_share", None, None),
        ("horizon", {"value": 2060, "unit": "year"}, 2060.0),
        ("demand", "compute", "compute"),
    ],
)
def test_how_an_input_is_written(field, written, value):
    assert getattr(read({field: written}), field) == value


@pytest.mark.parametrize("number", [4, np.float32(4), np.float64(4), np.int64(4), Fraction(4)])
def test_any_real_number_is_one(number):
    scenario = Scenario(epochs=number)
    assert scenario == Scenario(epochs=4.0)
    assert json.loads(json.dumps(scenario.as_dict()))["epochs"] == 4.0


def test_a_scenario_takes_what_a_file_takes():
    assert Scenario(epochs=INTERVAL) == Scenario(epochs=Lognormal(2.0, 5.0, 0.9))
    assert replace(Scenario(), horizon={"value": 2060, "unit": "year"}).horizon == 2060.0


def test_a_scenario_survives_its_own_form():
    scenario = read({"access": "terms", "quality": INTERVAL | {"low": 0.1, "high": 0.3}, "compliance": 0.5})
    assert read(json.loads(json.dumps(scenario.as_dict()))) == scenario


def test_what_is_not_written_comes_from_the_base():
    base = replace(Scenario(), overtraining=5.0)
    assert read({"epochs": 1}, base) == replace(base, epochs=1.0)
    assert read({}) == Scenario()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"qualty": 0.2}, "qualty: unknown input (did you mean quality?), use one of: access, block_year,"),
        (
            {"epochs": {**INTERVAL, "low": 5.0, "high": 2.0}},
            "epochs: swapped bounds: low 5 is above high 2; exchange them",
        ),
        ({"quality": {"value": 20, "unit": "%"}}, "quality: wrong unit '%', convert it to share"),
        ({"horizon": {"value": 30, "unit": "years"}}, "horizon: wrong unit 'years', convert it to year"),
        ({"quality": 20}, "quality: 20 is outside 1e-09 to 1 (share)"),
        ({"compute_now": 3.5e25}, "compute_now: 3.5e+25 is outside 0 to 60 (log10 FLOP)"),
        ({"quality": {"dist": "uniform", "low": 0.5, "high": 2}}, "quality: 2 is outside 1e-09 to 1 (share)"),
        ({"epochs": "many"}, "epochs: 'many' is no number and no distribution"),
        ({"epochs": True}, "epochs: value True is no number"),
        ({"epochs": np.bool_(True)}, "epochs: np.True_ is no number"),
        ({"epochs": [4.0]}, "epochs: [4.0] is no number"),
        ({"epochs": 1 + 0j}, "epochs: (1+0j) is no number"),
        ({"epochs": 10**400}, "epochs: value is a number without end, write it as 510e12"),
        (
            {"epochs": {"dist": "uniform", "low": 1, "high": 10**400}},
            "epochs: high is a number without end, write it as 510e12",
        ),
        ({"epochs": float("inf")}, "epochs: value inf is no number"),
        ({"epochs": {"value": "4"}}, "epochs: value '4' is no number"),
        ({"epochs": {"dist": ["uniform"], "low": 1, "high": 2}}, "epochs: unknown dist ['uniform'], use one of:"),
        ({"epochs": {"dist": "uniform", "low": 1, "high": float("nan")}}, "epochs: high nan is no number"),
        ({"epochs": {**INTERVAL, "level": float("nan")}}, "epochs: level nan is no number"),
        ({"epochs": {**INTERVAL, "value": float("nan")}}, "epochs: value nan is no number"),
        ({"quality": {"value": 0.2, "unit": ["share"]}}, "quality: wrong unit ['share'], convert it to share"),
        ({"demand": ["compute"]}, "demand: ['compute'] is none of historical, compute, mixture"),
        ({"demand": {"value": "compute"}}, "demand: {'value': 'compute'} is none of"),
        ({"epochs": float("nan")}, "epochs: value nan is no number"),
        ({"epochs": {"low": 2, "high": 5}}, "epochs: has no dist: a value alone, or dist = one of lognormal, normal,"),
        ({"epochs": {**INTERVAL, "dist": "gamma"}}, "epochs: unknown dist 'gamma', use one of: lognormal,"),
        ({"epochs": {**INTERVAL, "sd": 2}}, "epochs: unknown key 'sd', a lognormal has: low, high, level, value"),
        ({"epochs": {"dist": "uniform", "low": 2}}, "epochs: high is missing, a uniform needs: low, high"),
        ({"epochs": {**INTERVAL, "low": "2"}}, "epochs: low '2' is no number"),
        ({"epochs": None}, "epochs: None is no number and no distribution"),
        (
            {"start_year": {"dist": "uniform", "low": 2024, "high": 2025}},
            "start_year: Uniform(low=2024.0, high=2025.0) is no number",
        ),
        ({"demand": "guess"}, "demand: 'guess' is none of historical, compute, mixture"),
        ({"horizon": 2020}, "horizon: 2020 is not after start_year 2024"),
    ],
)
def test_one_line_names_the_field_and_the_mend(inputs, message):
    with pytest.raises(InputError) as caught:
        read(inputs)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert caught.value.field == next(iter(inputs))


def test_every_field_has_unit_and_column():
    plain = {"start_year", "horizon", *CHOICES}
    assert {field.name for field in fields(Scenario)} == plain | FIELDS.keys()
    assert sorted(field.column for field in FIELDS.values()) == [*range(len(FIELDS))]


def test_zero_restriction_restricts_nothing():
    assert not Scenario(access="robots", restricted_share=0, long_run_share=0.5).restricts
    assert not Scenario(restricted_share=0.5).restricts
    for nothing in ({"token_weight": 0}, {"compliance": 0.0}, {"relicensed": 1}):
        assert not Scenario(access="robots", restricted_share=0.5, **nothing).restricts
    assert Scenario(access="edge", restricted_share=0.5).restricts
