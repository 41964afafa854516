"""Which links of a page lead to the site's terms: scored by their words and their address (docs/method.md)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from tracker.core.terms.looks import FoundBy, SourceKind
from tracker.crawl.anchors import Anchor, Page, read_page
from tracker.crawl.terms_words import Said, lexicon, segments

TERMS = 60.0
"""A link of this score and above is offered as terms."""

LEAST = 15.0
"""A link of this score and above, below `TERMS`, is offered as a legal notice or an imprint."""

_TEXT = {"terms": 100.0, "bare": 95.0, "sale": 80.0, "legal": 50.0, "imprint": 18.0}
_URL = {"terms": 80.0, "bare": 70.0, "sale": 70.0, "url": 70.0, "legal": 35.0, "imprint": 12.0}
_REST = (1.0, 1.0, 1.0, 0.75, 0.5)
_DECLARED, _POSITION = 100.0, 12.0
_PRIVATE, _NARROW, _HEADLINE, _ELSEWHERE = -45.0, -55.0, -50.0, -12.0

_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|ico|zip|gz|mp[34]|avi|css|js|xml|rss|json|exe|apk|dmg|ics)$", re.IGNORECASE
)
_DATED = re.compile(r"/(?:19|20)\d\d/(?:0?[1-9]|1[0-2])(?:/|-)")
_LEADS_ON = re.compile(
    r"next|return|redirect|ref|back|continue|dest|goto|url|uri|src|share|text|title|search|query|[qs]$", re.IGNORECASE
)
_PIECE = 40
_PIECES = re.compile(r"[,;|/·•]|\s[-–—]\s")
_JOINED = re.compile(r"[,;|/·•&+、・和与與及]|(?<!\w)\w{1,3}(?!\w)")
_SCRIPT = re.compile(r"\.(?:php\d?|aspx?|jspx?|cfm|cgi|pl|do)$", re.IGNORECASE)

_SERVICES = """
    google.com facebook.com twitter.com x.com instagram.com linkedin.com youtube.com pinterest.com tumblr.com reddit.com
    tiktok.com whatsapp.com telegram.org t.me vk.com disqus.com wordpress.com wordpress.org automattic.com gravatar.com
    jetpack.com flickr.com cloudflare.com hcaptcha.com paypal.com stripe.com apple.com microsoft.com addthis.com
    sharethis.com onetrust.com cookiebot.com mailchimp.com intuit.com creativecommons.org wikipedia.org wikimedia.org
    vimeo.com adobe.com amazon.com akismet.com openstreetmap.org mapbox.com yahoo.com bing.com taboola.com outbrain.com
    xing.com spotify.com github.com
"""
SERVICES = frozenset(_SERVICES.split())
"""Domains whose own terms are linked to all over the web: on other sites' pages they are nobody's but theirs."""


@dataclass(frozen=True, slots=True)
class _Place:
    """The page that links stand on: its site, host, the segments of its path, and its language ("" unknown)."""

    site: str
    host: str
    path: frozenset[str]
    language: str


@dataclass(frozen=True, slots=True)
class TermsLink:
    """A link that may lead to terms. score: `TERMS` and more for terms, else `LEAST` and more. text: its words.

    found_by: REL where the page itself says that it leads to the terms of service.
    """

    url: str
    score: float
    text: str
    kind: SourceKind
    found_by: FoundBy = FoundBy.LINK


def terms_links(html: bytes, url: str) -> list[TermsLink]:
    """The links of a page (its first 2 MiB) to terms, legal notices and imprints, best first, each URL once.

    url: the page's own. Never raises for what a page holds; every URL is an absolute http(s) one without fragment.
    """
    return links_of(read_page(html, url), url)


def links_of(page: Page, url: str) -> list[TermsLink]:
    """The same of a page that has been read."""
    place = _place(url, page.language)
    best: dict[str, TermsLink] = {}
    for anchor in page.anchors:
        link = _scored(anchor, place)
        if link and (link.url not in best or best[link.url].score < link.score):
            best[link.url] = link
    return sorted(best.values(), key=lambda link: -link.score)


def site_of(host: str) -> str:
    """About the registrable domain of a host: a guess without the list of public suffixes, good for a small bonus."""
    labels = host.lower().rstrip(".").split(".")
    country = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3:] if country else labels[-2:])


def _place(url: str, language: str) -> _Place:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return _Place("", "", frozenset(), language)
    return _Place(site_of(host), host, frozenset(parts.path.split("/")), language)


def _scored(anchor: Anchor, place: _Place) -> TermsLink | None:
    text = lexicon().text(anchor.text, place.site)
    label, points = _of_text(anchor.text, text, place)
    try:
        parts = urlsplit(anchor.url)
        host = parts.hostname or ""
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return None
    address = _Address(parts, place)
    if not (anchor.declared or label or address.label) or _FILE.search(parts.path):
        return None
    if not host or (address.elsewhere and site_of(host) in SERVICES):
        return None
    is_terms = anchor.declared or label in _TERMS_LISTS or address.label in _TERMS_LISTS
    beside = "narrow" in text.lists or (text.rest > 0 and address.dated)
    if is_terms and not anchor.declared and (beside or (not label and _tells_otherwise(text, address))):
        return None  # terms of something else, or an article about terms
    if anchor.declared:
        points = max(points, _TEXT["terms"]) + _DECLARED
    score = max(points, address.points) + 0.35 * min(points, address.points) + _POSITION * anchor.position
    score += address.penalty
    if address.is_private and not (label and "privacy" in text.lists):
        score += _PRIVATE  # "Terms" leads to a privacy policy; "Privacy & Terms" may be one page under either name
    if text.rest >= len(_REST) and address.rest:
        score += _HEADLINE
    if not label and "privacy" in text.lists:
        score += _PRIVATE
    if is_terms:
        found_by = FoundBy.REL if anchor.declared else FoundBy.LINK
        return (
            TermsLink(anchor.url, round(score, 1), anchor.text, SourceKind.TERMS, found_by) if score >= TERMS else None
        )
    kind = SourceKind.LEGAL if "legal" in (label, address.label) else SourceKind.IMPRINT
    return TermsLink(anchor.url, round(min(score, TERMS - 1), 1), anchor.text, kind) if score >= LEAST else None


_TERMS_LISTS = frozenset({"terms", "bare", "sale", "url"})


def _of_text(text: str, said: Said, place: _Place) -> tuple[str, float]:
    """The list that the words of a link are from, and its points; "" and 0 for none."""
    share = _REST[said.rest] if said.rest < len(_REST) else 0.0
    for name, points in _TEXT.items():
        if name in said.lists and share and (name != "bare" or _is_bare(text, said, place)):
            return name, points * share
    return "", 0.0


def _is_bare(text: str, said: Said, place: _Place) -> bool:
    """Whether a short word names terms here: where it is all of a text, or one of the names of a list ("Terms, Privacy,
    Contact"), and no privacy policy by a general word ("Privatumo taisyklės", rules of privacy)."""
    languages = said.lists["bare"]
    if _is_foreign(languages, place.language):
        return False
    if "privacy" in said.lists and "en" not in languages and not _JOINED.search(text):
        return False
    if not said.rest:
        return True
    pieces = _PIECES.split(text, maxsplit=5) if said.rest < 3 else []
    return len(pieces) > 1 and any(_is_only_bare(piece, place) for piece in pieces if len(piece) <= _PIECE)


def _is_only_bare(text: str, place: _Place) -> bool:
    said = lexicon().text(text, place.site)
    return "bare" in said.lists and not said.rest


def _tells_otherwise(text: Said, address: "_Address") -> bool:
    """Whether words that do not speak of terms belie an address that does: "Register!" that leads to another site, and
    "Regulamin Komisji Rewizyjnych", rules that are somebody's."""
    rules_of_others = text.rest > 1 and "bare" in text.lists and "en" not in text.lists["bare"]
    return rules_of_others or (address.elsewhere and text.rest > 0)


def _is_foreign(languages: frozenset[str], language: str) -> bool:
    """Whether a short word is French on a page in English: "Conditions" are illnesses there. Of other languages none is
    an English word, and many a page says "en" of itself that is not."""
    return language == "en" and languages == {"fr"}


class _Address:
    """What the address of a link says. points: of `label`; rest: words beside it. penalty: for what else it says.

    is_private: it speaks of privacy and not of terms. dated: it is like that of an article.
    """

    def __init__(self, parts: SplitResult, place: _Place) -> None:
        self.label, self.points, self.penalty, self.rest = "", 0.0, 0.0, 0
        self.elsewhere = site_of(parts.hostname or "") != place.site
        self.dated = bool(_DATED.search(parts.path))
        self._place = place
        said = list(self._said(parts))
        for depth, one in enumerate(said[:2]):
            name, points = self._of(one)
            if name and (not depth or name in _TERMS_LISTS):
                # A page below /terms/ is of the terms, or a chapter of them.
                self.label, self.points, self.rest = name, points - 30.0 * depth, one.rest
                break
            if one.lists and not depth:
                break
        self.is_private = any("privacy" in one.lists for one in said) and self.label not in _TERMS_LISTS
        if any("narrow" in one.lists for one in said):
            self.penalty += _NARROW
        if self.elsewhere:
            self.penalty += _ELSEWHERE

    def _said(self, parts: SplitResult) -> Iterator[Said]:
        """What the segments of the path say, the last one first; of a script, first what its query says.

        What the page itself stands under does not set a link apart: on forum.example.com all is of the forum.
        """
        path = parts.path if parts.path.isascii() and "%" not in parts.path else unquote(parts.path[:500])
        found = list(segments(path[:500]))[:4]
        if parts.query and not self.elsewhere and (len(found) < 2 or _SCRIPT.search(path)):
            yield from self._said_by_query(parts.query)
        yield from (lexicon().address(segment) for segment in found if segment not in self._place.path)
        # legal.example.com, and advertising.example.com/terms
        host = (parts.hostname or "").removeprefix("www.")
        if host != site_of(host) and parts.hostname != self._place.host:
            name = lexicon().address(host.partition(".")[0])
            if not found or name.lists.keys() == {"narrow"}:
                yield name

    @staticmethod
    def _said_by_query(query: str) -> Iterator[Said]:
        for pair in query[:300].split("&")[:5]:
            key, _, value = pair.partition("=")
            if value and not _LEADS_ON.match(key):
                said = [lexicon().address(segment) for segment in list(segments(unquote(value)))[:1]]
                yield from (one for one in said if one.lists)

    def _of(self, said: Said) -> tuple[str, float]:
        if said.rest > 2:
            return "", 0.0
        for name, points in _URL.items():
            if name not in said.lists:
                continue
            if name in ("bare", "url") and (said.rest or _is_foreign(said.lists[name], self._place.language)):
                continue
            if name == "bare" and "en" not in said.lists[name]:
                if "url" in said.lists:
                    continue
                # "/conditions", "/regler": not enough alone.
                return "legal", _URL["legal"]
            return name, points - (20.0 if said.rest == 2 else 0.0)
        return "", 0.0
