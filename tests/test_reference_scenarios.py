import re
import tomllib
from dataclasses import replace

import pytest

from tracker.core.distributions import Lognormal
from tracker.core.projection import project
from tracker.core.scenarios import CHOICES, FIELDS, Scenario
from tracker.errors import ReferenceDataError
from tracker.reference import scenarios_path
from tracker.reference.scenarios import load_scenarios

GOOD = """\
[mine]
title = "Mine"
demand = "compute"

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
def written(tmp_path):
    def write(text):
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_shipped_scenarios():
    found = load_scenarios(scenarios_path())
    assert list(found) == ["epoch-2024", "epoch-2024-access", "reanchored-2026", "synthetic-heavy", "article"]
    assert found["epoch-2024"].scenario == Scenario()
    assert found["epoch-2024"].title == "Epoch 2024 (compute leg calibrated)"
    for named in found.values():
        assert named.title
        assert named.note
        assert "stock_tokens" in named.origins
        assert project(named.scenario, 500).median == pytest.approx(2028.8, abs=0.6)


def test_every_shipped_input_has_a_source():
    for named in load_scenarios(scenarios_path()).values():
        for field, origin in named.origins.items():
            assert origin.unit == (FIELDS[field].unit if field in FIELDS else "year")
            assert origin.source
            assert re.fullmatch(r"20\d\d-\d\d-\d\d", origin.date)


@pytest.mark.parametrize("name", ["epoch-2024", "epoch-2024-access", "reanchored-2026", "synthetic-heavy", "article"])
def test_what_has_no_origin_has_no_effect(name):
    named = load_scenarios(scenarios_path())[name]
    years = project(named.scenario, 100).years
    nothing = {"relicensed": 0.0, "long_run_share": None, "licensed_tokens": 0.0, "licensed_growth": 0.0}
    for field in FIELDS.keys() - named.origins.keys():
        value = getattr(named.scenario, field)
        assert value == getattr(Scenario(), field)
        if field not in nothing:
            other = 0.5 * (FIELDS[field].low + FIELDS[field].high)
            moved = project(replace(named.scenario, **{field: other}), 100)
            assert moved.years == pytest.approx(years, abs=1e-8), field
        else:
            assert value == nothing[field]


def test_every_shipped_input_is_a_number_or_an_interval():
    document = tomllib.loads(scenarios_path().read_text(encoding="utf-8"))
    inputs = [table for scenario in document.values() for table in scenario.values() if isinstance(table, dict)]
    assert len(inputs) > 25
    for table in inputs:
        assert {"unit", "source", "date"} < table.keys()
        assert {"value"} <= table.keys() or {"dist", "low", "high"} <= table.keys() or {"a", "b"} <= table.keys()


def test_a_file_of_ones_own_stands_on_ours(written):
    ours = load_scenarios(scenarios_path())
    both = load_scenarios(written(GOOD.replace('title = "Mine"', 'title = "Mine"\nextends = "article"')), ours)
    assert [*both] == [*ours, "mine"]
    assert both["mine"].scenario.restricted_share == 0.25
    assert both["mine"].scenario.demand == "compute"
    assert both["mine"].origins["quality"].source == "me"
    assert both["mine"].origins["quality"].date == "2026-01-31"
    assert "demand" in CHOICES


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("[mine.quality]", "[mine.qualty]", 5, "mine: qualty: unknown input (did you mean quality?), use one of:"),
        ("low = 0.1", "low = 0.9", 5, "mine: quality: swapped bounds: low 0.9 is above high 0.4; exchange them"),
        ('unit = "share"', 'unit = "%"', 5, "mine: quality: wrong unit '%', convert it to share"),
        ('unit = "share"\n', "", 5, "mine: quality: unit is missing, add it"),
        ('source = "me"\n', "", 5, "mine: quality: source is missing, add it"),
        ('source = "me"', "source = 3", 5, "mine: quality: source 3 is no text, write it between"),
        ('source = "me"', 'source = " "', 5, "mine: quality: source is no text"),
        ('source = "me"', 'source = "me"\nnote = []', 5, "mine: quality: note [] is no text"),
        ("2026-01-31", '"January"', 5, "mine: quality: date 'January' is no date, write it as 2026-11-22"),
        ("2026-01-31", "20260131", 5, "mine: quality: date 20260131 is no date, write it as 2026-11-22"),
        (
            "2026-01-31",
            "2026-01-31T10:00:00",
            5,
            "mine: quality: date datetime.datetime(2026, 1,",
        ),
        ('unit = "share"', 'unit = ["share"]', 5, "mine: quality: wrong unit ['share'], convert it to share"),
        ('dist = "lognormal"', 'dist = ["lognormal"]', 5, "mine: quality: unknown dist ['lognormal'], use one of:"),
        ("low = 0.1", "low = true", 5, "mine: quality: low True is no number"),
        ("low = 0.1", "low = nan", 5, "mine: quality: low nan is no number"),
        ("high = 0.4", f"high = 1{'0' * 400}", 5, "mine: quality: high is a number without end, write it as 510e12"),
        ("high = 0.4", "high = 4.0", 5, "mine: quality: 4 is outside 1e-09 to 1 (share)"),
        ("level = 0.95", "level = 95", 5, "mine: quality: level must lie between 0 and 1 (0.95 for a 95 % interval)"),
        ("level = 0.95", "level = 0.9999999999999999", 5, "mine: quality: level must lie between 0 and 1"),
        ("level = 0.95", "sd = 0.1", 5, "mine: quality: unknown key 'sd', a lognormal has: low, high, level, value"),
        ('demand = "compute"', f'demand = "{"x" * 10_000}"', 3, f"mine: demand: '{'x' * 10}"),
        ('demand = "compute"', 'demand = ["compute"]', 3, "mine: demand: ['compute'] is none of historical,"),
        ('demand = "compute"', 'extends = "mine"', 3, "mine: extends: 'mine' is no scenario above, use one of: none"),
        ('demand = "compute"', "extends = 3", 3, "mine: extends: 3 is no text"),
        ('title = "Mine"', "title = 3", 2, "mine: title: 3 is no text"),
        ('demand = "compute"', 'demand = "guess"', 3, "mine: demand: 'guess' is none of historical,"),
        ('demand = "compute"', "epochs = 3", 3, "mine: epochs: write it as a table with value, unit, source and date"),
        ('demand = "compute"', 'extends = "other"', 3, "mine: extends: 'other' is no scenario above, use one of: none"),
        ('title = "Mine"\n', "", 1, "mine: title: is missing, add it"),
        (
            "[mine]\n",
            '[yours]\nextends = "mine"\n[mine]\n',
            2,
            "yours: extends: 'mine' is no scenario above, use one of:",
        ),
        ("[mine]\n", "loose = 1\n[mine]\n", 1, "loose: write it under the [id] of a scenario"),
    ],
)
def test_one_line_names_file_line_and_field(written, old, new, line, message):
    path = written(GOOD.replace(old, new))
    with pytest.raises(ReferenceDataError) as caught:
        load_scenarios(path)
    assert str(caught.value).startswith(f"{path}:{line}: {message}")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 800


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[mine", ":1: not valid TOML"),
        ("[mine]\n[mine]\n", ":2: not valid TOML"),
        ("mine = " + "[" * 100_000, "nested too deeply"),
        ("mine = 1" + "0" * 5_000, ":1: not valid TOML: Exceeds the limit"),
    ],
)
def test_not_toml_at_all(written, text, message):
    with pytest.raises(ReferenceDataError, match=message):
        load_scenarios(written(text))


def test_a_file_may_replace_a_scenario_of_ours_and_start_from_it(written):
    ours = load_scenarios(scenarios_path())
    text = GOOD.replace("mine", "article").replace('title = "Mine"', 'title = "Mine"\nextends = "article"')
    found = load_scenarios(written(text.replace("low = 0.1", "low = 0.2")), ours)
    assert list(found) == list(ours)
    assert found["article"].title == "Mine"
    assert found["article"].scenario.restricted_share == 0.25
    assert found["article"].scenario.quality == Lognormal(0.2, 0.4, 0.95)
    assert ours["article"].title != "Mine"


def test_no_such_file(tmp_path):
    with pytest.raises(ReferenceDataError, match="cannot be read"):
        load_scenarios(tmp_path / "none.toml")
