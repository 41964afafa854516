"""The input of the forecast against a model that goes through all looks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.histories import (
    AGENT_NAMES,
    FAIL,
    HOSTS,
    READINGS,
    START,
    Look,
    Model,
    drop,
    looks,
    play,
)
from tests.store.test_orders import RELAXED
from tracker.core.forecast import Histories
from tracker.core.intervals import DAY
from tracker.errors import QueryError
from tracker.store.query import Reader

DOCUMENTED = 1_691_366_400  # GPTBot, 2023-08-07


def of_site(histories: Histories, host: str, moment: int) -> str | None:
    """What the histories say of one site at a moment."""
    mine = np.array([name == host for name in histories.sites])[histories.site]
    in_force = mine & (histories.start <= moment) & (histories.end > moment)
    found = histories.blocked[in_force].tolist()
    assert len(found) <= 1
    return None if found in ([], [-1]) else "blocked" if found == [1] else "open"


@settings(RELAXED, max_examples=8)
@given(data=st.data())
def test_every_site_is_at_every_moment_what_the_looks_say(
    fresh_history: Callable[[], Path], data: st.DataObject
) -> None:
    history = data.draw(looks())
    agent, definition = data.draw(st.sampled_from(AGENT_NAMES)), data.draw(st.sampled_from(sorted(READINGS)))
    path, model = play(fresh_history(), history), Model(history)
    with Reader(path) as reader:
        found = reader.site_histories(agent, "all", definition)
    for host in HOSTS:
        for moment in model.moments(host):
            if agent == "GPTBot" and moment < DOCUMENTED:
                assert of_site(found, host, moment) is None
                continue
            says = model.says(host, moment)
            expected = None if says is None else "blocked" if READINGS[definition](says[agent]) else "open"
            assert of_site(found, host, moment) == expected, (host, moment)
    drop(path)


REST = (None,) * (len(HOSTS) - 3)


def told(path: Path) -> Path:
    rows = [
        ("open", "open", "shut"),
        ("GPTBot shut", FAIL, "absent"),
        ("GPTBot shut", "shut", "absent"),
    ]
    at = [DOCUMENTED + 9 * DAY + n * 7 * DAY for n in range(len(rows))]
    return play(path, [Look("own", moment, (*row, *REST)) for moment, row in zip(at, rows, strict=True)])


def test_events_carry_the_file_and_the_look_before(fresh_history: Callable[[], Path]) -> None:
    path = told(fresh_history())
    with Reader(path) as reader:
        found = reader.site_histories("GPTBot", "all", "effective_full")
    first = DOCUMENTED + 9 * DAY
    events = found.events
    assert events.at.tolist() == [first + 7 * DAY, first + 7 * DAY, first + 14 * DAY]
    assert sorted(events.blocks.tolist()) == [False, True, True]
    # The second site failed in between: it changed at some time since the look that it last answered.
    assert events.not_before.tolist() == [first, first, first]
    by_way = dict(zip(events.blocks.tolist()[:2], events.template.tolist()[:2], strict=True))
    assert by_way[False] == 0, "no file is no template"
    assert by_way[True] != 0
    assert (found.since, found.until) == (first, first + 14 * DAY)
    drop(path)


def test_a_panel_without_looks_is_empty(fresh_history: Callable[[], Path]) -> None:
    path = told(fresh_history())
    with Reader(path) as reader:
        assert reader.site_histories("CCBot", "nowhere", "mentioned").sites == ()
        with pytest.raises(QueryError, match="unknown definition 'blocked', use one of"):
            reader.site_histories("CCBot", "all", "blocked")
        with pytest.raises(QueryError, match="no agent 'Nobody' in this history"):
            reader.site_histories("Nobody", "all", "mentioned")
    assert START < DOCUMENTED
    drop(path)
