"""From sites to tokens, for commands and pages: the restricted share of a panel by site, rank band, sector and text."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tracker.core.definitions import DEFINITIONS, HEADLINE
from tracker.core.estimate import percent
from tracker.core.tokens import (
    Blocked,
    Layer,
    Number,
    Restricted,
    Site,
    TermsReading,
    TokenCounts,
    by_sector,
    by_tier,
    point,
    restricted,
)
from tracker.errors import UsageError
from tracker.reference.token_counts import read_token_counts
from tracker.store.asking import find_agent, find_panel, one_of
from tracker.store.query import Reader


@dataclass(frozen=True, slots=True)
class TokensAsked:
    """What weights are wanted, and which terms restrict.

    path: a CSV of token counts (None: every site counts the same). column: which of its columns (None: the only one).
    advance: is told of the bytes read, and of all.
    """

    path: Path | None = None
    column: str | None = None
    reading: TermsReading = TermsReading.TRAINING
    advance: Callable[[int, int], None] | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of a panel on the day of its newest look (ISO), with the tokens of its sites if a file has them."""

    agent: str
    panel: str
    definition: str
    reading: TermsReading
    day: str
    sites: list[Site]
    counts: TokenCounts | None

    def weight(self, site: Site) -> Number:
        """The tokens of a site, or 1 if every site counts the same."""
        return 1 if self.counts is None else self.counts.tokens.get(site.host, 0)

    def restricted(self, layer: Layer, by_name: bool = False) -> Restricted:
        """The restricted share in a layer, by tokens if there are counts, else by site."""
        return restricted((self.weight(site), site.blocked(layer, by_name)) for site in self.sites)


def look(
    reader: Reader,
    token: str,
    *,
    panel: str | None = None,
    definition: str | None = None,
    asked: TokensAsked | None = None,
) -> Looked:
    """What a panel says to an agent (by name or product token), site by site, and the tokens of its sites.

    Raises UsageError for a name that is not there, a panel that nobody has looked at and a file without its sites;
    ReferenceDataError for a file that cannot be read.
    """
    agent = find_agent(reader, token)["agent"]
    list_name = find_panel(reader, panel)["panel"]
    counted = one_of("definition", definition or HEADLINE, DEFINITIONS)
    wanted = asked or TokensAsked()
    with reader.snapshot():
        day, sites = reader.restricted_sites(agent, list_name, counted, wanted.reading)
    if day is None:
        raise UsageError(f"nobody has looked at panel {list_name} yet: crawl or import it, or choose another --panel")
    counts = None if wanted.path is None else _counts(wanted, wanted.path, sites, list_name)
    return Looked(agent, list_name, counted, wanted.reading, day, sites, counts)


def _counts(wanted: TokensAsked, path: Path, sites: list[Site], panel: str) -> TokenCounts:
    hosts = [site.host for site in sites]
    counts = read_token_counts(path, hosts, column=wanted.column, advance=wanted.advance)
    if counts.covered:
        return counts
    raise UsageError(
        f"{path} has no tokens of any of the {len(hosts):,} sites of panel {panel}: choose a --panel of sites it lists"
    )


def report(looked: Looked) -> dict[str, Any]:
    """Where the panel's shares differ by what a site counts, JSON-able.

    Keys: date, definition, terms (which count), file (None without one; see `_of_file`), and shares: for each weighting
    (sites, tier, tokens, sector), group and layer the sites that weigh something, known and unknown ones, effective
    (so many equal sites), percent of the known weight (None: it cannot be said, `tracker.core.tokens.point`), low and
    high; named, the same of what the agent's name is closed by; and wildcard, the percent of robots.txt that `*` alone
    closes.
    """
    return {
        "date": looked.day,
        "definition": looked.definition,
        "terms": str(looked.reading),
        "file": None if looked.counts is None else _of_file(looked, looked.counts),
        "shares": list(_shares(looked)),
    }


def _of_file(looked: Looked, counts: TokenCounts) -> dict[str, Any]:
    """What a file covers. beneath: tokens on other hosts under sites of the panel. nameless: rows that name no site."""
    with_tokens = [site for site in looked.sites if looked.weight(site)]
    return {
        "name": counts.source,
        "column": counts.column,
        "rows": counts.rows,
        "tokens": counts.total,
        "covered_tokens": counts.covered,
        "covered_percent": percent(counts.coverage),
        "sites": len(with_tokens),
        "sites_without": len(looked.sites) - len(with_tokens),
        "effective": round(restricted((looked.weight(site), False) for site in looked.sites).effective, 1),
        "beneath_tokens": counts.beneath,
        "nameless_rows": counts.nameless,
        "nameless_tokens": counts.nameless_tokens,
        "first_nameless_line": counts.first_nameless,
        "repeated_rows": counts.repeated,
        "largest": [
            {"site": host, "tokens": tokens, "percent": percent(tokens / counts.covered)}
            for host, tokens in counts.largest()
        ],
    }


class _Group(NamedTuple):
    """Sites that a share is of, and what each counts."""

    weighting: str
    name: str | None
    sites: list[Site]
    weight: Callable[[Site], Number]

    def restricted(self, blocked: Callable[[Site], Blocked]) -> Restricted:
        return restricted((self.weight(site), blocked(site)) for site in self.sites)


def _groups(looked: Looked) -> Iterator[_Group]:
    yield _Group("sites", None, looked.sites, _one)
    yield from (_Group("tier", name, sites, _one) for name, sites in by_tier(looked.sites).items())
    if looked.counts is not None:
        yield _Group("tokens", None, looked.sites, looked.weight)
    yield from (_Group("sector", name, sites, _one) for name, sites in by_sector(looked.sites).items())


def _one(_site: Site) -> Number:
    return 1


def _shares(looked: Looked) -> Iterable[dict[str, Any]]:
    for group in _groups(looked):
        for layer in Layer:
            found = group.restricted(lambda site, layer=layer: site.blocked(layer))
            row = {"weighting": group.weighting, "group": group.name, "layer": str(layer), **figures(found, layer)}
            # Terms name nobody.
            row |= {"named": None, "wildcard": None}
            if layer is not Layer.TERMS:
                named = group.restricted(lambda site, layer=layer: site.blocked(layer, True))
                row["named"] = figures(named, layer)
                if layer is Layer.ROBOTS and found.value is not None and named.value is not None:
                    row["wildcard"] = percent(found.value - named.value)
            yield row


def figures(found: Restricted, layer: Layer) -> dict[str, Any]:
    """A restricted share in figures, in per cent."""
    bounds = found.bounds
    return {
        "sites": found.sites,
        "known": found.known,
        "unknown": found.unknown,
        "blocked": found.blocked,
        "effective": round(found.effective, 1),
        "percent": percent(point(found, layer)),
        "low": percent(bounds.low if bounds else None),
        "high": percent(bounds.high if bounds else None),
    }
