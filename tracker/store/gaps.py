"""The moments of the looks of a run as its row holds them: the seconds between each and the next, in three octets.

Which moments they were cannot be told from anything else in a history: a crawl's bitmaps are of robots.txt, and a
merged run may be of crawls that were not handed over.
"""

from collections.abc import Iterable
from itertools import accumulate, pairwise

_OCTETS = 3
_LONGEST = (1 << 8 * _OCTETS) - 1  # seconds: 194 days, and tracker.core.site_signals.GAP is 30


def packed(moments: Iterable[int]) -> bytes:
    """The gaps between ascending moments (UTC seconds). Raises ValueError for others, or a gap of half a year."""
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    if not all(0 < gap <= _LONGEST for gap in gaps):
        raise ValueError("moments out of order, or too far apart for one run")
    return b"".join(gap.to_bytes(_OCTETS, "little") for gap in gaps)


def unpacked(first: int, last: int, checks: int, gaps: bytes) -> list[int]:
    """All moments of a run. Raises ValueError if the gaps do not lead from `first` to `last` in so many looks."""
    if len(gaps) != _OCTETS * (checks - 1):
        raise ValueError(f"{len(gaps)} octets of gaps between {checks} looks")
    each = (int.from_bytes(gaps[place : place + _OCTETS], "little") for place in range(0, len(gaps), _OCTETS))
    found = list(accumulate(each, initial=first))
    if found[-1] != last or any(earlier == later for earlier, later in pairwise(found)):
        raise ValueError(f"its looks lead to {found[-1]} and not to {last} (UTC seconds)")
    return found
