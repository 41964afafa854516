"""Two histories made one: nothing lost, nothing twice, and the same whichever way round."""

import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.store.histories import HOSTS, START, Look, Model, content, dump, looks, panel, play
from tests.store.test_orders import states_match
from tracker.core.intervals import DAY
from tracker.errors import NoHistory, SourceError
from tracker.sources.merge import MergeReport, merge
from tracker.store.captures import OWN, Answer, Capture, Failure, SourceFacts
from tracker.store.query import Reader
from tracker.store.write import Writer

Fresh = Callable[[], Path]
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
SHUT = b"User-agent: *\nDisallow: /\n"
NOBODY = (None,) * (len(HOSTS) - 1)


def merged(into: Path, other: Path) -> MergeReport:
    with Writer(into, AGENTS) as writer:
        return merge(writer, other, into)


def apart(history: list[Look], mine: list[bool]) -> tuple[list[Look], list[Look]]:
    """The looks of two people: each their own crawls, and what both read of the same archives."""
    one = [look for look, is_mine in zip(history, mine, strict=True) if is_mine or look.source != "own"]
    other = [look for look, is_mine in zip(history, mine, strict=True) if not is_mine or look.source != "own"]
    return one, other


@st.composite
def shared(draw: st.DrawFn) -> tuple[list[Look], list[Look], list[Look]]:
    # Two people who crawl in the same second see the same site twice: which of them counts is a matter of digests.
    history = draw(looks(most=6))
    one, other = apart(history, draw(st.lists(st.booleans(), min_size=len(history), max_size=len(history))))
    return history, one, other


@settings(RELAXED, max_examples=10)
@given(shared())
def test_merged_either_way_round_is_what_one_would_have_seen(
    fresh_history: Fresh, case: tuple[list[Look], list[Look], list[Look]]
) -> None:
    history, one, other = case
    here, there = play(fresh_history(), one), play(fresh_history(), other)
    back = fresh_history()
    back.write_bytes(there.read_bytes())
    merged(here, there)
    found = content(here)
    states_match(here, Model(history))
    before = dump(here)
    again = merged(here, there)
    assert (again.crawls, again.captures) == (0, 0)
    assert dump(here) == before
    merged(back, play(fresh_history(), one))
    assert content(back) == found
    for used in (here, there, back):
        used.unlink()


def test_who_saw_what_is_kept(database: Path, fresh_history: Fresh) -> None:
    play(database, [Look("own", START, ("shut", *NOBODY))])
    other = play(fresh_history(), [Look("own", START + DAY, ("open", *NOBODY)), Look("git", START, ("shut", *NOBODY))])
    with Reader(other) as reader:
        whose = reader.about()["history_id"]
    report = merged(database, other)
    assert (report.crawls, report.panels, report.sources, report.unfinished) == (2, 2, 4, 0)
    with Reader(database) as reader:
        crawls = reader.sql("SELECT source, finished FROM crawls ORDER BY started, source").rows
        assert crawls == [
            ("own", "2022-01-01T00:00:05Z"),
            ("past", "2022-01-01T00:00:00Z"),
            (f"own of {whose[:8]}", "2022-01-02T00:00:05Z"),
        ]
        assert reader.captures("a.example").column("ref") == ["ref", "ref"]
    # The history that comes home again knows its own crawls.
    back = merged(other, database)
    assert (back.crawls, back.known) == (1, 2)


def test_a_crawl_that_is_not_finished_waits(database: Path, fresh_history: Fresh) -> None:
    other = fresh_history()
    with Writer(other, AGENTS) as writer:
        crawl = writer.begin_crawl(
            writer.source(SourceFacts("own", "own", "own")), writer.panel(panel("few")), START, "x", 2
        )
        writer.record(crawl, [Answer("c.example", b"User-agent: *\nDisallow: /\n")])
        assert merged(database, other).unfinished == 1
        writer.record(crawl, [Answer("d.example", None)])
        writer.finish_crawl(crawl, START + 9)
    assert merged(database, other).crawls == 1
    with Reader(database) as reader:
        assert reader.sql("SELECT site FROM access_now WHERE agent = 'CCBot' AND verdict <> 'unknown'").rows == [
            ("c.example",),
            ("d.example",),
        ]


def test_batches_keep_their_names_so_that_nothing_is_asked_for_twice(database: Path, fresh_history: Fresh) -> None:
    other = fresh_history()
    archive = SourceFacts("wayback", "wayback", "wayback:archive.example")
    with Writer(other, AGENTS) as writer:
        source, members = writer.source(archive), writer.panel(panel("few"))
        writer.import_captures(source, members, "c.example", [Capture(START, Answer("c.example", b"one", "1"))])
        writer.import_captures(source, members, "d.example", [])
    assert merged(database, other).captures == 1
    with Writer(database, AGENTS) as writer:
        assert writer.known_refs(writer.source(archive)) >= {"c.example", "d.example"}


def test_a_panel_with_editions_comes_with_them_and_another_list_of_that_name_gets_another(
    database: Path, fresh_history: Fresh
) -> None:
    other, facts = fresh_history(), panel("few")
    with Writer(other, AGENTS) as writer:
        writer.panel(facts)
        writer.revise_panel(replace(facts, members=facts.members[2:]), START)
    with Writer(database, AGENTS) as writer:
        writer.panel(replace(facts, list_id="2", members=facts.members[:1]))
    merged(database, other)
    merged(database, other)
    asked = "SELECT p.name, COUNT(*), COUNT(m.until), MAX(m.until) "
    asked += "FROM panel_member m JOIN panel p USING (panel_id) GROUP BY 1"
    with Reader(other) as reader:
        name = f"few of {reader.about()['history_id'][:8]}"
    with Reader(database) as reader:
        assert {row[0]: row[1:] for row in reader.sql(asked).rows} == {"few": (1, 0, None), name: (5, 2, START)}


def test_what_cannot_be_merged(database: Path, tmp_path: Path) -> None:
    with Writer(database, AGENTS) as writer:
        with pytest.raises(SourceError, match="is the history itself"):
            merge(writer, f"sqlite:///{database}", database)
        with pytest.raises(NoHistory):
            merge(writer, tmp_path / "none.sqlite", database)
        Writer(tmp_path / "demo.sqlite", AGENTS, kind="demo").close()
        with pytest.raises(SourceError, match="holds demo data, not live data"):
            merge(writer, tmp_path / "demo.sqlite", database)


def test_a_copy_made_while_a_crawl_ran_learns_how_it_ended(database: Path, fresh_history: Fresh) -> None:
    copy = fresh_history()
    with Writer(database, AGENTS) as writer:
        crawl = writer.begin_crawl(writer.source(OWN), writer.panel(panel("few")), START, "x", 4)
        writer.record(crawl, [Answer("c.example", SHUT), Failure("d.example", "reset")])
        copy.unlink()
        sqlite3.connect(database).execute("VACUUM INTO ?", (str(copy),))
        writer.record(crawl, [Answer("e.example", SHUT), Failure("f.example", "reset")])
        writer.finish_crawl(crawl, START + 9)
    assert merged(copy, database).crawls == 1
    assert content(copy) == content(database)
    with Reader(copy) as reader:
        assert reader.sql("SELECT answered, failed, finished FROM crawls").rows == [(2, 2, "2022-01-01T00:00:09Z")]
        assert reader.sql("SELECT site, checks FROM failures ORDER BY site").rows == [
            ("d.example", 1),
            ("f.example", 1),
        ]


def test_a_history_that_is_being_written_is_taken_as_it_is(database: Path, fresh_history: Fresh) -> None:
    """A crawl of new sites comes in between any two questions of the merge."""
    other = play(fresh_history(), [Look("own", START + n * DAY, ("shut",) * len(HOSTS)) for n in range(3)])
    with Reader(other) as reader, reader.snapshot():
        before = reader.sql("SELECT COUNT(*) FROM crawl").rows
        with Writer(other, AGENTS) as busy:
            crawl = busy.begin_crawl(busy.source(OWN), busy.panel(panel("few")), START + 9 * DAY, "new", 1)
            busy.record(crawl, [Answer("new.example", SHUT)])
            busy.finish_crawl(crawl, START + 9 * DAY)
        assert reader.sql("SELECT COUNT(*) FROM crawl").rows == before
    assert merged(database, other).crawls == 4


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE body_data SET data = x'28b52ffd' WHERE body_id = 1", "missing or damaged"),
        ("UPDATE body SET sha256 = x'00' WHERE body_id = 1", "not what its SHA-256 says"),
        ("DELETE FROM body_data", "missing or damaged"),
        ("UPDATE crawl SET answered = x'00'", "cannot be read"),
        ("UPDATE site SET host = 'A.EXAMPLE' WHERE host = 'a.example'", "'A.EXAMPLE' is no host name"),
        ("UPDATE sighting SET seen_at = 10413792000", "from the future"),
        ("UPDATE crawl SET at = -7", "before the web"),
    ],
)
def test_what_no_import_lets_in_is_not_merged_either(
    database: Path, fresh_history: Fresh, damage: str, words: str
) -> None:
    other = play(fresh_history(), [Look("own", START, ("shut",) * len(HOSTS))])
    connection = sqlite3.connect(other)
    connection.execute(damage)
    connection.commit()
    connection.close()
    with pytest.raises(SourceError, match=words) as caught:
        merged(database, other)
    assert "\n" not in str(caught.value)
    with Reader(database) as reader:
        assert reader.sql("SELECT * FROM crawls").rows == []
        assert reader.sql("SELECT * FROM bodies").rows == []


def test_a_bitmap_that_unpacks_to_gigabytes(database: Path, fresh_history: Fresh) -> None:
    other = play(fresh_history(), [Look("own", START, ("shut",) * len(HOSTS))])
    connection = sqlite3.connect(other)
    connection.execute("UPDATE crawl SET failed = ?", (zlib.compress(bytes(50_000_000)),))
    connection.commit()
    connection.close()
    with pytest.raises(SourceError, match="more sites than there are"):
        merged(database, other)
