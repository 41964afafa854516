"""A bundle says what the history says, can be derived again without it, and no part of it can be changed unnoticed."""

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.conftest import AGENTS
from tests.store.histories import BODIES, FAIL, HOSTS, SOURCES, START, Look, Model, looks, panel, play
from tracker import reference
from tracker.core.intervals import DAY
from tracker.errors import EvidenceError
from tracker.publish.claim import iso
from tracker.publish.evidence import bundle
from tracker.publish.recheck import recheck
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
