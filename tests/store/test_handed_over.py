"""What a third party is given, on both engines: checks, claims, archives, and thinned failures."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.store.histories import FAIL, HOSTS, START, Look, Where, content, drop, looks, play, rebuild
from tracker.core.intervals import DAY
from tracker.publish.evidence import bundle
from tracker.publish.recheck import recheck
from tracker.publish.warc import captures_of_site, write_warc
from tracker.store.looks import Looks
from tracker.store.query import Reader
from tracker.store.thin import thin
from tracker.store.verify import verify
from tracker.store.verify.repair import repair

Fresh = Callable[[], Where]
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
LOOKS = [Look("own", START + n * DAY, (FAIL if n % 2 else "GPTBot shut", "absent", *[None] * 14)) for n in range(70)]


@pytest.fixture
def history(fresh_history: Fresh) -> Where:
    return play(fresh_history(), LOOKS)


def passes(fresh: Fresh, history: list[Look]) -> None:
    path = play(fresh(), history)
    assert [check for check in verify(path).checks if check.wrong] == []
    drop(path)


@settings(RELAXED, max_examples=8)
@given(st.data())
def test_any_history_passes(fresh_history: Fresh, data: st.DataObject) -> None:
    passes(fresh_history, data.draw(st.permutations(data.draw(looks()))))


@pytest.mark.slow
@settings(RELAXED, max_examples=1_000)
@given(st.data())
def test_many_histories_pass(fresh_history: Fresh, data: st.DataObject) -> None:
    passes(fresh_history, data.draw(st.permutations(data.draw(looks()))))


def test_failures_are_thinned_and_all_that_follows_stays(history: Where) -> None:
    before = content(history)
    report = thin(history, START + 4_000 * DAY, vacuum=True)
    assert (report.before, report.after, report.kept) == (35, 4, 0)
    assert content(history) == before == content(rebuild(history))
    assert verify(history).ok


def test_a_repair_of_what_is_sound_changes_nothing(history: Where) -> None:
    before = content(history)
    repair(history)
    assert content(history) == before
    assert verify(history).ok


def test_claims_and_archives_come_from_either_engine(history: Where, tmp_path: Path) -> None:
    with Looks(history) as opened:
        found = json.loads(json.dumps(bundle(opened, HOSTS[0], AGENTS[0], START + 3 * DAY, asked="")))
    assert (found["claim"]["verdict"], found["claim"]["stale"], found["trouble"][0]["checks"]) == ("blocked", 1, 1)
    assert recheck(found).matches
    with Reader(history) as reader:
        report = write_warc(reader, captures_of_site(reader, HOSTS[0]), tmp_path / "a.warc.gz")
    assert (report.resources, report.revisits, report.absences) == (1, 0, 0)
