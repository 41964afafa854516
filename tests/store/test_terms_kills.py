"""kill -9 in the middle of reading texts of terms: what was read is kept, and the rest is read by the next run."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.store.histories import START
from tests.store.terms import SHUT, TRAIN, A, Words, look, rows
from tracker.core.intervals import DAY
from tracker.core.terms import Finding
from tracker.store.captures import OWN
from tracker.store.terms_reading import AT_A_TIME
from tracker.store.verify import verify
from tracker.store.write import Writer

TEXTS = 5 * AT_A_TIME

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded"),
]


class Slow(Words):
    """Takes its time."""

    def classify(self, text: str, language: str | None = None) -> Sequence[Finding]:
        time.sleep(0.001)
        return super().classify(text, language)


@pytest.fixture
def many(fresh_file: Callable[[], Path]) -> Path:
    """A history in which the terms of a site change every day, half of them by a policy."""
    path = fresh_file()
    with Writer(path, AGENTS) as writer:
        looks = [
            (A, START + day * DAY + hour, look(f"{(SHUT, TRAIN)[day % 2]} Edition {'x' * day}."))
            for day in range(TEXTS)
            for hour in (0, 23_000)
        ]
        writer.import_terms(writer.source(OWN), looks)
    return path


@pytest.mark.parametrize("version", ["words 1", "words 2"])
def test_a_reader_killed_at_any_moment_goes_on_where_it_was(many: Path, version: str) -> None:
    if version == "words 2":
        with Writer(many, AGENTS) as writer:
            writer.read_terms(Words())
    asked = "SELECT kind, added, removed, text_after FROM terms_changes ORDER BY first_seen"
    before, read = rows(many, asked), 0
    for number in range(4):
        read_and_be_killed(many, version, 0.01 + 0.02 * number)
        (count,) = rows(many, f"SELECT COUNT(*) FROM terms_reading WHERE ruleset = '{version}'")[0]
        assert isinstance(count, int)
        assert count >= read
        assert count % AT_A_TIME == 0
        read = count
        if count < TEXTS:
            assert rows(many, asked) == before  # a version counts only when it has read everything
        assert [check.name for check in verify(many).checks if check.wrong] == []
    last = Words(version)
    with Writer(many, AGENTS) as writer:
        assert writer.read_terms(last) == len(last.read) == TEXTS - read
    assert {row[0] for row in rows(many, asked)} == {"policy"}
    assert len(rows(many, asked)) == TEXTS - 1
    assert [check.name for check in verify(many).checks if check.wrong] == []


def read_and_be_killed(path: Path, version: str, after: float) -> None:
    """Read in a process that is killed so many seconds after its first batch."""
    hear, told = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with Writer(path, AGENTS) as writer:
                writer.read_terms(Slow(version), lambda _done, _total: os.write(told, b".") and None)
        finally:
            os._exit(0)
    os.close(told)
    with os.fdopen(hear, "rb") as pipe:
        pipe.read(1)
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
