"""The record of better readings against what is stored: changes that are said to be ours and no site's."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select

from tracker.core.policy import RULESET, Policy
from tracker.store import models
from tracker.store.bulk import chunks, table
from tracker.store.policies import stored_policies
from tracker.store.verify.report import Check

_BODIES_AT_A_TIME = 200


def check_relabels(connection: Connection, check: Check) -> None:
    """Each new reading of a body began with the policy of the one before, and the newest gave the one it has."""
    check.repairable = False
    relabel, body = table(models.Relabel), table(models.Body).c
    rows = select(relabel, body.sha256, body.policy_id).join(table(models.Body), body.body_id == relabel.c.body_id)
    ordered = connection.execute(rows.order_by(relabel.c.body_id, relabel.c.at)).all()
    of_bodies = [list(found) for _, found in groupby(ordered, attrgetter("body_id"))]
    for some in chunks(of_bodies, _BODIES_AT_A_TIME):
        wanted = {policy for found in some for row in found for policy in (row.policy_before, row.policy_after)}
        policies = stored_policies(connection, wanted | {found[0].policy_id for found in some})
        for readings in some:
            check.checked += len(readings)
            for said in _at_odds(readings, policies):
                check.found(f"body {readings[0].sha256.hex()}: {said}")


def _at_odds(readings: Sequence[Any], policies: dict[int, Policy]) -> Iterator[str]:
    """What contradicts itself in the readings of one body. Later searches for tokens may have changed `loose`."""

    def means(policy_id: int) -> Policy:
        return replace(policies[policy_id], loose=())

    if any(means(one.policy_after) != means(other.policy_before) for one, other in pairwise(readings)):
        yield "a new reading does not begin where the one before ended"
    if means(readings[-1].policy_after) != means(readings[-1].policy_id):
        yield "the newest reading did not give the policy that it has"
    if any(not row.ruleset_before < row.ruleset_after <= RULESET for row in readings):
        yield "a reading by a ruleset that was no better, or is not known"
