"""`tracker site --diff` and `--at`, `tracker agent`, `tracker changes`."""

import csv
import io
from pathlib import Path

import pytest

from tests.publish.told import day, sha, tell


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "agents.toml").write_text("")
    path = str(tell(tmp_path / "told.sqlite"))
    monkeypatch.setenv("TRACKER_DATABASE", path)
    return path


def test_changes_of_the_last_days(run, told: str) -> None:
    result = run("changes", "--since", "7d", "--json")
    assert "changes from 2024-01-03 to 2024-01-10 (7d before the newest look, 2024-01-10)" in result.err
    assert [(row["date"], row["site"], row["agent"]) for row in result.json] == [
        ("2024-01-10", "c.example", "GPTBot"),
        *(("2024-01-09", "b.example", agent) for agent in ("AI2Bot", "CCBot", "GPTBot", "Google-Extended")),
    ]
    everything = run("changes", "--json")
    assert "from the beginning to 2024-01-10\n" in everything.err
    assert len(everything.json) == 6


@pytest.mark.parametrize(
    ("options", "sites"),
    [
        (["--agent", "ccbot"], ["b.example"]),
        (["--site", "A.example"], ["a.example"]),
        (["--until", "2024-01-02"], ["a.example"]),
        (["--since", "2024-01-10"], ["c.example"]),
        (["--kind", "closed", "--agent", "GPTBot", "--panel", "top"], ["c.example", "b.example", "a.example"]),
        (["--kind", "reopened"], []),
        (["--cause", "parser"], []),
        (["--cause", "site", "--since", "1d", "--agent", "GPTBot"], ["c.example", "b.example"]),
    ],
)
def test_changes_narrowed(run, told: str, options: list[str], sites: list[str]) -> None:
    assert [row["site"] for row in run("changes", *options, "--json").json] == sites
    printed = list(csv.DictReader(io.StringIO(run("changes", *options, "--csv").out)))
    assert [row["site"] for row in printed] == sites
    table = run("changes", *options).out
    assert all(site in table for site in sites)
    assert "body_" not in table


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["changes", "--since", "7x"], "since '7x' is no date, write it as 2024-03-01 (or 7d"),
        (["changes", "--since", "2024-01-05", "--until", "2024-01-04"], "since 2024-01-05 is after until 2024-01-04"),
        (["changes", "--agent", "GTPBot"], "did you mean GPTBot?"),
        (["changes", "--panel", "tip"], "unknown panel 'tip' (did you mean top?)"),
        (["changes", "--kind", "close"], "did you mean closed?"),
        (["changes", "--site", "a b"], "'a b' is no host"),
        (["changes", "--json", "--csv"], "cannot go together"),
        (["agent", "nobody-at-all"], "no agent 'nobody-at-all' in this history; `tracker agents`"),
        (["agent", "GPTBot", "--definition", "named_rot"], "did you mean named_root?"),
        (["agent", "GPTBot", "--denominator", "everybody"], "use one of: members, answered"),
        (["site", "a.example", "--diff", "--at", "2024-01-01"], "--diff and --at cannot go together"),
        (["site", "a.example", "--at", "soon"], "--at 'soon' is no date"),
        (["site", "a.example", "--at", "2024-01-11"], "after the newest look of this history, 2024-01-10"),
        (["site", "z.example", "--at", "2024-01-05"], "z.example is in no panel"),
        (["site", "z.example", "--diff"], "z.example is in no panel"),
    ],
)
def test_what_is_not_there_is_a_usage_error_with_a_hand(run, told: str, arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert result.err.count("\n") == 1


def test_an_agent_with_share_trend_changes_and_sites(run, told: str) -> None:
    found = run("agent", "gptbot", "--json").json
    assert found["agent"]["tokens"] == ["GPTBot"]
    share = found["share"]
    assert (share["date"], share["percent"], share["n"], share["blocked"]) == ("2024-01-10", 75.0, 4, 3)
    assert (share["blocked_named"], share["blocked_wildcard"]) == (2, 1)
    assert (share["low"], share["high"]) == (60.0, 80.0)  # d is unknown: 3 of 5 to 4 of 5
    assert [step["points"] for step in found["trend"]] == [None, None]
    assert [row["site"] for row in found["changes"]] == ["c.example", "b.example", "a.example"]
    assert found["sites"]["blocking"] == 3
    assert [row["site"] for row in found["sites"]["first"]] == ["a.example", "b.example", "c.example"]
    shown = run("agent", "GPTBot").out
    assert "75.0 % of n = 4 sites readable or without a robots.txt" in shown
    assert "bounds: 60.0 % to 80.0 %" in shown
    assert "since 2023-12-11 (30d): nothing was known then" in shown
    named = run("agent", "GPTBot", "--definition", "named_root", "--denominator", "members", "--json").json
    assert (named["share"]["percent"], named["share"]["n"]) == (40.0, 5)
    # The list follows the definition, too: the third closes by `*`.
    assert (named["sites"]["blocking"], [row["named"] for row in named["sites"]["first"]]) == (2, [1, 1])


def test_what_is_shown_of_an_agent_is_what_the_definition_counts(run, told: str) -> None:
    plain = run("agent", "GPTBot").out
    assert "product tokens: GPTBot\n" in plain
    assert "\nNewest changes in the panel\n" in plain
    assert "Sites of the panel that shut GPTBot out now (3), the best placed\n" in plain
    named = run("agent", "GPTBot", "--definition", "named_root").out
    assert "Sites of the panel that close the home page to GPTBot by name now (2), the best placed\n" in named
    assert "\nNewest changes in the panel, of how much is closed to it: named_root may see others\n" in named


def test_an_agent_of_a_history_without_looks(run, told: str, empty_history: Path) -> None:
    result = run("agent", "GPTBot", "--database", str(empty_history))
    assert result.code == 2
    assert "no panel yet" in result.err
    assert "no look at any site yet" in run("changes", "--database", str(empty_history)).err


def test_a_site_as_it_was(run, told: str) -> None:
    past = run("site", "a.example", "--at", "2024-01-01", "--json").json
    assert {row["verdict"] for row in past["access"]} == {"allowed"}
    assert past["body"]["body_sha256"] == sha("open")
    assert past["certainty"] == (
        f"last seen at {day(0)}; the next answer, of {day(1)}, is another: it changed at some time in between"
    )
    now = run("site", "a.example", "--at", "2024-01-05", "--json").json
    assert {row["agent"]: (row["verdict"], row["named"]) for row in now["access"]}["GPTBot"] == ("blocked", 1)
    assert now["certainty"].startswith("the same answer was seen before and after")
    last = run("site", "a.example", "--at", "2024-01-10", "--json").json
    assert last["certainty"] == f"last seen at {day(9)}; not seen since, so it is taken to hold"
    shown = run("site", "a.example", "--at", "2024-01-05T00:00:00Z").out
    assert f"file in force: {sha('GPTBot shut')}" in shown
    assert f"first seen at {day(1)} by own: https://a.example/robots.txt" in shown
    assert "had no robots.txt" in run("site", "c.example", "--at", "2024-01-05").out


def test_what_was_not_known_is_unknown(run, told: str) -> None:
    never = run("site", "d.example", "--at", "2024-01-05", "--json").json
    assert {row["verdict"] for row in never["access"]} == {"unknown"}
    assert never["body"] is None
    assert never["certainty"] == (
        f"unknown: it never answered; the newest failed attempts by then: dns_timeout from {day(1)}"
    )
    before = run("site", "a.example", "--at", "2023-12-01", "--json").json
    assert {row["verdict"] for row in before["access"]} == {"unknown"}
    assert before["certainty"] == f"unknown: the first answer is of {day(0)}"


def test_what_a_site_changed(run, told: str) -> None:
    (change,) = run("site", "a.example", "--diff", "--json").json["changes"]
    assert (change["not_before"], change["seen"]) == (day(0), day(1))
    assert change["text"] == ["@@ -1,2 +1,2 @@", "-User-agent: *", "-Allow: /", "+User-agent: GPTBot", "+Disallow: /"]
    (turn,) = change["agents"]
    assert (turn["agent"], turn["before"], turn["after"], turn["named"]) == ("GPTBot", "allowed", "blocked", True)
    shown = run("site", "a.example", "--diff").out
    assert "  allowed -> blocked by name: GPTBot\n" in shown
    assert "+Disallow: /\n" in shown
    everything = run("site", "b.example", "--diff").out
    assert "  allowed -> blocked: GPTBot\n  and 3 other agents; --all has them" in everything
    assert "allowed -> blocked: AI2Bot" not in everything
    assert "AI2Bot" in run("site", "b.example", "--diff", "--all").out
    assert "--- no robots.txt" in run("site", "c.example", "--diff").out
    assert "never changed" in run("site", "e.example", "--diff").out
