"""An agent that did not exist yet is never blocked by name: before its date only what `*` closes counts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import AGENTS, agent
from tests.store.histories import START, panel
from tracker.core.definitions import DEFINITIONS
from tracker.core.intervals import DAY
from tracker.store.captures import OWN, Answer
from tracker.store.query import Reader
from tracker.store.write import Writer

# GPTBot is dated 2022-01-03 here: files named it two days before.
BORN = "2022-01-03"
DATED = (agent("GPTBot", valid_from=BORN, headline=True), *AGENTS[1:])
BODIES = {
    "a.example": b"User-agent: GPTBot\nDisallow: /\n",
    "b.example": b"User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nDisallow: /private/\n",
    "c.example": b"User-agent: *\nDisallow: /\n",
    "d.example": b"User-agent: GPTBot\nDisallow: /private/\n",
    "e.example": b"User-agent: *\nAllow: /\n",
}
BEFORE, AFTER = ("2022-01-01", "2022-01-02"), ("2022-01-03", "2022-01-04")


@pytest.fixture
def told(fresh_history: Callable[[], Path]) -> Path:
    """Five sites that say the same on four days, with the agent's date in the middle."""
    path = fresh_history()
    with Writer(path, DATED) as writer:
        panel_id, source = writer.panel(panel("all")), writer.source(OWN)
        for number in range(4):
            at = START + number * DAY
            crawl = writer.begin_crawl(source, panel_id, at, f"crawl {number}", len(BODIES))
            writer.record(crawl, [Answer(host, body, "ref") for host, body in BODIES.items()])
            writer.finish_crawl(crawl, at + 5)
    return path


def rows(path: Path, name: str, definition: str) -> dict[str, dict]:
    """Row of `shares` by day."""
    with Reader(path) as reader:
        return {row["date"]: row for row in reader.shares("all", [name], definition).dicts()}


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_before_its_date_nobody_blocks_an_agent_by_name(told: Path, definition: str) -> None:
    found = rows(told, "GPTBot", definition)
    for day in BEFORE:
        row = found[day]
        assert (row["agent_existed"], row["blocked_named"]) == (0, 0)
        assert row["blocked"] == row["blocked_wildcard"]
        assert row["percent_blocked"] == pytest.approx(100 * row["blocked"] / 5, abs=0.001)
        if DEFINITIONS[definition].named_only:
            assert row["blocked"] == 0
    for day in AFTER:
        row = found[day]
        assert row["agent_existed"] == 1
        assert row["blocked"] == row["blocked_named"] + row["blocked_wildcard"]


@pytest.mark.parametrize(
    ("definition", "before", "after"),
    [
        # (blocked, blocked_named, blocked_wildcard)
        ("effective_full", (1, 0, 1), (3, 2, 1)),
        ("effective_root", (1, 0, 1), (3, 2, 1)),
        ("any_restriction", (2, 0, 2), (4, 3, 1)),
        ("named_full", (0, 0, 0), (2, 2, 0)),
        ("mentioned", (0, 0, 0), (3, 3, 0)),
    ],
)
def test_only_what_everybody_is_told_counts_before(told: Path, definition: str, before: tuple, after: tuple) -> None:
    found = rows(told, "GPTBot", definition)
    columns = ("blocked", "blocked_named", "blocked_wildcard")
    assert [tuple(found[day][name] for name in columns) for day in (*BEFORE, *AFTER)] == [before] * 2 + [after] * 2


def test_what_is_partly_closed_to_everybody_counts_before_and_what_is_to_it_after(told: Path) -> None:
    found = rows(told, "GPTBot", "effective_full")
    assert [found[day]["partial"] for day in (*BEFORE, *AFTER)] == [1, 1, 1, 1]


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_the_league_says_the_same_as_the_view(told: Path, definition: str) -> None:
    columns = ("blocked", "blocked_named", "blocked_wildcard", "partial", "percent_blocked", "agent_existed")
    with Reader(told) as reader:
        for day in (*BEFORE, *AFTER):
            for row in reader.league("all", definition, day).dicts():
                view = rows(told, row["agent"], definition)[day]
                assert [row[name] for name in columns] == [view[name] for name in columns], (day, row["agent"])


def test_an_agent_without_a_date_has_always_existed(told: Path) -> None:
    found = rows(told, "CCBot", "effective_full")
    assert {row["agent_existed"] for row in found.values()} == {1}
    assert {row["blocked"] for row in found.values()} == {1}
