"""The bytes against their SHA-256, and what is stored of their meaning against a new reading."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, select

from tracker.core.policy import RULESET, Policy
from tracker.core.reading import read
from tracker.store import models
from tracker.store.bulk import chunks, rows_where, table
from tracker.store.meta import get_meta
from tracker.store.packed import NotWhole, unpack
from tracker.store.policies import stored_policies
from tracker.store.rulings import Rulings
from tracker.store.verify.report import Check, Progress

_AT_A_TIME = 50  # bodies in memory, half a megabyte each at most


def check_policies(connection: Connection, rulings: Rulings, meanings: Check, ruled: Check) -> set[int]:
    """The rows of each policy against its fingerprint, its rulings against them; gives the policies that are off."""
    meanings.repairable = False
    column = table(models.Policy).c
    prints = {
        row.policy_id: row.fingerprint for row in connection.execute(select(column.policy_id, column.fingerprint))
    }
    off: set[int] = set()
    for some in chunks(prints):
        policies = stored_policies(connection, some)
        stored: dict[int, set[tuple[int, int, int]]] = {policy_id: set() for policy_id in some}
        for row in rows_where(connection, models.Ruling, "policy_id", some):
            stored[row.policy_id].add((row.agent_id, row.named, row.bits))
        for policy_id, policy in policies.items():
            if meanings.skipped:
                continue
            meanings.checked += 1
            if policy.fingerprint != prints[policy_id]:
                off.add(policy_id)
                meanings.found(f"policy {policy_id} (of {_body_of(connection, policy_id)}) is not what it was")
                continue
            if ruled.skipped:
                continue
            ruled.checked += 1
            if wrong := stored[policy_id] ^ set(rulings.differing(policy)):
                agents = sorted({agent_id for agent_id, *_ in wrong})
                ruled.found(f"policy {policy_id} (of {_body_of(connection, policy_id)}): agents {agents[:5]}")
    return off


def check_bodies(
    connection: Connection,
    bodies: Check,
    policies: Check,
    off: set[int],
    tokens: frozenset[str],
    *,
    quick: bool,
    advance: Progress,
) -> None:
    """Each body against its SHA-256 and size, and unless `quick` its policy and flags against a new reading.

    `tokens`: those that bodies were searched for.
    """
    bodies.repairable = policies.repairable = False
    ruleset = get_meta(connection, "ruleset")
    if quick:
        policies.skipped = "left out (--quick)"
    elif ruleset not in (None, str(RULESET)):
        policies.skipped = f"read with ruleset {ruleset}; the next crawl or import reads the files with {RULESET}"
    total = connection.execute(select(func.count()).select_from(table(models.Body))).scalar_one()
    for some in _bodies(connection):
        stored = {} if policies.skipped else stored_policies(connection, sorted({row.policy_id for row in some} - off))
        for row in some:
            bodies.checked += 1
            data = _bytes(row)
            if isinstance(data, str):
                bodies.found(f"{_named(connection, row)}: {data}")
            elif row.policy_id in stored:
                policies.checked += 1
                if said := _misread(data, row.flags, stored[row.policy_id], tokens):
                    policies.found(f"{_named(connection, row)}: {said}")
        advance(bodies.name, bodies.checked, total)


def _bodies(connection: Connection) -> Iterator[list[Any]]:
    """All bodies with their packed bytes (None: there are none), a few at a time."""
    body, data = table(models.Body), table(models.BodyData)
    joined = select(body, data.c.data).join_from(body, data, data.c.body_id == body.c.body_id, isouter=True)
    last = -1
    while rows := connection.execute(
        joined.where(body.c.body_id > last).order_by(body.c.body_id).limit(_AT_A_TIME)
    ).all():
        yield list(rows)
        last = rows[-1].body_id


def _bytes(row: Any) -> bytes | str:
    """The bytes of a body, or what is wrong with them."""
    if row.data is None:
        return "its bytes are missing"
    try:
        data = unpack(row.data, row.size)
    except NotWhole as error:
        return f"its bytes are damaged: {error}"
    found = hashlib.sha256(data)
    return data if found.digest() == row.sha256 else f"its bytes have the SHA-256 {found.hexdigest()}"


def _misread(data: bytes, flags: str, stored: Policy, tokens: frozenset[str]) -> str:
    """How the stored policy and flags differ from a new reading; empty if they do not.

    Loose tokens of agents that have left the registry may stay in a policy: nobody asks for them.
    """
    reading = read(data, tokens)
    if replace(stored, loose=tuple(token for token in stored.loose if token in tokens)) != reading.policy:
        return "its policy is not what it says"
    return "" if reading.flag_text == flags else f"its flags are {reading.flag_text!r} and not {flags!r}"


def _named(connection: Connection, row: Any) -> str:
    """A body by its SHA-256 and a site that answered with it."""
    site, span = table(models.Site), table(models.Span)
    seen = select(func.min(site.c.host)).join_from(site, span, span.c.site_id == site.c.site_id)
    host = connection.execute(seen.where(span.c.body_id == row.body_id)).scalar()
    return f"body {row.sha256.hex()} of {host or 'no site'}"


def _body_of(connection: Connection, policy_id: int) -> str:
    body = table(models.Body).c
    found = connection.execute(
        select(body.sha256).where(body.policy_id == policy_id).order_by(body.body_id).limit(1)
    ).scalar()
    return f"body {found.hex()}" if found else "absent files"
