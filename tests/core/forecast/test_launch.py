"""The first quarter of an agent: what is done in it does not go on."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.forecast.simulated import START, panel, steady, stretches, with_burst
from tracker.core.forecast import MONTH, Cause, Histories, Kind, Stretch, backtest, fit
from tracker.core.forecast.breaks import PAST_WEIGHT, QUARTER, evidence
from tracker.core.intervals import DAY

WEEK = 7 * DAY


def launch_rush(weeks=60, rush=60, later=12, quiet=300, launch=START):
    """So many sites shut the agent out within the quarter after its launch, few in the weeks after it, evenly."""
    until, over = launch + weeks * WEEK, launch + QUARTER
    rows = [Stretch(f"quiet-{n}", launch, None, False) for n in range(quiet)]
    for name, begin, end, sites in (("rush", launch, over, rush), ("late", over, until, later)):
        for n in range(sites):
            at = begin + (end - begin) * (n + 1) // (sites + 1)
            rows += [Stretch(f"{name}-{n}", launch, at, False), Stretch(f"{name}-{n}", at, None, True)]
    return Histories.of_stretches(rows, until).launched(launch)


def test_the_quarter_after_the_launch_is_a_break_and_worth_a_fifth():
    histories = launch_rush()
    fitted = fit(histories)
    (found,) = fitted.breaks
    assert (found.cause, found.start, found.end) == (Cause.LAUNCH, START + QUARTER, START + QUARTER)
    assert (found.events, found.expected, found.limit) == (60, None, None)
    assert str(found).startswith("the quarter after the launch on 2022-01-01 was over, 60 blocks in it")
    assert fitted.evidence.blocks.events == pytest.approx(PAST_WEIGHT * 60 + 12)
    before, after = (part.exposure(False, np.array([part.until + 1]))[0] for part in _halves(histories))
    assert fitted.block.rate == pytest.approx(50 + (PAST_WEIGHT * before + after) / (MONTH / DAY))
    assert fitted.since_break == 12
    assert not fitted.is_thin


def test_a_launch_without_a_block_has_no_growth():
    (found,) = fit(launch_rush(rush=0)).breaks
    assert str(found) == "the quarter after the launch on 2022-01-01 was over, no blocks in it"


def _halves(histories):
    return histories.as_of(START + QUARTER), histories.from_(START + QUARTER)


def test_the_growth_of_the_launch_is_not_extrapolated():
    fitted = fit(launch_rush())
    assert fitted.whole.block == fit(replace(launch_rush(), launch=None)).block
    # After the quarter 12 of about 310 open sites blocked in 47 weeks.
    assert fitted.block.mean < 0.55 * fitted.whole.block.mean
    assert fitted.forecast([12]).median[0] < fitted.whole.forecast([12]).median[0] - 0.05


def test_in_the_quarter_there_is_no_forecast_and_it_is_said():
    histories = launch_rush().as_of(START + QUARTER - DAY)
    fitted = fit(histories)
    assert fitted.kind is Kind.ASSUMED
    assert fitted.breaks == ()
    assert fitted.refusals == (
        "the quarter after its launch lasts until 2022-04-02, and its growth does not go on",
        "known are 12 of the 26 weeks that a forecast needs",
    )
    over = fit(launch_rush().as_of(START + QUARTER))
    assert [one.cause for one in over.breaks] == [Cause.LAUNCH]
    assert over.refusals == ("known are 13 of the 26 weeks that a forecast needs",)


@pytest.mark.parametrize("launch", [None, START - QUARTER, START - 900 * DAY])
def test_a_launch_that_is_unknown_or_long_ago_changes_nothing(launch):
    histories = steady(300, 50, blocks=30)
    fitted = fit(replace(histories, launch=launch))
    assert fitted.breaks == ()
    assert fitted.block == fit(histories).block


def test_of_a_history_that_begins_within_the_quarter_the_rest_of_it_is_worth_a_fifth():
    histories = replace(steady(300, 50, blocks=51), launch=START - 7 * WEEK)
    fitted = fit(histories)
    assert [one.start for one in fitted.breaks] == [START + 6 * WEEK]
    inside = (histories.events.at <= START + 6 * WEEK).sum()
    assert fitted.evidence.blocks.events == pytest.approx(PAST_WEIGHT * inside + 51 - inside)


def test_a_launch_after_the_newest_look_leaves_nothing_to_fit():
    with pytest.raises(ValueError, match="no site is known at the newest look"):
        fit(steady(9, 9).launched(START + 900 * DAY))


def test_few_events_after_the_quarter_are_a_forecast_that_says_so():
    fitted = fit(launch_rush(later=3))
    assert fitted.kind is Kind.FORECAST
    assert fitted.refusals == ()
    assert (fitted.since_break, fitted.is_thin) == (3, True)


def test_a_break_found_later_wins_and_the_quarter_is_then_a_fifth_of_a_fifth():
    at = START + 2 * DAY + 40 * WEEK
    burst = with_burst(launch_rush(), 40, at)
    fitted = fit(replace(burst, launch=START))
    launch, later = fitted.breaks
    assert (launch.cause, later.cause) == (Cause.LAUNCH, Cause.BURST)
    events = burst.events.at
    parts = [(events < launch.start).sum(), ((events >= launch.start) & (events < later.start)).sum()]
    expected = PAST_WEIGHT**2 * parts[0] + PAST_WEIGHT * parts[1] + (events >= later.start).sum()
    assert fitted.evidence.blocks.events == pytest.approx(expected)


def test_a_break_found_within_the_quarter_is_shown_and_the_quarters_end_wins():
    at = START + 2 * DAY + 10 * WEEK
    fitted = fit(replace(with_burst(launch_rush(rush=0), 40, at), launch=START))
    assert [one.cause for one in fitted.breaks] == [Cause.BURST, Cause.LAUNCH]
    assert fitted.breaks[1].events == 40
    assert fitted.evidence.blocks.events == pytest.approx(PAST_WEIGHT * 40 + 12)


def test_a_break_in_the_week_that_begins_as_the_quarter_ends_is_one_new_beginning():
    monday = START + 2 * DAY + 20 * WEEK
    histories = with_burst(steady(300, 100, blocks=50), 40, monday + DAY)
    fitted = fit(replace(histories, launch=monday - QUARTER))
    assert [one.start for one in fitted.breaks] == [monday, monday]
    early = (histories.events.at < monday).sum()
    assert fitted.evidence.blocks.events == pytest.approx(PAST_WEIGHT * early + 90 - early)


def test_a_change_seen_after_the_quarter_belongs_to_it_as_far_as_it_may_have_happened_then():
    """Looks at rare and irregular times: one 31 days before the quarter is over, the next 10 days after it."""
    over = START + QUARTER
    looks = [
        (f"s{n}", at, at > over and n < 41) for n in range(300) for at in (START, over - 31 * DAY, over + 10 * DAY)
    ]
    looks += [(f"s{n}", over + (80 + 60 * k) * DAY, n < 41) for n in range(300) for k in range(4)]
    histories = Histories.of_observations(looks).launched(START)
    fitted = fit(histories)
    (found,) = [one for one in fitted.breaks if one.cause is Cause.LAUNCH]
    assert found.events == pytest.approx(31)
    assert fitted.since_break == pytest.approx(10)
    if fitted.breaks == (found,):
        assert fitted.evidence.blocks.events == pytest.approx(PAST_WEIGHT * 31 + 10)


@given(st.integers(-200, 800), st.sampled_from([(7, 7), (2, 40), (30, 60)]), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_whatever_the_launch_and_the_looks_nothing_is_counted_twice_or_below_nothing(day, days, seed):
    histories = panel(40, 18, 0.05, 0.05, 0.3, seed, days, 0.2)
    launched = replace(histories, launch=START + day * DAY)
    fitted, seen = fit(launched, draws=10), evidence(histories)
    for ours, whole in zip(fitted.evidence, seen, strict=True):
        assert -1e-9 <= ours.events <= whole.events + 1e-9
        assert 0 <= ours.site_months <= whole.site_months + 1e-9
    over = START + day * DAY + QUARTER
    assert any(one.cause is Cause.LAUNCH for one in fitted.breaks) == (launched.since < over <= launched.until)
    assert evidence(launched) == seen


def test_looks_before_the_launch_are_as_if_nobody_had_looked():
    histories = panel()
    launched = histories.launched(START + 100 * DAY)
    assert (launched.since, launched.launch) == (START + 100 * DAY, START + 100 * DAY)
    assert launched.as_of(START + 300 * DAY).launch == launched.launch


def test_the_backtest_has_the_rule_and_beside_it_what_would_be_without():
    found = backtest({"New": launch_rush(weeks=70), "Old": panel(150, 18)}, months=[1, 6], draws=300)
    mine = {row.model: row for row in found.table() if (row.origins, row.months) == ("shown", 6)}
    assert mine["markov"].crps < mine["markov, no launch rule"].crps
    assert found.scores["shown", "markov", 6].keys() == found.scores["shown", "markov, no launch rule", 6].keys()
    for place, score in found.scores["shown", "markov", 6].items():
        if place[0] == "Old":
            assert score == found.scores["shown", "markov, no launch rule", 6][place]


def test_the_rows_of_a_launched_history_are_those_it_came_from():
    histories = steady(9, 9, blocks=3)
    assert [*stretches(histories.launched(START))] == [*stretches(histories)]
