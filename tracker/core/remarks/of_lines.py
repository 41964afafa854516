"""Remarks on the form of single lines: field names, colons, rules that stand outside of any group."""

import re
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice

from tracker.core.remarks.flags import Remark, first, quoted
from tracker.core.remarks.page import FIELDS, Page
from tracker.core.robots import Record, field_of

_MEANT = {
    "user-agent": "User-agent",
    "disallow": "Disallow",
    "allow": "Allow",
    "content-signal": "Content-Signal",
    "content-usage": "Content-Usage",
}

MAX_NAMES = 300
"""Different field names that are compared with those that are meant: hostile files have thousands."""

_NOINDEX = "noindex"
_OF_NOINDEX = "send `X-Robots-Tag: noindex` with the page, or write it into its robots meta element"
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_WIDE_COLON = "write a plain colon (`:`) in place of the wide one"


@lru_cache(maxsize=512)
def _meant(name: str) -> str | None:
    """The field that the name of an unread line resembles."""
    near = get_close_matches(name, _MEANT, n=1, cutoff=0.8) if 4 <= len(name) <= 16 and name not in _MEANT else []
    return _MEANT[near[0]] if near else None


def _unread(page: Page) -> list[Remark]:
    names = dict.fromkeys(record.name for record in page.robots.records)
    meant = {name: field for name in islice(names, MAX_NAMES) if (field := _meant(name))}

    def remark(record: Record) -> Remark:
        text = f"`{page.line(record.line)}` is read by no crawler"
        return Remark(record.line, "unread_field", text, f"write `{meant[record.name]}` if that is meant")

    return first("unread_field", [record for record in page.robots.records if record.name in meant], remark)


def _noindex(page: Page) -> list[Remark]:
    """One remark for all lines of that name: whoever writes one writes many."""
    lines = [record.line for record in page.robots.records if record.name == _NOINDEX]
    if not lines:
        return []
    others = len(lines) - 1
    more = f", nor {'is' if others == 1 else 'are'} {others:,} more of that name" if others else ""
    text = f"`{page.line(lines[0])}` is read by no large crawler any more{more}"
    return [Remark(lines[0], "noindex", text, _OF_NOINDEX)]


def _sitemaps(page: Page) -> list[Remark]:
    relative = [record for record in page.robots.sitemaps if record.value and not _ABSOLUTE.match(record.value)]

    def remark(record: Record) -> Remark:
        text = f"`{page.line(record.line)}` is no absolute URL, and crawlers may ignore it"
        is_wrapped = _ABSOLUTE.search(record.value) is not None
        mend = "remove what stands around the address" if is_wrapped else "write `Sitemap: https://...` in full"
        return Remark(record.line, "relative_sitemap", text, mend)

    # A line that is taken for a Sitemap by its beginning alone has a remark of its own.
    return first("relative_sitemap", [record for record in relative if record.line not in page.by_beginning], remark)


def _orphans(page: Page) -> list[Remark]:
    def remark(number: int) -> Remark:
        text = f"`{page.line(number)}` stands before the first user-agent line and binds nobody"
        return Remark(number, "orphan_rules", text, "write `User-agent: *` above it if it is for everybody")

    return page.noted("orphan_rules", remark)


def _typos(page: Page) -> list[Remark]:
    def remark(number: int) -> Remark:
        name, _ = page.parts(number)
        right = FIELDS[field_of(name)[0]]
        text = (
            f"`{quoted(name)}` is read as {right} by Google's parser, ignored by crawlers that follow "
            "RFC 9309 to the letter"
        )
        return Remark(number, "typo", text, f"write `{right}`")

    return page.noted("typo", remark)


def _prefixes(page: Page) -> list[Remark]:
    def remark(line: tuple[int, str]) -> Remark:
        number, field = line
        name, _ = page.parts(number)
        text = (
            f"`{quoted(name)}` is read as {field} by Google's parser, for it begins so, and ignored by crawlers that "
            "follow RFC 9309 to the letter"
        )
        wide = "：".encode() in name
        return Remark(number, "prefix_field", text, _WIDE_COLON if wide else mend_of_prefix(field))

    return first("prefix_field", list(page.by_beginning.items()), remark)


def mend_of_prefix(field: str) -> str:
    """What to do about a line that is taken for a field by the beginning of its name."""
    return f"write `{field}` if that is meant, else make it a comment (`#`)"


def _colons(page: Page) -> list[Remark]:
    def remark(number: int) -> Remark:
        name, value = page.parts(number)
        field = FIELDS[field_of(name)[0]]
        text = f"`{page.line(number)}` has no colon: Google's parser reads it all the same, others ignore it"
        mend = mend_of_prefix(field) if number in page.by_beginning else f"write `{field}: {quoted(value)}`"
        return Remark(number, "missing_colon", text, mend)

    return page.noted("missing_colon", remark)


FINDERS = {
    "orphan_rules": _orphans,
    "unread_field": _unread,
    "noindex": _noindex,
    "prefix_field": _prefixes,
    "typo": _typos,
    "missing_colon": _colons,
    "relative_sitemap": _sitemaps,
}
