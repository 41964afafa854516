"""`tracker check` as a publisher types it: verdicts with their lines, remarks, and sites asked."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import ROBOTS
from tests.web import Web, page, reset, settings_for

MANAGED = """\
# BEGIN Cloudflare Managed content
User-agent: *
Content-Signal: ai-train=no
Allow: /
# END Cloudflare Managed Content

User-agent: *
Disallow: /
"""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A web on loopback to which all names lead."""
    with Web() as web:
        monkeypatch.setattr("tracker.cli.crawl_settings.fetch_settings", lambda settings: settings_for(web))
        yield web


def agents_of(report: dict) -> dict[str, dict]:
    return {row["agent"]: row for row in report["agents"]}


# --- Verdicts ---


def test_it_says_who_is_shut_out_by_which_line(run, robots: str) -> None:
    report = run("check", robots, "--json").json
    found = agents_of(report)
    gptbot = found["GPTBot"]
    assert (gptbot["verdict"], gptbot["basis"], gptbot["line"], gptbot["text"]) == (
        "blocked",
        "named",
        6,
        "Disallow: /",
    )
    assert gptbot["group_lines"] == [4]
    assert (found["ClaudeBot"]["verdict"], found["ClaudeBot"]["basis"]) == ("allowed", "named")
    assert (found["Bytespider"]["verdict"], found["Bytespider"]["line"]) == ("partial", 2)
    assert report["summary"] == {
        "agents": len(found),
        "called": "headline agents",
        "blocked": 2,
        "partial": len(found) - 3,
        "allowed": 1,
        "blocked_by_name": 2,
        "remarks": 0,
    }


def test_the_summary_comes_first_and_the_table_shows_the_lines(run, robots: str) -> None:
    first, *rest = run("check", robots).out.splitlines()
    assert first.startswith(
        "robots.txt: 12 headline agents: 2 blocked (2 by name), 9 partial (ordinary pages open), 1 allowed"
    )
    table = "\n".join(rest)
    assert "6: Disallow: /" in table
    assert "2: Disallow: /private" in table


def test_the_output_of_a_usual_file_fits_80_columns(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text(ROBOTS + "Disalow: /search\n")
    assert max(len(line.rstrip()) for line in run("check", "robots.txt").out.splitlines()[1:]) <= 80


def test_agents_by_name_and_by_any_token(run, robots: str) -> None:
    rows = run("check", robots, "--agent", "gptbot", "-a", "NeverHeardOfBot", "-a", "*", "-a", "GPTBot", "--json").json
    assert [(row["agent"], row["registered"], row["verdict"]) for row in rows["agents"]] == [
        ("GPTBot", True, "blocked"),
        ("NeverHeardOfBot", False, "partial"),
        ("*", False, "partial"),
    ]
    assert "NeverHeardOfBot" in run("check", robots, "--agent", "NeverHeardOfBot").out
    assert len(run("check", robots, "--all", "--json").json["agents"]) > 100


def test_an_agent_of_the_users_own(run, robots: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[[agent]]\nname = "MyBot"\ntokens = ["MyBot", "CCBot-of-mine"]\noperator = "Me"\npurpose = "training"\n'
        'kind = "crawler"\nheadline = true\nsource = "https://me.example/"\nchecked = "2026-01-01"\n'
    )
    found = agents_of(run("check", robots, "--agents-file", "mine.toml", "--json").json)
    assert found["MyBot"]["verdict"] == "partial"


def test_who_obeys_another_is_said_to(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text("User-agent: Googlebot\nDisallow: /\n")
    (row,) = run("check", "robots.txt", "-a", "Applebot", "--json").json["agents"]
    assert (row["verdict"], row["basis"], row["via"]) == ("blocked", "wildcard", "Googlebot")
    (shown,) = [line for line in run("check", "robots.txt", "-a", "Applebot").out.splitlines() if "Applebot" in line]
    assert shown.split()[:3] == ["Applebot", "blocked", "Googlebot"]


def test_a_file_that_says_nothing_is_open(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_bytes(b"")
    result = run("check", "robots.txt")
    assert result.code == 0
    assert "0 blocked, 0 partial, 12 allowed; 1 remark" in result.out
    assert "The file is empty" in result.out


def test_allow_lists_are_told_from_deny_lists(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text(
        "User-agent: *\nDisallow: /\nAllow: /news\n\nUser-agent: GPTBot\nDisallow: /a\n"
    )
    out = " ".join(run("check", "robots.txt").out.split())
    assert "12 partial (ordinary pages closed to 11), 0 allowed" in out
    assert "Partial with ordinary pages closed, all but exceptions: ClaudeBot," in out


# --- Remarks, signals, conflicts ---


def test_remarks_come_with_line_and_mend(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text("User-agent: *\nDisalow: /\n\nUser-agent: GTP-Bot\nDisallow: private\n")
    (typo, dead) = run("check", "robots.txt", "--json").json["remarks"][:2]
    assert (typo["line"], typo["flag"], typo["mend"]) == (2, "typo", "write `Disallow`")
    assert (dead["line"], dead["flag"], dead["mend"]) == (5, "dead_pattern", "write `/private`")
    out = run("check", "robots.txt").out
    assert "- line 2: `Disalow` is read as Disallow by Google's parser" in out


def test_an_unknown_ai_crawler_is_pointed_out(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text("User-agent: GPT-Bot\nDisallow: /\n")
    (found,) = run("check", "robots.txt", "--json").json["remarks"]
    assert (found["flag"], found["line"]) == ("unknown_ai_token", 1)
    assert "`GPTBot`" in found["mend"]


def test_cloudflares_block_is_told_from_the_sites_own_rules(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text(MANAGED)
    report = run("check", "robots.txt", "--json").json
    gptbot = agents_of(report)["GPTBot"]
    assert (gptbot["verdict"], gptbot["own_verdict"]) == ("allowed", "blocked")
    assert gptbot["ties"] == [{"allow": 4, "disallow": 8}]
    assert report["managed"] == [1, 5]
    out = " ".join(run("check", "robots.txt").out.split())
    assert "Cloudflare's managed `Allow: /` on line 4 cancels your `Disallow: /` on line 8" in out
    assert "Without Cloudflare's block (lines 1 to 5) the site's own rules say blocked to GPTBot" in out


def test_words_against_rules(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text(MANAGED + "\nUser-agent: CCBot\nContent-Signal: ai-train=yes\nDisallow: /\n")
    report = run("check", "robots.txt", "--json").json
    assert [(one["key"], one["value"], one["line"]) for one in report["signals"]] == [
        ("ai-train", "no", 3),
        ("ai-train", "yes", 11),
    ]
    found = {one["agent"]: (one["conflict"], one["signal"]["line"]) for one in report["conflicts"]}
    assert found["GPTBot"] == ("closed in words, open by rule", 3)
    assert found["CCBot"] == ("open in words, closed by rule", 11)
    assert "PerplexityBot" not in found
    assert "ai-train=no on line 3: closed in words, open by rule, for GPTBot" in run("check", "robots.txt").out


def test_signals_at_odds_are_flagged_and_names_are_spelled_as_elsewhere(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text(
        "User-agent: gptbot\nUser-agent: NewBot/1\nContent-Signal: ai-train=no, ai-train=yes, search=yes\nAllow: /\n"
    )
    report = run("check", "robots.txt", "--json").json
    assert [(one["key"], one["agents"], one["flags"]) for one in report["signals"]] == [
        ("ai-train", ["GPTBot", "NewBot"], ["conflict"]),
        ("ai-train", ["GPTBot", "NewBot"], ["conflict"]),
        ("search", ["GPTBot", "NewBot"], []),
    ]
    assert "contradiction" in report["flags"]


def test_the_table_of_signals_names_the_key_and_the_whole_licence(run, tmp_path: Path) -> None:
    licence = "https://courier.example/licences/of/many/kinds/license.xml"
    (tmp_path / "robots.txt").write_text(
        f"License: {licence}\nUser-agent: *\nContent-Usage: bots=y, train-ai=n, train-genai=n\nAllow: /\n"
    )
    out = run("check", "robots.txt").out
    assert f"license={licence}" in out
    rows = [line.split() for line in out.splitlines() if "legacy_key" in line]
    assert [row[2] for row in rows] == ["bots", "train-genai"]


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("User-agent: *\nAllow: /\nDisallow: /\n", "tie_neutralised"),
        ("User-agent: *\nDisllow: /\n", "unread_field"),
        ("User-agent: FooGPT\nDisallow: /\n", "unknown_ai_token"),
    ],
)
def test_the_flags_of_a_report_are_also_those_of_its_remarks(run, tmp_path: Path, text: str, flag: str) -> None:
    (tmp_path / "robots.txt").write_text(text)
    assert flag in run("check", "robots.txt", "--json").json["flags"]


def test_of_a_file_in_utf_16_one_thing_is_said(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_bytes("User-agent: *\nDisallow: /\n".encode("utf-16"))
    assert [one["flag"] for one in run("check", "robots.txt", "--json").json["remarks"]] == ["utf16"]


# --- Paths ---


def test_a_path_without_its_first_slash_gets_one(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text("User-agent: *\nDisallow: /news\n")
    rows = run("check", "robots.txt", "-a", "GPTBot", "--path", "news", "--path", "?q=x#top", "--json").json["paths"]
    assert [(row["path"], row["access"]) for row in rows] == [("/news", "closed"), ("/?q=x", "open")]


def test_paths_and_urls_with_the_winning_line(run, robots: str) -> None:
    arguments = ["--agent", "GPTBot", "--agent", "Bytespider"]
    urls = ["--path", "/private/x", "--path", "https://site.example", "--path", "https://site.example/ä?q=a b"]
    rows = run("check", robots, *arguments, *urls, "--json").json["paths"]
    assert [(row["path"], row["agent"], row["access"], row["line"]) for row in rows] == [
        ("/private/x", "GPTBot", "closed", 6),
        ("/private/x", "Bytespider", "closed", 2),
        ("/", "GPTBot", "closed", 6),
        ("/", "Bytespider", "open", None),
        ("/%C3%A4?q=a%20b", "GPTBot", "closed", 6),
        ("/%C3%A4?q=a%20b", "Bytespider", "open", None),
    ]
    assert "2: Disallow: /private" in run("check", robots, "--path", "/private/x").out


# --- Sites ---


@pytest.mark.parametrize("name", ["news.example", "https://News.Example/some/page?x", "http://news.example:80"])
def test_a_domain_or_url_is_asked_for_its_robots_txt(run, site: Web, name: str) -> None:
    site.on("news.example", page(ROBOTS.encode()))
    report = run("check", name, "--json").json
    assert (report["file"], report["url"], report["answer"]) == (name, "https://news.example/robots.txt", "ok")
    assert agents_of(report)["GPTBot"]["verdict"] == "blocked"
    assert [(request.host, request.path) for request in site.requests] == [("news.example", "/robots.txt")]


def test_an_existing_file_comes_before_a_site(run, site: Web, tmp_path: Path) -> None:
    (tmp_path / "news.example").write_text(ROBOTS)
    assert run("check", "news.example", "--json").json["url"] is None
    assert site.requests == []


def test_a_site_without_a_file_has_no_rules_and_is_told_so(run, site: Web) -> None:
    result = run("check", "news.example", "--expect", "GPTBot=blocked", "--expect", "CCBot=allowed")
    assert result.out == "news.example has no robots.txt (http_404): no rules, everything is open to everybody\n"
    assert result.code == 4
    assert result.err == "tracker: news.example: GPTBot is allowed, expected blocked (no line applies to it)\n"
    report = run("check", "news.example", "--json").json
    assert (report["answer"], report["cause"], report["flags"]) == ("absent", "http_404", [])


TROUBLE = [
    (page(b"", "503 Service Unavailable"), "http_503"),
    (page(b"", "403 Forbidden"), "http_403"),
    (reset(), "reset"),
    (page(b"<html><body>hello</body></html>"), "is no robots.txt"),
]


@pytest.mark.parametrize(("answer", "says"), TROUBLE, ids=[row[1] for row in TROUBLE])
def test_a_site_that_does_not_answer_gets_no_verdict(run, site: Web, answer, says: str) -> None:
    site.on("news.example", answer)
    result = run("check", "news.example", "--expect", "GPTBot=blocked")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("tracker: ")
    assert says in result.err
    assert result.err.count("\n") == 1
    found = run("check", "news.example", "--json").json
    assert set(found) == {"file", "url", "answer", "cause", "error"}
    assert found["answer"] in ("denied", "error", "not_robots")
    assert found["cause"] in (says, "not_robots")


def test_what_cannot_be_judged_stands_in_the_list(run, robots: str) -> None:
    result = run("check", robots, "nowhere.txt", "--json")
    assert [(one["file"], one["answer"]) for one in result.json] == [(robots, "ok"), ("nowhere.txt", None)]
    assert result.code == 2


def test_the_flags_of_a_crawl_count(run) -> None:
    result = run("check", "news.example", "--resolver", "127.0.0.1:1")
    assert (result.code, result.out) == (1, "")
    assert "dns_timeout" in result.err
    assert run("check", "news.example", "--allow-private", "everything").code == 2


# --- What is no robots.txt ---

NO_SOURCES = [
    (["nowhere.txt"], "cannot read nowhere.txt"),
    (["some/folder/robots.bak"], "cannot read some/folder/robots.bak"),
    (["."], "cannot read .: Is a directory"),
    (["two\nlines"], "cannot read two lines"),
    (["x" * 5_000], "cannot read xxx"),
    (["localhost"], "has no dot"),
    (["ftp://news.example/"], "only http and https"),
    (["https://news.example:8443/"], "tracker check -"),
    (["https://127.0.0.1/"], "IP address"),
    (["-", "-"], "standard input (-) can be read once"),
    (["-", "--compare", "-"], "standard input (-) can be read once"),
    (["robots.txt", "--agent", "GPTBot/1.0"], "leave the version off"),
    (["robots.txt", "--compare", "nowhere.txt"], "cannot read nowhere.txt"),
    (["robots.txt", "--path", ""], "--path is empty: write / for the home page"),
    (["robots.txt", "--fail-on-change"], "give it with --compare"),
]


@pytest.mark.parametrize(("arguments", "says"), NO_SOURCES, ids=[row[1] for row in NO_SOURCES])
def test_what_cannot_be_checked_is_one_line(run, robots: str, arguments: list[str], says: str) -> None:
    result = run("check", *arguments)
    assert (result.code, result.out) == (2, "")
    assert says in result.err.splitlines()[-1]


@pytest.mark.parametrize("data", [b"<html><body>Not found</body></html>", bytes(range(256)) * 9, b"\0" * 600_000])
def test_there_is_no_verdict_for_what_is_no_robots_file(run, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "robots.txt").write_bytes(data)
    result = run("check", "robots.txt")
    assert result.code == 1
    assert "is no robots.txt: it looks like " in result.err
    assert "sha256" not in result.err
    assert result.out == ""


def test_standard_input_and_a_pipe(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tracker", "check", "-", "--expect", "GPTBot=blocked"]
    done = subprocess.run(command, input=ROBOTS.encode(), capture_output=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"standard input: 12 headline agents")


def test_a_named_pipe_is_read(run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(ROBOTS,))
    writer.start()
    assert agents_of(run("check", "pipe", "--json").json)["GPTBot"]["verdict"] == "blocked"
    writer.join()


def test_a_huge_file_is_cut_as_a_crawler_would(run, tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_bytes(b"User-agent: *\n" + b"Disallow: /a\n" * 100_000 + b"Disallow: /\n")
    report = run("check", "robots.txt", "--json").json
    assert "truncated_500k" in report["flags"]
    assert agents_of(report)["GPTBot"]["verdict"] == "partial"
