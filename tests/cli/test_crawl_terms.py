"""`tracker crawl` and terms pages: what is asked, told, due again and read, by the commands alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_crawl import WHERE, Clock
from tests.crawl.test_terms_visit import CLAUSES, HTML, home, html
from tests.web import Web, page, settings_for

HOUR = 3_600
TRAINING = "You may not use any content of this site to train artificial intelligence or machine learning models."
# One target a week and robots.txt with it, so that nothing else falls due in between.
WEEKLY = "robots=7d,home=7d,terms=7d,tdmrep=never,llms.txt=never,ai.txt=never,trust.txt=never"


def terms(*more: str) -> bytes:
    return html(f"<main><h1>Terms of use</h1>{''.join(f'<p>{one}</p>' for one in (*CLAUSES, *more))}</main>")


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("TRACKER_EVERY", WEEKLY)
    monkeypatch.setenv("TRACKER_SCHEDULE", "1h")
    with Web() as served:
        monkeypatch.setattr("tracker.cli.crawl.fetch_settings", lambda _settings: settings_for(served))
        Path("panel.txt").write_text("a.example\nb.example\n")
        for host in ("a.example", "b.example"):
            served.on(host, page(b"User-agent: *\nDisallow: /private\n"))
            served.on(host, home("/terms"), "/")
            served.on(host, page(terms(), **HTML), "/terms")
        yield served


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_weekly_round_tells_what_it_saw_of_terms(run, web: Web) -> None:
    first = run("crawl", *WHERE, "--round", "weekly")
    assert "terms: 2 ok; 1 new texts read" in first.out
    again = run("crawl", *WHERE, "--round", "weekly", "--json").json
    assert (again["terms"], again["terms_unchanged"], again["terms_read"]) == ({"ok": 2}, 2, 0)
    assert run("crawl", *WHERE).out.count("terms") == 0, "robots.txt alone"


def test_a_dry_run_names_the_terms_pages(run, web: Web) -> None:
    plan = run("crawl", *WHERE, "--round", "weekly", "--dry-run")
    assert "its terms pages, found from the home page" in plan.out
    assert web.requests == []


def test_new_terms_are_due_again_after_six_hours(run, web: Web, clock: Clock) -> None:
    run("crawl", *WHERE, "--round", "weekly", "--fresh")
    clock.move(8 * 24 * HOUR)
    web.on("b.example", page(terms(TRAINING), **HTML), "/terms")
    assert run("crawl", *WHERE, "--if-due", "--json").json["terms_read"] == 1
    status = run("status", "--panel", "panel", "--database", "h.sqlite", "--json").json
    assert status["confirm"] is not None
    assert "looked at again" in run("status", "--panel", "panel", "--database", "h.sqlite").out
    assert run("crawl", *WHERE, "--if-due", "--json").json == {"due": False}
    clock.move(6 * HOUR + 60)
    plan = run("crawl", *WHERE, "--if-due", "--dry-run", "--json").json
    assert (plan["part"], plan["asked"], list(plan["targets"])) == ("confirm", ["b.example"], ["robots", "terms"])
    web.requests.clear()
    report = run("crawl", *WHERE, "--if-due", "--json").json
    assert (report["part"], report["asked"], report["terms_unchanged"]) == ("confirm", 1, 1)
    assert {request.host for request in web.requests} == {"b.example"}
    assert run("crawl", *WHERE, "--if-due", "--json").json == {"due": False}
    found = run(
        "query", "SELECT site, kind FROM terms_changes WHERE confirmed_at IS NOT NULL", *WHERE[2:], "--json"
    ).json
    assert [(row["site"], row["kind"]) for row in found] == [("b.example", "policy")]
