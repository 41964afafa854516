"""Stored bodies read anew: after a better ruleset, or for the tokens of agents that the registry has gained.

The bytes are the evidence and stay; what they mean may be read better, or asked for more. A better ruleset parses
every body again. A new token needs no parsing: it is searched for in the bytes, and only a body that holds it outside
of the names it gives (for the definition `naive_substring`) gets another policy.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace

import zstandard
from sqlalchemy import Connection, select

from tracker.core.policy import RULESET
from tracker.core.reading import loose_tokens
from tracker.store import models
from tracker.store.bodies import Bodies
from tracker.store.bulk import add, chunks, remove_where, rows_where, table
from tracker.store.derive import Deriver
from tracker.store.meta import get_meta, put_meta
from tracker.store.policies import stored_policies

_LOG = logging.getLogger(__name__)
_AT_A_TIME = 100  # bodies in memory
_RULESET, _TOKENS = "ruleset", "tokens"


def reread(connection: Connection, bodies: Bodies, derive: Deriver, tokens: Iterable[str], at: int) -> int:
    """Bring what is stored of the bodies up to today's ruleset and to `tokens`; gives how many policies changed.

    What a better ruleset changes is recorded in `relabel`, dated `at` (UTC seconds).
    """
    wanted = {token.lower() for token in tokens}
    known = set(json.loads(get_meta(connection, _TOKENS) or "[]"))
    moved: list[int] = []
    if get_meta(connection, _RULESET) not in (None, str(RULESET)):
        moved = _parsed_again(connection, bodies, at)
    elif wanted - known:
        moved = _searched(connection, bodies, wanted - known)
    _derive_again(connection, derive, moved)
    put_meta(connection, _RULESET, str(RULESET))
    # Not those of agents that have left: what comes in from now on is not searched for them.
    put_meta(connection, _TOKENS, json.dumps(sorted(wanted)))
    return len(moved)


def _parsed_again(connection: Connection, bodies: Bodies, at: int) -> list[int]:
    stored = _stored(connection)
    earlier = int(get_meta(connection, _RULESET) or 0)
    _LOG.warning("reading %s stored files anew, with ruleset %s", len(stored), RULESET)
    moved = []
    relabelled: list[dict[str, int]] = []
    for body_id, data in _bytes(connection, stored):
        reading = bodies.read(data)
        policy_id = bodies.policy_id(reading.policy)
        before, flags = stored[body_id]
        if (policy_id, reading.flag_text) != (before, flags):
            bodies.move(body_id, policy_id, reading.flag_text)
        if policy_id != before:
            moved.append(body_id)
            policies = {"policy_before": before, "policy_after": policy_id}
            rulesets = {"ruleset_before": earlier, "ruleset_after": RULESET}
            relabelled.append({"body_id": body_id, "at": at} | rulesets | policies)
    add(connection, models.Relabel, relabelled)
    return moved


def _searched(connection: Connection, bodies: Bodies, fresh: set[str]) -> list[int]:
    stored = _stored(connection)
    moved = []
    octets = [token.encode() for token in fresh]
    for body_id, data in _bytes(connection, stored):
        text = data.lower()
        if not any(token in text for token in octets):
            continue
        before, flags = stored[body_id]
        policy = stored_policies(connection, [before])[before]
        # Held against the names alone, as at a first reading, so that the order of registries does not matter.
        if found := loose_tokens(data, replace(policy, loose=()), fresh):
            loose = tuple(sorted({*policy.loose, *found}))
            bodies.move(body_id, bodies.policy_id(replace(policy, loose=loose)), flags)
            moved.append(body_id)
    return moved


def _stored(connection: Connection) -> dict[int, tuple[int, str]]:
    """Policy and flags of each body."""
    body = table(models.Body)
    rows = connection.execute(select(body.c.body_id, body.c.policy_id, body.c.flags)).all()
    return {body_id: (policy_id, flags) for body_id, policy_id, flags in rows}


def _bytes(connection: Connection, body_ids: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    unpack = zstandard.ZstdDecompressor().decompress
    for some in chunks(body_ids, _AT_A_TIME):
        for row in rows_where(connection, models.BodyData, "body_id", some):
            yield row.body_id, unpack(row.data)


def _derive_again(connection: Connection, derive: Deriver, moved: list[int]) -> None:
    """The states of all sites that ever answered with one of these bodies."""
    if not moved:
        return
    sites = {row.site_id for row in rows_where(connection, models.Span, "body_id", moved)}
    sites |= {row.site_id for row in rows_where(connection, models.Head, "body_id", moved)}
    derive.refresh(sites)
    forget_unused(connection)


def forget_unused(connection: Connection) -> None:
    """Drop the policies that no body means any longer and no better reading has corrected."""
    policies, bodies, relabels = table(models.Policy), table(models.Body), table(models.Relabel)
    used = select(bodies.c.policy_id).union(select(relabels.c.policy_before), select(relabels.c.policy_after))
    unused = select(policies.c.policy_id).where(policies.c.absent == 0, policies.c.policy_id.not_in(used))
    gone = connection.execute(unused).scalars().all()
    for model in (models.Ruling, models.Rule, models.Signal, models.Policy):
        remove_where(connection, model, "policy_id", gone)
