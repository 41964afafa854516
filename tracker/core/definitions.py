"""What "blocks agent X" can mean: ten readings of one ruling, each as somebody published it.

Published shares for one month run from 8 % to 25 % because list, denominator and definition differ. Here a definition
is a pure function of a `Ruling` (basis and packed bits, see `tracker.core.policy`), so that switching between them
never parses a file again. Each function below is one definition; its docstring names the peer and the source.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tracker.core import policy as p
from tracker.core.verdict import Basis


@dataclass(frozen=True, slots=True)
class Definition:
    """One reading of "blocks": its name, what the sites do that it counts, a sentence, who counts so, the predicate.

    `verb` has `{}` for the agent: "61 % of 41 sites shut {} out". `named_only` definitions ignore what `*` says, so
    that all they count is counted by name; of the others `unnamed` says how the rest comes to be counted.
    """

    name: str
    verb: str
    sentence: str
    used_by: str
    named_only: bool
    holds: Callable[[int], bool]
    unnamed: str = "by *"

    @property
    def label(self) -> str:
        """The verb without the agent, for headings: "shut out", "name"."""
        return " ".join(self.verb.format("").split())

    def counts(self, ruling: p.Ruling) -> bool:
        """Whether a site with this ruling is counted as blocking."""
        return self.counts_bits(ruling.basis is Basis.NAMED, ruling.bits)

    def counts_bits(self, named: bool, bits: int) -> bool:
        """The same on the packed form that the history stores."""
        return (named or not self.named_only) and self.holds(bits)


def full(bits: int) -> bool:
    """`effective_full`, `named_full`: the degree is full, every path but /robots.txt is closed.

    Peer: the class "fully disallowed" of "Somesite I Used To Crawl" (IMC 2025, arXiv 2411.15091), with an exact
    degree in place of its list of paths; `named_full` is the part of it that the paper calls mentioned.
    """
    return bits & p.DEGREE == p.FULL


def root(bits: int) -> bool:
    """`effective_root`, `named_root`: `/` is closed, whatever else is open.

    Peers: any RFC 9309 parser asked for `/`, such as canicrawl.com 2026 (effective); HasData's AI Crawler Block Index
    2026 and IPTC MetaWatch 2026 (metawatch.iptc.org/ai-policy), which count the agent's own group alone (named).
    """
    return bool(bits & p.ROOT)


def restricted(bits: int) -> bool:
    """`any_restriction`: at least one page is closed, the degree is partial or full.

    Peer: Cloudflare Radar's robots.txt cards (fully or partially disallowed).
    """
    return bits & p.DEGREE != 0


def every_path(bits: int) -> bool:
    """`every_path`: all paths that the file names, `/` and a made-up one are closed.

    Peer: IMC 2025 to the letter (see `tracker.core.policy.closes_every_path`; code ucsdsysnet/ai-crawler-imc-25).
    """
    return bool(bits & p.EVERY_PATH)


def mentioned(_bits: int) -> bool:
    """`mentioned`: the file has a group for the agent, be it a welcome.

    Peer: HTTP Archive, Web Almanac 2024 and 2025 (robots.txt metric record_counts.by_useragent; chapters SEO and
    Generative AI).
    """
    return True


def dpi_all(bits: int) -> bool:
    """`dpi_all`: the Data Provenance Initiative's status "all".

    Peer: Consent in Crisis (Longpre et al. 2024, arXiv 2407.14933), `interpret_agent` in parse_robots.py as it was
    meant; see `tracker.core.policy.dpi_status` for where the published script gives less.
    """
    return bits & p.DPI == p.DPI_ALL


def open_to(bits: int) -> bool:
    """`explicit_allow`: no page is closed.

    Peers: the lists of welcoming sites of Originality.ai and Thunderbit (2026).
    """
    return bits & p.DEGREE == 0


def anywhere(bits: int) -> bool:
    """`naive_substring`: a token of the agent stands somewhere in the text, in whatever case.

    Peer: samber/the-great-gpt-firewall (2024 to 2026), which searches the text for the name, so that a welcome or a
    comment counts as a block. Here only files that are a robots.txt are searched, there error pages too.
    """
    return bool(bits & p.ANYWHERE)


_ALL = (
    Definition(
        "effective_full",
        "shut {} out",
        "no page may be fetched, by the agent's own rules or by those for *",
        "Drywell's headline; IMC 2025 with an exact degree in place of a list of paths",
        False,
        full,
    ),
    Definition(
        "effective_root",
        "close the home page to {}",
        "the home page may not be fetched, by the agent's own rules or by those for *",
        "canicrawl.com 2026; any RFC 9309 parser asked for /",
        False,
        root,
    ),
    Definition(
        "any_restriction",
        "close at least a page to {}",
        "at least one page may not be fetched, by the agent's own rules or by those for *",
        "Cloudflare Radar (fully or partially disallowed)",
        False,
        restricted,
    ),
    Definition(
        "every_path",
        "close every path they name to {}",
        "every path that the file names, / and a made-up one may not be fetched",
        "IMC 2025, Somesite I Used To Crawl",
        False,
        every_path,
    ),
    Definition(
        "mentioned",
        "name {}",
        "the file has a group for the agent, whatever it says",
        "HTTP Archive Web Almanac 2024 and 2025",
        True,
        mentioned,
    ),
    Definition(
        "named_root",
        "close the home page to {} by name",
        "the agent's own group closes the home page",
        "HasData AI Crawler Block Index 2026; IPTC MetaWatch 2026",
        True,
        root,
    ),
    Definition(
        "named_full",
        "shut {} out by name",
        "the agent's own group closes every page",
        "IMC 2025, the part that is full and named",
        True,
        full,
    ),
    Definition(
        "dpi_all",
        "shut {} out by name",
        "the agent's own group has `Disallow: /` and no Allow at all",
        "Data Provenance Initiative, Consent in Crisis 2024 (status all)",
        True,
        dpi_all,
    ),
    Definition(
        "explicit_allow",
        "welcome {} by name",
        "the agent's own group closes nothing",
        "Originality.ai and Thunderbit list such sites as welcoming",
        True,
        open_to,
    ),
    Definition(
        "naive_substring",
        "mention {} somewhere",
        "the agent's token occurs somewhere in the file, be it in a comment, a path or a welcome",
        "samber/the-great-gpt-firewall 2024 to 2026",
        False,
        anywhere,
        "elsewhere",
    ),
)

DEFINITIONS: dict[str, Definition] = {definition.name: definition for definition in _ALL}
HEADLINE = "effective_full"
BY_STAR = ("effective_full", "effective_root", "any_restriction", "every_path")
"""The definitions that the rules for `*` can fulfil."""
