"""A bundle of evidence derived again, by somebody who has nothing else: no history and no network."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tracker.core.agents import Agent, Kind, Purpose
from tracker.core.definitions import DEFINITIONS
from tracker.core.intervals import Hold
from tracker.core.policy import RULESET
from tracker.errors import EvidenceError
from tracker.publish import bounds
from tracker.publish.bounds import Facts, Step, facts_of, registry_says
from tracker.publish.claim import FORMAT, RULE, Interval, iso, seconds, verdict_of
from tracker.publish.evidence import UNKNOWN
from tracker.publish.keys import unknown_keys

_MOST = 64 << 20  # octets of a file: a body has half a million, and base64 a third more
_SHOWN = 5  # of keys that nothing is known of
_TOKENS = 100  # of one agent: the best known has five


@dataclass(frozen=True, slots=True)
class Recheck:
    """All steps. `registry`: how the agent stands to the registry that ships with this program.

    `note`: the bundle was made by another ruleset, which may read some files differently.
    """

    claim: Mapping[str, Any]
    steps: list[Step]
    registry: str
    note: str

    @property
    def matches(self) -> bool:
        """Whether all that was derived again is as stated."""
        return all(step.ok for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """The result as plain values."""
        steps = [step.as_json() for step in self.steps]
        found = {"match": self.matches, "claim": dict(self.claim), "registry": self.registry, "note": self.note}
        return found | {"steps": steps}


def load(path: Path) -> dict[str, Any]:
    """A bundle from a file. Raises EvidenceError with what is wrong with it."""
    try:
        with path.open("rb") as file:
            return load_from(file, str(path))
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read: {error.strerror or error}") from error


def load_from(stream: BinaryIO, name: str) -> dict[str, Any]:
    """A bundle from an open file, called `name` in what is said of it. Raises EvidenceError, OSError."""
    data = stream.read(_MOST + 1)
    if len(data) > _MOST:
        raise EvidenceError(f"{name} has more than {_MOST >> 20} MiB: that is no bundle of evidence")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{name} is no JSON: {error}") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise EvidenceError(f"{name} is no bundle of evidence: `tracker evidence SITE AGENT --at DATE` makes one")
    return found


def recheck(bundle: Mapping[str, Any]) -> Recheck:
    """All of a bundle derived again that follows from the rest (see `tracker.publish.keys`), and the rest compared.

    Raises EvidenceError if a key is missing or malformed.
    """
    try:
        unknown = Step("keys that nothing is known of", unknown_keys(bundle)[:_SHOWN], [])
        steps = [*([] if unknown.ok else [unknown]), *_steps(bundle)]
        registry = registry_says(bundle["agent"])
        claim, ruleset = dict(bundle["claim"]), bundle["made"]["ruleset"]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise EvidenceError(f"the bundle is incomplete or malformed: {type(error).__name__} {error}") from error
    note = "" if ruleset == RULESET else f"made with ruleset {ruleset}, derived again with ruleset {RULESET}"
    return Recheck(claim, steps, registry, note)


def _steps(bundle: Mapping[str, Any]) -> Iterator[Step]:
    claim, facts = bundle["claim"], facts_of(bundle)
    if claim["definition"] not in DEFINITIONS:
        raise ValueError(f"no definition {claim['definition']!r}")
    yield Step("format", bundle["format"], FORMAT)
    yield from bounds.agent(bundle, facts)
    yield from bounds.moments(claim, facts)
    data, steps = _body(bundle)
    yield from steps
    interval = _interval(bundle["interval"], facts)
    yield Step("an interval where there was an answer", bundle["interval"] is not None, facts.last is not None)
    if interval is not None:
        yield from _interval_steps(bundle["interval"], interval)
    yield from bounds.failures(bundle["interval"]["first_failure"] if interval else None, facts)
    yield from bounds.run_of_answers(bundle, facts, interval)
    counts = interval is not None and interval.counts_at(facts.at)
    yield Step("stale", claim["stale"], int(interval is not None and counts and interval.is_stale_at(facts.at)))
    yield bounds.reason(claim["reason"], facts, interval, counts)
    found = verdict_of(data, _agent(bundle["agent"]), claim["definition"]) if counts else UNKNOWN
    for name in ("verdict", "named", "blocks"):
        yield Step(name, claim[name], found[name])
    for name, value in found.items():
        yield Step(f"verdict.{name}", bundle["verdict"][name], value)


def _body(bundle: Mapping[str, Any]) -> tuple[bytes | None, list[Step]]:
    """The bytes of the answer, and what is to be said of them."""
    body, last = bundle["body"], bundle["seen"]["last"]
    if body is None:
        return None, [] if last is None else [Step("the body last seen", last["sha256"], None)]
    data = _bytes(body)
    digest = hashlib.sha256(data).hexdigest()
    return data, [
        Step("the SHA-256 of the body", body["sha256"], digest),
        Step("the size of the body", body["size"], len(data)),
        Step("the body last seen", None if last is None else last["sha256"], digest),
    ]


def _interval(stated: Mapping[str, Any] | None, facts: Facts) -> Interval | None:
    """The interval by this program's own hold: a bundle cannot bring another one."""
    if stated is None or facts.last is None or facts.horizon is None:
        return None
    first = None if stated["first_failure"] is None else seconds(stated["first_failure"])
    return Interval(facts.last, first, facts.following, facts.horizon, Hold())


def _interval_steps(stated: Mapping[str, Any], interval: Interval) -> Iterator[Step]:
    yield Step("the rule", stated["rule"], RULE)
    yield Step("the hold while attempts fail (seconds)", stated["failing_seconds"], interval.hold.failing)
    yield Step("the hold while nobody looks (seconds)", stated["unwatched_seconds"], interval.hold.unwatched)
    yield Step("until when the answer counts", stated["held_until"], iso(interval.until))


def _bytes(body: Mapping[str, Any]) -> bytes:
    try:
        return base64.b64decode(body["base64"], validate=True)
    except binascii.Error as error:
        raise ValueError(f"body.base64: {error}") from error


def _agent(facts: Mapping[str, Any]) -> Agent:
    tokens, others = ([str(token) for token in facts[name]] for name in ("tokens", "falls_back_to"))
    if len(tokens) + len(others) > _TOKENS:
        raise ValueError(f"more than {_TOKENS} tokens")
    return Agent(
        str(facts["name"]),
        tuple(tokens),
        "",
        Purpose.UNDECLARED,
        Kind.CRAWLER,
        source="",
        checked="",
        falls_back_to=tuple(others),
        obeys_star=bool(facts["obeys_star"]),
    )
