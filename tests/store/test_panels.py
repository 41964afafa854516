"""Panels whose members change: memberships as intervals, and counts that stay in step."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.store.histories import HOSTS, START, Look, Where, content, drop, dump, looks, panel, play, rebuild
from tests.store.test_orders import RELAXED
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.errors import PanelError
from tracker.store.captures import OWN, Answer
from tracker.store.members import compare, editions, members
from tracker.store.panels import Revision
from tracker.store.query import Reader
from tracker.store.write import Writer

Fresh = Callable[[], Where]
Edition = tuple[int, dict[str, int | None]]  # day after START, host to rank
TOP = panel("few")


def edition(ranks: dict[str, int | None], name: str = "few") -> Panel:
    return replace(TOP, name=name, members=tuple(Member(host, rank) for host, rank in ranks.items()))


def revise(path: Where, *revisions: Edition) -> list[Revision]:
    with Writer(path, AGENTS) as writer:
        return [writer.revise_panel(edition(ranks), START + day * DAY) for day, ranks in revisions]


def memberships(path: Where) -> dict[str, list[tuple[int, int | None, int | None]]]:
    with Reader(path) as reader:
        rows = reader.sql(
            "SELECT s.host, m.since, m.until, m.rank FROM panel_member m JOIN site s ON s.site_id = m.site_id "
            "JOIN panel p ON p.panel_id = m.panel_id WHERE p.name = 'few' ORDER BY s.host, m.since"
        ).rows
    found: dict[str, list[tuple[int, int | None, int | None]]] = {}
    for host, since, until, rank in rows:
        found.setdefault(host, []).append((since, until, rank))
    return found


@st.composite
def revisions(draw: st.DrawFn) -> list[Edition]:
    day, found = 0, []
    for _ in range(draw(st.integers(1, 5))):
        day += draw(st.sampled_from([0, 1, 2, 30, 100]))
        hosts = draw(st.sets(st.sampled_from(HOSTS[:8])))
        found.append((day, {host: draw(st.sampled_from([None, 1, 2])) for host in sorted(hosts)}))
    return found


def at_the_end_of(day: int, found: list[Edition]) -> dict[str, int | None]:
    """The members by the newest edition up to a day; at first those of the fixed list."""
    held = [ranks for begins, ranks in found if begins <= day]
    return held[-1] if held else {member.host: member.rank for member in TOP.members}


@settings(RELAXED, max_examples=10)
@given(looks(most=5), revisions(), st.integers(0, 5))
def test_members_come_and_go(fresh_history: Fresh, history: list[Look], found: list[Edition], late: int) -> None:
    """Looks before, between and after the editions; some arrive when the panel has changed already."""
    path = play(fresh_history(), history[late:])
    revise(path, *found)
    play(path, history[:late])
    for intervals in memberships(path).values():
        assert all(until is None or since < until for since, until, _ in intervals)
        assert all(until is not None and until <= since for (_, until, _), (since, *_) in pairwise(intervals))
    with Reader(path) as reader:
        for day in {begins + step for begins, _ in found for step in (-1, 0, 1)}:
            shown = {one.host: one.rank for one in members(reader, "few", iso(day))}
            assert shown == at_the_end_of(day, found)
        assert {one.host: one.rank for one in members(reader, "few")} == found[-1][1]
        rows = reader.sql("SELECT DISTINCT date, members FROM shares WHERE panel = 'few'").rows
        grouped = reader.sql(
            "SELECT date, SUM(sites_known), SUM(sites_blocked) FROM shares_by_group "
            "WHERE panel = 'few' AND agent = 'CCBot' GROUP BY date HAVING SUM(sites_known) > 0 ORDER BY date"
        ).rows
        counted = reader.sql(
            "SELECT date, readable + absent, blocked FROM shares WHERE panel = 'few' AND agent = 'CCBot' "
            "AND definition = 'effective_full' ORDER BY date"
        ).rows
    for date, count in rows:
        assert count == len(at_the_end_of(number(date), found))
    assert counted == grouped
    before = content(path)
    assert content(rebuild(path)) == before
    drop(path)


def at(day: int) -> int:
    return START + day * DAY


def iso(day: int) -> str:
    return datetime.fromtimestamp(at(day), UTC).date().isoformat()


def number(date: str) -> int:
    return (int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()) - START) // DAY


def test_who_leaves_returns_and_moves(database: Where) -> None:
    play(database, [Look("own", START, ("shut",) * len(HOSTS))])
    a, b, c = "c.example", "d.example", "z.example"
    assert revise(
        database, (10, {a: 1, b: 2}), (20, {a: 2, b: 1}), (30, {a: 2, c: 1}), (40, {a: 2, b: 5}), (40, {a: 2, b: 5})
    ) == [Revision(0, 3, 0), Revision(0, 0, 2), Revision(1, 1, 0), Revision(1, 1, 0), Revision(0, 0, 0)]
    found = memberships(database)
    assert found[a] == [(0, START + 20 * DAY, 1), (START + 20 * DAY, None, 2)]
    assert found[b] == [(0, at(20), 2), (at(20), at(30), 1), (at(40), None, 5)]
    assert found[c] == [(at(30), at(40), 1)]
    with Reader(database) as reader:
        assert editions(reader, "few") == [iso(10), iso(20), iso(30), iso(40)]
        assert editions(reader, "all") == []
        assert [one.host for one in members(reader, "all")] == list(HOSTS)
    before = dump(database)
    assert revise(database, (40, {a: 2, b: 5})) == [Revision(0, 0, 0)]
    assert dump(database) == before


def test_an_edition_of_the_same_day_replaces_the_one_before(database: Where) -> None:
    play(database, [Look("own", START, ("shut",) * len(HOSTS))])
    first = memberships(database)
    stays = {member.host: member.rank for member in TOP.members}
    revise(database, (10, {"z.example": 1}), (10, stays))
    assert memberships(database) == first


def test_editions_come_in_order_of_time_and_only_of_what_is_there(database: Where) -> None:
    play(database, [Look("own", START, ("shut",) * len(HOSTS))])
    revise(database, (10, {"c.example": 1}))
    before = dump(database)
    with Writer(database, AGENTS) as writer:
        for facts, when, says in (
            (edition({"a.example": 1}), at(9), f"an edition of {iso(10)} already: import editions in order"),
            (edition({"a.example": 1}, "none"), at(20), "no panel none to revise"),
            (edition({"a.example": 1}), at(20) + 1, "begins with a day"),
        ):
            with pytest.raises(PanelError, match=says):
                writer.revise_panel(facts, when)
    assert dump(database) == before


def test_a_crawl_after_a_revision_counts_the_new_members(database: Where) -> None:
    play(database, [Look("own", START, ("shut",) * len(HOSTS))])
    revise(database, (10, {"c.example": 1, "z.example": 2}))
    with Writer(database, AGENTS) as writer:
        own = writer.source(OWN)
        crawl = writer.begin_crawl(own, writer.panel(TOP), at(11), "later", 1)
        writer.record(crawl, [Answer("z.example", b"User-agent: *\nDisallow: /\n")])
        writer.finish_crawl(crawl, at(11) + 5)
    with Reader(database) as reader:
        rows = reader.sql(
            "SELECT date, members, readable FROM shares WHERE panel = 'few' AND agent = 'CCBot' "
            "AND definition = 'effective_full' ORDER BY date"
        ).rows
    assert rows[0] == (iso(0), 5, 5)
    assert rows[9:12] == [(iso(9), 5, 5), (iso(10), 2, 1), (iso(11), 2, 2)]


def test_what_two_lists_differ_in() -> None:
    before = (Member("a.example", 1), Member("b.example", 2), Member("c.example"))
    after = (Member("d.example", 1), Member("b.example", 1), Member("c.example"))
    found = compare(before, after)
    assert [one.host for one in found.entered] == ["d.example"]
    assert [one.host for one in found.left] == ["a.example"]
    assert (found.moved, found.stayed) == ((("b.example", 2, 1),), 2)
