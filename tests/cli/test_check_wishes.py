"""`tracker check` in a publisher's CI: wishes, comparisons, and the exit codes of both."""

from pathlib import Path

import pytest

from tests.cli.conftest import ROBOTS

# --- Wishes ---

WISHES = [
    (["GPTBot=blocked", "claudebot=Allowed", "Bytespider=partial", "*=partial"], []),
    (["ClaudeBot=open", "Bytespider=Open", "*=open", "search=open"], []),
    (["GPTBot=open"], ["GPTBot is blocked, expected open (line 6: Disallow: /)"]),
    (
        ["YandexAdditional=partial"],
        ["YandexAdditional is allowed, expected partial (YandexAdditional ignores `*`: name it)"],
    ),
    (["ClaudeBot=blocked"], ["ClaudeBot is allowed, expected blocked (line 9: Allow: /)"]),
    (["GPTBot=allowed"], ["GPTBot is blocked, expected allowed (line 6: Disallow: /)"]),
    (
        ["Kangaroo Bot=blocked"],
        ["Kangaroo Bot is partial, expected blocked (line 1: User-agent: * leaves ordinary pages open)"],
    ),
]


@pytest.mark.parametrize(
    ("wishes", "unmet"), WISHES, ids=["met", "open", "shut", "ignores *", "named", "closed", "wildcard"]
)
def test_wishes(run, robots: str, wishes: list[str], unmet: list[str]) -> None:
    arguments = [part for wish in wishes for part in ("--expect", wish)]
    result = run("check", robots, *arguments)
    assert result.code == (4 if unmet else 0)
    assert result.err.splitlines() == [f"tracker: robots.txt: {says}" for says in unmet]
    found = run("check", robots, *arguments, "--json")
    assert found.code == result.code
    assert [one["says"] for one in found.json["unmet"]] == unmet


def test_a_wish_for_a_purpose_is_one_for_all_its_agents(run, robots: str) -> None:
    result = run("check", robots, "--expect", "training=blocked", "--json")
    assert result.code == 4
    agents = {one["agent"] for one in result.json["unmet"]}
    assert {"ClaudeBot", "Bytespider"} <= agents
    assert not {"GPTBot", "ChatGPT-User"} & agents


@pytest.mark.parametrize("wish", ["GPTBot", "GPTBot=shut", "=blocked", "Bot/1.0=blocked"])
def test_a_wish_that_cannot_be_read_is_a_usage_error(run, robots: str, wish: str) -> None:
    result = run("check", robots, "--expect", wish)
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1


def test_open_is_about_the_home_page_and_ordinary_pages(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text(
        "User-agent: GPTBot\nDisallow: /$\n\nUser-agent: CCBot\nAllow: /$\nDisallow: /\n"
    )
    result = run(
        "check", "robots.txt", "--expect", "GPTBot=open", "--expect", "CCBot=open", "--expect", "Bytespider=open"
    )
    assert result.code == 4
    assert result.err.splitlines() == [
        "tracker: robots.txt: GPTBot is partial, expected open (line 2: Disallow: /$)",
        "tracker: robots.txt: CCBot is partial, expected open (line 6: Disallow: /)",
    ]


def test_the_line_in_the_way_of_a_block_is_the_allow(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text("User-agent: GPTBot\nDisallow: /\nAllow: /blog/\n")
    result = run("check", "robots.txt", "--expect", "GPTBot=blocked", "--json")
    (unmet,) = result.json["unmet"]
    assert (unmet["line"], unmet["says"]) == (3, "GPTBot is partial, expected blocked (line 3: Allow: /blog/)")


def test_the_line_in_the_way_may_be_a_tie_or_the_group(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text(
        "User-agent: *\nAllow: /\n\nUser-agent: CCBot\nDisallow:\n\nUser-agent: *\nDisallow: /\n"
    )
    result = run("check", "robots.txt", "--expect", "GPTBot=blocked", "--expect", "CCBot=blocked")
    assert result.err.splitlines() == [
        "tracker: robots.txt: GPTBot is allowed, expected blocked (line 2: Allow: /)",
        "tracker: robots.txt: CCBot is allowed, expected blocked (line 4: User-agent: CCBot)",
    ]


def test_a_remark_can_fail(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text("User-agent: *\nDisalow: /\nCrawl-delay: 5\n")
    assert run("check", "robots.txt").code == 0
    assert run("check", "robots.txt", "--fail-on-remark", "dead_pattern").code == 0
    result = run("check", "robots.txt", "--fail-on-remark", "typo")
    assert result.code == 4
    assert result.err.startswith("tracker: robots.txt: line 2: `Disalow` is read as Disallow by Google's parser")
    assert run("check", "robots.txt", "--fail-on-remark", "any").err.count("\n") == 2
    bad = run("check", "robots.txt", "--fail-on-remark", "typos")
    assert (bad.code, bad.out) == (2, "")
    assert "no remark has that flag" in bad.err


def test_a_wish_for_a_purpose_leaves_out_who_ignores_star(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text("User-agent: *\nDisallow: /\n")
    result = run("check", "robots.txt", "--expect", "training=blocked")
    assert result.code == 0
    assert result.err == (
        "tracker: robots.txt: training=blocked leaves out who ignores `*` and is not named: YandexAdditional\n"
    )
    report = run("check", "robots.txt", "--expect", "training=blocked", "--json").json
    assert report["left_out"] == [{"wish": "training=blocked", "agents": ["YandexAdditional"]}]
    (tmp_path / "robots.txt").write_text("User-agent: *\nDisallow: /\nUser-agent: YandexAdditional\nDisallow: /a\n")
    assert run("check", "robots.txt", "--expect", "training=blocked").code == 4
    assert "(ignores *)" in run("check", "robots.txt", "--agent", "YandexCalendar").out


def test_a_name_that_may_be_mistyped_is_pointed_out(run, robots: str) -> None:
    wishes = ["--expect", "traning=partial", "--expect", "GTPBot=partial", "--expect", "Kangaroo Bot=partial"]
    result = run("check", robots, *wishes, "-a", "NewestBot", "-a", "GTPBot", "-a", "training")
    assert result.code == 0
    says = "is not in the registry and is judged as any crawler of that name"
    assert result.err.splitlines() == [
        f"tracker: NewestBot {says}",
        f"tracker: GTPBot {says}; did you mean GPTBot?",
        f"tracker: training {says}; it is a purpose, which --expect takes",
        f"tracker: traning {says}; did you mean training?",
    ]


def test_several_files_for_a_hook(run, robots: str, tmp_path: Path) -> None:
    (tmp_path / "open.txt").write_text("User-agent: *\nAllow: /\n")
    result = run("check", robots, "open.txt", "--expect", "GPTBot=blocked")
    assert result.code == 4
    assert result.err.splitlines() == [
        "tracker: open.txt: GPTBot is allowed, expected blocked (line 2: Allow: /)",
    ]
    assert [line.split(":")[0] for line in result.out.splitlines() if "headline agents" in line] == [robots, "open.txt"]
    assert [report["file"] for report in run("check", robots, "open.txt", "--json").json] == [robots, "open.txt"]


def test_one_bad_file_among_several_does_not_hide_the_others(run, robots: str) -> None:
    result = run("check", "nowhere.txt", robots, "--expect", "ClaudeBot=blocked")
    assert [line.split(":")[1].strip() for line in result.err.splitlines()] == ["cannot read nowhere.txt", "robots.txt"]
    assert "12 headline agents" in result.out


@pytest.mark.parametrize(
    ("wish", "names", "code"),
    [
        ("ClaudeBot=blocked", ["nowhere.txt", "page.txt", "robots.txt"], 4),
        ("ClaudeBot=allowed", ["nowhere.txt", "page.txt", "robots.txt"], 2),
        ("ClaudeBot=allowed", ["page.txt", "robots.txt"], 1),
    ],
)
def test_the_gravest_exit_code_counts_in_any_order(run, robots: str, tmp_path: Path, wish: str, names, code) -> None:
    (tmp_path / "page.txt").write_text("<html>hello</html>")
    for order in (names, names[::-1]):
        assert run("check", *order, "--expect", wish).code == code


# --- Comparison ---


def test_compare_says_who_gained_and_who_lost(run, robots: str, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("User-agent: *\nDisallow: /private\n\nUser-agent: ClaudeBot\nDisallow: /\n")
    compared = run("check", robots, "--compare", "old.txt", "--json").json["compared"]
    effects = {change["agent"]: change["effect"] for change in compared["changes"]}
    assert effects == {"GPTBot": "lost", "CCBot": "lost", "ClaudeBot": "gained"}
    assert compared["unchanged"] > 100
    assert compared["changes"][0]["after"]["text"] == "Disallow: /"
    out = " ".join(run("check", robots, "--compare", "old.txt").out.split())
    assert "Compared with old.txt, 198 agents: 2 lost access, 1 gained access" in out
    assert "blocked by name): GPTBot, CCBot; closed: ordinary pages (line 6), / (line 6)" in out
    assert "allowed by name): ClaudeBot; opened: ordinary pages (line 9), / (line 9)" in out
    ordinary = compared["changes"][0]["closed"][0]
    assert ordinary == {"pages": "ordinary pages", "before": None, "after": {"line": 6, "text": "Disallow: /"}}


def test_of_many_pages_some_are_shown_and_all_are_counted(run, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("User-agent: *\nDisallow: /z\n")
    (tmp_path / "new.txt").write_text("User-agent: *\n" + "".join(f"Disallow: /{name}\n" for name in "abcdefgh"))
    out = " ".join(run("check", "new.txt", "--compare", "old.txt", "-a", "GPTBot").out.split())
    assert "closed: /a (line 2), /b (line 3), /c (line 4), /d (line 5), /e (line 6) and 3 more" in out
    assert "opened: /z (was line 2)" in out
    (change,) = run("check", "new.txt", "--compare", "old.txt", "-a", "GPTBot", "--json").json["compared"]["changes"]
    assert [one["pages"] for one in change["closed"]] == [f"/{name}" for name in "abcdefgh"]
    assert (change["closed_in_all"], change["opened_in_all"]) == (8, 1)


def test_why_a_comparison_is_not_complete(run, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("User-agent: *\nDisallow: /a\n")
    (tmp_path / "new.txt").write_text("User-agent: *\nDisallow: /a\n" + "#\n" * 256_000)
    result = run("check", "new.txt", "--compare", "old.txt", "--fail-on-change")
    assert result.code == 4
    assert "not complete, there may be more: a file is longer than 500 KiB." in " ".join(result.out.split())


def test_compare_with_itself_finds_nothing(run, robots: str) -> None:
    compared = run("check", robots, "--compare", robots, "--json").json["compared"]
    assert (compared["changes"], compared["signals_new"], compared["signals_gone"]) == ([], [], [])


REORDERED = """\
User-agent: ClaudeBot
Allow: /
User-agent: GPTBot
User-agent: CCBot
Disallow: /*
User-agent: *
Disallow: /private
"""
CHANGES = [
    (REORDERED, 0),
    ("User-agent: *\nDisallow: /private\n", 4),
    (ROBOTS + "Content-Signal: ai-train=no", 4),
    (ROBOTS + "User-agent: Amazonbot\nDisallow: /private\n", 0),
]


@pytest.mark.parametrize(("old", "code"), CHANGES, ids=["another spelling", "access", "a signal", "another basis"])
def test_a_change_can_fail(run, robots: str, tmp_path: Path, old: str, code: int) -> None:
    (tmp_path / "old.txt").write_text(old)
    assert run("check", robots, "--compare", "old.txt").code == 0
    result = run("check", robots, "--compare", "old.txt", "--fail-on-change")
    assert result.code == code
    assert result.err == ("tracker: robots.txt: access or signals differ from old.txt\n" if code else "")


def test_losses_come_first_and_one_agent_is_one(run, robots: str, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("User-agent: ClaudeBot\nDisallow: /\n\nUser-agent: Bytespider\nDisallow: /x\n")
    out = " ".join(run("check", robots, "--compare", "old.txt").out.split())
    assert out.index("lost access (") < out.index("lost some, gained some (") < out.index("gained access (")
    assert (
        "Compared with old.txt, 1 agent: 1 lost access"
        in run("check", robots, "--compare", "old.txt", "-a", "GPTBot").out
    )
