"""The interval rules, each at its boundary, and against a model that walks through time instead of building runs."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.intervals import (
    DAY,
    Check,
    Hold,
    Span,
    State,
    day_of,
    first_between,
    policy_at,
    spans_of,
    states_of,
    winners,
)

A, B, C = 1, 2, 3
FAILING, UNWATCHED = 30 * DAY, 92 * DAY
HOLD = Hold()


def checks(*pairs: tuple[int, int]) -> list[Check]:
    return [Check(at, body) for at, body in pairs]


@pytest.mark.parametrize(
    ("seen", "failures", "expected"),
    [
        pytest.param([], [], [], id="nothing seen"),
        pytest.param([], [5], [], id="failures alone are no span"),
        pytest.param([(0, A)], [], [Span(A, 0, 0, 1)], id="one check"),
        pytest.param([(0, A), (9, A)], [], [Span(A, 0, 9, 2)], id="equal checks join"),
        pytest.param([(0, A), (9, B)], [], [Span(A, 0, 0, 1), Span(B, 9, 9, 1)], id="a change"),
        pytest.param(
            [(0, A), (5, B), (9, A)],
            [],
            [Span(A, 0, 0, 1), Span(B, 5, 5, 1), Span(A, 9, 9, 1)],
            id="there and back",
        ),
        pytest.param([(0, A), (UNWATCHED, A)], [], [Span(A, 0, UNWATCHED, 2)], id="unwatched, to the second"),
        pytest.param(
            [(0, A), (UNWATCHED + 1, A)],
            [],
            [Span(A, 0, 0, 1), Span(A, UNWATCHED + 1, UNWATCHED + 1, 1)],
            id="unwatched, one second too long",
        ),
        pytest.param([(0, A), (FAILING, A)], [7], [Span(A, 0, FAILING, 2)], id="failing, to the second"),
        pytest.param(
            [(0, A), (FAILING + 1, A)],
            [7],
            [Span(A, 0, 0, 1, 7), Span(A, FAILING + 1, FAILING + 1, 1)],
            id="failing, one second too long",
        ),
        pytest.param(
            [(0, A), (FAILING + 1, A)],
            [0, FAILING + 1],
            [Span(A, 0, FAILING + 1, 2)],
            id="a failure in the second of an answer does not count",
        ),
        pytest.param(
            [(0, A), (FAILING + 1, A)],
            [1, FAILING],
            [Span(A, 0, 0, 1, 1), Span(A, FAILING + 1, FAILING + 1, 1)],
            id="the first failure is kept",
        ),
        pytest.param([(0, A)], [3, 8], [Span(A, 0, 0, 1, 3)], id="failures after the last check"),
        pytest.param([(5, A)], [3], [Span(A, 5, 5, 1)], id="failures before the first check"),
        pytest.param([(0, A), (9, B)], [5], [Span(A, 0, 0, 1, 5), Span(B, 9, 9, 1)], id="failure, change"),
        pytest.param(
            [(0, A), (9, A), (12, B)],
            [5],
            [Span(A, 0, 9, 2), Span(B, 12, 12, 1)],
            id="a failure inside a run leaves no trace",
        ),
    ],
)
def test_spans(seen: list[tuple[int, int]], failures: list[int], expected: list[Span]) -> None:
    assert spans_of(checks(*seen), failures, HOLD) == expected


POLICIES = {A: 10, B: 20, C: 10}  # A and C say the same


@pytest.mark.parametrize(
    ("spans", "horizon", "expected"),
    [
        pytest.param([], 99, [], id="nothing"),
        pytest.param([Span(A, 0, 9, 2)], 9, [State(10, 0)], id="still true"),
        pytest.param([Span(A, 0, 9, 2)], 9 + UNWATCHED, [State(10, 0)], id="at the end of the hold"),
        pytest.param(
            [Span(A, 0, 9, 2)],
            10 + UNWATCHED,
            [State(10, 0, 9 + UNWATCHED), State(None, 9 + UNWATCHED, None, 10)],
            id="a second after it",
        ),
        pytest.param([Span(A, 0, 9, 2, 11)], 9 + FAILING, [State(10, 0)], id="failing, at the end of the hold"),
        pytest.param(
            [Span(A, 0, 9, 2, 11)],
            10 + FAILING,
            [State(10, 0, 9 + FAILING, held=True), State(None, 9 + FAILING, None, 10)],
            id="failing, a second after it",
        ),
        pytest.param(
            [Span(A, 0, 0, 1, FAILING + 50)],
            FAILING + 51,
            [State(10, 0, FAILING + 50, held=True), State(None, FAILING + 50, None, 10)],
            id="a late first failure ends the hold, not before it",
        ),
        pytest.param(
            [Span(A, 0, 0, 1, UNWATCHED + 1)],
            UNWATCHED + 1,
            [State(10, 0, UNWATCHED), State(None, UNWATCHED, None, 10)],
            id="a failure after the hold had run out changes nothing",
        ),
        pytest.param(
            [Span(A, 0, 0, 1), Span(B, 50, 50, 1)],
            60,
            [State(10, 0, 50), State(20, 50, None, 10)],
            id="a change begins when it is first seen",
        ),
        pytest.param([Span(A, 0, 0, 1), Span(C, 50, 50, 1)], 60, [State(10, 0)], id="other bytes that say the same"),
        pytest.param(
            [Span(A, 0, 0, 1), Span(B, UNWATCHED, UNWATCHED, 1)],
            UNWATCHED,
            [State(10, 0, UNWATCHED), State(20, UNWATCHED, None, 10)],
            id="the next answer in the last second of the hold",
        ),
        pytest.param(
            [Span(A, 0, 0, 1), Span(B, UNWATCHED + 1, UNWATCHED + 1, 1)],
            UNWATCHED + 1,
            [
                State(10, 0, UNWATCHED),
                State(None, UNWATCHED, UNWATCHED + 1, 10),
                State(20, UNWATCHED + 1, None, 10),
            ],
            id="unknown in between",
        ),
        pytest.param(
            [Span(A, 0, 0, 1, 5), Span(A, FAILING + 9, FAILING + 9, 1)],
            FAILING + 9,
            [
                State(10, 0, FAILING, held=True),
                State(None, FAILING, FAILING + 9, 10),
                State(10, FAILING + 9, None, 10),
            ],
            id="the same answer after an outage opens a new state",
        ),
        pytest.param(
            [Span(A, 0, 0, 1, 5), Span(B, 9, 9, 1)],
            9,
            [State(10, 0, 9, held=True), State(20, 9, None, 10)],
            id="held until the change",
        ),
    ],
)
def test_states(spans: list[Span], horizon: int, expected: list[State]) -> None:
    found = states_of(spans, POLICIES, HOLD, horizon)
    assert [replace(state, body=None, body_before=None, not_before=None, relayed=False) for state in found] == expected


def test_what_a_state_says_of_the_answers_around_its_beginning() -> None:
    spans = [
        Span(A, 0, 5, 2, None, 1, 2),
        Span(B, 9, 9, 1, None, 2, 2),
        Span(C, 12, 14, 2, None, 1, 3),
        Span(A, 14 + UNWATCHED + 1, 14 + UNWATCHED + 1, 1, None, 3, 3),
    ]
    first, second, third, gap, last = states_of(spans, {A: 10, B: 20, C: 30}, HOLD, spans[-1].last_seen)
    assert (first.body, first.body_before, first.not_before, first.relayed) == (A, None, None, False)
    assert (second.body, second.body_before, second.not_before, second.relayed) == (B, A, 5, False)
    assert (third.body, third.body_before, third.not_before, third.relayed) == (C, B, 9, True)
    assert (gap.policy, gap.body, gap.body_before, gap.not_before) == (None, None, None, None)
    assert (last.body, last.body_before, last.not_before, last.relayed) == (A, C, 14, False)


def test_of_one_second_the_lowest_rank_wins_then_the_smallest_tie() -> None:
    own, archive = Check(5, A, 0, b"z"), Check(5, B, 2, b"a")
    assert winners([archive, own]) == winners([own, archive]) == [own]
    small, large = Check(7, A, 2, b"a"), Check(7, B, 2, b"b")
    assert winners([large, own, small, own]) == [own, small]


def test_first_between_is_open_at_both_ends() -> None:
    assert first_between([1, 5, 9], 1, 9) == 5
    assert first_between([1, 9], 1, 9) is None
    assert first_between([1, 9], 1, None) == 9
    assert first_between([], 0, None) is None


def test_policy_at_the_edges_of_states() -> None:
    states = [State(10, 5, 9), State(None, 9, 12, 10), State(20, 12, None, 10)]
    assert [policy_at(states, at) for at in (4, 5, 8, 9, 11, 12, 10**12)] == [None, 10, 10, None, None, 20, 20]
    assert policy_at([], 5) is None
    assert policy_at([State(10, 5, 9)], 9) is None


def test_a_day_begins_at_midnight_utc() -> None:
    assert [day_of(at) for at in (0, DAY - 1, DAY, -1)] == [0, 0, 1, -1]


# Against a model that goes through a short time second by second

SHORT = Hold(failing=3, unwatched=6)
LENGTH = 40
Histories = st.tuples(
    st.lists(st.builds(Check, st.integers(0, LENGTH), st.sampled_from([A, B, C]), st.integers(0, 2))),
    st.lists(st.integers(0, LENGTH), max_size=6),
    st.integers(0, 10),
)


def second_by_second(seen: Sequence[Check], failures: set[int], until: int) -> list[int | None]:
    """The policy in each second up to `until`; knows what comes later only to see whether an outage ends in time."""
    answers = {check.at: check.body for check in seen}
    line: list[int | None] = []
    for now in range(until + 1):
        last = max((at for at in answers if at <= now), default=None)
        if last is None:
            line.append(None)
            continue
        following = min((at for at in answers if at > now), default=None)
        gap = range(last + 1, until + 1 if following is None else following)
        failed = [at for at in gap if at in failures]
        over = min(last + 6, max(last + 3, failed[0])) if failed else last + 6
        end = until if following is None else following
        line.append(POLICIES[answers[last]] if end <= over or now < over else None)
    return line


def the_rest(history: tuple[list[Check], list[int], int]) -> tuple[list[Check], list[int], int]:
    seen, failures, later = history
    horizon = max([check.at for check in seen] + failures + [0]) + later
    return winners(seen), sorted(failures), horizon


@settings(max_examples=400, deadline=None)
@given(Histories)
def test_states_are_those_of_the_model(history: tuple[list[Check], list[int], int]) -> None:
    seen, failures, horizon = the_rest(history)
    states = states_of(spans_of(seen, failures, SHORT), POLICIES, SHORT, horizon)
    line = [policy_at(states, at) for at in range(horizon + 1)]
    assert line == second_by_second(seen, set(failures), horizon)


@settings(max_examples=400, deadline=None)
@given(Histories)
def test_spans_partition_the_checks(history: tuple[list[Check], list[int], int]) -> None:
    seen, failures, _ = the_rest(history)
    spans = spans_of(seen, failures, SHORT)
    assert sum(span.checks for span in spans) == len(seen)
    for span in spans:
        inside = [check for check in seen if span.first_seen <= check.at <= span.last_seen]
        assert len(inside) == span.checks
        assert {check.body for check in inside} == {span.body}
        assert (inside[0].at, inside[-1].at) == (span.first_seen, span.last_seen)
    for left, right in pairwise(spans):
        assert left.body != right.body or right.first_seen > left.held_until(SHORT)


@settings(max_examples=400, deadline=None)
@given(Histories)
def test_states_tile_time(history: tuple[list[Check], list[int], int]) -> None:
    seen, failures, horizon = the_rest(history)
    states = states_of(spans_of(seen, failures, SHORT), POLICIES, SHORT, horizon)
    assert bool(states) == bool(seen)
    if not states:
        return
    assert states[0].valid_from == seen[0].at
    assert states[0].policy is not None
    assert states[-1].valid_to is None
    known = None
    for left, right in pairwise(states):
        assert left.valid_from < right.valid_from
        assert left.valid_to == right.valid_from
        assert left.policy != right.policy
    for state in states:
        assert state.before == known
        known = state.policy if state.policy is not None else known


@settings(max_examples=200, deadline=None)
@given(Histories, st.randoms())
def test_the_order_of_checks_does_not_matter(history: tuple[list[Check], list[int], int], random: st.randoms) -> None:
    seen, _, _ = history
    shuffled = list(seen)
    random.shuffle(shuffled)
    # Checks that agree in second, rank and tie differ by arrival alone; the store never makes two of them.
    distinct = {(check.at, check.rank): check for check in seen}
    assert winners(distinct.values()) == winners([c for c in shuffled if distinct[c.at, c.rank] is c])
