"""Published figures held against a history: what can be counted again, on which panel, and why the results differ.

A claim is somebody else's number with its population, definition and denominator. It is counted again twice on the
same panel and day: as its publisher counts, as near as our definitions come, and as we do. The first leaves the list,
the date and the unknown sites as reasons for a gap; what parts the two is definition and denominator. A panel that is
not such a list as theirs, or has no data near their date, cannot check a claim: the counts are given, and no verdict.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import NamedTuple

from tracker.core.agents import Precision
from tracker.core.claims import ANY_AGENT, Obstacle, as_known
from tracker.core.definitions import DEFINITIONS, HEADLINE
from tracker.core.estimate import Counts, Denominator, Share, share

FAR = 92
"""Days from which on another date is no check: as long as an answer counts that nobody has looked at again."""


_NEARLY = 1.0  # points: a gap below it is told as near, though the verdict is above or below


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a claim: whose block, what share (per cent, None: none is stated), and how it is counted.

    `day` is the claim's, no more exactly than `precision`.
    """

    subject: str
    percent: float | None
    population: str
    definition: str
    denominator: str
    counted_as: str = ""
    counted_of: Denominator = Denominator.READABLE_OR_ABSENT
    top: int | None = None
    sector: str = ""
    obstacle: Obstacle | None = None
    day: str = ""
    precision: Precision = Precision.DAY


@dataclass(frozen=True, slots=True)
class Seen:
    """What a history holds for one figure on one panel, or on a part of it, on the nearest day with data.

    `top` and `sector` say which part was counted (None, "": all of it). `theirs` and `ours` are the counts under their
    definition and under ours; None: no definition comes near, or the history knows none of the agents. `days`: how far
    the day is from the claim's date, positive if later, 0 within its day, month or year. `documented`: first day of the
    agent, None if unknown or of several. `population`: what the panel says that it stands for; `ranked`: whether its
    sites bear ranks.
    """

    panel: str
    title: str
    sample: bool
    top: int | None
    sector: str
    day: str
    days: int
    members: int
    unknown: int
    theirs: Counts | None
    ours: Counts | None
    agents: tuple[str, ...] = ()
    documented: str | None = None
    population: str = ""
    ranked: bool = False


class Verdict(StrEnum):
    """How a published figure stands to ours of the same rule: within the bounds of ours, above or below them.

    `UNLIKE`: the panel is no such list, or has no data near the date. `UNCHECKED`: no panel could check it.
    """

    WITHIN = "within"
    ABOVE = "above"
    BELOW = "below"
    OURS_ONLY = "ours only"
    NO_DATA = "no data"
    UNLIKE = "cannot be checked with this panel"
    UNCHECKED = "cannot be checked"


@dataclass(frozen=True, slots=True)
class Answer:
    """A figure counted again. `difference`: our points under their rule minus the published ones.

    `plainly` is the answer to "so is it true?" in one or two sentences.
    """

    verdict: Verdict
    theirs: Share | None = None
    ours: Share | None = None
    difference: float | None = None
    reasons: tuple[str, ...] = ()
    plainly: str = ""


def answer(figure: Figure, seen: Seen | None) -> Answer:
    """Hold a published figure against what a history holds, with every reason for a gap in words."""
    obstacle = figure.obstacle or (Obstacle.FIGURE if figure.percent is None else None)
    if obstacle is not None or figure.percent is None:
        words = (obstacle or Obstacle.FIGURE).words
        return Answer(
            Verdict.UNCHECKED, reasons=(words,), plainly=f"It cannot be checked with any panel of sites: it is {words}."
        )
    if seen is None:
        nothing = "the history has no panel of which anything is known"
        return Answer(Verdict.NO_DATA, reasons=(nothing,), plainly=f"This history cannot say: {nothing}.")
    theirs = share(seen.theirs, figure.counted_of, seen.sample) if seen.theirs else None
    ours = share(seen.ours, sample=seen.sample) if seen.ours else None
    found = None if theirs is None or theirs.value is None else round(100 * theirs.value - figure.percent, 3)
    verdict, unlike = _verdict(figure.percent, theirs, ours), "; ".join(_unlike(figure, seen))
    reasons = tuple(_reasons(figure, seen, theirs, ours))
    if unlike and verdict is not Verdict.NO_DATA:
        verdict, reasons = Verdict.UNLIKE, (f"this panel cannot check it: {unlike}", *reasons)
    return Answer(
        verdict, theirs, ours, found, reasons, _plainly(figure, seen, verdict, unlike, (theirs, ours), reasons)
    )


def _plainly(
    figure: Figure,
    seen: Seen,
    verdict: Verdict,
    unlike: str,
    counted: tuple[Share | None, Share | None],
    reasons: tuple[str, ...],
) -> str:
    if verdict is Verdict.UNLIKE:
        return f"It cannot be checked with this panel ({seen.panel}): {unlike}."
    if verdict is Verdict.OURS_ONLY:
        return "This history cannot say: their rule is not known well enough to count by it; by ours, see below."
    theirs, ours = counted
    if verdict is Verdict.NO_DATA or theirs is None or theirs.value is None or figure.percent is None:
        return f"This history cannot say: {reasons[-1]}."
    found = round(100 * theirs.value - figure.percent, 3)
    # Their rule is what we take for it: it may not be published at all.
    rule = f"by the rule we take for theirs ({figure.counted_as})"
    ends = f"{100 * theirs.value:.1f} % here {rule}, {figure.percent:g} % claimed"
    ranks = "" if not figure.top or seen.ranked else ", and whether its sites are the most visited ones is not known"
    list_ = f"The list here is not theirs{ranks}: a gap may come of that alone."
    beside = _beside(theirs.value, ours)
    if verdict is Verdict.WITHIN:
        return f"This history bears it out: {ends}, as near as unknown sites and rounding tell{beside}. {list_}"
    gap = f"{abs(found):.1f} points {'less' if found < 0 else 'more'}"
    if abs(found) < _NEARLY:
        return f"This history comes near it: {ends}, {gap}{beside}. {list_}"
    return f"This history does not bear it out: {ends}, {gap}{beside}. {list_}"


def _beside(theirs: float, ours: Share | None) -> str:
    """The share by our own rule, where it is another one."""
    if ours is None or ours.value is None or f"{ours.value:.3f}" == f"{theirs:.3f}":
        return ""
    return f"; {100 * ours.value:.1f} % by ours ({HEADLINE})"


def _verdict(percent: float, theirs: Share | None, ours: Share | None) -> Verdict:
    if theirs is None:
        return Verdict.NO_DATA if ours is None or ours.value is None else Verdict.OURS_ONLY
    if theirs.interval is None:
        return Verdict.NO_DATA
    least, most = _rounded_from(percent)
    low, high = (round(100 * edge, 3) for edge in (theirs.interval.low, theirs.interval.high))
    return Verdict.ABOVE if least > high else Verdict.BELOW if most < low else Verdict.WITHIN


def _rounded_from(percent: float) -> tuple[float, float]:
    """The least and the most that a published figure may have been rounded from: half a unit of its last digit."""
    decimals = len(f"{percent:g}".partition(".")[2])
    half = 0.5 * 10**-decimals
    return round(percent - half, decimals + 1), round(percent + half, decimals + 1)


def _unlike(figure: Figure, seen: Seen) -> Iterator[str]:
    """Why this panel cannot stand for their population and date; nothing if it can."""
    if figure.sector and not seen.sector:
        yield f"it names no site of sector {figure.sector}"
    elif figure.top and not _near(figure.top, seen.members):
        yield f"it holds no ranking of {figure.top:,} sites"
    elif figure.top and seen.population.startswith("none"):
        yield f"it is no ranking (its population: {seen.population})"
    elif not figure.top and not figure.sector:
        yield "theirs is a list of its own, no ranking and no sector"
    if abs(seen.days) > FAR:
        yield f"it has no data within {FAR} days of theirs"


def _reasons(figure: Figure, seen: Seen, theirs: Share | None, ours: Share | None) -> Iterator[str]:
    yield _other_list(figure, seen)
    if figure.top and not seen.ranked and _near(figure.top, seen.members):
        yield "ours bears no ranks: whether its sites are their top is for you to know"
    if seen.days:
        side = "after" if seen.days > 0 else "before"
        yield f"another date: {seen.day}, {abs(seen.days)} days {side} {_when(figure)}"
    if seen.unknown:
        part = 100 * seen.unknown / seen.members
        yield f"{seen.unknown:,} of {seen.members:,} sites ({part:.1f} %) are unknown on that day"
    if ours is None:
        if seen.unknown < seen.members:
            yield f"the agents of this history do not include {figure.subject}"
        return
    if theirs is None:
        yield f"no definition of ours comes near theirs ({figure.definition}): only ours is counted"
    else:
        yield f"their definition ({figure.definition}) is taken as {figure.counted_as}"
        yield f"their denominator ({figure.denominator}) is taken as {figure.counted_of.sites}"
    if figure.subject == ANY_AGENT:
        yield f"any AI crawler is taken as any of {', '.join(seen.agents)}"
    elif seen.documented is not None and seen.day < seen.documented:
        yield f"{figure.subject} was documented on {seen.documented}, later than that day: only what * says is counted"
    yield from _parted(theirs, ours)


def _when(figure: Figure) -> str:
    if figure.precision is Precision.DAY:
        return "theirs"
    return f"their {figure.precision} ({as_known(figure.day, figure.precision)})"


def _other_list(figure: Figure, seen: Seen) -> str:
    parts = [f"the first {seen.top:,} by rank"] if seen.top else []
    parts += [f"sector {seen.sector}"] if seen.sector else []
    part = f", of it {' and '.join(parts)}" if parts else ""
    return (
        f"another list: theirs is {figure.population}, ours panel {seen.panel} ({seen.title}){part}, "
        f"{seen.members:,} sites"
    )


def _near(size: int, members: int) -> bool:
    """Whether two lists are about equally long: one not more than twice the other."""
    return size <= 2 * members and members <= 2 * size


def _parted(theirs: Share | None, ours: Share) -> Iterator[str]:
    """What definition and denominator make of it: the same sites on the same day."""
    if theirs is not None and theirs.value is not None and ours.value is not None:
        points = 100 * (ours.value - theirs.value)
        yield (
            f"definition and denominator make {points:+.1f} points: ours ({HEADLINE}) is that "
            f"{DEFINITIONS[HEADLINE].sentence}, of {Denominator.READABLE_OR_ABSENT.sites}"
        )


class Fit(NamedTuple):
    """How badly a panel stands for a population; the least fits best."""

    other_sector: bool
    other_length: float
    days: int
    fewer: int


def fit(figure: Figure, seen: Seen) -> Fit:
    """Which of several panels to answer with: its sector, its length beside a ranking's, nearness in time, size."""
    length = abs(log(seen.members / figure.top)) if figure.top and seen.members else 0.0
    return Fit(bool(figure.sector) and not seen.sector, round(length, 1), abs(seen.days), -seen.members)


def best(figure: Figure, panels: Sequence[Seen]) -> Seen | None:
    """The panel that stands best for a figure's population; None without any."""
    return min(panels, key=lambda seen: (fit(figure, seen), seen.panel), default=None)
