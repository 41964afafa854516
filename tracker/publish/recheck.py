"""A bundle of evidence derived again, by somebody who has nothing else: no history and no network."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tracker.core.agents import Agent, Kind, Purpose
from tracker.core.definitions import DEFINITIONS
from tracker.core.intervals import Hold
from tracker.core.policy import RULESET
from tracker.errors import EvidenceError
from tracker.publish.claim import FORMAT, Interval, seconds, verdict_of
from tracker.publish.evidence import UNKNOWN

_MOST = 64 << 20  # octets of a file: a body has half a million, and base64 a third more

_TOKENS = 100  # of one agent: the best known has five


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


@dataclass(frozen=True, slots=True)
class Recheck:
    """All steps. `note`: the bundle was made by another ruleset, which may read some files differently."""

    claim: Mapping[str, Any]
    steps: list[Step]
    note: str

    @property
    def matches(self) -> bool:
        """Whether all that was derived again is as stated."""
        return all(step.ok for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """The result as plain values."""
        steps = [asdict(step) | {"ok": step.ok} for step in self.steps]
        return {"match": self.matches, "claim": dict(self.claim), "note": self.note, "steps": steps}


def load(path: Path) -> dict[str, Any]:
    """A bundle from a file. Raises EvidenceError with what is wrong with it."""
    try:
        if path.stat().st_size > _MOST:
            raise EvidenceError(f"{path} has more than {_MOST >> 20} MiB: that is no bundle of evidence")
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{path} is no JSON: {error}") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise EvidenceError(f"{path} is no bundle of evidence: `tracker evidence SITE AGENT --at DATE` makes one")
    return found


def recheck(bundle: Mapping[str, Any]) -> Recheck:
    """Hash, interval and verdict of a bundle derived again. Raises EvidenceError if a key is missing or malformed."""
    try:
        ruleset = bundle["made"]["ruleset"]
        steps = list(_steps(bundle))
        claim = dict(bundle["claim"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise EvidenceError(f"the bundle is incomplete or malformed: {type(error).__name__} {error}") from error
    note = "" if ruleset == RULESET else f"made with ruleset {ruleset}, derived again with ruleset {RULESET}"
    return Recheck(claim, steps, note)


def _steps(bundle: Mapping[str, Any]) -> Iterator[Step]:
    claim, seen, body = bundle["claim"], bundle["seen"], bundle["body"]
    if claim["definition"] not in DEFINITIONS:
        raise ValueError(f"no definition {claim['definition']!r}")
    last = seen["last"]
    yield from _order(claim, seen, bundle["interval"])
    data = None
    if body is not None:
        data = _bytes(body)
        digest = hashlib.sha256(data).hexdigest()
        yield Step("the SHA-256 of the body", body["sha256"], digest)
        yield Step("the size of the body", body["size"], len(data))
        yield Step("the body last seen", None if last is None else last["sha256"], digest)
    elif last is not None:
        yield Step("the body last seen", last["sha256"], None)
    interval = None if last is None else _interval(bundle)
    at = seconds(claim["at"])
    counts = interval is not None and interval.counts_at(at)
    if interval is not None:
        until = seconds(bundle["interval"]["held_until"])
        yield Step("until when the answer counts (UTC seconds)", until, interval.until)
        yield Step("stale", claim["stale"], int(counts and interval.is_stale_at(at)))
    found = verdict_of(data, _agent(bundle["agent"]), claim["definition"]) if counts else UNKNOWN
    for name in ("verdict", "named", "blocks"):
        yield Step(name, claim[name], found[name])
    for name, value in found.items():
        yield Step(f"verdict.{name}", bundle["verdict"][name], value)


def _order(claim: Mapping[str, Any], seen: Mapping[str, Any], interval: Mapping[str, Any] | None) -> Iterator[Step]:
    """The moments stand in the order that the rule supposes."""
    at = seconds(claim["at"])
    last, following = (None if seen[name] is None else seconds(seen[name]["at"]) for name in ("last", "next"))
    if following is not None:
        yield Step("the next answer comes after the moment", True, at < following)
    if last is not None and interval is not None:
        horizon = seconds(interval["horizon"])
        yield Step("the last answer does not come after the moment", True, last <= at)
        yield Step("the horizon is not before either", True, max(at, following or at) <= horizon)


def _interval(bundle: Mapping[str, Any]) -> Interval:
    facts, seen = bundle["interval"], bundle["seen"]
    hold = Hold(int(facts["failing_seconds"]), int(facts["unwatched_seconds"]))
    failed, following = facts["first_failure"], seen["next"]
    return Interval(
        seconds(seen["last"]["at"]),
        None if failed is None else seconds(failed),
        None if following is None else seconds(following["at"]),
        seconds(facts["horizon"]),
        hold,
    )


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
