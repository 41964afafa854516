"""Whatever the order of arrival, the derived tables are those that all evidence together gives."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.store.histories import (
    BODIES,
    FAIL,
    HOSTS,
    START,
    Look,
    Model,
    content,
    copy,
    drop,
    looks,
    play,
    rebuild,
)
from tracker.core.policy import ABSENT
from tracker.core.reading import read
from tracker.store.query import Reader

Fresh = Callable[[], Path]
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
TOKENS = [token for agent in AGENTS for token in agent.tokens]
FINGERPRINTS = {
    name: (ABSENT if data is None else read(data, TOKENS).policy).fingerprint.hex().upper()
    for name, (data, _) in BODIES.items()
}


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Look], list[Look]]:
    history = draw(looks())
    return history, draw(st.permutations(history))


def states_match(path: Path, model: Model) -> None:
    """The stored states, at every moment that matters, against the model; and they tile time."""
    with Reader(path) as reader:
        rows = reader.sql(
            "SELECT s.host, t.valid_from, t.valid_to, hex(p.fingerprint) FROM state t JOIN site s USING (site_id) "
            "LEFT JOIN policy p USING (policy_id) ORDER BY s.host, t.valid_from"
        ).rows
    for host in HOSTS:
        states = [row[1:] for row in rows if row[0] == host]
        for (_, end, _), (start, _, _) in pairwise(states):
            assert end == start
        assert all(end is None for _, end, _ in states[-1:])
        for moment in model.moments(host):
            stored = [p for start, end, p in states if start <= moment and (end is None or moment < end)]
            expected = model.at(host, moment)
            assert (stored or [""])[0] == ("" if expected is None else FINGERPRINTS[expected]), (host, moment)


def order_does_not_matter(history: list[Look], shuffled: list[Look], fresh: Fresh) -> None:
    path = play(fresh(), shuffled)
    found = content(path)
    states_match(path, Model(history))
    straight = play(fresh(), history)
    assert found == content(straight)
    again = copy(path, fresh())
    assert found == content(rebuild(again))
    for used in (path, straight, again):
        drop(used)


@settings(RELAXED, max_examples=16)
@given(arrivals())
def test_any_order_of_arrival_ends_in_the_same_history(
    fresh_history: Fresh, case: tuple[list[Look], list[Look]]
) -> None:
    order_does_not_matter(*case, fresh_history)


@pytest.mark.slow
@settings(RELAXED, max_examples=5_000)
@given(arrivals())
def test_any_order_of_arrival_many_times(fresh_history: Fresh, case: tuple[list[Look], list[Look]]) -> None:
    order_does_not_matter(*case, fresh_history)


def test_a_failure_long_after_the_last_look_leaves_the_past_as_it_was(fresh_history: Fresh) -> None:
    day = 86_400
    only_first = (None,) * (len(HOSTS) - 1)
    history = [
        Look("own", START, ("shut", *only_first)),
        Look("own", START + 95 * day, (None, "open", *only_first[1:])),
        Look("own", START + 100 * day, (FAIL, *only_first)),
    ]
    order_does_not_matter(history, history, fresh_history)
