"""What must hold of any panel, however odd."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.forecast.simulated import START, panel, steady, stretches
from tracker.core.forecast import Histories, Kind, Observation, Stretch, backtest, fit
from tracker.core.forecast.breaks import evidence
from tracker.core.intervals import DAY

MONTHS = (0, 1, 6, 12, 120)
WEEK = 7 * DAY


@st.composite
def observations(draw):
    """Looks at up to six sites over up to two years, in any order, some twice, some telling nothing."""
    looks = st.tuples(
        st.sampled_from([f"s{n}" for n in range(6)]),
        st.integers(0, 104 * 7).map(lambda day: START + day * DAY),
        st.sampled_from([True, False, None]),
    )
    return draw(st.lists(looks, min_size=1, max_size=60))


def fitted_or_none(given):
    """The fit, or None where no site is known at the newest look, which is refused."""
    histories = Histories.of_observations(given)
    if histories.now(True).size + histories.now(False).size:
        return fit(given, draws=50)
    with pytest.raises(ValueError, match="no site is known at the newest look"):
        fit(given)
    return None


@given(observations())
@settings(deadline=None)
def test_any_panel_gives_shares_and_intervals_that_nest(given):
    fitted = fitted_or_none(given)
    if fitted is None:
        return
    for one in (fitted, fitted.whole or fitted):
        forecast = one.forecast(MONTHS)
        assert ((forecast.shares >= 0) & (forecast.shares <= 1)).all()
        assert (forecast.shares[0] == one.share).all()
        (low, high), (lowest, highest) = forecast.interval(0.8), forecast.interval(0.9)
        assert (lowest <= low).all()
        assert (high <= highest).all()
        assert (low <= forecast.median).all()
        assert (forecast.median <= high).all()
        long_run, rate = one.settling()
        assert np.isfinite(long_run).all()
        assert np.isfinite(rate).all()


@given(observations(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_order_and_repetition_of_looks_change_nothing(given, random):
    mixed = random.sample(given, len(given)) + random.choices(given, k=5)
    one, other = fitted_or_none(given), fitted_or_none(mixed)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.block, one.unblock, one.breaks) == (other.block, other.unblock, other.breaks)
        assert one.forecast(MONTHS).shares.tobytes() == other.forecast(MONTHS).shares.tobytes()


@given(observations())
@settings(deadline=None)
def test_names_are_names_and_a_site_never_known_is_none(given):
    until = max(at for _, at, _ in given)
    renamed = [(f"www.{site}", at, blocked) for site, at, blocked in given]
    one, other = fitted_or_none(given), fitted_or_none([*renamed, Observation("never", until, None)])
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.evidence, one.known, one.share) == (other.evidence, other.known, other.share)


@given(observations(), st.integers(-50, 50))
@settings(deadline=None)
def test_so_many_weeks_later_it_is_the_same(given, weeks):
    one = fitted_or_none(given)
    other = fitted_or_none([(site, at + weeks * WEEK, blocked) for site, at, blocked in given])
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.forecast(MONTHS).shares.tobytes() == other.forecast(MONTHS).shares.tobytes()


@given(st.integers(2, 5))
def test_twice_the_time_is_twice_the_exposure_of_the_same_events(times):
    base = steady(40, 20, blocks=9, unblocks=4)
    longer = [
        row._replace(start=START + (row.start - START) * times, end=row.end and START + (row.end - START) * times)
        for row in stretches(base)
    ]
    one, other = evidence(base), evidence(Histories.of_stretches(longer, START + (base.until - START) * times))
    for before, after in zip(one, other, strict=True):
        assert before.events == after.events
        assert after.site_months == pytest.approx(times * before.site_months)


@given(st.integers(0, 30), st.integers(1, 30))
@settings(max_examples=20)
def test_more_blocks_in_the_same_looks_are_a_higher_hazard_and_more_unblocks_likewise(few, more):
    one, other = (fit(steady(100, 100, blocks=n, unblocks=n), draws=9) for n in (few, few + more))
    assert one.block.mean < other.block.mean
    assert one.unblock.mean < other.unblock.mean


@pytest.mark.parametrize(("open_", "blocked"), [(0, 30), (30, 0), (1, 0), (0, 1)])
def test_sites_that_never_changed_stay_about_as_they_are_and_are_no_forecast(open_, blocked):
    fitted = fit(steady(open_, blocked, weeks=104))
    assert fitted.refusals == ("seen were 0 of the 5 blocks and unblocks that a forecast needs",)
    assert fitted.forecast([12]).kinds == (Kind.ASSUMED,)
    start = blocked / (open_ + blocked)
    assert fitted.forecast([1]).median[0] == start
    assert abs(fitted.forecast([12]).mean[0] - start) < 0.1
    # Of hazards of which nothing was seen the prior alone speaks, and it allows for all.
    assert fitted.evidence.blocks.events == fitted.evidence.unblocks.events == 0


def test_a_look_that_is_neither_is_named():
    with pytest.raises(ValueError, match="a look at b is nan: give True, False, or None where it told nothing"):
        fit([("a", START, True), ("b", START, float("nan"))])
    assert fit([("a", START, np.True_), ("b", START, np.False_)]).share == 0.5


def test_unknown_stretches_are_left_out_of_both_counts():
    rows = list(stretches(steady(20, 20, weeks=60, blocks=6)))
    until = START + 60 * WEEK
    lost = [Stretch(f"lost-{n}", START, None, None) for n in range(50)]
    one, other = fit(Histories.of_stretches(rows, until)), fit(Histories.of_stretches([*rows, *lost], until))
    assert (one.evidence, one.known, one.share) == (other.evidence, other.known, other.share)


@given(st.floats(1e-6, 1e6))
@settings(max_examples=15)
def test_weights_count_by_their_proportions(unit):
    histories = panel(sites=20)
    weights = {name: 1.0 + number for number, name in enumerate(histories.sites)}
    one = fit(histories, weights=weights, draws=50)
    other = fit(histories, weights={name: unit * weight for name, weight in weights.items()}, draws=50)
    assert one.forecast(MONTHS).shares == pytest.approx(other.forecast(MONTHS).shares)


def test_the_order_of_agents_changes_no_score():
    panels = {f"Bot{n}": panel(60, 12, seed=n) for n in range(3)}
    one, other = backtest(panels), backtest(dict(reversed(panels.items())))
    assert {key: dict(sorted(found.items())) for key, found in one.scores.items()} == {
        key: dict(sorted(found.items())) for key, found in other.scores.items()
    }
