"""Probes in the history: what is written of them, when the next may be, and that they mean nothing else."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.store.damage import damaged
from tests.store.histories import HOSTS, START, Look, content, play
from tracker.core.intervals import DAY
from tracker.core.probes import UNASKED, WEEK, ProbeResult
from tracker.errors import SourceError
from tracker.sources.merge import merge
from tracker.store.query import Reader
from tracker.store.verify import verify
from tracker.store.write import Writer

Fresh = Callable[[], Path]
A, B = HOSTS[:2]
NOTED = ProbeResult(A, "GPTBot", START)
REFUSED = ProbeResult(A, "GPTBot", START, 403, 200, "http_403", "ok")
TOLD = "SELECT site, agent, asked_at, reading, cause_agent, status_agent, cause_neutral, status_neutral FROM probes "


def probes(path: Path) -> list[tuple[object, ...]]:
    with Reader(path) as reader:
        return reader.sql(TOLD + "ORDER BY asked_at, site, agent").rows


def test_a_probe_is_noted_before_it_is_asked_and_written_over(fresh_history: Fresh) -> None:
    path = fresh_history()
    when = "2022-01-01T00:00:00Z"
    with Writer(path, AGENTS) as writer:
        writer.note_probes([NOTED, ProbeResult(B, "GPTBot", START)])
        assert probes(path)[0] == (A, "GPTBot", when, "unknown", UNASKED, None, UNASKED, None)
        writer.note_probes([REFUSED])
        writer.note_probes([NOTED])  # what has been asked stays asked
        writer.note_probes([])
    assert probes(path) == [
        (A, "GPTBot", when, "refused", "http_403", 403, "ok", 200),
        (B, "GPTBot", when, "unknown", UNASKED, None, UNASKED, None),
    ]
    with Reader(path) as reader:
        assert reader.sql("SELECT DISTINCT method, source FROM probes").rows == [("GET /", "own")]
    assert verify(path).ok


def test_when_a_site_was_last_probed_under_whatever_name(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        assert writer.last_probe() == {}
        writer.note_probes([NOTED, ProbeResult(A, "CCBot", START + DAY), ProbeResult(B, "gone", START - WEEK)])
        assert writer.last_probe() == {A: START + DAY, B: START - WEEK}
        assert writer.last_probe(START) == {A: START + DAY}
    with Reader(path) as reader:
        assert reader.last_probe() == {A: START + DAY, B: START - WEEK}
        assert reader.last_probe(START + DAY + 1) == {}


CAUSES = ("ok", "http_301", "http_401", "http_402", "paid_402", "http_403", "http_404", "http_407", "http_429")
CAUSES += ("http_451", "http_503", "challenge", "read_timeout", UNASKED)


def test_the_view_reads_them_as_the_program_does(fresh_history: Fresh) -> None:
    path = fresh_history()
    found = [ProbeResult(A, "GPTBot", START + n, None, None, *two) for n, two in enumerate(product(CAUSES, CAUSES))]
    with Writer(path, AGENTS) as writer:
        writer.note_probes(found)
    assert [row[3] for row in probes(path)] == [one.reading for one in found]


def test_no_verdict_and_no_share_hears_of_them(fresh_history: Fresh) -> None:
    looks = [Look("own", START, ("shut", "open", *[None] * (len(HOSTS) - 2)))]
    path, other = play(fresh_history(), looks), play(fresh_history(), looks)
    with Writer(path, AGENTS) as writer:
        writer.note_probes([ProbeResult(A, "GPTBot", START + 900 * DAY, 200, 200, "ok", "ok")])
    assert content(path) == content(other)
    with Reader(path) as reader, Reader(other) as there:
        assert reader.about()["horizon"] == there.about()["horizon"]


def test_they_are_forgotten_with_their_source(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        writer.note_probes([REFUSED])
        writer.forget("own")
        assert writer.last_probe() == {}


def test_a_merge_brings_them_and_brings_them_up_to_date(fresh_file: Fresh) -> None:
    other, mine = fresh_file(), fresh_file()
    with Writer(other, AGENTS) as writer:
        writer.note_probes([NOTED])
    for probe in (NOTED, REFUSED, REFUSED):
        with Writer(other, AGENTS) as writer:
            writer.note_probes([probe])
        with Writer(mine, AGENTS) as writer:
            assert merge(writer, other, mine).probes == 1
            assert writer.last_probe() == {A: START}
    assert probes(mine) == probes(other)
    with Writer(mine, AGENTS) as writer:
        writer.note_probes([REFUSED])
    assert len(probes(mine)) == 2  # two who asked are two that asked
    assert verify(mine).ok


def test_a_merge_refuses_probes_from_the_future(fresh_file: Fresh) -> None:
    other, mine = fresh_file(), fresh_file()
    with Writer(other, AGENTS) as writer:
        writer.note_probes([ProbeResult(A, "GPTBot", 9_999_999_999)])
    with Writer(mine, AGENTS) as writer, pytest.raises(SourceError, match="from the future"):
        merge(writer, other, mine)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("UPDATE probe SET status_agent = 200", "'http_403' with status 200"),
        ("UPDATE probe SET status_agent = NULL", "'http_403' with status None"),
        ("UPDATE probe SET cause_neutral = 'read_timeout'", "'read_timeout' with status 200"),
        ("UPDATE probe SET cause_neutral = 'read_timeout', status_neutral = NULL", "we had no answer"),
        ("UPDATE probe SET cause_agent = 'fine'", "'fine' with status 403"),
        ("UPDATE probe SET agent = ''", "under no name"),
        ("UPDATE probe SET method = 'POST /'", "asked by 'POST /'"),
    ],
)
def test_what_no_site_can_have_answered_is_found(fresh_file: Fresh, script: str, said: str) -> None:
    path = fresh_file()
    with Writer(path, AGENTS) as writer:
        writer.note_probes([REFUSED])
    damaged(path, script)
    report = verify(path)
    (found,) = [check for check in report.checks if check.wrong]
    assert (found.name, report.can_be_repaired) == ("probes", False)
    assert said in found.examples[0]
    assert A in found.examples[0]
