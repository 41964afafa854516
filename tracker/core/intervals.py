"""The interval rules: from single checks of one site to spans, and from spans to states.

A *check* is an answer seen at a moment (a body, or the absence of a file); a *failure* is an attempt without an
answer. The rules, with their reasons, are in docs/method.md#intervals; the terms are DESIGN's (Memento: a span is a
run of sightings, valid time is half open). All times are integer UTC seconds.

1. A failure never ends an answer. A 503 does not end "blocked".
2. A span is a maximal run of consecutive checks with the same body, from all sources together. It is broken when two
   equal checks lie further apart than the hold.
3. The hold is `Hold.unwatched` (92 days: a monthly archive may skip two crawls) while nobody looked, and
   `Hold.failing` (30 days, after RFC 9309 section 2.3.1.4) once an attempt has failed. A failure ends a hold that was
   already longer at that failure, never before it: what is tried today cannot make yesterday unknown. After the hold
   the state is unknown.
4. A state begins when a new answer is first seen; the true moment lies between the last sighting of the old answer
   and the first of the new one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Hold:
    """How long an answer still counts after it was last seen, in seconds.

    `failing`: attempts were made since and failed. `unwatched`: nobody tried.
    """

    failing: int = 30 * DAY
    unwatched: int = 92 * DAY

    def until(self, last_seen: int, failed_after: int | None) -> int:
        """The moment at which an answer stops counting, from its last sighting and the first failed attempt since."""
        longest = last_seen + self.unwatched
        return longest if failed_after is None else min(longest, max(last_seen + self.failing, failed_after))


class Check(NamedTuple):
    """That `body` was the answer at `at`. `body` is any hashable identity of an answer; `rank` orders sources.

    Of several checks of a site in one second the smallest (`rank`, `tie`) counts. `source` says who looked.
    """

    at: int
    body: int
    rank: int = 0
    tie: bytes = b""
    source: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A maximal run of equal answers: [first_seen, last_seen], both seen; `checks` sightings.

    `failed_after` is the first failed attempt after `last_seen` and before the next answer, or None. `source` and
    `last_source` are who saw it at either end.
    """

    body: int
    first_seen: int
    last_seen: int
    checks: int
    failed_after: int | None = None
    source: int = 0
    last_source: int = 0

    def held_until(self, hold: Hold) -> int:
        """The moment at which this answer stops counting unless it is seen again."""
        return hold.until(self.last_seen, self.failed_after)


@dataclass(frozen=True, slots=True)
class State:
    """The policy in force over [valid_from, valid_to); `policy` None is unknown, `valid_to` None still true.

    `before` is the last known policy before this state (None: none was). `held` says that an interval which has
    ended ran out while attempts failed: its end was held, not seen.

    Of a known state: `body` is the answer that began it, `body_before` the answer before that (None: none was), last
    seen at `not_before`; `relayed` says that another source saw the one before, so that who looked may be the cause.
    """

    policy: int | None
    valid_from: int
    valid_to: int | None = None
    before: int | None = None
    held: bool = False
    body: int | None = None
    body_before: int | None = None
    not_before: int | None = None
    relayed: bool = False


def winners(checks: Iterable[Check]) -> list[Check]:
    """Checks in time order, one a second: the smallest (`rank`, `tie`) of each second."""
    best: dict[int, Check] = {}
    for check in checks:
        other = best.get(check.at)
        if other is None or (check.rank, check.tie) < (other.rank, other.tie):
            best[check.at] = check
    return [best[at] for at in sorted(best)]


def spans_of(checks: Sequence[Check], failures: Sequence[int], hold: Hold) -> list[Span]:
    """Spans of one site from all its checks and failed attempts.

    `checks` in time order with one a second (see `winners`), `failures` sorted. A failure in the same second as an
    answer does not count.
    """
    spans: list[Span] = []
    run: list[Check] = []
    for check in checks:
        if run and not _goes_on(run[-1], check, failures, hold):
            spans.append(_span(run, first_between(failures, run[-1].at, check.at)))
            run = []
        run.append(check)
    if run:
        spans.append(_span(run, first_between(failures, run[-1].at, None)))
    return spans


def _goes_on(last: Check, check: Check, failures: Sequence[int], hold: Hold) -> bool:
    if check.body != last.body:
        return False
    # Within the shortest hold no failure matters, and few checks are further apart.
    if check.at - last.at <= min(hold.failing, hold.unwatched):
        return True
    return check.at <= hold.until(last.at, first_between(failures, last.at, check.at))


def _span(run: Sequence[Check], failed_after: int | None) -> Span:
    first, last = run[0], run[-1]
    return Span(first.body, first.at, last.at, len(run), failed_after, first.source, last.source)


def first_between(times: Sequence[int], after: int, before: int | None) -> int | None:
    """The first of the sorted `times` strictly between `after` and `before` (no upper bound if None)."""
    index = bisect_right(times, after)
    end = len(times) if before is None else bisect_left(times, before)
    return times[index] if index < end else None


def states_of(spans: Sequence[Span], policy_of: Mapping[int, int], hold: Hold, horizon: int) -> list[State]:
    """The effective states of one site: spans joined by policy, unknown once the hold has run out.

    `policy_of` maps a span's body to its policy. `horizon` is the latest moment the history knows anything of: an
    answer whose hold ended before it has become unknown, later ones are still open (`valid_to` None).
    """
    states: list[State] = []
    known: int | None = None
    for index, span in enumerate(spans):
        following = spans[index + 1].first_seen if index + 1 < len(spans) else None
        policy, until = policy_of[span.body], span.held_until(hold)
        is_followed = following is not None and following <= until
        is_over = not is_followed and (following is not None or until < horizon)
        end = following if is_followed else until if is_over else None
        held = span.failed_after is not None and end is not None and span.failed_after <= end
        last = states[-1] if states else None
        if last and last.policy == policy and last.valid_to == span.first_seen:
            states[-1] = replace(last, valid_to=end, held=held)
        else:
            earlier = spans[index - 1] if index else None
            states.append(_begun(State(policy, span.first_seen, end, known, held, span.body), span, earlier))
        known = policy
        if is_over:
            states.append(State(None, until, following, known))
    return states


def _begun(state: State, span: Span, earlier: Span | None) -> State:
    """A state told which answer was seen before the one that began it."""
    if earlier is None:
        return state
    relayed = earlier.last_source != span.source
    return replace(state, body_before=earlier.body, not_before=earlier.last_seen, relayed=relayed)


def policy_at(states: Sequence[State], at: int) -> int | None:
    """The policy in force at a moment, None if unknown or before anything was seen."""
    index = bisect_right(states, at, key=lambda state: state.valid_from) - 1
    if index < 0:
        return None
    state = states[index]
    return state.policy if state.valid_to is None or at < state.valid_to else None


def day_of(at: int) -> int:
    """UTC day number since 1970-01-01. A day's value is the state at its end."""
    return at // DAY
