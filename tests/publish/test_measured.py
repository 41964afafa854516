"""A scenario from a history: what is measured in it, what is forecast, what stays, and what is said of each."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.store.measured import HOSTS, LAST_DAY, fickle, tokens, write
from tracker.core.distributions import Beta, Lognormal, Uniform
from tracker.core.estimate import wilson
from tracker.core.forecast import fit
from tracker.core.projection import project
from tracker.core.scenarios import AccessLayer
from tracker.core.tokens import Layer
from tracker.errors import UsageError
from tracker.publish.measured import Measured, Tail, measured
from tracker.publish.tokens import TokensAsked, look
from tracker.reference.rows import reference_file
from tracker.reference.scenarios import load_scenarios
from tracker.store.query import Reader

BASE = load_scenarios(reference_file("scenarios.toml"))["epoch-2024-access"]
Fresh = Callable[[], Path]


@pytest.fixture(scope="module")
def database(empty_history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(Path(shutil.copyfile(empty_history, tmp_path_factory.mktemp("measured") / "history.sqlite")))


@pytest.fixture(scope="module")
def half_seen(empty_history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of ten of the forty sites nothing is known."""
    path = Path(shutil.copyfile(empty_history, tmp_path_factory.mktemp("half") / "history.sqlite"))
    return write(path, unseen=10)


def ask(history: Path, layer: Layer = Layer.ROBOTS, tail: Tail | None = None, *, agent="GPTBot", **more) -> Measured:
    definition = more.pop("definition", None)
    with Reader(history) as reader:
        looked = look(reader, agent, definition=definition, asked=TokensAsked(**more))
        return measured(reader, BASE, looked, layer, tail)


def test_by_robots_and_site(database: Path) -> None:
    found = ask(database)
    scenario, origins = found.chosen.scenario, found.chosen.origins
    assert (scenario.access, scenario.restricted_share) == (AccessLayer.ROBOTS, 0.375)
    assert scenario.observed_year == pytest.approx(2024 + 322 / 366, abs=1e-3)
    assert scenario.token_weight == BASE.scenario.token_weight
    assert isinstance(scenario.long_run_share, Beta)
    assert isinstance(scenario.settling_rate, Lognormal)
    assert origins["restricted_share"].date == LAST_DAY
    assert origins["restricted_share"].source.startswith(
        "Measured: GPTBot, panel forty, 2024-11-18, by site, n = 40 of 40 sites: no page may be fetched"
    )
    assert origins["long_run_share"].source.startswith(
        "Forecast of panel forty for GPTBot: 14.6 blocks and 2 unblocks in 6"
    )
    # What was not measured is as it was.
    assert (scenario.compliance, origins["compliance"]) == (BASE.scenario.compliance, BASE.origins["compliance"])
    facts = found.facts
    assert (facts["percent"], facts["low"], facts["high"], facts["uniform"]) == (37.5, 37.5, 37.5, False)
    assert (facts["forecast"], facts["forecast_refused"]) == (True, [])
    assert set(facts["inputs"]) == {"restricted_share", "observed_year", "long_run_share", "settling_rate"}
    assert any("sites are not tokens" in one for one in found.notes)


def test_what_is_forecast_has_the_mean_and_spread_of_the_forecasters_draws(database: Path) -> None:
    scenario = ask(database).chosen.scenario
    with Reader(database) as reader:
        long_run, rate = fit(reader.site_histories("GPTBot", "forty", "effective_full")).settling(20_000)
    z = np.random.default_rng(1).standard_normal(200_000)
    matched = scenario.long_run_share.at(z)
    assert matched.mean() == pytest.approx(long_run.mean(), abs=0.005)
    assert matched.std() == pytest.approx(long_run.std(), abs=0.005)
    assert scenario.settling_rate.median == pytest.approx(float(np.median(rate)), rel=0.05)
    # The projection takes it all.
    projection = project(scenario, draws=500)
    assert projection.forward.median > 0


def test_by_tokens(database: Path, tmp_path: Path) -> None:
    path = tokens(tmp_path, ("site-02.example", 30), ("site-30.example", 70), ("else.example", 900))
    found = ask(database, path=path)
    scenario = found.chosen.scenario
    assert (found.facts["percent"], scenario.token_weight) == (30, 1)
    # Two sites that stand for all text leave nearly all open: Wilson's interval of 1.72 effective ones.
    effective = 100**2 / (30**2 + 70**2)
    sure = wilson(0.3 * effective, effective)
    assert scenario.restricted_share == Uniform(sure.low, sure.high)
    assert found.facts["stands_for_all"] == {"sites": 2, "of": 40, "effective": 1.7}
    assert found.notes[0].startswith("WARNING: tokens.csv has tokens of 2 of 40 sites of the panel (5.0 %), as sure as")
    assert (
        "by tokens of tokens.csv (tokens), n = 2 of 2 sites with tokens"
        in found.chosen.origins["restricted_share"].source
    )
    assert found.facts["weights"] == "tokens"
    assert not any("sites are not tokens" in one for one in found.notes)
    assert found.notes[-1].startswith("that forecast is of sites, whose weights have no part in it")
    # Rounded once, so that the note says what the title says.
    assert re.search(r"measured here: ([\d.]+ to [\d.]+ %)", found.chosen.title)[1] in found.notes[1]
    tailed = ask(database, tail=Tail(0.1087, 0.022), path=path)
    share = 0.1087 * 0.3 + 0.8913 * 0.022
    assert tailed.chosen.scenario.restricted_share == pytest.approx(share)
    assert tailed.facts["percent"] == round(100 * share, 3)
    assert (tailed.facts["of_panel"]["percent"], tailed.facts["stands_for_all"]) == (30, None)
    assert tailed.chosen.scenario.long_run_share.median < scenario.long_run_share.median
    assert "10.87 % of the tokens there, 2.2 % restricted of the rest (given)" in tailed.notes[0]


def test_named_against_wildcard(database: Path) -> None:
    assert ask(database, definition="named_full").chosen.scenario.restricted_share == 0.35


def test_an_agent_that_nobody_knew_yet_on_the_day_is_not_forecast(database: Path, fresh_file: Fresh) -> None:
    path = Path(shutil.copyfile(database, fresh_file()))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE agent SET valid_from_day = 30000 WHERE name = 'GPTBot'")
    connection.close()
    found = ask(path)
    # The tenth site shuts it out by *.
    assert found.chosen.scenario.restricted_share == 1 / 40
    assert found.facts["forecast_refused"] == [
        "GPTBot was not documented yet on 2024-11-18: only what * says is counted"
    ]


def test_wide_bounds_are_taken_as_they_are(half_seen: Path) -> None:
    found = ask(half_seen)
    # 15 of 30 known sites block; 10 more may.
    assert found.chosen.scenario.restricted_share == Uniform(15 / 40, 25 / 40)
    assert found.facts["uniform"]
    assert "anything from 37.5 to 62.5 %, for so much is unknown" in found.notes[0]
    assert found.chosen.origins["restricted_share"].note


def test_wide_bounds_of_the_panel_are_bounds_of_all_tokens(half_seen: Path, tmp_path: Path) -> None:
    path = tokens(tmp_path, *((host, 1) for host in HOSTS))
    tail = Tail(0.5, 0.02)
    found = ask(half_seen, tail=tail, path=path)
    assert found.chosen.scenario.restricted_share == Uniform(tail.whole(15 / 40), tail.whole(25 / 40))
    assert (found.facts["low"], found.facts["high"]) == (19.75, 32.25)


def test_what_settles_within_weeks_has_settled(fresh_file: Fresh) -> None:
    """Sites that change at every look give hazards of some 50 a year: ten tell the projection as much."""
    found = ask(write(fresh_file(), says=fickle)).chosen.scenario
    assert found.settling_rate.median == pytest.approx(10, abs=0.1)


def test_more_text_makes_a_share_by_tokens_surer(database: Path, tmp_path: Path) -> None:
    found = ask(database, path=tokens(tmp_path, *((host, 5) for host in HOSTS))).chosen.scenario.restricted_share
    sure = wilson(15, 40)
    assert (found.low, found.high) == pytest.approx((sure.low, sure.high))


def test_terms_are_held_where_they_are_and_either_goes_on_as_robots_txt_does(database: Path) -> None:
    terms, either = (ask(database, layer) for layer in (Layer.TERMS, Layer.EITHER))
    assert (terms.chosen.scenario.access, either.chosen.scenario.access) == (AccessLayer.TERMS, AccessLayer.UNION)
    assert terms.chosen.scenario.restricted_share == Uniform(1 / 40, 39 / 40)
    assert either.chosen.scenario.restricted_share == Uniform(16 / 40, 39 / 40)
    assert "terms that forbid AI training" in terms.chosen.origins["restricted_share"].source
    assert (terms.chosen.scenario.long_run_share, terms.facts["forecast"]) == (None, False)
    assert terms.notes[-1] == (
        "the measured share is held where it is (long_run_share none), for it is not forecast: only robots.txt is "
        "forecast, not terms"
    )
    robots = ask(database)
    assert either.facts["forecast"]
    assert either.chosen.scenario.settling_rate == robots.chosen.scenario.settling_rate
    assert either.chosen.scenario.long_run_share.median > robots.chosen.scenario.long_run_share.median
    # 27.5 sites in the middle of the bounds of either, 15 by robots.txt.
    assert "terms alone close the same further 31.2 points as now" in either.notes[-1]


@pytest.mark.parametrize("agent", ["GPTBot", "Stubborn"])
@pytest.mark.parametrize("history", ["database", "half_seen"])
@pytest.mark.parametrize("weights", ["site", "tokens", "tail"])
def test_the_wider_layer_never_moves_the_date_less(
    request: pytest.FixtureRequest, tmp_path: Path, agent: str, history: str, weights: str
) -> None:
    """Either holds all that robots.txt closes, so it brings forward no less: at every quantile, now and later."""
    path: Path = request.getfixturevalue(history)
    more = {} if weights == "site" else {"path": tokens(tmp_path, *((host, 1 + n) for n, host in enumerate(HOSTS)))}
    tail = Tail(0.3, 0.1) if weights == "tail" else None
    robots, either = (
        project(ask(path, layer, tail, agent=agent, **more).chosen.scenario, draws=2_000).forward
        for layer in (Layer.ROBOTS, Layer.EITHER)
    )
    # Less than an hour is the solver's rounding.
    assert either.median >= robots.median - 1e-4
    assert all(wide >= narrow - 1e-4 for wide, narrow in zip(either.interval(0.8), robots.interval(0.8), strict=True))


def test_either_is_as_robots_txt_where_terms_close_nothing_more(database: Path, tmp_path: Path) -> None:
    # The first site's terms forbid and its file is open; of the third nobody knows, but its file is shut already.
    path = tokens(tmp_path, ("site-02.example", 30), ("site-01.example", 70))
    robots, either = (ask(database, layer, path=path).chosen.scenario for layer in (Layer.ROBOTS, Layer.EITHER))
    assert replace(either, access=robots.access) == robots


def test_too_short_a_history_is_not_forecast(fresh_file: Fresh) -> None:
    found = ask(write(fresh_file(), looks=8))
    assert found.chosen.scenario.long_run_share is None
    assert found.notes[-1].startswith("the measured share is held where it is (long_run_share none), for it is not")
    assert "known are 14 of the 26 weeks that a forecast needs" in found.notes[-1]
    assert found.chosen.origins["long_run_share"].source.startswith("None: held where it was measured")


def test_nothing_blocked_is_nothing_restricted(database: Path) -> None:
    found = ask(database, agent="Stubborn")
    assert found.chosen.scenario.restricted_share == 0
    assert not found.chosen.scenario.restricts
    assert any("closes nothing in this scenario, now or later" in one for one in found.notes)


def test_nothing_known_is_an_error_of_one_line(fresh_file: Fresh) -> None:
    path = write(fresh_file(), unseen=len(HOSTS), looks=1)
    with pytest.raises(UsageError, match=r"^nothing is known of GPTBot in panel forty on 2023-08-14: crawl it ag"):
        ask(path)


def test_no_terms_known_is_an_error_of_one_line(database: Path, tmp_path: Path) -> None:
    path = tokens(tmp_path, ("site-30.example", 1))
    with pytest.raises(UsageError, match=r"^no terms of panel forty are known: `tracker crawl --round weekly` looks"):
        ask(database, Layer.TERMS, path=path)


def test_either_without_any_terms_is_no_measurement(database: Path, tmp_path: Path) -> None:
    path = tokens(tmp_path, ("site-30.example", 1), ("site-04.example", 1))
    with pytest.raises(UsageError, match=r"^no terms of panel forty are known"):
        ask(database, Layer.EITHER, path=path)


def test_either_within_narrow_bounds_is_their_middle(database: Path, tmp_path: Path) -> None:
    path = tokens(tmp_path, ("site-02.example", 30), ("site-01.example", 69), ("site-30.example", 1))
    found = ask(database, Layer.EITHER, Tail(1, 0), path=path).chosen.scenario
    # site-01 is open and silent; of site-30 nobody has seen the terms.
    assert found.restricted_share == pytest.approx(0.305)
