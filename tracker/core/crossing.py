"""When demand first reaches supply: the solver of the projection."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.core.exhaustion import Array, Curves, Indices, Number, take

# In ln tokens: some 1e-11 years where demand outgrows supply by 0.8 a year, 1e-8 where it does so by a thousandth.
_GAP_TOLERANCE = 1e-11
# Leaving out fewer finished draws than this costs more than it saves.
_WORTH_LEAVING = 500
_ROUNDS = 60
# Draws solved at a time, as many as stay in a core's cache.
_BLOCK = 20_000


def solve(curves: Curves, horizon: float) -> Array:
    """Years in which each draw's demand first reaches its supply, shape (curves.draws,).

    +inf if not before `horizon`, the start year if already. A walk over the nodes brackets the first crossing,
    then regula falsi closes in on the curves themselves.
    """
    years = np.empty(curves.draws)
    for first in range(0, curves.draws, _BLOCK):
        block = slice(first, min(first + _BLOCK, curves.draws))
        part = take(curves, block)
        bracket = _first_crossing(part, _nodes(part, horizon - part.start))
        years[block] = part.start + _close_in(part, bracket)
    return years


def _nodes(c: Curves, end: float) -> Sequence[Number]:
    """Where the walk looks: every year, the jump of overtraining, where all bend; straight lines only where they do."""
    jump = min(max(c.jump, 0.0), end)
    if c.straight:
        bend = np.clip(c.bend, 0.0, end)
        return [0.0, np.minimum(bend, jump), np.maximum(bend, jump), end]
    bends = {bend for bend in c.breaks if 0 < bend < end}
    return sorted({float(year) for year in range(ceil(end))} | bends | {jump, end})


@dataclass(frozen=True)
class _Bracket:
    """Per draw: the ends between which the gap first closes, +inf if never, and the gap at either."""

    left: Array
    right: Array
    gap_left: Array
    gap_right: Array

    def take(self, draws: Indices) -> "_Bracket":
        return _Bracket(self.left[draws], self.right[draws], self.gap_left[draws], self.gap_right[draws])


def _first_crossing(c: Curves, nodes: Sequence[Number]) -> _Bracket:
    """The first step of the walk in which the gap of each draw closes."""
    found = _Bracket(*np.full((4, c.draws), np.inf))
    index, waiting = np.arange(c.draws), np.ones(c.draws, dtype=bool)
    before = c.gap(0.0, c.jump <= 0)
    for left, right in pairwise(nodes):
        boosted = left >= c.jump
        if np.any(left == c.jump):
            before = c.gap(left, boosted)
        after = c.gap(right, boosted)
        # By index, not by mask: numpy gathers that way several times faster.
        hit = np.flatnonzero(waiting & ((before >= 0) | (after >= 0)))
        draws, waiting[hit] = index[hit], False
        found.left[draws], found.right[draws] = _at(left, hit), _at(right, hit)
        found.gap_left[draws], found.gap_right[draws] = before[hit], after[hit]
        kept = np.flatnonzero(waiting)
        if kept.size == 0:
            break
        before = after
        # Most draws cross within a few years: leaving them out afterwards is what makes the walk cheap.
        if _worth(kept, waiting) and not c.straight:
            c, index, before, waiting = take(c, kept), index[kept], before[kept], waiting[kept]
    return found


def _worth(kept: Indices, of: NDArray[Any]) -> bool:
    return of.size - kept.size > max(_WORTH_LEAVING, of.size / 5)


def _at(node: Number, draws: Indices) -> Number:
    return node[draws] if isinstance(node, np.ndarray) and node.ndim else node


def _close_in(c: Curves, b: _Bracket) -> Array:
    """Roots within their brackets by the Illinois rule; one round is exact where the curves are straight."""
    # A gap closed at the left end already (used up at the start, or a jump) has its root there.
    roots, index = b.left.copy(), np.flatnonzero(b.gap_left < 0)
    c, b, side = take(c, index), b.take(index), np.zeros(index.size)
    boosted = b.left >= c.jump
    for _ in range(_ROUNDS):
        x = b.left - b.gap_left * (b.right - b.left) / (b.gap_right - b.gap_left)
        gap = c.gap(x, boosted)
        roots[index] = x
        wide = np.flatnonzero(np.abs(gap) > _GAP_TOLERANCE)
        if wide.size == 0:
            break
        side = _narrow(b, x, gap, side)
        if _worth(wide, index):
            index, c, b, side, boosted = index[wide], take(c, wide), b.take(wide), side[wide], boosted[wide]
    return roots


def _narrow(b: _Bracket, x: Array, gap: Array, last: Array) -> Array:
    """Move the end of its sign to `x`, in place; the other, if kept twice running, counts half from now on."""
    side = np.sign(gap)
    below, above = np.flatnonzero(gap < 0), np.flatnonzero(gap >= 0)
    b.left[below], b.gap_left[below] = x[below], gap[below]
    b.right[above], b.gap_right[above] = x[above], gap[above]
    stuck = side == last
    b.gap_right[below[stuck[below]]] /= 2
    b.gap_left[above[stuck[above]]] /= 2
    return side
