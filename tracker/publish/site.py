"""One site in a history: what it said at a moment and how sure that is, and what it changed from file to file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tracker.core.agents import Agent
from tracker.core.diff import Difference, Effect, compare
from tracker.core.robots import parse
from tracker.core.ruleset import Degree
from tracker.core.textdiff import text_diff
from tracker.core.verdict import Basis
from tracker.store.query import Reader

WORDS = {Degree.FULL: "blocked", Degree.PARTIAL: "partial", Degree.NONE: "allowed"}


@dataclass(frozen=True, slots=True)
class Revision:
    """A file of a site and the one before it, of the view `captures`; `body_sha256` None: there was no robots.txt.

    The true moment of the change lies after `not_before` (the last sighting of the old one) and not after `seen`.
    """

    seen: str
    not_before: str
    source: str | None
    ref: str | None
    body_before: str | None
    body_after: str | None
    text: tuple[str, ...]
    agents: tuple[dict[str, Any], ...]
    gaps: tuple[str, ...]


def revisions(reader: Reader, host: str, agents: Sequence[Agent], newest: int | None = None) -> list[Revision]:
    """The `newest` changes of a site's file (None: all of them), the newest first; [] where nothing ever changed."""
    runs = reader.captures(host).dicts()
    pairs = [(old, new) for old, new in pairwise(runs) if old["body_sha256"] != new["body_sha256"]]
    wanted = pairs[::-1] if newest is None else pairs[::-1][:newest]
    return [_revision(reader, old, new, agents) for old, new in wanted]


def _revision(reader: Reader, old: dict[str, Any], new: dict[str, Any], agents: Sequence[Agent]) -> Revision:
    before, after = (run["body_sha256"] and reader.body(run["body_sha256"]) for run in (old, new))
    difference = compare(parse(before or b""), parse(after or b""), agents, only=True)
    return Revision(
        new["first_seen"],
        old["last_seen"],
        new["source"],
        new["ref"],
        old["body_sha256"],
        new["body_sha256"],
        tuple(text_diff(before, after)),
        tuple(_turns(difference)),
        difference.gaps,
    )


def _turns(difference: Difference) -> Iterable[dict[str, Any]]:
    for change in difference.changes:
        named_before, named = (verdict.basis is Basis.NAMED for verdict in (change.before, change.after))
        # Nobody cares whether everybody is let in by a group for `*` or for want of one.
        if change.effect is not Effect.REBASED or named is not named_before:
            words = {"before": WORDS[change.before.degree], "after": WORDS[change.after.degree]}
            basis = {"named_before": named_before, "named": named}
            yield {"agent": change.agent, **words, **basis, "effect": str(change.effect)}


def as_of(reader: Reader, host: str, moment: str) -> dict[str, Any]:
    """What a site said at a moment (ISO time in UTC) as this history knows it now.

    Keys: at, access (a row for every agent: agent, verdict, named, root_blocked, since), body (the run of
    `captures` in force, or None) and certainty, a sentence about how far the evidence for it is from the moment.
    """
    access = reader.sql(
        "SELECT agent, verdict, named, root_blocked, valid_from AS since FROM access_history WHERE site = :host "
        "AND valid_from <= :moment AND (valid_to > :moment OR valid_to IS NULL) ORDER BY agent",
        {"host": host, "moment": moment},
    ).dicts()
    runs = reader.captures(host).dicts()
    known = bool(access) and access[0]["verdict"] != "unknown"
    earlier = [run for run in runs if run["first_seen"] <= moment]
    later = [run for run in runs if run["first_seen"] > moment]
    failed = [run for run in reader.failures(host).dicts() if run["first_seen"] <= moment]
    if not access:
        access = [
            {"agent": row["agent"], "verdict": "unknown", "named": None, "root_blocked": None, "since": None}
            for row in sorted(reader.agents(), key=lambda row: row["agent"])
        ]
    return {
        "at": moment,
        "access": access,
        "body": earlier[-1] if known else None,
        "certainty": _certainty(moment, known, earlier, later, failed),
    }


def _certainty(
    moment: str, known: bool, earlier: list[dict[str, Any]], later: list[dict[str, Any]], failed: list[dict[str, Any]]
) -> str:
    if not earlier:
        first = f"the first answer is of {later[0]['first_seen']}" if later else "it never answered"
        return f"unknown: {first}{_failures(failed)}"
    run = earlier[-1]
    if not known:
        return f"unknown: the last answer before is of {run['last_seen']}, too long ago to hold{_failures(failed)}"
    if run["last_seen"] >= moment:
        return f"the same answer was seen before and after, from {run['first_seen']} to {run['last_seen']}"
    seen = f"last seen at {run['last_seen']}"
    if not later:
        return f"{seen}; not seen since, so it is taken to hold{_failures(failed)}"
    return f"{seen}; the next answer, of {later[0]['first_seen']}, is another: it changed at some time in between"


def _failures(failed: list[dict[str, Any]]) -> str:
    return (
        f"; the newest failed attempts by then: {failed[-1]['kind']} from {failed[-1]['first_seen']}" if failed else ""
    )
