"""What one look at a page saw: from the bytes of an answer to signals, links and what is kept of it.

The outcomes and causes of pages are those of core/outcomes.py, by the same table, with three more (core/visits.py):

- `not_file`, outcome absent: a well-known file at whose address stands something else, nearly always an HTML page.
- `robots_disallow`, outcome denied: not asked, as the site's robots.txt does not let us.
- `robots_unknown`, outcome error: not asked, as nobody could say whether we may, or the site was in trouble.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from itertools import islice
from urllib.parse import urljoin

from tracker.core.exchange import Exchange, Fields
from tracker.core.outcomes import BODY_CAP, Classification, Outcome, foreign_kind, one_line
from tracker.core.signals import Signal, ai_txt, header_signals, html_signals, llms_txt, tdmrep, trust_txt
from tracker.core.signals.files import is_text
from tracker.core.signals.pages import ATTRIBUTES
from tracker.core.visits import DISALLOWED, NOT_FILE, UNASKED, PageSeen, Target

HEAD_CAP = 256 * 1024
MAX_LINKS = 500
MAX_LINK = 2_048
MAX_TAGS = 4 * MAX_LINKS

_PARSERS: dict[Target, Callable[[bytes], list[Signal]]] = {
    Target.TDMREP: tdmrep,
    Target.LLMS: llms_txt,
    Target.AI: ai_txt,
    Target.TRUST: trust_txt,
}


def classify_page(target: Target, data: bytes, *, truncated: bool = False) -> Classification:
    """Classify the bytes of a 2xx answer: a home page is whatever is there, a well-known file must look like one."""
    flags = frozenset({"truncated"} if truncated else ())
    if target is not Target.HOME and data.strip() and not _is_file(target, data):
        return Classification(Outcome.ABSENT, NOT_FILE, flags, detail=f"kind={foreign_kind(data) or 'other'}")
    return Classification(Outcome.OK, "ok", flags)


def _is_file(target: Target, data: bytes) -> bool:
    if target is Target.TDMREP:
        return foreign_kind(data) in ("json", None)
    return is_text(data) and foreign_kind(data) != "binary"


def page_seen(target: Target, seen: Classification, exchange: Exchange | None, data: bytes = b"") -> PageSeen:
    """The look at a page that ended so. data: the inflated bytes of a 2xx answer.

    Of a home page its <head> is kept (at most 256 KiB), of a file the beginning (at most 512 KiB).
    """
    truncated = "truncated" in seen.flags
    kept = _kept(target, data) if seen.outcome is Outcome.OK else None
    fields, status = (exchange.headers, exchange.status) if exchange else ((), None)
    page = PageSeen(
        target,
        seen.outcome,
        seen.cause,
        exchange,
        hashlib.sha256(data).hexdigest() if data or seen.outcome is Outcome.OK else "",
        len(data),
        kept,
        page_signals(target, fields, status, kept),
        detail=one_line(" ".join(filter(None, (seen.detail, "truncated" if truncated else "")))),
    )
    if kept is None or target is not Target.HOME:
        return page
    return replace(page, links=page_links(data, exchange.url if exchange else ""))


def _kept(target: Target, data: bytes) -> bytes | None:
    if target is not Target.HOME:
        return data[:BODY_CAP]
    return None if foreign_kind(data) == "binary" else page_head(data)


def page_signals(target: Target, fields: Fields, status: int | None, kept: bytes | None) -> tuple[Signal, ...]:
    """What a page signals: read from header fields (of a home page) and from what is kept of it (None: nothing).

    From nothing else, so that whoever has both can read it again.
    """
    if target is not Target.HOME:
        return () if kept is None else tuple(_PARSERS[target](kept))
    # A refusal speaks through its header too: crawler-price.
    header = header_signals(fields, status)
    return (*header, *(html_signals(kept) if kept is not None else ()))


def unasked(target: Target, cause: str, detail: str = "") -> PageSeen:
    """A page that was not asked for; cause: `DISALLOWED` or `UNASKED`."""
    outcome = {DISALLOWED: Outcome.DENIED, UNASKED: Outcome.ERROR}[cause]
    return PageSeen(target, outcome, cause, detail=one_line(detail))


_HEAD_END = re.compile(rb"</head(?=[\s/>])[^>]*>|(?=<body[\s/>])", re.IGNORECASE)


def page_head(html: bytes) -> bytes:
    """The bytes up to the end of the <head>, at most `HEAD_CAP`."""
    start = html[:HEAD_CAP]
    end = _HEAD_END.search(start)
    return start[: end.end()] if end else start


# As in core/signals/pages.py each token begins where the one before it ended and none can fail halfway, but other tags
# are not read: a link within an attribute's value is no harm.
_TOKEN = re.compile(
    rb"<(?:(?P<tag>a|area|base)(?=[\s/>])(?P<attributes>"
    + ATTRIBUTES
    + rb")|!--(?:-?>|.*?(?:--!?>|\Z))"
    + rb"|(?P<raw>script|style|template|textarea|title)(?=[\s/>])"
    + ATTRIBUTES
    + rb".*?(?:</(?P=raw)(?=[\s/>])|\Z))",
    re.DOTALL | re.IGNORECASE,
)
_HREF = re.compile(rb"""[\s"'/]href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


def page_links(html: bytes, url: str) -> tuple[str, ...]:
    """The http(s) URLs that a page points to, absolute, without fragments, each once: the first `MAX_LINKS`.

    url: the page's own, which a <base> overrides.
    """
    base, origin = url, _origin(url)
    found: dict[str, None] = {}
    known: set[bytes] = set()
    tags = (match for match in _TOKEN.finditer(html) if match["tag"])
    for match in islice(tags, MAX_TAGS):
        href = _HREF.search(match["attributes"][: 2 * MAX_LINK])
        written = (href[1] or href[2] or href[3] or b"") if href else None
        if written is None or written in known:
            continue
        link = _absolute(base, origin, written)
        if match["tag"].lower() != b"base":
            known.add(written)
            if link:
                found[link] = None
        elif link and base == url:
            base, origin = link, _origin(link)
        if len(found) == MAX_LINKS:
            break
    return tuple(found)


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def _absolute(base: str, origin: str, href: bytes) -> str:
    text = unescape(href.decode("utf-8", "replace")).strip().partition("#")[0]
    if text.startswith(("https://", "http://")) and "[" not in text:
        link = text
    elif text.startswith("/") and not text.startswith("//") and "/." not in text:
        link = origin + text  # as nearly all are: urljoin takes a hundred times as long
    else:
        try:
            link = urljoin(base, text)
        except ValueError:
            return ""
    usable = link.startswith(("http://", "https://")) and link.isprintable() and len(link) <= MAX_LINK
    return link if usable else ""
