"""A row of view `shares` as a figure: per cent of a stated denominator, with its bounds."""

from collections.abc import Mapping
from typing import Any

from tracker.core.estimate import Counts, Denominator, percent, share

FIGURES = ("percent", "low", "high", "n", "blocked", "blocked_named", "blocked_wildcard")


def counts(row: Mapping[str, Any]) -> Counts:
    """The counts of a row of `shares`; those of held sites too, if it has them."""
    held = (row.get("held", 0), row.get("blocked_held", 0))
    return Counts(row["members"], row["readable"], row["absent"], row["unknown"], row["blocked"], *held)


def figure(row: Mapping[str, Any], kind: Denominator, sample: bool) -> dict[str, Any]:
    """`FIGURES` of a row: the share and its interval in per cent (None: nothing known), n, and who is counted how."""
    found = share(counts(row), kind, sample)
    interval = found.interval
    named = row["blocked_named"] - (row.get("blocked_named_held", 0) if kind is Denominator.ANSWERED else 0)
    return {
        "percent": percent(found.value),
        "low": percent(interval.low if interval else None),
        "high": percent(interval.high if interval else None),
        "n": found.n,
        "blocked": found.blocked,
        "blocked_named": named,
        "blocked_wildcard": found.blocked - named,
    }


def bounds_in_words(row: Mapping[str, Any], kind: Denominator, sample: bool) -> str:
    """What the bounds of a figure stand for."""
    if sample:
        return "95 % Wilson score interval, for the panel is a sample"
    unsure = counts(row).unsure(kind)
    if unsure == 0:
        return "the share itself, for no site is unknown"
    return f"the share if none or all of the sites that are unknown ({unsure}) are counted"
