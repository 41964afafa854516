"""`tracker agents`: the list, the league table, names that nobody registered, and agents of one's own."""

import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import MINE
from tests.store.histories import START
from tracker import reference
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.store.captures import OWN, Answer
from tracker.store.query import Reader
from tracker.store.write import Writer

HOSTS = ("a.example", "b.example", "c.example", "d.example")
NEWBOT = b"User-agent: NewAIBot\nDisallow: /\n"
OPEN = b"User-agent: *\nDisallow:\n"
SHUT = b"User-agent: *\nDisallow: /\n\nUser-agent: Widget\nDisallow: /x\n"
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two crawls of four sites in 2022, long before most agents; a second panel of two of them."""
    path = tmp_path_factory.mktemp("told") / "history.sqlite"
    with Writer(path, reference.agents()) as writer:
        whole, pair = (
            writer.panel(
                Panel(name, name, "made up", "1", "2022-01-01", None, False, tuple(Member(h, n) for n, h in some))
            )
            for name, some in (("whole", [*enumerate(HOSTS, 1)]), ("pair", [(1, "a.example"), (2, "d.example")]))
        )
        source = writer.source(OWN)
        for number, bodies in enumerate([(OPEN, OPEN, OPEN, None), (NEWBOT, NEWBOT, SHUT, None)]):
            for panel_id, shift in ((pair, 0), (whole, 60)):
                at = START + number * DAY + shift
                crawl = writer.begin_crawl(source, panel_id, at, f"{panel_id}@{at}", len(HOSTS))
                writer.record(crawl, [Answer(h, b, "ref") for h, b in zip(HOSTS, bodies, strict=True)])
                writer.finish_crawl(crawl, at + 5)
    return path


@pytest.fixture
def history(told: Path, tmp_path: Path) -> str:
    path = tmp_path / "history.sqlite"
    path.write_bytes(told.read_bytes())
    return str(path)


def test_without_a_command_it_lists(run: Run) -> None:
    everything = run("agents", "--json").json
    assert len(everything) == len(reference.agents())
    assert {"name", "tokens", "operator", "purpose", "kind", "valid_from", "documentation"} <= everything[0].keys()
    assert run("agents", "list", "--json").json == everything
    openai = run("agents", "openai", "--json").json
    assert run("agents", "--json", "openai").json == openai
    assert {"GPTBot", "OAI-SearchBot", "ChatGPT-User"} <= {agent["name"] for agent in openai}
    assert "GPTBot" in run("agents", "gptb").out


def test_a_word_that_is_a_command_can_be_searched_for(run: Run) -> None:
    assert "AddSearchBot" in run("agents", "--", "add").out
    assert "AddSearchBot" in run("agents", "list", "add").out


def test_nothing_found_is_said(run: Run) -> None:
    found = run("agents", "no such operator")
    assert found.code == 0
    assert found.err.startswith("no agent matches 'no such operator'")


def test_help_is_the_groups(run: Run) -> None:
    found = run("agents", "--help")
    assert found.code == 0
    assert all(name in found.out for name in ("list", "add", "validate", "Example:"))


def test_purposes_and_dates_narrow_the_list(run: Run) -> None:
    found = run("agents", "--purpose", "training", "--purpose", "dataset", "--json").json
    assert {agent["purpose"] for agent in found} == {"training", "dataset"}
    names = {agent["name"] for agent in run("agents", "--at", "2023-08-06", "--json").json}
    assert "GPTBot" not in names
    assert {"CCBot", "ERNIEBot"} <= names
    assert "GPTBot" in {agent["name"] for agent in run("agents", "--at", "2023-08-07", "--json").json}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--purpose", "trainning"], "unknown purpose 'trainning', use one of: training, search,"),
        (["--at", "tomorrow"], "--at 'tomorrow' is no date, write it as"),
        (["--unknown", "--shares"], "ask for one of them"),
        (["--definition", "mentioned"], "--definition goes with --shares"),
        (["--limit", "3"], "--limit goes with --unknown"),
        (["--all"], "--all goes with --shares or --unknown"),
        (["--unknown", "--date", "2022-01-01"], "--date goes with --shares"),
        (["--unknown", "--purpose", "training"], "--purpose goes with --shares or the list"),
        (["--shares", "--definition", "x"], "unknown definition 'x', use one of: effective_full, "),
        (["--shares", "--denominator", "x"], "unknown denominator 'x', use one of: members, answered, readable"),
        (["--shares", "--panel", "x"], "unknown panel 'x', use one of: "),
        (["--unknown", "--panel", "x"], "unknown panel 'x', use one of: "),
        (["--shares", "--date", "2021-01-01"], "give a --date from 2022-01-01 to 2022-01-02"),
        (["--shares", "--date", "1.1.2021"], "--date '1.1.2021' is no date"),
    ],
)
def test_a_choice_that_there_is_not_is_one_line_and_exit_2(run: Run, told: Path, arguments: list, words: str) -> None:
    database = ["--database", str(told)] if {"--shares", "--unknown"} & {*arguments} else []
    found = run("agents", *arguments, *database)
    assert (found.code, found.out) == (2, "")
    assert words in found.err
    assert found.err.count("\n") == 1


def test_shares_is_the_league_table_with_its_denominator(run: Run, told: Path) -> None:
    table = run("agents", "--shares", "--database", str(told))
    assert table.out.startswith("whole on 2022-01-02: n = 4 sites readable or without a robots.txt")
    assert "(readable_or_absent)" in table.out
    assert "(effective_full)" in table.out
    assert "did not exist yet" in table.out
    assert "bounds: the share itself, for no site is unknown" in table.out
    assert [name in table.out for name in (" counted ", " by name ", " by * ", "blocked")] == [True, True, True, False]
    found = run("agents", "--shares", "--database", str(told), "--json").json
    assert (found["panel"], found["date"], found["n"]) == ("whole", "2022-01-02", 4)
    assert (found["definition"], found["denominator"]) == ("effective_full", "readable_or_absent")
    ccbot = next(row for row in found["agents"] if row["agent"] == "CCBot")
    assert (ccbot["percent"], ccbot["low"], ccbot["high"], ccbot["blocked"]) == (25.0, 25.0, 25.0, 1)
    assert (ccbot["blocked_named"], ccbot["blocked_wildcard"], ccbot["existed"]) == (0, 1, True)


@pytest.mark.parametrize(
    ("definition", "columns"),
    [("explicit_allow", "counted "), ("naive_substring", "counted   by name   elsewhere ")],
)
def test_the_columns_of_shares_fit_the_definition(run: Run, told: Path, definition: str, columns: str) -> None:
    table = run("agents", "--shares", "--database", str(told), "--definition", definition).out
    head = next(line for line in table.splitlines() if line.lstrip().startswith("agent "))
    assert head.split("n   ")[-1].strip() == columns.strip()


def test_shares_of_a_panel_with_unknown_sites_and_of_a_sample(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with Writer(path, reference.agents()) as writer:
        for number, sample in enumerate((False, True)):
            population = "all sites" if sample else None
            members = tuple(Member(host, None) for host in HOSTS)
            panel = writer.panel(Panel(f"p{number}", "p", "made up", "1", "2022-01-01", population, sample, members))
            at = START + number
            crawl = writer.begin_crawl(writer.source(OWN), panel, at, f"{at}", len(HOSTS))
            writer.record(crawl, [Answer(HOSTS[0], SHUT, "ref")])
            writer.finish_crawl(crawl, at + 5)
    census, sample = (run("agents", "--shares", "--panel", name, "--database", str(path)).out for name in ("p0", "p1"))
    assert "bounds: the share if none or all of the sites that are unknown (3) are counted" in census
    assert "bounds: 95 % Wilson score interval, for the panel is a sample" in sample


def test_shares_under_other_choices(run: Run, told: Path) -> None:
    def ccbot(*arguments: str) -> tuple:
        found = run("agents", "ccbot", "--shares", "--database", str(told), "--json", *arguments).json
        (row,) = found["agents"]
        return found["date"], row["n"], row["blocked"], row["percent"]

    assert ccbot("--denominator", "readable") == ("2022-01-02", 3, 1, 33.333)
    assert ccbot("--denominator", "members") == ("2022-01-02", 4, 1, 25.0)
    assert ccbot("--denominator", "answered") == ("2022-01-02", 4, 1, 25.0)
    assert ccbot("--date", "2022-01-01") == ("2022-01-01", 4, 0, 0.0)
    assert ccbot("--definition", "mentioned") == ("2022-01-02", 4, 0, 0.0)
    assert ccbot("--panel", "pair") == ("2022-01-02", 2, 0, 0.0)


def test_unknown_names_that_sound_like_ai_or_all(run: Run, told: Path) -> None:
    found = run("agents", "--unknown", "--database", str(told), "--json").json
    assert found == [{"token": "newaibot", "sites": 2, "closed": 2, "first_seen": "2022-01-02", "example": "a.example"}]
    everything = run("agents", "--unknown", "--all", "--database", str(told), "--json").json
    assert [row["token"] for row in everything] == ["newaibot", "widget"]
    few = run("agents", "--unknown", "--all", "--limit", "1", "--database", str(told), "--json").json
    assert [row["token"] for row in few] == ["newaibot"]
    pair = run("agents", "--unknown", "--panel", "pair", "--database", str(told), "--json").json
    assert [(row["token"], row["sites"]) for row in pair] == [("newaibot", 1)]
    table = run("agents", "--unknown", "--database", str(told))
    assert "newaibot" in table.out
    assert "tracker agents add" in table.err
    assert run("agents", "widg", "--unknown", "--database", str(told)).err.startswith("no such name")


def test_an_agent_of_ones_own_is_no_longer_unknown(run: Run, told: Path) -> None:
    Path("agents.toml").write_text(MINE)
    assert run("agents", "--unknown", "--database", str(told), "--json").json == []
    assert [agent["name"] for agent in run("agents", "newco", "--json").json] == ["NewAIBot"]


def add(run: Run, token: str = "NewAIBot", *more: str) -> Any:
    return run("agents", "add", token, "--operator", "NewCo", "--purpose", "training", *more)


def test_add_makes_a_file_that_is_read(run: Run) -> None:
    found = add(run, "NewAIBot", "--valid-from", "2026-11", "--documentation", "https://new.example/bot")
    assert found.code == 0
    assert "NewAIBot (NewCo, training) added to agents.toml" in found.out
    assert "tracker crawl" in found.out
    (agent,) = run("agents", "newaibot", "--json").json
    assert (agent["valid_from"], agent["valid_from_precision"]) == ("2026-11-01", "month")
    assert agent["source"] == agent["documentation"] == "https://new.example/bot"
    assert agent["kind"] == "crawler"
    assert run("agents", "validate").code == 0


def test_add_keeps_what_stands_there(run: Run) -> None:
    path = Path("agents.toml")
    before = b"\xef\xbb\xbf" + MINE.replace("\n", "\r\n").encode() + b"# the end"
    path.write_bytes(before)
    path.chmod(0o640)
    assert add(run, "Other-GPT", "--token", "OtherGPT", "--token", 'Odd"Name\\x').code == 0
    assert path.read_bytes().startswith(before + b"\n\n[[agent]]\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in Path.cwd().iterdir()] == ["agents.toml"]
    (agent,) = run("agents", "other-gpt", "--json").json
    assert agent["tokens"] == ["Other-GPT", "OtherGPT", 'Odd"Name\\x']


def test_add_into_another_file_says_how_to_have_it_read(run: Run) -> None:
    found = add(run, "NewAIBot", "--file", "mine.toml")
    assert 'set agents = "mine.toml" in tracker.toml' in found.out
    assert run("agents", "newaibot", "--json").json == []
    assert len(run("agents", "newaibot", "--json", "--agents-file", "mine.toml").json) == 1


def test_add_through_a_link_keeps_the_link(run: Run, tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text(MINE)
    Path("agents.toml").symlink_to(tmp_path / "real.toml")
    assert add(run, "Other-GPT").code == 0
    assert Path("agents.toml").is_symlink()
    assert "Other-GPT" in (tmp_path / "real.toml").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["gptbot"], 1, "gptbot is a token of GPTBot (OpenAI) already"),
        (["xai-grok"], 1, "xai-grok is a token of GrokBot (xAI) already"),
        (["newAIbot"], 1, "newAIbot is a token of NewAIBot (NewCo) already"),
        (["Fresh", "--token", "CCBot"], 1, "CCBot is a token of CCBot"),
        (["Fresh", "--token", "fresh"], 1, "two spellings"),
        (["Fresh/1.0"], 1, "nothing was added: name: 'Fresh/1.0' holds a slash: leave the version off"),
        (["Frésh"], 1, "beyond ASCII"),
        (["Fresh", "--documentation", "fresh.example"], 1, "no web address"),
        (["Fresh", "--source", "two\nlines"], 1, "no line of text"),
        (["Fresh", "--valid-from", "2026-13"], 2, "write it as 2026, 2026-11 or 2026-11-22"),
        (["Fresh", "--valid-from", "soon"], 2, "write it as 2026, 2026-11 or 2026-11-22"),
        (["Fresh", "--file", "nowhere/agents.toml"], 1, "cannot be written: No such file or directory"),
    ],
)
def test_what_add_refuses_leaves_the_file_alone(run: Run, arguments: list, code: int, words: str) -> None:
    path = Path("agents.toml")
    path.write_text(MINE)
    found = add(run, *arguments)
    assert found.code == code
    assert words in found.err
    assert found.err.count("\n") == 1
    assert path.read_text() == MINE
    assert [p.name for p in Path.cwd().iterdir()] == ["agents.toml"]


def test_add_refuses_a_file_that_is_bad_as_it_is(run: Run) -> None:
    Path("agents.toml").write_text(MINE + "[[agent]\n")
    found = add(run, "Fresh")
    assert found.code == 1
    assert found.err.startswith("tracker: agents.toml:9: not valid TOML")


@pytest.mark.parametrize(
    ("purpose", "kind"), [("user", "user-triggered"), ("control", "control"), ("search", "crawler")]
)
def test_the_kind_follows_from_the_purpose(run: Run, purpose: str, kind: str) -> None:
    assert run("agents", "add", "Fresh", "--operator", "NewCo", "--purpose", purpose).code == 0
    assert run("agents", "fresh", "--json").json[0]["kind"] == kind


@pytest.mark.parametrize(
    "command",
    [
        ["agents"],
        ["check", "robots.txt"],
        ["crawl", "--panel", "panel.txt"],
        ["demo", "--no-serve"],
        ["schedule", "--once"],
        ["up"],
    ],
    ids=lambda command: command[0],
)
def test_a_bad_file_is_one_line_with_its_place_in_every_command(run: Run, command: list[str]) -> None:
    Path("robots.txt").write_text("User-agent: *\nDisallow: /\n")
    Path("panel.txt").write_text("a.example\n")
    Path("agents.toml").write_text(MINE.replace("training", "trainning"))
    found = run(*command)
    assert found.code == 1
    assert "tracker: agents.toml:5: purpose: 'trainning' is unknown" in found.err
    assert not list(Path.cwd().glob("*.sqlite"))


def test_a_new_agent_has_its_whole_history_without_reading_a_body_again(
    run: Run, history: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("a body was parsed")

    for module in [module for name, module in sys.modules.items() if name.startswith("tracker.")]:
        if hasattr(module, "parse") and getattr(module.parse, "__module__", "") == "tracker.core.robots":
            monkeypatch.setattr(module, "parse", refuse)
    Path("agents.toml").write_text(MINE)
    from tracker.settings import load

    Writer(history, reference.agents(load().agents_file)).close()
    with Reader(history) as reader:
        shares = reader.shares("whole", ["NewAIBot"], "named_full").dicts()
        assert [(row["date"], row["blocked"], row["percent_blocked"]) for row in shares] == [
            ("2022-01-01", 0, 0.0),
            ("2022-01-02", 2, 50.0),
        ]
        stretches = [row for row in reader.site_history("a.example").dicts() if row["agent"] == "NewAIBot"]
        assert [row["verdict"] for row in stretches] == ["allowed", "blocked"]


def test_an_import_derives_the_history_of_a_new_agent(run: Run, history: str, tmp_path: Path) -> None:
    import subprocess

    folder = tmp_path / "past"
    (folder / "robots").mkdir(parents=True)
    (folder / "robots" / "z.example.txt").write_text("User-agent: *\nDisallow:\n")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-b", "main"], ["add", "-A"], [*who, "commit", "-m", "one"]):
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)
    (tmp_path / "mine.toml").write_text(MINE)
    assert run("import", "git", str(folder), "--database", history, "--agents-file", "mine.toml").code == 0
    with Reader(history) as reader:
        assert "NewAIBot" in {agent["agent"] for agent in reader.agents()}
    assert run("site", "a.example", "--all", "--database", history).out.count("NewAIBot") == 1
