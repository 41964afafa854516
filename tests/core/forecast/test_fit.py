from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.forecast.simulated import START, looks, panel, steady, world
from tracker.core.forecast import MONTH, Histories, Kind, Prior, Stretch, fit, shared_prior, two_state
from tracker.core.forecast.breaks import evidence
from tracker.core.intervals import DAY

MONTHS = (1, 3, 6, 12)


def test_posteriors_are_the_events_and_site_months_beside_the_prior():
    fitted = fit(steady(10, 10, blocks=1, unblocks=2), restart=False)
    months = 364 / (MONTH / DAY)
    # By evenness: the blocker is open for 1/2 of the year, the unblockers blocked for 1/3 and 2/3.
    assert (fitted.block.shape, fitted.unblock.shape) == (1.5, 2.5)
    assert fitted.block.rate == pytest.approx(50 + months * (9 + 1 / 2 + 1), rel=1e-6)
    assert fitted.unblock.rate == pytest.approx(50 + months * (8 + 1 + 1 / 2), rel=1e-6)
    assert fitted.open_days + fitted.blocked_days == pytest.approx(20 * 364)
    assert (fitted.known, fitted.blocked, fitted.share) == (20, 9, 0.45)


@pytest.mark.parametrize("months", [0, 1, 3.5, 12, 60])
def test_the_mean_is_that_of_the_two_state_law(months):
    fitted = fit(panel(sites=500), shock=0, draws=20_000)
    assert fitted.forecast([months]).mean[0] == pytest.approx(fitted.expected(months).mean(), abs=4e-4)
    # So much exposure that the hazards are known but for a tenth: the mean is nearly that of the mean hazards.
    sure = float(two_state(fitted.share, fitted.block.mean, fitted.unblock.mean, months))
    assert fitted.expected(months).mean() == pytest.approx(sure, abs=5e-3)


def test_the_long_run_is_where_both_hazards_balance():
    fitted = fit(panel(), shock=0)
    block, unblock = fitted.hazards
    assert fitted.expected(5_000) == pytest.approx(block / (block + unblock), abs=1e-6)


@pytest.mark.parametrize("draws", [None, 5_000])
def test_settling_is_the_same_law_in_years(draws):
    fitted = fit(panel())
    long_run, rate = fitted.settling(draws)
    assert len(long_run) == len(rate) == (draws or fitted.draws)
    assert ((long_run > 0) & (long_run < 1) & (rate > 0)).all()
    after = long_run + (fitted.share - long_run) * np.exp(-rate * 1.5)
    assert after == pytest.approx(replace(fitted, draws=len(rate)).expected(18))
    assert np.median(rate) == pytest.approx(12 * (fitted.block.mean + fitted.unblock.mean), rel=0.25)


def test_settling_of_sites_that_only_block_is_all_of_them():
    assert np.median(fit(steady(5_000, 5_000, weeks=200, blocks=500), restart=False).settling()[0]) > 0.98
    with pytest.raises(ValueError, match="draws from 1"):
        fit(steady(9, 9)).settling(0)


def test_the_spread_is_that_of_the_sites_if_the_hazards_are_sure():
    histories = steady(8_000, 2_000, weeks=520, blocks=4_000, unblocks=1_000)
    fitted = fit(histories, shock=0, restart=False, draws=40_000)
    blocks, stays = (
        two_state(0.0, fitted.block.mean, fitted.unblock.mean, 1),
        two_state(1.0, fitted.block.mean, fitted.unblock.mean, 1),
    )
    variance = 5_000 * float(blocks * (1 - blocks) + stays * (1 - stays)) / 10_000**2
    assert fitted.forecast([1]).shares.std() == pytest.approx(variance**0.5, rel=0.08)


def test_the_shock_widens_and_keeps_the_mean_hazard():
    histories = panel()
    calm, shocked = fit(histories, shock=0, draws=50_000), fit(histories, draws=50_000)
    assert shocked.hazards[0].mean() == pytest.approx(calm.hazards[0].mean(), rel=0.02)
    widths = [np.diff(one.forecast([6]).interval(0.8), axis=0)[0, 0] for one in (calm, shocked)]
    assert widths[1] > 1.3 * widths[0]


@given(st.integers(0, 40), st.integers(1, 30), st.sampled_from(MONTHS))
@settings(max_examples=25, deadline=None)
def test_more_blocks_more_blocked_and_more_unblocks_less(blocks, more, months):
    base = steady(100, 100, blocks=20, unblocks=20)
    fitted = fit(base, restart=False, draws=200)
    for hazard, sign in (("block", 1), ("unblock", -1)):
        posterior = getattr(fitted, hazard)
        low, high = (_with(fitted, hazard, posterior.after(events, 0.0)) for events in (blocks, blocks + more))
        assert (sign * (high.expected(months) - low.expected(months)) >= -1e-12).all()


def _with(fitted, hazard, posterior):
    return replace(fitted, **{hazard: posterior})


def test_same_arguments_same_bytes_and_a_horizon_stands_alone():
    histories = panel()
    one, other = fit(histories).forecast(MONTHS), fit(histories).forecast(MONTHS)
    assert one.shares.tobytes() == other.shares.tobytes()
    assert fit(histories).forecast([6]).shares.tobytes() == one.shares[2].tobytes()
    assert fit(histories, seed=1).forecast(MONTHS).shares.tobytes() != one.shares.tobytes()


def test_fit_takes_plain_looks_in_any_order():
    given = list(looks(world(40, 12, 0.03, 0.02, 0.3, 1), START + 12 * MONTH, (5, 9), 1))
    one, other = fit(given), fit(reversed(given))
    assert (one.block, one.unblock, one.share) == (other.block, other.unblock, other.share)


# Weights


def test_weights_enter_the_share_and_never_the_hazards():
    histories = panel(sites=50)
    names = histories.sites
    weighted = fit(histories, weights={name: 1 + 9.0 * (name == names[0]) for name in names})
    plain = fit(histories)
    assert (weighted.block, weighted.unblock) == (plain.block, plain.unblock)
    by_hand = sum(1 + 9 * (n == 0) for n in histories.now(True)) / (len(names) + 9)
    assert weighted.share == pytest.approx(by_hand)


def test_equal_weights_are_no_weights():
    histories = panel()
    even = fit(histories, weights=dict.fromkeys(histories.sites, 2.0)).forecast(MONTHS)
    assert even.shares == pytest.approx(fit(histories).forecast(MONTHS).shares)


def test_many_weights_have_the_spread_of_single_sites():
    histories = panel(sites=400)
    weights = {name: 1.0 / (1 + number) for number, name in enumerate(histories.sites)}
    fitted = fit(histories, weights=weights, shock=0, draws=20_000)
    block, unblock = (np.broadcast_to(one, 20_000) for one in fitted.hazards)
    blocked = np.zeros(len(histories.sites), bool)
    blocked[histories.now(True)] = True
    rank = np.array([weights[name] for name in histories.sites])
    stream, by_site = np.random.default_rng(5), np.empty(4_000)
    for n in range(4_000):
        p = two_state(blocked.astype(float), block[n], unblock[n], 6)
        by_site[n] = (rank * (stream.random(len(p)) < p)).sum() / rank.sum()
    ours = fitted.forecast([6]).shares[0]
    assert ours.mean() == pytest.approx(by_site.mean(), abs=0.004)
    assert np.quantile(ours, [0.1, 0.9]) == pytest.approx(np.quantile(by_site, [0.1, 0.9]), abs=0.012)


# Too little to go by


def test_under_26_weeks_there_is_no_forecast():
    fitted = fit(steady(100, 100, weeks=20, blocks=10))
    assert fitted.refusals == ("known are 20 of the 26 weeks that a forecast needs",)
    assert fitted.kind is Kind.ASSUMED
    assert fitted.forecast().kind is Kind.ASSUMED


def test_past_a_year_all_is_assumed():
    fitted = fit(panel())
    assert fitted.forecast([1, 12, 12.5, 60]).kinds == (Kind.FORECAST,) * 2 + (Kind.ASSUMED,) * 2
    assert fit(steady(9, 9, weeks=2)).forecast([1]).kinds == (Kind.ASSUMED,)


def test_under_5_events_there_is_no_forecast():
    assert fit(steady(100, 100, blocks=4)).refusals == (
        "seen were 4 of the 5 blocks and unblocks that a forecast needs",
    )
    assert fit(steady(100, 100, blocks=4, unblocks=1)).kind is Kind.FORECAST
    assert len(fit(steady(9, 9, weeks=2)).refusals) == 2


def test_the_fan_of_a_young_agent_follows_the_others():
    young = steady(100, 5, weeks=4, blocks=1)
    others = [evidence(panel(block=0.2, unblock=0.02, seed=seed)) for seed in range(3)]
    prior = shared_prior([one.blocks for one in others], [one.unblocks for one in others])
    alone, helped = fit(young).forecast([6]), fit(young, shared=prior).forecast([6])
    assert helped.median[0] > 2 * alone.median[0]
    assert fit(panel(), shared=prior).block == fit(panel()).block


def test_nothing_known_is_no_fit():
    with pytest.raises(ValueError, match="no site is known at the newest look"):
        fit([])
    gone = Histories.of_stretches([Stretch("a", START, START + 9, True)], START + 99)
    with pytest.raises(ValueError, match="no site is known"):
        fit(gone)
    with pytest.raises(ValueError, match="no site is known"):
        fit(steady(3, 3), weights={"elsewhere": 1.0})


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"seed": -1}, {"shock": -0.1}])
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(ValueError, match="draws from 1"):
        fit(steady(3, 3), **wrong)


@pytest.mark.parametrize("months", [[-1], [float("nan")], [float("inf")]])
def test_wrong_horizons_are_refused(months):
    with pytest.raises(ValueError, match="months ahead must be numbers of at least 0"):
        fit(steady(3, 3)).forecast(months)


# Is it as sure as it says?


@pytest.mark.parametrize(("days", "gaps"), [((7, 7), 0.0), ((2, 40), 0.0), ((5, 9), 0.3)])
def test_hazards_are_found_whatever_the_spacing_and_the_gaps(days, gaps):
    """Up to chance, and 5 %: where looks are rare, a site that goes and comes back between two of them is missed."""
    seen = [evidence(panel(200, 18, 0.02, 0.03, 0.4, seed, days, gaps)) for seed in range(4)]
    for kind, truth in (("blocks", 0.02), ("unblocks", 0.03)):
        counts = [getattr(one, kind) for one in seen]
        events, months = sum(one.events for one in counts), sum(one.site_months for one in counts)
        assert events / months == pytest.approx(truth, abs=3 * events**0.5 / months + 0.05 * truth)


def covered(panels, days, gaps, ahead=6):
    """How often what came lay within the 80 and the 90 % interval. The hazards do not change: there is no shock."""
    inside = np.zeros(2)
    until = START + 12 * MONTH
    for seed in range(panels):
        real = world(100, 12 + ahead, 0.02, 0.015, 0.3, seed)
        histories = Histories.of_observations(looks(real, until, days, seed, gaps), until)
        known = [histories.sites[n] for n in np.concatenate((histories.now(True), histories.now(False)))]
        at = until + ahead * MONTH
        truth = np.mean([real.states(int(name.removeprefix("site-")), at) for name in known])
        forecast = fit(histories, shock=0, seed=seed).forecast([ahead])
        for n, level in enumerate((0.8, 0.9)):
            low, high = forecast.interval(level)
            inside[n] += bool(low[0] - 1e-9 <= truth <= high[0] + 1e-9)
    return inside / panels


@pytest.mark.parametrize(("days", "gaps"), [((14, 14), 0.0), ((7, 40), 0.2)])
def test_intervals_cover_what_comes(days, gaps):
    assert covered(40, days, gaps) == pytest.approx([0.8, 0.9], abs=0.15)


@pytest.mark.slow
@pytest.mark.parametrize(("days", "gaps"), [((7, 7), 0.0), ((2, 40), 0.2)])
def test_intervals_cover_what_comes_to_a_few_per_cent(days, gaps):
    found = covered(1_000, days, gaps)
    print(f"\n80 % covers {found[0]:.3f}, 90 % covers {found[1]:.3f} of 1,000 panels")
    assert found == pytest.approx([0.8, 0.9], abs=0.05)


def test_the_prior_is_half_an_event_in_50_site_months():
    assert Prior().block.as_dict() == {"dist": "gamma", "shape": 0.5, "rate": 50.0}
    assert Prior().block.mean == 0.01
