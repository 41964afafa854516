"""What to ask next in the search for one site's terms: a pure state machine, which whoever visits the site drives.

The order (docs/method.md): a reviewed override; the sources that the history knows; what the home page declares (rel,
JSON-LD); its scored links, the best first, and through a page of links once more; well-known paths, where there is no
link at all; a legal notice or imprint as a second source. No more than `MAX_ASKS` requests in all, and nothing is
guessed once the site has refused one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from tracker.core.outcomes import one_line
from tracker.core.terms.looks import FoundBy, KnownTerms, SourceKind, TermsLook, TermsState
from tracker.crawl.anchors import read_page
from tracker.crawl.discover import TermsLink, links_of, terms_links
from tracker.crawl.extract import terms_text
from tracker.crawl.terms_state import page_state
from tracker.crawl.terms_words import likely_paths
from tracker.reference.terms_overrides import Override

MAX_ASKS = 10
"""Requests for the terms of one site in one visit."""

MAX_GUESSES = 6
"""Well-known paths among them."""

MAX_LINKS = 3
"""Links among them that are tried until one leads to terms."""

MAX_KNOWN = 4
"""Sources of the history among them."""

HUB_TEXT = 2_000
"""Characters of text below which a page that links to terms is a page of links."""

_THERE = frozenset({TermsState.OK, TermsState.PDF, TermsState.UNSUPPORTED_LANGUAGE})
"""What shows that terms are there even at a guessed address; many servers have a script or a wall for any address."""
_GONE = frozenset({TermsState.NOT_FOUND, TermsState.WRONG_DOC})
_LINKED = frozenset(TermsState) - _GONE
_IN_PLACE = frozenset({TermsState.INTERSTITIAL, TermsState.CONSENT_WALL, TermsState.JS_ONLY})
"""What came in place of a home page, whose links nobody has seen."""
_REFUSED = frozenset({TermsState.BLOCKED, TermsState.INTERSTITIAL, TermsState.ERROR})


@dataclass(frozen=True, slots=True)
class Ask:
    """A page to ask for, and what the look at it is to say of where it came from.

    known: what the history holds of it; its validators make the request conditional, its sha256 tells "the same again".
    """

    url: str
    kind: SourceKind
    found_by: FoundBy
    score: float = 0.0
    link_text: str = ""
    known: KnownTerms | None = None


class _Home(NamedTuple):
    """What is known of the home page: its language ("" unknown), its links to terms and the like, best first.

    linkless: what a site is whose home page has no such link. Of a wall, or a page of scripts, nobody can say.
    """

    language: str
    links: list[TermsLink]
    sha256: str
    linkless: TermsState

    def of(self, *kinds: SourceKind) -> list[TermsLink]:
        """Its links of some kinds."""
        return [link for link in self.links if link.kind in kinds]


class TermsQuest:
    """The search on one site. `next` says what to ask and says so again until `take` has the look at it.

    scheme_origin: of the site, such as "https://example.com". known: sources of the history, of which those that are
    not terms are secondary. override: the reviewed word on this site, which ends the search for terms.
    """

    def __init__(
        self, host: str, scheme_origin: str, known: Sequence[KnownTerms] = (), override: Override | None = None
    ) -> None:
        self.host = host
        self._origin = scheme_origin.rstrip("/")
        self._known = {source.url: source for source in known}
        self._override = override
        self._home: _Home | None = None
        self._home_seen = False
        self._unseen: tuple[TermsState, str, str] | None = None
        self._asked: dict[str, TermsLook] = {}
        self._hub: list[TermsLink] = []
        self._hubs = 0
        self._guesses = 0
        self._found = False
        self._refused = ""
        self._open: Ask | None = None

    @property
    def waiting(self) -> bool:
        """Whether nothing can be asked before the home page has been taken."""
        return not self._home_seen and self.next() is None and not self._is_over

    def take_home(self, html: bytes | None, url: str, unseen: tuple[TermsState, str, str] | None = None) -> None:
        """The home page, at the URL that gave it; None if it did not come. unseen: then state, cause and detail why."""
        self._home_seen, self._unseen = True, unseen
        if html is not None:
            page = read_page(html, url)
            links = links_of(page, url)
            linkless = TermsState.NOT_FOUND if links else _linkless(html, url)
            self._home = _Home(page.language, links, sha256(html).hexdigest(), linkless)
            if linkless is TermsState.INTERSTITIAL:
                self._refused = f"{linkless.value} at {url}"

    def next(self) -> Ask | None:
        """What to ask now. None: nothing any more, or nothing before the home page has been taken (`waiting`)."""
        if self._open is None and not self._is_over:
            self._open = next(self._wanted(), None)
        return self._open

    def take(self, ask: Ask, look: TermsLook, html: bytes | None = None) -> None:
        """The look at what was asked, with the bytes of the page if it is HTML: a page of links leads on once."""
        self._open = None
        if _is_guess(ask) and self._home and look.sha256 == self._home.sha256:
            # Such a site has its home page at every address.
            look, html = replace(look, state=TermsState.WRONG_DOC, text=None, html=None), None
        if look.state in _REFUSED:
            self._refused = f"{look.state.value} at {ask.url}"
        if html is not None and self._leads_on(ask, look, html):
            look = replace(look, kind=SourceKind.LEGAL) if look.kind is SourceKind.TERMS else look
        elif look.kind is SourceKind.TERMS:
            self._found = self._found or look.state in (_THERE if _is_guess(ask) else _LINKED)
        self._asked[ask.url] = look

    def looks(self) -> tuple[TermsLook, ...]:
        """What was seen. A site of which no terms are known has one look that says that it links to none, or why its
        home page could not be seen: unknown is not absent."""
        if self._override is not None and self._override.none:
            detail = f"override: {self._override.note or 'none'}"
            return (TermsLook("", SourceKind.TERMS, FoundBy.OVERRIDE, TermsState.NOT_FOUND, detail=detail),)
        kept = [look for url, look in self._asked.items() if url in self._known or self._counts(look)]
        if any(look.kind is SourceKind.TERMS for look in kept):
            return tuple(kept)
        found = (self._home.linkless, "ok", self._tried()) if self._home else self._unseen
        if found is not None:
            state, cause, detail = found
            kept.append(TermsLook("", SourceKind.TERMS, FoundBy.LINK, state, cause, detail=one_line(detail)))
        return tuple(kept)

    @staticmethod
    def _counts(look: TermsLook) -> bool:
        """Whether a look is of a source: a guessed address at which no terms are is none."""
        guessed = look.found_by is FoundBy.WELL_KNOWN
        return not guessed or (look.kind is SourceKind.TERMS and look.state in _THERE)

    def _tried(self) -> str:
        links = len(self._home.links) if self._home else 0
        parts = [f"links of the home page: {links or 'none'} to terms or legal pages"]
        if self._guesses:
            parts.append(f"well-known paths tried: {self._guesses}")
        if self._refused:
            parts.append(f"ended after {self._refused}")
        return "; ".join(parts)

    @property
    def _is_over(self) -> bool:
        return len(self._asked) >= MAX_ASKS or (self._override is not None and self._override.none)

    def _wanted(self) -> Iterator[Ask]:
        """What is still to ask, in order; the first of it is asked, and then this begins anew."""
        if self._override is not None:
            yield from self._new([Ask(self._override.url, SourceKind.TERMS, FoundBy.OVERRIDE)])
        else:
            yield from self._again()
        if not self._home_seen:
            return
        if self._override is None:
            yield from self._linked()
        if self._refused:
            return
        if self._override is None and not (self._found or self._hubs or self._terms_links()):
            yield from self._guessed()
        yield from self._second()

    def _again(self) -> Iterator[Ask]:
        """The sources that the history knows, terms first, those that were readable last before others."""
        sources = sorted(
            self._known.values(),
            key=lambda one: (one.kind is not SourceKind.TERMS, one.last_state is not TermsState.OK),
        )
        asks = [Ask(one.url, one.kind, one.found_by, one.score, "", one) for one in sources[:MAX_KNOWN]]
        yield from self._new(asks)

    def _terms_links(self) -> list[TermsLink]:
        return self._home.of(SourceKind.TERMS) if self._home else []

    def _linked(self) -> Iterator[Ask]:
        """The best link of the home page, the next ones until one leads to terms, and what a page of links led to."""
        yield from self._new(_ask(link, FoundBy.HUB) for link in self._hub[: 0 if self._found else 1])
        # Known terms that are still there do not hide that the site links to others today.
        links = self._terms_links()[: 1 if self._found else MAX_LINKS]
        yield from self._new(_ask(link) for link in links)
        if self._home and not self._found and not self._hubs:
            yield from self._new(_ask(link) for link in self._home.of(SourceKind.LEGAL)[:1])

    def _guessed(self) -> Iterator[Ask]:
        if self._home is None or self._guesses >= MAX_GUESSES:
            return
        for path in likely_paths(self._home.language, MAX_GUESSES):
            for ask in self._new([Ask(self._origin + path, SourceKind.TERMS, FoundBy.WELL_KNOWN)]):
                self._guesses += 1
                yield ask

    def _second(self) -> Iterator[Ask]:
        """A legal notice or an imprint, unless one has been seen: in some languages the reservation stands there."""
        if any(look.kind is not SourceKind.TERMS and look.state not in _GONE for look in self._asked.values()):
            return
        if self._home:
            links = self._home.of(SourceKind.LEGAL, SourceKind.IMPRINT)
            yield from self._new(_ask(link) for link in links[:1])

    def _new(self, asks: "Iterator[Ask] | Sequence[Ask]") -> Iterator[Ask]:
        for ask in asks:
            if ask.url not in self._asked:
                known = ask.known or self._known.get(ask.url)
                yield replace(ask, known=known)

    def _leads_on(self, ask: Ask, look: TermsLook, html: bytes) -> bool:
        """Whether a page is one of links to terms that the home page does not have; the best is asked next, once."""
        short = look.kind is not SourceKind.TERMS or look.state is TermsState.WRONG_DOC or _is_short(look)
        if self._hubs or self._found or not short or look.state not in (TermsState.OK, TermsState.WRONG_DOC):
            return False
        url = look.exchange.url if look.exchange else ask.url
        own = {link.url for link in self._terms_links()} | {url, ask.url} | self._asked.keys()
        self._hub = [link for link in terms_links(html, url) if link.kind is SourceKind.TERMS and link.url not in own]
        self._hubs += bool(self._hub)
        return bool(self._hub)


def _ask(link: TermsLink, found_by: FoundBy | None = None) -> Ask:
    return Ask(link.url, link.kind, found_by or link.found_by, link.score, link.text)


def _linkless(html: bytes, url: str) -> TermsState:
    state = page_state(html, terms_text(html, url))
    return state if state in _IN_PLACE else TermsState.NOT_FOUND


def _is_guess(ask: Ask) -> bool:
    return ask.found_by is FoundBy.WELL_KNOWN and ask.known is None


def _is_short(look: TermsLook) -> bool:
    return look.text is not None and len(look.text.text) < HUB_TEXT
