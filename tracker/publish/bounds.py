"""What a bundle of evidence states and nothing in it proves, held against the rest of it.

A look that failed, the run of equal answers, the moment that was asked for: the history says so. But a bundle that says
one thing here and another there was changed by somebody, and each `Step` of this module compares two such places.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, NamedTuple

from tracker import reference
from tracker.core.agents import Agent
from tracker.publish.claim import Interval, asked_span, attempts_said, expired_said, iso, seconds

_LAST_AT = re.compile(r"the last at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")
_NEVER = ("never looked at", "never looked at: the history does not know this site")
_OF_AN_AGENT = ("operator", "tokens", "falls_back_to", "obeys_star", "since")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing derived again: what the bundle states, and what was found."""

    what: str
    stated: Any
    found: Any

    @property
    def ok(self) -> bool:
        """Whether they are the same."""
        return bool(self.stated == self.found)

    def as_json(self) -> dict[str, Any]:
        """The step as plain values."""
        return asdict(self) | {"ok": self.ok}


class Run(NamedTuple):
    """A run of failed attempts as a bundle lists it; times in UTC seconds."""

    kind: str
    first: int
    last: int
    checks: int

    def may_fail_at(self, at: int) -> bool:
        """Whether one of its attempts may have been at a moment: at its ends, or between them if it has more."""
        return at in (self.first, self.last) or (self.checks > 2 and self.first < at < self.last)


class Facts(NamedTuple):
    """The moments of a bundle (UTC seconds). The failures listed lie between `after` and `before`, both excluded."""

    at: int
    last: int | None
    following: int | None
    horizon: int | None
    runs: Sequence[Run]

    @property
    def after(self) -> int:
        """The last answer, or the beginning of time."""
        return 0 if self.last is None else self.last

    @property
    def before(self) -> float:
        """The next answer, or the end of what is known."""
        return self.following or (self.horizon + 1 if self.horizon is not None else float("inf"))

    def ends(self, up_to: float) -> list[int]:
        """The failures that are stated by the second, after the last answer and before a moment."""
        return sorted({at for run in self.runs for at in (run.first, run.last) if self.after < at < up_to})


def facts_of(bundle: Mapping[str, Any]) -> Facts:
    """The moments that a bundle states. Raises as reading any of its keys does."""
    last, following = (
        None if bundle["seen"][name] is None else seconds(bundle["seen"][name]["at"]) for name in ("last", "next")
    )
    runs = [
        Run(str(run["kind"]), seconds(run["first_seen"]), seconds(run["last_seen"]), int(run["checks"]))
        for run in bundle["trouble"]
    ]
    interval = bundle["interval"]
    horizon = None if interval is None else seconds(interval["horizon"])
    return Facts(seconds(bundle["claim"]["at"]), last, following, horizon, runs)


def moments(claim: Mapping[str, Any], facts: Facts) -> Iterator[Step]:
    """The moments stand in the order that the rule supposes, and the claim is of the moment that was asked for."""
    at, last, following, horizon = facts[:4]
    if following is not None:
        yield Step("the next answer comes after the moment", True, at < following)
    if last is not None:
        yield Step("the last answer does not come after the moment", True, last <= at)
    if horizon is not None:
        newest = max(at, following or at, *(run.last for run in facts.runs))
        yield Step("the horizon is before none of them", True, newest <= horizon)
    asked = claim["asked"]
    if asked == "now":
        yield Step("the moment asked for", iso(at), iso(at if horizon is None else horizon))
    elif asked:
        start, end = asked_span(asked)
        # What was asked ends at the horizon, which stands in a bundle only where an answer was seen.
        wanted = (at if start <= at <= end else end) if horizon is None else min(end, horizon)
        yield Step("the moment asked for", iso(at), iso(wanted))


def failures(stated: str | None, facts: Facts) -> Iterator[Step]:
    """The runs of failures lie between the answers, and the first failure of the interval is theirs."""
    inside = all(
        run.first <= run.last
        and facts.after < run.last
        and run.first < facts.before
        and (run.checks == 1 if run.first == run.last else run.checks > 1)
        for run in facts.runs
    )
    yield Step("the failures listed lie between the two answers", True, inside)
    if facts.last is None:
        return
    listed = min(facts.ends(facts.before), default=None)
    first = None if stated is None else seconds(stated)
    # Of a run that had begun before the last answer only its ends are stated: it may have failed at any moment between.
    earlier = first is not None and facts.after < first < (facts.before if listed is None else listed)
    if earlier and any(run.first <= facts.after and run.may_fail_at(first or 0) for run in facts.runs):
        listed = first
    yield Step("the first failure of those listed", stated, iso(listed))


def run_of_answers(bundle: Mapping[str, Any], facts: Facts, interval: Interval | None) -> Iterator[Step]:
    """The run of equal answers has the last answer in it, ends where the next one says, and has looks enough."""
    stated, seen = bundle["seen"]["run"], bundle["seen"]
    yield Step("a run of answers where there is one", stated is not None, facts.last is not None)
    if stated is None or interval is None or facts.last is None:
        return
    before = None if stated["not_before"] is None else seconds(stated["not_before"])
    first, last = seconds(stated["first_seen"]), seconds(stated["last_seen"])
    following = facts.following
    goes_on = following is not None and following <= interval.until and seen["next"]["sha256"] == seen["last"]["sha256"]
    ends_well = following is not None and last >= following if goes_on else last == facts.last
    yield Step("the run of answers begins before the last one", True, (before or 0) < first <= facts.last)
    yield Step("the run of answers ends as the next one says", True, ends_well)
    known = interval.horizon
    yield Step("the run of answers is known", True, last <= known)
    least = len({first, facts.last, last} | ({following} if goes_on else set()))
    yield Step("the looks of the run", True, least <= stated["checks"] <= last - first + 1)


def reason(stated: str, facts: Facts, interval: Interval | None, counts: bool) -> Step:
    """Why nothing is known follows from the interval and the failures listed."""
    possible = [""] if counts else list(_reasons(stated, facts, interval))
    return Step("the reason", stated, stated if stated in possible else possible[0])


def _reasons(stated: str, facts: Facts, interval: Interval | None) -> Iterator[str]:
    """All that may have been said; more than one where a run of failures states only its ends."""
    attempts = list(_attempts(stated, facts))
    is_certain = bool(facts.ends(facts.at + 1))
    if interval is not None:
        said = expired_said(interval.last, interval.until)
        yield from (f"{said}; since then {attempt}" for attempt in attempts)
        if not is_certain:
            yield f"{said}, and nobody has looked since"
        return
    yield from (f"never answered up to then: {attempt}" for attempt in attempts)
    if not is_certain:
        yield from _NEVER if facts.following is None and not facts.runs else ("not looked at before then",)


def _attempts(stated: str, facts: Facts) -> Iterator[str]:
    """What may have come of the last attempt up to the moment."""
    found = _LAST_AT.search(stated)
    inner = {facts.at} | ({seconds(found[1])} if found else set())
    ends = facts.ends(facts.at + 1)
    newest = ends[-1] if ends else facts.after
    later = {at for at in inner if newest < at <= facts.at and any(run.may_fail_at(at) for run in facts.runs)}
    for at in [*ends[-1:], *sorted(later)]:
        yield attempts_said(at, {run.kind for run in facts.runs if run.first <= at <= run.last})


def agent(bundle: Mapping[str, Any], facts: Facts) -> Iterator[Step]:
    """The agent of the claim is the one whose tokens are used; of the shipped registry it is as this program has it."""
    stated = bundle["agent"]
    yield Step("the agent of the claim", bundle["claim"]["agent"], stated["name"])
    since = stated["since"]
    found = since is None or str(since) <= str(iso(facts.at))[:10]
    yield Step("the agent existed by then", stated["existed"], found)
    kind = stated["registry"]
    if kind == "none":
        said = [stated[name] for name in ("tokens", "falls_back_to", "obeys_star", "since")]
        yield Step("the tokens of a stranger", said, [[stated["name"]], [], True, None])
    elif kind != "own":
        said = registry_says(stated)
        yield Step("the agent in this program's registry", kind, "shipped" if said == "the same" else said)


def registry_says(stated: Mapping[str, Any]) -> str:
    """How the agent of a bundle stands to the registry that ships with this program: the same, or what differs."""
    shipped = _shipped().get(stated["name"])
    if shipped is None:
        return "not in it"
    ours = agent_facts(shipped)
    differing = [name for name in _OF_AN_AGENT if stated[name] != ours[name]]
    return f"differs in {', '.join(differing)}" if differing else "the same"


@cache
def _shipped() -> dict[str, Agent]:
    return {agent.name: agent for agent in reference.agents()}


def agent_facts(agent: Agent) -> dict[str, Any]:
    """An agent as a bundle states it, but for what depends on the moment and on whose registry it is of."""
    return {
        "name": agent.name,
        "operator": agent.operator,
        "tokens": list(agent.tokens),
        "falls_back_to": list(agent.falls_back_to),
        "obeys_star": agent.obeys_star,
        "since": agent.valid_from,
        "source": agent.source,
        "checked": agent.checked,
    }
