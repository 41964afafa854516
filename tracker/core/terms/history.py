"""From all looks at a page of terms to the texts that stood there, over time.

A text stands from its first look until another one does. A page that shows other words for a while, as sites do that
serve two variants in turn, has not changed its terms: such a look counts like a failure, which says nothing of the text
that stands. It does so for `Hold.failing` after that text was last seen; from then on, what the page shows is what it
says, whether or not it has been confirmed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.core.intervals import Check, Hold, Span, State, spans_of, states_of
from tracker.core.terms.changes import TermsChange


@dataclass(frozen=True, slots=True)
class Stood:
    """That a text stood over [valid_from, valid_to) (None: still), and when it was last seen. Times in UTC seconds."""

    text: str
    valid_from: int
    valid_to: int | None
    last_seen: int


def stood(
    looks: Sequence[tuple[int, str]], failures: Iterable[int], found: Iterable[TermsChange], hold: Hold, horizon: int
) -> list[Stood]:
    """The texts of a page over time; between them nothing is known.

    looks and found: what tracker.core.terms.changes took and gave. failures: the moments of the looks that could not be
    read. horizon: as in `intervals.states_of`.
    """
    passing = {change.first_seen for change in found if change.confirmed_at is None and change.after != change.before}
    numbers = {text: number for number, text in enumerate(dict.fromkeys(text for _, text in looks), 1)}
    texts = {number: text for text, number in numbers.items()}
    checks, passed = _sorted_out([(at, numbers[text]) for at, text in looks], passing, hold)
    spans = spans_of(checks, sorted([*failures, *passed]), hold)
    return [
        Stood(texts[state.policy], state.valid_from, state.valid_to, _last_seen(spans, state))
        for state in states_of(spans, {number: number for number in texts}, hold, horizon)
        if state.policy is not None
    ]


def _sorted_out(looks: Iterable[tuple[int, int]], passing: set[int], hold: Hold) -> tuple[list[Check], list[int]]:
    """The looks that say what stands, and the moments of those that do not."""
    checks: list[Check] = []
    passed: list[int] = []
    shown, is_passing = 0, False
    for at, number in looks:
        if number != shown:
            shown, is_passing = number, at in passing
        last = checks[-1] if checks else None
        if is_passing and last and last.body != number and at - last.at <= hold.failing:
            passed.append(at)
        else:
            checks.append(Check(at, number))
    return checks, passed


def _last_seen(spans: Iterable[Span], state: State) -> int:
    """When the text of a state was last seen: looks at other texts begin the next state."""
    return max(
        span.last_seen
        for span in spans
        if state.valid_from <= span.first_seen and (state.valid_to is None or span.first_seen < state.valid_to)
    )
