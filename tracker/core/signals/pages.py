"""Signals in an HTML page: robots and TDMRep meta elements, links to licences, licences within the page."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from tracker.core.signals.headers import WORDS, words
from tracker.core.signals.licences import MEDIA_TYPE, licence_link, rsl
from tracker.core.signals.signal import MAX_SIGNALS, Signal, merge
from tracker.core.signals.tdm import POLICY, RESERVATION, stated

SOURCE = "html"
MAX_HTML = 2 * 1024 * 1024
MAX_ELEMENTS = 500
MAX_TAG = 4_096
MAX_SCRIPTS = 3
_AGENT = re.compile(r"(?!(?:news_)?keywords\Z|description\Z)[\w.-]{1,64}")
# Google's directives of the robots meta element, and the words that we look for.
_DIRECTIVES = frozenset(WORDS) | {
    *("all", "none", "index", "noindex", "follow", "nofollow", "archive", "noarchive", "nocache", "snippet"),
    *("nosnippet", "notranslate", "noimageindex", "indexifembedded", "unavailable_after"),
    *("max-snippet", "max-image-preview", "max-video-preview"),
}
ATTRIBUTES = rb"""(?:[^>"'=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))?+|["'])*+(?:>|\Z)"""
# Comments, elements whose content is no markup, tags. Each begins where the one before it ended and none can fail
# halfway, so the time is linear.
_TOKEN = re.compile(
    rb"<!--(?:-?>|.*?(?:--!?>|\Z))"
    rb"|<(?P<raw>script|style|template|textarea|title)(?=[\s/>])(?P<attributes>" + ATTRIBUTES + rb")"
    rb"(?P<text>.*?)(?:</(?P=raw)(?=[\s/>])|\Z)"
    rb"|<(?P<kept>meta|link)(?=[\s/>])" + ATTRIBUTES + rb"|<[a-z/]" + ATTRIBUTES,
    re.DOTALL | re.IGNORECASE,
)


def html_signals(html: bytes | str) -> list[Signal]:
    """The signals of a page's first 2 MiB: noai, noimageai, noml (meta robots), TDMRep, RSL links and scripts.

    Source: as in `headers`; names of elements, attributes and directives are read in any case.
    """
    text = html[:MAX_HTML]
    page = text.encode("utf-8", "replace") if isinstance(text, str) else text
    tags, scripts = _relevant(page[:MAX_HTML])
    found = [*_elements(tags), *(signal for script in scripts for signal in rsl(script, SOURCE))]
    return merge(found)[:MAX_SIGNALS]


def _is_of_directives(content: str) -> bool:
    """Whether a meta element named after a crawler gives it directives, which tells it from keywords and the like."""
    said = [part.partition(":")[0].strip().lower() for part in content.split(",")]
    return _DIRECTIVES.issuperset(said)


def _relevant(page: bytes) -> tuple[bytes, list[bytes]]:
    """The meta and link tags, and the licences in script elements.

    Only these go to the HTML parser, for its time grows with the square of the depth of a page.
    """
    tags: list[bytes] = []
    scripts: list[bytes] = []
    for match in _TOKEN.finditer(page):
        if match["kept"] and len(match[0]) <= MAX_TAG and len(tags) < MAX_ELEMENTS:
            tags.append(match[0])
        elif match["raw"] and len(scripts) < MAX_SCRIPTS and _is_licence(match["raw"], match["attributes"]):
            scripts.append(match["text"].strip())
    return b"".join(tags), scripts


def _is_licence(element: bytes, attributes: bytes) -> bool:
    return element.lower() == b"script" and MEDIA_TYPE.encode() in attributes[:MAX_TAG].lower()


def _elements(tags: bytes) -> Iterator[Signal]:
    try:
        nodes = LexborHTMLParser(tags).css("meta, link") if tags else []
    except (SelectolaxError, ValueError):
        return
    for node in nodes:
        attributes = {name.lower(): value or "" for name, value in node.attributes.items()}
        if node.tag == "link":
            yield from _link(attributes)
        else:
            yield from _meta(attributes.get("name", "").strip().lower(), attributes.get("content", ""))


def _link(attributes: dict[str, str]) -> Iterator[Signal]:
    relations = attributes.get("rel", "").lower().split()
    if "license" in relations and attributes.get("type", "").strip().lower() == MEDIA_TYPE:
        yield licence_link(attributes.get("href", ""), SOURCE)


def _meta(name: str, content: str) -> Iterator[Signal]:
    if name == "robots":
        yield from words(content, SOURCE)
    elif _AGENT.fullmatch(name) and _is_of_directives(content):
        yield from words(content, SOURCE, (name,))
    elif name in (RESERVATION, POLICY):
        yield stated(name, content, SOURCE)
