import re

import pytest

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


def test_what_differs_from_the_default_has_an_origin():
    default = Scenario()
    for named in load_scenarios(scenarios_path()).values():
        changed = {f for f in FIELDS if getattr(named.scenario, f) != getattr(default, f)}
        assert changed <= named.origins.keys()


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
        ('source = "me"', "source = 3", 5, "mine: quality: source 3 is no text"),
        ("2026-01-31", '"January"', 5, "mine: quality: date 'January' is no date, write it as 2026-11-22"),
        ('demand = "compute"', 'demand = "guess"', 3, "mine: demand: 'guess' is none of historical,"),
        ('demand = "compute"', "epochs = 3", 3, "mine: epochs: write it as a table with value, unit, source and date"),
        ('demand = "compute"', 'extends = "other"', 3, "mine: extends: 'other' is no scenario above, use one of: none"),
        ('title = "Mine"\n', "", 1, "mine: title: is missing, add it"),
        ("[mine]\n", "loose = 1\n[mine]\n", 1, "loose: write it under the [id] of a scenario"),
    ],
)
def test_one_line_names_file_line_and_field(written, old, new, line, message):
    path = written(GOOD.replace(old, new))
    with pytest.raises(ReferenceDataError) as caught:
        load_scenarios(path)
    assert str(caught.value).startswith(f"{path}:{line}: {message}")
    assert "\n" not in str(caught.value)


def test_not_toml_at_all(written):
    with pytest.raises(ReferenceDataError, match="not valid TOML"):
        load_scenarios(written("[mine"))


def test_no_such_file(tmp_path):
    with pytest.raises(ReferenceDataError, match="cannot be read"):
        load_scenarios(tmp_path / "none.toml")
