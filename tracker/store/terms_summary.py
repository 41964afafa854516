"""What the terms of a panel say as a whole: shares of the sites whose terms could be read, and how sure they are."""

from typing import TYPE_CHECKING, Any

from tracker.core.estimate import bounds, wilson
from tracker.core.terms import Category

if TYPE_CHECKING:
    from tracker.store.query import Reader


def summary(reader: "Reader", panel: str, is_sample: bool) -> dict[str, Any]:
    """The facts of a panel by the newest looks of the history, and of each category those of `_share`.

    date: of the newest look. n: sites with readable terms, the denominator. members: all. unknown: the others, with the
    reasons. A share is in per cent, None if no terms are readable.
    """
    found = {row["category"]: row for row in reader.terms_summary(panel).dicts()}
    because = {row["because"]: int(row["sites"]) for row in reader.terms_unknown(panel).dicts()}
    members = reader.sql("SELECT COUNT(*) FROM sites WHERE list = :panel", {"panel": panel}).rows[0][0]
    unknown = sum(because.values())
    n = members - unknown
    return {
        "panel": panel,
        "date": (reader.about().get("horizon") or "")[:10],
        "members": members,
        "n": n,
        "denominator": "sites of the panel whose terms could be read",
        "unknown": unknown,
        "unknown_because": because,
        "bounds": _bounds_in_words(unknown, is_sample),
        "categories": [{"category": str(one)} | _share(found.get(one), n, unknown, is_sample) for one in Category],
    }


def _share(row: dict[str, Any] | None, n: int, unknown: int, is_sample: bool) -> dict[str, Any]:
    """Of one category: the sites that say so, those that speak of it otherwise, and those of which it is doubtful."""
    sites, otherwise, doubtful = (int(row[name]) if row else 0 for name in ("sites", "otherwise", "doubtful"))
    interval = None
    if n:
        interval = wilson(sites, n) if is_sample else bounds(sites, n - doubtful, unknown + doubtful)
    return {
        "sites": sites,
        "n": n,
        "percent": round(100 * sites / n, 1) if n else None,
        "low": round(100 * interval.low, 1) if interval else None,
        "high": round(100 * interval.high, 1) if interval else None,
        "otherwise": otherwise,
        "doubtful": doubtful,
    }


def _bounds_in_words(unknown: int, is_sample: bool) -> str:
    if is_sample:
        return "95 % Wilson score interval, for the panel is a sample"
    return f"the share of all members if none, and if all, of the unknown ({unknown}) and the doubtful say so"
