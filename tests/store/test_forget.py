"""An import undone: as if that source had never looked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.conftest import AGENTS
from tests.store.histories import HOSTS, START, Look, content, drop, looks, play
from tracker.core.intervals import DAY
from tracker.errors import SourceError
from tracker.store.captures import Answer, Capture, SourceFacts
from tracker.store.query import Reader
from tracker.store.write import Writer

Fresh = Callable[[], Path]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=8)
@given(looks(most=6))
def test_what_is_left_is_what_the_others_saw(fresh_history: Fresh, history: list[Look]) -> None:
    for source, name in (("git", "past"), ("archive", "archive"), ("own", "own")):
        path = play(fresh_history(), history)
        with Writer(path, AGENTS) as writer:
            writer.forget(name)
        left = play(fresh_history(), [look for look in history if look.source != source])
        assert content(path) == content(left)
        with Reader(path) as reader, Reader(left) as other:
            bodies = "SELECT COUNT(*), (SELECT COUNT(*) FROM policy WHERE absent = 0) FROM body"
            assert reader.sql(bodies).rows == other.sql(bodies).rows
        drop(path)
        drop(left)


def test_writing_goes_on_after_it(database: Path, fresh_history: Fresh) -> None:
    """Ids of what is gone are given out again."""
    rest = (None,) * (len(HOSTS) - 2)
    gone, stays = (
        Look("git", START, ("shut", "open", *rest)),
        Look("own", START + 9, ("GPTBot shut", "with a signal", *rest)),
    )
    with Writer(play(database, [gone]), AGENTS) as writer:
        forgotten = writer.forget("git:1:robots/{site}.txt")
        assert forgotten == ("git:1:robots/{site}.txt", 1, 2, 0, 2)
    assert content(play(database, [stays])) == content(play(fresh_history(), [stays]))


def test_a_query_that_found_nothing_keeps_no_horizon(database: Path) -> None:
    with Writer(play(database, [Look("own", START, ("shut",) * len(HOSTS))]), AGENTS) as writer:
        late = writer.source(SourceFacts("wayback", "late", "late"))
        writer.import_captures(late, None, "x", [Capture(START + 400 * DAY, Answer("a.example", None))])
        writer.import_captures(writer.source(SourceFacts("csv", "other", "other")), None, "nothing", [])
        writer.forget("late")
    with Reader(database) as reader:
        assert reader.about()["horizon"] == "2022-01-01T00:00:00Z"
        assert reader.sql("SELECT COUNT(*) FROM access_now WHERE verdict = 'unknown'").rows == [(0,)]


def test_sources_that_are_not_there(database: Path) -> None:
    play(database, [Look("own", START, ("shut",) * len(HOSTS))])
    with (
        Writer(database, AGENTS) as writer,
        pytest.raises(SourceError, match=r"no source nobody; .* archive, own, past"),
    ):
        writer.forget("nobody")
