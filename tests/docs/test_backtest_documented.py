"""What docs/method.md says of the forecasts against the stored scores; the table itself is generated (test_docs)."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tracker import __version__
from tracker.core.forecast.hazards import MONTH_DAYS
from tracker.core.forecast.scores import by_agent
from tracker.errors import ReferenceDataError
from tracker.reference.backtest import stored_backtest

ROOT = Path(__file__).resolve().parents[2]
METHOD = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
PART = re.sub(r"\s+", " ", METHOD.split("### How good it was")[1].split("\n## ")[0])
FIRST, PROSE = PART.split("<!-- backtest: generated")[0], PART.split("<!-- end -->")[1]
DOCUMENTED = "2023-08-07"  # GPTBot
STORED = stored_backtest()


def shown(model, months):
    (row,) = [
        row for row in STORED["rows"] if (row["origins"], row["model"], row["months"]) == ("shown", model, months)
    ]
    return row


def forecasts(months, side):
    def of(one):
        start = date.fromisoformat(one["from"])
        ends = (start + timedelta(days=MONTH_DAYS * months)).isoformat()
        return "after" if one["from"] >= DOCUMENTED else "across" if ends >= DOCUMENTED else "before"

    mine = [one for one in STORED["forecasts"] if (one["origins"], one["months"]) == ("shown", months)]
    return [one for one in mine if of(one) == side]


def ratio(found):
    return 100 * sum(one["crps"] for one in found) / sum(one["persistence"] for one in found)


def covers(found):
    return 100 * sum(one["inside_80"] for one in found) / len(found)


def test_the_targets_are_said_to_be_met_or_missed_as_they_are():
    ours = {months: shown("markov", months) for months in (1, 3, 6, 12)}
    assert f"The CRPS is {100 * ours[3]['ratio']:.1f} and {100 * ours[6]['ratio']:.1f} %" in PROSE
    low, high = (100 * ours[3][end] for end in ("ratio_low", "ratio_high"))
    assert f"it is {low:.0f} to {high:.0f} % at 3 months ({ours[3]['n']} forecasts) and" in PROSE
    low, high = (100 * ours[6][end] for end in ("ratio_low", "ratio_high"))
    assert f"and {low:.0f} to {high:.0f} % at 6 ({ours[6]['n']})" in PROSE
    whole = [100 * shown("markov, no restart", months)["ratio"] for months in (3, 6)]
    assert f"without any restart it is {whole[0]:.0f} and {whole[1]:.0f} %" in PROSE
    earlier = [shown("markov, no launch rule", months) for months in (1, 3, 6, 12)]
    said = " / ".join(f"{100 * row['ratio']:.0f}" for row in earlier)
    assert f"without rule 6, and gave {said} %" in PROSE
    said = " / ".join(f"{100 * row['coverage_80']:.0f}" for row in earlier)
    assert f"with a coverage of {said} %" in PROSE
    one, *more = (f"{100 * row['coverage_80']:.0f}" for row in ours.values())
    assert f"covers {one} % at 1 month, then too little: {more[0]}, {more[1]} and {more[2]} %" in PROSE


def test_the_answer_for_the_hurried_is_in_the_scores():
    ratios = [f"{100 * shown('markov', months)['ratio']:.0f}" for months in (3, 6, 12)]
    covered = [f"{100 * shown('markov', months)['coverage_80']:.0f}" for months in (1, 3, 6, 12)]
    assert f"the 80 % interval held in {covered[0]} % of the tries" in FIRST
    assert f"its error was {ratios[0]} and {ratios[1]} % of that" in FIRST
    assert f"held in {covered[1]} and {covered[2]} % only" in FIRST
    assert f"hardly better than no change ({ratios[2]} %), and none of {shown('markov', 12)['n']} intervals" in FIRST
    assert covered[3] == "0"


def test_what_is_said_of_single_agents_is_in_the_scores():
    mine = {one.months: one for one in by_agent(one for one in STORED["forecasts"] if one["origins"] == "shown")
            if one.agent == "GPTBot"}  # fmt: skip
    assert sorted(mine) == [1, 3]
    assert (mine[1].n, mine[3].n) == (5, 3)
    assert mine[3].ratio > 1


def test_what_is_said_of_august_2023_is_in_the_scores():
    year = forecasts(12, "across")
    assert len(year) == shown("markov", 12)["n"] == 14
    assert {one["agent"] for one in year} == {"CCBot", "omgili"}
    assert min(one["from"] for one in year) > "2023-01"
    assert max(one["from"] for one in year) < DOCUMENTED
    half = forecasts(6, "across")
    assert f"the {len(half)} of the {shown('markov', 6)['n']} forecasts of 6 months" in PROSE
    assert f"reach across that day (CRPS {ratio(half):.0f} %)" in PROSE
    assert covers(year) == covers(half) == 0
    later = [forecasts(months, "after") for months in (3, 6)]
    said = f"the CRPS at 3 and 6 months is {ratio(later[0]):.0f} and {ratio(later[1]):.0f} % "
    said += f"({len(later[0])} and {len(later[1])} forecasts), the coverage "
    said += f"{covers(later[0]):.0f} and {covers(later[1]):.0f} %"
    assert said in PROSE


def test_the_stored_backtest_is_of_this_release_and_holds_scores_alone():
    withheld = {
        model: [row["ratio"] for row in STORED["rows"]
                if (row["origins"], row["model"]) == ("withheld", model) and row["months"] in (3, 6)]
        for model in ("markov", "markov, no launch rule")
    }  # fmt: skip
    said = [f"{100 * one:.0f} and {100 * other:.0f} %" for one, other in withheld.values()]
    assert f"the CRPS at 3 and 6 months is {said[0]}, and without rule 6 it was {said[1]}" in PROSE
    assert STORED["drywell"] == __version__, "a release brings its own: see docs/method.md"
    assert len(STORED["agents"]) == 6
    assert {row["model"] for row in STORED["rows"]} >= {"markov", "persistence", "drift", "local level", "SARIMA"}
    assert max(row["n"] for row in STORED["rows"] if row["model"] == "SARIMA") <= 40
    assert set(STORED["forecasts"][0]) == {
        "origins", "months", "agent", "from", "error", "crps", "persistence", "inside_80", "inside_90"
    }  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [("{", "is not JSON"), ("[]", "is not a backtest"), ("{}", "make it by")])
def test_a_file_that_is_no_backtest_is_named(tmp_path, text, words):
    path = tmp_path / "backtest.json"
    path.write_text(text)
    with pytest.raises(ReferenceDataError, match=words) as found:
        stored_backtest(path)
    assert str(path) in str(found.value)
    path.write_text(json.dumps(STORED))
    assert stored_backtest(path) == STORED
