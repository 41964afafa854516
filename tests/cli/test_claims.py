"""`tracker claims` on a small history worked through by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.publish.told import DAY, PANEL, START, tell
from tracker import reference
from tracker.core.agents import Precision
from tracker.publish.deals import reversals
from tracker.reference import Confidence, Deal, DealKind
from tracker.store.captures import OWN, Answer
from tracker.store.query import Reader
from tracker.store.write import Writer

ARTICLE = ("techcrunch-top1000", "techcrunch-quarter", "techcrunch-exhaustion")


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    path = str(tell(tmp_path / "told.sqlite"))
    monkeypatch.setenv("TRACKER_DATABASE", path)
    return path


@pytest.fixture
def claimed(told: str) -> str:
    with Writer(told, AGENTS) as writer:
        writer.know_claims(reference.claims())
    return told


def test_every_published_figure_has_an_answer(run, claimed: str) -> None:
    found = run("claims", "--json").json
    assert {row["claim"] for row in found} == {claim.id for claim in reference.claims()}
    assert all(row["verdict"] and row["reasons"] and row["source"] for row in found)
    table = run("claims")
    assert all(claim in table.out for claim in ARTICLE)
    assert "tracker claims CLAIM" in table.err


def test_a_figure_counted_again(run, claimed: str) -> None:
    """Of a, b, c and e on 10 January, all with a file, a and c shut GPTBot by name and b everybody; d is unknown."""
    (row,) = run("claims", "techcrunch-top1000", "--json").json
    assert row["seen"]["date"] == "2024-01-10"
    assert (row["seen"]["panel"], row["seen"]["top"], row["seen"]["days"]) == ("top", 1_000, -204)
    assert (row["theirs"]["blocked"], row["theirs"]["n"], row["theirs"]["percent"]) == (2, 4, 50.0)
    assert row["difference"] == 14.3
    assert (row["ours"]["blocked"], row["ours"]["n"], row["ours"]["percent"]) == (3, 4, 75.0)
    text = run("claims", "techcrunch-top1000").out
    assert "by their rule (named_root): 50.0 % (2 of 4 sites; no site is unknown)" in text
    assert "by their rule 50.0 %, claimed 35.7 %: +14.3 points" in text
    assert "So is it true?\nIt cannot be checked with this panel (top): " in text
    assert "2024-01-10, 204 days before their month (2024-08)" in text


def test_the_table_has_what_can_be_checked_and_what_readers_ask_about(run, claimed: str) -> None:
    short, whole = run("claims"), run("claims", "--all")
    assert all(claim in short.out for claim in ARTICLE)
    assert "hasdata" not in short.out
    assert "figures of other lists or other times" in short.err
    assert ": --all" in short.err
    assert all(claim.id in whole.out for claim in reference.claims())
    assert ": --all" not in whole.err
    assert "GPTBot" in run("claims", "--all", "--agent", "gptbot").out
    assert "CCBot" not in run("claims", "--all", "--agent", "gptbot").out
    assert {row["agent"] for row in run("claims", "--agent", "any", "--json").json} == {"any"}


def test_what_cannot_be_checked_says_why(run, claimed: str) -> None:
    for claim, words in (("techcrunch-quarter", "token"), ("techcrunch-exhaustion", "tracker project article")):
        result = run("claims", claim)
        assert (result.code, "cannot be checked" in result.out, words in result.out) == (0, True, True)


def test_a_panel_of_choice_and_a_sector(run, claimed: str) -> None:
    (gptbot, _) = run("claims", "reuters-institute-2023", "--panel", "TOP", "--json").json
    assert (gptbot["seen"]["category"], gptbot["seen"]["members"]) == ("news", 2)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["claims", "techcrunch"], "these speak of it: techcrunch-quarter, techcrunch-exhaustion, techcrunch-top1000"),
        (["claims", "openai"], "unknown claim 'openai'; these speak of it: "),
        (["claims", "tecrunch-top1000"], "(did you mean techcrunch-top1000?); `tracker claims --all` lists"),
        (["claims", "--agent", "GPBot"], "published figures 'GPBot' (did you mean GPTBot?)"),
        (["claims", "--panel", "tip"], "unknown panel 'tip' (did you mean top?)"),
    ],
)
def test_wrong_names(run, claimed: str, arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert says in result.err


def test_a_history_without_them(run, told: str) -> None:
    result = run("claims")
    assert result.code == 2
    assert "the next crawl or import carries them over" in result.err


def test_figures_that_are_not_todays(run, claimed: str) -> None:
    assert "carries today's over" not in run("claims").err
    with Writer(claimed, AGENTS) as writer:
        writer.know_claims(reference.claims()[:-1])
    result = run("claims")
    assert (result.code, "carries today's over" in result.err) == (0, True)


def test_a_history_of_made_up_sites_says_so(run, tmp_path: Path) -> None:
    path = str(tmp_path / "demo.sqlite")
    with Writer(path, AGENTS, kind="demo") as writer:
        writer.know_claims(reference.claims())
    result = run("claims", "--database", path)
    assert (result.code, "no data" in result.out) == (0, True)
    assert "DEMO: made-up sites" in result.err
    assert "These sites are made up and say nothing of it. " in run("claims", ARTICLE[0], "--database", path).out


def test_writing_commands_carry_them_over(run, told: str, tmp_path: Path) -> None:
    hosts = tmp_path / "few.csv"
    hosts.write_text("host\na.example\n")
    done = run("panel", "import", str(hosts))
    assert (done.code, done.err) == (0, "")
    assert len(run("claims", "--json").json) > 60


def deal(**more: object) -> Deal:
    facts = {
        "licensor": "A",
        "licensee": "OpenAI, Midjourney",
        "kind": DealKind.LICENCE,
        "value": "much",
        "source": "x",
    }
    facts |= {"confidence": Confidence.REPORTED, "checked": "2026-11-22", "sites": ("a.example", "n.example"), **more}
    return Deal(**{"day": "2024-02-06", **facts})  # type: ignore[arg-type]


@pytest.fixture
def lifted(told: str) -> str:
    """a shuts GPTBot out until it is looked at on 10 February 2024; the last look is on 1 March."""
    agents = [replace(agent, operator="OpenAI") if agent.name == "GPTBot" else agent for agent in AGENTS]
    with Writer(told, agents) as writer:
        panel, own = writer.panel(PANEL), writer.source(OWN)
        for day in (40, 60):
            crawl = writer.begin_crawl(own, panel, START + day * DAY, f"later {day}", 1)
            writer.record(crawl, [Answer("a.example", b"User-agent: *\nAllow: /\n", "x")])
            writer.finish_crawl(crawl, START + day * DAY + 1)
    return told


@pytest.mark.parametrize(
    ("more", "days"),
    [
        ({}, [4]),
        ({"day": "2024-01-27"}, [14]),
        ({"day": "2024-01-26"}, []),
        ({"day": "2024-02-24"}, [-14]),
        ({"day": "2024-02-25"}, []),
        ({"day": "2024-03-16"}, None),
        ({"day": "2024-01-10"}, None),
        ({"day": "2023-07-13"}, None),
        ({"day": "2024-02-01", "precision": Precision.MONTH}, [0]),
        ({"day": "2024-01-01", "precision": Precision.YEAR}, None),
        ({"licensee": "OpenAIs"}, None),
        ({"sites": ("n.example",)}, None),
        ({"sites": ("b.example",)}, []),
    ],
)
def test_blocks_lifted_around_a_deal(lifted: str, more: dict[str, object], days: list[int] | None) -> None:
    with Reader(lifted) as reader:
        (found, market) = reversals(reader, [deal(**more), deal(kind=DealKind.MARKET)])
    assert (market["reversals"], market["not_looked_for"]) == ([], "market: no licence")
    assert [one["days"] for one in found["reversals"]] == (days or [])
    assert (found["not_looked_for"] is None) is (days is not None)
    if days:
        assert [one["not_before"][:10] for one in found["reversals"]] == ["2024-01-10"]
        assert (found["blocked"], found["agents"], found["sites_here"]) == (["a.example"], ["GPTBot"], ["a.example"])


def test_what_a_history_cannot_say_of_a_deal(lifted: str) -> None:
    """d never answers; n is on no list. The history ends on 1 March, within 14 days of a deal on 25 February."""
    with Reader(lifted) as reader:
        (partly, ends) = reversals(reader, [deal(sites=("a.example", "d.example")), deal(day="2024-02-25")])
    assert (partly["unknown"], partly["not_looked_for"], partly["until"]) == (["d.example"], None, None)
    assert (ends["unknown"], ends["blocked"], ends["until"]) == ([], [], "2024-03-01")


def test_deals_as_a_table_and_as_json(run, lifted: str) -> None:
    found = run("claims", "--deals", "--json").json
    assert len(found) == len(reference.deals())
    assert all(one["source"] and one["checked"] for one in found)
    assert {one["not_looked_for"] for one in found if one["kind"] != "licence"} == {
        "settlement: no licence",
        "market: no licence",
    }
    table = run("claims", "--deals")
    assert "not looked for: no site" in table.out
    assert "0 of 0" not in table.out
    assert "within 14 days of the deal" in table.err


@pytest.mark.parametrize(("day", "outside"), [("2024-01-27", []), ("2024-01-26", [15]), ("2024-03-25", [-44])])
def test_a_block_lifted_near_a_deal_but_not_beside_it(lifted: str, day: str, outside: list[int]) -> None:
    with Reader(lifted) as reader:
        (found,) = reversals(reader, [deal(day=day, sites=("a.example", "b.example"))])
    assert [one["days"] for one in found["outside"]] == ([] if found["not_looked_for"] else outside)


def test_deals_without_a_history(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.settings.data_folder", lambda: tmp_path)
    monkeypatch.delenv("TRACKER_DATABASE", raising=False)
    table = run("claims", "--deals")
    assert (table.code, "Axel Springer" in table.out, "lifted" in table.out) == (0, True, False)
    assert "no history here yet" in table.err
    assert {one["sites_here"] for one in run("claims", "--deals", "--json").json} == {None}
    named = run("claims", "--deals", "--database", str(tmp_path / "none.sqlite"))
    assert (named.code, named.out, named.err.count("\n")) == (1, "", 1)


def test_training_sets_beside_the_demand_of_their_day(run, told: str) -> None:
    found = {one["model"]: one for one in run("claims", "--datasets", "--json").json}
    assert found["GPT-3"]["stands"] == "no band"
    assert "GPT-4 (Mar 2023)" not in found
    assert found["DeepSeek-V4-Pro"]["precision"] == "month"
    qwen = found["Qwen3-235B-A22B"]
    assert qwen["low"] < qwen["tokens"] < qwen["high"]
    assert qwen["stands"] == "within"
    assert found["Olmo 3"]["stands"] == "below"
    assert "epoch-2024" in run("claims", "--datasets").err


def test_synthetic_text_and_what_vendors_say_of_it(run, told: str) -> None:
    found = run("claims", "--synthetic", "--json").json
    assert {one["kind"] for one in found} == {"dataset", "model", "result", "forecast"}
    result = run("claims", "--synthetic")
    assert "never measured" in result.err
    assert "Dimension Market Research" in result.out
    assert "838.2 to 10,340" in result.out
    assert "6,300 " in result.out
    assert "secondary: in a report of it" in result.err
    assert {one["unit"] for one in found} == {"", "billion tokens", "million US dollars", "per cent", "times"}


def test_one_question_at_a_time(run, told: str) -> None:
    assert run("claims", "--deals", "--datasets").code == 2
    result = run("claims", "--panel", "top", "--deals")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "--panel and --deals cannot go together" in result.err
