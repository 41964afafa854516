"""From looks at a site's pages to what it signals there, over time.

A *run* is a number of equal looks at one page by one source. Runs are of two lanes. An answer says what the page
signals: the page's content, or that there is none, which signals nothing. A look without an answer says nothing of the
page and ends nothing; what it may signal itself is a price (`crawler-price`, in the header of a 402), until the page
answers or another price is asked. The hold is that of core/intervals.py, and so are spans and states.

A run knows the moment of each of its looks. Looks of another lane, another source or a late arrival may lie between
two of them, and what these say ends where the next look was, never between two looks.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from tracker.core.intervals import DAY, Check, Hold, Span, spans_of, states_of, winners
from tracker.core.signals.signal import CRAWLER_PRICE, Signal

GAP = 30 * DAY
"""Two equal looks further apart than this (seconds) are of two runs, so that no run hides that nobody looked."""


class Said(NamedTuple):
    """A signal of a page as the history stores it: to one token, in which words.

    The fields are those of `tracker.core.signals.Signal`; `flags` are sorted and joined by spaces, `raw` is kept only
    where `value` is empty because the words are not understood.
    """

    kind: str
    key: str
    value: str
    token: str
    path: str
    flags: str
    raw: str
    source: str


@dataclass(frozen=True, slots=True)
class Run:
    """Equal looks at a page by one source, each at its moment (UTC seconds), at most `GAP` apart.

    `answers`: whether they say what the page says. `rank` and `name` are the precedence of the source in one second.
    """

    looks: Sequence[int]
    answers: bool
    said: frozenset[Said] = frozenset()
    rank: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Signalled:
    """That something was said over [valid_from, valid_to) (None: still), and when it was last seen."""

    said: Said
    valid_from: int
    valid_to: int | None
    last_seen: int


def said_by(signals: Iterable[Signal], answers: bool) -> frozenset[Said]:
    """What the signals of one look say; of one that is no answer only a price."""
    return frozenset(
        Said(
            signal.kind,
            signal.key,
            signal.value,
            token,
            signal.path,
            " ".join(sorted(signal.flags)),
            "" if signal.value else signal.raw,
            signal.source,
        )
        for signal in signals
        if answers or signal.kind == CRAWLER_PRICE
        for token in signal.agents
    )


def fingerprint(said: frozenset[Said]) -> bytes:
    """What tells one set of signals from another; empty for none."""
    if not said:
        return b""
    text = "\x1e".join(sorted("\x1f".join(one) for one in said))
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def is_price(said: Said) -> bool:
    """Whether it belongs to the lane of the looks without an answer."""
    return said.kind == CRAWLER_PRICE


def signalled(runs: Sequence[Run], hold: Hold, horizon: int) -> list[Signalled]:
    """All that a page signals over time, from all runs of looks at it. `horizon` as in `intervals.states_of`."""
    silent = [run for run in runs if not run.answers and not run.said]
    refused = [run for run in runs if not run.answers and run.said]
    answered = [run for run in runs if run.answers]
    no_price = [replace(run, said=frozenset()) for run in answered]
    prices = _in_lane([*refused, *no_price], silent, hold, horizon) if refused else []
    return sorted([*_in_lane(answered, [*silent, *refused], hold, horizon), *prices], key=_order)


def _order(one: Signalled) -> tuple[Said, int]:
    return one.said, one.valid_from


def _in_lane(answers: Sequence[Run], failures: Sequence[Run], hold: Hold, horizon: int) -> list[Signalled]:
    sets = {run.said: number for number, run in enumerate(answers, 1)}
    of_number = {number: said for said, number in sets.items()}
    checks = winners(
        Check(at, sets[run.said], run.rank, fingerprint(run.said) + run.name.encode())
        for run in answers
        for at in run.looks
    )
    failed = sorted({at for run in failures for at in run.looks})
    spans = spans_of(checks, failed, hold)
    found: list[Signalled] = []
    for said in sorted(frozenset().union(*sets)):
        found += _stretches(said, spans, of_number, hold, horizon)
    return found


def _stretches(
    said: Said, spans: Sequence[Span], of_number: dict[int, frozenset[Said]], hold: Hold, horizon: int
) -> Iterator[Signalled]:
    """Where one signal holds: known states are 1 with it and 0 without, so that neighbours of one kind are one."""
    has = {number: int(said in one) for number, one in of_number.items()}
    for state in states_of(spans, has, hold, horizon):
        if state.policy == 1:
            seen = (
                span.last_seen
                for span in spans
                if has[span.body] and state.valid_from <= span.first_seen and not _is_after(span, state.valid_to)
            )
            yield Signalled(said, state.valid_from, state.valid_to, max(seen))


def _is_after(span: Span, end: int | None) -> bool:
    return end is not None and span.first_seen >= end
