"""Derived tables against what follows from the evidence: spans, heads, states and tallies of every site."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, select

from tracker.core.intervals import Hold, Span, State, spans_of, states_of
from tracker.store import derive, models
from tracker.store.bodies import ABSENT_BODY, Bodies
from tracker.store.bulk import chunks, rows_where, table
from tracker.store.derive import Tip, stored_states
from tracker.store.evidence import Evidence
from tracker.store.policies import stored_policies
from tracker.store.rulings import Rulings
from tracker.store.tally import Tally, memberships
from tracker.store.verify.report import Check, Progress

# What `head` has of a site's newest span; in `span` it stays as it was when the span began.
_OF_HEAD = ("last_seen", "checks", "failed_after", "last_source_id")
_NOBODY = -1  # the policy of an absence where none is stored


class FreshRulings(Rulings):
    """The counts of policies worked out from the policies themselves, whatever table `ruling` holds."""

    def _rulings_of(self, policy_ids: Iterable[int]) -> Iterator[tuple[int, int, int, int]]:
        for policy_id, policy in stored_policies(self._connection, policy_ids).items():
            yield from ((policy_id, *ruling) for ruling in self.differing(policy))


class DerivedChecks:
    """Goes through all sites once, holding all against the evidence: a wrong row is named once, in its own table."""

    def __init__(
        self, connection: Connection, rulings: FreshRulings, hold: Hold, spans: Check, states: Check, tally: Check
    ) -> None:
        self.spans, self.states, self.tally = spans, states, tally
        self._connection = connection
        self._bodies = Bodies(connection, rulings)
        self._hold = hold
        self._counts = Tally(connection, rulings)
        self.horizons = _horizons(connection)
        policy = table(models.Policy).c
        absent = connection.execute(select(policy.policy_id).where(policy.absent == 1)).scalar()
        self._absent: int = _NOBODY if absent is None else absent

    def run(self, advance: Progress) -> None:
        """Check every site, then the tallies of all of them."""
        if self.spans.skipped:
            return
        column = table(models.Site).c
        hosts = {row.site_id: row.host for row in self._connection.execute(select(column.site_id, column.host))}
        for some in chunks(hosts):
            self._check(some, hosts)
            advance(self.spans.name, self.spans.checked, len(hosts))
        if not self.tally.skipped:
            self._check_tally()

    def _check_tally(self) -> None:
        member = table(models.PanelMember).c
        for row in self._connection.execute(select(member.panel_id, member.since, member.until)):
            self._counts.add_member(+1, row.panel_id, row.since, row.until)
        sites, agents = self._counts.rows()
        self._hold_against(table(models.TallySites), sites)
        self._hold_against(table(models.Tally), agents)

    def _check(self, site_ids: Sequence[int], hosts: Mapping[int, str]) -> None:
        evidence = Evidence(self._connection, self._bodies, site_ids)
        spans = _by_site(rows_where(self._connection, models.Span, "site_id", site_ids))
        heads = _by_site(rows_where(self._connection, models.Head, "site_id", site_ids))
        of_site = {}
        for site_id in site_ids:
            failures = evidence.failures(site_id)
            found = of_site[site_id] = spans_of(evidence.checks(site_id), failures, self._hold)
            self.spans.checked += 1
            stored = spans.get(site_id, []), heads.get(site_id, [])
            if said := _wrong_spans(site_id, found, failures, *stored):
                self.spans.found(f"{hosts[site_id]}: {said}")
        self._check_states(of_site, hosts)

    def _check_states(self, of_site: Mapping[int, Sequence[Span]], hosts: Mapping[int, str]) -> None:
        states, panels = stored_states(self._connection, of_site), memberships(self._connection, of_site)
        policies = self._policies(of_site.values())
        for site_id, found in of_site.items():
            self.states.checked += 1
            stored = states.get(site_id, [])
            expected = self._expected(found, policies, stored)
            if expected != stored:
                self.states.found(f"{hosts[site_id]}: {_first_difference(expected, stored)}")
            self._counts.add(+1, expected, panels.get(site_id, ()))

    def _expected(self, spans: Sequence[Span], policies: Mapping[int, int], stored: Sequence[State]) -> list[State]:
        """The states that follow; of a site that a crawl under way has not come to, those before that crawl."""
        found = [states_of(spans, policies, self._hold, horizon) for horizon in self.horizons]
        return found[-1] if found[-1] == stored else found[0]

    def _policies(self, spans: Iterable[Sequence[Span]]) -> Mapping[int, int]:
        wanted = {span.body for found in spans for span in found} - {ABSENT_BODY}
        rows = rows_where(self._connection, models.Body, "body_id", wanted)
        return {row.body_id: row.policy_id for row in rows} | {ABSENT_BODY: self._absent}

    def _hold_against(self, target: Table, rows: list[dict[str, int]]) -> None:
        keys = [column.name for column in target.primary_key]
        expected = {tuple(row[key] for key in keys): row for row in rows}
        for row in self._connection.execute(select(target).execution_options(yield_per=1000)):
            self.tally.checked += 1
            stored = dict(row._mapping)
            if expected.pop(tuple(stored[key] for key in keys), None) != stored:
                self.tally.found(f"{_keyed(target, keys, stored)} is wrong")
        for missing in expected.values():
            self.tally.found(f"{_keyed(target, keys, missing)} is missing")


def _horizons(connection: Connection) -> tuple[int, ...]:
    """The newest look, and if it is of a crawl that has not ended, the newest look of those that have."""
    crawl = table(models.Crawl).c
    newest = connection.execute(select(func.max(crawl.at))).scalar() or 0
    ended = connection.execute(select(func.max(crawl.at)).where(crawl.finished_at.is_not(None))).scalar() or 0
    return (newest,) if newest == ended else (newest, ended)


def _by_site(rows: Iterable[Any]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.site_id, []).append(dict(row._mapping))
    return found


def _wrong_spans(
    site_id: int,
    found: Sequence[Span],
    failures: Sequence[int],
    spans: list[dict[str, Any]],
    heads: list[dict[str, Any]],
) -> str:
    """What of a site's rows in `span` and `head` does not follow from its evidence; empty if all does."""
    expected = [derive._span_row(site_id, span) for span in found]
    for row in (*expected[-1:], *spans[-1:]):
        for name in _OF_HEAD:
            row.pop(name)
    if expected != spans:
        return f"{len(spans)} spans, {len(expected)} follow" if len(spans) != len(expected) else "a span is wrong"
    tries = [*([found[-1].last_seen] if found else []), *failures[-1:]]
    head = [derive._head_row(site_id, Tip(found[-1] if found else None, max(tries)))] if tries else []
    return "" if head == heads else "its head is wrong"


def _first_difference(expected: Sequence[State], stored: Sequence[State]) -> str:
    if len(expected) != len(stored):
        return f"{len(stored)} states, {len(expected)} follow"
    wrong = next(one for one, other in zip(expected, stored, strict=True) if one != other)
    return f"the state from {wrong.valid_from} (UTC seconds) is wrong"


def _keyed(target: Table, keys: Sequence[str], row: Mapping[str, Any]) -> str:
    return f"{target.name} " + ", ".join(f"{key.removesuffix('_id')} {row[key]}" for key in keys)
