import pytest

from tests.core.forecast.simulated import START, panel, steady, stretches, with_burst
from tracker.core.forecast import MONTH, Cause, Histories, Stretch, fit
from tracker.core.forecast.histories import MANAGED
from tracker.core.intervals import DAY

WEEK = 7 * DAY
MONDAY = START + 2 * DAY + 30 * WEEK  # 2022-08-01


def test_a_burst_of_unblocks_is_found_named_and_shown_beside_the_whole():
    histories = with_burst(panel(300, 18), 40, MONDAY + 3 * DAY, blocked=False)
    fitted = fit(histories)
    (found,) = fitted.breaks
    assert (found.start, found.end, found.cause, found.blocks) == (MONDAY, MONDAY + WEEK, Cause.BURST, False)
    assert found.events >= 40 > found.limit > found.expected
    assert str(found).startswith(f"{found.events:.0f} unblocks in a week, where {found.expected:.1f} were expected")
    assert fitted.whole.breaks == ()
    assert fitted.whole.unblock == fit(histories, restart=False).unblock
    assert fitted.unblock != fitted.whole.unblock


def test_after_a_break_the_past_is_worth_a_fifth():
    histories = with_burst(steady(300, 100, blocks=50), 40, MONDAY)
    fitted = fit(histories)
    (found,) = fitted.breaks
    before, after = histories.as_of(found.start), histories.from_(found.start)
    for way, posterior in ((False, fitted.block), (True, fitted.unblock)):
        days = [part.exposure(way, part.start[:1] * 0 + part.until)[0] for part in (before, after)]
        assert posterior.rate == pytest.approx(50 + (0.2 * days[0] + days[1]) / (MONTH / DAY))
    events = [
        (part.events.at < found.start).sum() * 0.2 + (part.events.at >= found.start).sum() for part in (histories,)
    ]
    assert fitted.block.shape == pytest.approx(0.5 + events[0])


def test_weeks_of_alarm_that_touch_are_one_break():
    histories = with_burst(panel(300, 18), 60, MONDAY + 10 * DAY, not_before=MONDAY - 4 * DAY)
    (found,) = fit(histories).breaks
    assert (found.start, found.end) == (MONDAY - WEEK, MONDAY + WEEK)


def test_two_breaks_are_told_apart():
    one = with_burst(panel(300, 18), 40, MONDAY)
    rows = [*stretches(one)]
    rows += [Stretch(f"late-{n}", START, MONDAY + 20 * WEEK, True) for n in range(40)]
    rows += [Stretch(f"late-{n}", MONDAY + 20 * WEEK, None, False) for n in range(40)]
    found = fit(Histories.of_stretches(rows, one.until)).breaks
    assert [(one.start, one.blocks) for one in found] == [(MONDAY - WEEK, True), (MONDAY + 19 * WEEK, False)]


def test_events_of_one_template_are_a_break_before_they_are_many():
    base = steady(2_000, 10, weeks=52, blocks=150)
    shared = fit(with_burst(base, 5, MONDAY + DAY, template=7)).breaks
    assert [(one.cause, one.template, one.shared) for one in shared] == [(Cause.SHARED, 7, 5.0)]
    assert "share one template or owner" in str(shared[0])
    (network,) = fit(with_burst(base, 5, MONDAY + DAY, template=MANAGED)).breaks
    assert "came or went with Cloudflare's managed block" in str(network)
    assert fit(with_burst(base, 5, MONDAY + DAY)).breaks == ()
    assert fit(with_burst(base, 4, MONDAY + DAY, template=7)).breaks == ()


def test_a_template_that_few_share_in_any_week_is_no_break():
    """Six sites have it in the end, three of them since one week and three since another."""
    one = with_burst(steady(2_000, 5, weeks=52, blocks=50), 3, MONDAY + DAY, template=7)
    rows = [*stretches(one)]
    rows += [Stretch(f"late-{n}", START, MONDAY + 3 * WEEK + DAY, False) for n in range(3)]
    rows += [Stretch(f"late-{n}", MONDAY + 3 * WEEK + DAY, None, True, None, 7) for n in range(3)]
    assert fit(Histories.of_stretches(rows, one.until)).breaks == ()


def test_the_first_weeks_only_teach():
    assert fit(with_burst(panel(300, 18), 60, START + 5 * WEEK)).breaks == ()


def test_a_panel_looked_at_once_a_month_has_no_wild_weeks():
    for seed in range(5):
        histories = panel(600, 24, 0.04, 0.04, 0.3, seed, days=(30, 30))
        assert fit(histories).breaks == (), seed


def test_a_steady_panel_has_hardly_any_alarm():
    """Two tests a week at 99.9 %: of 15 panels of 70 weeks 2.1 alarms at most are to be expected."""
    alarms = [one for seed in range(15) for one in fit(panel(100, 16, 0.03, 0.03, 0.4, seed, (7, 7)), draws=1).breaks]
    assert len(alarms) <= 4


def test_a_burst_is_found_on_most_panels():
    found = 0
    for seed in range(5):
        breaks = fit(with_burst(panel(150, 14, seed=seed), 12, MONDAY + 2 * DAY), draws=1).breaks
        found += any(one.start <= MONDAY < one.end for one in breaks)
    assert found == 5
