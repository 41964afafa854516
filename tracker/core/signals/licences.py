"""Really Simple Licensing (RSL 1.0): links to licences, and the terms in the XML they lead to."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from tracker.core.signals.signal import MAX_SIGNALS, RSL, Signal, clip, invalid

NAMESPACE = "https://rslstandard.org/rsl"
MEDIA_TYPE = "application/rsl+xml"
MAX_XML = 512 * 1024
MAX_URL = 2_000
_USAGES = frozenset({"all", "ai-all", "ai-train", "ai-input", "ai-index", "search"})
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/]", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s,]+")


def licence_link(url: str, source: str, absolute: bool = False) -> Signal:
    """The signal of a link to a licence; in robots.txt the URL has to be absolute."""
    url = url.strip()
    fits = 0 < len(url) <= MAX_URL and not re.search(r"[\s\x00-\x1f\ud800-\udfff]", url)
    if not fits or (absolute and not _ABSOLUTE.match(url)):
        return invalid(RSL, source, url, key="license")
    return Signal(RSL, "license", url, source, raw=clip(url))


def rsl(xml: bytes | str, source: str = "file") -> list[Signal]:
    """The terms of an RSL document: one signal per usage permitted (yes) or prohibited (no), payment and amount.

    `path` is the pattern or URL of the content they are about. Other limits, such as those by user or country,
    have keys such as permits-geo. A document type, which could hide entities, makes the document invalid.
    Source: https://rslstandard.org/rsl, Recommendation of 2025-11-06.
    """
    if len(xml) > MAX_XML:
        return [invalid(RSL, source, xml)]
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except (SyntaxError, ValueError, LookupError, RecursionError):
        return [invalid(RSL, source, xml)]
    if root.tag != _name("rsl"):
        return [invalid(RSL, source, xml)]
    found: list[Signal] = []
    for content in root.iterfind(_name("content")):
        for signal in _content(content, source):
            found.append(signal)
            if len(found) == MAX_SIGNALS:
                return found
    return found


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _content(content: Element, source: str) -> Iterator[Signal]:
    path = clip(content.get("url", ""))
    if content.get("server"):
        yield _signal("server", content.get("server", ""), source, path)
    for licence in content.iterfind(_name("license")):
        for verb, value in (("permits", "yes"), ("prohibits", "no")):
            for element in licence.iterfind(_name(verb)):
                yield from _limits(element, verb, value, source, path)
        for payment in licence.iterfind(_name("payment")):
            yield _signal("payment", payment.get("type", "free"), source, path)
            for amount in payment.iterfind(_name("amount")):
                price = f"{amount.get('currency', '')} {amount.text or ''}".strip()
                yield _signal("amount", price, source, path)


def _limits(element: Element, verb: str, value: str, source: str, path: str) -> Iterator[Signal]:
    subject = element.get("type", "usage").strip().lower()
    text = (element.text or "").strip()
    if subject != "usage":
        yield _signal(f"{verb}-{subject}", text, source, path)
        return
    for word in filter(None, _SEPARATORS.split(text.lower())):
        known = word in _USAGES
        flags = frozenset(() if known else {"unknown_key"})
        raw = clip(f"{verb} {word}")
        yield Signal(RSL, clip(word), value if known else "", source, path=path, raw=raw, flags=flags)


def _signal(key: str, value: str, source: str, path: str) -> Signal:
    said = clip(value.strip())
    flags = frozenset(() if said else {"unknown_value"})
    return Signal(RSL, clip(key), said, source, path=path, raw=said, flags=flags)
