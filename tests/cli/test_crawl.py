"""`tracker crawl`: whom it may ask, what it says it would ask, what it does of what is due, what it reports."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web import Web, hang, page, reset, settings_for
from tracker import reference
from tracker.store.query import Reader
from tracker.store.write import Writer

OPEN = page(b"User-agent: *\nDisallow: /private\n")
SHUT = page(b"User-agent: *\nDisallow: /\n")
WHERE = ("--panel", "panel.txt", "--database", "h.sqlite")


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A web on loopback to which all names lead, and the panel of a few of its sites."""
    with Web() as served:
        monkeypatch.setattr("tracker.cli.crawl.fetch_settings", lambda _settings: settings_for(served))
        listed(6)
        for number in range(6):
            served.on(f"site{number}.example", OPEN)
        yield served


def listed(count: int) -> None:
    Path("panel.txt").write_text("".join(f"site{number}.example\n" for number in range(count)))


class Clock:
    """The time as the commands see it: it moves when told, or when somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = 0.0
        self.slept = 0.0
        self._time = time.time
        monkeypatch.setattr(time, "time", lambda: self._time() + self._ahead)
        monkeypatch.setattr(time, "sleep", self._sleep)

    def move(self, seconds: float) -> None:
        self._ahead += seconds

    def _sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.move(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


# --- Who may be asked ---


def test_more_than_a_hundred_sites_need_a_contact(run) -> None:
    listed(101)
    refused = run("crawl", *WHERE)
    assert refused.code == 2
    assert "panel panel has 101 sites" in refused.err
    assert "--contact you@example.org" in refused.err
    assert not Path("h.sqlite").exists()


@pytest.mark.parametrize("excuse", [("--contact", "me@example.org"), ("--allow-private", "127.0.0.0/8")])
def test_who_can_be_reached_or_tests_may_ask_more(run, excuse: tuple[str, str]) -> None:
    listed(101)
    assert run("crawl", *WHERE, "--dry-run", *excuse).code == 0


def test_a_panel_of_the_history_is_crawled_by_its_name(run, web: Web) -> None:
    run("crawl", *WHERE)
    Path("panel.txt").unlink()
    report = run("crawl", "--panel", "panel", "--database", "h.sqlite", "--json").json
    assert (report["panel"], report["answered"]) == ("panel", 6)
    assert run("crawl", "--panel", "nobody", "--database", "h.sqlite").code == 1


# --- The dry run ---


def test_a_dry_run_says_whom_it_would_ask_for_what_and_asks_nobody(run, web: Web) -> None:
    Path("optout.txt").write_text("site1.example # by mail\n")
    plan = run("crawl", *WHERE, "--dry-run", "--round", "all", "--contact", "me@example.org", "--json").json
    assert (plan["sites"], len(plan["asked"]), plan["opted_out"][0]["site"]) == (6, 5, "site1.example")
    assert plan["targets"]["home"] == "/"
    assert plan["headers"]["From"] == "me@example.org"
    assert "+me@example.org" in plan["headers"]["User-Agent"]
    told = run("crawl", *WHERE, "--dry-run").out
    assert "each of 5 would be asked for /robots.txt\n" in told
    assert "by mail (optout.txt:1)" in told
    assert (web.requests, Path("h.sqlite").exists()) == ([], False)


def test_a_dry_run_names_those_alone_whom_a_wave_or_a_rest_would_ask(run, web: Web, clock: Clock) -> None:
    web.on("site0.example", reset())
    run("crawl", *WHERE, "--round", "all")
    nothing = run("crawl", *WHERE, "--if-due", "--dry-run", "--json").json
    assert (nothing["due"], nothing["asked"], nothing["targets"]) == (False, [], {})
    clock.move(11 * 60)
    wave = run("crawl", *WHERE, "--if-due", "--dry-run", "--json").json
    assert (wave["part"], wave["asked"], len(wave["targets"])) == ("retry-1", ["site0.example"], 7)
    assert run("crawl", *WHERE, "--dry-run", "--json").json["part"] == ""


def test_a_dry_run_tells_of_the_probe(run, web: Web) -> None:
    web.on("site0.example", page(b"User-agent: GPTBot\nDisallow: /\n"))
    run("crawl", *WHERE)
    dry = ("crawl", *WHERE, "--probe", "GPTBot", "--contact", "me@example.org", "--dry-run")
    assert run(*dry, "--json").json["probe"]["sites"] == ["site0.example"]
    assert "then the home pages of 1 sites" in run(*dry).out


# --- What is due ---


def test_if_due_does_what_is_due_and_only_that(run, web: Web, clock: Clock) -> None:
    first = run("crawl", *WHERE, "--if-due", "--json").json
    assert (first["answered"], len(first["targets"])) == (6, 7)
    web.requests.clear()
    nothing = run("crawl", *WHERE, "--if-due", "--json")
    assert (nothing.code, nothing.json, web.requests) == (0, {"due": False}, [])
    assert "nothing is due for panel panel" in nothing.err
    clock.move(24 * 3600)
    second = run("crawl", *WHERE, "--if-due", "--json").json
    assert (second["answered"], second["targets"]) == (6, ["robots"])


def test_if_due_works_off_the_waves(run, web: Web, clock: Clock) -> None:
    web.on("site0.example", reset())
    assert run("crawl", *WHERE, "--json").json["causes"] == {"ok": 5, "reset": 1}
    web.requests.clear()
    clock.move(9 * 60)
    every = ("--if-due", "--json")
    env = {"TRACKER_EVERY": "home=never,tdmrep=never,llms.txt=never,ai.txt=never,trust.txt=never,terms=never"}
    os.environ.update(env)
    try:
        assert run("crawl", *WHERE, *every).json == {"due": False}
        clock.move(2 * 60)
        web.on("site0.example", OPEN)
        wave = run("crawl", *WHERE, *every).json
    finally:
        for name in env:
            del os.environ[name]
    assert (wave["part"], wave["asked"], wave["coverage"]) == ("retry-1", 1, 1.0)
    assert {request.host for request in web.requests} == {"site0.example"}


def test_wait_stays_for_the_waves(run, web: Web, clock: Clock) -> None:
    web.on("site0.example", reset())
    report = run("crawl", *WHERE, "--wait", "--json").json
    assert [part["part"] for part in report["parts"]] == ["retry-1", "retry-2"]
    assert 3500 < clock.slept < 3700


def test_ctrl_c_while_waiting_ends_the_waiting_alone(
    run, web: Web, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    web.on("site0.example", reset())
    monkeypatch.setattr(time, "sleep", interrupted)
    waited = run("crawl", *WHERE, "--wait", "--json")
    assert (waited.code, waited.json["answered"], waited.json["parts"]) == (0, 5, [])
    assert "not waited for any longer" in waited.err


def test_no_retry_waves_are_waited_for_where_none_are_wanted(run, web: Web, clock: Clock) -> None:
    web.on("site0.example", reset())
    assert run("crawl", *WHERE, "--wait", "--no-retry-waves", "--json").json["parts"] == []
    assert clock.slept == 0


def test_a_crawl_that_another_process_makes_is_left_to_it(run, web: Web) -> None:
    with Writer("h.sqlite", reference.agents()):
        left = run("crawl", *WHERE, "--if-due")
        assert (left.code, "left to the process that is at it" in left.err) == (0, True)
        assert run("crawl", *WHERE).code == 1
    assert web.requests == []


# --- The report ---


def test_the_report_names_what_changed_and_who_fails_now(run, web: Web) -> None:
    run("crawl", *WHERE)
    web.on("site0.example", SHUT)
    web.on("site1.example", page(status="503 Busy"))
    report = run("crawl", *WHERE, "--json").json
    assert (report["changes"], report["changed"]) == (1, ["site0.example"])
    assert report["newly_failing"] == [{"site": "site1.example", "cause": "http_503"}]
    assert report["new_failures"] == 1
    assert "1 of 6 sites (16.7 %) changed their verdict" in report["suspect"]
    assert report["slowest"][0]["seconds"] >= 0
    told = run("crawl", *WHERE).out
    assert "5 of 6 sites of panel panel answered, recorded in h.sqlite" in told
    with Reader("h.sqlite") as reader:
        assert reader.sql("SELECT COUNT(*) FROM crawls WHERE suspect <> ''").rows == [(1,)]


def test_too_few_answers_are_exit_3_and_enough_after_a_wave_are_not(run, web: Web, clock: Clock) -> None:
    for number in range(4):
        web.on(f"site{number}.example", reset())
    few = run("crawl", *WHERE)
    assert (few.code, "only 2 of 6 sites answered (4 x reset)" in few.err) == (3, True)
    for number in range(4):
        web.on(f"site{number}.example", OPEN)
    assert run("crawl", *WHERE, "--coverage-threshold", "0.9", "--wait").code == 0


def test_ctrl_c_is_told_and_the_next_crawl_goes_on(run, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = settings_for(web, read_timeout=30, total_timeout=30)
    monkeypatch.setattr("tracker.cli.crawl.fetch_settings", lambda _settings: patient)
    web.on("site0.example", hang())
    threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    stopped = run("crawl", *WHERE)
    assert (stopped.code, "stopped after 5 of 6 sites" in stopped.err) == (1, True)
    web.on("site0.example", OPEN)
    web.requests.clear()
    rest = run("crawl", *WHERE)
    assert "going on with the round of" in rest.err
    assert [request.host for request in web.requests] == ["site0.example"]


# --- The probe ---


def test_a_probe_asks_who_disallows_the_agent_once_a_week(
    run, web: Web, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = settings_for(web, contact="me@example.org")
    monkeypatch.setattr("tracker.cli.crawl_settings.fetch_settings", lambda _settings: told)
    web.on("site0.example", page(b"User-agent: GPTBot\nDisallow: /\n"))
    web.on("site0.example", page(b"served all the same"), "/")
    probing = ("crawl", *WHERE, "--probe", "GPTBot", "--yes", "--contact", "me@example.org", "--json")
    first = run(*probing)
    assert "A probe sends requests under a name that is not ours" in first.err
    (found,) = first.json["probes"]
    assert (found["host"], found["reading"]) == ("site0.example", "served")
    assert len([request for request in web.requests if request.path == "/"]) == 2
    clock.move(6 * 86_400)
    assert run(*probing).json["probes"] == []
    with Reader("h.sqlite") as reader:
        assert reader.sql("SELECT site, agent, reading FROM probes").rows == [("site0.example", "GPTBot", "served")]


def test_nobody_is_probed_without_a_yes(run, web: Web) -> None:
    refused = run("crawl", *WHERE, "--probe", "GPTBot", "--contact", "me@example.org")
    assert (refused.code, "add --yes once you have read the notice" in refused.err) == (2, True)
    assert web.requests == []
