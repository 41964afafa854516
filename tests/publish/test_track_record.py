"""What is said of how good forecasts of an agent were."""

import pytest

from tracker.publish.track_record import track_record
from tracker.reference.backtest import stored_backtest

STORED = stored_backtest()


def made_up(*rows):
    """A backtest with such forecasts: agent, months, whether inside, CRPS, that of persistence, shown or withheld."""
    keys = ("agent", "months", "inside_80", "crps", "persistence", "origins")
    forecasts = [dict(zip(keys, (*row, "shown"), strict=False)) | {"error": 1.0} for row in rows]
    return {
        "panel": "p", "definition": "effective_full", "sites": 9, "from": "2022-01-31", "to": "2024-02-01",
        "run_on": "2024-03-01", "drywell": "1", "agents": ["A", "B"], "months": [1, 3], "forecasts": forecasts,
    }  # fmt: skip


def test_an_agents_own_forecasts_are_counted():
    stored = made_up(
        ("A", 1, True, 1.0, 2.0), ("A", 1, True, 2.0, 2.0), ("A", 3, True, 1.0, 2.0), ("B", 1, False, 9, 1)
    )
    found = track_record("A", "effective_full", stored)
    assert found["months"] == [
        {"months": 1, "n": 2, "inside_80": 2, "crps": 1.5, "ratio": 0.75},
        {"months": 3, "n": 1, "inside_80": 1, "crps": 1.0, "ratio": 0.5},
    ]
    assert found["words"] == (
        "tested on 9 sites, 2022-01 to 2024-02: the 80 % interval covered 2 of 2, 1 of 1 at 1/3 months; CRPS 0.75 "
        "/ 0.50 times persistence's (1: no better than no change); `tracker backtest` tests your own history"
    )
    assert found["warnings"] == []


def test_forecasts_that_were_not_shown_do_not_count():
    withheld = ("A", 1, True, 1.0, 2.0, "withheld")
    assert track_record("A", "effective_full", made_up(withheld))["months"][0]["n"] == 0


def test_what_was_worse_than_no_change_is_said_plainly():
    found = track_record("B", "effective_full", made_up(("B", 1, False, 9.0, 1.0), ("B", 1, True, 9.0, 1.0)))
    assert found["warnings"] == [
        "such forecasts were worse than to say that nothing changes, at 1 month",
        "the 80 % intervals were too narrow at 1 month",
        "no such forecast could be tested at 3 months",
    ]
    assert "none tested" in found["words"]
    assert "CRPS 9.00 / - times" in found["words"]


def test_persistence_without_an_error_is_no_ratio():
    found = track_record("A", "effective_full", made_up(("A", 1, True, 0.1, 0.0), ("A", 3, True, 0.1, None)))
    assert [row["ratio"] for row in found["months"]] == [None, None]


def test_an_agent_that_was_not_tested_is_told_of_those_that_were():
    found = track_record("Nobody", "named_full")
    assert found["agent"] is None
    assert found["words"].startswith("tested on 6 other agents, not on this one, under effective_full, not named_full,")
    for row in found["months"]:
        (all_of_them,) = [
            one for one in STORED["rows"]
            if (one["origins"], one["model"], one["months"]) == ("shown", "markov", row["months"])
        ]  # fmt: skip
        assert row["n"] == all_of_them["n"]
        assert row["inside_80"] / row["n"] == pytest.approx(all_of_them["coverage_80"], abs=1e-3)
        assert row["ratio"] == pytest.approx(all_of_them["ratio"], abs=6e-3)
