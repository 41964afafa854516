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
NEAR = 61
"""Days before and after a deal in which other reversals are told, too, as lying outside."""
UNKNOWN = "its sites are unknown when the days looked at begin, or when they end"
_FACTS = ("day", "licensor", "licensee", "value", "usd_m_low", "usd_m_high", "scope", "source", "note", "checked")


def reversals(reader: Reader | None, deals: Iterable[Deal]) -> list[dict[str, Any]]:
    """Every deal, licences with their reversals in this history: blocks of the licensee's agents lifted around the day.

    `blocked` are the sites that shut one of these agents out when the stretch began, or lifted a block within it: what
    could be reversed. `unknown`: sites of which nothing is known when it began, or nothing when it ended.
    `not_looked_for` says why nothing was asked, or can be said; `until`: the history ends then, before the stretch.
    `outside` are reversals of the months around it. Without a history nothing is asked, and `sites_here` is None.
    """
    if reader is None:
        return [_row(deal, [], None, "there is no history here") for deal in deals]
    newest = (reader.about().get("horizon") or "")[:10]
    agents = reader.agents()
    here = set(reader.sql("SELECT DISTINCT site FROM sites").column("site"))
    found = []
    for deal in deals:
        sites = [site for site in deal.sites if site in here]
        wanted = [row["agent"] for row in agents if names(deal.licensee, row["operator"])]
        why = _not_looked_for(deal, sites, wanted, newest)
        row = _row(deal, wanted, sites, why)
        found.append(row if why else row | _around(reader, deal, sites, wanted, newest))
    return found


def _row(deal: Deal, agents: list[str], sites: list[str] | None, why: str | None) -> dict[str, Any]:
    row = {name: getattr(deal, name) for name in _FACTS}
    row |= {name: str(getattr(deal, name) or "") or None for name in ("precision", "kind", "per", "confidence")}
    row["agents"] = agents
    row |= {"sites": list(deal.sites), "sites_here": sites, "not_looked_for": why, "until": None}
    return row | {"blocked": [], "unknown": [], "reversals": [], "outside": []}


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
    months = ((first - timedelta(NEAR)).isoformat(), (last + timedelta(NEAR)).isoformat())
    wanted = set(agents)
    blocked: list[str] = []
    unknown: list[str] = []
    lifted: list[dict[str, Any]] = []
    outside: list[dict[str, Any]] = []
    for site in sites:
        rows = reader.reopened(site, *months)
        near = [row | {"days": _away(row["date"], first, last)} for row in rows if row["agent"] in wanted]
        here = [row for row in near if abs(row["days"]) <= WITHIN]
        before = reader.shut_on(site, start)
        if here or wanted & set(before or ()):
            blocked.append(site)
        if not here and (before is None or reader.shut_on(site, ends) is None):
            unknown.append(site)
        lifted += here
        outside += [row for row in near if abs(row["days"]) > WITHIN]
    why = UNKNOWN if len(unknown) == len(sites) else None
    until = ends if ends < end else None
    found = {"blocked": blocked, "unknown": unknown, "reversals": lifted, "outside": outside}
    return {"not_looked_for": why, "until": until, **found}


def _away(iso: str, first: date, last: date) -> int:
    """Days from a stretch: negative before it, 0 within."""
    day = date.fromisoformat(iso)
    return (day - last).days if day > last else min(0, (day - first).days)
