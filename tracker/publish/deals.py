"""Licences for text, and whether the sites of the licensor let the licensee's crawlers in again around that day."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from tracker.core.agents import Precision
from tracker.core.claims import period
from tracker.reference import Deal, DealKind
from tracker.store.query import Reader

WITHIN = 14
"""Days before and after a deal in which a reversal is taken to go with it."""
_FACTS = ("day", "licensor", "licensee", "value", "usd_m_low", "usd_m_high", "scope", "source", "note", "checked")


def reversals(reader: Reader, deals: Iterable[Deal]) -> list[dict[str, Any]]:
    """Every deal, licences with their reversals in this history: blocks of the licensee's agents lifted around the day.

    `blocked` are the sites that shut one of these agents out when the stretch began, or lifted a block within it: what
    could be reversed. `unknown`: sites of which nothing is known when it began, or nothing when it ended.
    `not_looked_for` says why nothing was asked, or can be said; `until`: the history ends then, before the stretch.
    """
    newest = (reader.about().get("horizon") or "")[:10]
    agents = reader.agents()
    here = set(reader.sql("SELECT DISTINCT site FROM sites").column("site"))
    found = []
    for deal in deals:
        sites = [site for site in deal.sites if site in here]
        wanted = [row["agent"] for row in agents if names(deal.licensee, row["operator"])]
        why = _not_looked_for(deal, sites, wanted, newest)
        row = {name: getattr(deal, name) for name in _FACTS}
        row |= {name: str(getattr(deal, name) or "") or None for name in ("precision", "kind", "per", "confidence")}
        row["agents"] = wanted
        row |= {"sites": list(deal.sites), "sites_here": sites, "not_looked_for": why, "until": None}
        row |= {"blocked": [], "unknown": [], "reversals": []}
        found.append(row if why else row | _around(reader, deal, sites, wanted, newest))
    return found


def _not_looked_for(deal: Deal, sites: Sequence[str], agents: Sequence[str], newest: str) -> str | None:
    if deal.kind is not DealKind.LICENCE:
        return f"{deal.kind}: no licence"
    if deal.precision is Precision.YEAR:
        return "only the year of the deal is known"
    if not agents:
        return "no agent of the licensee is known"
    if not sites:
        return "no site of the licensor is in this history"
    first, _ = period(deal.day, deal.precision)
    return "later than this history" if (first - timedelta(WITHIN)).isoformat() > newest else None


def names(licensee: str, operator: str) -> bool:
    """Whether a licensee, as it is written, names an operator of agents."""
    return re.search(rf"(?<!\w){re.escape(operator)}(?!\w)", licensee) is not None


def _around(reader: Reader, deal: Deal, sites: Sequence[str], agents: Iterable[str], newest: str) -> dict[str, Any]:
    first, last = period(deal.day, deal.precision)
    start, end = (first - timedelta(WITHIN)).isoformat(), (last + timedelta(WITHIN)).isoformat()
    ends = min(end, newest)
    wanted = set(agents)
    blocked: list[str] = []
    unknown: list[str] = []
    lifted: list[dict[str, Any]] = []
    for site in sites:
        rows = reader.reopened(site, start, end)
        here = [row | {"days": _away(row["date"], first, last)} for row in rows if row["agent"] in wanted]
        before = reader.shut_on(site, start)
        if here or wanted & set(before or ()):
            blocked.append(site)
        if not here and (before is None or reader.shut_on(site, ends) is None):
            unknown.append(site)
        lifted += here
    why = (
        "its sites are unknown when the days looked at begin, or when they end" if len(unknown) == len(sites) else None
    )
    until = ends if ends < end else None
    return {"not_looked_for": why, "until": until, "blocked": blocked, "unknown": unknown, "reversals": lifted}


def _away(iso: str, first: date, last: date) -> int:
    """Days from a stretch: negative before it, 0 within."""
    day = date.fromisoformat(iso)
    return (day - last).days if day > last else min(0, (day - first).days)
