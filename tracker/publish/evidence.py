"""A claim about one site, one agent and one moment, with all that anybody needs to derive it again.

The bundle is plain JSON; docs/evidence.md explains every key of it.
"""

import base64
import hashlib
from bisect import bisect_right
from dataclasses import asdict
from typing import Any

from tracker import __version__
from tracker.core.agents import Agent, existed
from tracker.core.intervals import Check, Hold, first_between, spans_of
from tracker.core.policy import RULESET
from tracker.publish.bounds import agent_facts, registry_says
from tracker.publish.claim import FORMAT, RULE, Interval, attempts_said, expired_said, iso, verdict_of
from tracker.store.looks import Looks, SiteLooks

UNKNOWN: dict[str, Any] = {
    "verdict": "unknown",
    "named": None,
    "root_blocked": None,
    "blocks": None,
    "token": None,
    "agent_lines": [],
    "deciding_line": None,
    "exception_lines": [],
    "flags": [],
}
INSTRUCTIONS = """\
1. Decode body.base64 (none for an absence): its SHA-256 must be body.sha256 and that of seen.last.
2. Apply interval.rule to seen.last.at, interval.first_failure, seen.next.at and interval.horizon: either the answer \
counts at claim.at, or the claim is unknown.
3. Read the body by RFC 9309 for agent.tokens in order, then agent.falls_back_to, then * unless agent.obeys_star is \
false: verdict.agent_lines and verdict.deciding_line say where to look.
4. Or let `tracker evidence --check FILE` do all three; it needs no history and no network.
5. That the site said so at that time rests on whoever looked: seen.last.source and seen.last.ref. Another look of \
that day, such as an archive's, can confirm it.""".splitlines()


def bundle(
    looks: Looks, site: str, agent: Agent, at: int, *, asked: str, definition: str = "effective_full"
) -> dict[str, Any]:
    """The evidence for what `site` said to `agent` at a moment (UTC seconds, not beyond the horizon)."""
    of_site = looks.of(site)
    index = bisect_right(of_site.checks, at, key=lambda check: check.at)
    last = of_site.checks[index - 1] if index else None
    following = of_site.checks[index] if index < len(of_site.checks) else None
    interval = None if last is None else _interval(of_site, last, following)
    counts = interval is not None and interval.counts_at(at)
    data = None if last is None else looks.bytes_of(last)
    verdict = verdict_of(data, agent, definition) if counts else UNKNOWN
    return {
        "format": FORMAT,
        "claim": {
            "site": site,
            "agent": agent.name,
            "asked": asked,
            "at": iso(at),
            "verdict": verdict["verdict"],
            "named": verdict["named"],
            "definition": definition,
            "blocks": verdict["blocks"],
            "stale": int(interval is not None and counts and interval.is_stale_at(at)),
            "reason": "" if counts else _why_unknown(of_site, interval, at),
        },
        "verdict": verdict,
        "agent": _agent(agent, at),
        "body": _body(data),
        "seen": {
            "last": None if last is None else _seen(looks, of_site, last),
            "next": None if following is None else _seen(looks, of_site, following),
            "run": None if last is None else _run(of_site, last),
        },
        "interval": None if interval is None else _plain(interval),
        "trouble": _trouble(of_site, last, following),
        "made": _made(of_site),
        "instructions": INSTRUCTIONS,
    }


def _made(of_site: SiteLooks) -> dict[str, Any]:
    """By which program; the readings of a history with another ruleset may differ from those here."""
    return {
        "software": f"drywell {__version__}",
        "ruleset": RULESET,
        "history": of_site.kind,
        "history_ruleset": of_site.ruleset,
    }


def _agent(agent: Agent, at: int) -> dict[str, Any]:
    """The agent, and whose registry says so: the one that ships with this program, the maker's own, or none."""
    found = agent_facts(agent) | {"existed": existed(agent, str(iso(at))[:10])}
    # Rows of a registry have a source; a stranger has none.
    others = "own" if agent.source else "none"
    return found | {"registry": "shipped" if registry_says(found) == "the same" else others}


def _seen(looks: Looks, of_site: SiteLooks, check: Check) -> dict[str, Any]:
    found = looks.seen(of_site, check)
    return asdict(found) | {"at": iso(found.at)}


def _interval(of_site: SiteLooks, last: Check, following: Check | None) -> Interval:
    end = None if following is None else following.at
    failed = first_between(of_site.failures, last.at, end)
    return Interval(last.at, failed, end, of_site.horizon, Hold())


def _plain(interval: Interval) -> dict[str, Any]:
    return {
        "rule": RULE,
        "failing_seconds": interval.hold.failing,
        "unwatched_seconds": interval.hold.unwatched,
        "first_failure": iso(interval.failed),
        "held_until": iso(interval.until),
        "horizon": iso(interval.horizon),
    }


def _run(of_site: SiteLooks, last: Check) -> dict[str, Any]:
    """The run of equal answers around the last one: it began within (not_before, first_seen]."""
    spans = spans_of(of_site.checks, of_site.failures, Hold())
    index = bisect_right(spans, last.at, key=lambda span: span.first_seen) - 1
    before = spans[index - 1].last_seen if index else None
    run = spans[index]
    return {
        "not_before": iso(before),
        "first_seen": iso(run.first_seen),
        "last_seen": iso(run.last_seen),
        "checks": run.checks,
    }


def _body(data: bytes | None) -> dict[str, Any] | None:
    """The bytes; None for an absence, which has none."""
    if data is None:
        return None
    encoded = base64.b64encode(data).decode("ascii")
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "base64": encoded}


def _trouble(of_site: SiteLooks, last: Check | None, following: Check | None) -> list[dict[str, Any]]:
    """The failed attempts between the two answers."""
    start = 0 if last is None else last.at
    end = of_site.horizon + 1 if following is None else following.at
    found = [run for run in of_site.trouble if run.last_seen > start and run.first_seen < end]
    return [asdict(run) | {"first_seen": iso(run.first_seen), "last_seen": iso(run.last_seen)} for run in found]


def _why_unknown(of_site: SiteLooks, interval: Interval | None, at: int) -> str:
    """Why nothing is known, or no longer."""
    if interval is not None:
        said = expired_said(interval.last, interval.until)
        since = _attempts(of_site, interval.last, at)
        return f"{said}; since then {since}" if since else f"{said}, and nobody has looked since"
    if said := _attempts(of_site, 0, at):
        return f"never answered up to then: {said}"
    if of_site.checks or of_site.failures:
        return "not looked at before then"
    return "never looked at" if of_site.is_known else "never looked at: the history does not know this site"


def _attempts(of_site: SiteLooks, after: int, at: int) -> str:
    """What came of the last attempt after one moment and up to another; empty if there was none."""
    index = bisect_right(of_site.failures, at) - 1
    if index < 0 or of_site.failures[index] <= after:
        return ""
    last = of_site.failures[index]
    return attempts_said(last, (run.kind for run in of_site.trouble if run.first_seen <= last <= run.last_seen))
