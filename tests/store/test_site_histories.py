"""The input of the forecast against a model that goes through all looks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
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
    panel,
    play,
)
from tests.store.test_orders import RELAXED
from tracker.core.forecast import Histories
from tracker.core.forecast.histories import MANAGED
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.errors import QueryError
from tracker.store.captures import OWN, Answer
from tracker.store.query import Reader
from tracker.store.write import Writer

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
    assert found.until == max((look.at for look in history if look.results()), default=0)
    for host in HOSTS:
        for moment in model.moments(host):
            if moment > found.until:
                continue
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


def test_looks_at_another_panel_do_not_make_this_one_newer(fresh_history: Callable[[], Path]) -> None:
    """Else years in which nobody looked would count as years in which no site changed, or as nothing known now."""
    first = DOCUMENTED + 9 * DAY
    both = [Look("own", first + n * 7 * DAY, ("open",) * len(HOSTS)) for n in range(2)]
    others = Look("own", first + 400 * DAY, tuple(None if 2 <= n < 7 else "shut" for n in range(len(HOSTS))))
    path = play(fresh_history(), [*both, others])
    with Reader(path) as reader:
        few, everyone = (reader.site_histories("CCBot", name, "effective_full") for name in ("few", "all"))
    assert (few.until, few.now(False).size) == (first + 7 * DAY, 5)
    assert few.exposure(False, np.array([few.until])).tolist() == [5 * 7]
    assert (everyone.until, everyone.now(True).size) == (first + 400 * DAY, len(HOSTS) - 5)
    drop(path)


def test_a_site_counts_while_it_is_a_member(fresh_history: Callable[[], Path]) -> None:
    """Of two sites that were looked at all along one leaves the panel and one joins it."""
    leaves, joins = HOSTS[:2]
    before, after = (
        Panel("turning", "Turning", "made up", "1", "2022-01-01", None, False, (Member(HOSTS[2], 1), Member(host, 2)))
        for host in (leaves, joins)
    )
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        source, known = writer.source(OWN), writer.panel(before)
        writer.revise_panel(after, START + 10 * DAY)
        for number in range(0, 21, 4):
            crawl = writer.begin_crawl(source, known, START + number * DAY, f"turning@{number}", 3)
            writer.record(crawl, [Answer(host, b"", "ref") for host in HOSTS[:3]])
            writer.finish_crawl(crawl, START + number * DAY + 9)
    with Reader(path) as reader:
        found = reader.site_histories("CCBot", "turning", "effective_full")
    at = {moment: [of_site(found, host, START + moment * DAY) for host in HOSTS[:3]] for moment in (5, 15)}
    assert at == {5: ["open", None, "open"], 15: [None, "open", "open"]}
    drop(path)


def test_what_came_with_a_managed_block_shares_a_template(fresh_history: Callable[[], Path]) -> None:
    block = b"# BEGIN Cloudflare Managed content\nUser-agent: CCBot\nDisallow: /\n# END Cloudflare Managed Content\n"
    own = [b"# %d\nUser-agent: *\nAllow: /\n" % n for n in range(3)]
    rounds = [own, [block + own[0], block + own[1], b"User-agent: CCBot\nDisallow: /\n"], [own[0], None, own[2]]]
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        panel_id, source = writer.panel(panel("all")), writer.source(OWN)
        for number, bodies in enumerate(rounds):
            crawl = writer.begin_crawl(source, panel_id, START + number * DAY, f"all@{number}", 3)
            writer.record(crawl, [Answer(host, data, "ref") for host, data in zip(HOSTS, bodies, strict=False)])
            writer.finish_crawl(crawl, START + number * DAY + 9)
    with Reader(path) as reader:
        events = reader.site_histories("CCBot", "all", "effective_full").events
    assert events.blocks.tolist() == [True] * 3 + [False] * 3
    assert (events.template == MANAGED).tolist() == [True, True, False, True, True, False]
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
