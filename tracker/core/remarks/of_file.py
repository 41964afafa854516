"""Remarks on a file as a whole: its encoding, its length, what it looks like."""

from collections.abc import Callable

from tracker.core.remarks.flags import Remark
from tracker.core.remarks.page import Page
from tracker.core.robots import MAX_BYTES

# What UTF-16 octets look like to a reader of UTF-8: saving the file anew mends all of it.
_OF_UTF16 = frozenset({"no_groups", "bom", "invalid_utf8"})


def _once(flag: str, remark: Callable[[Page], Remark]) -> Callable[[Page], list[Remark]]:
    """The remark if the parser raised the flag."""

    def found(page: Page) -> list[Remark]:
        flags = page.robots.flags
        return [] if flag not in flags or ("utf16" in flags and flag in _OF_UTF16) else [remark(page)]

    return found


def _html(_page: Page) -> Remark:
    mend = "have the server answer with the file itself, as text/plain"
    return Remark(None, "html", "The file begins as an HTML page; only lines that look like rules are read", mend)


def _utf16(_page: Page) -> Remark:
    return Remark(None, "utf16", "The file looks like UTF-16, so that its lines cannot be read", "save it as UTF-8")


def _no_groups(page: Page) -> Remark:
    if not page.data.strip():
        return Remark(None, "no_groups", "The file is empty: everything is open to everybody")
    text = "No user-agent line: no rule binds anybody, and everything is open to everybody"
    licence = next((record.line for record in page.robots.records if record.name == "license"), None)
    if licence:
        text += f" (the licence on line {licence} is for the whole site and needs none)"
    mend = "write `User-agent: *` above the rules that are for everybody" if page.robots.orphans else ""
    return Remark(None, "no_groups", text, mend)


def _truncated(page: Page) -> Remark:
    end = len(page.lines) + 1
    text = f"The file is longer than 500 KiB ({MAX_BYTES:,} bytes): from line {end:,} on it is not read"
    return Remark(end, "truncated_500k", text, "shorten the file, or put what matters first")


def _managed(page: Page) -> Remark:
    first_line, last_line = page.robots.managed or (0, 0)
    text = f"Lines {first_line} to {last_line} are Cloudflare's; those of the site itself stand outside of them"
    mend = "it is switched on and off in Cloudflare's dashboard (managed robots.txt)"
    return Remark(first_line, "managed_cf", text, mend)


def _bom(_page: Page) -> Remark:
    text = "A byte order mark precedes the first line: Google skips it, others may overlook that line"
    return Remark(1, "bom", text, "save the file as UTF-8 without one")


def _invalid(page: Page) -> Remark:
    number = next((at for at, line in enumerate(page.lines, 1) if not _is_utf8(line)), None)
    return Remark(number, "invalid_utf8", "Not valid UTF-8", "save the file as UTF-8")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


FINDERS = {
    flag: _once(flag, remark)
    for flag, remark in (
        ("html", _html),
        ("utf16", _utf16),
        ("no_groups", _no_groups),
        ("truncated_500k", _truncated),
        ("managed_cf", _managed),
        ("bom", _bom),
        ("invalid_utf8", _invalid),
    )
}
