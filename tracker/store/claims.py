"""Published figures inside a history: a copy of data/reference that the view `claims_check` counts again."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from tracker.core.claims import ANY_AGENT, Claim, period
from tracker.store import models
from tracker.store.bulk import add, table
from tracker.store.meta import get_meta, put_meta
from tracker.store.registry import day_number


def claims_fingerprint(claims: Sequence[Claim], headline: Sequence[str]) -> str:
    """Identity of what a history takes from the published figures and of the agents that "any" stands for."""
    facts = [*map(_facts, claims), *map(_numbers, claims), [_agents(claim, headline) for claim in claims]]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def sync_claims(connection: Connection, claims: Sequence[Claim]) -> bool:
    """Make these the published figures of a history; False if they were so already."""
    agent = table(models.Agent).c
    named = select(agent.name).where(agent.headline == 1).order_by(agent.name)
    headline = list(connection.execute(named).scalars())
    fingerprint = claims_fingerprint(claims, headline)
    if get_meta(connection, "claims") == fingerprint:
        return False
    for model in (models.ClaimAgent, models.ClaimFigure, models.Claim):
        connection.execute(delete(table(model)))
    add(connection, models.Claim, [_facts(claim) for claim in claims])
    add(connection, models.ClaimFigure, [row for claim in claims for row in _numbers(claim)])
    add(connection, models.ClaimAgent, [row for claim in claims for row in _agents(claim, headline)])
    put_meta(connection, "claims", fingerprint)
    return True


def _facts(claim: Claim) -> dict[str, Any]:
    first, last = period(claim.day, claim.precision)
    same = ("publisher", "day", "figure", "population", "definition", "denominator", "counted_as", "sector")
    return {
        "claim_id": claim.id,
        **{name: getattr(claim, name) for name in same},
        "precision": str(claim.precision),
        "first_day": day_number(first.isoformat()),
        "last_day": day_number(last.isoformat()),
        "counted_of": str(claim.counted_of),
        "top": claim.top or 0,
        "obstacle": str(claim.obstacle or ""),
        "reading": str(claim.reading),
        "source": claim.source,
        "checked": claim.checked,
        "note": claim.note,
    }


def _numbers(claim: Claim) -> list[dict[str, Any]]:
    return [{"claim_id": claim.id, "subject": subject, "percent": share} for subject, share in claim.percent]


def _agents(claim: Claim, headline: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"claim_id": claim.id, "subject": subject, "agent": agent}
        for subject, _ in claim.percent
        for agent in ((claim.any_of or headline) if subject == ANY_AGENT else (subject,))
    ]
