"""From looks at a page to what it signals over time, held against a model that goes through moments."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.signal_model import Look, expected
from tracker.core.intervals import DAY, Hold
from tracker.core.pages import page_signals
from tracker.core.signals.signal import CRAWLER_PRICE, Signal
from tracker.core.site_signals import GAP, Run, Said, Signalled, fingerprint, said_by, signalled
from tracker.core.visits import Target

HOLD = Hold()
START = 1_700_000_000


def said(key: str, kind: str = "robots-meta") -> Said:
    return Said(kind, key, "1", "*", "", "", "", "header")


NOAI, NOML, PRICE, DEAR = said("noai"), said("noml"), said("EUR 1", CRAWLER_PRICE), said("EUR 9", CRAWLER_PRICE)


def run(first: int, last: int, *what: Said, answers: bool = True, rank: int = 0) -> Run:
    """A run by days, looked at no more than it must be."""
    looks = [*range(START + first * DAY, START + last * DAY, GAP), START + last * DAY]
    return Run(looks, answers, frozenset(what), rank, f"source {rank}")


def days(runs: list[Run], horizon: int) -> list[tuple[str, int, int | None, int]]:
    """What is signalled, in days."""

    def day(at: int) -> int:
        return (at - START) // DAY

    return [
        (one.said.key, day(one.valid_from), None if one.valid_to is None else day(one.valid_to), day(one.last_seen))
        for one in signalled(runs, HOLD, START + horizon * DAY)
    ]


@pytest.mark.parametrize(
    ("runs", "horizon", "found"),
    [
        pytest.param([], 9, [], id="nothing seen"),
        pytest.param([run(0, 7, NOAI)], 9, [("noai", 0, None, 7)], id="still said"),
        pytest.param([run(0, 7, NOAI), run(8, 8)], 9, [("noai", 0, 8, 7)], id="no longer said, or page gone"),
        pytest.param(
            [run(0, 7, NOAI), run(8, 9, NOAI, NOML)], 9, [("noai", 0, None, 9), ("noml", 8, None, 9)], id="and more"
        ),
        pytest.param([run(0, 7, NOAI), run(8, 40, answers=False)], 36, [("noai", 0, None, 7)], id="held while failing"),
        pytest.param([run(0, 7, NOAI), run(8, 40, answers=False)], 40, [("noai", 0, 37, 7)], id="failing for too long"),
        pytest.param([run(0, 7, NOAI)], 99, [("noai", 0, None, 7)], id="held while nobody looks"),
        pytest.param([run(0, 7, NOAI)], 100, [("noai", 0, 99, 7)], id="nobody looked for too long"),
        pytest.param([run(0, 7, NOAI), run(95, 95, NOAI)], 99, [("noai", 0, None, 95)], id="again within the hold"),
        pytest.param(
            [run(0, 7, NOAI), run(110, 110, NOAI)], 120, [("noai", 0, 99, 7), ("noai", 110, None, 110)], id="too late"
        ),
        pytest.param([run(0, 365, NOAI)], 365, [("noai", 0, None, 365)], id="a year of looks"),
        pytest.param(
            [run(0, 9, NOAI), run(3, 5, NOML, rank=1)],
            9,
            [("noai", 0, 3, 0), ("noai", 9, None, 9), ("noml", 3, 9, 5)],
            id="another source in between",
        ),
        pytest.param(
            [run(0, 0, NOAI), run(0, 0, NOML, rank=1)], 1, [("noai", 0, None, 0)], id="of one second, the first"
        ),
        pytest.param([run(0, 2, PRICE, answers=False)], 9, [("EUR 1", 0, None, 2)], id="a price"),
        pytest.param(
            [run(0, 2, PRICE, answers=False), run(3, 3, answers=False)],
            9,
            [("EUR 1", 0, None, 2)],
            id="then silence",
        ),
        pytest.param(
            [run(0, 2, PRICE, answers=False), run(3, 3, DEAR, answers=False)],
            9,
            [("EUR 1", 0, 3, 2), ("EUR 9", 3, None, 3)],
            id="a dearer one",
        ),
        pytest.param(
            [run(0, 1, NOAI), run(2, 3, PRICE, answers=False), run(4, 4, NOAI)],
            9,
            [("EUR 1", 2, 4, 3), ("noai", 0, None, 4)],
            id="a price parts no words, an answer ends a price",
        ),
        pytest.param(
            [Run([START + day * DAY for day in (0, 7, 14, 21, 35)], True), run(28, 28, PRICE, answers=False)],
            35,
            [("EUR 1", 28, 35, 28)],
            id="a price ends where the page was looked at next",
        ),
        pytest.param(
            [run(0, 90, answers=False), run(20, 20, NOAI, rank=1)], 90, [("noai", 20, 50, 20)], id="while others fail"
        ),
    ],
)
def test_examples(runs: list[Run], horizon: int, found: list[tuple[str, int, int | None, int]]) -> None:
    assert days(runs, horizon) == found


STEPS = (0, 1, DAY, 7 * DAY, 29 * DAY, 30 * DAY, 30 * DAY + 1, 62 * DAY, 92 * DAY, 92 * DAY + 1)
HOLDS = (HOLD, Hold(5 * DAY, 9 * DAY), Hold(60 * DAY, 40 * DAY))


@st.composite
def histories(draw: st.DrawFn) -> list[Look]:
    """Looks of two sources; each answers in its own words more often than not, so that there are long runs."""
    found: dict[tuple[int, int], Look] = {}
    when = START
    for _ in range(draw(st.integers(0, 12))):
        when += draw(st.sampled_from(STEPS))
        rank = draw(st.integers(0, 1))
        answers = draw(st.sampled_from((True, True, False)))
        what = draw(st.frozensets(st.sampled_from((NOAI, NOML) if answers else (PRICE, DEAR)), max_size=2))
        found[when, rank] = Look(when, answers, what, rank, f"source {rank}")
    return list(found.values())


def as_runs(looks: list[Look], most: int = 10**9) -> list[Run]:
    """Looks of one source that say the same as one run, whatever lies between them; a run of `most` looks at most."""
    runs: dict[tuple[object, ...], list[list[int]]] = {}
    for at, *what in looks:
        parts = runs.setdefault(tuple(what), [[]])
        if len(parts[-1]) == most:
            parts.append([])
        parts[-1].append(at)
    return [Run(tuple(part), *what) for what, parts in runs.items() for part in parts]  # type: ignore[arg-type]


@given(histories(), st.sampled_from(HOLDS), st.sampled_from(STEPS), st.sampled_from((1, 2, 10**9)))
def test_however_looks_are_put_into_runs_they_say_what_the_rules_say(
    looks: list[Look], hold: Hold, later: int, most: int
) -> None:
    horizon = max((look.at for look in looks), default=START) + later
    assert signalled(as_runs(looks, most), hold, horizon) == expected(looks, hold, horizon)


@given(histories(), st.sampled_from(HOLDS))
def test_nothing_begins_or_ends_where_nobody_looked(looks: list[Look], hold: Hold) -> None:
    horizon = START + 1_500 * DAY
    times = {look.at for look in looks}
    held = {at + longest for at in times for longest in (hold.failing, hold.unwatched)}
    for one in signalled(as_runs(looks), hold, horizon):
        assert any(look.at == one.valid_from and one.said in look.said for look in looks)
        assert any(look.at == one.last_seen and one.said in look.said for look in looks)
        assert one.valid_to in times | held


@given(histories(), st.sampled_from(HOLDS))
def test_stretches_are_maximal_and_in_order(looks: list[Look], hold: Hold) -> None:
    found = signalled(as_runs(looks), hold, START + 1_500 * DAY)
    assert found == sorted(found, key=lambda one: (one.said, one.valid_from))
    for one, other in pairwise(found):
        if one.said == other.said:
            assert one.valid_to is not None
            assert one.valid_to < other.valid_from
    for one in found:
        assert one.valid_from <= one.last_seen
        assert one.valid_to is None or one.last_seen < one.valid_to


@given(histories())
def test_the_order_of_runs_does_not_matter(looks: list[Look]) -> None:
    runs = as_runs(looks)
    assert signalled(runs[::-1], HOLD, START + 500 * DAY) == signalled(runs, HOLD, START + 500 * DAY)


def test_what_a_look_says_as_it_is_stored() -> None:
    one = Signal(
        "content-usage", "train-ai", "", "header", ("a", "b"), "/x", 3, "odd", frozenset({"invalid", "conflict"})
    )
    other = Signal("robots-meta", "noai", "1", "html", raw="noai, nofollow")
    price = Signal(CRAWLER_PRICE, CRAWLER_PRICE, "EUR 1", "header", raw="EUR 1")
    assert said_by([one, other, price], answers=True) == {
        Said("content-usage", "train-ai", "", "a", "/x", "conflict invalid", "odd", "header"),
        Said("content-usage", "train-ai", "", "b", "/x", "conflict invalid", "odd", "header"),
        Said("robots-meta", "noai", "1", "*", "", "", "", "html"),
        Said(CRAWLER_PRICE, CRAWLER_PRICE, "EUR 1", "*", "", "", "", "header"),
    }
    assert {one.kind for one in said_by([one, other, price], answers=False)} == {CRAWLER_PRICE}


def test_fingerprints_tell_sets_apart_and_not_their_order() -> None:
    assert fingerprint(frozenset()) == b""
    both = frozenset({NOAI, NOML})
    assert fingerprint(both) == fingerprint(frozenset({NOML, NOAI}))
    assert len({fingerprint(one) for one in (both, frozenset({NOAI}), frozenset({NOML}))}) == 3


def test_signals_are_read_from_what_is_kept_alone() -> None:
    head = b'<html><head><meta name="robots" content="noai"></head>'
    fields = (("Content-Usage", "train-ai=n"), ("crawler-price", "EUR 1"))
    found = said_by(page_signals(Target.HOME, fields, 200, head), True)
    assert {(one.kind, one.source) for one in found} == {("robots-meta", "html"), ("content-usage", "header")}
    assert {one.kind for one in page_signals(Target.HOME, fields, 402, None)} >= {CRAWLER_PRICE}
    assert page_signals(Target.LLMS, fields, 200, None) == ()
    assert [one.kind for one in page_signals(Target.LLMS, fields, 200, b"# Hello")] == ["llms.txt"]


def test_signalled_says_nothing_of_nobody() -> None:
    assert signalled([run(0, 5), run(6, 6, answers=False)], HOLD, START + 9 * DAY) == list[Signalled]()
