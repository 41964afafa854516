"""The links of a page with their words, from bytes of any kind, in linear time.

A page goes to the HTML parser flattened, as a row of its links: the parser's time grows with the square of the depth of
a page.
"""

import codecs
import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from tracker.core.signals.pages import ATTRIBUTES
from tracker.core.visits import PAGE_CAP

FIRST = 1_000
"""Links considered at the beginning of a page with more than `FIRST` + `LAST`."""

LAST = 3_000
"""The same at its end, where terms nearly always stand."""

MAX_URL = 2_048
MAX_TEXT = 300
_MAX_TAG = 4_096
_MAX_MARKUP = 1_500
_MAX_LINKS = 100
_MAX_SCRIPTS = 20
_MAX_JSON = 256 * 1024
_MAX_NODES = 10_000

REL = "terms-of-service"  # RFC 6903 section 5
_PROPERTY = "termsOfService"  # schema.org

_TOKEN = re.compile(
    rb"<(?:(?P<tag>a|area|base|link)(?=[\s/>])" + ATTRIBUTES + rb"|(?P<end>/a)(?=[\s>])|!--(?:-?>|.*?(?:--!?>|\Z))"
    rb"|(?P<raw>script|style|template|textarea|title)(?=[\s/>])(?P<attributes>" + ATTRIBUTES + rb")"
    rb"(?P<text>.*?)(?:</(?P=raw)(?=[\s/>])|\Z))",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(rb"<[^<>]*>?")
_ALT = re.compile(rb"""\s(?:alt|title)\s*=\s*(?:"([^"<>]{1,200})"|'([^'<>]{1,200})')""", re.IGNORECASE)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]{2,30})""", re.IGNORECASE)
_LANGUAGE = re.compile(rb"""<html\s[^>]{0,2000}?\blang\s*=\s*["']?([a-z]{2})\b""", re.IGNORECASE)
_HEAD = 8_192
_BARE_SCHEME = re.compile(r"https?:/*", re.IGNORECASE)
# What the WHATWG Encoding Standard reads under these names.
_CODECS = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "iso8859-1": "cp1252"}
_CHARSETS = ("utf", "cp", "iso8859", "koi8", "gb", "big5", "euc", "shift_jis", "tis", "mac")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link: its absolute URL without fragment, its words, where it stands (0 to 1) and whether it says that it leads
    to the terms of service (rel, or a property of structured data)."""

    url: str
    text: str
    position: float
    declared: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What is read of a page. language: two letters of <html lang>, "" without it."""

    anchors: tuple[Anchor, ...]
    language: str


def read_page(html: bytes, url: str) -> Page:
    """The links of the first 2 MiB of a page, in their order; `url`: the page's own, which a <base> overrides."""
    html = _octets(html[:PAGE_CAP])
    head = html[:_HEAD]
    language = _LANGUAGE.search(head)
    flat = _Flat()
    flat.read(html)
    charset = _CHARSET.search(head)
    markup = _decoded(flat.markup(), charset[1].decode("ascii", "replace") if charset else "")
    anchors = (*_of_elements(markup, url, flat), *_of_data(flat.scripts, url))
    return Page(anchors, language[1].decode().lower() if language else "")


def _octets(html: bytes) -> bytes:
    """UTF-16 says so by its first bytes and is ASCII in no other way; all else is left as it is."""
    if html.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return html.decode("utf-16", "replace").encode("utf-8", "replace")
    return html.removeprefix(codecs.BOM_UTF8)


class _Flat:
    """The links of a page as a row, no more than `FIRST` + `LAST`, and what its scripts of structured data say."""

    def __init__(self) -> None:
        self.count = 0
        self.scripts: list[bytes] = []
        self._heads: list[bytes] = []
        self._first: list[bytes] = []
        self._last: deque[bytes] = deque(maxlen=LAST)

    def read(self, html: bytes) -> None:
        """Take the links of a page."""
        opened, pieces, at = b"", list[bytes](), 0
        for match in _TOKEN.finditer(html):
            if opened and len(pieces) < 20:
                pieces.append(html[at : min(match.start(), at + _MAX_MARKUP)])
            at = match.end()
            tag = match["tag"]
            if tag or match["end"]:
                if opened:
                    self._put(opened, pieces)
                    opened = b""
                if tag:
                    opened, pieces = self._begin(tag.lower(), match[0]), []
            elif match["raw"] and _PROPERTY.encode() in match["text"] and len(self.scripts) < _MAX_SCRIPTS:
                self._keep(match)
        if opened:
            self._put(opened, [html[at : at + _MAX_MARKUP]])

    def _begin(self, tag: bytes, markup: bytes) -> bytes:
        """A link that goes on until its end tag, b"" for an element that has none."""
        if len(markup) > _MAX_TAG:
            return b""
        if tag == b"a":
            return markup
        if tag == b"area":
            self._put(b"<a" + markup[5:], [markup])
        elif len(self._heads) < _MAX_LINKS:
            self._heads.append(markup)
        return b""

    def _put(self, tag: bytes, pieces: list[bytes]) -> None:
        self.count += 1
        if len(self._first) >= FIRST and len(self._last) == LAST and self.count > 50 * LAST:
            return  # a page of nothing but links: what comes then is no page for people
        markup = b" ".join(pieces)[:_MAX_MARKUP]
        text = _TAG.sub(b" ", markup).strip()
        if not text and (named := _ALT.search(markup) or _ALT.search(tag)):
            text = named[1] or named[2]
        (self._first if len(self._first) < FIRST else self._last).append(tag + text[: 4 * MAX_TEXT] + b"</a>")

    def _keep(self, match: re.Match[bytes]) -> None:
        if match["raw"].lower() == b"script" and b"ld+json" in match["attributes"][:_MAX_TAG].lower():
            self.scripts.append(match["text"][:_MAX_JSON])

    def markup(self) -> bytes:
        """The row, for the parser."""
        return b"".join((*self._heads, *self._first, *self._last))

    def position(self, index: int) -> float:
        """Where the link of this place in the row stands in the page: 0 is the beginning, 1 the end."""
        skipped = self.count - len(self._first) - len(self._last)
        place = index if index < len(self._first) else index + skipped
        return place / (self.count - 1) if self.count > 1 else 1.0


def _decoded(markup: bytes, charset: str) -> str:
    try:
        return markup.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        name = "cp1252"
    name = _CODECS.get(name.replace("-", "_"), _CODECS.get(name, name))
    return markup.decode(name if name.startswith(_CHARSETS) else "cp1252", "replace")


def _of_elements(markup: str, url: str, flat: _Flat) -> Iterator[Anchor]:
    try:
        nodes = LexborHTMLParser(markup).css("a, link, base") if markup else []
    except (SelectolaxError, ValueError):
        return
    base, index = url, 0
    for node in nodes:
        attributes = node.attributes
        declared = REL in (attributes.get("rel") or "").lower().split()
        if node.tag == "base":
            if base == url:
                base = absolute(url, attributes.get("href") or "") or url
        elif node.tag == "link":
            if declared and (link := absolute(base, attributes.get("href") or "")):
                yield Anchor(link, (attributes.get("title") or "")[:MAX_TEXT], 0.0, declared)
        else:
            href, position = attributes.get("href"), flat.position(index)
            index += 1
            if href and (link := absolute(base, href, url)):
                text = " ".join((node.text() or attributes.get("aria-label") or "").split())
                yield Anchor(link, text[:MAX_TEXT], position, declared)


def absolute(base: str, href: str, page: str = "") -> str:
    """The http(s) URL that `href` means, without its fragment; "" for any other, and for a place in `page` itself."""
    link, _, fragment = href.strip(" \t\r\n\f\0").partition("#")
    if (not link and (fragment or page)) or _BARE_SCHEME.fullmatch(link):
        return ""
    try:
        link = urljoin(base, link.replace("\t", "").replace("\n", "").replace("\r", "").replace(" ", "%20"))
    except ValueError:
        return ""
    usable = link[:8].lower().startswith(("http://", "https://")) and link.isprintable() and len(link) <= MAX_URL
    if not usable or (fragment and link == page.partition("#")[0]) or not link.split("/", 3)[2]:
        return ""
    return link


def _of_data(scripts: list[bytes], url: str) -> Iterator[Anchor]:
    for script in scripts:
        try:
            data = json.loads(script.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            continue
        for said in _said(data):
            if link := absolute(url, said):
                yield Anchor(link, "", 0.0, declared=True)


def _said(data: Any) -> Iterator[str]:
    """The URLs that are the terms of service of anything in a JSON-LD document."""
    waiting = deque([data])
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.popleft()
        if isinstance(node, list):
            waiting.extend(node[:_MAX_NODES])
        elif isinstance(node, dict):
            terms = node.get(_PROPERTY)
            if isinstance(terms, dict):
                terms = terms.get("url") or terms.get("@id")
            if isinstance(terms, str) and (terms.startswith(("http", "/")) and " " not in terms):
                yield terms
            waiting.extend(node.values())
