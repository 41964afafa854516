"""Published figures counted again (view `claims_check`), against a count over all raw looks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.store.histories import PANELS, READINGS, STAR_SAYS, START, Look, Model, Says, drop, looks, play
from tests.store.test_orders import RELAXED
from tracker.core.agents import Precision
from tracker.core.claims import Claim, Obstacle, Reading
from tracker.core.intervals import DAY
from tracker.store.query import Reader
from tracker.store.write import Writer

Fresh = Callable[[], Path]
FIRST = datetime.fromtimestamp(START, UTC).date()
KNOWN = {agent.name: agent for agent in AGENTS}
ANY = ("CCBot", "GPTBot", "Stubborn")
CLAIM = Claim(
    "made-up",
    FIRST.isoformat(),
    "Somebody",
    "a fifth",
    "sites",
    "blocked",
    "all",
    Reading.PRIMARY,
    "made up",
    "2026-11-22",
    percent=(("GPTBot", 20.0),),
    counted_as="named_root",
)


def counted(path: Path, claims: list[Claim]) -> list[dict[str, Any]]:
    with Writer(path, AGENTS) as writer:
        writer.know_claims(claims)
    with Reader(path) as reader:
        return reader.claims()


def says(model: Model, host: str, agent: str, day: int) -> Says | None:
    """What a site says to an agent at the end of a day; before the agent existed what it says to everybody."""
    found, saw = model.says(host, (day + 1) * DAY - 1), model.at(host, (day + 1) * DAY - 1)
    if found is None or saw is None:
        return None
    since = KNOWN[agent].valid_from
    if since is None or date(1970, 1, 1) + timedelta(day) >= date.fromisoformat(since):
        return found[agent]
    text = found[agent].text and not found[agent].named
    return (STAR_SAYS[saw] if KNOWN[agent].obeys_star else Says("allowed"))._replace(text=text)


def nearest(model: Model, hosts: tuple[str, ...], start: int, wanted: int) -> int | None:
    """The day at whose end anything is known of these sites that is nearest to another, the earlier of two."""
    known = [
        day
        for day in range(start, model.horizon // DAY + 1)
        if any(model.says(host, (day + 1) * DAY - 1) for host in hosts)
    ]
    return min(known, key=lambda day: (abs(day - wanted), day), default=None)


@settings(RELAXED, max_examples=6)
@given(looks(most=6), st.integers(-20, 400), st.sampled_from([None, 3, 5, 16, 1_000]))
def test_figures_are_what_counting_gives(fresh_history: Fresh, history: list[Look], away: int, top: int | None) -> None:
    path = play(fresh_history(), history)
    model = Model(history)
    day = FIRST + timedelta(away)
    figures = tuple((name, 10.0) for name in ("GPTBot", "Google-Extended", "Stubborn", "any"))
    same = replace(CLAIM, day=day.isoformat(), percent=figures, any_of=ANY, top=top)
    rows = counted(path, [replace(same, id=name, counted_as=name) for name in READINGS])
    drop(path)
    wanted = (day - date(1970, 1, 1)).days
    assert len(rows) == len(READINGS) * len(figures) * len(PANELS)
    for row in rows:
        hosts = PANELS[row["panel"]]
        seen = nearest(model, hosts, history[0].at // DAY, wanted)
        if seen is None:
            continue
        part = hosts if top is None or len(hosts) <= top else hosts[:top]
        agents = ANY if row["agent"] == "any" else (row["agent"],)
        said = {host: [says(model, host, agent, seen) for agent in agents] for host in part}
        known = [host for host, all_ in said.items() if all_[0] is not None]
        blocks = READINGS[row["counted_as"]]
        shut = READINGS["effective_full"]
        assert (row["date"], row["days"]) == (str(date(1970, 1, 1) + timedelta(seen)), seen - wanted)
        assert (row["members"], row["unknown"]) == (len(part), len(part) - len(known))
        assert row["top"] == (None if len(part) == len(hosts) else top)
        if not known:
            assert (row["blocked"], row["blocked_ours"], row["percent"]) == (None, None, None)
            continue
        assert row["blocked"] == sum(any(map(blocks, filter(None, said[host]))) for host in known)
        assert row["blocked_ours"] == sum(any(map(shut, filter(None, said[host]))) for host in known)
        assert row["percent"] == pytest.approx(100 * row["blocked"] / len(known), abs=0.001)
        assert row["difference"] == pytest.approx(row["percent"] - 10, abs=0.001)


LOOKS = [Look("own", START, ("GPTBot shut", "absent", "open", *(None,) * 13))]


def test_denominators_dates_and_obstacles(fresh_history: Fresh) -> None:
    path = play(fresh_history(), LOOKS)
    year = replace(CLAIM, id="year", day=f"{FIRST.year}-01-01", precision=Precision.YEAR)
    rows = counted(
        path,
        [
            *(replace(CLAIM, id=of, counted_of=of) for of in ("members", "readable", "readable_or_absent")),
            year,
            replace(CLAIM, id="tokens", obstacle=Obstacle.TOKENS),
            replace(CLAIM, id="no rule", counted_as=""),
            replace(CLAIM, id="nobody", percent=(("Who", 1.0),)),
        ],
    )
    found = {row["claim"]: row for row in rows if row["panel"] in (None, "all")}
    assert {name: found[name]["n"] for name in ("members", "readable", "readable_or_absent")} == {
        "members": 16,
        "readable": 2,
        "readable_or_absent": 3,
    }
    assert found["year"]["days"] == 0
    assert (found["tokens"]["obstacle"], found["tokens"]["panel"], found["tokens"]["n"]) == ("tokens", None, None)
    assert (found["no rule"]["blocked"], found["no rule"]["blocked_ours"]) == (None, 0)
    assert (found["nobody"]["blocked"], found["nobody"]["blocked_ours"], found["nobody"]["percent"]) == (None,) * 3


def test_they_are_carried_over_once_and_replaced_whole(fresh_history: Fresh) -> None:
    path = play(fresh_history(), LOOKS)
    assert {row["claim"] for row in counted(path, [CLAIM])} == {"made-up"}
    assert {row["claim"] for row in counted(path, [replace(CLAIM, id="other")])} == {"other"}
    assert counted(path, []) == []


def test_any_is_the_headline_agents_unless_they_are_listed(fresh_history: Fresh) -> None:
    path = play(fresh_history(), LOOKS)
    counted(
        path,
        [replace(CLAIM, percent=(("any", 1.0),)), replace(CLAIM, id="listed", percent=(("any", 1.0),), any_of=ANY)],
    )
    with Reader(path) as reader:
        assert reader.claimed_agents() == {
            ("made-up", "any"): ["GPTBot"],
            ("listed", "any"): ["GPTBot", "CCBot", "Stubborn"],
        }


def test_a_history_without_a_look_says_so(database: Path) -> None:
    (row,) = counted(database, [CLAIM])
    assert (row["panel"], row["blocked"], row["claimed"]) == (None, None, 20.0)
