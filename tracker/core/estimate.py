"""Shares and how sure they are.

The uncertainty of a share depends on what the panel is. A census (the top 1,000 *are* the population) has no sampling
error: what is unsure is the sites whose answer is unknown, so the share lies between the case in which none of them
blocks and the case in which all do (partial identification, Manski 2003). Only a panel that declares itself a sample
of a named population gets a Wilson score interval (Wilson 1927).
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt


class Denominator(StrEnum):
    """Of what a share is a share. `readable_or_absent` is the headline: a missing file is an answer (404 allows).

    - `members`: every site of the panel, answered or not.
    - `answered`: sites that answered when they were last looked at; those whose earlier answer is held are left out.
    - `readable`: sites whose robots.txt is known and exists.
    - `readable_or_absent`: these, and the sites known to have none.
    """

    MEMBERS = "members"
    ANSWERED = "answered"
    READABLE = "readable"
    READABLE_OR_ABSENT = "readable_or_absent"

    @property
    def sites(self) -> str:
        """The sites it counts, in words."""
        return _SITES[self]


_SITES = {
    Denominator.MEMBERS: "sites of the panel",
    Denominator.ANSWERED: "sites that answered the last look at them",
    Denominator.READABLE: "sites with a readable robots.txt",
    Denominator.READABLE_OR_ABSENT: "sites readable or without a robots.txt",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Sites of a panel on one day: all members, and what is known of them.

    `held` of the known sites did not answer when they were last looked at (their earlier answer still holds), and
    `blocked_held` of the blocked ones are among these.
    """

    members: int
    readable: int
    absent: int
    unknown: int
    blocked: int
    held: int = 0
    blocked_held: int = 0

    def denominator(self, kind: Denominator) -> int:
        """How many sites the share is of."""
        known = self.readable + self.absent
        return {
            Denominator.MEMBERS: self.members,
            Denominator.ANSWERED: known - self.held,
            Denominator.READABLE: self.readable,
            Denominator.READABLE_OR_ABSENT: known,
        }[kind]

    def numerator(self, kind: Denominator) -> int:
        """How many of these block."""
        return self.blocked - self.blocked_held if kind is Denominator.ANSWERED else self.blocked

    def unsure(self, kind: Denominator) -> int:
        """How many sites outside of those whose answer counts could block or not."""
        return self.unknown + self.held if kind is Denominator.ANSWERED else self.unknown


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval of shares in [0, 1] and what it stands for."""

    low: float
    high: float
    kind: str

    @property
    def middle(self) -> float:
        """Half of the way from end to end."""
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Share:
    """`blocked` of `n` sites; `value` is None when nothing is known (`n` = 0): unknown is not zero."""

    blocked: int
    n: int
    value: float | None
    interval: Interval | None


def percent(share: float | None) -> float | None:
    """A share in per cent, to three places; None, which is unknown, stays so."""
    return None if share is None else round(100 * share, 3)


def share(counts: Counts, kind: Denominator = Denominator.READABLE_OR_ABSENT, sample: bool = False) -> Share:
    """The share that blocks, with its interval: bounds by the unknown sites for a census, Wilson for a sample."""
    n, blocked, unsure = counts.denominator(kind), counts.numerator(kind), counts.unsure(kind)
    if n <= 0:
        return Share(blocked, n, None, None)
    known = n - unsure if kind is Denominator.MEMBERS else n
    interval = wilson(blocked, n) if sample else bounds(blocked, known, unsure)
    return Share(blocked, n, blocked / n, interval)


def bounds(blocked: int, known: int, unknown: int) -> Interval | None:
    """Share if none of the unknown sites blocks, and if all of them do."""
    total = known + unknown
    if total <= 0:
        return None
    return Interval(blocked / total, (blocked + unknown) / total, "bounds by the unknown sites")


def wilson(successes: float, n: float, z: float = 1.959963984540054) -> Interval:
    """Wilson's score interval for a proportion (95 % by default). Source: Wilson, JASA 22 (1927) 209-212.

    `n` may be an effective number, and then `successes` are that times the share.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"no proportion: {successes} of {n}")
    p = successes / n
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale
    return Interval(max(0.0, centre - half), min(1.0, centre + half), "95 % Wilson score interval")
