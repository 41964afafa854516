"""The writer's promises: what was given once stays as it was, a failed batch leaves nothing, late news fits in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.conftest import AGENTS
from tests.store.histories import (
    FAIL,
    HOSTS,
    SOURCES,
    START,
    Look,
    Model,
    answer,
    content,
    drop,
    dump,
    looks,
    panel,
    past_crawls,
    play,
)
from tests.store.test_orders import RELAXED, states_match
from tracker.core.agents import Agent
from tracker.core.intervals import DAY
from tracker.errors import DatabaseError
from tracker.store import bitmap, bodies
from tracker.store.captures import OWN, Failure, PastCrawl
from tracker.store.query import Reader
from tracker.store.write import Writer

Fresh = Callable[[], Path]


def opened(path: Path) -> tuple[Writer, int, int]:
    writer = Writer(path, AGENTS)
    return writer, writer.source(OWN), writer.panel(panel("all"))


def column(path: Path, statement: str) -> list[object]:
    with Reader(path) as reader:
        return [row[0] if len(row) == 1 else row for row in reader.sql(statement).rows]


@settings(RELAXED, max_examples=10)
@given(looks())
def test_importing_again_changes_no_row(fresh_history: Fresh, history: list[Look]) -> None:
    path = play(fresh_history(), history)
    before = dump(path)
    with Writer(path, AGENTS) as writer:
        panel_id = writer.panel(panel("all"))
        for name in ("git", "wayback"):
            source = writer.source(SOURCES[name])
            known = writer.known_refs(source)
            again = past_crawls([look for look in history if look.source == name], set())
            assert known == {crawl.ref for crawl in again}
            if again:
                with pytest.raises(DatabaseError):
                    writer.import_crawls(source, panel_id, again)
            writer.import_crawls(source, panel_id, [crawl for crawl in again if crawl.ref not in known])
    assert dump(path) == before
    drop(path)


def test_the_same_answers_from_another_source_in_the_same_seconds_change_no_state(database: Path) -> None:
    seen = [Look("wayback", START + n * DAY, ("shut", "open", FAIL, *[None] * (len(HOSTS) - 3))) for n in range(4)]
    play(database, seen)
    before = content(database)
    play(database, [Look("git", look.at, look.saw) for look in seen])
    assert content(database) == before


def test_a_site_already_recorded_by_a_crawl_is_passed_over(database: Path) -> None:
    writer, source, members = opened(database)
    with writer:
        crawl = writer.begin_crawl(source, members, START, "one", 1)
        writer.record(crawl, [answer("a.example", "shut")])
        writer.record(crawl, [answer("a.example", "open"), answer("a.example", FAIL)])
        writer.finish_crawl(crawl, START)
    assert column(database, "SELECT verdict FROM access_now WHERE site = 'a.example' AND agent = 'CCBot'") == [
        "blocked"
    ]
    assert column(database, "SELECT kind FROM failures") == []


def test_a_batch_may_be_any_iterable(database: Path) -> None:
    writer, source, members = opened(database)
    with writer:
        crawl = writer.begin_crawl(source, members, START, "one", 1)
        writer.record(crawl, (answer(host, "shut") for host in HOSTS[:2]))
    assert column(database, "SELECT site FROM captures ORDER BY site") == list(HOSTS[:2])


def test_a_failed_batch_leaves_nothing_and_can_be_given_again(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, source, members = opened(database)
    with writer:
        crawl = writer.begin_crawl(source, members, START, "one", 1)
        writer.record(crawl, [answer("a.example", "open")])
        before = dump(database)
        with monkeypatch.context() as broken:
            broken.setattr("tracker.store.derive.Deriver.forward", _explode)
            with pytest.raises(RuntimeError):
                writer.record(crawl, [answer("b.example", "shut"), answer("c.example", FAIL)])
        assert dump(database) == before
        writer.record(crawl, [answer("b.example", "shut"), answer("c.example", FAIL)])
        writer.finish_crawl(crawl, START)
    states_match(database, Model([Look("own", START, ("open", "shut", FAIL, *[None] * (len(HOSTS) - 3)))]))
    assert column(database, "SELECT answered, failed FROM crawls") == [(2, 1)]
    assert column(database, "SELECT blocked FROM shares WHERE agent = 'CCBot' AND panel = 'all'")[0] == 1


def test_a_failed_import_leaves_nothing(database: Path) -> None:
    good = PastCrawl("r", START, frozenset(["a.example"]), [answer("a.example", "shut")])  # type: ignore[list-item]
    bad = PastCrawl("r", START + 1, frozenset(["a.example"]))
    writer, _, members = opened(database)
    with writer:
        source = writer.source(SOURCES["git"])
        before = dump(database)
        with pytest.raises(DatabaseError):
            writer.import_crawls(source, members, [good, bad])
        assert dump(database) == before
        writer.import_crawls(source, members, [good])
    assert column(database, "SELECT site FROM captures") == ["a.example"]


def _explode(*_: object) -> None:
    raise RuntimeError("made up")


def test_late_answers_do_not_change_what_later_looks_saw(database: Path) -> None:
    """Later looks rely on "same as before"; an older answer that arrives late must not become that before."""
    saw = ("shut", *[None] * (len(HOSTS) - 1))
    other = ("open", *saw[1:])
    history = [Look("own", START + n * DAY, saw) for n in (0, 2, 4)]
    late = [Look("own", START + DAY, other), Look("own", START + 3 * DAY, other)]
    play(database, [*history, *late])
    states_match(database, Model([*history, *late]))


def test_of_two_imports_of_one_source_in_one_second_the_later_given_counts(database: Path) -> None:
    """A rewritten git history keeps its dates: what it says now replaces what it said."""
    writer, _, members = opened(database)

    def look(ref: str, day: int, saw: str) -> PastCrawl:
        host = frozenset(["a.example"])
        return PastCrawl(ref, START + day * DAY, host, [answer("a.example", saw)])  # type: ignore[list-item]

    with writer:
        source = writer.source(SOURCES["git"])
        writer.import_crawls(source, members, [look("1", 0, "open"), look("2", 1, "shut"), look("3", 2, "shut")])
        writer.import_crawls(source, members, [look("2'", 1, "open"), look("3'", 2, "open")])
    history = [Look("git", START + n * DAY, ("open", *[None] * (len(HOSTS) - 1))) for n in range(3)]
    states_match(database, Model(history))


def test_an_interrupted_crawl_goes_on_under_its_name(database: Path) -> None:
    """Whatever the clock says by then, and even if other crawls have come in between."""
    writer, source, members = opened(database)
    with writer:
        crawl = writer.begin_crawl(source, members, START, "one", 3)
        writer.record(crawl, [answer("a.example", "shut"), answer("b.example", "open")])
        writer.finish_crawl(crawl, None)
        other = writer.begin_crawl(source, members, START + DAY, "two", 1)
        writer.record(other, [answer("c.example", "shut")])
        crawl = writer.begin_crawl(source, members, START + 2 * DAY, "one", 3)
        assert crawl.at == START
        left = [site.host for page in writer.queue(crawl, seed=1, only=HOSTS[:4]) for site in page]
        assert sorted(left) == list(HOSTS[2:4])
        writer.record(crawl, [answer("a.example", "open"), answer("c.example", "open")])
        writer.finish_crawl(crawl, START + 9)
    rest = (None,) * (len(HOSTS) - 3)
    history = [
        Look("own", START, ("shut", "open", "open", *rest)),
        Look("own", START + DAY, (None, None, "shut", *rest)),
    ]
    states_match(database, Model(history))
    assert column(database, "SELECT answered FROM crawls ORDER BY crawl_id") == [3, 1]


FAILING = [(0, "http_503"), (1, "http_503"), (2, "http_503"), (3, "http_403"), (5, "http_403")]


def test_runs_of_failures(database: Path) -> None:
    writer, source, members = opened(database)
    with writer:
        for day, kind in FAILING:
            crawl = writer.begin_crawl(source, members, START + day * DAY, str(day), 1)
            writer.record(crawl, [Failure("a.example", kind)])
        crawl = writer.begin_crawl(source, members, START + 6 * DAY, "answer", 1)
        writer.record(crawl, [answer("a.example", "open")])
        crawl = writer.begin_crawl(source, members, START + 7 * DAY, "again", 1)
        writer.record(crawl, [Failure("a.example", "http_403")])
    assert column(database, "SELECT kind, first_seen, last_seen, checks FROM failures ORDER BY first_seen") == [
        ("http_503", "2022-01-01T00:00:00Z", "2022-01-03T00:00:00Z", 3),
        ("http_403", "2022-01-04T00:00:00Z", "2022-01-06T00:00:00Z", 2),
        ("http_403", "2022-01-08T00:00:00Z", "2022-01-08T00:00:00Z", 1),
    ]


@pytest.mark.parametrize("kind", ["http_503", "refused"])
def test_a_late_failure_shortens_no_run(database: Path, kind: str) -> None:
    writer, source, members = opened(database)
    with writer:
        for day, cause in ((0, "http_503"), (4, "http_503"), (2, kind)):
            crawl = writer.begin_crawl(source, members, START + day * DAY, str(day), 1)
            writer.record(crawl, [Failure("a.example", cause)])
    ends = column(database, "SELECT MAX(last_seen), SUM(checks) FROM failures")
    assert ends == [("2022-01-05T00:00:00Z", 3)]


def test_a_crawl_of_the_past_is_late_and_one_of_the_same_second_too(database: Path) -> None:
    writer, source, members = opened(database)
    with writer:
        first = writer.begin_crawl(source, members, START, "first", 1)
        assert not first.late
        assert writer.begin_crawl(source, members, START, "same", 1).late
        assert writer.begin_crawl(source, members, START - 1, "before", 1).late
        assert not writer.begin_crawl(source, members, START + 1, "after", 1).late


def test_made_up_and_real_sites_never_mix(database: Path) -> None:
    before = dump(database)
    with pytest.raises(DatabaseError, match="holds live data, not demo data"):
        Writer(database, AGENTS, kind="demo")
    assert dump(database) == before
    Writer(database, AGENTS).close()  # the refused one has let go of the lock


# The registry


def test_a_new_agent_has_its_whole_history_and_no_body_is_read_again(
    database: Path, fresh_history: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    saw = ("shut", "GPTBot shut", "allow-list", "absent", *["Googlebot shut"] * (len(HOSTS) - 4))
    history = [Look("git", START + n * DAY, saw[n:] + saw[:n]) for n in range(5)]
    play(database, history)
    newcomer = Agent(
        **{name: getattr(AGENTS[1], name) for name in AGENTS[1].__dataclass_fields__}
        | {"name": "Newcomer", "tokens": ("Googlebot",)}
    )
    with monkeypatch.context() as blind:
        blind.setattr(bodies, "read", _explode)
        Writer(database, (*AGENTS, newcomer)).close()
    found = column(
        database,
        "SELECT date, blocked, blocked_named FROM shares WHERE agent = 'Newcomer' "
        "AND definition = 'effective_full' AND panel = 'all' ORDER BY date",
    )
    expected = []
    for look in history:
        date = f"2022-01-{1 + (look.at - START) // DAY:02d}"
        by_name = look.saw.count("Googlebot shut")
        expected.append((date, by_name + look.saw.count("shut"), by_name))
    assert found == expected
    # and the others kept theirs
    with Reader(database) as reader, Reader(play(fresh_history(), history)) as straight:
        query = "SELECT * FROM shares WHERE agent <> 'Newcomer' ORDER BY date, agent, panel, definition"
        assert reader.sql(query).rows == straight.sql(query).rows


def test_an_agent_that_leaves_the_registry_takes_its_counts_along(database: Path) -> None:
    play(database, [Look("own", START, ("shut",) * len(HOSTS))])
    Writer(database, AGENTS[1:]).close()
    assert column(database, "SELECT COUNT(*) FROM shares WHERE agent = 'GPTBot'") == [0]
    Writer(database, AGENTS).close()
    query = "SELECT blocked FROM shares WHERE agent = 'GPTBot' AND definition = 'effective_full' AND panel = 'all'"
    assert column(database, query) == [len(HOSTS)]


def test_a_registry_in_another_order_changes_nothing(database: Path) -> None:
    play(database, [Look("own", START, ("shut", "GPTBot shut", "allow-list", *["open"] * (len(HOSTS) - 3)))])
    before = content(database)
    with Writer(database, AGENTS[::-1]) as writer:
        crawl = writer.begin_crawl(writer.source(OWN), writer.panel(panel("all")), START + DAY, "two", 1)
        writer.record(crawl, [answer("d.example", "GPTBot shut")])
    play(database, [])
    after = content(database)
    assert after["span"] != before["span"]
    states_match(
        database,
        Model(
            [
                Look("own", START, ("shut", "GPTBot shut", "allow-list", *["open"] * (len(HOSTS) - 3))),
                Look("own", START + DAY, (None, None, None, "GPTBot shut", *[None] * (len(HOSTS) - 4))),
            ]
        ),
    )


# Panels


def test_members_that_a_panel_gains_bring_their_history(database: Path, fresh_history: Fresh) -> None:
    history = [Look("own", START, ("shut", "open", "GPTBot shut", *["open"] * (len(HOSTS) - 3)))]
    play(database, history)
    larger = panel("few").__class__(
        **{name: getattr(panel("few"), name) for name in panel("few").__dataclass_fields__}
        | {"members": panel("all").members}
    )
    with Writer(database, AGENTS) as writer:
        writer.panel(larger)
    query = "SELECT date, agent, definition, members, readable, blocked FROM shares WHERE panel = '{}' ORDER BY 1, 2, 3"
    assert column(database, query.format("few")) == column(database, query.format("all"))


# Bitmaps


@pytest.mark.parametrize("ids", [[], [0], [7], [8], [1, 9, 64, 100_000]])
def test_bitmaps(ids: list[int]) -> None:
    import numpy as np

    packed = bitmap.SiteSet(ids).packed()
    assert bitmap.unpack(packed).tolist() == ids
    asked = np.array([0, 1, 7, 8, 9, 63, 64, 99_999, 100_000, 100_001, 10**9])
    assert bitmap.contains(packed, asked).tolist() == [int(i) in ids for i in asked]
