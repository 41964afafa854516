"""What "blocks agent X" can mean: nine readings of one ruling, each as somebody published it.

Published shares for one month run from 8 % to 25 % because list, denominator and definition differ. Here a definition
is a pure function of a `Ruling` (basis and packed bits, see `tracker.core.policy`), so that switching between them
never parses a file again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tracker.core import policy as p
from tracker.core.verdict import Basis


@dataclass(frozen=True, slots=True)
class Definition:
    """One reading of "blocks": its name, a sentence, who counts so, and the predicate on (named, bits).

    `named_only` definitions ignore what `*` says, so that all they count is counted by name.
    """

    name: str
    sentence: str
    used_by: str
    named_only: bool
    holds: Callable[[int], bool]

    def counts(self, ruling: p.Ruling) -> bool:
        """Whether a site with this ruling is counted as blocking."""
        return self.counts_bits(ruling.basis is Basis.NAMED, ruling.bits)

    def counts_bits(self, named: bool, bits: int) -> bool:
        """The same on the packed form that the history stores."""
        return (named or not self.named_only) and self.holds(bits)


def _full(bits: int) -> bool:
    return bits & p.DEGREE == p.FULL


def _root(bits: int) -> bool:
    return bool(bits & p.ROOT)


_ALL = (
    Definition(
        "effective_full",
        "no page may be fetched, by the agent's own rules or by those for *",
        "Drywell's headline; IMC 2025 with an exact degree in place of a list of paths",
        False,
        _full,
    ),
    Definition(
        "effective_root",
        "the home page may not be fetched, by the agent's own rules or by those for *",
        "canicrawl.com 2026; any RFC 9309 parser asked for /",
        False,
        _root,
    ),
    Definition(
        "any_restriction",
        "at least one page may not be fetched, by the agent's own rules or by those for *",
        "Cloudflare Radar (fully or partially disallowed)",
        False,
        lambda bits: bits & p.DEGREE != 0,
    ),
    Definition(
        "every_path",
        "every path that the file names, / and a made-up one may not be fetched",
        "IMC 2025, Somesite I Used To Crawl",
        False,
        lambda bits: bool(bits & p.EVERY_PATH),
    ),
    Definition(
        "mentioned",
        "the file has a group for the agent, whatever it says",
        "HTTP Archive Web Almanac 2024 and 2025",
        True,
        lambda _bits: True,
    ),
    Definition(
        "named_root",
        "the agent's own group closes the home page",
        "HasData AI Crawler Block Index 2026; IPTC MetaWatch 2026",
        True,
        _root,
    ),
    Definition(
        "named_full",
        "the agent's own group closes every page",
        "IMC 2025, the part that is full and named",
        True,
        _full,
    ),
    Definition(
        "dpi_all",
        "the agent's own group has `Disallow: /` and no Allow at all",
        "Data Provenance Initiative, Consent in Crisis 2024 (status all)",
        True,
        lambda bits: bits & p.DPI == p.DPI_ALL,
    ),
    Definition(
        "explicit_allow",
        "the agent's own group closes nothing",
        "Originality.ai and Thunderbit list such sites as welcoming",
        True,
        lambda bits: bits & p.DEGREE == 0,
    ),
)

DEFINITIONS: dict[str, Definition] = {definition.name: definition for definition in _ALL}
HEADLINE = "effective_full"
