"""The bytes of a page to a tree that is bounded in size and depth, whatever they are."""

import codecs
import re
from collections import Counter
from itertools import islice

from charset_normalizer import from_bytes
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from tracker.core.signals.pages import ATTRIBUTES
from tracker.core.visits import PAGE_CAP

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"""<meta\s[^>]{0,400}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_META_WITHIN = 16 * 1024
_SAMPLE = 16 * 1024
# As browsers read these labels: https://encoding.spec.whatwg.org/#names-and-labels
_AS_BROWSERS = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "shift_jis": "cp932"}


def decode(data: bytes, charset: str | None = None) -> str:
    """The characters of a page's first 2 MiB, "" if it is no text; bytes that are no character become U+FFFD.

    charset: of the Content-Type header. What counts is a byte-order mark, else that the bytes are UTF-8, else the
    header, else the <meta> element, else what the bytes look like. UTF-8 goes before what is declared: no other text
    of some length looks like it by chance, and declarations lie.
    """
    text = _decoded(data[:PAGE_CAP], charset).replace("\0", "")
    return "" if _is_noise(text) else text


def _decoded(data: bytes, charset: str | None) -> str:
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    if wide := _utf16(data):
        return data.decode(wide, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data)  # not final: the cap may part a character
    except UnicodeDecodeError:
        return data.decode(_declared(data, charset) or _looks_like(data), "replace")


_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f\ufffd]")


def _is_noise(text: str) -> bool:
    """Whether it is a compressed or binary file, read as characters."""
    start = text[:_SAMPLE]
    return len(_CONTROL.findall(start)) * 20 > len(start)


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of its markup is NUL."""
    start = data[:2048]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 4 < len(start) or not start:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _declared(data: bytes, charset: str | None) -> str | None:
    meta = _META.search(data[:_META_WITHIN])
    for label in (charset, meta and meta[1].decode()):
        codec = _codec(label)
        if codec == "utf-8" and _is_hardly_utf8(data):
            continue
        if codec:
            return codec
    return None


def _codec(label: str | None) -> str | None:
    try:
        codec = codecs.lookup((label or "").strip().strip("\"'"))
        b"".decode(codec.name)  # fails for codecs that give no text, such as base64
    except (LookupError, ValueError):
        return None
    return _AS_BROWSERS.get(codec.name, codec.name)


def _is_hardly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    return broken > sum(not character.isascii() for character in text) - broken


_HIGH = re.compile(rb"[\x80-\xff]")
_FEW = 20  # bytes beyond ASCII from which on they tell a charset


def _looks_like(data: bytes) -> str:
    strange = _HIGH.search(data)
    sample = data[max(0, strange.start() - 256) :][:_SAMPLE] if strange else b""
    if len(_HIGH.findall(sample)) < _FEW:
        return "cp1252"
    guess = from_bytes(sample).best()
    return guess.encoding if guess else "cp1252"


# The parser's time grows with depth times tags and with the square of a tag's attributes. No page made for people is as
# deep (browsers stop at 512) or has as many tags, and no attribute longer than this says what an element is.
MAX_TAGS = 120_000
_TAGS_UNSEEN = 10_000
_MAX_DEPTH = 200
_MAX_TAG = 16 * 1024
_MAX_NAME = 64
# Each alternative ends at the end of the page at the latest, so the time is linear.
_TAG = re.compile(
    r"<(?P<raw>script|style|svg|template|noscript)(?=[\s/>]).*?(?:</(?P=raw)\s*>|\Z)"
    r"|<!--.*?(?:-->|\Z)"
    r"|<(?P<closing>/?)(?P<name>[a-z][^\s/>]*+)" + ATTRIBUTES.decode(),
    re.IGNORECASE | re.DOTALL,
)
_OPENING = re.compile("<[a-z]" + ATTRIBUTES.decode(), re.IGNORECASE)
# Elements that end where the next one begins, or hold nothing: they do not nest.
_FLAT = frozenset(
    {
        *("p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "optgroup"),
        *("br", "hr", "img", "input", "meta", "link", "area", "base", "col", "source", "track", "wbr", "embed"),
    }
)


def tree_of(text: str) -> tuple[LexborHTMLParser | None, bool]:
    """The tree of a page, None if nothing can be made of it; and whether the page goes on after it."""
    cut = False
    if text.count("<") > _TAGS_UNSEEN or any(tag.end() - tag.start() > _MAX_TAG for tag in _OPENING.finditer(text)):
        text, cut = _Shallow().page(text)
    try:
        return LexborHTMLParser(text.encode("utf-8", "replace"), scripting=True), cut
    except (SelectolaxError, ValueError):
        return None, cut


class _Shallow:
    """A page without the tags of what is nested too deep, the attributes of huge tags, scripts and the like."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._held: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()

    def page(self, text: str) -> tuple[str, bool]:
        """The page, and whether it was cut after `MAX_TAGS`."""
        parts, at, tags = list[str](), 0, 0
        for match in islice(_TAG.finditer(text), MAX_TAGS):
            parts += (text[at : match.start()], self._tag(match))
            at = match.end()
            tags += 1
        cut = tags == MAX_TAGS
        return "".join(parts if cut else [*parts, text[at:]]), cut

    def _tag(self, match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return " "
        name = name.lower()
        closing = match["closing"]
        if name not in _FLAT and not (self._closes(name) if closing else self._opens(name)):
            return " "
        return match[0] if len(match[0]) <= _MAX_TAG else f"<{closing}{name[:_MAX_NAME]}>"

    def _opens(self, name: str) -> bool:
        if len(self._open) >= _MAX_DEPTH:
            self._dropped[name] += 1
            return False
        self._open.append(name)
        self._held[name] += 1
        return True

    def _closes(self, name: str) -> bool:
        if self._dropped[name]:
            self._dropped[name] -= 1
            return False
        if not self._held[name]:
            return False
        while True:
            last = self._open.pop()
            self._held[last] -= 1
            if last == name:
                return True
