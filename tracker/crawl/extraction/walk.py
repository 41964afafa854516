"""One walk through the tree of a page: its blocks of text, and the containers that they stand in."""

import re
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

from selectolax.lexbor import LexborNode

from tracker.crawl.extraction.lines import joined

MAX_NODES = 120_000
"""Nodes of a page that are walked; more is no page that people read."""


class Part(IntEnum):
    """What a container is to the page. What is more than `CONTENT` is no part of the terms, unless they stand in it."""

    CONTENT = 0
    CHROME = 1  # navigation, footer, sidebar
    CONSENT = 2  # the question about cookies


@dataclass(slots=True)
class Piece:
    """A block of text as the page has it. links: how many of its characters are of links."""

    text: str
    kind: str
    level: int
    links: int

    @property
    def is_prose(self) -> bool:
        """Whether it is a sentence or more, and not a list of links."""
        return len(self.text) >= PROSE and self.links * 2 < len(self.text)


PROSE = 40
"""Characters from which on a block counts as prose."""


@dataclass(slots=True)
class Container:
    """An element that holds the pieces from `start` to before `end`."""

    part: Part
    start: int
    end: int = 0


@dataclass(slots=True)
class Walked:
    """All pieces of a page, and its containers in the order in which they begin. cut: the page has more nodes."""

    pieces: list[Piece] = field(default_factory=list)
    containers: list[Container] = field(default_factory=list)
    cut: bool = False


_SKIPPED = frozenset(
    {
        *("script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "video", "audio", "canvas"),
        *("select", "datalist", "input", "head", "title", "meta", "link", "img", "picture", "map", "math", "progress"),
        *("-comment", "-doctype", "frameset", "noframes"),
    }
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CONTAINERS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "li", "main", "menu", "nav", "ol"),
        *("section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    }
)
_BLOCKS = _CONTAINERS | frozenset(_HEADINGS) | {"p", "pre", "hr", "summary", "legend", "caption", "button", "textarea"}
_LISTS = frozenset({"ul", "ol", "menu"})
_CELLS = frozenset({"td", "th"})
_PREFORMATTED = frozenset({"pre", "textarea"})
MAX_NAMES = 1_000
_CHROME_TAGS = frozenset({"nav", "footer", "aside", "dialog", "menu"})
_CHROME_ROLES = frozenset(
    {
        *("navigation", "contentinfo", "complementary", "search", "dialog", "alertdialog", "menu", "menubar", "banner"),
        *("toolbar", "tooltip", "alert", "status"),
    }
)
_CHROME_NAME = re.compile(
    r"(?:(?:site|page|main|global|web|app|top|bottom|primary|secondary|mobile|main|l|c|o)[-_]*)?"
    r"(?:footer|nav|navbar|navigation|menu|sidebar|side-bar|breadcrumbs?|topbar|skip-links?|newsletter|comments?|respond"
    r"|comment-respond|related|related-posts|share|sharing|social)"
    r"(?:[-_]*(?:container|wrapper|wrap|inner|area|section|main|bar))?",
    re.IGNORECASE,
)
_CONSENT_NAME = re.compile(
    r"(?:cookie|consent|gdpr|ccpa|tracking)[-_]*(?:banner|bar|notice|consent|popup|modal|dialog|overlay|wall|law|info|"
    r"message|manager|box|layer|preferences?|settings|policy-banner)|onetrust|ot-sdk|cookiebot|cybot|didomi|usercentrics"
    r"|qc-cmp|truste[-_]|trustarc|iubenda-cs|klaro|osano-cm|cmplz|borlabs|sp_message|termly-consent|cc-window|cky-consent|fc-consent"
    r"|\bcli-(?:bar|modal|settings)|tarteaucitron|axeptio|moove_gdpr",
    re.IGNORECASE,
)
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u2060\ufeff]")

_BREAK = "\x1f"


def walk(body: LexborNode) -> Walked:
    """The pieces and containers of a page's <body>, without recursion."""
    walker, path = _Walker(), list[tuple[LexborNode, str]]()
    walker.enter(body, "body")
    node, left = body.first_child, MAX_NODES
    while node is not None or path:
        if node is None:
            node, tag = path.pop()
            walker.leave(tag)
        elif left == 0:
            walker.walked.cut = True
            node = None
            continue
        else:
            left -= 1
            tag = node.tag or "-comment"
            if tag == "-text":
                walker.add(node.text_content or "")
            elif tag == "br":
                walker.add_break()
            elif tag not in _SKIPPED:
                walker.enter(node, tag)
                path.append((node, tag))
                node = node.first_child
                continue
        node = node.next
    walker.leave("body")
    return walker.walked


@dataclass(slots=True)
class _Place:
    """A list item or table cell that is open: its first block is of its kind, the others are paragraphs."""

    kind: str
    level: int = 0
    begun: bool = False


class _Walker:
    """Where the walk is, and the text gathered since the last block ended."""

    def __init__(self) -> None:
        self.walked = Walked()
        self._containers: list[Container] = []
        self._places: list[_Place] = []
        self._text: list[str] = []
        self._linked = 0  # characters of links in it
        self._links = 0  # links that are open
        self._heading = 0
        self._lists = 0
        self._lines = 0  # elements that keep their line ends and are open

    def add(self, text: str) -> None:
        """Text within the block."""
        if self._links:
            self._linked += len(text.strip())
        self._text.append(text.replace("\n", _BREAK) if self._lines else text)

    def add_break(self) -> None:
        """A line ends within the block."""
        self._text.append(_BREAK)

    def enter(self, node: LexborNode, tag: str) -> None:
        """An element begins."""
        if tag == "a":
            self._links += "href" in node.attributes
        if tag not in _BLOCKS:
            return
        self._flush()
        if tag in _CONTAINERS:
            container = Container(_part(node, tag), len(self.walked.pieces))
            self._containers.append(container)
            self.walked.containers.append(container)
        if tag in _HEADINGS:
            self._heading = _HEADINGS[tag]
        elif tag in _LISTS:
            self._lists += 1
        elif tag == "li":
            self._places.append(_Place("item", max(1, self._lists)))
        elif tag in _CELLS:
            self._places.append(_Place("cell"))
        elif tag in _PREFORMATTED:
            self._lines += 1

    def leave(self, tag: str) -> None:
        """An element ends."""
        if tag == "a":
            self._links = max(0, self._links - 1)
        if tag not in _BLOCKS:
            return
        self._flush()
        if tag in _CONTAINERS:
            self._containers.pop().end = len(self.walked.pieces)
        if tag in _HEADINGS:
            self._heading = 0
        elif tag in _LISTS:
            self._lists -= 1
        elif tag == "li" or tag in _CELLS:
            self._places.pop()
        elif tag in _PREFORMATTED:
            self._lines -= 1

    def _flush(self) -> None:
        if not self._text:
            return
        raw, linked = "".join(self._text), self._linked
        self._text.clear()
        self._linked = 0
        lines = [" ".join(line.split()) for line in _visible(raw).split(_BREAK)]
        blocks = joined(lines) if len(lines) > 1 else lines
        for block in blocks:
            if block:
                self._put(block, min(len(block), linked * len(block) // max(1, sum(map(len, blocks)))))

    def _put(self, text: str, linked: int) -> None:
        kind, level = "paragraph", 0
        place = self._places[-1] if self._places else None
        if self._heading:
            kind, level = "heading", self._heading
        elif place and not place.begun:
            kind, level = place.kind, place.level
        if place:
            place.begun = True
        self.walked.pieces.append(Piece(text, kind, level, linked))


def _visible(text: str) -> str:
    return text if text.isascii() else _INVISIBLE.sub("", text)


def _part(node: LexborNode, tag: str) -> Part:
    if tag in _CHROME_TAGS:
        return Part.CHROME
    attributes = node.attributes
    if not attributes or tag in ("body", "main"):
        return Part.CONTENT
    if (attributes.get("role") or "").strip().lower() in _CHROME_ROLES:
        return Part.CHROME
    return _named(f"{attributes.get('id') or ''} {attributes.get('class') or ''}"[:MAX_NAMES])


@lru_cache(maxsize=4096)
def _named(names: str) -> Part:
    """What an element is by its id and classes."""
    if _CONSENT_NAME.search(names):
        return Part.CONSENT
    return Part.CHROME if any(map(_CHROME_NAME.fullmatch, names.split())) else Part.CONTENT
