"""`tracker forecast` and `tracker backtest` on a history of sixty sites and sixteen months."""

from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tracker import __version__
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.store.captures import OWN, Answer
from tracker.store.write import Writer

HOSTS = tuple(f"site-{n:02}.example" for n in range(60))
START = 1_691_971_200  # 2023-08-14, a Monday
LOOKS, STEP = 34, 14 * DAY
OPEN, SHUT, CCBOT = (
    b"User-agent: *\nAllow: /\n",
    b"User-agent: GPTBot\nDisallow: /\n",
    b"User-agent: GPTBot\nDisallow: /\n\nUser-agent: CCBot\nDisallow: /\n",
)


def body(site: int, look: int) -> bytes:
    """One more site shuts GPTBot out every 28 days, of which the first two let it in again; two shut CCBot out."""
    blocks = 2 * site
    if site < 2 and look > blocks + 9:
        return OPEN
    if look <= blocks:
        return OPEN
    own = b"# %d\n" % site
    return own + (CCBOT if site in (5, 6) else SHUT)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("forecast") / "history.sqlite"
    members = tuple(Member(host, rank) for rank, host in enumerate(HOSTS, 1))
    with Writer(path, AGENTS) as writer:
        panel = writer.panel(Panel("sixty", "Sixty", "made up", "1", "2023-08-14", None, False, members))
        own = writer.source(OWN)
        for look in range(LOOKS):
            at = START + look * STEP
            crawl = writer.begin_crawl(own, panel, at, f"sixty@{at}", len(HOSTS))
            answers = [Answer(host, body(site, look), "ref") for site, host in enumerate(HOSTS)]
            writer.record(crawl, answers)
            writer.finish_crawl(crawl, at + 60)
    return path


def test_a_forecast(run, database: Path) -> None:
    found = run("forecast", "gptbot", "--json", "--database", str(database)).json
    assert (found["agent"], found["panel"], found["definition"]) == ("GPTBot", "sixty", "effective_full")
    assert (found["kind"], found["refusals"], found["breaks"], found["whole"]) == ("forecast", [], [], None)
    assert found["known"] == 60
    # 17 sites have blocked, two of them have reopened.
    assert found["blocked"] == 15
    assert found["hazards"]["block"]["events"] == 17
    assert found["hazards"]["unblock"]["events"] == 2
    days = sum(one["site_days"] for one in found["hazards"].values())
    assert days == 60 * (LOOKS - 1) * 14
    assert [row["months"] for row in found["forecast"]] == list(range(1, 13))
    for row in found["forecast"]:
        (low, high), (lowest, highest) = row["interval_80"], row["interval_90"]
        assert lowest <= low <= row["median"] <= high <= highest
    assert found["forecast"][-1]["median"] > found["percent"]
    again = run("forecast", "GPTBot", "--json", "--database", str(database))
    assert again.json == found


def test_a_forecast_for_people(run, database: Path) -> None:
    result = run("forecast", "GPTBot", "--months", "14", "--database", str(database))
    assert result.code == 0
    assert "measured: 25.0 % of n = 60 sites readable or without a robots.txt" in result.out
    assert "blocks: 17 in " in result.out
    lines = [line.split() for line in result.out.splitlines() if line.strip()[:1].isdigit()]
    assert [line[0] for line in lines] == [str(n) for n in range(1, 15)]
    assert [line[-1] for line in lines] == ["forecast"] * 12 + ["assumed"] * 2


def test_too_few_changes_are_no_forecast(run, database: Path) -> None:
    result = run("forecast", "CCBot", "--database", str(database))
    assert result.code == 0
    assert "no forecast: 2 blocks and unblocks were seen, a forecast needs 5. What follows is assumed" in result.out
    assert run("forecast", "CCBot", "--json", "--database", str(database)).json["kind"] == "assumed"


def test_a_break_is_shown_with_both_ways_to_go_on(run, database: Path, tmp_path: Path) -> None:
    import shutil

    path = Path(shutil.copyfile(database, tmp_path / "broken.sqlite"))
    with Writer(path, AGENTS) as writer:
        at = START + LOOKS * STEP
        crawl = writer.begin_crawl(writer.source(OWN), 1, at, f"sixty@{at}", len(HOSTS))
        writer.record(crawl, [Answer(host, SHUT, "ref") for host in HOSTS])
        writer.finish_crawl(crawl, at + 60)
    found = run("forecast", "GPTBot", "--json", "--database", str(path)).json
    (one,) = found["breaks"]
    assert (one["direction"], one["cause"]) == ("block", "burst")
    assert found["whole"]["hazards"]["block"]["events"] == 62
    assert found["hazards"]["block"]["events"] < 62
    text = run("forecast", "GPTBot", "--database", str(path)).out
    assert f"break in the week of {one['start']}" in text
    assert "without breaks %" in text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("forecast", "GPTBoot"), 2, "no agent 'GPTBoot' in this history (did you mean GPTBot?)"),
        (("forecast", "GPTBot", "--panel", "fifty"), 2, "unknown panel 'fifty'"),
        (("forecast", "GPTBot", "--definition", "shut"), 2, "unknown definition 'shut'"),
        (("backtest", "--agents", "CCBot,Nobody"), 2, "no agent 'Nobody'"),
    ],
)
def test_wrong_names_are_said_in_one_line(run, database: Path, arguments, code, words) -> None:
    result = run(*arguments, "--database", str(database))
    assert result.code == code
    assert words in result.err
    assert len(result.err.strip().splitlines()) == 1


@pytest.mark.parametrize("command", [("forecast", "GPTBot"), ("backtest", "--agents", "CCBot,GPTBot")])
def test_an_agent_younger_than_the_newest_look(run, fresh_file, command) -> None:
    path = fresh_file()
    with Writer(path, AGENTS) as writer:
        panel = writer.panel(Panel("old", "Old", "made up", "1", "2023-01-01", None, False, (Member("a.example", 1),)))
        crawl = writer.begin_crawl(writer.source(OWN), panel, START - 300 * DAY, "old", 1)
        writer.record(crawl, [Answer("a.example", SHUT, "ref")])
        writer.finish_crawl(crawl, START - 300 * DAY + 60)
    result = run(*command, "--database", str(path))
    assert result.code == 2
    words = "GPTBot is documented from 2023-08-07 on, the newest look at panel old is of 2022-10-18: crawl it"
    assert words in result.err


def test_a_history_without_a_look(run, empty_history: Path) -> None:
    result = run("forecast", "GPTBot", "--database", str(empty_history))
    assert result.code == 2
    assert "this history has no panel yet" in result.err


def test_a_panel_that_nobody_looked_at(run, fresh_file) -> None:
    path = fresh_file()
    with Writer(path, AGENTS) as writer:
        writer.panel(Panel("new", "New", "made up", "1", "2023-08-14", None, False, (Member("a.example", 1),)))
    result = run("forecast", "GPTBot", "--database", str(path))
    assert result.code == 2
    assert "nothing is known of GPTBot in panel new at its newest look: crawl it" in result.err
    for options in ((), ("--agents", "GPTBot")):
        result = run("backtest", *options, "--database", str(path))
        assert result.code == 2
        assert "nothing is known of panel new yet: crawl or import it" in result.err


def test_the_backtest(run, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.publish.peers.find_spec", lambda _: None)
    result = run("backtest", "--agents", "GPTBot,CCBot", "--json", "--database", str(database))
    assert result.code == 0
    assert "local level and SARIMA are left out: they need statsmodels" in result.err
    found = result.json
    assert (found["panel"], found["definition"], found["agents"]) == ("sixty", "effective_full", ["GPTBot", "CCBot"])
    models = {row["model"] for row in found["rows"]}
    assert models == {"markov", "markov, no restart", "persistence", "drift"}
    by_key = {(row["origins"], row["model"], row["months"]): row for row in found["rows"]}
    assert by_key["shown", "persistence", 3]["ratio"] == 1
    assert by_key["shown", "markov", 6]["ratio"] < 1
    assert ("withheld", "markov", 1) in by_key
    assert (found["drywell"], len(found["run_on"])) == (__version__, 10)
    # The rows are the means of the forecasts.
    mine = [one for one in found["forecasts"] if (one["origins"], one["months"]) == ("shown", 3)]
    row = by_key["shown", "markov", 3]
    assert row["n"] == len(mine)
    assert sum(one["crps"] for one in mine) / len(mine) == pytest.approx(row["crps"], abs=1e-3)
    assert sum(one["inside_80"] for one in mine) / len(mine) == pytest.approx(row["coverage_80"], abs=1e-3)
    ratio = sum(one["crps"] for one in mine) / sum(one["persistence"] for one in mine)
    assert ratio == pytest.approx(row["ratio"], abs=1e-3)


def test_the_backtest_for_people(run, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.publish.peers.find_spec", lambda _: None)
    out = run("backtest", "--origins", "4", "--database", str(database)).out
    assert "panel sixty, effective_full: 60 sites, 2023-08-14 to 2024-11-18" in out
    assert "GPTBot from 2023-08-14" in out
    assert "to persistence" in out


@pytest.mark.slow  # importing statsmodels takes seconds
def test_peers_of_statsmodels_answer_in_shares() -> None:
    import numpy as np

    from tracker.core.forecast import Series
    from tracker.publish.peers import statistical_peers

    series = Series(np.array([10, 11, 11, 12, 14, 13, 15, 16, 16, 17, 18, 18, 19, 20]) / 100, np.full(14, 200.0))
    peers = statistical_peers()
    assert [peer.name for peer in peers] == ["local level", "SARIMA"]
    drawn = peers[0].ask(series, [1, 6], 500, 0)
    assert drawn.shape == (2, 500)
    assert ((drawn >= 0) & (drawn <= 1)).all()
    assert np.median(drawn[0]) == pytest.approx(0.2, abs=0.02)
    assert drawn.tobytes() == peers[0].ask(series, [1, 6], 500, 0).tobytes()
