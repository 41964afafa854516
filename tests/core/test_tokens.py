"""From sites to tokens: three-valued logic, bounds, tiers, and the two published figures that agree."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.tokens import (
    Layer,
    Site,
    TokenCounts,
    by_sector,
    by_tier,
    either,
    head_tail,
    names_of,
    parents,
    point,
    restricted,
    tier,
)

BLOCKED = st.sampled_from([True, False, None])
WEIGHTS = st.integers(0, 10**15)
SITES = st.lists(st.tuples(WEIGHTS, BLOCKED), max_size=30)


@given(BLOCKED, BLOCKED)
def test_either_is_what_holds_however_the_unknown_turns_out(first, second) -> None:
    """None stands for both: what they agree in is known, all else is not."""
    outcomes = {
        a or b
        for a in ([True, False] if first is None else [first])
        for b in ([True, False] if second is None else [second])
    }
    assert either(first, second) == either(second, first) == (outcomes.pop() if len(outcomes) == 1 else None)


@given(SITES, st.data())
def test_the_share_of_any_completion_lies_within_the_bounds(sites, data) -> None:
    found = restricted(sites)
    total = sum(weight for weight, _ in sites)
    if not total:
        assert (found.value, found.bounds, found.effective) == (None, None, 0)
        return
    completed = [(w, data.draw(st.booleans()) if blocked is None else blocked) for w, blocked in sites]
    share = sum(w for w, blocked in completed if blocked) / total
    bounds = found.bounds
    assert bounds.low <= share <= bounds.high or share == pytest.approx(bounds.high)
    # Both ends are reached: none or all of the unknown.
    for end, unknown in ((bounds.low, False), (bounds.high, True)):
        ends = sum(w for w, blocked in sites if (unknown if blocked is None else blocked)) / total
        assert end == pytest.approx(ends)
    if found.value is None:
        assert all(blocked is None for w, blocked in sites if w)
        assert (bounds.low, bounds.high) == (0, 1)
    else:
        assert bounds.low <= found.value <= bounds.high or found.value == pytest.approx(bounds.high)
        assert found.effective >= 1 - 1e-12
        assert found.effective <= found.known * (1 + 1e-12)


@given(SITES)
def test_equal_weights_are_the_share_of_sites(sites) -> None:
    ones = [(1, blocked) for _, blocked in sites]
    found, scaled = restricted(ones), restricted([(1e9, blocked) for blocked in (b for _, b in sites)])
    known = [blocked for _, blocked in sites if blocked is not None]
    assert (found.sites, found.known, found.blocked) == (len(sites), len(known), sum(known))
    assert found.unknown == len(sites) - len(known)
    assert found.effective == pytest.approx(len(known))
    if known:
        assert found.value == sum(known) / len(known) == pytest.approx(scaled.value)


def test_a_share_in_either_layer_is_one_number_only_if_nothing_is_unknown() -> None:
    some, all_ = restricted([(1, True), (1, None)]), restricted([(1, True), (1, False)])
    assert (point(some, Layer.EITHER), point(some, Layer.ROBOTS), point(some, Layer.TERMS)) == (None, 1, 1)
    assert point(all_, Layer.EITHER) == 0.5


def test_a_site_without_weight_does_not_count() -> None:
    found = restricted([(0, True), (0, None), (3, False), (1, True)])
    assert (found.sites, found.known, found.blocked, found.value) == (2, 2, 1, 0.25)
    assert found.effective == pytest.approx(16 / 10)


@pytest.mark.parametrize("weight", [-1, nan, inf])
def test_a_weight_that_is_none_is_refused(weight) -> None:
    with pytest.raises(ValueError, match="give a finite number of at least 0"):
        restricted([(weight, True)])


def test_the_two_published_figures_of_c4_agree() -> None:
    assert head_tail(0.1087, 0.28, 0.022) == pytest.approx(0.050, abs=5e-5)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_head_and_tail_mix(head_share, head, tail) -> None:
    found = head_tail(head_share, head, tail)
    assert min(head, tail) - 1e-12 <= found <= max(head, tail) + 1e-12


@pytest.mark.parametrize(
    ("shares", "name"), [((-0.1, 0, 0), "head_share"), ((0, 1.5, 0), "head"), ((0, 0, nan), "tail")]
)
def test_a_share_outside_of_zero_and_one_is_refused(shares, name) -> None:
    with pytest.raises(ValueError, match=f"^{name} .* write a number from 0 to 1"):
        head_tail(*shares)


def site(host: str, rank=None, sector="", robots=False, named=False, terms=None) -> Site:
    return Site(host, rank, sector, robots, named, terms)


def test_layers() -> None:
    by_star = site("a.example", robots=True, named=False)
    assert [by_star.blocked(layer) for layer in Layer] == [True, None, True]
    assert [by_star.blocked(layer, by_name=True) for layer in Layer] == [False, None, None]
    in_terms = site("b.example", terms=True)
    assert [in_terms.blocked(layer, by_name=True) for layer in Layer] == [False, True, True]
    unseen = site("c.example", robots=None, named=None, terms=False)
    assert [unseen.blocked(layer) for layer in Layer] == [None, False, None]


def test_tiers_and_sectors() -> None:
    ranks = {100: "1-100", 101: "101-1k", 1000: "101-1k", 10**4: "1k-10k", 10**5: "10k-100k"}
    ranks |= {10**6: "100k-1M", 10**6 + 1: "over 1M", None: "unranked"}
    assert {rank: tier(rank) for rank in ranks} == ranks
    sites = [site("a.example", None, "news"), site("b.example", 2000), site("c.example", 3, "art")]
    assert list(by_tier(sites)) == ["1-100", "1k-10k", "unranked"]
    assert list(by_sector(sites)) == ["art", "news", ""]
    assert by_tier(sites[:1]) == by_sector(sites[1:2]) == {}


def test_names_of_a_site() -> None:
    names = names_of(["a.example", "www.b.example", "c.example", "www.c.example"])
    assert names["www.a.example"] == "a.example"
    assert names["b.example"] == "www.b.example"
    # Both are in the panel: each is itself.
    assert (names["c.example"], names["www.c.example"]) == ("c.example", "www.c.example")
    assert list(parents("a.b.example")) == ["b.example", "example"]


def test_counts() -> None:
    counts = TokenCounts("x.csv", "tokens", {"a.example": 30, "b.example": 10, "c.example": 0}, total=80, rows=4)
    assert (counts.covered, counts.coverage) == (40, 0.5)
    assert counts.largest() == [("a.example", 30), ("b.example", 10)]
    assert counts.largest(1) == [("a.example", 30)]
