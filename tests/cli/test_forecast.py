"""`tracker forecast` and `tracker backtest` on a history of sixty sites and sixteen months."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tracker import __version__
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.reference.backtest import stored_backtest
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
    assert (found["kind"], found["refusals"], found["warnings"]) == ("forecast", [], [])
    # The history begins a week after the launch of GPTBot: what is left of its first quarter is worth a fifth.
    (launch,) = found["breaks"]
    assert (launch["cause"], launch["start"], launch["expected"]) == ("launch", "2023-11-06", None)
    assert launch["words"].startswith("the quarter after the launch on 2023-08-07 was over, 3 blocks in it")
    assert found["events_since_break"] == 16
    assert found["known"] == 60
    # 17 sites have blocked, two of them have reopened.
    assert found["blocked"] == 15
    whole = found["whole"]["hazards"]
    assert (whole["block"]["events"], whole["unblock"]["events"]) == (17, 2)
    assert found["hazards"]["block"]["events"] == 14.6
    days = sum(one["site_days"] for one in whole.values())
    assert days == 60 * (LOOKS - 1) * 14
    assert [row["months"] for row in found["forecast"]] == list(range(1, 13))
    for row in found["forecast"]:
        (low, high), (lowest, highest) = row["interval_80"], row["interval_90"]
        assert lowest <= low <= row["median"] <= high <= highest
    assert found["forecast"][-1]["median"] > found["percent"]
    assert (found["date"], found["forecast"][-1]["date"]) == ("2024-11-18", "2025-11-18")
    again = run("forecast", "GPTBot", "--json", "--database", str(database))
    assert again.json == found


def test_a_forecast_for_people(run, database: Path) -> None:
    result = run("forecast", "GPTBot", "--months", "14", "--database", str(database))
    assert result.code == 0
    assert "measured: 25.0 % of n = 60 sites readable or without a robots.txt" in result.out
    assert "blocks: 14.6 in " in result.out
    assert "(each before 2023-11-06 counts a fifth)" in result.out
    assert "break on 2023-11-06: the quarter after the launch on 2023-08-07 was over" in result.out
    assert "months from 2024-11-18 on, per cent of sites, median and intervals; without: as if no break" in result.out
    lines = [line.split() for line in result.out.splitlines() if line.strip()[:1].isdigit()]
    assert [line[0] for line in lines] == [str(n) for n in range(1, 15)]
    assert [line[6] for line in lines] == ["forecast"] * 12 + ["assumed"] * 2
    assert [line[1] for line in lines][::11] == ["2024-12", "2025-11"]
    assert "warning: the newest look is of 2024-11-18" in result.err
    assert "the months ahead begin there, not today" in result.err


def test_how_far_to_trust_it_stands_beside_it(run, database: Path) -> None:
    stored = stored_backtest()
    found = run("forecast", "GPTBot", "--json", "--database", str(database)).json["tested"]
    assert (found["agent"], found["sites"]) == ("GPTBot", stored["sites"])
    mine = [one for one in stored["forecasts"] if (one["origins"], one["agent"]) == ("shown", "GPTBot")]
    for row in found["months"]:
        at = [one for one in mine if one["months"] == row["months"]]
        assert (row["n"], row["inside_80"]) == (len(at), sum(one["inside_80"] for one in at))
    out = run("forecast", "GPTBot", "--months", "1", "--database", str(database)).out
    assert found["words"] in out
    assert found["words"].startswith(
        f"tested on {stored['sites']} sites, 2022-07 to 2024-07: the 80 % interval covered"
    )
    assert f"warning: {found['warnings'][0]}" in out


def test_made_up_sites_are_said_to_be_made_up(run, tmp_path: Path) -> None:
    path = tmp_path / "demo.sqlite"
    with Writer(path, AGENTS, kind="demo") as writer:
        panel = writer.panel(Panel("small", "Small", "made up", "1", "2023-01-01", None, False, (Member("a.test", 1),)))
        for day in (0, 90, 180):
            at = START + day * DAY
            crawl = writer.begin_crawl(writer.source(OWN), panel, at, f"small@{day}", 1)
            writer.record(crawl, [Answer("a.test", SHUT, "ref")])
            writer.finish_crawl(crawl, at + 60)
    demo = "DEMO: made-up sites, so all figures are made up, too"
    result = run("forecast", "GPTBot", "--json", "--database", str(path))
    assert f"warning: {demo}" in result.err
    assert demo in result.json["warnings"]
    assert f"warning: {demo}" in run("backtest", "--agents", "GPTBot", "--database", str(path)).err
    assert "DEMO: made-up sites" in run("project", "--measured", "--database", str(path)).err


def test_few_changes_since_the_launch_are_said(run, database: Path, tmp_path: Path) -> None:
    import shutil

    path = Path(shutil.copyfile(database, tmp_path / "moved.sqlite"))
    with closing(sqlite3.connect(path)) as raw, raw:
        day = START // DAY + 39 * 7
        raw.execute("UPDATE agent SET valid_from = '2024-05-13', valid_from_day = ? WHERE name = 'GPTBot'", (day,))
    found = run("forecast", "GPTBot", "--json", "--database", str(path)).json
    assert (found["kind"], found["breaks"][0]["start"], found["events_since_break"]) == ("forecast", "2024-08-12", 4)
    (warning,) = found["warnings"]
    assert warning.startswith("only 4 changes were seen after the last break, fewer than the 5 of a forecast: what")


def test_too_few_changes_are_no_forecast(run, database: Path) -> None:
    result = run("forecast", "CCBot", "--database", str(database))
    assert result.code == 0
    assert "no forecast: seen were 2 of the 5 blocks and unblocks that a forecast needs. What follows" in result.out
    assert "tested on" not in result.out
    found = run("forecast", "CCBot", "--json", "--database", str(database)).json
    assert (found["kind"], found["tested"]) == ("assumed", None)


def test_a_break_is_shown_with_both_ways_to_go_on(run, database: Path, tmp_path: Path) -> None:
    import shutil

    path = Path(shutil.copyfile(database, tmp_path / "broken.sqlite"))
    with Writer(path, AGENTS) as writer:
        at = START + LOOKS * STEP
        crawl = writer.begin_crawl(writer.source(OWN), 1, at, f"sixty@{at}", len(HOSTS))
        writer.record(crawl, [Answer(host, SHUT, "ref") for host in HOSTS])
        writer.finish_crawl(crawl, at + 60)
    found = run("forecast", "GPTBot", "--json", "--database", str(path)).json
    launch, one = found["breaks"]
    assert launch["cause"] == "launch"
    assert (one["direction"], one["cause"]) == ("block", "burst")
    assert found["whole"]["hazards"]["block"]["events"] == 62
    assert found["hazards"]["block"]["events"] < 62
    text = run("forecast", "GPTBot", "--database", str(path)).out
    assert f"break in the week of {one['start']}" in text
    assert "without: as if no break had been" in text


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
    assert models == {"markov", "markov, no restart", "markov, no launch rule", "persistence", "drift"}
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
    result = run("backtest", "--origins", "4", "--by-agent", "--database", str(database))
    out = result.out
    assert "markov, where a forecast would have been shown" in out
    assert " %" in next(line for line in out.splitlines() if " persistence " in line)
    for word in ("shown", "withheld", "MAE", "CRPS", "to persistence", "markov there", "80 % covers", "width", "empty"):
        assert word in result.err, word
    assert "panel sixty, effective_full: 60 sites, 2023-08-14 to 2024-11-18" in out
    assert "GPTBot from 2023-08-14" in out
    assert "to persistence" in out


def test_the_backtest_agent_by_agent(run, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.publish.peers.find_spec", lambda _: None)
    found = run("backtest", "--agents", "GPTBot", "--by-agent", "--json", "--database", str(database)).json
    rows = {row["months"]: row for row in found["rows"] if (row["origins"], row["model"]) == ("shown", "markov")}
    assert [one["months"] for one in found["by_agent"]] == [1, 3, 6]
    for one in found["by_agent"]:
        row = rows[one["months"]]
        assert (one["agent"], one["n"]) == ("GPTBot", row["n"])
        assert one["ratio"] == pytest.approx(row["ratio"], abs=1e-3)
        assert one["inside_80"] / one["n"] == pytest.approx(row["coverage_80"], abs=1e-3)


def test_a_long_backtest_says_in_a_log_how_far_it_is(run, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.publish.peers.find_spec", lambda _: None)
    monkeypatch.setattr("tracker.cli.forecast._LOG_SECONDS", 0)
    result = run("backtest", "--agents", "GPTBot,CCBot", "--origins", "1", "--database", str(database))
    # Two origins: a fit of each, and five models at each.
    assert "0 of 12 steps done, next is GPTBot: fit" in result.err
    assert "11 of 12 steps done, next is CCBot: drift" in result.err


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
