"""A bundle says what the history says, can be derived again without it, and no part of it can be changed unnoticed."""

import contextlib
import copy
import hashlib
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.conftest import AGENTS
from tests.store.histories import BODIES, FAIL, HOSTS, SOURCES, START, Look, Model, looks, panel, play
from tracker import reference
from tracker.core.agents import Agent
from tracker.core.intervals import DAY
from tracker.core.verdicts import stranger
from tracker.errors import EvidenceError
from tracker.publish.claim import iso
from tracker.publish.evidence import bundle
from tracker.publish.keys import DERIVED, HELD, KEYS, TRUSTED, unknown_keys
from tracker.publish.recheck import load, recheck
from tracker.store.captures import Capture, Failure
from tracker.store.looks import Looks
from tracker.store.query import Reader
from tracker.store.write import Writer

Fresh = Callable[[], Path]
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
REST = (None,) * (len(HOSTS) - 4)
LOOKS = [
    Look("own", START, ("open", "absent", FAIL, "shut", *REST)),
    Look("git", START + 2 * DAY, ("GPTBot shut", None, None, None, *REST)),
    Look("own", START + 3 * DAY, (FAIL, "absent", FAIL, FAIL, *REST)),
    Look("own", START + 40 * DAY, ("GPTBot shut", None, FAIL, FAIL, *REST)),
    Look("own", START + 60 * DAY, ("shut but GPTBot", None, FAIL, FAIL, *REST)),
    Look("own", START + 120 * DAY, ("shut but GPTBot", None, FAIL, FAIL, *REST)),
]


GPTBOT = next(agent for agent in reference.agents() if agent.name == "GPTBot")


def made(path: Path, host: str, at: int, number: int = 0, **more: Any) -> dict[str, Any]:
    with Looks(path) as opened:
        return json.loads(json.dumps(bundle(opened, host, AGENTS[number], at, asked="", **more)))


def test_a_bundle_holds_what_a_third_party_needs(database: Path) -> None:
    found = made(play(database, LOOKS), "a.example", START + 30 * DAY)
    data = BODIES["GPTBot shut"][0] or b""
    assert found["claim"] == {
        "site": "a.example",
        "agent": "GPTBot",
        "asked": "",
        "at": iso(START + 30 * DAY),
        "definition": "effective_full",
        "verdict": "blocked",
        "named": 1,
        "blocks": True,
        "stale": 1,
        "reason": "",
    }
    assert found["body"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert found["seen"]["last"]["source"] == "past"
    assert found["seen"]["last"]["at"] == iso(START + 2 * DAY)
    assert found["seen"]["next"]["at"] == iso(START + 40 * DAY)
    assert found["seen"]["run"] == {
        "not_before": iso(START),
        "first_seen": iso(START + 2 * DAY),
        "last_seen": iso(START + 2 * DAY),
        "checks": 1,
    }
    assert found["interval"]["first_failure"] == iso(START + 3 * DAY)
    assert found["interval"]["held_until"] == iso(START + 32 * DAY)
    assert found["verdict"]["deciding_line"] == {"line": 2, "text": "Disallow: /"}
    assert found["verdict"]["agent_lines"] == [{"line": 1, "text": "User-agent: GPTBot"}]
    assert [one["kind"] for one in found["trouble"]] == ["http_503"]
    assert found["agent"]["source"] == "https://agents.example/"
    assert not found["agent"]["existed"]
    assert recheck(found).matches


@pytest.mark.parametrize(
    ("host", "day", "says"),
    [
        ("a.example", 35, "counted until 2022-02-02T00:00:00Z; since then attempts failed, the last at 2022-01-04"),
        ("a.example", -1, "not looked at before then"),
        ("b.example", 110, "counted until 2022-04-06T00:00:00Z, and nobody has looked since"),
        ("c.example", 50, "never answered up to then: attempts failed, the last at 2022-02-10"),
        ("p.example", 50, "never looked at"),
        ("z.example", 50, "the history does not know this site"),
    ],
)
def test_unknown_has_its_reason(database: Path, host: str, day: int, says: str) -> None:
    found = made(play(database, LOOKS), host, START + day * DAY)
    assert (found["claim"]["verdict"], found["claim"]["named"], found["claim"]["blocks"]) == ("unknown", None, None)
    assert says in found["claim"]["reason"]
    assert recheck(found).matches


def test_a_site_that_asked_not_to_be_looked_at_is_excluded(database: Path) -> None:
    with Writer(play(database, LOOKS), AGENTS) as writer:
        gone = [Capture(START + 50 * DAY, Failure("z.example", "opt_out"))]
        writer.import_captures(writer.source(SOURCES["wayback"]), writer.panel(panel("all")), "one", gone)
    found = made(database, "z.example", START + 60 * DAY)
    assert found["claim"]["reason"] == "never answered up to then: excluded: the site asked not to be looked at"


def test_an_absence_is_an_answer_without_a_body(database: Path) -> None:
    found = made(play(database, LOOKS), "b.example", START + DAY)
    assert (found["claim"]["verdict"], found["claim"]["named"], found["body"]) == ("allowed", 0, None)
    assert found["seen"]["last"]["sha256"] is None
    assert recheck(found).matches


@pytest.mark.parametrize(
    ("number", "says"), [(0, ("allowed", 1, False)), (1, ("blocked", 0, True)), (4, ("allowed", 0, False))]
)
def test_the_definition_decides_what_counts(database: Path, number: int, says: tuple[str, int, bool]) -> None:
    play(database, LOOKS)
    claim = made(database, "a.example", START + 60 * DAY, number)["claim"]
    assert (claim["verdict"], claim["named"], claim["blocks"]) == says
    named = made(database, "a.example", START + 60 * DAY, number, definition="mentioned")
    assert named["claim"]["blocks"] == bool(says[1])
    assert recheck(named).matches


def says_what_the_history_says(path: Path, history: list[Look], hosts: tuple[str, ...]) -> None:
    play(path, history)
    model = Model(history)
    with Looks(path) as opened, Reader(path) as reader:
        for host in hosts:
            rows = reader.site_history(host).dicts()
            for moment in model.moments(host):
                for agent in (AGENTS[0], AGENTS[4]):
                    found = bundle(opened, host, agent, moment, asked="")
                    claim = found["claim"]
                    assert (claim["verdict"], claim["named"]) == view(rows, agent.name, str(iso(moment))), (
                        host,
                        moment,
                    )
                    assert recheck(json.loads(json.dumps(found))).matches
                    says = model.says(host, moment)
                    assert claim["verdict"] == ("unknown" if says is None else says[agent.name].degree)
    path.unlink()


@settings(RELAXED, max_examples=4)
@given(looks(6))
def test_a_bundle_says_what_the_history_says_at_every_moment(fresh_history: Fresh, history: list[Look]) -> None:
    says_what_the_history_says(fresh_history(), history, HOSTS[:2])


@pytest.mark.slow
@settings(RELAXED, max_examples=300)
@given(looks())
def test_bundles_of_many_histories(fresh_history: Fresh, history: list[Look]) -> None:
    says_what_the_history_says(fresh_history(), history, HOSTS)


def view(rows: list[dict[str, Any]], agent: str, at: str) -> tuple[str, int | None]:
    for row in rows:
        if row["agent"] == agent and row["valid_from"] <= at and (row["valid_to"] is None or at < row["valid_to"]):
            return row["verdict"], row["named"]
    return "unknown", None


# Tampering


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
def test_the_run_of_answers_is_held_against_them(database: Path, run: dict[str, Any], says: str) -> None:  # noqa: F811
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


# The command


def test_the_command_makes_a_file_that_it_can_check_without_the_history(run, database: Path, tmp_path: Path) -> None:  # noqa: F811
    place = ("--database", str(play(database, LOOKS)))
    assert run("evidence", "A.example", "gptbot", "--at", "2022-01-31", "--out", "claim.json", *place).code == 0
    found = json.loads((tmp_path / "claim.json").read_text())
    assert found["claim"]["at"] == "2022-01-31T23:59:59Z"
    assert found["agent"]["tokens"] == ["GPTBot"]
    shutil.move(database, tmp_path / "elsewhere.sqlite")
    result = run("evidence", "--check", "claim.json")
    assert result.code == 0
    assert "a.example to GPTBot at 2022-01-31T23:59:59Z: blocked" in result.out
    found["claim"]["verdict"] = "allowed"
    (tmp_path / "claim.json").write_text(json.dumps(found))
    result = run("evidence", "--check", "claim.json", "--json")
    assert (result.code, result.json["match"]) == (1, False)
    assert "DIFFERS  verdict: blocked (stated: allowed)" in run("evidence", "--check", "claim.json").out


def test_a_strangers_bundle_steers_no_terminal(run, database: Path, tmp_path: Path) -> None:  # noqa: F811
    found = made(play(database, LOOKS), "a.example", START + 30 * DAY)
    found["claim"] |= {"site": "a\x1b[2Jb", "verdict": "\x9b31m"}
    found["made"]["ruleset"] = "\x1b"
    (tmp_path / "claim.json").write_text(json.dumps(found))
    result = run("evidence", "--check", "claim.json")
    assert result.code == 1
    assert not {"\x1b", "\x9b"} & set(result.out + result.err)
    found["agent"]["tokens"] = ["x"] * 1_000
    with pytest.raises(EvidenceError, match="more than 100 tokens"):
        recheck(found)


def test_bad_questions_are_one_line(run, database: Path) -> None:  # noqa: F811
    place = ("--database", str(play(database, LOOKS)))
    for arguments, says in (
        (("a.example",), "give a site and an agent"),
        (("a.example", "GPTBot", "--at", "yesterday"), "give a day or a moment"),
        (("a.example", "GPTBot", "--at", "2030-01-01"), "the newest look of this history is of 2022-05-01"),
        (("a.example", "GPTBot", "--definition", "x"), "use one of"),
        (("a b", "GPTBot"), "is no host"),
        (("a.example", "no/token"), "slash"),
    ):
        result = run("evidence", *arguments, *place)
        assert result.code == 2
        assert says in result.err
    assert run("evidence", "a.example", "NobodyBot", *place).json["verdict"]["token"] == "*"


def test_a_site_that_nobody_knows_is_no_unknown_one(run, database: Path) -> None:  # noqa: F811
    place = ("--database", str(play(database, LOOKS)))
    for host, says in (
        ("a.exampl", "a.exampl is in no panel of this history and was never looked at (did you mean a.example?)"),
        ("www.a.example", "(did you mean a.example?)"),
        ("somewhere-else.org", "never looked at: there is no evidence of it"),
    ):
        result = run("evidence", host, "GPTBot", *place)
        assert (result.code, result.out) == (1, "")
        assert says in result.err
    assert run("evidence", "p.example", "GPTBot", *place).json["claim"]["reason"] == "never looked at"


def test_a_bundle_may_be_piped(run, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    found = json.dumps(made(play(database, LOOKS), "a.example", START + 30 * DAY))
    for text, code, says in (
        (found, 0, "registry: differs in operator"),
        (found.replace('"blocked"', '"allowed"'), 1, "what came in does not bear out its claim"),
        ("[]", 1, "what came in is no bundle of evidence"),
    ):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        result = run("evidence", "--check", "-")
        assert result.code == code
        assert says in result.out + result.err
