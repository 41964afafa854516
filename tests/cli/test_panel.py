"""`tracker panel`: lists of sites, their editions, and what these differ in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.publish.told import tell
from tests.sources.rankings import FakeTranco
from tests.web import Web
from tracker.store.query import Reader


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tell(tmp_path / "told.sqlite")
    monkeypatch.setenv("TRACKER_DATABASE", str(path))
    return path


def write(name: str, text: str) -> str:
    Path(name).write_text(text)
    return name


def test_panels_are_listed_and_shown(run, told: Path) -> None:
    found = run("panel", "list", "--json").json
    assert [(row["panel"], row["members"], row["crawls"]) for row in found["panels"]] == [("top", 5, 4)]
    assert "starter" in found["shipped"]
    assert "top" in run("panel", "list").out
    shown = run("panel", "show", "top", "--json").json
    assert [(one["rank"], one["host"], one["sector"]) for one in shown["members"]][:2] == [
        (1, "a.example", "news"),
        (2, "b.example", "news"),
    ]
    assert "2000   d.example   shop" in run("panel", "show", "top").out
    assert "the first 50 of" in run("panel", "show", "starter").err
    assert run("panel", "show", "starter", "--all").out.count("\n") > 1_000


def test_a_shipped_panel_is_shown_without_a_history(run) -> None:
    assert len(run("panel", "show", "starter-100", "--json", "--database", "none.sqlite").json["members"]) == 100
    assert not Path("none.sqlite").exists()


def test_a_new_panel_and_a_newer_edition_of_it(run, told: Path) -> None:
    first = write("mine.csv", "rank,host\n1,a.example\n2,b.example\n")
    assert run("panel", "import", first).out == "panel mine: 2 sites\n"
    second = write("later.csv", "# compiled: 2024-01-09\n1,b.example\n2,z.example\n")
    again = run("panel", "import", second, "--name", "mine", "--replace", "--json").json
    assert (again["from"], again["joined"], again["left"], again["moved"]) == ("2024-01-09", 1, 1, 1)
    with Reader(told) as reader:
        rows = reader.sql(
            "SELECT date, members, readable FROM shares WHERE panel = 'mine' AND agent = 'GPTBot' "
            "AND definition = 'effective_full' ORDER BY date"
        ).rows
    assert [row[1:] for row in rows] == [(2, 2)] * 8 + [(2, 1)] * 2
    diff = run("panel", "diff", "mine@2024-01-08", "mine", "--json").json
    assert diff["entered"] == [{"host": "z.example", "rank": 2}]
    assert diff["left"] == [{"host": "a.example", "rank": 1}]
    assert diff["moved"] == [{"host": "b.example", "before": 2, "after": 1}]
    printed = run("panel", "diff", "mine@2024-01-08", "mine@2024-01-09").out
    assert "1 entered, 1 left, 1 moved, 1 in both" in printed
    assert "Left (1)" in printed
    assert run("panel", "show", "mine@2024-01-08", "--json").json["members"][0]["host"] == "a.example"
    assert "other members or ranks since: 2024-01-09" in run("panel", "show", "mine").out
    assert run("panel", "import", second, "--name", "mine", "--replace").out.endswith(
        "0 joined, 0 left, 0 moved in rank\n"
    )


def test_lists_of_files_are_compared_too(run) -> None:
    one, other = write("one.txt", "a.example\nb.example\n"), write("other.txt", "b.example\n")
    found = run("panel", "diff", one, other, "--database", "none.sqlite", "--json").json
    assert (found["entered"], [row["host"] for row in found["left"]], found["stayed"]) == ([], ["a.example"], 1)


@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [
        (["import", "top.csv"], "there is a panel top already: add --replace", 2),
        (["import", "new.csv", "--replace"], "there is no panel new to revise", 1),
        (["import", "new.csv", "--date", "2024-01-01"], "--date goes with --replace", 2),
        (["import", "top.csv", "--replace", "--date", "soon"], "--date 'soon' is no date", 2),
        (["import", "top.csv", "--replace", "--date", "2999-01-01"], "begins in the future", 2),
        (["import", "bad.csv"], "bad.csv:1: ", 1),
        (["import", "missing.csv"], "no panel missing.csv: no such file", 1),
        (["show", "tip"], "no panel tip", 1),
        (["show", "top@soon"], "top@soon: 'soon' is no date", 2),
        (["diff", "starter@2024-01-01", "top"], "no panel starter in this history, so none of 2024-01-01", 1),
    ],
)
def test_mistakes_are_told_and_change_nothing(run, told: Path, arguments: list[str], says: str, code: int) -> None:
    write("top.csv", "a.example\n")
    write("new.csv", "a.example\n")
    write("bad.csv", "http://a.example/\n")
    before = told.read_bytes()
    result = run("panel", *arguments)
    assert (result.code, result.out) == (code, "")
    assert says in result.err
    assert told.read_bytes() == before


def test_what_is_left_out_of_a_list_is_told(run, told: Path) -> None:
    file = write("crux.csv", "origin,rank\nhttps://a.example,1000\nhttp://a.example,1000\nhttps://192.0.2.1,1000\n")
    more = write("more.csv", "host,sector\na.example,shop\nq.example,shop\n")
    refused = run("panel", "import", file)
    assert (refused.code, refused.out) == (1, "")
    assert "crux.csv:4: '192.0.2.1' is, or would be read as, an IP address" in refused.err
    result = run("panel", "import", file, "--skip-bad", "--categories", more, "--json")
    assert result.err.splitlines() == [
        "1 lines left out: 1 ip_address (the first: line 4)",
        "1 origins name a site again, by its other scheme (http, https): one site each",
        "categories: 1 members filled in, 1 hosts are no members",
    ]
    assert result.json["skipped"] == {"ip_address": {"lines": 1, "first": 4}}
    assert [result.json[name] for name in ("members", "merged", "categorised", "categories_of_no_member")] == [1] * 4
    (member,) = run("panel", "show", "crux", "--json").json["members"]
    assert (member["host"], member["rank"], member["sector"]) == ("a.example", 1000, "shop")


@pytest.fixture
def tranco(told: Path) -> "Iterator[tuple[FakeTranco, Callable[..., list[str]]]]":
    fake = FakeTranco(
        {"6JZJX": ("2026-10-01", ["a.example", "b.example"]), "K25GW": ("2026-11-01", ["b.example", "z.example"])}
    )
    with Web() as web:
        web.on(web.address, fake, "*")
        server = ["--server", f"http://{web.address}:{web.http}", "--allow-private", "127.0.0.0/8"]
        yield fake, lambda *more: ["panel", "fetch", "tranco", "--size", "2", *more, *server]


def test_a_ranking_is_fetched_and_later_a_newer_edition_of_it(run, tranco) -> None:
    fake, command = tranco
    found = run(*command("--date", "2026-10-01", "--name", "top-2", "--json")).json
    assert (found["panel"], found["members"], found["list_id"]) == ("top-2", 2, "6JZJX")
    assert (found["compiled"], found["source"]) == ("2026-10-01", "https://tranco-list.eu/list/6JZJX/2")
    asked = len(fake.asked)
    again = run(*command("--name", "top-2"))
    assert (again.code, again.out) == (2, "")
    assert "there is a panel top-2 already: add --replace" in again.err
    assert len(fake.asked) == asked
    newer = run(*command("--name", "top-2", "--replace"))
    assert newer.out == "panel top-2 from 2026-11-01 on: 2 sites, 1 joined, 1 left, 1 moved in rank\n"
    (stored,) = [row for row in run("panel", "list", "--json").json["panels"] if row["panel"] == "top-2"]
    assert (stored["list_id"], stored["members"], stored["title"]) == ("K25GW", 2, "Tranco, the first 2")
    assert run(*command("--name", "other", "--replace")).err.count("no panel other to revise") == 1
    assert "only tranco is fetched, not alexa" in run("panel", "fetch", "alexa").err
    assert run(*command("--list", "NONE5")).err.count("Tranco has no list NONE5") == 1
