"""Names that files have and the registry has not: counted by sites, of now, in panels."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.store.histories import START
from tracker.core.agents import looks_like_ai
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.core.policy import FULL, PRIMARY
from tracker.store.captures import OWN, Answer
from tracker.store.query import Reader
from tracker.store.tokens import UnknownToken, unknown_tokens
from tracker.store.write import Writer

KNOWN = [token for agent in AGENTS for token in agent.tokens]
SHUT = "User-agent: {}\nDisallow: /\n\n"
PART = "User-agent: {}\nDisallow: /x\n\n"


def panel(name: str, *hosts: str) -> Panel:
    members = tuple(Member(host, rank, "news") for rank, host in enumerate(hosts, 1))
    return Panel(name, name, "made up", "1", "2022-01-01", None, False, members)


@pytest.fixture
def named(database: Path) -> Path:
    """Three crawls of four sites: NewAI is named from the second on, OldAI until the second."""
    hosts = ("a.example", "b.example", "c.example", "d.example")
    crawls: list[tuple[str | None, ...]] = [
        (SHUT.format("OldAI"), None, "User-agent: *\nDisallow: /\n", PART.format("Widget")),
        (SHUT.format("NewAI/2.0") + SHUT.format("GPTBot"), PART.format("newai"), None, PART.format("Widget")),
        (
            SHUT.format("NewAI/2.0") + SHUT.format("GPTBot 9") + PART.format("Zed Crawler"),
            PART.format("newai") + SHUT.format("AI2Bot"),
            SHUT.format("NewAI"),
            PART.format("Widget"),
        ),
    ]
    with Writer(database, AGENTS) as writer:
        whole = writer.panel(panel("whole", *hosts))
        writer.panel(panel("tail", "d.example", "c.example"))
        source = writer.source(OWN)
        for number, bodies in enumerate(crawls):
            crawl = writer.begin_crawl(source, whole, START + number * DAY, f"crawl {number}", len(hosts))
            answers = [
                Answer(host, None if text is None else text.encode(), "ref")
                for host, text in zip(hosts, bodies, strict=True)
            ]
            writer.record(crawl, answers)
            writer.finish_crawl(crawl, START + number * DAY + 5)
    return database


def test_names_in_force_by_sites_with_where_and_since_when(named: Path) -> None:
    with Reader(named) as reader:
        assert unknown_tokens(reader, KNOWN) == [
            UnknownToken("newai", 3, 2, "2022-01-02", "a.example"),
            UnknownToken("widget", 1, 0, "2022-01-01", "d.example"),
            UnknownToken("zed crawler", 1, 0, "2022-01-03", "a.example"),
        ]


def test_a_panel_counts_its_members_alone(named: Path) -> None:
    with Reader(named) as reader:
        assert unknown_tokens(reader, KNOWN, panel="tail") == [
            UnknownToken("newai", 1, 1, "2022-01-03", "c.example"),
            UnknownToken("widget", 1, 0, "2022-01-01", "d.example"),
        ]
        assert unknown_tokens(reader, KNOWN, panel="nowhere") == []


def test_what_is_wanted_and_how_many(named: Path) -> None:
    with Reader(named) as reader:
        assert [token.token for token in unknown_tokens(reader, KNOWN, wanted=looks_like_ai)] == ["newai"]
        assert [token.token for token in unknown_tokens(reader, KNOWN, limit=2)] == ["newai", "widget"]
        assert unknown_tokens(reader, [*KNOWN, "NEWAI", "Widget", "Zed Crawler"]) == []
        # Without a registry every whole product name counts, and no mere beginning of one (`ai` of AI2Bot).
        everything = {token.token for token in unknown_tokens(reader, [])}
        assert everything == {"newai", "gptbot 9", "ai2bot", "widget", "zed crawler"}


@pytest.mark.slow
def test_ten_thousand_sites_and_a_thousand_names_take_less_than_a_second(fresh_file: Callable[[], Path]) -> None:
    database = fresh_file()
    with Writer(database, AGENTS) as writer:
        writer.panel(panel("big", *(f"s{number}.example" for number in range(10_000))))
    connection = sqlite3.connect(database)
    connection.executemany("INSERT INTO token VALUES (?, ?)", ((n, f"name-{n}") for n in range(1_000, 2_000)))
    connection.executemany(
        "INSERT INTO policy (policy_id, fingerprint, star) VALUES (?, ?, 0)",
        ((n, n.to_bytes(4, "big")) for n in range(1_000, 11_000)),
    )
    connection.executemany(
        "INSERT INTO rule VALUES (?, ?, ?)",
        ((n, 1_000 + (n * 7 + k * 13) % 1_000, PRIMARY | FULL) for n in range(1_000, 11_000) for k in range(40)),
    )
    sites = [row[0] for row in connection.execute("SELECT site_id FROM site ORDER BY site_id")]
    states = [(site, START, None, 1_000 + place) for place, site in enumerate(sites)]
    states += [(site, START - back * DAY, START - (back - 1) * DAY, 1_000 + place)
               for place, site in enumerate(sites) for back in range(1, 6)]  # fmt: skip
    connection.executemany("INSERT INTO state (site_id, valid_from, valid_to, policy_id) VALUES (?, ?, ?, ?)", states)
    connection.commit()
    connection.close()
    with Reader(database) as reader:
        for panel_name in (None, "big"):
            start = time.process_time()
            found = unknown_tokens(reader, KNOWN, panel=panel_name, limit=50)
            assert time.process_time() - start < 1
            assert [token.sites for token in found] == [400] * 50
