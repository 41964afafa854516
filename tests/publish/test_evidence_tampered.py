"""No part of a bundle that the claim rests on can be changed unnoticed, and no other part unknown."""

import contextlib
import copy
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import AGENTS
from tests.publish.test_evidence import GPTBOT, LOOKS, made
from tests.store.histories import FAIL, HOSTS, SOURCES, START, Look, play
from tracker.core.agents import Agent
from tracker.core.intervals import DAY
from tracker.core.verdicts import stranger
from tracker.errors import EvidenceError
from tracker.publish.claim import iso
from tracker.publish.evidence import bundle
from tracker.publish.keys import DERIVED, HELD, KEYS, TRUSTED, unknown_keys
from tracker.publish.recheck import load, recheck
from tracker.store.looks import Looks
from tracker.store.write import Writer


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [path for key, one in value.items() for path in paths(one, (*prefix, key))]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [path for number, one in enumerate(value) for path in paths(one, (*prefix, number))]
    return [prefix]


# Only of an agent of the shipped registry is it known what they should be.
OF_THE_REGISTRY = {"agent.since", "agent.operator", "agent.falls_back_to", "agent.obeys_star"}


@pytest.mark.parametrize(("agent", "harmless"), [(AGENTS[0], OF_THE_REGISTRY), (GPTBOT, set())], ids=["own", "shipped"])
def test_nothing_that_the_claim_rests_on_can_be_changed_unnoticed(
    database: Path, agent: Agent, harmless: set[str]
) -> None:
    play(database, LOOKS)
    noticed: dict[str, set[str]] = {kind: set() for kind in KEYS.values()}
    for day in (30, 35, 110, 120):
        with Looks(database) as opened:
            at = START + day * DAY
            asked = "now" if at == opened.horizon() else str(iso(at))
            found = json.loads(json.dumps(bundle(opened, "a.example", agent, at, asked=asked)))
        assert recheck(found).matches
        for path in paths(found):
            name = ".".join(key for key in path if isinstance(key, str))
            key = next((known for known in KEYS if name == known or name.startswith(f"{known}.")), "")
            if not key:  # nothing was seen, or nothing failed
                assert name in ("seen.next", "trouble", "interval.first_failure")
            elif is_noticed(found, path):
                noticed[KEYS[key]].add(key)
            else:
                assert KEYS[key] != DERIVED, path
    assert noticed[TRUSTED] == set()
    assert {key for key, kind in KEYS.items() if kind == HELD} - noticed[HELD] == harmless


def is_noticed(found: dict[str, Any], path: tuple[Any, ...]) -> bool:
    changed = copy.deepcopy(found)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = other(place[path[-1]])
    try:
        return not recheck(changed).matches
    except EvidenceError:
        return True


def test_every_key_of_a_bundle_is_known_and_no_other(database: Path) -> None:
    found = made(play(database, LOOKS), "a.example", START + 30 * DAY)
    assert unknown_keys(found) == []
    for place in (found, found["claim"], found["seen"], found["seen"]["run"], found["trouble"][0]):
        place["conclusion"] = {"x": [1]}
        assert [step.what for step in recheck(found).steps if not step.ok] == ["keys that nothing is known of"]
        del place["conclusion"]


def differing(found: dict[str, Any]) -> set[str]:
    return {step.what for step in recheck(found).steps if not step.ok}


def claimed(found: dict[str, Any], like: dict[str, Any]) -> None:
    """Let an unknown claim say what another one says."""
    found["verdict"] = like["verdict"]
    found["claim"] |= {name: like["claim"][name] for name in ("verdict", "named", "blocks", "reason", "stale")}


def test_a_bundle_cannot_bring_a_hold_of_its_own(database: Path) -> None:
    play(database, LOOKS)
    known, found = (made(database, "a.example", START + day * DAY) for day in (30, 35))
    for names in (("failing_seconds", "unwatched_seconds"), ("failing_seconds",)):
        forged = copy.deepcopy(found)
        claimed(forged, known)
        forged["interval"] |= dict.fromkeys(names, 10**8)
        forged["interval"]["held_until"] = iso(START + 2 * DAY + 10**8)
        assert {"the hold while attempts fail (seconds)", "verdict"} <= differing(forged)
    (step,) = [step for step in recheck(forged).steps if "fail (seconds)" in step.what]
    assert (step.stated, step.found) == (10**8, 30 * DAY)


def test_the_first_failure_is_the_first_of_those_listed(database: Path) -> None:
    play(database, LOOKS)
    known, found = (made(database, "a.example", START + day * DAY) for day in (30, 35))
    for stated in (None, START + 39 * DAY):
        forged = copy.deepcopy(found)
        claimed(forged, known)
        forged["interval"] |= {"first_failure": iso(stated), "held_until": iso(START + 39 * DAY)}
        assert "the first failure of those listed" in differing(forged)
    assert "the first failure of those listed" in differing(found | {"trouble": []})
    outside = {"kind": "x", "checks": 9, "source": "own", "detail": ""}
    for first, last in ((0, 1), (41, 42), (5, 4)):
        more = outside | {"first_seen": iso(START + first * DAY), "last_seen": iso(START + last * DAY)}
        forged = found | {"trouble": [*found["trouble"], more]}
        assert "the failures listed lie between the two answers" in differing(forged)


def test_a_run_of_failures_with_answers_of_others_in_it_states_its_ends_only(database: Path) -> None:
    """One source fails from day to day, another answers meanwhile: only a bitmap has the first failure after that."""
    failing = [Look("own", START + day * DAY, (FAIL, *[None] * (len(HOSTS) - 1))) for day in range(0, 100, 10)]
    answered = [Look("git", START + day * DAY, ("shut", *[None] * (len(HOSTS) - 1))) for day in (25, 27)]
    play(database, [*failing, *answered])
    with Writer(database, AGENTS) as writer:
        writer.import_captures(writer.source(SOURCES["wayback"]), None, "x", [])
    damaged = sqlite3.connect(database)
    damaged.execute("DELETE FROM trouble")
    damaged.execute(f"INSERT INTO trouble SELECT 1, source_id, {START}, {START + 90 * DAY}, 'x', 10, '' FROM source")
    damaged.commit()
    damaged.close()
    for day in (28, 35, 56, 60, 80):
        found = made(database, "a.example", START + day * DAY)
        assert found["interval"]["first_failure"] == iso(START + 30 * DAY)
        assert differing(found) == set()


@pytest.mark.parametrize(
    ("run", "says"),
    [
        ({"first_seen": "2000-01-01T00:00:00Z"}, "the run of answers begins before the last one"),
        ({"not_before": "2022-01-04T00:00:00Z"}, "the run of answers begins before the last one"),
        ({"last_seen": "2022-02-10T00:00:00Z"}, "the run of answers ends as the next one says"),
        ({"checks": 999}, "the looks of the run"),
        ({"checks": 0}, "the looks of the run"),
    ],
)
def test_the_run_of_answers_is_held_against_them(database: Path, run: dict[str, Any], says: str) -> None:
    found = made(play(database, LOOKS), "a.example", START + 30 * DAY)
    found["seen"]["run"] |= run
    assert says in differing(found)


def test_the_agent_is_the_one_of_the_claim_and_of_the_registry(database: Path) -> None:
    with Looks(play(database, LOOKS)) as opened:
        found = bundle(opened, "a.example", GPTBOT, START + 30 * DAY, asked="")
        other_one = bundle(opened, "a.example", stranger("NobodyBot"), START + 30 * DAY, asked="")
    assert (found["agent"]["registry"], recheck(found).registry) == ("shipped", "the same")
    assert (other_one["agent"]["registry"], recheck(other_one).registry) == ("none", "not in it")
    assert recheck(found).matches
    assert recheck(other_one).matches
    found["claim"]["agent"] = "CCBot"
    assert differing(found) == {"the agent of the claim"}
    found["agent"]["name"] = "CCBot"
    assert differing(found) == {"the agent in this program's registry"}
    assert recheck(found).registry == "differs in operator, tokens, since"
    found["agent"]["registry"] = "own"
    assert recheck(found).registry == "differs in operator, tokens, since"
    assert differing(found) == set()
    found["agent"]["registry"] = "none"
    assert differing(found) == {"the tokens of a stranger"}


def test_the_moment_is_the_one_that_was_asked_for(database: Path) -> None:
    with Looks(play(database, LOOKS)) as opened:
        found = bundle(opened, "a.example", AGENTS[0], START + 31 * DAY - 1, asked="2022-01-31")
        newest = bundle(opened, "a.example", AGENTS[0], START + 120 * DAY, asked="now")
    assert differing(newest) == differing(found) == set()
    for asked in ("2019-01-01", "now", "2022-01-30", "2022-01-31T01:00:00Z"):
        found["claim"]["asked"] = asked
        assert differing(found) == {"the moment asked for"}
    found["claim"]["asked"] = "x"
    with pytest.raises(EvidenceError, match="give a day"):
        recheck(found)


def test_a_reason_is_the_one_that_follows(database: Path) -> None:
    play(database, LOOKS)
    for host, day in (("a.example", 35), ("b.example", 110), ("c.example", 50), ("p.example", 50), ("a.example", 30)):
        found = made(database, host, START + day * DAY)
        found["claim"]["reason"] = "never answered up to then: excluded: the site asked not to be looked at"
        assert differing(found) == {"the reason"}


def other(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return ["changed"]
    if isinstance(value, str) and value.endswith("Z") and value[:2] == "20":
        return "2031" + value[4:]
    return value[:-1] + ("A" if value[-1] != "A" else "B") if value else "x"


@pytest.mark.parametrize("path", ["claim", "seen", "interval", "body", "verdict", "agent", "made"])
def test_a_bundle_without_a_part_is_refused_in_one_line(database: Path, path: str) -> None:
    found = made(play(database, LOOKS), "a.example", START + 30 * DAY)
    for broken in (None, [], "x", 5):
        changed = {**found, path: broken}
        with contextlib.suppress(EvidenceError):
            assert not recheck(changed).matches
    del found[path]
    with pytest.raises(EvidenceError, match="incomplete or malformed"):
        recheck(found)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', "[" * 100_000, "\0"])
def test_what_is_no_bundle_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(EvidenceError) as caught:
        load(tmp_path / "x.json")
    assert "\n" not in str(caught.value)
