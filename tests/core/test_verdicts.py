"""Verdicts on many agents: which of their tokens counts, and that they agree with the policy that is stored."""

from pathlib import Path

import pytest

from tracker import reference
from tracker.core.agents import Agent, Kind, Purpose
from tracker.core.policy import DEGREE, policy_of, resolve
from tracker.core.robots import parse
from tracker.core.ruleset import Degree
from tracker.core.verdict import Basis
from tracker.core.verdicts import Verdicts, known_tokens

CORPUS = sorted((Path(__file__).parents[1] / "corpus" / "robots").glob("*.txt"))
DEGREES = [Degree.NONE, Degree.PARTIAL, Degree.FULL]


def agent(*tokens: str, falls_back_to: tuple[str, ...] = (), obeys_star: bool = True) -> Agent:
    facts = {"operator": "Nobody", "source": "s", "checked": "2026-01-01"}
    return Agent(
        tokens[0],
        tokens,
        purpose=Purpose.TRAINING,
        kind=Kind.CRAWLER,
        falls_back_to=falls_back_to,
        obeys_star=obeys_star,
        **facts,
    )


FILE = b"User-agent: *\nDisallow: /x\nUser-agent: Old\nDisallow: /\nUser-agent: Other\nDisallow: /y\nAllow: /y/z\n"
# Agent, degree, basis, deciding line, and the reason.
CASES = [
    (agent("New", "old"), "full", "named", 4, "the first of its tokens that is named"),
    (agent("New", falls_back_to=("Other",)), "partial", "wildcard", 6, "the file names somebody else"),
    (agent("New"), "partial", "wildcard", 2, "the wildcard"),
    (agent("New", obeys_star=False), "none", "none", None, "ignores the wildcard"),
    (agent("Old", obeys_star=False), "full", "named", 4, "but not its own name"),
]


@pytest.mark.parametrize(("one", "degree", "basis", "line", "why"), CASES, ids=[case[4] for case in CASES])
def test_of(one: Agent, degree: str, basis: str, line: int | None, why: str):
    verdicts = Verdicts(parse(FILE))
    found = verdicts.of(one)
    assert (found.degree, found.basis, found.lines.deciding) == (degree, basis, line), why
    assert verdicts.of(one) == found


def test_the_rule_for_a_path():
    verdicts = Verdicts(parse(FILE))
    other = agent("New", falls_back_to=("Other",))
    assert [verdicts.rule(other, path).line for path in ("/y/z/1", "/y/q")] == [7, 6]  # type: ignore[union-attr]
    assert verdicts.rule(other, "/x") is None
    assert verdicts.rule(agent("New", obeys_star=False), "/x") is None


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_they_are_those_of_the_policy(path: Path):
    robots = parse(path.read_bytes())
    verdicts, policy = Verdicts(robots), policy_of(robots)
    for one in reference.agents():
        ruling, verdict = resolve(policy, one), verdicts.of(one)
        assert (verdict.degree, verdict.basis) == (DEGREES[ruling.bits & DEGREE], ruling.basis), one.name
        assert (verdict.basis is Basis.NONE) is (ruling.basis is Basis.NONE)


def test_known_tokens_are_names_tokens_and_fallbacks():
    found = known_tokens([agent("New", "Old-New", falls_back_to=("Other",))])
    assert found == {"new": "New", "old-new": "Old-New", "other": "Other"}
