"""From evidence to spans, states and the tally: the only code that writes derived tables.

Two ways lead to the same rows. A site whose newest check is newer than everything known is carried *forward*; any
other change rebuilds the site from all its evidence. States and tally are never patched by hand: the effective states
are computed again, the old contribution is taken away and the new one added.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from tracker.core.intervals import Check, Hold, Span, State, states_of
from tracker.store import models
from tracker.store.bodies import ABSENT_BODY, Bodies
from tracker.store.bulk import add, add_or, chunks, listed, remove_where, rows_where, table
from tracker.store.meta import get_meta, put_meta
from tracker.store.runs import spans_of_sites
from tracker.store.tally import Tally, memberships

DERIVATION = 3  # raised when the rules or the columns of derived tables change: then all of them are made anew
_AT_A_TIME = 1_000  # sites whose evidence is in memory at once
_IN_ONE_STATEMENT = 5_000
_SPAN_END = ("last_seen", "checks", "failed_after", "last_source_id")
_HEAD = ("first_seen", "body_id", "last_ok", "checks", "failed_after", "last_try", "source_id")


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest span of a site and its newest attempt, as `head` holds them."""

    span: Span | None
    last_try: int


class Deriver:
    """Keeps the derived tables in step; everything happens in the transaction of `connection`."""

    def __init__(self, connection: Connection, bodies: Bodies, tally: Tally, hold: Hold) -> None:
        self._connection = connection
        self._bodies = bodies
        self._tally = tally
        self._hold = hold

    def horizon(self) -> int:
        """The latest moment that any crawl looked at anything; 0 for an empty history."""
        return self._connection.execute(select(func.max(table(models.Crawl).c.at))).scalar() or 0

    def tips(self, site_ids: Iterable[int]) -> dict[int, Tip]:
        """The heads of sites as spans."""
        return {row.site_id: _tip(row) for row in rows_where(self._connection, models.Head, "site_id", site_ids)}

    def stay(self, same: Iterable[int], failed: Iterable[int], at: int) -> None:
        """Note that sites gave their newest answer once more, and that others failed, whatever they had answered.

        `same`: only those whose newest answer the source of this crawl saw and which is still held. All need a head.
        """
        again = f"last_ok = {at}, last_try = {at}, checks = checks + 1, failed_after = NULL"
        first_failure = f"CASE WHEN first_seen IS NOT NULL THEN COALESCE(failed_after, {at}) END"
        for sites, values in ((same, again), (failed, f"last_try = {at}, failed_after = {first_failure}")):
            for some in chunks(sites, _IN_ONE_STATEMENT):
                # To bind a thousand numbers would cost more than the statement itself.
                statement = f"UPDATE head SET {values} WHERE site_id IN ({listed(some)})"
                self._connection.exec_driver_sql(statement)

    def forward(
        self, tips: Mapping[int, Tip], answers: Mapping[int, int], failures: Iterable[int], at: int, source_id: int
    ) -> None:
        """Carry sites forward by one crawl at `at`, later than all that is known.

        `tips`: how they stand; `answers`: site to body; `failures`: who failed.
        """
        heads: list[dict[str, Any]] = []
        spans: list[dict[str, Any]] = []
        changed: list[int] = []
        for site_id, body in answers.items():
            tip = tips.get(site_id)
            span = _extended(tip.span, Check(at, body, source=source_id), self._hold) if tip and tip.span else None
            if span is None:
                if tip and tip.span:
                    spans.append(_span_row(site_id, tip.span))
                span = Span(body, at, at, 1, None, source_id, source_id)
                spans.append(_span_row(site_id, span))
                changed.append(site_id)
            heads.append(_head_row(site_id, Tip(span, at)))
        for site_id in failures:
            tip = tips.get(site_id)
            heads.append(_head_row(site_id, _failed(tip, at)))
        add_or(self._connection, models.Span, spans, _SPAN_END)
        add_or(self._connection, models.Head, heads, _HEAD)
        self.refresh(changed)

    def bring_up_to_date(self) -> bool:
        """Derive all sites again if the rules or the derived tables are younger than what is stored, and say so."""
        if get_meta(self._connection, "derivation") == str(DERIVATION):
            return False
        self.rebuild(self._connection.execute(select(table(models.Site).c.site_id)).scalars())
        put_meta(self._connection, "derivation", str(DERIVATION))
        return True

    def rebuild(self, site_ids: Iterable[int]) -> None:
        """Derive sites again from all their evidence."""
        for some in chunks(sorted(set(site_ids)), _AT_A_TIME):
            spans: list[dict[str, Any]] = []
            heads: list[dict[str, Any]] = []
            of_site: dict[int, list[Span]] = {site_id: [] for site_id in some}
            for site_id, found, last_try in spans_of_sites(self._connection, self._bodies, some, self._hold):
                of_site[site_id] = found
                spans += [_span_row(site_id, span) for span in found]
                heads.append(_head_row(site_id, Tip(found[-1] if found else None, last_try)))
            for model, rows in ((models.Span, spans), (models.Head, heads)):
                remove_where(self._connection, model, "site_id", some)
                add(self._connection, model, rows)
            self._replace_states(of_site)

    def refresh(self, site_ids: Iterable[int]) -> None:
        """Compute the states of sites again from their stored spans."""
        for some in chunks(sorted(set(site_ids))):
            tips = self.tips(some)
            spans: dict[int, list[Span]] = {site_id: [] for site_id in some}
            for row in rows_where(self._connection, models.Span, "site_id", some):
                spans[row.site_id].append(_span(row))
            for site_id, tip in tips.items():
                if tip.span:
                    spans[site_id][-1] = replace(tip.span, source=spans[site_id][-1].source)
            self._replace_states(spans)

    def expire(self) -> None:
        """Make unknown what has outlived its hold by the horizon: nobody may have looked, so nothing else would."""
        heads, states = table(models.Head), table(models.State)
        # Correlated, so that SQLite asks for the states of the few overdue heads, and not for the heads of all states.
        known = select(states.c.site_id).where(
            states.c.site_id == heads.c.site_id, states.c.valid_to.is_(None), states.c.policy_id.is_not(None)
        )
        overdue = select(heads.c.site_id).where(~held_at(self.horizon(), self._hold), known.exists())
        self.refresh(self._connection.execute(overdue).scalars().all())

    def _replace_states(self, spans: dict[int, list[Span]]) -> None:
        policies = self._bodies.policies(span.body for found in spans.values() for span in found)
        panels = memberships(self._connection, spans)
        horizon = self.horizon()
        old = stored_states(self._connection, spans)
        new = {site_id: states_of(found, policies, self._hold, horizon) for site_id, found in spans.items()}
        touched = [site_id for site_id, states in new.items() if states != old.get(site_id, [])]
        self._tally.prepare(state for site_id in touched for state in (*old.get(site_id, ()), *new[site_id]))
        for site_id in touched:
            before, after = old.get(site_id, []), new[site_id]
            self._tally.add(-1, [state for state in before if state not in after], panels.get(site_id, ()))
            self._tally.add(+1, [state for state in after if state not in before], panels.get(site_id, ()))
        rows = [_state_row(site_id, state) for site_id in touched for state in new[site_id]]
        remove_where(self._connection, models.State, "site_id", touched)
        add(self._connection, models.State, rows)


def _extended(span: Span, check: Check, hold: Hold) -> Span | None:
    """The span prolonged by an equal answer, None if the answer differs or comes after the hold."""
    if span.body != check.body or check.at > span.held_until(hold):
        return None
    source = check.source
    return replace(span, last_seen=check.at, checks=span.checks + 1, failed_after=None, last_source=source)


def _failed(tip: Tip | None, at: int) -> Tip:
    if tip is None or tip.span is None:
        return Tip(None, at)
    first = at if tip.span.failed_after is None else tip.span.failed_after
    return Tip(replace(tip.span, failed_after=first), at)


def held_at(at: int, hold: Hold) -> ColumnElement[bool]:
    """`Hold.until` in SQL: whether the newest answer of a `head` still counts at a moment."""
    head = table(models.Head).c
    failing = or_(head.failed_after.is_(None), head.last_ok >= at - hold.failing, head.failed_after >= at)
    return and_(head.last_ok >= at - hold.unwatched, failing)


def stored_states(connection: Connection, site_ids: Iterable[int]) -> dict[int, list[State]]:
    """The states of sites as the table has them."""
    found: dict[int, list[State]] = {}
    for row in rows_where(connection, models.State, "site_id", site_ids):
        found.setdefault(row.site_id, []).append(_state(row))
    return found


def _tip(row: Any) -> Tip:
    if row.first_seen is None:
        return Tip(None, row.last_try)
    body = ABSENT_BODY if row.body_id is None else row.body_id
    # Who saw its first answer stands in `span`.
    span = Span(body, row.first_seen, row.last_ok, row.checks, row.failed_after, 0, row.source_id)
    return Tip(span, row.last_try)


def _head_row(site_id: int, tip: Tip) -> dict[str, Any]:
    span = tip.span
    if span is None:
        nothing = {"checks": 0, "source_id": 0, "last_try": tip.last_try}
        return dict.fromkeys(_HEAD, None) | {"site_id": site_id} | nothing
    return {
        "site_id": site_id,
        "first_seen": span.first_seen,
        "body_id": span.body or None,
        "last_ok": span.last_seen,
        "checks": span.checks,
        "failed_after": span.failed_after,
        "last_try": tip.last_try,
        "source_id": span.last_source,
    }


def _span(row: Any) -> Span:
    body = ABSENT_BODY if row.body_id is None else row.body_id
    sources = (row.source_id, row.last_source_id)
    return Span(body, row.first_seen, row.last_seen, row.checks, row.failed_after, *sources)


def _span_row(site_id: int, span: Span) -> dict[str, Any]:
    return {
        "site_id": site_id,
        "first_seen": span.first_seen,
        "last_seen": span.last_seen,
        "checks": span.checks,
        "body_id": span.body or None,
        "failed_after": span.failed_after,
        "source_id": span.source,
        "last_source_id": span.last_source,
    }


def _state(row: Any) -> State:
    if row.policy_id is None:
        return State(None, row.valid_from, row.valid_to, row.prev_policy_id, bool(row.held))
    body = ABSENT_BODY if row.body_id is None else row.body_id
    before = row.prev_body_id if row.prev_body_id is not None or row.not_before is None else ABSENT_BODY
    around = (body, before, row.not_before, bool(row.relayed))
    return State(row.policy_id, row.valid_from, row.valid_to, row.prev_policy_id, bool(row.held), *around)


def _state_row(site_id: int, state: State) -> dict[str, Any]:
    return {
        "site_id": site_id,
        "valid_from": state.valid_from,
        "valid_to": state.valid_to,
        "policy_id": state.policy,
        "prev_policy_id": state.before,
        "held": int(state.held),
        "body_id": state.body or None,
        "prev_body_id": state.body_before or None,
        "not_before": state.not_before,
        "relayed": int(state.relayed),
    }
